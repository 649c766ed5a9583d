"""Which service areas have a pile, and the longest gaps of the expressways, before and after the partners."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pandas as pd
import streamlit as st

from charging.analytics.highways import Ends, Presence, area_layer, gap_changes, gap_lines
from charging.analytics.studies import Highways, highway_service
from charging.domain.bounds import Bounds
from charging.domain.geography import load_cities
from charging.domain.published import figure_on
from charging.maps import layers as draw
from charging.maps.analysis_colours import VERDICTS, verdict_classes
from charging.maps.layers import Layer, TooltipRow
from charging.maps.viewport import fitting_view
from charging.views.analyses import analysis, units
from charging.views.elements.markup import element, escape_markdown, show_plain_button, terms
from charging.views.elements.texts import Texts
from charging.views.mapview.map_layers import MapLayers, field_tooltip
from charging.views.session import analysis_params, state
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext

MAX_LINES = 12
"""Gaps drawn on the map and named next to it, the longest."""

_AROUND_KM = 20.0  # on each side of a gap that is flown to

_ROAD = ("expressway", "direction")

_FIELDS = (*_ROAD, "chainage_km", "base_piles", "partner_piles")

_GAP_FIELDS = (*_ROAD, "gap_km", "gap_km_before", "crosses_break", "from_lat", "from_lon", "to_lat", "to_lon")
"""What the list of the longest gaps shows, and needs to send the map there."""


class ExpresswayService:
    """Service areas with a pile, and the longest gaps between them."""

    definition = (gap_changes, area_layer)

    def controls(self, context: ViewContext) -> None:
        """Show the parameters."""
        analysis.choose_operators(context, "base")
        analysis.choose_operators(context, "partner", apart_from="base")

    def build(self, context: ViewContext) -> analysis.TopicView:
        """Return the answer: its map, panel and tables."""
        base, partners = analysis_params.operator_set("base"), analysis_params.operator_set("partner")
        found = highway_service(context.answers, context.selection, base, partners)
        if found.areas.empty:
            return analysis.TopicView(partial(_show_no_areas, context), has_figures=False)
        longest = _gaps_after(found.gaps).head(MAX_LINES)
        points = _area_points(context, found.areas)
        notes = (points.note, _line_note(context.say, longest))
        layers = [_gap_lines(context, longest, found.areas), *points.layers]
        return analysis.TopicView(
            partial(_show_gaps, context, found, longest),
            partial(_show_tables, context, found),
            MapLayers(layers, " ".join(note for note in notes if note)),
        )


def _show_no_areas(context: ViewContext) -> None:
    say = context.say
    st.html(
        element("h2", "panel-title", text=say("highways.title"))
        + element("p", "empty", text=say("highways.no_areas"))
    )
    if not units.is_in_china(context):  # nor are there expressways of which they could be
        return
    st.caption(say("highways.no_areas.advice"))
    st.code("python -m charging import stations.csv areas.csv", language="sh", wrap_lines=True)


def _gaps_after(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps as they are after the partners, under the names of `highways.gaps`, longest first."""
    after = gaps.rename(columns=lambda name: name.removesuffix("_after"))
    return after.sort_values("gap_km", ascending=False, kind="stable", ignore_index=True)


def _area_points(context: ViewContext, areas: pd.DataFrame) -> MapLayers:
    """Return the service areas in view with their legend, and a note on those that are left out."""
    say = context.say
    frame, _ = analysis.frame_in_view(context, 0)
    here = areas[frame.bounds.contains(areas.lat.to_numpy(), areas.lon.to_numpy())]
    note = ""
    if len(here) > context.settings.station_limit:
        others = here[here.category != Presence.BASE]
        note = say("highways.too_many", count=say.number(len(here) - len(others)))
        here = others.head(context.settings.station_limit)
    names = {str(presence): say(f"presence.{presence}") for presence in Presence}
    rows = here.assign(
        direction=_direction_names(here, say),
        station_id=here.service_area_id,
        piles=here.base_piles.fillna(0) + here.partner_piles.fillna(0),
        presence=_presence_names(here, say),
    )
    legend_title, unknown = say("highways.legend"), say("presence.unknown")
    scale = verdict_classes(rows.category, legend_title, names, unknown=unknown, theme=theme())
    tooltip, chosen = _tooltip(context, ("presence", *_FIELDS), "name"), state.selected_id("area")
    points = draw.stations(rows, scale, tooltip, theme=theme(), selected_id=chosen, kind="area")
    legend = draw.legend(scale, rows.category, count_label=say("highways.counted"), footer=context.footer)
    return MapLayers([points, legend], note)


