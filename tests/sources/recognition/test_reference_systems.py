"""Columns of metres are coordinates where their reference system is stated."""

import pytest

from charging.errors import SourceError
from charging.sources.readers import Corrections, sniff
from charging.sources.recognition.guessed_preset import save_preset
from charging.sources.recognition.table_guess import guess_table

BERLIN = (391_779.26, 5_820_072.16)  # 52.5200, 13.4050 in EPSG:25833
LONDON = (530_034, 180_381)  # 51.5074, -0.1278 in EPSG:27700


@pytest.fixture
def write(tmp_path):
    def written(headers, *cells):
        path = tmp_path / "list.csv"
        path.write_text(f"Site;{headers};Chargers\nA;{';'.join(map(str, cells))};2\n", "utf-8")
        return path

    return written


def point(path, crs=None):
    known = Corrections(crs=crs)
    (station,) = sniff(path, hints=known.hints).correct(known).read(path)
    return round(station.lat, 1), round(station.lon, 1)


@pytest.mark.parametrize(
    "headers",
    [
        "Easting;Northing",
        "EASTING;NORTHING",
        "x;y",
        "X-Koordinate;Y-Koordinate",
        "coord_x;coord_y",
        "Rechtswert;Hochwert",
        "East;North",
        "E;N",
        "Est;Nord",
        "Este;Norte",
        "UTM Easting;UTM Northing",
        "Longitude;Latitude",
    ],
)
def test_they_are_taken_without_being_named(write, headers):
    assert point(write(headers, *BERLIN), "EPSG:25833") == (52.5, 13.4)
    assert point(write(headers, *LONDON), "27700") == (51.5, -0.1)


def test_which_of_x_and_y_is_the_northing_the_system_tells(write):
    assert point(write("x;y", *BERLIN), "25833") == (52.5, 13.4)
    assert point(write("x;y", *reversed(BERLIN)), "25833") == (52.5, 13.4)


def test_a_pair_in_one_cell_is_taken_too(write):
    assert point(write("Coordinates", "530034, 180381"), "27700") == (51.5, -0.1)


def test_a_code_in_a_header_counts_as_stated(write):
    assert point(write("x_epsg25833;y_epsg25833", *BERLIN)) == (52.5, 13.4)


def test_the_system_is_kept_in_a_preset(write, tmp_path):
    path = write("Easting;Northing", *BERLIN)
    guess = guess_table(path, hints=Corrections(crs="25833").hints)
    save_preset(tmp_path / "own", "ours", path, guess, info=lambda info: info, datum=None)
    (station,) = sniff(path, tmp_path / "own").read(path)
    assert round(station.lat, 1) == 52.5


@pytest.mark.parametrize("headers", ["Easting;Northing", "x;y", "Est;Nord"])
def test_without_a_system_it_is_asked_for(write, headers):
    path = write(headers, *BERLIN)
    assert guess_table(path).are_in_metres
    with pytest.raises(SourceError, match="--crs EPSG:n"):
        sniff(path)


def test_a_system_in_metres_stated_of_degrees_is_refused(write):
    path = write("lat;lon", 52.52, 13.4)
    with pytest.raises(SourceError, match="'lat' and 'lon' hold degrees, and no metres of EPSG:25833"):
        sniff(path, hints=Corrections(crs="25833").hints)


def test_a_system_in_degrees_changes_nothing(write):
    assert point(write("lat;lon", 52.52, 13.4), "EPSG:4258") == (52.5, 13.4)
