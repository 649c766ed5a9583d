"""What every analysis is: its protocol, the view that shows it, and the controls, maps and tables it uses."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pandas as pd
import streamlit as st

from charging.analytics.coarsen import coarsen_cells
from charging.domain.hexes import are_centred_in, resolution_for_zoom
from charging.maps import layers as draw
from charging.maps.analysis_colours import verdict_classes
from charging.maps.layers import TooltipRow
from charging.maps.viewport import Frame, frame_for
from charging.views.elements.markup import element, simulated_badge
from charging.views.elements.report_recorder import ReportTable, TableRows
from charging.views.elements.texts import Texts
from charging.views.mapview import current_view, map_pane
from charging.views.mapview.map_layers import NO_LAYERS, MapLayers, field_tooltip, ground_layers
from charging.views.mapview.panel import show_panel
from charging.views.mapview.table import show_sentence
from charging.views.report import report
from charging.views.report.report_html import definition_lead
from charging.views.session import analysis_params, state
from charging.views.session.colours import operators_by_size, theme
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import repeats_html
from charging.views.session.table_keys import key_of_rows
from charging.views.session.visit import Selection, set_widget_value, visit

_DECIMALS = (0, 1, 2, 3, 4)  # that the numbers of a column may be rounded to


@dataclass(frozen=True, slots=True)
class TopicView:
    """What an analysis shows for its present parameters."""

    panel: Callable[[], None]  # next to the map
    tables: Callable[[], None] = lambda: None  # under the map
    map: MapLayers = NO_LAYERS  # over the ground
    cell_details: Callable[[str], None] = lambda _: None  # under those of a selected cell, by its H3 id
    has_figures: bool = True  # without any there is nothing to define or to report


class Analysis(Protocol):
    """A question to the dataset: what it asks the reader, and what it answers."""

    @property
    def definition(self) -> tuple[Callable[..., Any], ...]:
        """The functions whose docstrings define the figures of the panel."""

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""

    def build(self, context: ViewContext) -> TopicView:
        """Return the answer: its map, panel and tables."""


def show_analysis(analysis: Analysis, context: ViewContext, lead: Callable[[], None] = lambda: None) -> None:
    """Show an analysis: `lead`, the sentence and its controls, the map with its panel, its tables."""
    say, recorder = context.say, context.recorder
    recorder.clear()
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        lead()
        show_sentence(context)
        report_buttons = st.container(key="report", horizontal=True, width="content", gap="small")
    with st.container(key="asked", horizontal=True, vertical_alignment="bottom"):
        analysis.controls(context)
    selected = state.selection()
    with st.container(key="stage", horizontal=True, gap=None):
        map_column, panel_column = st.container(key="map_pane"), st.container(key="panel")
    with panel_column, st.spinner(say("analysis.counting")):  # seen where an answer takes more than a moment
        view = analysis.build(context)
    layers = [*ground_layers(context), *view.map.layers]
    with map_column:
        map_pane.show_map(context, layers)
    with panel_column:
        _show_panel(analysis, view, context, selected)
    if view.map.note:
        st.caption(view.map.note)
    view.tables()
    if recorder.functions:  # an analysis without definitions has no figures
        with report_buttons:
            report.show_report_buttons(context, MapLayers(layers, view.map.note))
    state.write_url(context.selection)


def _show_panel(
    analysis: Analysis, view: TopicView, context: ViewContext, selected: Selection | None
) -> None:
    """Show the panel; details of a selection take its place, though the report has it all the same."""
    if selected:
        show_panel(context, current_view.viewport(context), selected)
        if selected.kind == "hex":
            view.cell_details(selected.id)
    with st.container(key="unseen") if selected else nullcontext():
        view.panel()
        if view.has_figures:
            if notes := repeats_html(context):
                context.recorder.show_html(notes)
            show_definition(context, *analysis.definition)
    if context.footer and not selected:
        st.html(simulated_badge("p", context.footer, context.say))


def category_layers(
    context: ViewContext,
    cells_at: Callable[[int], pd.DataFrame],
    *,
    title: str,
    names: Mapping[str, str],
    strongest_first: bool,
    columns: Sequence[str] = (),
    max_resolution: int | None = None,
) -> MapLayers:
    """Return the cells in view, coloured by their `category`, with their legend.

    `cells_at` gives the table at a resolution: `cell`, `category`, and `columns` for the tooltip. `names` has
    the categories in the order of the legend. Cells too small to see are drawn coarser, and the page says so:
    with `strongest_first` a coarser cell shows the first category of those inside it, and its tooltip the
    number of each; otherwise the coarser cells themselves are asked for. With `max_resolution` cells are as
    fine as the map shows them, up to it, and not as the reader chose: nothing is counted by them.
    """
    say, wanted = context.say, visit.resolution
    if max_resolution is not None:
        viewport = current_view.viewport(context)
        visible = resolution_for_zoom(viewport.zoom, viewport.bounds.centre_lat) + FINER
        wanted = min(visible, max_resolution)
    frame, resolution = frame_in_view(context, wanted)
    is_coarser = resolution < wanted
    inside = strongest_first and is_coarser
    table = coarsen_cells(cells_at(wanted), resolution, list(names)) if inside else cells_at(resolution)
    rows = table[are_centred_in(frame.bounds, table["cell"].to_numpy())]
    rows = rows.assign(verdict=rows.category.astype(str).map(names))
    scale = verdict_classes(rows.category, title, names, unknown=say("unknown"), theme=theme())
    counts = tuple(TooltipRow(column=name, label=text) for name, text in names.items()) if inside else ()
    tooltip = field_tooltip(context, *(() if inside else columns), heading="verdict")
    tooltip = replace(tooltip, rows=(*tooltip.rows, *counts))
    legend = draw.legend(
        scale, rows.category.astype(str), count_label=say("map.cells"), footer=context.footer
    )
    how = "inside" if inside else "itself"
    note = say(f"analysis.coarser.{how}", drawn=resolution, asked=wanted) if is_coarser else ""
    return MapLayers([draw.hexes(rows, scale, tooltip, selected_cell=state.selected_cell()), legend], note)


def frame_in_view(context: ViewContext, wanted: int) -> tuple[Frame, int]:
    """Return what the map shows, and the resolution at which cells of the one wanted can be seen there."""
    viewport = current_view.viewport(context)
    finer = min(max(wanted - resolution_for_zoom(viewport.zoom, viewport.bounds.centre_lat), 0), FINER)
    frame = frame_for(viewport, detail=finer, last=visit.frame)
    visit.frame = frame
    return frame, min(wanted, frame.resolution)


FINER = 1
"""Resolutions finer than the map would choose, down to which cells of an analysis can still be seen."""


def choose_operators(
    context: ViewContext, key: str, *, apart_from: str = "", none: str = "asked.placeholder"
) -> None:
    """Show the choice of a set of operators; those of the set `apart_from` cannot be chosen.

    `none` is the key of the text for an empty set.
    """
    say = context.say
    taken = analysis_params.operator_set(apart_from) if apart_from else ()
    chosen = [operator for operator in analysis_params.operator_set(key) if operator not in taken]
    set_widget_value(key, chosen)
    offered = [operator for operator in operators_by_size(context.answers) if operator not in taken]
    st.multiselect(
        say(f"asked.{key}"),
        list(dict.fromkeys([*offered, *chosen])),
        key=key,
        format_func=lambda operator: say(f"operator.{operator}"),
        placeholder=say(none),
        help=say(f"asked.{key}.help"),
    )
    names = say("compare.and").join(say(f"operator.{operator}") for operator in chosen)
    context.recorder.record_question(say(f"asked.{key}"), names or say(none))


def choose_one(
    context: ViewContext, key: str, options: Sequence[Any], text: Callable[[Any], str], *, label: str = ""
) -> None:
    """Show the choice of one out of a few, under `label` or the usual text of its key."""
    label = label or context.say(f"asked.{key}")
    option = st.selectbox(label, options, key=key, format_func=text, width=150)
    context.recorder.record_question(label, text(option))


def choose_resolution(context: ViewContext) -> None:
    """Show the choice of the resolution of cells."""
    sizes = analysis_params.RESOLUTIONS
    choose_one(context, "resolution", sizes, lambda size: context.say("asked.cells", resolution=size))


def show_table(
    context: ViewContext,
    rows: TableRows,
    name: str,
    *,
    max_rows: int | None = None,
    config: Mapping[str, Any] = MappingProxyType({}),
    can_choose: bool = False,
) -> list[int]:
    """Show a table under its title, with a button that takes it away as CSV; return the rows chosen.

    `rows` has its columns under their names on the page, and `config` the column configurations of Streamlit;
    `name` gives the title `analysis.table.<name>` and the file its name. With `max_rows` the first rows are
    shown, and the page says how many there are; the file has all of them. With `can_choose` rows can be
    chosen, and their positions are returned.
    """
    say = context.say
    formats = {column: _number_format(each) for column, each in config.items()}
    table = ReportTable(name, say(f"analysis.table.{name}"), rows, formats)
    context.recorder.record_piece(table)
    with st.container(horizontal=True, vertical_alignment="center", key=f"head-{name}"):
        st.html(element("h3", "section", text=table.title))
        st.download_button(
            say("analysis.csv"),
            partial(report.table_csv_bytes, table),
            file_name=f"{report.file_stems(context.datasets)}-{name}.csv",
            mime="text/csv",
            type="tertiary",
            on_click="ignore",
            key=f"csv-{name}",
        )
    choice: dict[str, Any] = {"on_select": "rerun", "selection_mode": "multi-row"} if can_choose else {}
    first = rows.head(max_rows or len(rows))
    widget = st.dataframe(
        first,
        hide_index=True,
        column_config={
            **number_columns(_usual_formats(first.drop(columns=list(config or {})))),
            **(config or {}),
        },
        placeholder="–",
        key=key_of_rows(f"rows-{name}", _hash_of(rows)) if can_choose else f"rows-{name}",
        **choice,
    )
    if max_rows and len(rows) > max_rows:
        st.caption(say("analysis.first", shown=say.number(max_rows), rows=say.number(len(rows))))
    return list(widget.selection.rows) if can_choose else []


def _hash_of(rows: TableRows) -> int:
    return int(pd.util.hash_pandas_object(rows.head(len(rows)).astype("str")).sum())


def number_columns(formats: Mapping[str, str]) -> dict[str, Any]:
    """Return Streamlit's configuration of columns of numbers, given their formats."""
    return {column: st.column_config.NumberColumn(format=form) for column, form in formats.items()}


