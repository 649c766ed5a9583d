"""The conditions, in the order people think: where, who, how, whether, since when."""

import datetime as dt
from enum import StrEnum

import streamlit as st

from charging.domain.filters import Filters
from charging.domain.operators import OperatorKind, load_operators
from charging.domain.text_folding import fold_text
from charging.domain.towns import is_of_china
from charging.domain.vocabulary import Access, Connector, Current, Relation, Site, Status
from charging.queries.dataset_figures import city_ids
from charging.queries.search import fits_pinyin
from charging.queries.totals import piles_by_operator
from charging.views.chrome import search
from charging.views.chrome.headline import has_published_figures
from charging.views.elements.markup import operator_label, show_placeholder, show_plain_button, show_section
from charging.views.elements.texts import Texts
from charging.views.mapview import favourites
from charging.views.session import state
from charging.views.session.colours import colours_of, operators_by_size
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import show_repeats
from charging.views.session.visit import set_widget_value, visit, widget_value

MAX_LISTED = 24
"""Operators listed at once; smaller ones are found by name."""

MAX_WITHOUT_SEARCH = 8
"""Operators up to which a list needs no search."""

LINES = 7
"""Grey lines in the place of the widgets until they come."""

POWERS_KW = (7.0, 22.0, 60.0, 120.0, 180.0, 250.0, 350.0, 480.0)
"""Powers one asks for: those at which cars and piles come in classes."""


def show_conditions(context: ViewContext) -> None:
    """Show the widgets; their values are read with `state.selected_filters`."""
    with st.sidebar:
        if visit.is_first_run:
            show_placeholder(LINES)
            return
        say = context.say
        search.show_search(context)
        favourites.show_favourites(context)
        _show_where(context)
        _show_who(context)
        _show_how(say)
        _show_whether(context)
        st.button(say("sidebar.clear"), on_click=state.fill_widgets, args=(Filters(),), width="stretch")


def _show_where(context: ViewContext) -> None:
    say = context.say
    show_section(say("sidebar.where"))
    st.text_input(
        say("sidebar.search"),
        key="q",
        placeholder=say("sidebar.search"),
        label_visibility="collapsed",
        max_chars=100,
    )
    present = {*context.answers.ask(city_ids), *(widget_value("city") or ())}
    if not present:
        return
    st.multiselect(
        say("sidebar.city"),
        # those of China by their code, then the others by name
        sorted(
            present, key=lambda city: (not is_of_china(city), is_of_china(city) or say(f"city.{city}"), city)
        ),
        format_func=lambda city: say(f"city.{city}"),
        key="city",
        placeholder=say("sidebar.city.placeholder"),
        label_visibility="collapsed",
    )


def _show_who(context: ViewContext) -> None:
    answers, say = context.answers, context.say
    show_section(say("sidebar.who"))
    operators = operators_by_size(answers)
    if not operators and not visit.operators:
        st.caption(say("sidebar.operator.unknown"))
        return
    known = {operator.id for operator in load_operators() if operator.kind is OperatorKind.CARMAKER}
    carmakers = [operator for operator in operators if operator in known]
    choices = {"all": operators, "none": []}
    if len(carmakers) > 1:  # one alone is chosen by its name
        choices["carmakers"] = carmakers
    with st.container(horizontal=True, gap="small", key="who_buttons"):
        for label, choice in choices.items():
            show_plain_button(say(f"sidebar.operator.{label}"), label, set_widget_value, "operator", choice)
    if len(operators) > MAX_WITHOUT_SEARCH:
        st.text_input(
            say("sidebar.operator.find"),
            key="find_operator",
            label_visibility="collapsed",
            placeholder=say("sidebar.operator.find"),
        )
    listed = _operators_to_list(operators, widget_value("find_operator") or "", context)
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
    show_repeats(context)


def _operators_to_list(operators: list[str], search_text: str, context: ViewContext) -> list[str]:
    """Return the operators to list: those chosen, then the largest whose name, id or pinyin has the text."""
    chosen, say, text = visit.operators, context.say, fold_text(search_text)
    spelled = _spelled_operators(context, search_text)
    matches = [
        operator
        for operator in operators
        if operator not in chosen
        if operator in spelled or text in fold_text(f"{operator} {say(f'operator.{operator}')}")
    ]
    keep = {*chosen, *matches[:MAX_LISTED]}
    return [operator for operator in operators if operator in keep] + [
        operator for operator in chosen if operator not in operators
    ]


def _spelled_operators(context: ViewContext, text: str) -> set[str]:
    """Return the operators whose name in pinyin has the text."""
    if not fold_text(text):
        return set()
    named = context.answers.engine.operators
    return {each.operator_id for each in named if each.pinyin and fits_pinyin(each.pinyin, text)}


def _caption_operators(operators: list[str], listed: list[str], say: Texts) -> None:
    hidden = len(set(operators) - set(listed))
    if not listed and operators:
        st.caption(say("sidebar.operator.nothing"))
    elif hidden:
        st.caption(say("sidebar.operator.hidden", count=say.number(hidden)))
    elif not visit.operators:
        st.caption(say("sidebar.operator.hint"))


def _show_how(say: Texts) -> None:
    show_section(say("sidebar.how"))
    _choose_pills(Current, "current", say)
    asked_kw = visit.min_power_kw  # a link may ask for a power between the usual ones
    st.selectbox(
        say("sidebar.min_kw"),
        sorted({0.0, *POWERS_KW, asked_kw}),
        key="min_kw",
        format_func=lambda power_kw: f"{power_kw:g}" if power_kw else say("sidebar.min_kw.any"),
    )
    _choose_many(Connector, "connector", say)


def _show_whether(context: ViewContext) -> None:
    say = context.say
    is_set = any(widget_value(key) for key in _WHETHER)
    expander = st.expander(say("sidebar.whether"), expanded=is_set, key="whether", on_change="rerun")
    if expander.open:  # what is closed is not sent: the map comes sooner without it
        with expander:
            _show_whether_widgets(context)


def _show_whether_widgets(context: ViewContext) -> None:
    say = context.say
    if has_published_figures(context) or widget_value("relation"):  # to the map that published them
        _choose_pills(Relation, "relation", say, help_text=say("sidebar.relation.help"))
    _choose_many(Status, "status", say)
    _choose_pills(Access, "access", say)
    _choose_many(Site, "site", say)
    st.date_input(say("sidebar.since"), key="since", format="YYYY-MM-DD", min_value=dt.date.min)
    st.toggle(say("sidebar.unknown"), key="unknown", help=say("sidebar.unknown.help"))


_WHETHER = ("relation", "status", "access", "site", "since", "unknown")


def _choose_many(members: type[StrEnum], key: str, say: Texts) -> None:
    st.multiselect(
        say(f"sidebar.{key}"),
        list(members),
        key=key,
        format_func=lambda member: say(f"{key}.{member}"),
        placeholder=say(f"sidebar.{key}.placeholder"),
    )


def _choose_pills(members: type[StrEnum], key: str, say: Texts, *, help_text: str | None = None) -> None:
    st.pills(
        say(f"sidebar.{key}"),
        list(members),
        selection_mode="multi",
        key=key,
        format_func=lambda member: say(f"{key}.{member}"),
        help=help_text,
    )
