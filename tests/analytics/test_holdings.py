"""Plain stations as a table of holdings, held against loops and against the query of a dataset."""

from collections import defaultdict
from contextlib import closing

import h3
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.analytics.holdings import Holdings, bin_stations
from charging.domain.filters import Filters
from charging.domain.hexes import cell_from_text
from charging.domain.schema import CELL_RESOLUTION
from charging.errors import UsageError
from charging.queries.engine import Engine
from charging.queries.holdings import holdings

ROWS = st.lists(
    st.tuples(
        st.sampled_from([31.2, 31.2001, 31.9, -33.9]),
        st.sampled_from([121.4, 121.4001, -179.9]),
        st.sampled_from(["nio", "teld", None]),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=12,
)


def stations(rows):
    return pd.DataFrame(rows, columns=["lat", "lon", "operator_id", "piles"])


def loop_sums(rows, resolution):
    """Return what `bin_stations` should: (cell, operator, stations, piles), one row at a time."""
    found = defaultdict(list)
    for lat, lon, operator, piles in rows:
        found[cell_from_text(h3.latlng_to_cell(lat, lon, resolution)), operator].append(piles)
    known = {key: [piles for piles in held if piles is not None] for key, held in found.items()}
    order = sorted(found, key=lambda key: (key[0], key[1] is None, key[1] or ""))
    return [(*key, len(found[key]), float(sum(known[key])) if known[key] else None) for key in order]


def as_list(table):
    return list(table.astype(object).where(table.notna(), None).itertuples(index=False, name=None))


@pytest.mark.slow
@given(ROWS, st.integers(0, CELL_RESOLUTION))
def test_stations_are_binned_as_loops_bin_them(rows, resolution):
    table = bin_stations(stations(rows), resolution)
    assert as_list(table) == loop_sums(rows, resolution)
    assert [str(kind) for kind in table.dtypes] == ["int64", "str", "int64", "float64"]


def test_stations_of_a_dataset_are_binned_as_its_query_counts_them(tiny_dataset):
    piles = pq.read_table(tiny_dataset.path("piles")).to_pandas()
    places = pq.read_table(tiny_dataset.path("stations"), columns=["station_id", "lat", "lon", "operator_id"])
    rows = piles.groupby(["station_id", "operator_id"], dropna=False)["count"].sum(min_count=1)
    rows = rows.rename("piles").reset_index()
    rows = places.to_pandas().merge(rows, on="station_id", how="left", suffixes=("_of_station", ""))
    rows.operator_id = rows.operator_id.fillna(rows.operator_id_of_station)  # of a station without piles
    assert set(rows.station_id) == set(places["station_id"].to_pylist())
    with closing(Engine(tiny_dataset, memory_limit_mb=100)) as engine:
        asked = holdings(engine, Filters(), 6)
    assert as_list(bin_stations(rows, 6)) == as_list(asked[["unit", "operator_id", "stations", "piles"]])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((91.0, 0.0, "nio", 1), "lat within 90"),
        ((0.0, None, "nio", 1), "lon within 180"),
        ((1.0, 1.0, "nio", -1), "piles of 0 or more"),
    ],
)
def test_stations_that_cannot_be_placed_or_counted_are_refused(row, said):
    with pytest.raises(UsageError, match=said):
        bin_stations(stations([row]), 6)


def test_a_missing_column_is_named():
    with pytest.raises(UsageError, match="none called operator_id, piles"):
        bin_stations(pd.DataFrame({"lat": [1.0], "lon": [1.0]}), 6)


def test_the_stations_given_stay_as_they_are():
    given_rows = stations([(31.2, 121.4, "nio", None)])
    before = given_rows.copy(deep=True)
    assert np.isnan(bin_stations(given_rows, 5).piles[0])
    pd.testing.assert_frame_equal(given_rows, before)


@pytest.mark.slow
@given(ROWS, st.permutations(["csg", "nio", "teld"]))
def test_operators_as_categories_are_read_as_their_texts_are(rows, categories):
    table = bin_stations(stations(rows), 6)
    for names in (categories, sorted(categories)):  # some of them without a row
        numbered = table.assign(operator_id=pd.Categorical(table.operator_id, categories=names))
        for found, expected in zip(Holdings.read(numbered), Holdings.read(table), strict=True):
            np.testing.assert_array_equal(found, expected)
