"""Every query equals the slow reference, at every resolution, around pentagons and across box edges."""

import datetime as dt
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import reference
from examples import OF_EACH
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.dataset.checksums import sha256_of
from charging.domain.bounds import WORLD, Bounds
from charging.domain.filters import Filters
from charging.domain.hexes import cells_at
from charging.domain.schema import TABLES
from charging.domain.vocabulary import Access, Connector, Current, Site, Status, connector_bit
from charging.queries.engine import Engine
from charging.queries.hexes import hex_operators, hexes
from charging.queries.measures import SUMS
from charging.queries.predicates import Cell, conditions_of, select_groups
from charging.queries.stations import count_stations, extent, station, stations
from charging.queries.totals import Breakdown, count_left_out_as_unknown, headline, totals

RESOLUTIONS = range(2, 10)
OPERATORS = ["nio", "teld", "xpeng", None]
CITIES = ["110000", "310000", None]
PENTAGONS = [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(5)]
CENTRES = [(31.2, 121.5), (39.9, 116.4), (65.0, 179.99), (-89.5, 10.0), *PENTAGONS]


class World(NamedTuple):
    """Random stations around a few centres, as tables and as an engine over them."""

    stations: pd.DataFrame
    groups: list[dict]
    engine: Engine


class Files(NamedTuple):
    version: Path

    def path(self, table):
        return self.version / f"{table}.parquet"

    @property
    def manifest(self):
        """What is said of the files, and is true."""
        paths = sorted(self.version.glob("*.parquet"))
        files = [SimpleNamespace(name=path.name, sha256=sha256_of(path)) for path in paths]
        return SimpleNamespace(files=files)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    random = np.random.default_rng(7)
    count = 900
    around = np.array(CENTRES)[random.integers(0, len(CENTRES), count)]
    spread = 10.0 ** random.uniform(-3, 1, count)
    lat = np.clip(around[:, 0] + random.normal(size=count) * spread, -90, 90)
    lon = (around[:, 1] + random.normal(size=count) * spread + 180) % 360 - 180
    order = np.argsort(cells_at(lat, lon))
    lat, lon = lat[order], lon[order]

    def pick(values, size=count):
        return [values[i] for i in random.integers(0, len(values), size)]

    frame = pd.DataFrame(
        {
            "station_id": [f"test:{i}" for i in range(count)],
            "source": "test",
            "source_id": [str(i) for i in range(count)],
            "name": pick(["Plaza 50%", "A_1", "<script>alert(1)</script>", None]),
            "search": pick(["plaza 50% !", "a_1 蔚来", "<script>", "x"]),
            "operator_id": pick(OPERATORS),
            "access": pick([*Access, None]),
            "site": pick([*Site, None]),
            "city_id": pick(CITIES),
            "service_area_id": pick(["g2-a", "g2-b", None, None]),
            "lat": lat,
            "lon": lon,
            "source_lat": lat,
            "source_lon": lon,
            "source_datum": "wgs84",
            "opened_on": pick([dt.date(2020, 1, 1), dt.date(2024, 6, 1), None]),
            "retrieved_at": pd.Timestamp("2025-01-01", tz="UTC"),
            "cell": cells_at(lat, lon),
        }
    )
    owners = np.sort(random.integers(0, count, 1_600))  # some stations keep no pile
    size = len(owners)
    piles = pd.DataFrame(
        {
            "station_id": [f"test:{i}" for i in owners],
            "operator_id": pick(OPERATORS, size),
            "current": pick([*Current, None], size),
            "connectors": pd.array(pick([0, 1, 5, 16, 2048, 4095, None], size), dtype="Int64"),
            "power_kw": pick([3.5, 7.0, 60.0, 120.0, None], size),
            "status": pick([*Status, None], size),
            "count": pd.array(pick([0, 1, 2, 9, None], size), dtype="Int64"),
            "cell": frame.cell.to_numpy()[owners],
        }
    )
    for table in (frame, piles):
        table["operator_code"] = table.operator_id.map({"nio": 0, "teld": 1, "xpeng": 2}).astype("Int16")
    areas = pd.DataFrame({"service_area_id": ["g2-a", "g2-b", "g2-c"]})
    files = Files(tmp_path_factory.mktemp("world"))
    for table, data in zip(TABLES, (frame, piles, areas), strict=True):
        columns = {
            column.name: pa.array(values_of(data, column.name), column.type, from_pandas=True)
            for column in table.columns
        }
        pq.write_table(pa.table(columns), files.path(table.name))
    return World(frame, reference.all_groups(frame, piles), Engine(files, memory_limit_mb=100))


def values_of(data, name):
    return data[name].tolist() if name in data else [None] * len(data)


def some(values, most=2):
    return st.lists(st.sampled_from(values), max_size=most).map(tuple)


