"""The page, and the server that shows it. Run it with `streamlit run dashboard.py`."""

import streamlit as st

from charging.views.session import warmup


def main() -> None:
    """Show the page: settings, dataset, which view."""
    warmup.wait()
    # imported here and below: the server answers first, and a dataset is opened while folium is loaded
    from charging.views.elements import markup  # noqa: PLC0415
    from charging.views.elements.texts import Texts  # noqa: PLC0415
    from charging.views.session import startup, state  # noqa: PLC0415

    st.set_page_config(page_title="Charging map", page_icon="⚡", layout="wide")
    state.begin()
    say = Texts(st.session_state.language)
    markup.style()
    opened = startup.settings_and_answers(say)
    if opened is None:
        return
    settings, answers = opened
    from charging.views.chrome import header, sidebar  # noqa: PLC0415
    from charging.views.pages import router  # noqa: PLC0415
    from charging.views.session import render_lock  # noqa: PLC0415

    selection = state.filters()
    top, view = st.container(), st.container()
    with render_lock.turn():
        with view:  # first, so that the map is on its way while the rest is made
            router.render(st.session_state.page, answers, selection, settings, say)
        with top:
            header.top_line(answers.dataset, say)
            header.figures(answers, selection, say)
            state.show_problems(say)
        sidebar.conditions(answers, say)


if __name__ == "__main__":  # as Streamlit runs the page, for each visitor
    main()
else:  # as its server loads it, once
    warmup.share_arenas()  # before there are threads that have some
    app = st.App(__file__, lifespan=warmup.ready)
