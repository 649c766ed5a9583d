import gzip
from pathlib import Path
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
from realdata import REALDATA

from charging.dataset.pipeline import build_simulated, import_files
from charging.dataset.store import last_dataset, open_dataset
from charging.domain.geography import great_circle_km
from charging.domain.vocabulary import Datum
from charging.errors import DatasetError, SourceError, UsageError
from charging.sources.readers import Corrections
from charging.sources.records import Repair

FIXTURES = Path(__file__).parents[1] / "fixtures"
AREAS = FIXTURES / "service_areas" / "areas.csv"

HEADER = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n"


@pytest.fixture
def table(tmp_path):
    """Write a register of the `urbanev` preset, from rows of (id, longitude, latitude, piles)."""

    def write(*rows, name="register.csv"):
        path = tmp_path / name
        path.write_text(HEADER + "".join(",".join([*row, "1,1,1"]) + "\n" for row in rows), "utf-8")
        return path

    return write


SHENZHEN = ("1001", "114.063014", "22.540383", "20")


@pytest.fixture
def few_simulated(monkeypatch, tiny_records):
    monkeypatch.setattr("charging.simulation.network.simulate_network", lambda **_options: iter(tiny_records))


def stations(dataset):
    return pq.read_table(dataset.path("stations")).to_pylist()


def test_an_import_becomes_the_last_dataset(tmp_path, table):
    dataset = import_files([table(SHENZHEN)], build_dir=tmp_path / "build")
    assert dataset.folder == tmp_path / "build" / "register"
    assert (dataset.name, dataset.kind, dataset.manifest.as_of) == ("register", "real", "2023-02")
    assert last_dataset(tmp_path / "build") == dataset.folder
    assert open_dataset(dataset.folder) == dataset


def test_several_files_of_a_source_are_one_dataset(tmp_path, table):
    second = ("1002", "114.1", "22.6", "4")
    paths = [table(SHENZHEN), table(second, SHENZHEN, name="more.csv")]
    dataset = import_files(paths, build_dir=tmp_path / "build")
    assert sorted(row["source_id"] for row in stations(dataset)) == ["1001", "1002"]
    assert [(rows.rows_read, rows.rows_taken) for rows in dataset.manifest.sources] == [(3, 2)]


def test_a_dataset_is_called_as_its_file_where_its_source_is_but_a_format(tmp_path):
    path = tmp_path / "new_york-feed.json"
    path.write_bytes((FIXTURES / "ocpi" / "v2_2_1.json").read_bytes())
    manifest = import_files([path], build_dir=tmp_path / "build").manifest
    assert manifest.title == "new york feed"
    assert [rows.info.title for rows in manifest.sources] == ["OCPI Locations"]


def test_a_file_may_be_compressed(tmp_path, table):
    path = tmp_path / "深圳.csv.gz"
    path.write_bytes(gzip.compress(table(SHENZHEN).read_bytes()))
    assert import_files([path], build_dir=tmp_path / "build").name == "深圳"


def test_the_report_names_what_of_an_archive_was_not_read(tmp_path, table):
    path = tmp_path / "all.zip"
    with ZipFile(path, "w") as archive:
        archive.write(table(*[SHENZHEN] * 30), "table.csv")
        archive.write(AREAS, "areas.csv")
        archive.writestr("README.txt", "About this table, which is good")
    report = import_files([path], build_dir=tmp_path / "build").manifest.report
    assert report.stations == 1
    assert report.unread_by_archive() == {"all.zip": ["areas.csv", "README.txt"]}
    assert open_dataset(tmp_path / "build" / "all").manifest.report == report


def test_where_no_station_is_found_what_was_not_read_is_named(tmp_path, table):
    path = tmp_path / "all.zip"
    with ZipFile(path, "w") as archive:
        archive.write(table(SHENZHEN), "table.csv")
        archive.write(AREAS, "areas.csv")
    with pytest.raises(SourceError, match=r"Not read of archives: table\.csv"):
        import_files([path], build_dir=tmp_path / "build")


def test_a_declared_datum_is_believed(tmp_path, table):
    dataset = import_files([table(SHENZHEN)], build_dir=tmp_path / "build", datum=Datum.WGS84)
    (row,) = stations(dataset)
    assert (row["lat"], row["source_datum"]) == (22.540383, "wgs84")


