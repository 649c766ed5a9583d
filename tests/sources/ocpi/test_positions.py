"""Where a location is when its EVSEs have points of their own."""

import json

import pytest

from charging.cli import main
from charging.sources.ocpi import model as ocpi
from charging.sources.ocpi.codes import Doubt
from charging.sources.records import Reason, Rejection, Repair


def read(place, *evses, repairs=()):
    def coordinates(point):
        return point and {"latitude": str(point[0]), "longitude": str(point[1])}

    return ocpi.read_station(
        {
            "id": "1",
            "coordinates": coordinates(place),
            "evses": [
                {"uid": str(number), "evse_id": "E", "coordinates": coordinates(point)}
                for number, point in enumerate(evses)
            ],
            "last_updated": "2024-01-01T00:00:00Z",
        },
        repairs=repairs,
    )


IASI, WRONG = (47.746575, 26.665509), (47.746575, 47.746575)
BOTH = {Repair.EVSE, Repair.SWAP}


def test_evses_far_from_their_location_are_told_and_move_nothing():
    station = read(WRONG, IASI)
    assert (station.lat, station.lon) == WRONG
    ((doubt, found),) = station.doubts
    assert doubt is Doubt.EVSE_FAR
    assert found == "47.7466, 47.7466; EVSE 47.7466, 26.6655, 1,571 km away"


def test_on_request_a_location_is_where_its_evses_are():
    station = read(WRONG, IASI, (47.7470, 26.6650), repairs=BOTH)
    assert (station.lat, station.lon) == pytest.approx(IASI, abs=0.001)
    assert [doubt for doubt, _ in station.doubts] == [Doubt.EVSE_POINT]


@pytest.mark.parametrize("repairs", [(), BOTH])
@pytest.mark.parametrize("evses", [[None], [IASI], [(47.75, 26.67)], [(0, 0)], [("x", "y")], [(95, 200)]])
def test_evses_at_their_location_or_nowhere_say_nothing(evses, repairs):
    station = read(IASI, *evses, repairs=repairs)
    assert (station.lat, station.lon, station.doubts) == (*IASI, ())


def test_one_far_evse_among_others_is_told_and_not_followed():
    station = read(IASI, IASI, IASI, WRONG, repairs=BOTH)
    assert (station.lat, station.lon) == IASI
    assert [doubt for doubt, _ in station.doubts] == [Doubt.EVSE_FAR]


def test_evses_that_contradict_each_other_repair_nothing():
    station = read(WRONG, IASI, (10.0, 10.0), repairs=BOTH)
    assert (station.lat, station.lon) == WRONG


@pytest.mark.parametrize("place", [None, ("", ""), ("north", "east")])
def test_a_location_without_a_point_is_refused_or_on_request_where_its_evses_are(place):
    assert read(place, IASI).reason in (Reason.MISSING_COORDINATE, Reason.NOT_A_NUMBER)
    station = read(place, IASI, repairs={Repair.EVSE})
    assert (station.lat, station.lon) == pytest.approx(IASI)
    assert station.doubts[0][1].endswith("EVSE 47.7466, 26.6655")


@pytest.mark.parametrize("place", [(0, 0), (1e308, -1e308), (470, 26)])
def test_a_point_that_cannot_be_is_repaired_too(place):
    assert read(place, IASI).lat == place[0]
    assert read(place, IASI, repairs={Repair.EVSE}).lat == IASI[0]


def test_the_repair_of_swapped_points_is_not_this_one():
    assert read(WRONG, IASI, repairs={Repair.SWAP}).lon == WRONG[1]
    assert isinstance(read(None, IASI, repairs={Repair.SWAP}), Rejection)


def test_the_command_line_repairs_on_request_and_counts_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    path = tmp_path / "feed.json"
    wrong, right = ({"latitude": str(lat), "longitude": str(lon)} for lat, lon in (WRONG, IASI))
    evse = {"uid": "1", "evse_id": "E", "coordinates": right}
    path.write_text(json.dumps([{"id": "1", "coordinates": wrong, "evses": [evse]}]), encoding="utf-8")
    for options, finding in (([], "evse_far"), (["--repair", "evse", "--repair", "swap"], "evse_point")):
        assert main(["import", *options, str(path)]) == 0
        assert f"Contradictory 1: {finding} (such as '1' '47.7466, 47.7466;" in capsys.readouterr().out
