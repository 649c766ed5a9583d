"""The page in this process, without a browser: what it says and what it hands to the map."""

import re
from html import unescape
from itertools import pairwise

import pandas as pd
import pytest
from views.paged import html, layer, page_over, said

from charging.domain.hexes import cell_from_text, cell_text, cells_at, resolution_of
from charging.views.session.table_keys import KEYS
from charging.views.session.visit import Selection


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    """The page over the tiny world, not run yet."""
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def opened(page, **query):
    for key, value in query.items():
        page.query_params[key] = value
    page.run().run()  # the first brings the map, the second the rest
    assert [error.message for error in page.exception] == []
    return page


def figures(page):
    """Return the figures at the top, by what they count: published or the dataset's, loaded, selected."""
    [section] = [block.proto.body for block in page.get("html") if "<section" in block.proto.body]
    cards = {}
    for card in section.split('<div class="what">')[1:]:
        what = re.sub("<[^>]+>", "", card.split("</div>")[0])
        published = re.search('class="(?:published|value)[^"]*">([^<]+)', card)[1]
        counted = re.findall('class="counted [a-z]+">[^<]*<b class="">([^<]*)', card)
        cards[unescape(what)] = (published, *counted)
    return cards


@pytest.mark.slow
def test_the_first_run_brings_the_map_and_holds_the_place_of_the_conditions(page):
    page.run()
    assert layer(page, "hexes")["ids"]
    assert not page.multiselect
    page.session_state["map"] = {"zoom": 5, "bounds": box(20, 100, 40, 120)}
    page.run()
    assert page.multiselect(key="city").value == []


def hex_ids(page):
    return {short.ljust(15, "f") for short in layer(page, "hexes")["ids"]}


def answered(page, **answer):
    """Run the page as if the map had answered."""
    page.session_state["map"] = answer
    page.run()
    assert [error.message for error in page.exception] == []
    return page


def box(south, west, north, east):
    return {"_southWest": {"lat": south, "lng": west}, "_northEast": {"lat": north, "lng": east}}


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "title"), [("en-GB", "Charging map"), ("zh-CN", "充电地图")])
def test_the_page_opens_in_both_languages_and_themes(page, locale, title, theme):
    page.context.update(locale=locale, theme=theme)
    opened(page)
    assert title in html(page)
    assert layer(page, "surface")["theme"] == theme
    assert layer(page, "surface")["language"] == locale[:2]


@pytest.fixture
def published(published_dataset, tmp_path, monkeypatch):
    """The page over the tiny world as the published network."""
    return page_over(published_dataset, tmp_path, monkeypatch)


@pytest.mark.slow
def test_published_figures_stand_beside_what_is_loaded(published):
    cards = figures(opened(published))
    assert cards["charging piles"] == ("1.02 M+", "82", "82")
    assert cards["of highway service areas"][:2] == ("88.1 %", "50.0 % (1 of 2)")
    assert [cards[name][0] for name in ("NIO", "XPeng", "Li Auto")] == ["14,000+", "9,000+", "6,000+"]


@pytest.mark.slow
def test_a_dataset_of_which_nothing_was_published_is_headed_by_its_own_figures(page):
    cards = figures(opened(page, operator="nio"))
    assert list(cards) == [
        *("stations", "charging piles", "operators", "DC share"),
        *("cities and towns", "highest power", "data as of"),
    ]
    assert cards["stations"] == ("12", "12", "3")
    assert cards["charging piles"] == ("82", "82", "10")
    assert cards["operators"] == ("5", "5", "1")
    assert cards["DC share"] == ("56.3 %", "40 of 71", "70.0 %")
    assert cards["data as of"] == ("2024-12",)
    assert not re.search("Xiaomi|XPeng|1.02 M", html(page))


@pytest.mark.slow
def test_an_operator_may_be_among_the_piles_that_name_none(published):
    assert figures(opened(published))["XPeng"] == ("9,000+", "not known", "not known")


@pytest.mark.slow
def test_a_link_opens_its_selection(page, tiny_dataset):
    opened(page, operator="nio", min_kw="120")
    cards = figures(page)
    assert cards["charging piles"] == ("82", "82", "6")
    assert cards["cities and towns"][1:] == ("4", "2")
    shown = hex_ids(page)
    resolution = resolution_of(cell_from_text(min(shown)))
    stations = pd.read_parquet(tiny_dataset.path("stations"))
    drawn = _cells_of(stations[stations.station_id.isin(["tiny:bj-1", "tiny:sh-1"])], resolution)
    assert shown == {cell_text(cell) for cell in drawn.tolist()}


def _cells_of(stations, resolution):
    return cells_at(stations.lat.to_numpy(), stations.lon.to_numpy(), resolution)


@pytest.mark.slow
def test_a_sentence_says_what_is_selected(page):
    opened(page, operator="nio", min_kw="120")
    sentences = [text.value.replace("\\", "") for text in page.markdown]
    assert any("operator NIO; at least 120 kW" in sentence for sentence in sentences)


