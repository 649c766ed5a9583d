"""The commands that analyse: what they print, that it is what the page shows, and how they refuse."""

import json
from contextlib import closing
from dataclasses import asdict, replace

import h3.api.numpy_int as h3
import pytest
from sources.geopackages import write_geopackage
from views.paged import opened, page_over, said, tables

from charging.analytics.coverage_options import Gain, Grid
from charging.analytics.resilience import dependence
from charging.analytics.studies import (
    Uncached,
    gains,
    highway_service,
    losses,
    usual_sets,
)
from charging.cli.tables import align_table, json_value, one_line, part_of, percent
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Kind
from charging.queries.engine import Engine
from charging.queries.holdings import Unit

ANALYSES = ("coverage", "compare", "reach", "highways")


@pytest.fixture
def ask(run):
    """Run a command that succeeds; return what it tells programs."""

    def _ask(*arguments):
        code, out, err = run(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out, parse_constant=pytest.fail)

    return _ask


@pytest.fixture
def show(run):
    """Run a command that succeeds; return what it shows people."""

    def _show(*arguments):
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        return out

    return _show


@pytest.fixture
def snapshot(build, tiny_description, build_dir):
    """Store other records as a dataset of the tiny source, under a name."""

    def _snapshot(name, records, **description):
        tables = build(records)
        description = {"sources": tables.sources, "report": tables.report} | description
        write_version(build_dir / name, tables.tables, replace(tiny_description, name=name, **description))
        return name

    return _snapshot


def test_coverage_tells_what_each_partner_adds_out_of_the_whole(ask):
    found = ask("coverage", "tiny")
    assert (found["base"], found["partner"]) == (
        ["teld", "state_grid", "无名充电", "nobodys_charging"],
        ["nio"],
    )
    assert {gain: (rows[0]["gain"], rows[0]["whole"]) for gain, rows in found["gains"].items()} == {
        "cells": (2, 12),
        "cities": (0, 3),
        "service_areas": (0, 2),
        "people": (18960744, 122001162),
    }
    assert found["concentration"]["hhi"] == pytest.approx(3546, abs=1)
    assert found["not_known"]["stations_without_piles"] == 1


@pytest.mark.slow
def test_coverage_shows_people_no_share_without_what_it_is_of(show):
    out = show("coverage", "tiny", "--leaver", "state_grid")
    assert "A tiny world (real), as of 2024-12; counted: pile" in out
    assert "of 12 (" in out
    assert "Without state_grid: 22 of 82 (26.8%) piles are lost" in out
    assert "stations whose number of piles is not known  1 of 12 (8.3%)" in out
    assert "Simulated" not in out


@pytest.mark.slow
def test_a_leaver_takes_units_of_every_kind(ask):
    found = ask("coverage", "tiny", "--leaver", "state_grid")["losses"]
    assert (found["piles_lost"], found["piles"], found["service_areas_listed"]) == (22, 82, 2)
    assert [(found[unit]["units_lost"], found[unit]["units"]) for unit in ("cells", "cities")] == [
        (3, 11),
        (0, 3),
    ]
    assert (found["service_areas"]["units_lost"], found["service_areas"]["units_lost_share"]) == (1, 1)
    assert "losses" not in ask("coverage", "tiny")


@pytest.mark.slow
def test_white_spots_are_listed_with_the_terms_of_their_score(ask, show):
    found = ask("coverage", "tiny", "--white-spots", 3, "--far", 2, "--rival", "-1")["white_spots"]
    assert (len(found["cells"]), found["ranked"], found["left_out"]) == (3, 27, 0)
    first = found["cells"][0]
    assert first["h3_cell"] == "86411d4dfffffff"
    assert first["distance_term"] == pytest.approx(first["distance_km"] ** 2)
    terms = first["weight_term"] * first["distance_term"] * first["others_term"]
    assert first["score"] == pytest.approx(terms)
    assert "广州市" in show("coverage", "tiny", "--white-spots", 1)


