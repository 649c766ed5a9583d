"""The conditions, in the order people think: where, who, how, whether, since when."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

import streamlit as st

from charging.domain.filters import Filters
from charging.domain.operators import OperatorKind, load_operators
from charging.domain.text_folding import fold_text
from charging.domain.vocabulary import Access, Connector, Current, Relation, Site, Status
from charging.queries.totals import piles_by_operator
from charging.views.chrome import search
from charging.views.elements.markup import operator_label, section, waiting
from charging.views.elements.texts import Texts, names
from charging.views.mapview import favourites
from charging.views.session import state
from charging.views.session.colours import colours_of, operators_by_size
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit, widget_value

MOST_LISTED = 24
"""Operators listed at once; smaller ones are found by name."""

FEW = 8
"""Operators up to which a list needs no search."""

LINES = 7
"""Grey lines in the place of the widgets until they come."""

POWERS_KW = (7.0, 22.0, 60.0, 120.0, 180.0, 250.0, 350.0, 480.0)
"""Powers one asks for: those at which cars and piles come in classes."""


def conditions(context: ViewContext) -> None:
    """Show the widgets; what they stand at is read with `state.filters`."""
    with st.sidebar:
        if visit.is_first_run:
            waiting(LINES)
            return
        say = context.say
        search.search(context)
        favourites.shelf(context)
        _where(say)
        _who(context)
        _how(say)
        _whether(say)
        st.button(say("sidebar.clear"), on_click=state.fill_widgets, args=(Filters(),), width="stretch")


def _where(say: Texts) -> None:
    section(say("sidebar.where"))
    cities = names(say.language, "city")
    st.text_input(
        say("sidebar.search"),
        key="q",
        placeholder=say("sidebar.search"),
        label_visibility="collapsed",
        max_chars=100,
    )
    st.multiselect(
        say("sidebar.city"),
        list(cities),
        format_func=lambda city: cities.get(city, city),
        key="city",
        placeholder=say("sidebar.city.placeholder"),
        label_visibility="collapsed",
    )


def _who(context: ViewContext) -> None:
    answers, say = context.answers, context.say
    section(say("sidebar.who"))
    operators = operators_by_size(answers)
    if not operators and not visit.operators:
        st.caption(say("sidebar.operator.unknown"))
        return
    carmakers = {operator.id for operator in load_operators() if operator.kind is OperatorKind.CARMAKER}
    with st.container(horizontal=True, gap="small", key="who_buttons"):
        for label, chosen in (
            ("all", operators),
            ("none", []),
            ("carmakers", [operator for operator in operators if operator in carmakers]),
        ):
            st.button(
                say(f"sidebar.operator.{label}"), on_click=_choose, args=(chosen,), type="tertiary", key=label
            )
    if len(operators) > FEW:
        st.text_input(
            say("sidebar.operator.find"),
            key="find_operator",
            label_visibility="collapsed",
            placeholder=say("sidebar.operator.find"),
        )
    listed = _listed(operators, fold_text(widget_value("find_operator") or ""), say)
    sums = answers.ask(piles_by_operator, Filters())
    counts = dict(zip(sums["key"].to_list(), sums["piles"].to_list(), strict=True))
    colours = colours_of(answers)
    st.pills(
        say("sidebar.operator"),
        listed,
        selection_mode="multi",
        key="operator",
        format_func=lambda operator: operator_label(
            operator, colours.get(operator, "gray"), counts.get(operator, 0), say
        ),
        label_visibility="collapsed",
        width="stretch",
    )
    _caption_operators(operators, listed, say)


def _listed(operators: list[str], sought: str, say: Texts) -> list[str]:
    """Return the operators to list: those chosen, then the largest whose name or id has the text."""
    chosen = visit.operators
    found = [
        operator
        for operator in operators
        if operator not in chosen and sought in fold_text(f"{operator} {say(f'operator.{operator}')}")
    ]
    keep = {*chosen, *found[:MOST_LISTED]}
    return [operator for operator in operators if operator in keep] + [
        operator for operator in chosen if operator not in operators
    ]


def _caption_operators(operators: list[str], listed: list[str], say: Texts) -> None:
    hidden = len(set(operators) - set(listed))
    if not listed and operators:
        st.caption(say("sidebar.operator.nothing"))
    elif hidden:
        st.caption(say("sidebar.operator.hidden", count=say.number(hidden)))
    elif not visit.operators:
        st.caption(say("sidebar.operator.hint"))


def _choose(operators: Iterable[str]) -> None:
    visit.operators = list(operators)


def _how(say: Texts) -> None:
    section(say("sidebar.how"))
    st.pills(
        say("sidebar.current"),
        list(Current),
        selection_mode="multi",
        key="current",
        format_func=lambda current: say(f"current.{current}"),
    )
    asked_kw = visit.min_power_kw  # a link may ask for a power between the usual ones
    st.selectbox(
        say("sidebar.min_kw"),
        sorted({0.0, *POWERS_KW, asked_kw}),
        key="min_kw",
        format_func=lambda power_kw: f"{power_kw:g}" if power_kw else say("sidebar.min_kw.any"),
    )
    _choice(Connector, "connector", say)


def _whether(say: Texts) -> None:
    is_set = any(widget_value(key) for key in _WHETHER)
    expander = st.expander(say("sidebar.whether"), expanded=is_set, key="whether", on_change="rerun")
    if expander.open:  # what is closed is not sent: the map comes sooner without it
        with expander:
            _whether_widgets(say)


def _whether_widgets(say: Texts) -> None:
    st.pills(
        say("sidebar.relation"),
        list(Relation),
        selection_mode="multi",
        key="relation",
        format_func=lambda relation: say(f"relation.{relation}"),
        help=say("sidebar.relation.help"),
    )
    _choice(Status, "status", say)
    st.pills(
        say("sidebar.access"),
        list(Access),
        selection_mode="multi",
        key="access",
        format_func=lambda access: say(f"access.{access}"),
    )
    _choice(Site, "site", say)
    st.date_input(say("sidebar.since"), key="since", format="YYYY-MM-DD", min_value=dt.date.min)
    st.toggle(say("sidebar.unknown"), key="unknown", help=say("sidebar.unknown.help"))


_WHETHER = ("relation", "status", "access", "site", "since", "unknown")


def _choice(members: type[StrEnum], key: str, say: Texts) -> None:
    st.multiselect(
        say(f"sidebar.{key}"),
        list(members),
        key=key,
        format_func=lambda member: say(f"{key}.{member}"),
        placeholder=say(f"sidebar.{key}.placeholder"),
    )