def _usual_formats(rows: pd.DataFrame) -> dict[str, str]:
    """Return how numbers are written: thousands apart, or as many decimals in all rows of a column."""
    formats = {}
    for column, numbers in rows.select_dtypes("number").items():
        values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        known = values[np.isfinite(values)]
        decimals = next((some for some in _DECIMALS if np.array_equal(known.round(some), known)), None)
        if decimals is not None:
            formats[str(column)] = f"%.{decimals}f" if decimals else "localized"
    return formats


def _number_format(config: Mapping[str, Any]) -> str:
    """Return the format of a column's numbers in Streamlit's configuration of it; "" where it has none."""
    return (config.get("type_config") or {}).get("format") or ""


def show_definition(context: ViewContext, *functions: Callable[..., Any]) -> None:
    """Offer the definitions behind the figures: the docstrings, which are the one place they are written."""
    context.recorder.record_definitions(*functions)
    with st.popover(context.say("analysis.definition"), width="content"):
        st.caption(definition_lead(context.say))
        for function in functions:
            st.markdown(f"`{function.__module__}.{function.__qualname__}`")
            st.text(inspect.getdoc(function) or "")


def ratio(part: float, whole: float, say: Texts) -> str:
    """Return a part of a whole in words, with its share: never one without the other."""
    if math.isnan(whole) or math.isnan(part) or whole <= 0:
        return say("analysis.of_nothing")
    return say("figures.parts", share=say.share(part / whole), part=say.number(part), whole=say.number(whole))