@pytest.mark.slow
def test_sets_that_are_not_given_leave_out_those_that_are(ask):
    found = ask("coverage", "tiny", "--partner", "teld,xpeng", "--partner", "nio")
    assert (found["base"], sorted(found["partner"])) == (
        ["state_grid", "无名充电", "nobodys_charging"],
        ["nio", "teld", "xpeng"],
    )
    assert ask("compare", "tiny", "--a", "teld")["b"] == ["nio"]
    assert ask("coverage", "tiny", "--base", "")["base"] == []


@pytest.mark.slow
def test_a_selection_is_the_one_of_a_link(ask, show):
    found = ask("coverage", "tiny", "--query", "?current=AC", "--leaver", "teld")
    assert (found["query"], found["losses"]["piles"]) == ("current=AC", 36)
    assert "Selection: current=AC" in show("compare", "tiny", "--query", "current=AC")


@pytest.mark.slow
def test_compare_tallies_cells_and_lists_cities(ask, show):
    found = ask("compare", "tiny", "--a", "nio", "--b", "teld")
    assert sum(row["units"] for row in found["tally"]) == found["cells"]
    assert [
        (row["city_id"], row["piles_a"], row["piles_b"], row["piles_others"]) for row in found["cities"]
    ] == [
        ("110000", 6, 30, 4),
        ("310000", 4, 10, 8),
        ("440300", 0, 0, 18),
    ]
    out = show("compare", "tiny", "--a", "nio", "--b", "teld", "--rows", 1)
    assert "Cities, in piles: 1 of 3" in out
    assert "110000  北京市" in out


@pytest.mark.slow
def test_compare_looks_b_up_in_another_dataset(ask, show, snapshot, tiny_records):
    snapshot("other", tiny_records[:4], kind=Kind.SIMULATED)
    found = ask("compare", "tiny", "--with", "other", "--a", "", "--b", "teld")
    assert (found["a"], found["b"], found["with"]["kind"]) == (None, ["teld"], "simulated")
    assert sum(row["piles_b"] for row in found["tally"]) == 30
    assert "other kind" in found["notes"][0]
    assert "Simulated: no station in it is real." in show("compare", "tiny", "--with", "other")


@pytest.mark.slow
def test_reach_tells_a_curve_for_each_network(ask, show):
    found = ask("reach", "tiny", "--km", "100,3", "--km", "10")
    assert found["asked"] == "current=DC"
    assert list(found["networks"]) == ["base", "both", "all", "alone.nio"]
    assert [point["km"] for point in found["curves"]["both"]] == [3, 10, 100]
    assert {point["weight_whole"] for curve in found["curves"].values() for point in curve} == {122001162}
    assert "Places of 5,000 people and more: 122,001,162 people" in show("reach", "tiny")