selections = st.builds(
    Filters,
    operators=some(["nio", "teld", "nobody"]),
    relations=some(["partner", "roaming"], 1),
    cities=some(["110000", "310000"]),
    currents=some(list(Current)),
    connectors=some(list(Connector)),
    min_power_kw=st.sampled_from([None, None, 7.0, 60.0, 100.0]),
    statuses=some(list(Status)),
    access=some(list(Access)),
    sites=some(list(Site)),
    opened_since=st.sampled_from([None, None, dt.date(2024, 6, 1)]),
    text=st.sampled_from(["", "", "", "50%", "a_1", "蔚来", "plaza !", "_"]),
    include_unknown=st.booleans(),
)
# mostly empty selections, so that sums are not empty; the filters have a test of their own
light_selections = st.one_of(st.just(Filters()), selections)


@st.composite
def boxes(draw):
    """A box around a centre of the world, from a street to a continent, also across the 180th meridian."""
    lat, lon = draw(st.sampled_from(CENTRES))
    half = draw(st.sampled_from([0.01, 0.3, 4.0, 30.0]))
    shift = draw(st.floats(-1, 1)) * half
    return Bounds.from_map(lat - half, lon - half + shift, lat + half, lon + half + shift)


COUNTED = ("piles", "dc_piles", "max_power_kw", "available_piles", "fault_piles")
STATION_ID = itemgetter("station_id")


def as_sums(row):
    return {key: value for key, value in row.items() if key in reference.sums([])}


def same(found: dict, expected: dict) -> bool:
    return set(found) == set(expected) and all(
        found[key] == value or (pd.isna(found[key]) and pd.isna(value)) for key, value in expected.items()
    )


@pytest.mark.slow
@pytest.mark.parametrize("resolution", RESOLUTIONS)
@settings(max_examples=OF_EACH)
@given(filters=light_selections, box=boxes())
def test_hexes_equal_the_reference(world, resolution, filters, box):
    found = hexes(world.engine, filters, box, resolution)
    groups = reference.selected(world.groups, filters)
    expected = reference.hexes(groups, box, resolution)
    assert found.cell.tolist() == sorted(expected)
    for row in found.to_dict("records"):
        assert same(as_sums(row), expected[row["cell"]])


@pytest.mark.slow
@given(filters=selections)
def test_totals_equal_the_reference(world, filters):
    groups = reference.selected(world.groups, filters)
    assert same(totals(world.engine, filters).iloc[0].to_dict(), reference.sums(groups))


@pytest.mark.slow
@pytest.mark.parametrize("by", Breakdown)
@settings(max_examples=OF_EACH)
@given(filters=light_selections)
def test_totals_by_a_part_equal_the_reference(world, by, filters):
    groups = reference.selected(world.groups, filters)
    column = "operator_id" if by is Breakdown.OPERATOR else str(by)
    expected = {
        key: reference.sums(part) for key, part in reference.by(groups, lambda group: group[column]).items()
    }
    found = totals(world.engine, filters, by=by).to_dict("records")
    keys = [None if pd.isna(row["key"]) else row["key"] for row in found]
    assert set(keys) == set(expected)
    for key, row in zip(keys, found, strict=True):
        assert same(as_sums(row), expected[key])


@pytest.mark.slow
@pytest.mark.parametrize("by", Breakdown)
def test_parts_stand_by_piles_and_equal_ones_by_key(world, by):
    found = totals(world.engine, Filters(), by=by)
    ordered = found.sort_values("key", kind="stable").sort_values("piles", ascending=False, kind="stable")
    assert found.key.tolist() == ordered.key.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("by", [None, Breakdown.OPERATOR, Breakdown.CITY, Breakdown.SITE])
@settings(max_examples=OF_EACH)
@given(filters=light_selections, others=st.sets(st.sampled_from(SUMS)))
def test_sums_asked_alone_are_those_asked_with_all(world, by, filters, others):
    asked = [name for name in SUMS if name in others or name == "piles"]
    found = totals(world.engine, filters, by=by, sums_of=asked)
    columns = ["key", *asked, "share"] if by else asked
    pd.testing.assert_frame_equal(found, totals(world.engine, filters, by=by)[columns])


@pytest.mark.slow
@pytest.mark.parametrize("resolution", RESOLUTIONS)
@settings(max_examples=OF_EACH)
@given(filters=light_selections, box=boxes())
def test_operators_of_the_cells_equal_the_reference(world, resolution, filters, box):
    groups = reference.selected(world.groups, filters)
    cells = reference.by(groups, lambda group: reference.cell_of(group, resolution))
    expected = [
        (cell, operator, reference.sums(part)["piles"])
        for cell, held in cells.items()
        if box.contains(*h3.cell_to_latlng(cell))
        for operator, part in reference.by(held, itemgetter("operator_id")).items()
    ]
    expected.sort(key=lambda row: (row[0], row[2] is None, -(row[2] or 0), row[1] is None, row[1]))
    found = hex_operators(world.engine, filters, box, resolution)
    rows = found.astype(object).where(found.notna(), None).itertuples(index=False, name=None)
    assert list(rows) == expected


