import json
import re

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest
from streamlit_folium import _get_feature_group_string

from charging.maps import layers, tiles
from charging.maps.base import AssetUrls, base_map
from charging.maps.layers import FAULTY, IN_USE, NOT_KNOWN, NOT_REPORTING, PLAIN
from charging.maps.mainland import OUTLINE
from charging.maps.palette import FAULT, OTHER, Categories, Scale, Theme

HOSTILE = "</script>`${x}` {{ 7 * 7 }} {% raw %} _div O'Neil"
TOOLTIP = layers.Tooltip(
    rows=(
        layers.TooltipRow(column="stations", label="Stations"),
        layers.TooltipRow(column="piles", label="Piles"),
        layers.TooltipRow(column="dc_piles", label="DC"),
        layers.TooltipRow(column="max_power_kw", label="Highest power", unit="kW"),
        layers.TooltipRow(column="lead", label="Leading operator"),
    ),
    unknown="?",
)
CALL = re.compile(r"charging\.(\w+)\(feature_group_feature_group_0, (.*)\);")


def script(group):
    chart = base_map(AssetUrls(("l.js", "m.js"), ("l.css", "m.css")))
    chart.get_root().render()
    return _get_feature_group_string(group, chart)


def call(group):
    """Name of the called function, digest, data, selection."""
    name, arguments = CALL.search(script(group)).groups()
    return name, *json.loads(f"[{arguments}]")


def cells_of_china(resolution, count=2_000):
    """Cells around a city, as many as a full screen shows."""
    disk = h3.grid_disk(h3.latlng_to_cell(32.0, 117.0, resolution), 26)
    return pd.Series(np.sort(disk)[:count])


