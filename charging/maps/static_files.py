"""The files of `static/`: the scripts in loading order, and those that Python reads too."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("static")

SCRIPTS = (
    "datum.js",
    "sheet.js",
    "shapes.js",
    "circles.js",
    "cells.js",
    "state.js",
    "ground.js",
    "backdrop.js",
    "registry.js",
    "legend.js",
    "surface.js",
    "hexes.js",
    "stations.js",
    "travel.js",
    "address.js",
    "map.js",
)
"""Scripts of the map besides Leaflet, each after those it depends on."""


def read_static(name: str) -> str:
    """Return a file as text."""
    return (FOLDER / name).read_text("utf-8")


@cache
def static_json(name: str) -> Any:  # noqa: ANN401  any JSON value
    """Return a JSON file; `theme.json` has the colours of both themes and the limits of the zoom."""
    return json.loads(read_static(name))
