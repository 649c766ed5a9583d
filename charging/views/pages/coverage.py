"""The coverage view: which of its topics is shown."""

import streamlit as st

from charging.domain.filters import Filters
from charging.settings import Settings
from charging.views.analyses import analysis, highways, operator_exit, partners, reach, white_spots
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import Drawing
from charging.views.session import analysis_params
from charging.views.session.analysis_params import Topic
from charging.views.session.caching import Answers

TOPICS = {
    Topic.PARTNERS: partners,
    Topic.LEAVING: operator_exit,
    Topic.REACH: reach,
    Topic.HIGHWAYS: highways,
    Topic.SPOTS: white_spots,
}
"""The module of each topic: `controls` shows what it is asked, `told` returns what it answers."""


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    analysis_params.settle(answers)
    _topic(Drawing(answers, selection, settings, say))


@st.fragment(key="coverage")
def _topic(drawing: Drawing) -> None:
    analysis_params.keep()
    topic = TOPICS[st.session_state.topic]
    analysis.show(
        drawing, lambda: topic.told(drawing), lambda: topic.controls(drawing), lambda: _topics(drawing.say)
    )


def _topics(say: Texts) -> None:
    st.segmented_control(
        say("topic.label"),
        list(TOPICS),
        key="topic",
        format_func=lambda topic: say(f"topic.{topic}"),
        required=True,
        label_visibility="collapsed",
    )
