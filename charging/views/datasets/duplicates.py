"""Stations that may be one site, what speaks for it, and the merging of those a reader chooses."""

import threading
from collections.abc import Callable, Iterable

import pandas as pd
import streamlit as st

from charging.analytics import quality_studies
from charging.analytics.duplicates import Grade, Kept, suspected_duplicates
from charging.dataset.merging import merge, merged_stations, read_merges, unmerge
from charging.dataset.store import Dataset
from charging.errors import ChargingError
from charging.views.analyses import analysis
from charging.views.datasets.quality import titles
from charging.views.elements.error_box import trouble
from charging.views.elements.labels import names_in
from charging.views.elements.markup import element, section
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

MOST_PAIRS = 500
"""Pairs shown; the file has all."""

_WRITING = threading.Lock()  # of two writers at once the later may not know the decisions of the other


def show(context: ViewContext) -> None:
    """Show suspected duplicates, once they are asked for, and what was merged."""
    say = context.say
    section(say("duplicates.title"))
    own = context.dataset
    if visit.duplicates_of == own.folder.name:
        _pairs(context)
    else:
        st.markdown(say("duplicates.lead"))
        st.button(say("duplicates.ask"), key="ask_duplicates", on_click=_ask, args=(own.folder.name,))
    _merged(context)
    if visit.merge_problem:
        trouble(say("merging.problem"), visit.merge_problem, say)
        visit.merge_problem = ""


def _ask(name: str) -> None:
    visit.duplicates_of = name


def _pairs(context: ViewContext) -> None:
    say = context.say
    try:
        with st.spinner(say("duplicates.looking")):
            pairs = context.answers.ask(quality_studies.duplicates)
    except ChargingError as error:
        trouble(say("duplicates.too_many"), str(error), say)
        return
    if pairs.empty:
        st.markdown(say("duplicates.none"))
        return
    can_merge = context.settings.uploads == "on"
    chosen = analysis.table(
        context, _shown(pairs, context), "duplicates", most=MOST_PAIRS, can_choose=can_merge
    )
    analysis.definition(context, suspected_duplicates)
    if not can_merge:
        st.caption(say("merging.off"))
        return
    st.html(element("p", "caution", text=say("merging.all_users")))
    ids = [(str(pairs.keep[row]), str(pairs["drop"][row])) for row in chosen if row < len(pairs)]
    st.button(
        say("merging.merge", count=say.number(len(ids))),
        key="merge_pairs",
        disabled=not ids,
        on_click=_write,
        args=(merge, context.dataset, ids),
    )


def _shown(pairs: pd.DataFrame, context: ViewContext) -> pd.DataFrame:
    say, known_as = context.say, titles(context)
    agree = {True: say("duplicates.yes"), False: say("duplicates.no")}
    sides = {
        side: [
            names_in(name, name_zh, say)[0] or station_id
            for name, name_zh, station_id in zip(
                pairs[f"{side}_name"], pairs[f"{side}_name_zh"], pairs[side], strict=True
            )
        ]
        for side in ("keep", "drop")
    }
    return pd.DataFrame(
        {
            say("duplicates.grade"): [say(f"duplicates.grade.{Grade(grade)}") for grade in pairs.grade],
            say("duplicates.score"): pairs.score,
            say("duplicates.keep"): sides["keep"],
            say("duplicates.drop"): sides["drop"],
            say("duplicates.distance"): pairs.distance_m.round(),
            say("duplicates.operator"): pairs.same_operator.map(agree).astype("object"),
            say("duplicates.names"): pairs.name_similarity.round(2),
            say("duplicates.piles"): pairs.same_piles.map(agree).astype("object"),
            say("duplicates.kept_for"): [say(f"duplicates.kept_for.{Kept(why)}") for why in pairs.kept_for],
            say("duplicates.keep_source"): [known_as.get(source, source) for source in pairs.keep_source],
            say("duplicates.drop_source"): [known_as.get(source, source) for source in pairs.drop_source],
            say("duplicates.keep_id"): pairs.keep,
            say("duplicates.drop_id"): pairs["drop"],
        }
    )


def _merged(context: ViewContext) -> None:
    """Show what is merged, and how to have it back."""
    say, own = context.say, context.dataset
    try:
        decisions = read_merges(own.folder)
        names = _names(own, say) if decisions else {}
    except ChargingError as error:
        trouble(say("merging.problem"), str(error), say)
        return
    if not decisions:
        return
    can_undo = context.settings.uploads == "on"
    shown = pd.DataFrame(
        {
            say("merging.dropped"): [names.get(one.drop, one.drop) for one in decisions],
            say("merging.dropped_id"): [one.drop for one in decisions],
            say("merging.into"): [one.keep for one in decisions],
            say("merging.decided"): [f"{one.decided_at:%Y-%m-%d %H:%M}" for one in decisions],
            say("merging.why"): [one.why for one in decisions],
        }
    )
    chosen = analysis.table(context, shown, "merged", can_choose=can_undo)
    if not can_undo:
        return
    back = [decisions[row].drop for row in chosen if row < len(decisions)]
    with st.container(horizontal=True):
        st.button(
            say("merging.undo", count=say.number(len(back))),
            key="undo_merges",
            disabled=not back,
            on_click=_write,
            args=(unmerge, own, back),
        )
        st.button(say("merging.undo_all"), key="undo_all", on_click=_write, args=(unmerge, own, None))


def _names(dataset: Dataset, say: Texts) -> dict[str, str]:
    """Return the names of the stations a version leaves out, by their ids."""
    rows = merged_stations(dataset).select(["station_id", "name", "name_zh"]).to_pylist()
    return {
        row["station_id"]: names_in(row["name"], row["name_zh"], say)[0] or row["station_id"] for row in rows
    }


def _write(how: Callable[..., Dataset], dataset: Dataset, what: Iterable[object] | None) -> None:
    """Make the next version of a dataset, which the page opens in this run."""
    try:
        with _WRITING:
            how(dataset, what)
    except ChargingError as error:
        visit.merge_problem = str(error)