HOSTILE = {
    "operator": "nio",
    "current": "<script>alert(1)</script>",
    "min_kw": "fast",
    "status": "x" * 5_000,
    "since": "2024-13-45",
    "unknown": "${alert(1)}",
    "view": "../../etc",
    "lang": "tlh",
    "at": "nan,inf,{{7*7}}",
    "utm_source": "x`y",
}


@pytest.mark.slow
def test_a_link_with_nonsense_opens_with_the_rest_and_a_note(page):
    opened(page, **HOSTILE)
    assert figures(page)["charging piles"][1:] == ("82", "10")
    notes = " ".join(note.value for note in page.warning)
    assert all(
        f"{key}=" in notes.replace("\\", "") for key in ("current", "min_kw", "status", "since", "unknown")
    )
    assert "<script>" not in notes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("since", "1999-01-01"),
        ("since", "2999-12-31"),
        ("min_kw", "1000"),
        ("min_kw", "7.4"),
        ("min_kw", "0.001"),
        ("q", "<script>"),
        ("q", "' or 1=1 --"),
        ("relation", "partner"),
        ("unknown", "true"),
    ],
)
def test_any_value_that_can_be_read_opens(page, key, value):
    opened(page, **{key: value})
    assert [note.value for note in page.warning] == []
    assert "is-filtered" in html(page) or key == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value"), [("operator", "nobody"), ("city", "Atlantis")])
def test_a_link_to_what_does_not_exist_opens_with_a_note(page, key, value):
    opened(page, **{key: value})
    assert value in " ".join(note.value for note in page.warning)


def test_a_broken_dataset_is_named_without_a_traceback(page, tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "CURRENT").write_text("v7", encoding="utf-8")
    monkeypatch.setenv("CHARGING_DATASET", "broken")
    opened(page)
    assert "The dataset cannot be opened" in page.error[0].value
    assert "names the version 'v7'" in page.text[0].value


