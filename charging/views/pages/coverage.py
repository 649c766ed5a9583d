"""The coverage view: which of its analyses is shown."""

import streamlit as st

from charging.domain.filters import Filters
from charging.settings import Settings
from charging.views.analyses import analysis, highways, operator_exit, partners, reach, white_spots
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import Drawing
from charging.views.session import analysis_params
from charging.views.session.analysis_params import Analysis
from charging.views.session.caching import Answers

ANALYSES = {
    Analysis.PARTNERS: partners,
    Analysis.LEAVING: operator_exit,
    Analysis.REACH: reach,
    Analysis.HIGHWAYS: highways,
    Analysis.SPOTS: white_spots,
}
"""The module of each analysis: `controls` shows what it is asked, `told` returns what it answers."""


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    analysis_params.settle(answers)
    _analysis(Drawing(answers, selection, settings, say))


@st.fragment(key="coverage")
def _analysis(drawing: Drawing) -> None:
    analysis_params.keep()
    chosen = ANALYSES[st.session_state.topic]
    analysis.show(
        drawing, lambda: chosen.told(drawing), lambda: chosen.controls(drawing), lambda: _choice(drawing.say)
    )


def _choice(say: Texts) -> None:
    st.segmented_control(
        say("analysis.label"),
        list(ANALYSES),
        key="topic",
        format_func=lambda name: say(f"analysis.name.{name}"),
        required=True,
        label_visibility="collapsed",
    )
