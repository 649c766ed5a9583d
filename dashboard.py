"""The page, and the server that shows it. Run it with `streamlit run dashboard.py` or `charging serve`.

Streamlit looks for a call of `st.App` in the text of this file. An app that is imported here would not be
found, and the file would run as a plain script without a word.
"""

import streamlit as st

from charging.views.app import app_arguments, main

if __name__ == "__main__":  # as Streamlit runs the page, for each visitor
    main()
else:  # as its server loads it, once
    app = st.App(__file__, **app_arguments())
