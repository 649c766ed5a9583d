"""Changes by hand, by the plain reference, and by the rules that hold between any two snapshots."""

import datetime as dt
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analytics import plain_highways as plain
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.changes.stations import (
    KINDS,
    ChangesBy,
    Obstacle,
    change_totals,
    changes,
    find_obstacles,
)
from charging.dataset.manifest import SourceRows
from charging.domain.filters import Filters
from charging.domain.hexes import cells_at, parent_cells
from charging.domain.vocabulary import Kind
from charging.queries.engine import Engine
from charging.queries.snapshot import snapshot

COLUMNS = ["station_id", "name", "name_zh", "operator_id", "city_id", "lat", "lon", "piles"]
HERE = {"name": "A", "name_zh": "甲", "operator_id": "nio", "city_id": "110000", "lat": 40.0, "lon": 116.0}
METRE = 1 / 111_195  # degrees of latitude


def stations(*rows):
    """Return a snapshot of stations, each like `HERE` but for what is said."""
    table = pd.DataFrame([HERE | {"piles": 4.0} | row for row in rows], columns=COLUMNS)
    for name in COLUMNS[:5]:
        table[name] = table[name].astype("str" if name != "operator_id" else "object")
    cells = cells_at(table.lat.to_numpy(np.float64), table.lon.to_numpy(np.float64))
    return table.assign(piles=table.piles.astype("float64"), cell=cells)


def one(**said):
    return stations({"station_id": "s:1"} | said)


def kinds(table):
    return {
        row["station_id"]: {kind for kind in (*KINDS, "piles_unknown") if row[kind]}
        for row in table.to_dict("records")
    }


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({}, {}, None),
        ({}, {"piles": 6}, {"grown"}),
        ({}, {"piles": 1}, {"shrunk"}),
        ({"piles": None}, {"piles": 6}, {"piles_unknown"}),
        ({}, {"piles": None}, {"piles_unknown"}),
        ({"piles": None}, {"piles": None}, None),
        ({"piles": None}, {"piles": None, "name": "B"}, {"renamed", "piles_unknown"}),
        ({}, {"name": "B"}, {"renamed"}),
        ({}, {"name_zh": "乙"}, {"renamed"}),
        ({}, {"name": " a "}, None),
        ({}, {"name": None}, None),
        ({"name": None}, {}, None),
        ({}, {"lat": 40 + 49 * METRE}, None),
        ({}, {"lat": 40 + 51 * METRE}, {"moved"}),
        ({}, {"operator_id": "teld"}, {"reassigned"}),
        ({"operator_id": None}, {}, None),
        ({}, {"name": "B", "lat": 41.0, "piles": 5}, {"renamed", "moved", "grown"}),
    ],
)
def test_a_station_that_stays_is_told_by_what_differs(was, now, found):
    assert kinds(changes(one(**was), one(**now))) == ({"s:1": found} if found else {})


def test_a_station_of_one_snapshot_only_is_opened_or_closed_with_all_its_piles():
    old, new = one(), stations({"station_id": "s:2", "piles": None})
    table = changes(old, new).set_index("station_id")
    assert kinds(table.reset_index()) == {"s:1": {"closed"}, "s:2": {"opened", "piles_unknown"}}
    closed, opened = table.loc["s:1"], table.loc["s:2"]
    assert (closed.piles_before, closed.piles_after, closed.piles_change) == (4, 0, -4)
    assert (opened.piles_before, opened.piles_after) == (0, pytest.approx(np.nan, nan_ok=True))
    assert (closed["name"], closed.name_before, pd.isna(opened.name_before)) == ("A", "A", True)
    assert (closed.cell_before, pd.isna(opened.cell_before)) == (old.cell[0], True)
    assert table.moved_m.isna().all()


def test_a_change_tells_what_was_and_what_is():
    row = changes(one(), one(name="B", lat=40 + 100 * METRE, piles=7)).iloc[0]
    assert (row["name"], row.name_before, row.piles_change) == ("B", "A", 3)
    assert row.moved_m == pytest.approx(100, abs=0.1)


def test_counts_of_different_things_make_nothing_grow():
    old = stations({"station_id": "s:1"}, {"station_id": "s:2"})
    new = stations({"station_id": "s:1", "piles": 9}, {"station_id": "s:3"})
    assert kinds(changes(old, new, count_piles=False)) == {
        "s:2": {"closed", "piles_unknown"},
        "s:3": {"opened", "piles_unknown"},
    }


