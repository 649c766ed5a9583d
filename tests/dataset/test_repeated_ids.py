"""Ids of piles that are at several stations, told and never merged by themselves."""

import json

import pytest

from charging.cli import main
from charging.dataset.merging import merge, unmerge
from charging.dataset.pipeline import import_files
from charging.dataset.report import find_repeated_piles
from charging.dataset.summary import summarise
from charging.domain.vocabulary import Datum
from charging.sources.records import PileRecord, StationRecord


def station(number, *ids, operator="Example Power", **more):
    piles = tuple(PileRecord(pile_id=pile_id) for pile_id in ids)
    place = {"lat": 52.0 + number, "lon": 5.0, "datum": Datum.WGS84}
    return StationRecord(source_id=f"s{number}", piles=piles, operator_raw=operator, **place, **more)


def found(build, *stations):
    tables = build(list(stations)).tables
    repeated = find_repeated_piles(tables["stations"], tables["piles"])
    return repeated and (repeated.count, [(each.record_id, each.value) for each in repeated.examples])


def test_an_id_at_another_station_is_counted_once_for_each_station_more(build):
    stations = station(1, "E-1", "E-2"), station(2, "E-1", "E-9"), station(3, "E-1")
    assert found(build, *stations) == (2, [("E-1", "tiny:s1, tiny:s2, tiny:s3")])


@pytest.mark.parametrize(
    "others",
    [
        (station(2, "E-2"),),
        (station(2, "E-1", operator="Another"),),  # whose ids are its own
        (station(2, "E-1", operator=None),),
        (station(2, None, None), station(3, None)),
        (),
    ],
)
def test_ids_that_differ_or_belong_to_another_operator_are_no_repeats(build, others):
    assert found(build, station(1, "E-1"), *others) is None


def test_a_number_within_a_station_is_no_id(build):
    assert found(build, station(1, "1", "02"), station(2, "1", "02")) is None


def test_an_id_twice_at_one_station_is_not_at_another(build):
    assert found(build, station(1, "E-1", "E-1"), station(2, "E-2")) is None


def test_operators_are_those_of_the_registry_however_they_are_written(build):
    assert found(build, station(1, "E-1", operator="TELD"), station(2, "E-1", operator="特来电"))[0] == 1


def test_only_five_are_examples(build):
    ids = [f"E-{number}" for number in range(9)]
    count, examples = found(build, station(1, *ids), station(2, *ids))
    assert (count, len(examples)) == (9, 5)


def feed(folder):
    """Write two locations of one site, the second with a pile more, and return their file."""
    locations = [
        {
            "id": name,
            "coordinates": {"latitude": "52.1", "longitude": "5.1"},
            "operator": {"name": "Example Power"},
            "last_updated": "2024-01-01T00:00:00Z",
            "evses": [{"uid": uid, "evse_id": uid} for uid in uids],
        }
        for name, uids in (("A", ["700"]), ("B", ["700", "701"]))
    ]
    path = folder / "feed.json"
    path.write_text(json.dumps(locations), encoding="utf-8")
    return path


def test_totals_are_sums_with_the_repeats_told_beside_until_they_are_merged(tmp_path):
    dataset = import_files([feed(tmp_path)], build_dir=tmp_path / "build")
    report = dataset.manifest.report
    assert (report.piles, report.repeated_piles.count, summarise(dataset).repeated_piles.count) == (3, 1, 1)
    merged = merge(dataset, [("ocpi:B", "ocpi:A")])
    assert (merged.manifest.report.piles, merged.manifest.report.repeated_piles) == (2, None)
    assert unmerge(merged).manifest.report.repeated_piles.count == 1


def test_info_tells_the_repeats_to_people_and_programs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    why = "they have the id of one at another station (such as '700' at ocpi:A, ocpi:B)"
    says = f"1 of the piles may be counted twice: {why}"
    assert main(["import", str(feed(tmp_path))]) == 0
    assert capsys.readouterr().out.count(says) == 2
    main(["info"])
    assert says in capsys.readouterr().out
    main(["info", "--json"])
    figures = json.loads(capsys.readouterr().out)
    assert (figures["piles"], figures["repeated_piles"]) == (3, 1)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["coverage", "reach", "highways", "compare", "diff"])
def test_every_command_that_prints_totals_tells_them_to_people_and_programs(
    tmp_path, monkeypatch, capsys, command
):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path))
    for name in ("feed", "older"):
        import_files([feed(tmp_path)], build_dir=tmp_path, name=name)
    datasets = [str(tmp_path / "older"), str(tmp_path / "feed")] if command == "diff" else []
    assert main([command, *datasets]) == 0
    assert "1 of the piles may be counted twice" in capsys.readouterr().out
    assert main([command, *datasets, "--json"]) == 0
    assert '"repeated_piles": 1' in capsys.readouterr().out
