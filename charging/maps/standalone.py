"""The present map as one HTML file that opens without a network: nothing in it asks for anything.

It carries Leaflet, our own scripts, theme, ground and city names, and the layers the page has drawn, as data.
Street tiles stay behind. Everything of foreign origin is JSON that `static/standalone.js` shows with
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
from charging.maps.js_payload import Json, dump
from charging.maps.layers import Layer, _Call
from charging.maps.palette import Theme
from charging.maps.static_files import SCRIPTS, read_static


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What stands around the map, in the reader's language."""

    title: str
    badge: str
    is_simulated: bool
    sentence: str
    figures: tuple[tuple[str, ...], ...]  # a head and rows: what, published, loaded, selected
    notes: tuple[str, ...]
    link_label: str
    link: str  # the page with the same view; empty where its address is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the file shows: the box and zoom it starts with, and the box beyond which nothing was asked."""

    shown: Bounds
    zoom: float  # Web Mercator; a smaller window starts further out
    asked: Bounds
    theme: Theme
    language: str
    layers: Iterable[Layer]


def standalone(picture: Picture, caption: Caption) -> str:
    """Return the file, as HTML.

    Parameters
    ----------
    picture
        The layers are those of `charging.maps.layers`, the surface among them.
    caption
        Texts, shown as they stand.
    """
    content: dict[str, Json] = {
        "title": caption.title,
        "badge": caption.badge,
        "isSimulated": caption.is_simulated,
        "sentence": caption.sentence,
        "figures": caption.figures,
        "notes": caption.notes,
        "link": {"label": caption.link_label, "url": caption.link} if caption.link else None,
        "shown": _corners(picture.shown),
        "zoom": picture.zoom,
        "asked": _corners(picture.asked),
    }
    vendor = Path(leaflet.BASE_DIR)
    return Template(read_static("standalone.html")).substitute(
        title=escape(caption.title),
        language=escape(picture.language),
        theme=escape(picture.theme),
        leaflet_css=_style((vendor / "leaflet.css").read_text("utf-8")),
        map_css=_style(read_static("map.css")),
        page_css=_style(read_static("standalone.css")),
        theme_json=_data(read_static("theme.json")),
        ground=_data(read_static("ground.json")),
        labels=_data(read_static("labels.json")),
        content=f'{dump(content).removesuffix("}")},"calls":[{",".join(calls(picture.layers))}]}}',
        leaflet_js=_script((vendor / "leaflet.js").read_text("utf-8")),
        own_js=_script("\n".join(map(read_static, SCRIPTS))),
        page_js=_script(read_static("standalone.js")),
    )


def calls(layers: Iterable[Layer]) -> Iterable[str]:
    """Yield what the layers tell `static/map.js` to draw, each as a JSON list: what, digest, data, selected.

    Street tiles are taken out here already: their address may hold a key.
    """
    for layer in layers:
        # branca has no public way to the elements of a group
        for call in (child for child in layer._children.values() if isinstance(child, _Call)):  # noqa: SLF001
            digest, data, selected = json.loads(f"[{call.arguments}]")
            if call.function == "surface":
                data |= {"tiles": None}
            yield dump([call.function, digest, data, selected])


def _corners(box: Bounds) -> Json:
    """Return the south-west and north-east corner, latitude first; across the 180th meridian it runs on."""
    return [[box.south, box.west], [box.north, box.west + box.width]]


def _data(json_text: str) -> str:
    return json_text.replace("<", "\\u003c")  # stands only inside texts


def _script(code: str) -> str:
    return code.replace("</", "<\\/")  # in our scripts and Leaflet's only inside texts and comments


def _style(css: str) -> str:
    return css.replace("</", "<\\/")
