"""The colour of each operator in the loaded dataset, the same wherever it appears on the page."""

import streamlit as st

from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.maps.palette import Theme, operator_colours
from charging.queries.totals import By, totals
from charging.views.caching import Answers


def theme() -> Theme:
    """Return the theme of the reader's browser."""
    return Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT


def operators_by_size(answers: Answers) -> list[str]:
    """Return the operators of the dataset, the one with most piles first."""
    return [key for key in answers.ask(totals, Filters(), by=By.OPERATOR).key if isinstance(key, str)]


def colours_of(answers: Answers) -> dict[str, str]:
    """Return the colour of every operator, as `#rrggbb` of the present theme."""
    strangers = [
        operator.id for operator in load_operators()
    ]  # a partner's card stands also without its piles
    return operator_colours(list(dict.fromkeys([*operators_by_size(answers), *strangers])), theme=theme())
