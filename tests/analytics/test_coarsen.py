"""Coarser cells show the strongest of what lies inside them, and count all of it."""

import h3.api.numpy_int as h3
import pandas as pd

from charging.analytics.coarsen import coarsen_cells

PARENT = h3.latlng_to_cell(31.2, 121.5, 5)
OTHER = int(h3.grid_disk(PARENT, 1)[1])
INSIDE = [int(cell) for cell in h3.cell_to_children(PARENT, 6)[:4]]
ORDER = ("added", "shared", "covered")


def table(*categories, cells=INSIDE):
    return pd.DataFrame({"cell": cells[: len(categories)], "category": categories})


def test_one_added_cell_makes_the_coarser_cell_added_and_all_are_counted():
    [row] = coarsen_cells(table("covered", "added", "covered", "shared"), 5, ORDER).to_dict("records")
    assert row == {"cell": PARENT, "category": "added", "added": 1, "shared": 1, "covered": 2}


def test_at_their_own_resolution_cells_stay_what_they_are():
    drawn = coarsen_cells(table("covered", "added"), 6, ORDER)
    assert drawn.set_index("cell").category.to_dict() == {INSIDE[0]: "covered", INSIDE[1]: "added"}


def test_cells_of_two_parents_do_not_mix():
    cells = [INSIDE[0], int(h3.cell_to_children(OTHER, 6)[0])]
    drawn = coarsen_cells(table("covered", "added", cells=cells), 5, ORDER).set_index("cell")
    assert (drawn.category[PARENT], drawn.category[OTHER]) == ("covered", "added")


def test_what_is_not_in_the_order_has_no_say():
    assert coarsen_cells(table("others"), 5, ORDER).empty


def test_of_nothing_there_is_nothing():
    assert list(coarsen_cells(table(), 5, ORDER).columns) == ["cell", "category", *ORDER]
