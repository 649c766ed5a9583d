"""The page: settings, dataset, which view. Run it with `streamlit run dashboard.py`."""

import streamlit as st

from charging.settings import Settings
from charging.views import data, header, markup, network, sidebar, startup, state
from charging.views.texts import Texts


def main() -> None:
    """Show the page."""
    st.set_page_config(page_title="Charging map", page_icon="⚡", layout="wide")
    settings = Settings.from_environment()
    state.begin()
    say = Texts(st.session_state.language)
    markup.style()
    answers = startup.dataset_answers(settings, say)
    if answers is None:
        return
    header.top_line(answers.dataset, say)
    sidebar.conditions(answers, say)
    selection = state.filters()
    header.figures(answers, selection, say)
    state.show_problems(say)
    if st.session_state.page == state.Page.DATA:
        data.render(answers.dataset, say)
    else:
        network.render(answers, selection, settings, say)
    state.write_url(selection)


main()