def _gap_lines(context: ViewContext, longest: pd.DataFrame, areas: pd.DataFrame) -> Layer:
    pieces = gap_lines(longest, areas)
    rows = longest.iloc[[piece.row for piece in pieces]].reset_index(drop=True)
    rows = rows.assign(
        from_name=[_place_name(name, context.say) for name in rows.from_name],
        to_name=[_place_name(name, context.say) for name in rows.to_name],
        gap=[_road_name(row, context.say) for row in rows[[*_ROAD]].to_dict("records")],
    )
    return draw.lines(
        [(piece.lat, piece.lon) for piece in pieces],
        rows,
        _tooltip(context, ("gap_km", "gap_km_before", "from_name", "to_name", "areas_inside"), "gap"),
        colour=VERDICTS[theme()]["gap"],
    )


def _tooltip(context: ViewContext, columns: Sequence[str], heading: str) -> draw.Tooltip:
    rows = tuple(
        TooltipRow(
            column=name, label=context.say(f"highways.field.{name}"), unit="km" if "_km" in name else ""
        )
        for name in columns
    )
    return replace(field_tooltip(context, heading=heading), rows=rows)


def _road_name(row: Mapping[Hashable, Any], say: Texts) -> str:
    return say("highways.road", expressway=row["expressway"], direction=_place_name(row["direction"], say))


def _place_name(name: object, say: Texts) -> str:
    """Return a name of a place in the reader's language, if it is that of a city."""
    city_id = _city_ids().get(str(name))
    return say(f"city.{city_id}") if city_id else str(name)


@cache
def _city_ids() -> dict[str, str]:
    return {city.name_zh: city.id for city in load_cities()}


def _line_note(say: Texts, longest: pd.DataFrame) -> str:
    """Say what the drawn lines are: along a schematic, or from area to area of a list."""
    kinds = [kind for kind in Ends if (longest.ends == kind).any()]
    return " ".join(
        [say("highways.drawn", count=len(longest)), *(say(f"ends.{kind}.note") for kind in kinds)]
    )


def _show_gaps(context: ViewContext, found: Highways, longest: pd.DataFrame) -> None:
    say, before, after = context.say, found.before, found.after
    context.recorder.show_html(element("h2", "panel-title", text=say("highways.title")))
    lines = [
        (say("highways.before"), analysis.ratio(before.with_piles, before.areas, say)),
        (say("highways.after"), analysis.ratio(after.with_piles, after.areas, say)),
        (say("highways.gained"), f"+{say.number(after.with_piles - before.with_piles)}"),
        (say("highways.empty"), analysis.ratio(after.empty, after.areas, say)),
    ]
    if after.unknown:
        lines.append((say("presence.unknown"), analysis.ratio(after.unknown, after.areas, say)))
    context.recorder.show_html(terms(lines))
    subject = context.dataset.manifest.published_subject
    if published := figure_on(subject, "service_area_share") if subject else None:
        share, date = f"{published.value:g} %", say.date(published.as_of)
        context.recorder.show_note(say("highways.published", share=share, date=date, source=published.source))
    context.recorder.show_note(say("highways.sides", areas=say.number(after.areas)))
    context.recorder.show_html(element("h3", "panel-section", text=say("highways.longest")))
    for place, row in enumerate(longest[[*_GAP_FIELDS]].to_dict("records")):
        road, length = (escape_markdown(text(row, say)) for text in (_road_name, _length_text))
        show_plain_button(f"{road} :small[:gray[{length}]]", f"gap-{place}", _fly_to_gap, row)


