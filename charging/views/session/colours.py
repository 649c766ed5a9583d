"""The colour of each operator in the loaded dataset, the same wherever it appears on the page."""

from functools import lru_cache

import streamlit as st

from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.maps.palette import Theme, operator_colours
from charging.queries.engine import Engine
from charging.queries.totals import piles_by_operator
from charging.views.session.caching import Answers


def theme() -> Theme:
    """Return the theme of the reader's browser."""
    return Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT


def operators_by_size(answers: Answers) -> list[str]:
    """Return the operators of the dataset, the one with most piles first."""
    return list(answers.ask(_ids_by_size))


def colours_of(answers: Answers) -> dict[str, str]:
    """Return the colour of every operator, as `#rrggbb` of the present theme."""
    return dict(_colours(answers.ask(_ids_by_size), theme()))


def _ids_by_size(engine: Engine) -> tuple[str, ...]:
    return tuple(key for key in piles_by_operator(engine, Filters()).key if isinstance(key, str))


@lru_cache(maxsize=8)
def _colours(by_size: tuple[str, ...], on: Theme) -> dict[str, str]:
    # a partner has a card even without piles
    strangers = (operator.id for operator in load_operators())
    return operator_colours(list(dict.fromkeys([*by_size, *strangers])), theme=on)
