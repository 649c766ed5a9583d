"""Layers on the base map: each is a pure function, table in, `folium.FeatureGroup` out.

A layer is one call into `static/map.js` with data only: compact integers, and texts that the script shows
with `textContent`. The script keeps every layer under its key: one with unchanged data is not redrawn, one
that is no longer passed disappears. Everything clickable is on the map's single canvas and sets st_folium's
`last_active_drawing` with `properties` of `{"kind": "hex" | "station" | "area", "id": ...}`.

Always pass `surface`, and pass it first. Of the others there is at most one of each kind, drawn in the order
given.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import folium
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium.template import Template
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.hexes import cell_text, centres, flat_width_km
from charging.domain.vocabulary import Datum, Status
from charging.maps import shapes
from charging.maps.js_payload import Json, dump, numbers, texts
from charging.maps.mainland import OUTLINE
from charging.maps.palette import FAULT, OTHER, UNKNOWN, ColourScale, Theme
from charging.maps.tiles import Tiles
from charging.maps.town_labels import town_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class TooltipRow:
    """One line of a tooltip: a column of the layer's table, and its label in the reader's language.

    Numbers are written in the reader's language with `unit`; a unit of `%` takes a share from 0 to 1. Texts
    are shown unchanged.
    """

    column: str
    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tooltip:
    """Content of a tooltip: a heading column (optional), rows, the word for "not known", and a last line."""

    rows: tuple[TooltipRow, ...]
    unknown: str
    footer: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceTexts:
    """The map's own words in the reader's language.

    `attribution` names the sources of what is drawn; `locate` is the button that shows the reader's position,
    the two after it say why that failed.
    """

    label: str
    zoom_in: str
    zoom_out: str
    attribution: str
    locate: str
    locate_refused: str
    locate_failed: str


Layer = folium.FeatureGroup
"""Return type of every function here, for callers that only pass it on."""

PLAIN, FAULTY, NOT_KNOWN, IN_USE, NOT_REPORTING = range(5)
"""Shape of a station by status: full, with a red ring, empty and dashed, empty, dashed."""

SHAPES: dict[str, int] = {
    Status.FAULT: FAULTY,
    Status.CHARGING: IN_USE,
    Status.OCCUPIED: IN_USE,
    Status.RESERVED: IN_USE,
    Status.OFFLINE: NOT_REPORTING,
}
"""Shapes of the statuses that are not plain."""

MIN_RADIUS_PX, MAX_RADIUS_PX = 4.0, 9.0
"""Radii of a station with one pile and with `MANY_PILES` or more."""

MANY_PILES = 60

FULL_DOT = 0.98
"""Quantile of the piles from which a dot fills its place in the cell, so that one outlier does not shrink the
rest."""


def surface(*, theme: Theme, language: str, tiles: Tiles | None, texts: SurfaceTexts) -> folium.FeatureGroup:
    """Return the background: ground, city names ("en" or "zh"), street tiles, attribution.

    Everything passed to the map and reported by it is WGS-84; over tiles in GCJ-02 the browser shifts it to
    match.
    """
    words: Json = {
        "label": texts.label,
        "zoomIn": texts.zoom_in,
        "zoomOut": texts.zoom_out,
        "attribution": texts.attribution,
        "locate": texts.locate,
        "locateRefused": texts.locate_refused,
        "locateFailed": texts.locate_failed,
    }
    shown = None if tiles is None else _tiles_json(tiles)
    return _layer("surface", {"theme": str(theme), "language": language, "tiles": shown, "texts": words})


def town_names(bounds: Bounds, zoom: float) -> folium.FeatureGroup:
    """Return the names of the towns in a box, as far as they are not always there, at a Web Mercator zoom."""
    return _layer("towns", {"names": town_labels(bounds, zoom)})


def fly_to(lat: float, lon: float, zoom: float, *, token: str) -> folium.FeatureGroup:
    """Return a command that moves the map once, to a centre in WGS-84 degrees and a Web Mercator zoom.

    `token` is the id of the command: the browser runs each token once, even when the map is mounted again.
    Pass the same command in every run until there is a new one, and never reuse a token, not even in another
    visit (`uuid.uuid4().hex`).
    """
    return _layer("flyTo", {"lat": lat, "lon": lon, "zoom": zoom, "token": token})


def hexes(
    table: pd.DataFrame, scale: ColourScale, tooltip: Tooltip, *, selected_cell: int | None = None
) -> folium.FeatureGroup:
    """Return cells coloured by `scale.column`, the selected one with an outline.

    `table` has one row per cell: `cell` (H3 index, int64, one resolution), `scale.column`, and the columns of
    `tooltip`.
    """
    # neighbouring cells are adjacent, so steps are short
    rows = table if table["cell"].is_monotonic_increasing else table.sort_values("cell")
    cells = rows["cell"].to_numpy(dtype=np.int64)
    shape = shapes.outlines(cells)
    data: Json = {
        "perDegree": shape.per_degree,
        "steps": shape.steps,
        "corners": shape.corners,
        "ids": _short_ids(cells),
        "classes": scale.classify(rows[scale.column]).tolist(),
        "colours": scale.colours,
        "tooltip": _tooltip_json(rows, tooltip),
    }
    return _layer("hexes", data, None if selected_cell is None else cell_text(selected_cell))


def operator_dots(
    table: pd.DataFrame, tooltip: Tooltip, *, colours: Mapping[str, str]
) -> folium.FeatureGroup:
    """Return a dot per operator and cell, its area in proportion to the piles, side by side in the cell.

    `table` has one row per cell and operator: `cell` (int64, one resolution), `operator_id`, `piles`, and the
    columns of `tooltip`; null or zero piles draw no dot. `colours` has the operators to show, in the order of
    their places inside a cell.
    """
    places = pd.Index(list(colours), dtype=object).get_indexer(pd.Index(table["operator_id"]))
    piles = table["piles"].fillna(0).to_numpy(dtype=np.float64)
    drawn = np.flatnonzero((piles > 0) & (places >= 0))
    # small dots last, so that large ones do not hide them
    drawn = drawn[np.lexsort((places[drawn], table["cell"].to_numpy()[drawn], -piles[drawn]))]
    rows, places, piles = table.iloc[drawn], places[drawn], piles[drawn]
    cells, which = np.unique(rows["cell"].to_numpy(dtype=np.int64), return_inverse=True)
    resolution = h3.get_resolution(int(cells[0])) if cells.size else 0
    full_dot_piles = np.quantile(piles, FULL_DOT) if piles.size else 1
    sizes = np.sqrt(np.minimum(piles / full_dot_piles, 1)) * 100  # percent of the largest dot
    data: Json = {
        "perDegree": shapes.POINT_PER_DEGREE,
        "steps": shapes.point_steps(*centres(cells)),
        "halfWidthKm": round(flat_width_km(resolution) / 2, 4),
        "ids": _short_ids(cells),
        "cells": which.tolist(),
        "places": places.tolist(),
        "sizes": np.rint(sizes).astype(int).tolist(),
        "colours": list(colours.values()),
        "tooltip": _tooltip_json(rows, tooltip),
    }
    return _layer("dots", data)


def stations(
    table: pd.DataFrame,
    scale: ColourScale,
    tooltip: Tooltip,
    *,
    theme: Theme,
    selected_id: str | None = None,
    kind: str = "station",
) -> folium.FeatureGroup:
    """Return stations as circles coloured by `scale.column`, larger with more piles.

    `table` has one row per station: `station_id`, `lat`, `lon` (WGS-84 degrees), `scale.column` (null: grey),
    `piles` (null: smallest), and the columns of `tooltip`. With a `status` column shapes show the status, so
    that it does not rely on colour alone. `kind` is what a click reports, where the rows are other points.
    """
    piles, ids = table["piles"].to_numpy(dtype=np.float64, na_value=np.nan), table["station_id"].to_list()
    by_id = sorted(range(len(ids)), key=ids.__getitem__)
    # small circles last, so that large ones do not hide them, and those of unknown piles
    rows = table.iloc[np.array(by_id, dtype=np.intp)[np.argsort(-piles[by_id], kind="stable")]]
    classes = scale.classify(rows[scale.column]) - UNKNOWN  # unknown comes first, in grey
    data: dict[str, Json] = {
        "perDegree": shapes.POINT_PER_DEGREE,
        "steps": shapes.point_steps(rows["lat"].to_numpy(), rows["lon"].to_numpy()),
        "kind": kind,
        "ids": rows["station_id"].to_list(),
        "classes": classes.tolist(),
        "colours": [OTHER[theme], *scale.colours],
        "radii": numbers(_radii_px(rows["piles"]), digits=1),
        "fault": FAULT[theme],
        "tooltip": _tooltip_json(rows, tooltip),
    }
    if "status" in rows:
        statuses = rows["status"].to_list()
        data["rings"] = [SHAPES.get(each, PLAIN) if isinstance(each, str) else NOT_KNOWN for each in statuses]
    return _layer("stations", data, selected_id)


def lines(
    pieces: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    table: pd.DataFrame,
    tooltip: Tooltip,
    *,
    colour: str,
) -> folium.FeatureGroup:
    """Return lines of one colour, with tooltips but not clickable.

    `pieces` are the corners of each line, as (lat, lon) in WGS-84 degrees; `table` has one row per line, with
    the columns of `tooltip`.
    """
    data: Json = {
        "perDegree": shapes.POINT_PER_DEGREE,
        "lines": [shapes.point_steps(lat, lon) for lat, lon in pieces],
        "colour": colour,
        "tooltip": _tooltip_json(table, tooltip),
    }
    return _layer("lines", data)


def legend(
    scale: ColourScale, values: pd.Series, *, count_label: str, footer: str = ""
) -> folium.FeatureGroup:
    """Return the legend of `scale` with the number of `values` in each class.

    `count_label` is the unit of the counts, such as "cells"; `footer` is the last line.
    """
    data: Json = {
        "title": scale.title,
        "unit": scale.unit,
        "rows": [list(row) for row in scale.legend(values)],
        "counted": count_label,
        "footer": footer,
    }
    return _layer("legend", data)


class _ScriptCall(MacroElement):
    """One call into `static/map.js`: the function, a digest of the data, the data, the selected id."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "charging.{{ this.function }}({{ this._parent.get_name() }}, {{ this.arguments }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, data: Json, selected_id: str | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is half typed
        self._name = "Call"
        self.function = function
        payload = dump(data)
        digest = hashlib.blake2b(payload.encode(), digest_size=6).hexdigest()
        self.arguments = f"{dump(digest)}, {payload}, {dump(selected_id)}"

    def render(self, **_options: object) -> str:
        """Return nothing: st_folium reads the script itself, and never renders a page."""
        return ""


class _ScriptGroup(folium.FeatureGroup):
    """A group of which only the script is used."""

    def render(self, **_options: object) -> str:
        """Return nothing: folium would compile a template in every run for a page that is never rendered."""
        return ""


def _layer(function: str, data: Json, selected_id: str | None = None) -> folium.FeatureGroup:
    group = _ScriptGroup(control=False, show=False)  # st_folium adds it to the map
    group.add_child(_ScriptCall(function, data, selected_id))
    return group


def _tiles_json(tiles: Tiles) -> Json:
    return {
        "urls": tiles.urls,
        "subdomains": tiles.subdomains,
        "credits": [[credit.text, credit.url] for credit in tiles.credits],
        "minZoom": tiles.min_zoom,
        "maxZoom": tiles.max_zoom,
        "isDark": tiles.is_dark,
        "shiftedInside": OUTLINE if tiles.datum is Datum.GCJ02 else None,
    }


def _short_ids(cells: NDArray[np.int64]) -> list[str]:
    """Return H3 ids without the trailing f's, which carry no information; the browser restores them."""
    return [cell_text(cell).rstrip("f") for cell in cells.tolist()]


def _tooltip_json(rows: pd.DataFrame, tooltip: Tooltip) -> Json:
    heading = _column_json(rows, TooltipRow(column=tooltip.heading, label="")) if tooltip.heading else None
    return {
        "heading": heading,
        "rows": [_column_json(rows, row) for row in tooltip.rows],
        "unknown": tooltip.unknown,
        "footer": tooltip.footer,
    }


def _column_json(rows: pd.DataFrame, row: TooltipRow) -> Json:
    column, words = rows[row.column], {"label": row.label, "unit": row.unit}
    if pd.api.types.is_numeric_dtype(column):
        return {**words, "values": numbers(column, digits=3 if row.unit == "%" else 1)}
    codes, names = texts(column)
    return {**words, "values": codes, "names": names}


def _radii_px(piles: pd.Series) -> pd.Series:
    """Return radii whose circles grow in area with the piles, within limits that can be seen and clicked."""
    known = np.nan_to_num(piles.to_numpy(np.float64, na_value=np.nan), nan=1)
    share = (np.clip(known, 1, MANY_PILES) - 1) / (MANY_PILES - 1)
    return pd.Series(np.sqrt(MIN_RADIUS_PX**2 + share * (MAX_RADIUS_PX**2 - MIN_RADIUS_PX**2)))