def test_bad_coordinates_are_counted_and_the_rest_is_taken(tmp_path, table):
    rows = [
        SHENZHEN,
        ("2", "0", "22.5", "1"),
        ("3", "22.5", "114.0", "1"),
        ("4", "east", "22.5", "1"),
        ("5", "114.0", "225", "1"),
        ("6", "", "22.5", "1"),
    ]
    report = import_files([table(*rows)], build_dir=tmp_path / "build").manifest.report
    assert {finding.what: finding.count for finding in report.rejections} == {
        "missing_coordinate": 1,
        "not_a_number": 1,
        "swapped_coordinate": 1,
        "out_of_range": 1,
        "zero_coordinate": 1,
    }
    assert report.taken + report.rejected == report.rows_read == 6


def test_an_import_without_one_station_is_refused_and_changes_nothing(tmp_path, table):
    dataset = import_files([table(SHENZHEN)], build_dir=tmp_path / "build")
    with pytest.raises(SourceError, match=r"zero_coordinate \(1\)"):
        import_files([table(("1", "0", "0", "1"))], build_dir=tmp_path / "build")
    assert open_dataset(dataset.folder) == dataset


def test_an_empty_file_is_refused_and_leaves_no_folder(tmp_path):
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError, match="empty"):
        import_files([tmp_path / "empty.csv"], build_dir=tmp_path / "build")
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"name": "../up"},
        {"name": "a/b"},
        {"name": "simulated"},
        {"name": "simulated-x10"},
        {"format_name": "fax"},
        {"preset": "none"},
        {"preset": "../urbanev"},
    ],
)
def test_an_option_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path, table, options):
    with pytest.raises(UsageError):
        import_files([table(SHENZHEN)], build_dir=tmp_path / "build", **options)
    assert not (tmp_path / "build").exists()


def test_a_file_that_is_not_there_is_bad_use(tmp_path):
    with pytest.raises(UsageError, match="found none at"):
        import_files([tmp_path / "none.csv"], build_dir=tmp_path / "build")


def test_an_import_never_writes_into_a_folder_of_something_else(tmp_path, table):
    with pytest.raises(DatasetError, match="holds other files"):
        import_files([table(SHENZHEN)], build_dir=tmp_path / "build", into=tmp_path)


@pytest.mark.usefixtures("few_simulated")
@pytest.mark.parametrize(
    ("scale", "name", "title_ends"), [(1, "simulated", "China"), (10, "simulated-x10", "×10")]
)
def test_a_simulated_dataset_says_so_and_its_scale(tmp_path, scale, name, title_ends):
    dataset = build_simulated(tmp_path, scale=scale, seed=7)
    manifest = dataset.manifest
    assert (dataset.folder, dataset.name, dataset.kind) == (tmp_path / name, name, "simulated")
    assert (manifest.scale, manifest.seed) == (scale, 7)
    assert manifest.title.endswith(title_ends)


@pytest.mark.parametrize("options", [{"scale": 0}, {"scale": 1000}, {"seed": -1}])
def test_a_scale_or_seed_that_cannot_be_is_refused(tmp_path, options):
    with pytest.raises(UsageError):
        build_simulated(tmp_path, **options)


@pytest.mark.usefixtures("few_simulated")
def test_progress_runs_from_start_to_end(tmp_path):
    shares = []
    build_simulated(tmp_path, progress=lambda share, _what: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.slow
@pytest.mark.realdata
def test_a_real_register_is_taken_whole_and_lands_on_the_map(tmp_path):
    dataset = import_files([REALDATA / "shenzhen_urbanev" / "inf_raw.csv"], build_dir=tmp_path)
    report, table = dataset.manifest.report, pq.read_table(dataset.path("stations")).to_pandas()
    assert (report.stations, report.piles, report.rejected) == (1_587, 23_441, 0)
    shift_m = great_circle_km(table.lat, table.lon, table.source_lat, table.source_lon) * 1_000
    assert shift_m.min() > 575
    assert shift_m.max() < 620


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "outside"),
    [
        ("us_afdc/alt_fuel_stations_ny_2025_full.csv", []),
        ("germany_bnetza/Ladesaeulenregister_berlin_2026.csv", []),
        # Nova Scotia in Newfoundland, and Alberta in Québec
        ("open_charge_map/poi_open_licensed.jsonl.gz", ["15338", "15365"]),
    ],
)
def test_of_real_registers_only_points_far_from_their_region_are_told(tmp_path, file, outside):
    report = import_files([REALDATA / file], build_dir=tmp_path).manifest.report
    found = [finding for finding in report.discrepancies if finding.what == "outside_region"]
    assert [example.record_id for finding in found for example in finding.examples] == outside