def _length_text(row: Mapping[Hashable, Any], say: Texts) -> str:
    """Return the length of a gap, and what it was before the partners where that differs."""
    now, was = (f"{row[name]:,.0f} km" for name in ("gap_km", "gap_km_before"))
    text = now if now == was else say("highways.shortened", now=now, was=was)
    return f"{text} · {say('highways.break')}" if row["crosses_break"] is True else text


def _fly_to_gap(row: Mapping[Hashable, Any]) -> None:
    """Send the map to a gap."""
    south, north = sorted((row["from_lat"], row["to_lat"]))
    west, east = sorted((row["from_lon"], row["to_lon"]))
    state.fly_to(*fitting_view(Bounds(south, west, north, east).widen(_AROUND_KM)), is_here=True)


def _show_tables(context: ViewContext, found: Highways) -> None:
    say = context.say
    _show_areas(context, found.areas)
    gaps = found.gaps
    columns = {
        say("highways.field.expressway"): gaps.expressway,
        say("highways.field.direction"): [_place_name(name, say) for name in gaps.direction],
        say("highways.field.areas"): gaps.areas,
        say("highways.column.areas_before"): gaps.areas_with_piles_before,
        say("highways.column.areas_after"): gaps.areas_with_piles_after,
        say("highways.column.road_km"): gaps.road_km.round(1),
        say("highways.column.before"): gaps.gap_km_before.round(1),
        say("highways.column.after"): gaps.gap_km_after.round(1),
        say("highways.column.shortened"): gaps.shortened_km.round(1),
        say("highways.field.from_name"): _edge_names(gaps, "from", say),
        say("highways.field.to_name"): _edge_names(gaps, "to", say),
        say("highways.column.ends"): [say(f"ends.{ends}") for ends in gaps.ends],
        say("highways.column.break"): [
            None if pd.isna(crosses) else say(f"highways.break.{'yes' if crosses else 'no'}")
            for crosses in gaps.crosses_break_after
        ],
    }
    analysis.show_table(context, pd.DataFrame(columns), "gaps")
    kinds = [kind for kind in Ends if (gaps.ends == kind).any()]
    context.recorder.show_note(
        " ".join([say("highways.gaps.note"), *(say(f"ends.{kind}.note") for kind in kinds)])
    )


def _edge_names(gaps: pd.DataFrame, side: str, say: Texts) -> list[str]:
    """Return where the gaps after the partners start or end: the name, with its chainage."""
    names, kms = gaps[f"{side}_name_after"], gaps[f"{side}_km_after"]
    return [
        f"{_place_name(name, say)} ({km:,.0f} km)" if isinstance(name, str) else f"{km:,.0f} km"
        for name, km in zip(names, kms, strict=True)
    ]


def _direction_names(areas: pd.DataFrame, say: Texts) -> pd.Series:
    return areas.direction.map({name: _place_name(name, say) for name in areas.direction.unique()})


def _presence_names(areas: pd.DataFrame, say: Texts) -> pd.Series:
    names = {str(presence): say(f"presence.{presence}") for presence in Presence}
    return areas.category.astype("object").map(names).fillna(say("presence.unknown"))


def _show_areas(context: ViewContext, areas: pd.DataFrame) -> None:
    """List the service areas where the base has no counted pile, the empty ones first."""
    say = context.say
    rank = {Presence.EMPTY: 0, Presence.PARTNERS: 2}
    uncovered = areas[areas.category != Presence.BASE]
    order = uncovered.category.map(rank).fillna(1).sort_values(kind="stable").index
    rows = uncovered.loc[order].assign(direction=_direction_names(uncovered, say))
    columns = {
        say("highways.field.name"): rows["name"],
        say("highways.field.presence"): _presence_names(rows, say),
        **{say(f"highways.field.{name}"): rows[name] for name in _FIELDS},
        say("field.wgs84"): [f"{lat:.5f}, {lon:.5f}" for lat, lon in zip(rows.lat, rows.lon, strict=True)],
        say("highways.field.service_area_id"): rows.service_area_id,
    }
    analysis.show_table(context, pd.DataFrame(columns), "areas")
    context.recorder.show_note(say("highways.areas.note"))
