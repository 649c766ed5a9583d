"""The coverage view: which of its analyses is shown."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from charging.views.analyses import analysis, units
from charging.views.analyses.highways import ExpresswayService
from charging.views.analyses.operator_exit import OperatorExit
from charging.views.analyses.partners import PartnerGains
from charging.views.analyses.reach import Reach
from charging.views.analyses.white_spots import WhiteSpotRanking
from charging.views.elements.markup import show_segments
from charging.views.session import analysis_params
from charging.views.session.context import ViewContext
from charging.views.session.damage import tells_damage
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


def offered_analyses(context: ViewContext) -> list[AnalysisName]:
    """Return the analyses to choose from: Highways where there are service areas, or could be.

    They are of expressways of China; one that is asked for by a link is there all the same.
    """
    has_roads = units.has_service_areas(context.answers) or units.is_in_china(context)
    return [
        name
        for name in ANALYSES
        if name != AnalysisName.HIGHWAYS or has_roads or visit.analysis == AnalysisName.HIGHWAYS
    ]


@st.fragment(key="coverage")
@tells_damage
def _show_analysis(context: ViewContext) -> None:
    analysis_params.keep_choices()
    analysis.show_analysis(ANALYSES[visit.analysis], context, partial(_choose_analysis, context))


def _choose_analysis(context: ViewContext) -> None:
    say, offered = context.say, offered_analyses(context)
    show_segments(say("analysis.label"), offered, "topic", lambda name: say(f"analysis.name.{name}"))
