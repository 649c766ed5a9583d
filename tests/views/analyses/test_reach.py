"""Reach: what it says of the tiny world, of weights a reader brings, and where nothing is known."""

import gzip
import json

import h3.api.numpy_int as h3
import pandas as pd
import pytest
from sources.geopackages import write_geopackage
from views.paged import captions, html, layer, link, opened, page_over, run, tables

from charging.analytics import studies
from charging.dataset.versions import write_version
from charging.views.elements.markup import strip_markdown
from charging.views.session import analysis_params

WEIGHTS = "lat,lon,weight,name\n39.91,116.39,30,near\n45,90,10,<script>alert(1)</script> *far*\n"


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


def reach(page, **query):
    return opened(page, view="coverage", topic="reach", **query)


def bring(page, content, name="mine.csv"):
    content = content.encode() if isinstance(content, str) else content
    page.file_uploader(key="weights_file").set_value((name, content, "application/octet-stream"))
    return run(page)


def shares(page):
    """Return the bars of the panel: each network with its share."""
    labels = html(page).split('class="bar-label">')[1:]
    return {label.split("<")[0]: label.split('class="bar-value">')[1].split("<")[0] for label in labels}


def chart(page):
    [found] = page.get("vega_lite_chart")
    return json.loads(found.proto.spec)


def test_reach_is_a_share_of_people_with_both_its_parts(page):
    reach(page)
    assert "People within 5 km of a matching station" in html(page)
    assert set(shares(page)) == {"Base", "Base and partners", "All operators", "NIO alone"}
    assert "DC piles, since no current is chosen." in captions(page)
    assert "straight lines" in captions(page)
    parts = html(page).split('class="operator">')[1]
    part, whole = parts.split("(")[1].split(")")[0].split(" of ")
    assert 0 < int(part.replace(",", "")) < int(whole.replace(",", ""))
    assert f"Of {whole} people" in captions(page)


@pytest.mark.slow
def test_weights_are_offered_up_to_what_the_server_takes_and_not_where_it_takes_nothing(page, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOAD_LIMIT_MB", "7")
    assert "7 MB" in captions(reach(page))
    monkeypatch.setenv("CHARGING_UPLOADS", "off")
    assert [*run(page).file_uploader] == []


def test_a_chosen_current_is_asked_about_instead(page):
    assert "DC piles, since" not in captions(reach(page, current="AC"))


def test_what_is_not_known_gives_an_upper_bound(page):
    shown = captions(reach(page))
    assert "stations are left out because something asked about them is not known" in shown
    assert "the reach of “Base and partners” is at most:" in shown


def test_with_what_is_not_known_let_through_there_is_no_bound_to_name(page):
    assert "left out because" not in captions(reach(page, unknown="true"))


def test_the_chart_marks_the_chosen_distance(page):
    spec = chart(reach(page, km="10"))
    assert spec["layer"][0]["encoding"]["x"]["datum"] == 10
    assert "10 km" in html(page)
    assert "km=10" in link(page)


def test_every_distance_that_can_be_chosen_is_a_point_of_the_curves(page):
    assert set(analysis_params.KMS) <= set(studies.CURVE_KMS)
    by_km = tables(reach(page))[0].set_index("km")
    assert by_km.index.to_list() == list(analysis_params.KMS)
    assert f"{by_km.loc[5, 'Base']:.1%}".replace("%", " %") == shares(page)["Base"]
    assert len(set(by_km["Of (People)"])) == 1


def test_places_are_listed_in_both_languages_and_cities_with_their_people(page):
    _, far, cities = tables(reach(page, km="1"))
    assert {"Name", "Chinese name", "People", "Nearest station, km"} <= set(far)
    assert far["People"].is_monotonic_decreasing
    assert (far["Nearest station, km"] > 1).all()
    assert set(cities.City) == {"Beijing", "Shanghai", "Shenzhen", "City not known"}
    ratio = cities["Piles"] / cities["People of the urban area"] * 100_000
    pd.testing.assert_series_equal(cities["Piles per 100,000 people"], ratio, check_names=False)


def test_cells_say_how_much_of_them_is_reached(page):
    reach(page)
    assert {name for _, name, _ in layer(page, "legend")["rows"]} <= {
        "None reached",
        "Partly reached",
        "All reached",
    }
    assert layer(page, "hexes")["ids"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "partner", "names"),
    [
        ("", "", {"All operators"}),
        ("nio", "", {"Base", "All operators"}),
        ("", "nio", {"Partners", "All operators"}),
    ],
)
def test_sets_may_be_empty(page, base, partner, names):
    assert set(shares(reach(page, base=base, partner=partner))) == names


