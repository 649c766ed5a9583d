"""Around the map: the sentence and the controls above it, the table of what is in view below it."""

import pyarrow as pa
import streamlit as st

from charging.domain.filters import Filters
from charging.maps.tiles import NONE, usable_tiles
from charging.maps.viewport import Viewport
from charging.queries.measures import Measure
from charging.queries.stations import NAMES, count_stations, stations
from charging.queries.totals import count_left_out_as_unknown, piles_by_operator
from charging.views.elements.labels import names_of, operators_of
from charging.views.elements.markup import (
    element,
    escape_markdown,
    operator_label,
    show_segments,
    small_print,
)
from charging.views.session import state
from charging.views.session.colours import colours_of, operators_by_size
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import show_repeats
from charging.views.session.table_keys import key_of_rows
from charging.views.session.visit import Selection, keep_widget_values, visit, widget_value

ROWS = 200
"""Stations listed in the table."""


def show_sentence(context: ViewContext) -> None:
    """Say in words what is selected, and what that leaves out."""
    say, selection = context.say, context.selection
    text = escape_markdown(selection.describe(say))
    left_out = context.answers.ask(count_left_out_as_unknown, selection)
    if left_out:
        text += f" :small[:gray[{say('filter.left_out', count=say.number(left_out))}]]"
    st.markdown(text, help=None if selection.is_empty else say("filter.all_hold"))


def show_map_controls(context: ViewContext) -> None:
    """Show what the cells are coloured by, how fine they are, and what lies over and under them."""
    say = context.say
    st.selectbox(
        say("map.measure"),
        list(Measure),
        key="measure",
        format_func=lambda measure: say(f"colour.{measure}"),
        label_visibility="collapsed",
        width=170,
    )
    show_segments(say("map.detail"), [-1, 0, 1], "detail", lambda step: say(f"map.detail.{step}"))
    colours = colours_of(context.answers)
    overlay = "".join(
        f' :color[●]{{foreground="{colours[operator]}"}} {escape_markdown(say(f"operator.{operator}"))}'
        for operator in visit.overlay
    )
    # what is closed is not sent, and Streamlit forgets what is not shown; writing it keeps it
    keep_widget_values("points", "shade", "fixed", "tiles", "layer")
    popover = st.popover(say("map.layers") + overlay, width="content", key="layers", on_change="rerun")
    if popover.open:
        with popover:
            _show_layer_choices(context)


def _show_layer_choices(context: ViewContext) -> None:
    answers, say = context.answers, context.say
    st.toggle(say("map.points"), key="points")
    st.segmented_control(
        say("map.shade"), state.SHADES, key="shade", format_func=lambda by: say(f"colour.{by}"), required=True
    )
    st.toggle(say("map.fixed"), key="fixed", help=say("map.fixed.help"))
    names = [*usable_tiles(context.settings), NONE]
    if names != [NONE]:
        st.selectbox(say("map.tiles"), names, key="tiles", format_func=lambda name: say(f"tiles.{name}"))
    st.caption(say("map.layers.hint"))
    counts = answers.ask(piles_by_operator, Filters()).set_index("key").piles
    colours = colours_of(answers)
    st.pills(
        say("map.layers"),
        operators_by_size(answers),
        selection_mode="multi",
        key="layer",
        label_visibility="collapsed",
        format_func=lambda operator: operator_label(operator, colours[operator], counts[operator], say),
    )
    show_repeats(context)


def show_stations(context: ViewContext, viewport: Viewport) -> None:
    """Show the stations in view as rows; choosing one selects it, as a click on the map does."""
    answers, selection, say = context.answers, context.selection, context.say
    found = answers.ask(stations, selection, viewport.bounds, limit=ROWS, columns=(*NAMES, "address"))
    count = answers.ask(count_stations, selection, viewport.bounds)
    caption = say("table.caption", shown=say.number(len(found)), count=say.number(count))
    st.html(element("h3", "section", text=say("table.title")) + small_print(caption))
    columns = {
        say("field.name"): names_of(found, say),
        say("field.operator"): operators_of(found, say),
        say("field.piles"): found.piles,
        say("field.dc_piles"): found.dc_piles,
        f"{say('field.max_power_kw')}, kW": found.max_power_kw,
        say("field.address"): found.address,
        say("field.station_id"): found.station_id,
    }
    # as Streamlit sends it: of a data frame it would make one first
    rows = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    ids = found.station_id.to_list()
    key = key_of_rows("stations", hash((*ids, say.language)))
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        selection_mode="single-row",
        on_select=lambda: _select_row(key, ids),
        alt=say("table.title"),
        placeholder="–",
    )


def _select_row(key: str, station_ids: list[str]) -> None:
    rows = widget_value(key).selection.rows
    # a row is left with Escape, which the table keeps to itself: the page would not hear of it
    state.select(Selection("station", station_ids[rows[0]]) if rows else None)