MOVED = 41.0
OLD = stations(
    {"station_id": "s:1", "piles": 2},
    {"station_id": "s:2", "piles": 5},
    {"station_id": "s:3", "piles": 3},
    {"station_id": "s:4", "operator_id": "teld", "piles": None},
)
NEW = stations(
    {"station_id": "s:1", "piles": 6},
    {"station_id": "s:2", "piles": 8, "operator_id": "teld"},
    {"station_id": "s:4", "operator_id": "teld", "piles": 1, "city_id": "120000", "lat": MOVED},
    {"station_id": "s:5", "operator_id": None, "piles": 7},
)


def rows(table, *columns):
    return table[list(columns)].astype("object").where(table[list(columns)].notna(), None).to_numpy().tolist()


def test_totals_add_up_what_is_known_and_count_what_is_not():
    (row,) = change_totals(changes(OLD, NEW)).to_dict("records")
    assert row == {
        "opened": 1,
        "closed": 1,
        "grown": 2,
        "shrunk": 0,
        "renamed": 0,
        "moved": 1,
        "reassigned": 1,
        "piles_gained": 4 + 3 + 7,
        "piles_lost": 3,
        "piles_net": 11,
        "stations_piles_unknown": 1,
    }


def test_a_station_that_changes_hands_takes_its_piles_along():
    table = change_totals(changes(OLD, NEW), ChangesBy.OPERATOR)
    assert rows(table, "key", "opened", "closed", "piles_gained", "piles_lost", "piles_net") == [
        ["nio", 0, 1, 4, 8, -4],
        ["teld", 0, 0, 8, 0, 8],
        [None, 1, 0, 7, 0, 7],
    ]


def test_a_station_that_moves_takes_its_piles_along():
    table = change_totals(changes(OLD, NEW), ChangesBy.CITY)
    columns = ("key", "moved", "piles_gained", "piles_lost", "stations_piles_unknown")
    assert rows(table, *columns) == [["110000", 0, 14, 3, 1], ["120000", 1, 1, 0, 1]]
    cells = change_totals(changes(OLD, NEW), ChangesBy.CELL, resolution=6)
    assert set(cells.key) == set(parent_cells(NEW.cell.to_numpy(), 6).tolist())
    assert rows(cells, *columns[1:]) == rows(table, *columns[1:])


@pytest.mark.parametrize(("by", "resolution"), [(ChangesBy.CELL, None), (ChangesBy.CITY, 5), (None, 5)])
def test_cells_and_only_cells_need_a_resolution(by, resolution):
    with pytest.raises(ValueError, match="resolution"):
        change_totals(changes(OLD, NEW), by, resolution=resolution)


@pytest.mark.parametrize("by", [None, *ChangesBy])
def test_nothing_changed_adds_up_to_nothing(by):
    table = change_totals(changes(OLD, OLD), by, resolution=5 if by is ChangesBy.CELL else None)
    assert len(table) == (by is None)
    assert "piles_net" in table


@pytest.fixture
def description(tiny_description, tiny_source):
    """Return a description whose sources are named and count in some unit."""

    def describe(*names, unit="pile", **given):
        at = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        sources = tuple(
            SourceRows(
                info=replace(tiny_source, source=name, unit_counted=unit),
                retrieved_at=at,
                rows_read=1,
                rows_taken=1,
            )
            for name in names
        )
        return replace(tiny_description, sources=sources, **given)

    return describe


@pytest.mark.slow
def test_snapshots_of_the_same_sources_compare(description):
    assert find_obstacles(description("a", "b", name="old"), description("b", "a", name="new")) == ()


@pytest.mark.parametrize(
    ("old", "new", "obstacles", "stations_too"),
    [
        ({"names": ["a"]}, {"names": ["b"]}, [Obstacle.NO_COMMON_SOURCE], True),
        ({"names": ["a"]}, {"names": ["a", "b"]}, [Obstacle.OTHER_SOURCES], False),
        ({"names": ["a"]}, {"names": ["a"], "kind": Kind.SIMULATED}, [Obstacle.OTHER_KIND], True),
        ({"names": ["a"], "seed": 0}, {"names": ["a"], "seed": 1}, [Obstacle.OTHER_SIMULATION], False),
        ({"names": ["a"]}, {"names": ["a"], "unit": "gun"}, [Obstacle.OTHER_UNIT], False),
    ],
)
def test_why_two_datasets_do_not_compare_is_told(description, old, new, obstacles, stations_too):
    found = find_obstacles(*(description(*said.pop("names"), **said) for said in (dict(old), dict(new))))
    assert [reason.obstacle for reason in found] == obstacles
    assert [reason.forbids_stations for reason in found] == [stations_too]
    assert found[0].forbids_piles == (stations_too or obstacles == [Obstacle.OTHER_UNIT])


