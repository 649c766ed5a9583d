"""The coverage view: which of its analyses is shown."""

import streamlit as st

from charging.views.analyses import analysis, highways, operator_exit, partners, reach, white_spots
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.context import ViewContext
from charging.views.session.visit import AnalysisName, visit

ANALYSES = {
    AnalysisName.PARTNERS: partners,
    AnalysisName.LEAVING: operator_exit,
    AnalysisName.REACH: reach,
    AnalysisName.HIGHWAYS: highways,
    AnalysisName.SPOTS: white_spots,
}
"""The module of each analysis: `controls` shows what it is asked, `told` returns what it answers."""


def render(context: ViewContext) -> None:
    """Show the view."""
    analysis_params.fill_sets(context.answers)
    _analysis(context)


@st.fragment(key="coverage")
def _analysis(context: ViewContext) -> None:
    analysis_params.keep()
    chosen = ANALYSES[visit.analysis]
    analysis.show(
        context, lambda: chosen.told(context), lambda: chosen.controls(context), lambda: _choice(context.say)
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
