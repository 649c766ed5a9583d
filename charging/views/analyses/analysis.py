"""What the analysing views have in common: their stage, sets of operators, tables and definitions."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from charging.analytics.coarsen import strongest_inside
from charging.domain.hexes import are_centred_in, resolution_for_zoom
from charging.maps import layers as draw
from charging.maps.analysis_colours import verdict_classes
from charging.maps.layers import Layer, TooltipRow
from charging.maps.viewport import Frame, frame_for
from charging.views.elements.markup import element, simulated
from charging.views.elements.report_recorder import Rows, Table
from charging.views.elements.texts import Texts
from charging.views.mapview import map_pane
from charging.views.mapview.map_layers import field_tooltip, surface
from charging.views.mapview.panel import panel
from charging.views.mapview.table import sentence
from charging.views.report import report
from charging.views.session import analysis_params, state
from charging.views.session.colours import operators_by_size, theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import set_widget_value, visit

_DECIMALS = (0, 1, 2, 3, 4)  # that the numbers of a column may be rounded to


class Told(NamedTuple):
    """What an analysis shows: layers over the ground, a note on what they leave out, and what is around."""

    groups: list[Layer]
    note: str
    beside: Callable[[], None]  # in the panel beside the map
    below: Callable[[], None]  # under the map
    of_cell: Callable[[str], None] | None = None  # under the details of a selected cell, by its H3 id


def show(
    context: ViewContext,
    told: Callable[[], Told],
    controls: Callable[[], None],
    lead: Callable[[], None] | None = None,
) -> None:
    """Show an analysis: `lead`, the sentence and its controls, the map with its panel, its tables."""
    say = context.say
    context.recorder.begin()
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        if lead:
            lead()
        sentence(context)
        taken = st.container(key="report", horizontal=True, width="content", gap="small")
    with st.container(key="asked", horizontal=True, vertical_alignment="bottom"):
        controls()
    chosen = state.selection()
    with st.container(key="stage", horizontal=True, gap=None):
        pane = st.container(key="map_pane")
        beside = st.container(key="panel")
    with beside, st.spinner(say("analysis.counting")):  # seen where an answer takes more than a moment
        analysis = told()
    groups = [surface(context), *analysis.groups]
    with pane:
        map_pane.show_map(context, groups)
    with beside:
        if chosen:
            panel(context, map_pane.viewport(context), chosen)
            if analysis.of_cell and chosen.kind == "hex":
                analysis.of_cell(chosen.id)
            with st.container(key="unseen"):  # the report says it all the same
                analysis.beside()
        else:
            analysis.beside()
            if context.footer:
                st.html(simulated("p", context.footer, say))
    if analysis.note:
        st.caption(analysis.note)
    analysis.below()
    if context.recorder.functions:  # an analysis without definitions has told nothing
        with taken:
            report.offer(context, groups, analysis.note)
    state.write_url(context.selection)


class Verdicts(NamedTuple):
    """A layer of cells with a verdict each and its legend, and a note on how it is drawn."""

    groups: list[Layer]
    note: str


def verdicts(
    context: ViewContext,
    at: Callable[[int], pd.DataFrame],
    *,
    title: str,
    names: Mapping[str, str],
    strongest_first: bool,
    columns: Sequence[str] = (),
    finest: int | None = None,
) -> Verdicts:
    """Return the cells in view, coloured by their `category`.

    Cells too small to see are drawn coarser, and the page says so.

    Parameters
    ----------
    at
        The table at a resolution: `cell`, `category` and `columns`.
    names
        The categories in the order of the legend, with their names.
    strongest_first
        Whether the first category counts most: a coarser cell then shows the first of those inside it, and
        its tooltip how many of each. Otherwise `at` is asked for the coarser cells themselves.
    columns
        Fields a tooltip names besides.
    finest
        If given, cells are as fine as the map shows them, down to this resolution, and not as the reader
        chose: nothing is counted by them.
    """
    say, asked_for = context.say, visit.resolution
    if finest is not None:
        viewport = map_pane.viewport(context)
        asked_for = min(resolution_for_zoom(viewport.zoom, viewport.bounds.centre_lat) + FINER, finest)
    frame, drawn = in_view(context, asked_for)
    inside = strongest_first and drawn < asked_for
    table = strongest_inside(at(asked_for), drawn, list(names)) if inside else at(drawn)
    rows = table[are_centred_in(frame.bounds, table["cell"].to_numpy())]
    rows = rows.assign(verdict=rows.category.astype(str).map(names))
    scale = verdict_classes(
        rows.category,
        column="category",
        title=title,
        unit="",
        order=list(names),
        names=names,
        unknown=say("unknown"),
        theme=theme(),
    )
    counts = tuple(TooltipRow(column=name, label=text) for name, text in names.items()) if inside else ()
    tooltip = field_tooltip(context, *(() if inside else columns), heading="verdict")
    tooltip = replace(tooltip, rows=(*tooltip.rows, *counts))
    note = ""
    if drawn < asked_for:
        how = "inside" if inside else "itself"
        note = say(f"analysis.coarser.{how}", drawn=drawn, asked=asked_for)
    legend = draw.legend(
        scale, rows.category.astype(str), count_label=say("map.cells"), footer=context.footer
    )
    selected = state.chosen_cell(state.selection())
    return Verdicts([draw.hexes(rows, scale, tooltip, selected_cell=selected), legend], note)


def in_view(context: ViewContext, asked_for: int) -> tuple[Frame, int]:
    """Return what the map shows, and the resolution at which cells of the one asked for can be seen there."""
    viewport = map_pane.viewport(context)
    finer = min(max(asked_for - resolution_for_zoom(viewport.zoom, viewport.bounds.centre_lat), 0), FINER)
    frame = frame_for(viewport, detail=finer, last=visit.frame)
    visit.frame = frame
    return frame, min(asked_for, frame.resolution)


FINER = 1
"""Resolutions finer than the map would choose, down to which cells of an analysis can still be seen."""


def operator_set(
    context: ViewContext, key: str, *, apart_from: str = "", none: str = "asked.placeholder"
) -> None:
    """Show the choice of a set of operators; one that stands in the set `apart_from` cannot be chosen.

    `none` is the key of the text that stands where none is chosen.
    """
    say = context.say
    taken = analysis_params.operator_set(apart_from) if apart_from else ()
    chosen = [operator for operator in analysis_params.operator_set(key) if operator not in taken]
    set_widget_value(key, chosen)
    offered = [operator for operator in operators_by_size(context.answers) if operator not in taken]
    st.multiselect(
        say(f"asked.{key}"),
        [*offered, *(operator for operator in chosen if operator not in offered)],
        key=key,
        format_func=lambda operator: say(f"operator.{operator}"),
        placeholder=say(none),
        help=say(f"asked.{key}.help"),
    )
    names = say("compare.and").join(say(f"operator.{operator}") for operator in chosen)
    context.recorder.asked(say(f"asked.{key}"), names or say(none))


def choice(
    context: ViewContext, key: str, options: Sequence[Any], shown: Callable[[Any], str], *, label: str = ""
) -> None:
    """Show the choice of one out of a few, under `label` or the usual text of its key."""
    label = label or context.say(f"asked.{key}")
    context.recorder.asked(label, shown(st.selectbox(label, options, key=key, format_func=shown, width=150)))


def resolution(context: ViewContext) -> None:
    """Show the choice of the resolution of cells."""
    choice(
        context,
        "resolution",
        analysis_params.RESOLUTIONS,
        lambda size: context.say("asked.cells", resolution=size),
    )


def table(
    context: ViewContext,
    rows: Rows,
    name: str,
    *,
    most: int | None = None,
    config: Mapping[str, Any] | None = None,
    can_choose: bool = False,
) -> list[int]:
    """Show a table under its title, with a button that takes it away as CSV; return the rows chosen.

    Parameters
    ----------
    rows
        Columns under the names they are shown by; of those that are made, only what is shown is asked for.
    name
        Names the title `analysis.table.<name>` and the file.
    most
        Rows shown, if not all; the file has all of them, and the page says how many there are.
    config
        Column configurations of Streamlit, by column.
    can_choose
        Whether rows can be chosen; their positions are returned.
    """
    say = context.say
    formats = {column: _format(each) for column, each in (config or {}).items()}
    said = Table(name, say(f"analysis.table.{name}"), rows, formats)
    context.recorder.table(said)
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{name}"):
        st.html(element("h3", "section", text=said.title))
        st.download_button(
            say("analysis.csv"),
            partial(report.csv_of, said),
            file_name=f"{report.file_stems(context.datasets)}-{name}.csv",
            mime="text/csv",
            type="tertiary",
            on_click="ignore",
            key=f"csv-{name}",
        )
    choosing: dict[str, Any] = {"on_select": "rerun", "selection_mode": "multi-row"} if can_choose else {}
    # a key of its own for each set of rows: a kept row number would choose another row
    digest = f"-{pd.util.hash_pandas_object(rows.head(len(rows)).astype('str')).sum()}" if can_choose else ""
    listed = rows.head(most or len(rows))
    shown = st.dataframe(
        listed,
        hide_index=True,
        column_config={**_numbers(listed.drop(columns=list(config or {}))), **(config or {})},
        placeholder="–",
        key=f"rows-{name}{digest}",
        **choosing,
    )
    if most and len(rows) > most:
        st.caption(say("analysis.first", shown=say.number(most), rows=say.number(len(rows))))
    return list(shown.selection.rows) if can_choose else []


def _numbers(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how numbers are written: thousands apart, or as many decimals in all rows of a column."""
    formats = {}
    for column, told in rows.select_dtypes("number").items():
        values = told.to_numpy(dtype=np.float64, na_value=np.nan)
        known = values[np.isfinite(values)]
        decimals = next((most for most in _DECIMALS if np.array_equal(known.round(most), known)), None)
        if decimals is not None:
            formats[str(column)] = f"%.{decimals}f" if decimals else "localized"
    return {column: st.column_config.NumberColumn(format=form) for column, form in formats.items()}


def _format(config: Mapping[str, Any]) -> str:
    """Return the format of a column's numbers in Streamlit's configuration of it; "" where it has none."""
    return (config.get("type_config") or {}).get("format") or ""


def definition(context: ViewContext, *functions: Callable[..., Any]) -> None:
    """Offer the definitions behind the figures: the docstrings, which are the one place they are written."""
    context.recorder.defined(*functions)
    with st.popover(context.say("analysis.definition"), width="content"):
        st.caption(context.say("analysis.definition.lead"))
        for function in functions:
            st.markdown(f"`{function.__module__}.{function.__qualname__}`")
            st.text(inspect.getdoc(function) or "")


def ratio(part: float, whole: float, say: Texts) -> str:
    """Return a part of a whole in words, with its share: never one without the other."""
    if math.isnan(whole) or math.isnan(part) or whole <= 0:
        return say("analysis.of_nothing")
    return say("figures.parts", share=say.share(part / whole), part=say.number(part), whole=say.number(whole))
