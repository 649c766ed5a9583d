"""The still picture of a map: everything the layers draw, in the right place, in light colours."""

from xml.etree.ElementTree import fromstring

import numpy as np
import pandas as pd
import pytest

from charging.domain.bounds import Bounds
from charging.domain.hexes import cells_at, parent_cells
from charging.maps import layers as draw
from charging.maps.analysis_colours import VERDICTS
from charging.maps.layers import SurfaceTexts, Tooltip, TooltipRow
from charging.maps.palette import (
    FREE_COLOURS,
    MAX_CLASSES,
    OTHER,
    OWN_COLOURS,
    STATUSES,
    Scale,
    Theme,
    ramp,
)
from charging.maps.static_files import static_json
from charging.maps.static_map_svg import MAX_HEIGHT, WIDTH, draw_points_map, draw_static_map, light_colour

CHINA = Bounds(18, 73, 53, 135)
TIP = Tooltip(rows=(TooltipRow(column="piles", label="Piles"),), unknown="?")


def surface(theme=Theme.LIGHT):
    words = SurfaceTexts(**dict.fromkeys(SurfaceTexts.__slots__, "x"))
    return draw.surface(theme=theme, language="en", tiles=None, texts=words)


def scale(piles, theme=Theme.LIGHT):
    named = {"column": "piles", "title": "<Piles>", "unit": "", "unknown": "not known"}
    return Scale.from_breaks(piles, [10], **named, theme=theme)


def cells(*places, resolution=4):
    lat, lon = np.array(places, dtype=float).T
    return parent_cells(cells_at(lat, lon), resolution)


def drawn(*layers, shown=CHINA, zoom=4.0, language="en", theme=Theme.LIGHT):
    made = draw_static_map(shown, zoom, [surface(theme), *layers], language, "A <map>")
    return fromstring(made.svg), made.legends  # noqa: S314  our own


def boxes(path):
    """Return the middle of each ring of a path, from its corners."""
    rings = [ring.strip("MZ").split("L") for ring in path.attrib["d"].split("M")[1:]]
    return [np.mean([[float(n) for n in corner.split()] for corner in ring], axis=0) for ring in rings]


def hex_paths(svg):
    return [path for path in svg.iter("path") if path.attrib.get("fill-opacity")]


def test_a_cell_stands_where_web_mercator_has_it():
    table = pd.DataFrame({"cell": cells((39.9, 116.4)), "piles": [5]})
    svg, _ = drawn(draw.hexes(table, scale(table.piles), TIP))
    [path] = hex_paths(svg)
    [(x, y)] = boxes(path)

    def height(lat):
        return np.degrees(np.arctanh(np.sin(np.radians(lat)))) / 62 * WIDTH

    assert x == pytest.approx((116.4 - 73) / 62 * WIDTH, abs=6)
    assert y == pytest.approx(height(53) - height(39.9), abs=6)


def test_cells_have_the_colour_of_their_class_and_what_is_not_known_is_hatched():
    table = pd.DataFrame({"cell": cells((30, 110), (31, 112), (32, 114)), "piles": [5, 50, None]})
    svg, [legend] = drawn(
        draw.hexes(table, scale(table.piles), TIP),
        draw.legend(scale(table.piles), table.piles, count_label="c"),
    )
    assert [path.attrib["fill"] for path in hex_paths(svg)] == ["url(#not-known)", *ramp(2, Theme.LIGHT)]
    assert legend.title == "<Piles>"
    assert [(row.colour, row.amount) for row in legend.rows] == [
        *((colour, 1) for colour in ramp(2, Theme.LIGHT)),
        ("", 1),
    ]


def test_cells_out_of_the_box_are_left_out_and_those_across_the_180th_meridian_stay_together():
    table = pd.DataFrame({"cell": cells((10, 179.5), (10, -179.5), (10, 100)), "piles": [5, 5, 5]})
    svg, _ = drawn(draw.hexes(table, scale(table.piles), TIP), shown=Bounds(0, 170, 20, -170))
    [path] = hex_paths(svg)
    assert sorted(round(x, -2) for x, _ in boxes(path)) == [500, 500]


