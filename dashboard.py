"""The page: settings, dataset, which view. Run it with `streamlit run dashboard.py`."""

import streamlit as st

from charging.views import markup, startup, state
from charging.views.texts import Texts


def main() -> None:
    """Show the page."""
    st.set_page_config(page_title="Charging map", page_icon="⚡", layout="wide")
    state.begin()
    say = Texts(st.session_state.language)
    markup.style()
    opened = startup.settings_and_answers(say)
    if opened is None:
        return
    settings, answers = opened
    # imported here: the dataset is opened in the background while folium, the largest, is loaded
    from charging.views import header, showing, sidebar  # noqa: PLC0415

    selection = state.filters()
    top, view = st.container(), st.container()
    with view:  # first, so that the map is on its way while the rest is made
        showing.render(st.session_state.page, answers, selection, settings, say)
    with top:
        header.top_line(answers.dataset, say)
        header.figures(answers, selection, say)
        state.show_problems(say)
    sidebar.conditions(answers, say)


main()
