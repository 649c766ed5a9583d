"""Tables that no preset has: the guess is a form, its corrections are read again, and nothing is typed."""

import base64
import json
import re

import pyarrow.parquet as pq
import pytest
from views.paged import run, tables
from views.uploads import HEADER, bring, drafts, keys, markdown, press

from charging.dataset.store import open_dataset

PLAIN = (
    "Station Name,Operator,Latitude,Longitude,Chargers,Power (kW),Colour\n"
    "Alpha,Ionity,52.51,13.41,4,150,red\nBeta,EnBW,52.62,13.52,2,50,blue\n"
)
CHINESE = (
    "充电站名称,运营商,经度,纬度,快充桩数,慢充桩数,最大功率(kW)\n"
    "甲站,特来电,121.47,31.23,4,2,120\n乙站,星星充电,121.52,31.21,1,0,60\n"
)
SITES = [
    {
        "title": "Alpha",
        "operator": {"name": "Ionity"},
        "geo": {"lat": 52.51, "lng": 13.41},
        "plugs": [{"type": "CCS", "kW": 150}, {"type": "CCS", "kW": 300}],
    },
    {
        "title": "Beta",
        "operator": {"name": "EnBW"},
        "geo": {"lat": 52.62, "lng": 13.52},
        "plugs": [{"kW": 50}],
    },
]
PARTS = "Name,Latitude,Longitude,one,two\nAlpha,52.51,13.41,Main Street,12\nBeta,52.62,13.52,Lane,5\n"
STRANGE = "alfa,beta,gamma\n52.51,13.41,4\n52.62,13.52,2\n"
SESSIONS = "session_id,start_time,end_time,energy_kwh\n1,2024-01-01 10:00,2024-01-01 11:00,20\n"


def column(page, field, file=0):
    return page.selectbox(key=f"column_{file}_{field}")


def choose(page, field, *headers):
    column(page, field).set_value(headers)
    return run(page)


def rows(page):
    return next(table for table in tables(page) if len(table.columns) == len(("name", "lat", "lon")) * 2)


def notes(page):
    return " ".join(note.value.replace("\\", "") for note in (*page.warning, *page.error, *page.caption))


def is_off(page):
    return page.button(key="upload_read").disabled


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("My stations.csv", PLAIN.encode(), "2 stations with 6 piles"),
        ("充电站.csv", CHINESE.encode("gb18030"), "2 stations with 7 piles"),
    ],
)
def test_a_plain_table_becomes_a_dataset_without_typing(page, build_dir, name, text, said):
    press(bring(page, (name, text)), "read")
    assert said in markdown(page)
    press(page, "keep")
    assert page.session_state["page"] == "map"
    kept = open_dataset(build_dir / name.split(".")[0].replace(" ", "-"))
    [source] = kept.manifest.sources
    assert (source.info.title, source.info.licence) == (name.split(".")[0], "not stated")


@pytest.mark.slow
def test_each_field_shows_its_column_with_examples_and_the_rows_taken(page):
    bring(page, ("mine.csv", PLAIN))
    assert column(page, "piles").value == ("Chargers",)
    assert "150 · 50" in " ".join(block.proto.body for block in page.get("html"))
    assert rows(page).values.tolist() == [
        ["Alpha", "Ionity", 4, 150, 52.51, 13.41],
        ["Beta", "EnBW", 2, 50, 52.62, 13.52],
    ]
    assert "Not used: Colour." in notes(page)
    [shown] = page.get("image")
    assert [image.caption for image in shown.proto.imgs] == ["Map of the first 2 stations"]
    assert base64.b64decode(shown.proto.imgs[0].url.partition("base64,")[2]).count(b"<circle") == 2


@pytest.mark.slow
def test_a_corrected_column_is_read_again_and_leaves_the_others(page):
    choose(bring(page, ("mine.csv", PLAIN)), "operator", "Colour")
    assert rows(page)["Operator"].tolist() == ["red", "blue"]
    assert column(page, "name").value == ("Station Name",)
    assert rows(choose(page, "operator"))["Operator"].isna().all()


