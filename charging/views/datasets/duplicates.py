"""Stations that may be one site, what speaks for it, and the merging of those a reader chooses."""

import threading
from collections.abc import Callable, Iterable

import pandas as pd
import streamlit as st

from charging.analytics.quality import studies
from charging.analytics.quality.duplicates import Grade, KeepReason, suspected_duplicates
from charging.dataset.merging import merge, merged_stations, read_merges, unmerge
from charging.dataset.retention import sweep_versions
from charging.dataset.store import Dataset
from charging.errors import ChargingError
from charging.views.analyses import analysis
from charging.views.datasets.quality import source_titles
from charging.views.elements.error_box import show_error
from charging.views.elements.labels import names_of
from charging.views.elements.markup import element, show_section
from charging.views.elements.texts import Texts
from charging.views.session.context import ViewContext
from charging.views.session.visit import visit

MAX_PAIRS = 500
"""Pairs shown; the file has all."""

_WRITING = threading.Lock()  # of two writers at once the later may not know the decisions of the other


def show_duplicates(context: ViewContext) -> None:
    """Show suspected duplicates, once they are asked for, and what was merged."""
    say = context.say
    show_section(say("duplicates.title"))
    own = context.dataset
    if visit.duplicates_of == own.folder.name:
        _show_pairs(context)
    else:
        st.markdown(say("duplicates.lead"))
        st.button(
            say("duplicates.ask"), key="ask_duplicates", on_click=_ask_for_pairs, args=(own.folder.name,)
        )
    _show_merges(context)
    if visit.merge_problem:
        show_error(say("merging.problem"), visit.merge_problem, say)
        visit.merge_problem = ""


def _ask_for_pairs(name: str) -> None:
    visit.duplicates_of = name


def _show_pairs(context: ViewContext) -> None:
    say = context.say
    try:
        with st.spinner(say("duplicates.looking")):
            pairs = context.answers.ask(studies.duplicates)
    except ChargingError as error:
        show_error(say("duplicates.too_many"), str(error), say)
        return
    if pairs.empty:
        st.markdown(say("duplicates.none"))
        return
    can_merge = context.settings.uploads == "on"
    rows = analysis.show_table(
        context, _pair_rows(context, pairs), "duplicates", max_rows=MAX_PAIRS, can_choose=can_merge
    )
    analysis.show_definition(context, suspected_duplicates)
    if not can_merge:
        st.caption(say("merging.off"))
        return
    st.html(element("p", "caution", text=say("merging.all_users")))
    ids = [(str(pairs.keep[row]), str(pairs["drop"][row])) for row in rows if row < len(pairs)]
    st.button(
        say("merging.merge", count=say.number(len(ids))),
        key="merge_pairs",
        disabled=not ids,
        on_click=_write_merges,
        args=(merge, context, ids),
    )


def _pair_rows(context: ViewContext, pairs: pd.DataFrame) -> pd.DataFrame:
    say, titles = context.say, source_titles(context)
    agree = {True: say("duplicates.yes"), False: say("duplicates.no")}
    sides = {side: names_of(pairs, say, id_column=side, prefix=f"{side}_") for side in ("keep", "drop")}
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
            say("duplicates.same_ids"): [say("duplicates.yes") if same else "" for same in pairs.same_ids],
            say("duplicates.kept_for"): [
                say(f"duplicates.kept_for.{KeepReason(reason)}") for reason in pairs.kept_for
            ],
            say("duplicates.keep_source"): [titles.get(source, source) for source in pairs.keep_source],
            say("duplicates.drop_source"): [titles.get(source, source) for source in pairs.drop_source],
            say("duplicates.keep_id"): pairs.keep,
            say("duplicates.drop_id"): pairs["drop"],
        }
    )


def _show_merges(context: ViewContext) -> None:
    """Show what is merged, and how to have it back."""
    say, own = context.say, context.dataset
    try:
        decisions = read_merges(own.folder)
        names = _station_names(own, say) if decisions else {}
    except ChargingError as error:
        show_error(say("merging.problem"), str(error), say)
        return
    if not decisions:
        return
    can_undo = context.settings.uploads == "on"
    table = pd.DataFrame(
        {
            say("merging.dropped"): [names.get(one.drop, one.drop) for one in decisions],
            say("merging.dropped_id"): [one.drop for one in decisions],
            say("merging.into"): [one.keep for one in decisions],
            say("merging.decided"): [f"{one.decided_at:%Y-%m-%d %H:%M}" for one in decisions],
            say("merging.why"): [one.why for one in decisions],
        }
    )
    rows = analysis.show_table(context, table, "merged", can_choose=can_undo)
    if not can_undo:
        return
    back = [decisions[row].drop for row in rows if row < len(decisions)]
    with st.container(horizontal=True):
        st.button(
            say("merging.undo", count=say.number(len(back))),
            key="undo_merges",
            disabled=not back,
            on_click=_write_merges,
            args=(unmerge, context, back),
        )
        st.button(
            say("merging.undo_all"), key="undo_all", on_click=_write_merges, args=(unmerge, context, None)
        )


def _station_names(dataset: Dataset, say: Texts) -> dict[str, str]:
    """Return the names of the stations a version leaves out, by their ids."""
    rows = merged_stations(dataset).select(["station_id", "name", "name_zh"]).to_pandas()
    return dict(zip(rows.station_id, names_of(rows, say), strict=True))


def _write_merges(how: Callable[..., Dataset], context: ViewContext, what: Iterable[object] | None) -> None:
    """Make the next version of a dataset, which the page opens in this run."""
    try:
        with _WRITING:
            how(context.dataset, what)
            sweep_versions(context.dataset.folder, context.settings)
    except ChargingError as error:
        visit.merge_problem = str(error)
