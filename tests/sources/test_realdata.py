"""The readers on real files that are not part of the project."""

from pathlib import Path

import numpy as np
import pytest

from charging.domain.datum import to_wgs84
from charging.sources import sniff
from charging.sources.records import StationRecord

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
METRES_PER_DEGREE = 111_195

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real files is absent"),
]


def read(name):
    path = DATA / name
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


def test_every_site_of_open_charge_map_is_taken_or_told_why_not():
    records = read("open_charge_map/poi_open_licensed.jsonl.gz")
    stations = [record for record in records if isinstance(record, StationRecord)]
    assert len(records) == 3_834
    assert len(stations) == 3_576
    assert all(station.licence and station.attribution for station in stations)


def test_compact_sites_find_their_names_in_the_reference():
    names = sorted((DATA / "open_charge_map" / "compact").iterdir())
    stations = [record for path in names for record in sniff(path).read(path)]
    assert len(stations) == 6
    assert {station.country for station in stations} == {"CN", "HK"}
    assert {station.operator_raw for station in stations} == {None, "Tesla Motors (Worldwide)"}
    assert all(station.licence for station in stations)
