"""The file that stands alone: everything is in it, nothing foreign is code, no key leaves with it."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from charging.domain.bounds import Bounds
from charging.domain.hexes import cells_at, parent_cells
from charging.maps import layers
from charging.maps.palette import Scale, Theme
from charging.maps.standalone import Caption, Picture, build_map_page
from charging.maps.tiles import Credit, Tiles

HOSTILE = "</script><script>alert(1)</script><!-- ${title} `${x}` {{ 7 }} \u202e' \" &"

CAPTION = Caption(
    title=HOSTILE,
    badge="Simulated network",
    is_simulated=True,
    sentence=HOSTILE,
    figures=(("", "piles"), ("selected", HOSTILE)),
    notes=(HOSTILE,),
    link_label="Link:",
    link="javascript:alert(1)",
)
TEXTS = layers.SurfaceTexts(
    **dict.fromkeys(
        ("label", "zoom_in", "zoom_out", "attribution", "locate", "locate_refused", "locate_failed"), "x"
    )
)


def picture():
    points = pd.DataFrame({"lat": [31.2, 31.9], "lon": [121.5, 121.9], "piles": [3, 40]})
    cells = parent_cells(cells_at(points.lat.to_numpy(), points.lon.to_numpy()), 6)
    table = points.assign(cell=cells, name=HOSTILE)
    words = {"title": "Piles", "unit": HOSTILE, "unknown": "?", "theme": Theme.LIGHT}
    scale = Scale.from_quantiles(table.piles, column="piles", **words)
    tooltip = layers.Tooltip(rows=(), unknown="?", heading="name")
    tiles = Tiles(
        name="x", urls=("https://tiles.example/{z}/{x}/{y}?key=SECRET",), credits=(Credit(text="x"),)
    )
    return Picture(
        view_bounds=Bounds(30, 120, 33, 123),
        zoom=8,
        query_bounds=Bounds(29, 119, 34, 124),
        theme=Theme.LIGHT,
        language="en",
        layers=(
            layers.surface(theme=Theme.LIGHT, language="en", tiles=tiles, texts=TEXTS),
            layers.hexes(table, scale, tooltip),
            layers.legend(scale, table.piles, count_label="cells"),
        ),
    )


@pytest.fixture(scope="module")
def page():
    return build_map_page(picture(), CAPTION)


def content(page):
    return json.loads(re.search(r'id="charging-content">(.*?)</script>', page, re.DOTALL)[1])


def test_the_layers_are_those_of_the_page(page):
    calls = content(page)["calls"]
    assert [call[0] for call in calls] == ["surface", "hexes", "legend"]
    [hexes] = [call for call in calls if call[0] == "hexes"]
    assert len(hexes[2]["ids"]) == 2


def test_texts_are_kept_as_they_are(page):
    found = content(page)
    assert (found["title"], found["sentence"], found["notes"]) == (HOSTILE, HOSTILE, [HOSTILE])
    assert found["calls"][1][2]["tooltip"]["heading"]["names"] == [HOSTILE]


def test_nothing_foreign_ends_a_script(page):
    assert page.count("<script") == page.count("</script>") == 8
    assert "<script>alert(1)" not in page
    assert "<!--" not in page


def test_street_tiles_stay_behind_with_their_key(page):
    assert content(page)["calls"][0][2]["tiles"] is None
    assert "SECRET" not in page


def test_nothing_is_loaded_from_elsewhere(page):
    assert re.findall(r"""<[^>]+\s(?:src|href)\s*=""", page.partition("<body>")[0]) == []
    assert "default-src 'none'" in page


def test_a_box_across_the_180th_meridian_runs_on():
    asked = replace(picture(), query_bounds=Bounds(-20, 170, -10, -170))
    assert content(build_map_page(asked, CAPTION))["asked"] == [[-20, 170], [-10, 190]]


def test_a_page_that_does_not_know_its_address_gives_no_link():
    assert content(build_map_page(picture(), replace(CAPTION, link="")))["link"] is None