def hex_table(cells):
    draws = np.random.default_rng(1)
    piles = draws.geometric(0.01, len(cells))
    return pd.DataFrame(
        {
            "cell": cells,
            "stations": piles // 9 + 1,
            "piles": pd.array(np.where(draws.random(len(cells)) < 0.05, None, piles), dtype="Int64"),
            "dc_piles": pd.array(piles * 4 // 5, dtype="Int64"),
            "max_power_kw": draws.choice([60.0, 120.0, 480.0, np.nan], len(cells)),
            "lead": draws.choice(["Star Charge", "特来电", "NIO"], len(cells)),
        }
    )


def hex_scale(table):
    return Scale.from_quantiles(
        table["piles"], column="piles", title="Piles", unit="piles", unknown="?", theme=Theme.LIGHT
    )


def station_table(**columns):
    table = {"station_id": ["a:1", "a:2"], "lat": [31.0, 32.0], "lon": [121.0, 122.0], "name": [HOSTILE, "B"]}
    table |= {"operator_id": ["nio", None], "piles": pd.array([60, None], dtype="Int64")}
    return pd.DataFrame(table | columns)


OPERATORS = Categories.of_operators(
    pd.Series(["nio"]),
    column="operator_id",
    title="Operator",
    unit="",
    unknown="?",
    other="others",
    colours={"nio": "#0000ff"},
    names={},
    theme=Theme.LIGHT,
)


def stations(table, **options):
    tooltip = layers.Tooltip(rows=(), unknown="?", heading="name")
    return layers.stations(table, OPERATORS, tooltip, theme=Theme.LIGHT, **options)


@pytest.mark.parametrize("resolution", [3, 5, 7, 9])
def test_a_cell_costs_no_more_bytes_than_allowed(resolution):
    table = hex_table(cells_of_china(resolution))
    bare = script(layers.hexes(table, hex_scale(table), layers.Tooltip(rows=(), unknown="?")))
    told = script(layers.hexes(table, hex_scale(table), TOOLTIP))
    print(
        f"resolution {resolution}: {len(bare.encode()) / len(table):.1f} bytes a cell, "
        f"{(len(told.encode()) - len(bare.encode())) / len(table):.1f} more for the tooltip"
    )
    assert len(bare.encode()) <= 90 * len(table)
    assert len(told.encode()) - len(bare.encode()) <= 30 * len(table)


def test_an_unchanged_layer_is_the_same_text():
    table = hex_table(cells_of_china(4, 50))
    shuffled = table.sample(frac=1, random_state=1)
    assert script(layers.hexes(table, hex_scale(table), TOOLTIP)) == script(
        layers.hexes(shuffled, hex_scale(shuffled), TOOLTIP)
    )


def test_selecting_a_cell_does_not_change_the_digest():
    table = hex_table(cells_of_china(4, 5))
    _, before, _, nothing = call(layers.hexes(table, hex_scale(table), TOOLTIP))
    _, after, _, selected = call(
        layers.hexes(table, hex_scale(table), TOOLTIP, selected_cell=int(table["cell"][0]))
    )
    assert (nothing, selected, before) == (None, f"{table['cell'][0]:x}", after)


def test_a_change_of_data_changes_the_digest():
    table = hex_table(cells_of_china(4, 5))
    grown = table.assign(stations=table["stations"] + 1)
    assert (
        call(layers.hexes(table, hex_scale(table), TOOLTIP))[1]
        != call(layers.hexes(grown, hex_scale(grown), TOOLTIP))[1]
    )


def test_short_ids_come_back_as_cells():
    table = hex_table(cells_of_china(4, 200))
    data = call(layers.hexes(table, hex_scale(table), TOOLTIP))[2]
    assert [int(short.ljust(15, "f"), 16) for short in data["ids"]] == table["cell"].to_list()


def test_hostile_names_arrive_as_they_are():
    data = call(stations(station_table()))[2]
    assert data["tooltip"]["heading"]["names"] == [HOSTILE, "B"]


def test_unknown_piles_and_operators_have_the_smallest_grey_circle():
    data = call(stations(station_table()))[2]
    assert data["radii"] == [9, 4]
    assert data["colours"][data["classes"][1]] == OTHER[Theme.LIGHT]
    assert "rings" not in data


def test_rings_tell_faults_and_unknown_statuses():
    statuses = ["fault", "available", None, "operational", "charging", "offline"]
    table = pd.concat([station_table(station_id=[f"a:{at}", f"a:{at + 3}"]) for at in range(3)])
    table = table.sort_values("station_id", ignore_index=True).assign(status=statuses)
    data = call(stations(table))[2]
    shown = [shape for _, shape in sorted(zip(data["ids"], data["rings"], strict=True))]
    assert shown == [FAULTY, PLAIN, NOT_KNOWN, PLAIN, IN_USE, NOT_REPORTING]
    assert data["fault"] == FAULT[Theme.LIGHT]


def test_dots_are_drawn_for_chosen_operators_with_piles():
    cell = h3.latlng_to_cell(31.2, 121.5, 5)
    table = pd.DataFrame({"cell": [cell] * 4, "operator_id": ["nio", "xpeng", "teld", "li_auto"]})
    table["piles"] = pd.array([100, 25, 900, None], dtype="Int64")
    colours = {"li_auto": "#111111", "xpeng": "#222222", "nio": "#333333"}
    data = call(layers.operator_dots(table, layers.Tooltip(rows=(), unknown="?"), colours=colours))[2]
    assert (data["places"], data["colours"]) == ([2, 1], list(colours.values()))
    assert data["sizes"][0] == 100
    assert data["sizes"][1] == pytest.approx(50, abs=1)


def test_cells_of_several_dots_travel_once():
    near, far = sorted(h3.latlng_to_cell(lat, 121.5, 5) for lat in (31.2, 32.2))
    table = pd.DataFrame(
        {"cell": [far, near, far], "operator_id": ["nio", "nio", "teld"], "piles": [9, 8, 7]}
    )
    colours = {"nio": "#111111", "teld": "#222222"}
    data = call(layers.operator_dots(table, layers.Tooltip(rows=(), unknown="?"), colours=colours))[2]
    assert (len(data["ids"]), len(data["steps"]), data["cells"]) == (2, 4, [1, 0, 1])
    centre = np.array(data["steps"][:2]) / data["perDegree"]
    assert centre == pytest.approx(h3.cell_to_latlng(near), abs=1e-5)


def test_empty_tables_make_empty_layers():
    empty = hex_table(cells_of_china(4, 0)).astype({"cell": "int64"})
    assert call(layers.hexes(empty, hex_scale(empty), TOOLTIP))[2]["ids"] == []
    assert call(stations(station_table().iloc[:0]))[2]["ids"] == []
    dots = pd.DataFrame({"cell": [1], "operator_id": ["nio"], "piles": [0]})
    assert call(layers.operator_dots(dots, layers.Tooltip(rows=(), unknown="?"), colours={}))[2]["ids"] == []


def test_the_legend_says_what_the_scale_says():
    table = hex_table(cells_of_china(4, 300))
    scale = hex_scale(table)
    data = call(layers.legend(scale, table["piles"], count_label="cells", footer="Simulated network"))[2]
    assert data["rows"] == [list(row) for row in scale.legend(table["piles"])]
    assert (data["title"], data["unit"], data["footer"]) == ("Piles", "piles", "Simulated network")


WORDS = layers.SurfaceTexts(
    label="Map",
    zoom_in="+",
    zoom_out="-",
    attribution="<b>Data</b>",
    locate="Here",
    locate_refused="No",
    locate_failed="?",
)


def surface(chosen):
    return call(layers.surface(theme=Theme.DARK, language="zh", tiles=chosen, texts=WORDS))


def test_the_surface_carries_tiles_theme_and_words():
    data = surface(tiles.OSM)[2]
    assert (data["theme"], data["language"], data["tiles"]["minZoom"]) == ("dark", "zh", 9)
    assert (data["texts"]["attribution"], data["texts"]["locate"]) == ("<b>Data</b>", "Here")
    assert surface(None)[2]["tiles"] is None


def test_only_tiles_in_gcj02_bring_the_area_of_the_shift():
    assert surface(tiles.OSM)[2]["tiles"]["shiftedInside"] is None
    assert surface(tiles.AMAP)[2]["tiles"]["shiftedInside"] == [list(corner) for corner in OUTLINE]


def test_other_tiles_are_another_surface():
    assert len({surface(chosen)[1] for chosen in (None, tiles.OSM, tiles.AMAP)}) == 3


def test_a_command_to_move_carries_its_token():
    name, _, data, _ = call(layers.fly_to(31.2, 121.5, 12, token="a1"))  # noqa: S106
    assert (name, data) == ("flyTo", {"lat": 31.2, "lon": 121.5, "zoom": 12, "token": "a1"})