@pytest.mark.slow
def test_columns_called_nothing_known_are_chosen_by_hand(page):
    bring(page, ("mine.csv", STRANGE))
    assert "Choose the columns of latitude and longitude" in notes(page)
    assert is_off(page)
    choose(choose(page, "lat", "alfa"), "lon", "beta")
    assert rows(page)["Latitude"].tolist() == [52.51, 52.62]
    assert not is_off(page)


@pytest.mark.slow
def test_an_address_is_chosen_as_several_columns(page, build_dir):
    bring(page, ("mine.csv", PARTS))
    page.multiselect(key="column_0_address").set_value(["one", "two"])
    run(page)
    assert re.search(
        "(?:Lane|Main Street) · (?:5|12)<", " ".join(block.proto.body for block in page.get("html"))
    )
    press(press(page, "read"), "keep")
    addresses = pq.read_table(open_dataset(build_dir / "mine").path("stations"))["address"].to_pylist()
    assert sorted(addresses) == ["Lane 5", "Main Street 12"]


@pytest.mark.slow
def test_numbered_columns_are_chosen_together(page, build_dir):
    header = "Name,Latitude,Longitude,Connector 1,kW 1,Connector 2,kW 2"
    bring(page, ("mine.csv", f"{header}\nA,52.51,13.41,CCS,150,Type 2,22\nB,52.62,13.52,CCS,75,Type 2,11\n"))
    assert page.multiselect(key="column_0_connector").value == ["Connector 1", "Connector 2"]
    assert page.multiselect(key="column_0_power_kw").value == ["kW 1", "kW 2"]
    page.multiselect(key="column_0_connector").set_value(["Connector 1"])
    run(page)
    press(press(page, "read"), "keep")
    assert open_dataset(build_dir / "mine").manifest.report.piles == 0


@pytest.mark.slow
def test_a_column_that_holds_no_coordinates_is_told_with_an_example(page):
    choose(bring(page, ("mine.csv", PLAIN)), "lat", "Colour")
    assert "coordinate is not a number (2)" in notes(page)
    assert re.search(r"such as .*Latitude (red|blue)", notes(page))


@pytest.mark.slow
def test_what_lists_no_stations_says_what_it_is_and_what_to_do(page):
    bring(page, ("mine.csv", SESSIONS))
    assert "table of charging sessions" in notes(page)
    assert "Discard it" in notes(page)
    assert is_off(page)


@pytest.mark.slow
def test_a_datum_nobody_states_is_doubted_until_it_is_chosen(page):
    bring(page, ("mine.csv", CHINESE))
    assert "choose GCJ-02 as the datum above" in notes(page)
    page.selectbox(key="upload_datum").set_value("gcj02")
    assert "choose GCJ-02" not in notes(run(page))


@pytest.mark.slow
def test_the_form_is_chinese_on_the_chinese_page(chinese_page):
    bring(chinese_page, ("mine.csv", CHINESE.encode("gb18030")))
    assert column(chinese_page, "dc_piles").label == "直流（快充）桩数"
    assert "GB 18030" in notes(chinese_page)
    assert "坐标系选为 GCJ-02" in notes(chinese_page)


@pytest.mark.slow
def test_discarded_files_are_forgotten_by_the_uploader_too(page, build_dir):
    choose(bring(page, ("mine.csv", STRANGE)), "lat", "alfa")
    press(page, "discard")
    [uploader] = page.file_uploader
    assert uploader.key != "upload_files"
    assert drafts(build_dir) == []
    assert "upload_read" not in keys(page)


@pytest.mark.slow
def test_what_is_said_of_the_source_is_kept_with_the_dataset(page, build_dir):
    bring(page, ("mine.csv", PLAIN))
    for field, text in (("title", "Berlin"), ("licence", "CC BY 4.0"), ("date", "2024-02-30")):
        page.text_input(key=f"upload_{field}").set_value(text)
    assert "found “2024-02-30”" in notes(run(page))
    page.text_input(key="upload_date").set_value("2024-02")
    press(press(run(page), "read"), "keep")
    [source] = open_dataset(build_dir / "mine").manifest.sources
    info = source.info
    assert (info.title, info.licence, info.attribution, info.as_of) == (
        *("Berlin", "CC BY 4.0", "Berlin", "2024-02"),
    )