PRESET = """datum = "{datum}"
[source]
source = "s"
title = "t"
licence = "l"
attribution = "a"
[columns]
source_id = "id"
lat = "lat"
lon = "lon"
country = {{ any = ["country"], optional = true }}
region = {{ any = ["region"], optional = true }}
updated_at = {{ any = ["at"], optional = true }}
"""


@pytest.fixture
def import_text(tmp_path):
    """Import tables of a preset of one's own, by the names of their files."""

    def run(*corrections, datum="wgs84", **texts):
        presets = tmp_path / "build" / "presets"
        presets.mkdir(parents=True, exist_ok=True)
        (presets / "mine.toml").write_text(PRESET.format(datum=datum), "utf-8")
        paths = [tmp_path / f"{name}.csv" for name in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            path.write_text(text, "utf-8")
        options = {"corrections": corrections[0]} if corrections else {}
        return import_files(paths, build_dir=tmp_path / "build", preset="mine", **options)

    return run


def findings(found):
    return {finding.what: finding.count for finding in found}


def test_ids_of_several_files_stay_apart_on_request(import_text):
    texts = {"north": "id,lat,lon\n1,52.4,4.8\n", "south": "id,lat,lon\n1,52.5,4.9\n"}
    assert findings(import_text(**texts).manifest.report.rejections) == {"duplicate_id": 1}
    dataset = import_text(Corrections(id_from_file=True), **texts)
    assert {row["source_id"] for row in stations(dataset)} == {"north/1", "south/1"}


@pytest.fixture
def import_archive(tmp_path):
    """Import an archive of tables of a preset of one's own, which may make sites of rows."""

    def run(members, more="", name="towns.zip"):
        presets = tmp_path / "build" / "presets"
        presets.mkdir(parents=True, exist_ok=True)
        (presets / "mine.toml").write_text(PRESET.format(datum="wgs84") + more, "utf-8")
        with ZipFile(tmp_path / name, "w") as archive:
            for member, text in members:
                archive.writestr(member, text)
        options = {"preset": "mine", "corrections": Corrections(id_from_file=True)}
        return import_files([tmp_path / name], build_dir=tmp_path / "build", **options)

    return run


NORTH, SOUTH = "id,lat,lon\n1,52.4,4.8\n", "id,lat,lon\n1,52.5,4.9\n"


@pytest.mark.parametrize(
    ("members", "ids"),
    [
        ([("north.csv", NORTH), ("south.csv", SOUTH)], {"towns/north/1", "towns/south/1"}),
        ([("2024/a.csv", NORTH), ("2025/a.csv", SOUTH)], {"towns/2024-a/1", "towns/2025-a/1"}),
        ([("a.csv", NORTH), ("a.txt", SOUTH)], {"towns/a-1/1", "towns/a-2/1"}),
        ([("north.csv", NORTH), ("LICENCE.txt", "Free")], {"towns/1"}),
    ],
)
def test_ids_of_the_members_of_an_archive_stay_apart_on_request(import_archive, members, ids):
    dataset = import_archive(members)
    assert {row["source_id"] for row in stations(dataset)} == ids
    assert not dataset.manifest.report.rejections


def test_rows_of_two_members_with_one_id_are_two_sites(import_archive):
    members = [("north.csv", NORTH + NORTH[-11:]), ("south.csv", SOUTH)]
    dataset = import_archive(members, '[sites]\nsame = ["source_id"]\n')
    assert {row["source_id"] for row in stations(dataset)} == {"towns/north/1", "towns/south/1"}


def test_points_that_fit_their_country_only_exchanged_are_put_right_on_request(import_text):
    text = "id,lat,lon,country\n1,13.4,52.5,DE\n2,48.1,11.6,DE\n3,2.35,48.85,\n"
    assert findings(import_text(a=text).manifest.report.rejections) == {"swapped_coordinate": 1}
    dataset = import_text(Corrections(repairs=frozenset({Repair.SWAP})), a=text)
    assert sorted((row["lat"], row["lon"]) for row in stations(dataset))[2] == (52.5, 13.4)
    (finding,) = dataset.manifest.report.discrepancies
    assert (finding.what, finding.count, finding.examples[0].value) == ("swap_repaired", 1, "13.4, 52.5")


def test_points_that_contradict_their_country_or_themselves_are_taken_and_reported(import_text):
    text = "id,lat,lon,country\n1,35.5,-100.1,DE\n2,52.5,52.5,\n3,0.0,37.1,KE\n4,51.5,0,GB\n5,52.5,0,DE\n"
    report = import_text(a=text).manifest.report
    assert findings(report.discrepancies) == {"outside_country": 1, "lat_is_lon": 1}
    assert (report.stations, findings(report.rejections)) == (4, {"zero_coordinate": 1})


def stating(*regions, last, country="DE", ids="s"):
    """Return a table of stations in Munich, one for each spelling of their region, the last one elsewhere."""
    points = ["48.1,11.6"] * (len(regions) - 1) + [last]
    rows = zip(range(len(regions)), points, regions, strict=True)
    return "id,lat,lon,country,region\n" + "".join(
        f"{ids}{number},{point},{country},{region}\n" for number, point, region in rows
    )


@pytest.mark.parametrize("country", ["DE", ""])
def test_a_point_outside_its_region_is_taken_and_reported(import_text, country):
    text = stating("Bayern", "BAYERN", "bayern ", "Bayern", "Bayern", last="53.5,10.0", country=country)
    report = import_text(a=text).manifest.report
    (finding,) = report.discrepancies
    assert (finding.what, finding.count, report.stations) == ("outside_region", 1, 5)
    assert (finding.examples[0].record_id, finding.examples[0].value) == ("s4", "53.5, 10.0, Bayern")


def test_a_region_is_told_by_all_files_of_its_source(import_text):
    some = stating("Bayern", "Bayern", "Bayern", last="48.1,11.6")
    others = stating("Bayern", "Bayern", last="53.5,10.0", ids="t")
    assert findings(import_text(a=others).manifest.report.discrepancies) == {}
    assert findings(import_text(a=some, b=others).manifest.report.discrepancies) == {"outside_region": 1}


def test_a_point_outside_its_country_is_not_counted_for_its_region_too(import_text):
    text = stating(*["Bayern"] * 9, last="35.5,-100.1")
    assert findings(import_text(a=text).manifest.report.discrepancies) == {"outside_country": 1}


def test_points_of_china_are_left_to_its_own_check_by_the_names_of_provinces(import_text):
    text = stating(*["广东"] * 9, last="45.75,126.64", country="CN").replace("48.1,11.6", "23.13,113.26")
    assert import_text(a=text).manifest.report.discrepancies == ()


@pytest.mark.parametrize("region", ["", " ", "-"])
def test_a_region_without_letters_is_none(import_text, region):
    text = stating(*[region] * 9, last="53.5,10.0")
    assert import_text(a=text).manifest.report.discrepancies == ()


def test_no_point_outside_of_china_is_shifted(import_text):
    text = "id,lat,lon,country\n1,31.2304,121.4737,\n2,37.57,126.98,\n3,48.85,2.35,CN\n4,43.24,76.89,\n"
    dataset = import_text(a=text, datum="gcj02")
    moved = {row["source_id"]: row["lat"] != row["source_lat"] for row in stations(dataset)}
    assert moved == {"1": True, "2": False, "3": False, "4": False}


def test_times_of_a_table_are_in_the_zone_that_is_stated(import_text):
    text = "id,lat,lon,at\n1,39.9,116.4,2024-01-31 08:00:00\n"
    dataset = import_text(Corrections(timezone="Asia/Shanghai"), a=text)
    assert stations(dataset)[0]["updated_at"].isoformat() == "2024-01-31T00:00:00+00:00"


@pytest.mark.parametrize("wrong", [{"timezone": "Peking"}, {"crs": "UTM"}, {"crs": "EPSG:7"}])
def test_a_correction_that_cannot_be_used_is_refused_by_its_name(import_text, wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        import_text(Corrections(**wrong), a="id,lat,lon\n1,52.5,13.4\n")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1,east,13.4,\n2,east,13.5,\n", "lat 'east' of '1'"),
        ("1,5934000,565000,\n", "--crs EPSG:n"),
        ("1,52520008,13404954,\n", "decimal mark"),
        ("1,13.4,52.5,DE\n", "--repair swap"),
    ],
)
def test_where_nothing_is_taken_an_example_and_what_to_do_are_named(import_text, rows, says):
    with pytest.raises(SourceError, match=says):
        import_text(a="id,lat,lon,country\n" + rows)
