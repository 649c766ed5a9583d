"""The files of the map: ground, names, one theme, and scripts in an order that works."""

import json
import re
from pathlib import Path

import pytest

from charging.maps.static_files import FOLDER as STATIC
from charging.maps.static_files import SCRIPTS, read_static, static_json

CODE = Path(__file__).parents[2] / "charging"
MAX_LINES = 200
DATA_COLOURS = ("palette.py", "analysis_colours.py")  # of classes and operators, chosen by what they mean
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\([^)]*\)")


def rings():
    ground = json.loads((STATIC / "ground.json").read_text(encoding="utf-8"))
    for steps in ground["rings"]:
        lon = lat = 0
        ring = []
        for east, north in zip(steps[::2], steps[1::2], strict=True):
            lon, lat = lon + east, lat + north
            ring.append((lat / ground["perDegree"], lon / ground["perDegree"]))
        yield ring


def is_inside(ring, lat, lon):
    crossings = 0
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat_a > lat) != (lat_b > lat):
            crossings += lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return crossings % 2 == 1


def test_the_ground_is_small():
    assert (STATIC / "ground.json").stat().st_size < 80_000


def test_land_is_land_and_sea_is_sea():
    shapes = list(rings())

    def on_land(lat, lon):
        return sum(is_inside(ring, lat, lon) for ring in shapes) % 2 == 1

    assert all(
        on_land(*point) for point in [(39.9, 116.4), (43.8, 87.6), (23.7, 121.0), (19.2, 109.7), (48.0, 10.0)]
    )
    assert not any(on_land(*point) for point in [(30.0, 125.0), (15.0, 113.0), (38.5, 119.8), (0.0, -30.0)])


@pytest.mark.slow
def test_city_names_come_by_size_in_both_scripts():
    names = json.loads((STATIC / "labels.json").read_text(encoding="utf-8"))
    ranks = [rank for _, _, rank, _, _ in names]
    assert ranks == sorted(ranks)
    assert [40, 116, 0, "Beijing", "北京"] in [[round(lat), round(lon), *rest] for lat, lon, *rest in names]
    assert not [zh for *_, zh in names if zh.endswith("市")]


def code_files(folder):
    return [file for file in sorted(folder.rglob("*")) if file.suffix in {".py", ".js", ".css", ".html"}]


def colours():
    return {colour for theme in ("light", "dark") for colour in static_json("theme.json")[theme].values()}


def test_both_themes_have_the_same_parts_and_zooms_run_from_far_to_near():
    theme = static_json("theme.json")
    assert list(theme["light"]) == list(theme["dark"])
    assert all(COLOUR.fullmatch(colour) for colour in colours())
    zoom = theme["zoom"]
    assert zoom["min"] < zoom["coastTo"] < zoom["max"]
    assert zoom["labelsFrom"] == sorted(zoom["labelsFrom"])


def test_every_colour_of_the_theme_is_used():
    code = "".join(file.read_text("utf-8") for file in code_files(CODE))
    used = {name for names in re.findall(r"var\(--(\w+)\)|theme\.(\w+)|\"(\w+)\"", code) for name in names}
    assert set(static_json("theme.json")["light"]) <= used


def test_the_colours_of_the_theme_stand_nowhere_else():
    named = colours() - {"#ffffff"}  # paper is white of itself
    repeated = [
        f"{file.relative_to(CODE)}: {found}"
        for file in code_files(CODE)
        if file.name not in DATA_COLOURS
        for found in COLOUR.findall(file.read_text("utf-8"))
        if found.lower() in named
    ]
    assert repeated == []


def test_the_map_has_no_colour_but_those_of_the_theme_and_of_the_data():
    files = [file for file in code_files(CODE / "maps") if file.name not in DATA_COLOURS]
    assert [
        f"{file.name}: {found}" for file in files for found in COLOUR.findall(file.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("file", sorted(CODE.rglob("*.js")), ids=lambda file: file.name)
def test_a_script_can_be_read_at_a_sitting(file):
    assert len(file.read_text("utf-8").splitlines()) <= MAX_LINES


def test_each_script_defines_one_name_and_uses_those_before_it_while_it_is_loaded():
    defined = []
    for name in SCRIPTS:
        code = read_static(name)
        [own] = re.findall(r"^const (\w+) = \(\(\) => \{$", code, re.MULTILINE)
        at_loading = re.findall(r"^  (?:const .* = |class .* extends )(charging\w*)", code, re.MULTILINE)
        assert set(at_loading) <= set(defined), name
        defined.append(own)
    assert defined[-1] == "charging"


def test_every_script_is_loaded():
    elsewhere = {
        "preload.js",
        "picture.js",
        "standalone.js",
    }  # before them, on request, in a file that stands alone
    assert {*SCRIPTS, *elsewhere} == {file.name for file in STATIC.glob("*.js")}


def test_our_scripts_write_no_foreign_html():
    code = "".join(file.read_text("utf-8") for file in STATIC.glob("*.js"))
    assert "innerHTML =" not in code
    assert "eval(" not in code
    assert set(re.findall(r"https?://[\w.]+", code)) == {"https://leafletjs.com", "http://www.w3.org"}