@pytest.mark.parametrize(
    ("variable", "value"), [("CHARGING_DATASET", "nowhere"), ("CHARGING_STATION_LIMIT", "many")]
)
def test_a_bad_setting_is_named_without_a_traceback(page, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    opened(page)
    assert len(page.error) == 1
    assert value in page.text[0].value


@pytest.mark.slow
def test_the_data_view_shows_what_the_import_took_and_did_not_take(page):
    opened(page, view="data")
    said = " ".join(text.value for text in page.markdown)
    assert "12 stations with 82 piles, 2 service areas, 0 not taken" in said
    tables = " ".join(table.value.to_csv() for table in page.dataframe)
    assert "A tiny world" in tables
    assert "Nobody's Charging" in tables


@pytest.mark.slow
def test_the_data_view_and_back_keeps_how_the_map_is_shown(page):
    opened(page)
    page.selectbox(key="measure").set_value("stations").run()
    for view in ("data", "map"):
        page.segmented_control(key="page").set_value(view).run()
        assert [error.message for error in page.exception] == []
    assert layer(page, "legend")["title"] == "Stations"


@pytest.mark.slow
def test_the_name_of_a_real_dataset_is_on_the_page_and_nothing_is_called_simulated(page):
    opened(page)
    assert "Real · A tiny world · 2024-12" in html(page)
    assert "Simulated" not in html(page)
    assert layer(page, "hexes")["tooltip"]["footer"] == ""


@pytest.mark.slow
def test_a_near_map_shows_stations_instead_of_cells(page):
    opened(page, at="39.92,116.4,11")
    assert layer(page, "hexes") is None
    assert set(layer(page, "stations")["ids"]) == {"tiny:bj-1", "tiny:bj-2", "tiny:bj-3", "tiny:bj-4"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shade", "title"), [("operator", "Operator"), ("max_power_kw", "Highest power"), ("status", "Status")]
)
def test_a_link_says_what_the_colour_of_a_station_says(page, shade, title):
    opened(page, at="39.92,116.4,11", shade=shade)
    assert layer(page, "legend")["title"] == title


@pytest.mark.slow
def test_too_many_stations_are_drawn_as_cells_and_the_page_says_so(page, monkeypatch):
    monkeypatch.setenv("CHARGING_STATION_LIMIT", "3")
    opened(page, at="39.92,116.4,11")
    assert layer(page, "stations") is None
    assert any(note.value.startswith("4 stations in this part of the map") for note in page.caption)


@pytest.mark.slow
def test_hostile_names_reach_the_map_as_data(page):
    opened(page, at="39.92,116.4,11")
    names = layer(page, "stations")["tooltip"]["heading"]["names"]
    assert "<script>alert(1)</script> `${name}` \u202e站" in names
    [component] = page.get("component_instance")
    assert "<script>alert" not in component.proto.json_args


@pytest.mark.slow
def test_a_clicked_cell_shows_its_id_and_its_sums(page, tiny_dataset):
    opened(page)
    cell = min(hex_ids(page))
    clicked = {"properties": {"kind": "hex", "id": cell}}
    answered(page, last_active_drawing=clicked, last_object_clicked_count=2)
    assert page.session_state["selection"] == Selection("hex", cell)
    facts = dict(reversed(pair) for pair in re.findall("<b[^>]*>([^<]+)</b><span[^>]*>([^<]+)", html(page)))
    assert said(page)["H3 cell"] == cell
    stations = pd.read_parquet(tiny_dataset.path("stations"))
    clicked = cell_from_text(cell)
    inside = _cells_of(stations, resolution_of(clicked)) == clicked
    assert (facts["Stations"], facts["Piles"]) == (str(inside.sum()), f"{stations[inside].piles.sum():,.0f}")


@pytest.mark.slow
def test_a_clicked_station_shows_its_details(page):
    opened(page)
    clicked = {"properties": {"kind": "station", "id": "tiny:bj-1"}}
    answered(page, last_active_drawing=clicked, last_object_clicked_count=2)
    shown = html(page)
    assert all(
        text in shown for text in ("NIO Power Station Tiananmen", "蔚来超充站天安门", "180 kW", "东长安街")
    )
    assert re.search("WGS-84.*39.90870, 116.39750.*GCJ-02.*39.9101\\d, 116.4037\\d", shown)
    links = re.findall('href="([^"]+)', shown)
    assert links[0] == "https://www.wikidata.org/wiki/Q29921278"  # of its operator
    assert [link.split("/")[2] for link in links[1:]] == [
        "uri.amap.com",
        "maps.apple.com",
        "www.google.com",
        "www.openstreetmap.org",
    ]


@pytest.mark.slow
def test_an_answer_that_repeats_a_click_selects_nothing_anew(page):
    clicked = {"properties": {"kind": "station", "id": "tiny:bj-1"}}
    answered(opened(page), last_active_drawing=clicked, last_object_clicked_count=2)
    page.button(key="close").click().run()
    assert page.session_state["selection"] is None
    answered(page, last_active_drawing=clicked, last_object_clicked_count=2, zoom=7)
    assert page.session_state["selection"] is None


@pytest.mark.slow
def test_a_station_that_is_gone_is_named_as_such(page):
    page.session_state["selection"] = Selection("station", "tiny:gone")
    opened(page)
    page.session_state["selection"] = Selection("station", "tiny:gone")
    page.run()
    assert "This station is not in the loaded dataset." in html(page)


@pytest.mark.slow
def test_what_the_map_shows_decides_what_is_listed(page):
    answered(opened(page), bounds=box(39, 115, 41, 118), zoom=8)
    listed = page.dataframe[0].value
    assert set(listed["Station id"]) == {"tiny:bj-1", "tiny:bj-2", "tiny:bj-3", "tiny:bj-4"}
    assert listed["Name"].str.contains("<script>").any()


@pytest.mark.slow
def test_an_unknown_number_of_piles_is_empty_in_the_table_and_never_zero(page):
    opened(page)
    shown = answered(page, bounds=box(-90, -180, 90, 180), zoom=4)
    listed = shown.dataframe[0].value.set_index("Station id")
    assert listed.Piles["tiny:bj-1"] == 6
    assert listed.Piles.isna()["tiny:bj-3"]


@pytest.mark.slow
def test_clearing_the_conditions_shows_everything_again(page):
    opened(page, operator="nio", min_kw="120", q="x", status="fault")
    clear = next(button for button in page.button if button.label == "Clear all conditions")
    clear.click().run()
    assert figures(page)["charging piles"] == ("82", "82", "82")


@pytest.mark.slow
@pytest.mark.parametrize(
    "measure",
    ["piles", "stations", "dc_share", "max_power_kw", "leading_operator", "available_share", "unknown_share"],
)
def test_every_measure_colours_the_cells_and_has_a_legend(page, measure):
    opened(page)
    page.selectbox(key="measure").set_value(measure).run()
    assert [error.message for error in page.exception] == []
    legend = layer(page, "legend")
    assert legend["title"]
    assert sum(amount for _, _, amount in legend["rows"]) == len(hex_ids(page))


@pytest.mark.slow
def test_operator_layers_lie_over_the_cells(page):
    opened(page)
    assert layer(page, "dots") is None
    page.session_state["layer"] = ["nio"]
    page.run()
    dots = layer(page, "dots")
    assert {short.ljust(15, "f") for short in dots["ids"]} <= hex_ids(page)


@pytest.mark.slow
def test_other_rows_have_another_key_out_of_a_few(page):
    opened(page)
    keys = []
    for west in (115, 110, 120, 110, 116, 111, 117, 110):
        [table] = answered(page, bounds=box(20, west, 41, 122), zoom=8).dataframe
        keys.append((tuple(table.value.iloc[:, -1]), table.proto.id))
    changes = [(before[1], after[1]) for before, after in pairwise(keys) if before[0] != after[0]]
    assert len(changes) > KEYS
    assert all(before != after for before, after in changes)
    assert len({key for _, key in keys}) <= KEYS
