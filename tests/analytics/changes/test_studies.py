"""A selection of two datasets answers as two snapshots of that selection do, and asks for the pairs once."""

from contextlib import closing

import pandas as pd
import pytest

from charging.analytics.changes.stations import ChangesBy, change_totals, changes
from charging.analytics.changes.studies import cell_changes, changed_stations, changes_by
from charging.analytics.studies import Uncached
from charging.dataset.versions import write_version
from charging.domain.filters import Filters
from charging.domain.vocabulary import Current
from charging.queries.engine import Engine
from charging.queries.snapshot import snapshot


@pytest.fixture(scope="module")
def engines(tiny_dataset, build, tiny_records, tiny_description, tmp_path_factory):
    """The tiny world, later without its first station and with a pile more at the second; and as it is."""
    _, second, *rest = tiny_records
    grown = second._replace(piles=(second.piles[0]._replace(count=11), *second.piles[1:]))
    folder = tmp_path_factory.mktemp("later") / "later"
    later = write_version(folder, build([grown, *rest]).tables, tiny_description)
    with (
        closing(Engine(later, memory_limit_mb=500)) as new,
        closing(Engine(tiny_dataset, memory_limit_mb=500)) as old,
    ):
        yield new, old


SELECTIONS = [
    Filters(),
    Filters(operators=("nio", "teld")),
    Filters(currents=(Current.AC,)),
    Filters(min_power_kw=50.0),
    Filters(cities=("310000",)),
]


@pytest.mark.slow
@pytest.mark.parametrize("filters", SELECTIONS)
@pytest.mark.parametrize("count_piles", [True, False])
def test_a_selection_changes_as_its_snapshots_do(engines, filters, count_piles):
    found = changed_stations(*map(Uncached, engines), filters, count_piles=count_piles)
    new, old = (snapshot(engine, filters) for engine in engines)
    expected = changes(old, new, count_piles=count_piles)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    totals = changes_by(*map(Uncached, engines), filters, ChangesBy.CITY, count_piles=count_piles)
    pd.testing.assert_frame_equal(totals, change_totals(expected, ChangesBy.CITY))


@pytest.mark.slow
def test_what_changed_in_the_tiny_world_is_told(engines):
    row = changes_by(*map(Uncached, engines), Filters()).iloc[0]
    assert (row.opened, row.closed, row.grown, row.piles_gained, row.piles_lost) == (0, 1, 1, 1, 6)
    cells = cell_changes(*map(Uncached, engines), Filters(), 8)
    assert sorted(cells.category) == ["closed", "grown"]


@pytest.mark.slow
def test_the_pairs_are_asked_for_once(engines):
    class Remembers(Uncached):
        asked: list = []  # noqa: RUF012  shared on purpose

        def ask_both(self, other, question, *args, **kwargs):
            self.asked.append(question.__name__)
            return question(self, other, *args, **kwargs)

    changed_stations(*map(Remembers, engines), Filters())
    assert Remembers.asked == ["_station_pairs"]
