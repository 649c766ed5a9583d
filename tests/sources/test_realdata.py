"""The readers on real files that are not part of the project."""

import numpy as np
import pytest
from realdata import REALDATA

from charging.dataset.pipeline import import_files
from charging.domain.datum import to_wgs84
from charging.domain.vocabulary import Current
from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection, StationRecord

METRES_PER_DEGREE = 111_195

pytestmark = pytest.mark.realdata


def read(name):
    path = REALDATA / name
    return list(sniff(path).read(path))


def test_shenzhen_has_every_station_and_pile():
    stations = read("shenzhen_urbanev/inf_raw.csv")
    assert len(stations) == 1_587
    assert all(isinstance(station, StationRecord) for station in stations)
    assert sum(station.stated_piles for station in stations) == 23_441


def test_shenzhen_is_shifted_by_what_gcj02_shifts_there():
    stations = read("shenzhen_urbanev/inf_raw.csv")
    lat = np.array([station.lat for station in stations])
    lon = np.array([station.lon for station in stations])
    true_lat, true_lon = to_wgs84(lat, lon, stations[0].datum)
    east_m = (lon - true_lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
    shift_m = np.hypot((lat - true_lat) * METRES_PER_DEGREE, east_m)
    assert (shift_m.min() > 560, shift_m.max() < 640) == (True, True)


@pytest.mark.slow
def test_every_site_of_open_charge_map_is_taken_or_told_why_not():
    records = read("open_charge_map/poi_open_licensed.jsonl.gz")
    stations = [record for record in records if isinstance(record, StationRecord)]
    assert len(records) == 3_834
    assert len(stations) == 3_576 + 12
    assert sum(station.lat == 0 for station in stations) == 12  # which no source may have
    assert all(station.licence and station.attribution for station in stations)


@pytest.mark.slow
def test_the_oddities_of_open_charge_map_are_in_the_report_by_name(tmp_path):
    path = REALDATA / "open_charge_map/poi_open_licensed.jsonl.gz"
    report = import_files([path], build_dir=tmp_path).manifest.report
    rejected = {finding.what: finding.count for finding in report.rejections}
    doubts = {finding.what: finding.count for finding in report.discrepancies}
    assert rejected == {"zero_coordinate": 12, "not_live": 227, "not_built": 19}
    # of 470 sites without equipment 55 were not taken
    # 290 sites have more connections than points: 203 as many devices as points, 53 fewer than connections
    # "NS" in Newfoundland, "AB" in Québec
    expected = {"stated_piles": 290 - 203, "plugs": 203 + 53, "no_connections": 470 - 55, "outside_region": 2}
    assert doubts == expected


def test_compact_sites_find_their_names_in_the_reference():
    names = sorted((REALDATA / "open_charge_map" / "compact").iterdir())
    stations = [record for path in names for record in sniff(path).read(path)]
    assert len(stations) == 6
    assert {station.country for station in stations} == {"CN", "HK"}
    assert {station.operator_raw for station in stations} == {None, "Tesla Motors (Worldwide)"}
    assert all(station.licence for station in stations)


def told(records):
    """Return how many rows were taken and how many rejected, by reason."""
    taken = sum(record.rows for record in records if isinstance(record, StationRecord))
    rejected = [record for record in records if isinstance(record, Rejection)]
    return taken, {
        reason: sum(each.reason is reason for each in rejected) for reason in {e.reason for e in rejected}
    }


@pytest.mark.slow
def test_the_united_states_have_every_electric_station():
    records = read("us_afdc/alt_fuel_stations_ny_2025_full.csv")
    assert told(records) == (4_736, {Reason.NOT_CAR_CHARGING: 121})
    assert sum(1 for record in records if isinstance(record, StationRecord)) == 4_736
    assert not [pair for record in records if isinstance(record, StationRecord) for pair in record.unmapped]


@pytest.mark.slow
def test_berlin_has_every_device_and_every_charging_point():
    stations = read("germany_bnetza/Ladesaeulenregister_berlin_2026.csv")
    assert told(stations) == (4_528, {})
    assert len(stations) == 3_431
    points = [pile for station in stations for pile in station.piles]
    assert sum(pile.count for pile in points) == sum(station.stated_piles for station in stations) == 7_019
    assert {pile.current for pile in points} == {Current.AC, Current.DC, Current.AC_DC}
    assert not [pair for station in stations for pair in station.unmapped]


@pytest.mark.slow
def test_france_has_every_station_but_the_one_that_lost_a_digit_and_those_for_bicycles():
    records = read("france_irve/opendata_stations_2022-12.csv")
    assert told(records) == (10_240, {Reason.NOT_CAR_CHARGING: 228, Reason.OUT_OF_AREA: 1})
    (lost,) = [each for each in records if isinstance(each, Rejection) and each.reason is Reason.OUT_OF_AREA]
    assert lost.value == "3.7682, 1.29456"
    stations = [record for record in records if isinstance(record, StationRecord)]
    assert sum(station.lat < 0 for station in stations) == 1


def test_openstreetmap_has_every_station():
    stations = read("openstreetmap/charging_stations_de_2015.geojson")
    assert told(stations) == (82, {})
    assert all(45 < station.lat < 56 and 5 < station.lon < 16 for station in stations)