@pytest.mark.slow
@given(filters=light_selections, place=boxes() | st.sampled_from(CENTRES), resolution=st.integers(0, 11))
def test_the_groups_of_a_place_are_those_whose_coordinates_lie_in_it(world, filters, place, resolution):
    columns, contains = world.engine.columns, getattr(place, "contains", None)
    if contains is None:
        cell = h3.latlng_to_cell(*place, resolution)
        place, contains = Cell(cell, resolution), lambda *at: h3.latlng_to_cell(*at, resolution) == cell
    points = zip(columns.lat.tolist(), columns.lon.tolist(), strict=True)
    inside = {row for row, at in enumerate(points) if contains(*at)}
    expected = [row for row in select_groups(world.engine, filters).tolist() if row in inside]
    assert select_groups(world.engine, filters, place).tolist() == expected


def test_a_connector_and_a_power_of_the_same_number_are_two_conditions():
    connector = next(iter(Connector))
    power = Filters(min_power_kw=float(1 << connector_bit(connector)))
    assert conditions_of(Filters(connectors=(connector,))) != conditions_of(power)


@pytest.mark.slow
@given(filters=light_selections, box=boxes(), limit=st.integers(0, 40))
def test_fewer_stations_are_the_first_of_all(world, filters, box, limit):
    every = stations(world.engine, filters, box, limit=10_000)
    pd.testing.assert_frame_equal(stations(world.engine, filters, box, limit=limit), every.head(limit))


@pytest.mark.slow
@given(filters=light_selections, box=boxes())
def test_stations_equal_the_reference(world, filters, box):
    groups = reference.selected(world.groups, filters)
    inside = [group for group in groups if box.contains(group["lat"], group["lon"])]
    expected = {key: reference.sums(part) for key, part in reference.by(inside, STATION_ID).items()}
    found = stations(world.engine, filters, box, limit=10_000)
    assert count_stations(world.engine, filters, box) == len(found) == len(expected)
    for row in found.to_dict("records"):
        sums = expected[row["station_id"]]
        assert same({name: row[name] for name in COUNTED}, {name: sums[name] for name in COUNTED})


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_cell_as_place_holds_what_the_cell_holds(world, resolution):
    cells = hexes(world.engine, Filters(), WORLD, resolution)
    for row in cells.sample(20, random_state=1).to_dict("records"):
        place = Cell(row["cell"], resolution)
        assert same(totals(world.engine, Filters(), place=place).iloc[0].to_dict(), as_sums(row))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_no_station_is_lost_between_cells(world, resolution):
    assert hexes(world.engine, Filters(), WORLD, resolution).stations.sum() == len(world.stations)


def test_the_limit_keeps_the_largest_stations(world):
    every = stations(world.engine, Filters(), None, limit=10_000)
    pd.testing.assert_frame_equal(stations(world.engine, Filters(), None, limit=7), every.head(7))


def test_headline_counts_distinct_things(world):
    figures = headline(world.engine, Filters(operators=("nio",)))
    groups = reference.selected(world.groups, Filters(operators=("nio",)))
    assert (figures.operators, figures.cities) == (1, len({group["city_id"] for group in groups} - {None}))
    assert (figures.service_areas_with_piles, figures.service_areas) == (2, 3)
    assert figures.service_area_share == pytest.approx(2 / 3)


@pytest.mark.slow
@given(filters=selections)
def test_stations_left_out_as_unknown_are_those_that_would_come_back(world, filters):
    expected = 0
    if not filters.include_unknown:
        with_unknown, without = (
            reference.sums(reference.selected(world.groups, selection))["stations"]
            for selection in (filters.with_unknown(), filters)
        )
        expected = with_unknown - without
    assert count_left_out_as_unknown(world.engine, filters) == expected


def test_a_station_comes_with_all_its_groups(world):
    wanted, groups = max(reference.by(world.groups, STATION_ID).items(), key=lambda item: len(item[1]))
    found = station(world.engine, wanted)
    assert (found.row["station_id"], len(found.groups)) == (wanted, len(groups))


@pytest.mark.parametrize("hostile", ["test:1' or '1'='1", "", "${x}`", "<script>"])
def test_an_unknown_id_is_no_station(world, hostile):
    assert station(world.engine, hostile) is None


@pytest.mark.parametrize("hostile", ["'; drop table groups; --", "%", "a' or 'a'='a", "!", "\\"])
def test_hostile_text_is_only_searched_for(world, hostile):
    filters = Filters(text=hostile)
    expected = reference.sums(reference.selected(world.groups, filters))["stations"]
    assert totals(world.engine, filters).stations[0] == expected
    assert totals(world.engine, Filters()).stations[0] == len(world.stations)


def test_the_map_starts_with_all_but_the_outermost_hundredth_on_each_side(world):
    points = pd.DataFrame(world.groups)[["lat", "lon"]].quantile([0.01, 0.99])
    found = extent(world.engine)
    assert [found.south, found.north] == pytest.approx(points.lat.tolist())
    assert [found.west, found.east] == pytest.approx(points.lon.tolist())
