"""The coverage view: which of its topics is shown."""

import streamlit as st

from charging.domain.filters import Filters
from charging.settings import Settings
from charging.views import analysis, asked, highways, leaving, partners, reach, spots
from charging.views.asked import Topic
from charging.views.caching import Answers
from charging.views.drawing import Drawing
from charging.views.texts import Texts

TOPICS = {
    Topic.PARTNERS: partners,
    Topic.LEAVING: leaving,
    Topic.REACH: reach,
    Topic.HIGHWAYS: highways,
    Topic.SPOTS: spots,
}
"""The module of each topic: `controls` shows what it is asked, `told` returns what it answers."""


def render(answers: Answers, selection: Filters, settings: Settings, say: Texts) -> None:
    """Show the view."""
    asked.settle(answers)
    _topic(Drawing(answers, selection, settings, say))


@st.fragment(key="coverage")
def _topic(drawing: Drawing) -> None:
    asked.keep()
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