def test_a_selection_without_stations_reaches_nobody(page):
    reach(page, min_kw="900")
    assert set(shares(page).values()) == {"0.0 %"}
    assert tables(page)[1]["Nearest station, km"].isna().all()


@pytest.mark.slow
def test_a_reader_brings_weights_of_their_own(page):
    bring(reach(page), WEIGHTS)
    assert "Weight within 5 km of a matching station" in html(page)
    assert "75.0 % (30 of 40)" in html(page)
    shown = strip_markdown(captions(page))
    assert "Of 40, the sum of mine.csv. The file does not state its source or licence." in shown
    assert "nobody else sees it" in captions(page)
    assert tables(page)[1]["Name"].to_list() == ["<script>alert(1)</script> *far*"]
    assert "<script>alert" not in html(page)
    page.button(key="brought_remove").click()
    assert "People within 5 km" in html(run(page))


@pytest.mark.slow
def test_weights_are_of_one_visit(page, tiny_dataset, tmp_path, monkeypatch):
    bring(reach(page), WEIGHTS)
    other = page_over(tiny_dataset, tmp_path, monkeypatch)
    assert "People within 5 km" in html(reach(other))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lat,lon,weight\n39.9,116.4,many\n", "line 2: column weight: expected a number"),
        ("a,b\n1,2\n", "line 1: expected the columns"),
        ("", "expected a CSV of weights, found an empty file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_people_stay(page, text, message):
    bring(reach(page), text, name="<b>*bad*.csv")
    assert "The weights were not taken." in page.error[0].value
    assert message in page.text[0].value
    assert "People within 5 km" in html(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lat,lon,weight\n39.9,116.4,many\n", "有一行不符合要求"),
        ("a,b\n1,2\n", "缺少所需的列"),
        ("", "文件为空"),
        ("lat,lon,weight\0", "文件既非文本"),
    ],
)
def test_what_is_wrong_with_weights_is_said_in_chinese_too(page, text, sentence):
    bring(reach(page, lang="zh"), text)
    assert page.error[0].value.startswith("未采用这些权重。")
    assert sentence in page.error[0].value
    assert "详细信息（英文原文）：" in captions(page)


@pytest.mark.slow
def test_a_file_with_too_many_rows_is_refused(page, monkeypatch):
    monkeypatch.setattr("charging.views.analyses.user_weights.MAX_PLACES", 1)
    assert "Expected at most 1 rows" in bring(reach(page), WEIGHTS).error[0].value


@pytest.mark.slow
def test_weights_of_cells_are_drawn_no_finer_than_they_are(page):
    bring(reach(page, at="39.9,116.4,12"), "cell,weight\n8431aa5ffffffff,7\n")
    assert "the sum of mine.csv" in strip_markdown(captions(page))
    assert layer(page, "hexes")["ids"] == ["8431aa5"]


def geopackage(folder, *, statements=(), rows=()):
    near, far = (f"{h3.latlng_to_cell(*point, 8):x}" for point in ((39.91, 116.39), (45, 90)))
    path = write_geopackage(folder / "made.gpkg", [(near, 30), (far, 10), *rows], more=statements)
    return gzip.compress(path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "people", "unknown"),
    [("en", "People within 5 km", "does not state its source"), ("zh", "人口", "文件未说明来源与许可。")],
)
def test_a_reader_brings_people_in_cells(page, tmp_path, lang, people, unknown):
    bring(reach(page, lang=lang), geopackage(tmp_path), name="people.gpkg.gz")
    assert [error.value for error in page.error] == []
    assert people in html(page)
    assert [*shares(page).values()] == ["0.0 %", "75.0 %", "75.0 %", "75.0 %"]
    assert unknown in strip_markdown(captions(page))