def test_a_map_of_the_dark_theme_is_printed_in_the_colours_of_the_light_one():
    table = pd.DataFrame({"cell": cells((30, 110), (31, 112)), "piles": [5, 50]})
    dark = scale(table.piles, Theme.DARK)
    svg, [legend] = drawn(
        draw.hexes(table, dark, TIP), draw.legend(dark, table.piles, count_label="c"), theme=Theme.DARK
    )
    assert [path.attrib["fill"] for path in hex_paths(svg)] == list(ramp(2, Theme.LIGHT))
    assert [row.colour for row in legend.rows] == list(ramp(2, Theme.LIGHT))


def test_every_colour_of_the_dark_theme_has_a_light_one():
    def palette(theme):
        ramps = [colour for classes in range(1, MAX_CLASSES + 1) for colour in ramp(classes, theme)]
        kept = (STATUSES[theme], FREE_COLOURS[theme], OWN_COLOURS[theme].values(), VERDICTS[theme].values())
        return {*ramps, OTHER[theme], *(colour for colours in kept for colour in colours)}

    assert {light_colour(colour, Theme.DARK) for colour in palette(Theme.DARK)} <= palette(Theme.LIGHT)
    assert all(light_colour(colour, Theme.LIGHT) == colour for colour in palette(Theme.LIGHT))


def test_the_selected_cell_is_outlined():
    table = pd.DataFrame({"cell": cells((30, 110), (31, 112)), "piles": [5, 50]})
    svg, _ = drawn(draw.hexes(table, scale(table.piles), TIP, selected_cell=int(table.cell[1])))
    [ring] = [path for path in svg.iter("path") if path.attrib.get("stroke-width") == "2.5"]
    assert ring.attrib["d"] in {path.attrib["d"] for path in hex_paths(svg)}


def test_stations_and_lines_are_drawn():
    table = pd.DataFrame(
        {"station_id": ["a", "b"], "lat": [30.0, 60.0], "lon": [110.0, 110.0], "piles": [5, 9]}
    )
    line = (np.array([30.0, 31.0]), np.array([110.0, 111.0]))
    svg, _ = drawn(
        draw.lines([line], table.head(1), TIP, colour="#123456"),
        draw.stations(table, scale(table.piles), TIP, theme=Theme.LIGHT, selected_id="a"),
    )
    assert len(list(svg.iter("circle"))) == 1  # the other one lies north of the box
    assert [path.attrib["d"].count("L") for path in svg.iter("path") if path.get("stroke") == "#123456"] == [
        1
    ]


@pytest.mark.parametrize(("language", "name"), [("en", "Beijing"), ("zh", "北京")])
def test_places_are_named_in_the_readers_language_and_do_not_cover_each_other(language, name):
    svg, _ = drawn(language=language)
    words = [text for text in svg.iter("text") if text.text]
    assert name in {text.text for text in words}
    places = [(float(text.get("x")), float(text.get("y"))) for text in words]
    assert all(abs(a[0] - b[0]) > 20 or abs(a[1] - b[1]) > 20 for a in places for b in places if a != b)


def test_a_tall_map_is_cut_to_a_square():
    svg, _ = drawn(shown=Bounds(0, 100, 60, 110))
    assert svg.attrib["viewBox"] == f"0 0 {WIDTH} {MAX_HEIGHT}"


def test_nothing_of_a_text_is_markup():
    svg, _ = drawn()
    assert svg.attrib["aria-label"] == "A <map>"


@pytest.mark.slow
@pytest.mark.parametrize("points", [[(31.2, 121.5)], [(52.5, 13.4), (-33.9, 151.2)], [(52.5, 13.4)] * 2])
def test_points_lie_inside_their_picture_each_once(points):
    svg = fromstring(draw_points_map(points, "en", "Map", Theme.LIGHT))  # noqa: S314  our own
    dots = svg.findall("./g/circle")
    assert len(dots) == len({*points})
    height = float(svg.get("height"))
    assert all(0 < float(dot.get("cx")) < WIDTH and 0 < float(dot.get("cy")) < height for dot in dots)


def test_points_on_a_dark_page_have_the_dark_ground():
    svg = draw_points_map([(31.2, 121.5)], "zh", "地图", Theme.DARK)
    dark, light = static_json("theme.json")["dark"], static_json("theme.json")["light"]
    assert dark["land"] in svg
    assert light["land"] not in svg
