"""The coverage view: which of its analyses is shown."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from charging.views.analyses import analysis
from charging.views.analyses.highways import ExpresswayService
from charging.views.analyses.operator_exit import OperatorExit
from charging.views.analyses.partners import PartnerGains
from charging.views.analyses.reach import Reach
from charging.views.analyses.white_spots import WhiteSpotRanking
from charging.views.elements.markup import show_segments
from charging.views.elements.texts import Texts
from charging.views.session import analysis_params
from charging.views.session.context import ViewContext
from charging.views.session.visit import AnalysisName, visit

ANALYSES: Mapping[AnalysisName, analysis.Analysis] = {
    AnalysisName.PARTNERS: PartnerGains(),
    AnalysisName.LEAVING: OperatorExit(),
    AnalysisName.REACH: Reach(),
    AnalysisName.HIGHWAYS: ExpresswayService(),
    AnalysisName.SPOTS: WhiteSpotRanking(),
}


def render(context: ViewContext) -> None:
    """Show the view."""
    analysis_params.fill_sets(context.answers)
    _show_analysis(context)


@st.fragment(key="coverage")
def _show_analysis(context: ViewContext) -> None:
    analysis_params.keep_choices()
    analysis.show_analysis(ANALYSES[visit.analysis], context, partial(_choose_analysis, context.say))


def _choose_analysis(say: Texts) -> None:
    show_segments(say("analysis.label"), list(ANALYSES), "topic", lambda name: say(f"analysis.name.{name}"))
