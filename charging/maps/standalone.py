"""The current map as one HTML file that works offline: it makes no requests.

It contains Leaflet, our own scripts, theme, ground and city names, and the layers of the page, as data.
Street tiles are left out. Everything of foreign origin is JSON that `static/standalone.js` shows with
`textContent`; a content security policy in the file refuses every request.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from xstatic.pkg import leaflet

from charging.domain.bounds import Bounds
from charging.maps.ground import FINE_FROM_ZOOM, read_square_json, squares_in
from charging.maps.js_payload import Json, dump
from charging.maps.layers import Layer, _ScriptCall
from charging.maps.palette import Theme
from charging.maps.static_files import SCRIPTS, read_static, static_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """Texts around the map, in the reader's language."""

    title: str
    badge: str
    is_simulated: bool
    sentence: str
    figures: tuple[tuple[str, ...], ...]  # header and rows: what, published, loaded, selected
    notes: tuple[str, ...]
    link_label: str
    link: str  # the page with the same view; empty if its address is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the file shows: the box and zoom it starts with, and the box that was queried."""

    view_bounds: Bounds
    zoom: float  # Web Mercator; a smaller window starts further out
    query_bounds: Bounds
    theme: Theme
    language: str
    layers: Iterable[Layer]


def build_map_page(picture: Picture, caption: Caption) -> str:
    """Return the file, as HTML; the surface is among the layers, and texts are shown unchanged."""
    content: dict[str, Json] = {
        "title": caption.title,
        "badge": caption.badge,
        "isSimulated": caption.is_simulated,
        "sentence": caption.sentence,
        "figures": caption.figures,
        "notes": caption.notes,
        "link": {"label": caption.link_label, "url": caption.link} if caption.link else None,
        "shown": _corners(picture.view_bounds),
        "zoom": picture.zoom,
        "asked": _corners(picture.query_bounds),
    }
    vendor = Path(leaflet.BASE_DIR)
    return Template(read_static("standalone.html")).substitute(
        title=escape(caption.title),
        language=escape(picture.language),
        theme=escape(picture.theme),
        leaflet_css=_safe_code((vendor / "leaflet.css").read_text("utf-8")),
        map_css=_safe_code(read_static("map.css")),
        page_css=_safe_code(read_static("standalone.css")),
        theme_json=_safe_json(read_static("theme.json")),
        ground=_safe_json(json.dumps(_ground_in(picture))),
        coast=_safe_json(f"{{{','.join(_squares(picture))}}}"),
        labels=_safe_json(read_static("labels.json")),
        content=f'{dump(content).removesuffix("}")},"calls":[{",".join(script_calls(picture.layers))}]}}',
        leaflet_js=_safe_code((vendor / "leaflet.js").read_text("utf-8")),
        own_js=_safe_code("\n".join(map(read_static, SCRIPTS))),
        page_js=_safe_code(read_static("standalone.js")),
    )


def _squares_in(picture: Picture) -> list[str]:
    return squares_in(picture.query_bounds) if picture.zoom >= FINE_FROM_ZOOM - _ROOM_TO_ZOOM else []


_ROOM_TO_ZOOM = 2.0
"""Steps of zoom that a reader may go nearer, and see the coast finely: the file cannot load it then."""


def _ground_in(picture: Picture) -> Json:
    """Return the ground as the browser loads it, with those squares alone that the file carries."""
    ground: dict[str, Json] = static_json("ground.json")
    return ground | {"squares": _squares_in(picture)}


def _squares(picture: Picture) -> Iterable[str]:
    """Yield the squares that the file carries, as members of a JSON object by their names as files."""
    for name in _squares_in(picture):
        yield f'"coast/{name}.json":{read_square_json(name)}'


def script_calls(layers: Iterable[Layer]) -> Iterable[str]:
    """Yield the calls of the layers into `static/map.js`, as JSON lists: function, digest, data, selected.

    Street tiles are removed here: their address may contain a key.
    """
    for layer in layers:
        # branca has no public access to the elements of a group
        for call in (child for child in layer._children.values() if isinstance(child, _ScriptCall)):  # noqa: SLF001
            digest, data, selected = json.loads(f"[{call.arguments}]")
            if call.function == "surface":
                data |= {"tiles": None}
            yield dump([call.function, digest, data, selected])


def _corners(box: Bounds) -> Json:
    """Return the south-west and north-east corner, latitude first; beyond 180° longitudes continue."""
    return [[box.south, box.west], [box.north, box.west + box.width]]


def _safe_json(json_text: str) -> str:
    return json_text.replace("<", "\\u003c")  # occurs only inside texts


def _safe_code(code: str) -> str:
    return code.replace("</", "<\\/")  # in scripts and styles, ours and Leaflet's, only in texts and comments
