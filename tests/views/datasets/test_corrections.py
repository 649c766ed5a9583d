"""What is wrong with a file and can be put right is put right in the page, and offered nowhere else."""

import json

import pyarrow.parquet as pq
import pytest
from views.paged import run, tables
from views.uploads import HEADER, bring, press

from charging.dataset.store import open_dataset
from charging.views.datasets.corrections_form import REFERENCE_SYSTEMS

METRES = (
    "Name,Betreiber,Rechtswert,Hochwert,Ladepunkte\n"
    "Rathaus,Werke A,392000.5,5820000.2,2\nMarkt,Werke A,393100.1,5821000.7,4\n"
)
SWAPPED = (
    "Name,Country,Latitude,Longitude,Chargers\n"
    "Berlin,DE,13.405,52.52,2\nHamburg,DE,9.993,53.551,3\nMunich,DE,48.137,11.575,4\n"
)
PLAIN = "id,Name,Latitude,Longitude,Chargers\n1,Alpha,52.51,13.41,4\n2,Beta,52.62,13.52,2\n"
TIMED = """
datum = "wgs84"
[source]
source = "timed"
title = "Timed"
licence = "none"
attribution = "Timed"
[columns]
source_id = "number"
lat = "wide"
lon = "long"
updated_at = "seen"
"""
CORRECTIONS = {"crs", "encoding", "swap", "evse", "id_from_file", "timezone"}


def location(lat, lon, evse_lat, evse_lon):
    point = {"latitude": str(evse_lat), "longitude": str(evse_lon)}
    return {
        "id": "L1",
        "coordinates": {"latitude": str(lat), "longitude": str(lon)},
        "country_code": "RO",
        "operator": {"name": "Example Power"},
        "last_updated": "2024-01-01T00:00:00Z",
        "evses": [{"uid": "1", "evse_id": "RO*ABC*E1", "coordinates": point}],
    }


def offered(page):
    keys = {widget.key for widget in (*page.checkbox, *page.selectbox)}
    return {name for name in CORRECTIONS if f"upload_{name}" in keys}


def notes(page):
    return " ".join(note.value.replace("\\", "") for note in (*page.warning, *page.error, *page.caption))


def check(page, name):
    page.checkbox(key=f"upload_{name}").check()
    return run(page)


def rows(page):
    return next(table for table in tables(page) if "Latitude" in table)


def kept(page, build_dir, name):
    press(press(page, "read"), "keep")
    return open_dataset(build_dir / name)


@pytest.mark.endurance
def test_a_file_without_such_faults_is_offered_none(page):
    assert offered(bring(page, ("plain.csv", PLAIN))) == set()


@pytest.mark.endurance
def test_metres_become_degrees_by_columns_and_a_system_that_are_chosen(page, build_dir):
    bring(page, ("metres.csv", METRES))
    assert "choose the northing" in notes(page)
    assert "Rechtswert (392000.5, 393100.1)" in notes(page)
    for field, header in (("lat", "Hochwert"), ("lon", "Rechtswert")):
        page.selectbox(key=f"column_0_{field}").set_value((header,))
        run(page)
    assert "metres where degrees belong" in notes(page)
    page.selectbox(key="upload_crs").set_value("25833")
    assert rows(run(page))["Latitude"].round(2).tolist() == [52.52, 52.53]
    stations = kept(page, build_dir, "metres")
    assert stations.manifest.report.stations == 2


@pytest.mark.endurance
def test_a_system_that_is_chosen_tells_the_columns_too(page):
    bring(page, ("metres.csv", METRES))
    page.selectbox(key="upload_crs").set_value("25833")
    run(page)
    assert page.selectbox(key="column_0_lat").value == ("Hochwert",)
    assert rows(page)["Latitude"].round(2).tolist() == [52.52, 52.53]


@pytest.mark.endurance
def test_the_encoding_that_was_guessed_is_told_and_another_can_be_chosen(page, build_dir):
    text = "Name,Latitude,Longitude,Chargers\nŁódź,51.77,19.46,4\nŻory,50.04,18.7,2\n"
    bring(page, ("text.csv", text.encode("iso8859-2")))
    assert offered(page) == {"encoding"}
    assert "it was taken for cp" in notes(page)
    page.selectbox(key="upload_encoding").set_value("iso8859-2")
    run(page)
    assert "it was taken for" not in notes(page)
    assert offered(page) == {"encoding"}
    assert sorted(rows(page)["Name"]) == ["Łódź", "Żory"]
    assert kept(page, build_dir, "text").manifest.report.assumptions == ()