texts = st.sampled_from(["A", "a ", "B", None])
rows_of_stations = st.lists(
    st.fixed_dictionaries(
        {
            "station_id": st.integers(0, 6).map(lambda number: f"s:{number}"),
            "name": texts,
            "name_zh": texts,
            "operator_id": st.sampled_from(["nio", "teld", None]),
            "city_id": st.sampled_from(["110000", "120000"]),
            "lat": st.sampled_from([40.0, 40.0003, 40.001, 41.0]),
            "piles": st.sampled_from([1.0, 2.0, 9.0, None]),
        }
    ),
    max_size=6,
    unique_by=lambda row: row["station_id"],
)
snapshots = rows_of_stations.map(lambda found: stations(*found))


def records(table):
    return table.astype("object").where(table.notna(), None).to_dict("records")


def found_and_difference(table):
    found = kinds(table)
    change = table.piles_change.astype("object").where(table.piles_change.notna(), None)
    return {key: (found[key], n) for key, n in zip(table.station_id, change, strict=True)}


@pytest.mark.slow
@given(old=snapshots, new=snapshots)
def test_changes_are_those_of_the_plain_reference(old, new):
    assert found_and_difference(changes(old, new)) == plain.changes(records(old), records(new))


@pytest.mark.slow
@given(snapshot_=snapshots)
def test_nothing_differs_from_itself(snapshot_):
    assert len(changes(snapshot_, snapshot_)) == 0


@pytest.mark.slow
@given(old=snapshots, new=snapshots)
def test_the_way_back_closes_what_was_opened(old, new):
    there, back = (
        changes(*pair).sort_values("station_id", ignore_index=True) for pair in ((old, new), (new, old))
    )
    assert there.station_id.tolist() == back.station_id.tolist()
    mirror = {"opened": "closed", "closed": "opened", "grown": "shrunk", "shrunk": "grown"}
    for kind in KINDS:
        assert there[kind].tolist() == back[mirror.get(kind, kind)].tolist()
    assert (there.piles_change + back.piles_change).fillna(0).eq(0).all()


known = snapshots.map(
    lambda table: table.assign(piles=table.piles.fillna(3.0), operator_id=table.operator_id.fillna("xpeng"))
)


@pytest.mark.slow
@given(old=known, new=known)
def test_the_net_of_an_operator_is_what_it_has_less_what_it_had(old, new):
    net = change_totals(changes(old, new), ChangesBy.OPERATOR).set_index("key").piles_net
    has, had = (table.groupby("operator_id").piles.sum() for table in (new, old))
    expected = has.sub(had, fill_value=0)
    assert expected[expected != 0].to_dict() == net[net != 0].to_dict()


@pytest.fixture(scope="module")
def two_simulated(simulated):
    """The simulated network, and the same with some of everything changed."""
    with closing(Engine(simulated, memory_limit_mb=500)) as engine:
        old = snapshot(engine, Filters())
    return old, later(old)


def later(old):
    number = np.arange(len(old))
    new = old.assign(
        name=old.name.where(number % 41 != 0, old.name + " II"),
        operator_id=old.operator_id.where(number % 43 != 0, "nio"),
        lat=old.lat + 0.001 * (number % 47 == 0),
        piles=(old.piles + number % 3).where(number % 53 != 0),
        station_id=old.station_id.where(number % 59 != 0, old.station_id + "-new"),
    )
    return new[number % 31 != 0].iloc[::-1].reset_index(drop=True)


@pytest.mark.endurance
def test_changes_of_the_simulated_network_are_those_of_the_plain_reference(two_simulated):
    old, new = two_simulated
    assert len(changes(old, old)) == 0
    found = changes(old, new)
    assert found_and_difference(found) == plain.changes(records(old), records(new))


def test_the_parts_of_the_simulated_network_add_up_to_the_whole(two_simulated):
    old, new = two_simulated
    found = changes(old, new.assign(piles=new.piles.fillna(1.0)))
    total = change_totals(found).iloc[0]
    assert (total.opened, total.closed) == (found.opened.sum(), found.closed.sum())
    for by in ChangesBy:
        table = change_totals(found, by, resolution=5 if by is ChangesBy.CELL else None)
        assert table.piles_net.sum() == total.piles_net
        assert table[list(KINDS)].sum().tolist() == total[list(KINDS)].tolist()
