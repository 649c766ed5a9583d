"""What happened in a cell, by hand and by a plain count of the stations in it."""

import numpy as np
import pandas as pd
import pytest
from analytics.changes.test_stations import COLUMNS, kinds, snapshots, stations
from hypothesis import given

from charging.analytics.changes.cells import STATIONS, changed_cells, station_categories
from charging.analytics.changes.stations import changes
from charging.domain.hexes import cells_at

A, B = {"lat": 40.0}, {"lat": 45.0}


def cells_of(table, resolution=5):
    return cells_at(table.lat.to_numpy(), table.lon.to_numpy(), resolution)


def categories(old, new, resolution=5):
    """Return what happened by cell, A the first and B the second."""
    cells = changed_cells(changes(old, new), cells_of(old), cells_of(new), resolution)
    names = {
        int(cells_of(stations({"station_id": "x"} | place), resolution)[0]): name
        for name, place in (("A", A), ("B", B))
    }
    return dict(zip(cells["cell"].map(names), cells.category, strict=True))


def one(number, place=A, **said):
    return {"station_id": f"s:{number}"} | place | said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([], [one(1)], {"A": "opened"}),
        ([one(1)], [], {"A": "closed"}),
        ([one(1)], [one(1), one(2)], {"A": "grown"}),
        ([one(1)], [one(1, piles=9)], {"A": "grown"}),
        ([one(1), one(2)], [one(1)], {"A": "shrunk"}),
        ([one(1)], [one(1, piles=1)], {"A": "shrunk"}),
        ([one(1)], [one(2, piles=90)], {"A": "mixed"}),
        ([one(1), one(2)], [one(1, piles=5), one(2, piles=3)], {"A": "mixed"}),
        ([one(1)], [one(1, B)], {"A": "closed", "B": "opened"}),
        ([one(1), one(2), one(3, B)], [one(1, B), one(2), one(3, B)], {"A": "shrunk", "B": "grown"}),
        ([one(1)], [one(1, name="B", operator_id="teld")], {}),
        ([one(1)], [one(1, piles=None)], {"A": None}),
        ([one(1)], [one(1, piles=None), one(2)], {"A": "grown"}),
        ([one(1)], [one(1)], {}),
    ],
)
def test_a_cell_tells_gain_and_loss(old, new, found):
    assert categories(stations(*old), stations(*new)) == found


@pytest.mark.slow
@given(old=snapshots, new=snapshots)
def test_a_cell_is_new_or_empty_when_counting_says_so(old, new):
    cells = changed_cells(changes(old, new), cells_of(old), cells_of(new), 5)
    for row in cells.to_dict("records"):
        then, now = (sum(cells_of(table) == row["cell"]) for table in (old, new))
        assert (row["stations_before"], row["stations_after"]) == (then, now)
        assert (row["category"] == "opened") == (then == 0 < now)
        assert (row["category"] == "closed") == (now == 0 < then)


@pytest.mark.slow
@given(old=snapshots, new=snapshots)
def test_the_way_back_turns_gains_into_losses(old, new):
    there, back = (
        changed_cells(changes(*pair), cells_of(pair[0]), cells_of(pair[1]), 5)
        for pair in ((old, new), (new, old))
    )
    mirror = {"opened": "closed", "closed": "opened", "grown": "shrunk", "shrunk": "grown"}
    assert [mirror.get(found, found) for found in there.category] == back.category.tolist()


def test_a_station_is_told_by_what_became_of_its_size():
    old = stations(one(1), one(2), one(3), one(4, piles=None))
    new = stations(one(1, piles=9), one(3, name="B"), one(4, piles=1), one(5))
    table = changes(old, new)
    found = dict(zip(table.station_id, station_categories(table), strict=True))
    assert found == {"s:1": "grown", "s:2": "closed", "s:3": None, "s:4": None, "s:5": "opened"}
    assert all(kind is None or kind in kinds(table)[key] & set(STATIONS) for key, kind in found.items())


def test_nothing_changed_is_an_empty_table():
    nothing = np.array([], dtype=np.int64)
    cells = changed_cells(changes(stations(), stations()), nothing, nothing, 5)
    assert len(cells) == 0
    assert {"cell", "category", "stations_before", "piles_gained"} <= set(cells)
    assert len(station_categories(pd.DataFrame(columns=[*COLUMNS, *STATIONS]))) == 0
