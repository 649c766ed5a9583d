"""A list of service areas is read row by row, and completes the stations of other files."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from charging.dataset.building.service_area_matching import LINK_KM, LINK_UNSAID_KM
from charging.dataset.pipeline import import_files
from charging.domain.vocabulary import Datum, Site
from charging.errors import SourceError
from charging.sources import service_areas
from charging.sources.readers import reader_named, sniff
from charging.sources.records import Reason, Rejection, ServiceAreaRecord, StationRecord

FIXTURES = Path(__file__).parents[1] / "fixtures" / "service_areas"
HEADER = "service_area_id,name,expressway,direction,chainage_km,lat,lon\n"
STATIONS = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n"
METRE = 1 / 111_195  # degrees of latitude


def write(folder, text, name="areas.csv"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_row_becomes_a_side_of_the_road():
    first, *_, last = service_areas.read(FIXTURES / "areas.csv")
    assert first == ServiceAreaRecord(
        service_area_id="G2-20-A",
        name="前服务区",
        expressway="G2",
        direction="上海",
        chainage_km=20.0,
        lat=39.8,
        lon=116.5,
    )
    assert (last.service_area_id, last.name) == ("G2-70-B", None)


def test_a_bad_row_is_told_and_the_rest_are_read():
    records = list(service_areas.read(FIXTURES / "bad_rows.csv"))
    told = [
        (record.reason, record.record_id, record.field) for record in records if isinstance(record, Rejection)
    ]
    assert told == [
        (Reason.MISSING_ID, "line 2", "service_area_id"),
        (Reason.MALFORMED, "A-1", "expressway"),
        (Reason.MALFORMED, "A-2", "direction"),
        (Reason.MALFORMED, "A-3", "chainage_km"),
        (Reason.NOT_A_NUMBER, "A-4", "chainage_km"),
        (Reason.OUT_OF_RANGE, "A-5", "chainage_km"),
        (Reason.MISSING_COORDINATE, "A-6", "lat"),
        (Reason.NOT_A_NUMBER, "A-7", "lon"),
        (Reason.MALFORMED, "line 10", None),
    ]
    assert len(records) == 13


def test_repeated_ids_and_impossible_coordinates_are_counted(build):
    report = build(list(service_areas.read(FIXTURES / "bad_rows.csv"))).report
    counts = {finding.what: finding.count for finding in report.rejections}
    assert (counts["zero_coordinate"], counts["out_of_range"], counts["duplicate_id"]) == (1, 2, 1)
    assert (report.service_areas, report.rejected, report.rows_read) == (1, 12, 13)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_told_by_its_columns_in_any_order_and_delimiter(tmp_path, delimiter):
    header = ["lon", "lat", "chainage_km", "direction", "expressway", "service_area_id"]
    row = ["116.5", "39.8", "1", "上海", "G2", "A"]
    path = write(tmp_path, "\ufeff" + delimiter.join(header) + "\r\n" + delimiter.join(row) + "\r\n")
    assert sniff(path).name == "service-areas"
    (record,) = sniff(path).read(path)
    assert (record.service_area_id, record.lat, record.direction) == ("A", 39.8, "上海")


@pytest.mark.parametrize("text", ["service_area_id,lat,lon\n", HEADER.replace("name", "lat"), STATIONS])
def test_a_file_without_the_columns_is_refused_with_those_it_lacks(tmp_path, text):
    path = write(tmp_path, text)
    assert not service_areas.matches(text.encode())
    with pytest.raises(SourceError, match="chainage_km"):
        list(reader_named("service-areas").read(path))


def stations_and_areas(dataset):
    stations = pq.read_table(dataset.path("stations")).to_pylist()
    return {row["source_id"]: row["service_area_id"] for row in stations}, dataset.manifest


AREAS = HEADER + "A,,G2,上海,20,22.54,114.06\nB,,G2,北京,20,22.55,114.06\n"


@pytest.mark.parametrize("preset", [None, "urbanev"])
def test_stations_and_areas_of_two_files_make_one_dataset(tmp_path, preset):
    paths = [
        write(tmp_path, AREAS),
        write(tmp_path, STATIONS + "1,114.06,22.54,20,1,1,1\n", "stations.csv"),
    ]
    for files in (paths, paths[::-1]):
        dataset = import_files(
            files, build_dir=tmp_path / "build", name="both", preset=preset, datum=Datum.WGS84
        )
        linked, manifest = stations_and_areas(dataset)
        assert linked == {"1": "A"}
        assert (manifest.report.service_areas, manifest.report.linked_to_areas_unsaid) == (2, 1)
        assert manifest.unit_counted == "pile"


def test_a_list_alone_is_no_dataset(tmp_path):
    with pytest.raises(SourceError, match="Not one station"):
        import_files([write(tmp_path, AREAS)], build_dir=tmp_path / "build")


def station(source_id, north_m, site=Site.SERVICE_AREA, **given):
    return StationRecord(
        source_id=source_id, lat=40 + north_m * METRE, lon=116.0, datum=Datum.WGS84, site=site, **given
    )


def side(area_id, north_m=0.0):
    return ServiceAreaRecord(
        service_area_id=area_id,
        expressway="G2",
        direction=area_id,
        chainage_km=1.0,
        lat=40 + north_m * METRE,
        lon=116.0,
    )


def linked(built):
    rows = built.tables["stations"].to_pylist()
    return {row["source_id"]: row["service_area_id"] for row in rows}


def test_a_station_is_linked_to_the_nearest_side_within_a_distance_that_depends_on_what_is_known(build):
    said_m, unsaid_m = 1000 * LINK_KM, 1000 * LINK_UNSAID_KM
    built = build(
        [
            side("A"),
            side("B", 100_000),
            station("near", said_m - 1),
            station("far", said_m + 1),
            station("unsaid", -unsaid_m + 1, site=None),
            station("unsaid far", -unsaid_m - 1, site=None),
            station("in town", 0, site=Site.URBAN),
            station("other", 100_010),
        ]
    )
    assert {key: area for key, area in linked(built).items() if area} == {
        "near": "A",
        "unsaid": "A",
        "other": "B",
    }
    assert (built.report.linked_to_areas, built.report.linked_to_areas_unsaid) == (2, 1)
    assert any("by distance" in line for line in built.report.lines())


def test_of_sides_equally_near_the_first_by_id_gets_the_station(build):
    built = build([side("B"), side("A"), side("C", 40), station("between", 20), station("at", 0)])
    assert linked(built) == {"between": "A", "at": "A"}


def test_where_a_station_states_its_area_nothing_is_guessed(build):
    built = build([side("A"), station("stated", 0, service_area_id="A"), station("silent", 0)])
    assert linked(built) == {"stated": "A", "silent": None}
    assert built.report.linked_to_areas == 0


def test_a_statement_that_names_no_listed_area_is_none(build):
    built = build([side("A"), station("1", 0, service_area_id="elsewhere")])
    assert linked(built) == {"1": "A"}


def test_a_declared_datum_is_that_of_the_areas_too(build):
    lat, lon = (
        build([side("A")], datum=Datum.GCJ02).tables["service_areas"].to_pandas()[["lat", "lon"]].iloc[0]
    )
    assert abs(lat - 40) + abs(lon - 116) > 0.001
    assert build([side("A")]).tables["service_areas"]["lat"].to_pylist() == [40]