@pytest.mark.slow
def test_the_source_a_file_states_is_shown_as_text(page, tmp_path):
    hostile = "![x](http://tracker.example/) <script>alert(1)</script> CC BY 4.0"
    states = "update gpkg_contents set description = '" + hostile + "'"  # noqa: S608  made for the test
    bring(reach(page), geopackage(tmp_path, statements=[states]), name="people.gpkg.gz")
    assert hostile not in captions(page)
    assert f"Source, as the file states it: {hostile}." in strip_markdown(captions(page))


@pytest.mark.slow
def test_cells_that_are_too_many_are_summed_and_that_is_said(page, tmp_path, monkeypatch):
    monkeypatch.setattr("charging.views.analyses.user_weights.MAX_PLACES", 2)
    cells = h3.grid_disk(h3.latlng_to_cell(39.91, 116.39, 8), 1)[1:]
    rows = [(f"{cell:x}", 5) for cell in cells.tolist()]
    bring(reach(page), geopackage(tmp_path, rows=rows), name="people.gpkg.gz")
    assert "cells of resolution 8 were summed up in coarser ones" in strip_markdown(captions(page))
    assert "of 70)" in html(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "lang", "sentence"),
    [
        (b"SQLite format 3\0", "en", "The file is cut, damaged or encrypted"),
        (b"SQLite format 3\0", "zh", "文件不完整、已损坏、已加密"),
        (bytes(range(256)) * 9, "en", "The file is neither a CSV nor a GeoPackage, or it is encrypted"),
        (bytes(range(256)) * 9, "zh", "文件既非文本，也非 GeoPackage，或已加密"),
        (gzip.compress(b"lat,lon,weight\n")[:-9], "en", "The file is cut, damaged or encrypted"),
    ],
)
def test_what_is_wrong_with_a_geopackage_is_said(page, content, lang, sentence):
    bring(reach(page, lang=lang), content, name="people.gpkg")
    assert sentence in page.error[0].value
    assert "people.gpkg" in page.text[0].value


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "sentence"), [("en", "database is no GeoPackage"), ("zh", "不是含 H3")])
def test_a_geopackage_without_cells_is_named_with_its_tables(page, tmp_path, lang, sentence):
    content = geopackage(tmp_path, statements=["alter table population rename column h3 to name"])
    bring(reach(page, lang=lang), content, name="people.csv")
    assert sentence in page.error[0].value
    assert "people.csv: expected a table with the columns h3" in page.text[0].value


def test_weights_of_nothing_are_no_share(page):
    bring(reach(page), "lat,lon,weight\n39.9,116.4,0\n")
    assert "nothing to take a share of" in html(page)


@pytest.fixture
def elsewhere(build, tiny_records, tiny_description, tmp_path, monkeypatch):
    """A station far from all places that come with the map, of nobody known."""
    station = tiny_records[0]._replace(lat=72.0, lon=-40.0, country="GL", city_raw=None, operator_id=None)
    dataset = write_version(tmp_path / "elsewhere", build((station,)).tables, tiny_description)
    return page_over(dataset, tmp_path, monkeypatch)


@pytest.mark.slow
def test_people_abroad_are_counted_as_those_of_china_are(
    build, tiny_records, tiny_description, tmp_path, monkeypatch
):
    station = tiny_records[0]._replace(lat=52.5, lon=13.4, country="DE", city_raw=None)
    dataset = write_version(tmp_path / "berlin", build((station,)).tables, tiny_description)
    page = reach(page_over(dataset, tmp_path, monkeypatch))
    assert "No people are known near these stations" not in html(page)
    assert "GeoNames" in html(page) + captions(page)


@pytest.mark.slow
def test_where_nobody_is_known_the_page_says_so_and_takes_weights(elsewhere):
    reach(elsewhere)
    assert "No people are known near these stations" in html(elsewhere)
    bring(elsewhere, "lat,lon,weight\n72.0,-40.0,1\n")
    assert "100.0 % (1 of 1)" in html(elsewhere)