@pytest.mark.slow
def test_reach_takes_weights_of_ones_own(ask, show, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("lat,lon,weight\n39.9087,116.3975,3\n31.2,100.0,1\n", "utf-8")
    found = ask("reach", "tiny", "--weights", path, "--km", "1", "--query", "current=DC")
    assert found["weights"] == {
        "title": "mine.csv",
        "unit": "weight",
        "source": "",
        "whole": 4,
        "resolution": None,
        "given_resolution": None,
    }
    assert found["curves"]["both"][0]["share"] == 0.75
    assert "mine.csv: 4 weight (source not stated)" in show("coverage", "tiny", "--weights", path)


@pytest.mark.slow
def test_reach_takes_people_in_cells_and_says_whose_they_are(ask, show, tmp_path):
    near, far = (f"{h3.latlng_to_cell(*point, 8):x}" for point in ((39.9087, 116.3975), (31.2, 100.0)))
    states = ["update gpkg_contents set description = 'Kontur, CC BY 4.0'"]
    path = write_geopackage(tmp_path / "people.gpkg", [(near, 3), (far, 1)], more=states)
    found = ask("reach", "tiny", "--weights", path, "--km", "1", "--query", "current=DC")
    assert found["weights"]["source"] == "Kontur, CC BY 4.0"
    assert (found["weights"]["unit"], found["weights"]["resolution"]) == ("people", 8)
    assert found["curves"]["both"][0]["share"] == 0.75
    assert "people.gpkg: 4 people (Kontur, CC BY 4.0)" in show("coverage", "tiny", "--weights", path)


@pytest.mark.slow
def test_coverage_counts_the_stations_that_shares_of_people_leave_out(ask, show, snapshot, tiny_records):
    first, second, *_ = tiny_records
    unknown = [pile._replace(current=None, connectors=None) for pile in second.piles]
    snapshot("unknown", [first, second._replace(piles=tuple(unknown))])
    assert ask("coverage", "unknown")["stations_left_out_of_people_as_unknown"] == 1
    assert "1 stations are left out of them: it is not known whether they match current=DC." in show(
        "coverage", "unknown"
    )
    assert "left out of them" not in show("coverage", "tiny", "--query", "unknown=1")


def test_reach_far_from_all_people_is_not_known_and_not_zero(run, snapshot, tiny_records):
    far = tiny_records[0]._replace(lat=-40.0, lon=-120.0)
    snapshot("far", [far])
    code, out, _ = run("reach", "far")
    assert code == 0
    assert "reach is not known" in out


@pytest.mark.slow
def test_highways_tell_the_share_the_empty_areas_and_the_gaps(ask, show):
    found = ask("highways", "tiny", "--base", "nio", "--partner", "state_grid")
    assert found["before"] == {"with_piles": 0, "unknown": 0, "areas": 2, "empty": 2, "share": 0}
    assert (found["after"]["with_piles"], found["after"]["empty"], found["after"]["share"]) == (1, 1, 0.5)
    assert {(road["expressway"], road["direction"]) for road in found["gaps"]} == {
        ("G6", "北京"),
        ("G6", "拉萨"),
    }
    assert {"gap_km", "from_name", "areas_inside"} <= found["gaps"][0]["after"].keys()
    assert "1 of 2 (50.0%)" in show("highways", "tiny")


@pytest.mark.slow
def test_highways_without_a_list_of_areas_say_so(show, snapshot, tiny_records):
    snapshot("bare", [record for record in tiny_records if hasattr(record, "piles")][:3])
    assert "lists no service areas" in show("highways", "bare")


@pytest.mark.slow
def test_diff_tells_totals_and_operators(ask, show, snapshot, tiny_records):
    grown = tiny_records[0]._replace(piles=tiny_records[0].piles[:1])
    snapshot("newer", [grown, *tiny_records[2:]])
    found = ask("diff", "tiny", "newer")
    assert found["warnings"] == []
    assert {kind: found["totals"][kind] for kind in ("opened", "closed", "shrunk")} == {
        "opened": 0,
        "closed": 1,
        "shrunk": 1,
    }
    assert {row["operator_id"]: row["piles_net"] for row in found["by_operator"]} == {"teld": -30, "nio": -2}
    assert "stations closed" in show("diff", "tiny", "newer", "--query", "operator=teld")


def test_diff_refuses_what_does_not_compare(run, snapshot, tiny_records):
    snapshot("model", tiny_records, kind=Kind.SIMULATED)
    code, out, err = run("diff", "tiny", "model")
    assert (code, out) == (1, "")
    assert "other kind: old real, new simulated" in err


@pytest.mark.slow
def test_diff_of_other_units_compares_stations_and_no_piles(ask, show, snapshot, tiny_built, tiny_records):
    [rows] = tiny_built.sources
    guns = replace(rows, info=replace(rows.info, unit_counted="connector"))
    snapshot("guns", tiny_records[1:], sources=(guns,))
    found = ask("diff", "tiny", "guns")
    assert [warning["obstacle"] for warning in found["warnings"]] == ["other_unit"]
    assert (found["totals"]["closed"], found["totals"]["piles_net"]) == (1, None)
    assert "other unit: old pile, new connector" in show("diff", "tiny", "guns")


@pytest.mark.slow
@pytest.mark.parametrize("command", ANALYSES)
def test_an_empty_selection_is_answered(ask, show, command):
    ask(command, "tiny", "--query", "min_kw=9000")
    assert show(command, "tiny", "--query", "min_kw=9000")


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverage", "tiny", "--base", "nobody"),
        ("coverage", "tiny", "--base", "nio", "--partner", "nio"),
        ("coverage", "tiny", "--resolution", "12"),
        ("coverage", "tiny", "--rings", "-1"),
        ("coverage", "tiny", "--white-spots", "2", "--far", "99"),
        ("coverage", "tiny", "--query", "min_kw=fast"),
        ("compare", "tiny", "--a", "nio", "--b", "nio"),
        ("reach", "tiny", "--km", "near"),
        ("reach", "tiny", "--km", "-1"),
        ("highways", "tiny", "--partner", "no,body"),
        ("diff", "tiny"),
    ],
)
def test_bad_use_exits_with_2_and_explains_itself(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(("charging: ", "usage: "))


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverage", "none"),
        ("compare", "tiny", "--with", "none"),
        ("reach", "tiny", "--weights", "none.csv"),
        ("diff", "tiny", "none"),
    ],
)
def test_bad_data_exits_with_1(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert "none" in err


@pytest.mark.parametrize("command", [*ANALYSES, "diff"])
def test_every_analysis_has_help_and_json(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--json" in out


@pytest.mark.slow
def test_the_commands_say_what_the_page_says(ask, tiny_dataset, tmp_path, monkeypatch):
    covered, compared, roads = ask("coverage", "tiny"), ask("compare", "tiny"), ask("highways", "tiny")
    page = opened(page_over(tiny_dataset, tmp_path / "page", monkeypatch), view="coverage")
    [row] = tables(page)[0].to_dict("records")
    assert [value for name, value in row.items() if "in that order" in name] == [
        covered["gains"][gain][0]["gain"] for gain in Gain
    ]
    page = opened(page_over(tiny_dataset, tmp_path / "page", monkeypatch), view="compare")
    cities = tables(page)[0].iloc[:, 1:4].to_numpy().tolist()
    assert cities == [[row[f"piles_{side}"] for side in ("a", "b", "others")] for row in compared["cities"]]
    page = opened(page_over(tiny_dataset, tmp_path / "page", monkeypatch), view="coverage", topic="highways")
    assert said(page)["With base and partners"] == "50.0 % (1 of 2)"
    assert (roads["after"]["with_piles"], roads["after"]["areas"]) == (1, 2)


@pytest.mark.endurance
def test_the_commands_say_of_the_simulated_network_what_the_page_asks(ask, show, simulated):
    found = ask("coverage", simulated.folder, "--leaver", "nio")
    roads = ask("highways", simulated.folder)
    with closing(Engine(simulated, memory_limit_mb=500)) as engine:
        data, grid = Uncached(engine), Grid()
        sets = usual_sets(data)
        ranked = gains(data, Filters(), sets.base, sets.partner, grid)
        lost = dependence(losses(data, Filters(), ("nio",), Unit.CITY))
        service = highway_service(data, Filters(), sets.base, sets.partner)
    assert (found["base"], found["partner"]) == (list(sets.base), list(sets.partner))
    for gain, table in ranked.items():
        assert [(row["operator_id"], row["gain"]) for row in found["gains"][gain]] == list(
            zip(table.operator_id, table.gain, strict=True)
        )
    assert found["losses"]["cities"] == asdict(lost) | {"units_lost_share": lost.units_lost_share}
    assert (roads["after"]["with_piles"], roads["after"]["areas"]) == (
        service.after.with_piles,
        service.after.areas,
    )
    assert found["dataset"]["kind"] == "simulated"
    assert "Simulated: no station in it is real." in show("highways", simulated.folder, "--rows", 1)


def test_tables_are_aligned_also_where_letters_are_wide():
    assert align_table(("city", "piles"), [("上海", "1,000"), ("Bonn", "5")]) == [
        "city  piles",
        "上海  1,000",
        "Bonn      5",
    ]


def test_foreign_text_neither_moves_the_cursor_nor_turns_the_line():
    assert one_line("a\x1b[2Jb\n\u202ec") == "a\ufffd[2Jb\ufffd\ufffdc"


def test_numbers_that_are_not_known_are_null_to_programs_and_words_to_people():
    assert [json_value(value) for value in (float("nan"), float("inf"), None, 3.0, 0.5)] == [
        None,
        None,
        None,
        3,
        0.5,
    ]
    assert (part_of(None, 5), part_of(0, 0), part_of(1, 3)) == ("not known of 5", "0 of 0", "1 of 3 (33.3%)")
    assert (percent(0.0001), percent(0), percent(None)) == ("<0.1%", "0.0%", "not known")