@pytest.mark.slow
def test_the_report_says_what_columns_were_taken_for_and_which_rows_are_equal(page):
    press(bring(page, ("mine.csv", PLAIN + "Beta,EnBW,52.62,13.52,2,50,blue\n")), "read")
    assert "row equal to another in all that is read" in str([table.to_dict() for table in tables(page)])
    assert "Equal rows count once" in notes(page)
    assert "Not used of mine.csv: Colour." in notes(page)


@pytest.mark.slow
def test_files_of_the_same_columns_share_one_form(page):
    choose(bring(page, ("a.csv", STRANGE), ("b.csv", STRANGE.replace("52.", "51."))), "lat", "alfa")
    choose(page, "lon", "beta")
    assert "same columns as a.csv" in notes(page)
    press(page, "read")
    assert "4 stations" in markdown(page)


@pytest.mark.slow
def test_the_preset_that_comes_nearest_is_named_with_what_it_lacks(page):
    bring(page, ("mine.csv", HEADER.replace("longitude", "east") + "1001,114.06,22.54,20,559,1.0,1.0\n"))
    assert "The nearest preset, urbanev, lacks: longitude." in notes(page)


@pytest.mark.slow
def test_what_was_said_waits_while_another_view_is_shown(page):
    choose(choose(bring(page, ("mine.csv", STRANGE)), "lat", "alfa"), "lon", "beta")
    page.text_input(key="upload_title").set_value("Berlin")
    press(run(page), "read")
    for view in ("map", "data"):
        page.segmented_control(key="page").set_value(view)
        run(page)
    assert "upload_keep" in keys(page)
    assert column(page, "lat").value == ("alfa",)
    assert page.text_input(key="upload_title").value == "Berlin"


@pytest.mark.slow
@pytest.mark.parametrize("header", ["*Lat* $x$ {0} <b>", "`${a}`, [x](y)"])
def test_hostile_headers_are_columns_like_others(page, header):
    bring(page, ("mine.csv", STRANGE.replace("alfa", f'"{header}"')))
    choose(choose(page, "lat", header), "lon", "beta")
    assert rows(page)["Latitude"].tolist() == [52.51, 52.62]


@pytest.mark.slow
def test_what_went_wrong_is_told_without_options_of_the_command_line(page):
    bring(page, ("mine.csv", "alfa,beta,gamma\n113.41,22.51,4\n113.52,22.62,2\n"))
    choose(choose(page, "lat", "alfa"), "lon", "beta")
    page.button(key="upload_read").click()
    run(page)
    assert "choose other columns" in page.error[0].value
    told = [text.value for text in page.text if "Not one station" in text.value]
    assert told
    assert "--" not in told[0]


@pytest.mark.slow
def test_json_records_have_the_form_of_a_table_with_paths_as_headers(page):
    bring(page, ("mine.json", json.dumps({"data": {"sites": SITES}})))
    assert column(page, "operator").value == ("operator.name",)
    assert column(page, "power_kw").value == ("plugs[].kW",)
    assert "150 · 300 · 50" in " ".join(block.proto.body for block in page.get("html"))
    assert "JSON records under data.sites" in notes(page)
    assert rows(page).values.tolist() == [
        ["Alpha", "Ionity", 2, 300, 52.51, 13.41],
        ["Beta", "EnBW", 1, 50, 52.62, 13.52],
    ]
    choose(page, "power_kw")
    assert column(page, "power_kw").value == ()
    assert rows(page).iloc[:, 3].isna().all()


@pytest.mark.slow
def test_json_records_of_unknown_keys_are_read_when_their_columns_are_chosen(page):
    strange = [{"a": {"b": 52.51, "c": 13.41}, "d": 4}, {"a": {"b": 52.62, "c": 13.52}, "d": 2}]
    bring(page, ("mine.json", json.dumps({"answer": strange})))
    assert is_off(page)
    choose(page, "lat", "a.b")
    assert not is_off(choose(page, "lon", "a.c"))


@pytest.mark.slow
def test_stations_under_two_keys_are_told_in_the_page(page):
    bring(page, ("mine.json", json.dumps({"open": SITES, "closed": SITES})))
    assert "under 'open' and 'closed'" in " ".join(block.value for block in page.text)