@pytest.mark.endurance
@pytest.mark.parametrize(
    ("typed", "said"),
    [("UTM", "Expected an EPSG code"), ("99999", "Expected an EPSG code"), ("9999", "cannot be converted")],
)
def test_a_system_that_is_none_says_what_to_do_and_is_chosen_again(page, monkeypatch, typed, said):
    monkeypatch.setitem(REFERENCE_SYSTEMS, typed, "typed")  # as `AppTest` cannot type
    bring(page, ("metres.csv", METRES))
    for field, header in (("lat", "Hochwert"), ("lon", "Rechtswert")):
        page.selectbox(key=f"column_0_{field}").set_value((header,))
        run(page)
    page.selectbox(key="upload_crs").set_value(typed)
    assert said in notes(run(page))
    assert "crs" in offered(page)


@pytest.mark.endurance
def test_swapped_coordinates_are_exchanged_on_request_and_counted(page, build_dir):
    bring(page, ("swapped.csv", SWAPPED))
    assert offered(page) == {"swap"}
    assert "2 found, such as" in notes(page)
    assert rows(check(page, "swap"))["Latitude"].tolist() == [52.52, 53.551, 48.137]
    report = kept(page, build_dir, "swapped").manifest.report
    assert (report.stations, [(each.what, each.count) for each in report.discrepancies]) == (
        3,
        [("swap_repaired", 2)],
    )


@pytest.mark.endurance
def test_a_location_far_from_its_evses_takes_their_point_on_request(page, build_dir):
    bring(page, ("feed.json", json.dumps([location(47.7466, 47.7466, 47.7466, 26.6655)])))
    assert offered(page) == {"evse"}
    assert rows(check(page, "evse"))["Longitude"].tolist() == [26.6655]
    assert kept(page, build_dir, "feed").manifest.report.stations == 1


REGISTER = HEADER + "1,114.06,22.54,20,559,1.0,1.0\n2,114.07,22.55,7,559,1.0,1.0\n"
OTHER = HEADER + "1,114.16,22.64,20,559,1.0,1.0\n2,114.17,22.65,7,559,1.0,1.0\n"


@pytest.mark.endurance
@pytest.mark.parametrize(("is_apart", "stations"), [(False, 2), (True, 4)])
def test_equal_ids_of_two_files_of_a_source_are_kept_apart_on_request(page, build_dir, is_apart, stations):
    bring(page, ("a.csv", REGISTER), ("b.csv", OTHER))
    assert offered(page) == {"id_from_file"}
    assert "2 found, such as 1" in notes(page)
    if is_apart:
        check(page, "id_from_file")
    assert kept(page, build_dir, "a").manifest.report.stations == stations


@pytest.mark.endurance
def test_equal_ids_of_two_tables_of_their_own_are_apart_anyhow(page, build_dir):
    bring(page, ("a.csv", PLAIN), ("b.csv", PLAIN.replace("52.", "50.")))
    assert offered(page) == set()
    assert kept(page, build_dir, "a").manifest.report.stations == 4


@pytest.mark.endurance
@pytest.mark.parametrize(
    ("time", "is_offered"), [("2024-01-31 08:30", True), ("2024-01-31T08:30:00Z", False)]
)
def test_a_zone_is_asked_for_where_a_time_names_none(page, build_dir, time, is_offered):
    (build_dir / "presets").mkdir()
    (build_dir / "presets" / "timed.toml").write_text(TIMED, encoding="utf-8")
    bring(page, ("timed.csv", f"number,wide,long,seen\n1,31.2,121.4,{time}\n"))
    assert offered(page) == ({"timezone"} if is_offered else set())
    if is_offered:
        page.selectbox(key="upload_timezone").set_value("Asia/Shanghai")
        seen = kept(run(page), build_dir, "timed").path("stations")
        assert str(pq.read_table(seen)["updated_at"][0]) == "2024-01-31 00:30:00+00:00"


@pytest.mark.endurance
def test_a_correction_stays_while_another_view_is_shown_and_goes_with_its_files(page):
    check(bring(page, ("swapped.csv", SWAPPED)), "swap")
    for view in ("map", "data"):
        page.segmented_control(key="page").set_value(view)
        run(page)
    assert page.checkbox(key="upload_swap").value
    press(page, "discard")
    page.file_uploader(key="upload_files_1").set_value([("plain.csv", SWAPPED.encode(), "text/csv")])
    assert not run(page).checkbox(key="upload_swap").value
