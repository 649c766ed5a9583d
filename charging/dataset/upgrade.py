"""A dataset of an older format, rewritten as its next version from what it stores."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from charging.dataset.building.columns import sort_table
from charging.dataset.building.entity_resolution import Resolver, locate_cities
from charging.dataset.building.operator_naming import assign_operators
from charging.dataset.building.pinyin import add_pinyin
from charging.dataset.building.record_batch import SEARCHED, city_text, search_texts
from charging.dataset.manifest import Description
from charging.dataset.merging import whole_tables, write_merged
from charging.dataset.store import Dataset, open_dataset
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.schema import FORMAT_VERSION, PILES, STATIONS
from charging.domain.towns import find_city
from charging.errors import DatasetError
from charging.sources.io.arrow_texts import whole

_log = logging.getLogger(__name__)


def is_outdated(dataset: Dataset) -> bool:
    """Whether a version was written in an older format."""
    return dataset.manifest.format_version < FORMAT_VERSION


def upgrade_dataset(folder: Path) -> Dataset:
    """Return the current version of a dataset in the present format, which is written where it is not there.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, or the folder not be written.
    """
    dataset = open_dataset(folder)
    if not is_outdated(dataset):
        return dataset
    tables = whole_tables(dataset)
    registry = load_operators()
    stations, piles = (tables[spec.name].drop_columns(["operator_code"]) for spec in (STATIONS, PILES))
    # each step does nothing where there is nothing new, so that one that is repeated is no harm
    stations, piles = assign_operators(stations, piles, registry)
    stations = add_pinyin(add_cities(stations, Resolver(registry, CityIndex(load_cities()))))
    tables |= {STATIONS.name: sort_table(stations, STATIONS), PILES.name: sort_table(piles, PILES)}
    description = {spec.name: getattr(dataset.manifest, spec.name) for spec in fields(Description)}
    upgraded = write_merged(folder, tables, Description(**description))
    _log.info("Rewrote %(dataset)s in format %(format)d", {"dataset": dataset.name, "format": FORMAT_VERSION})
    return upgraded


def add_cities(stations: pa.Table, resolver: Resolver) -> pa.Table:
    """Return stations with the towns that format 2 did not know, stated or derived, and what finds them."""
    silent = np.flatnonzero(np.asarray(stations["city_id"].is_null()))
    if not silent.size:
        return stations
    country, region, city_raw, lat, lon = (
        whole(stations[name].take(pa.array(silent)))
        for name in ("country", "region", "city_raw", "lat", "lon")
    )
    found = locate_cities(country, region, city_raw, lat.to_numpy(), lon.to_numpy())
    values: dict[str, list[Any]] = {name: stations[name].to_pylist() for name in ("city_id", "city")}
    derived_km = np.full(len(stations), np.nan)
    derived_km[silent] = found.derived_km
    for row, at in zip(silent.tolist(), found.at.tolist(), strict=True):
        if (city := found.cities[at]) is not None:
            values["city_id"][row], values["city"][row] = city.id, city.name_zh
    columns = {name: pa.array(each, pa.string()) for name, each in values.items()}
    columns["city_derived_km"] = pa.array(derived_km, from_pandas=True)
    stations = _replace_columns(stations, columns)
    return _replace_columns(stations, {"search": _search_column(stations, resolver)})


def _search_column(stations: pa.Table, resolver: Resolver) -> pa.Array:
    columns = {name: whole(stations[name]) for name in SEARCHED}
    operators = _map_texts(stations["operator_id"], lambda each: resolver.operator_text(each) or None)
    return search_texts(columns, operators, _map_texts(stations["city_id"], _city_words))


def _city_words(city_id: str) -> str | None:
    city = find_city(city_id)
    return None if city is None else city_text(city)


def _map_texts(column: pa.ChunkedArray, describe: Callable[[str], str | None]) -> pa.Array:
    encoded = whole(column).dictionary_encode()
    texts = pa.array([describe(each) for each in encoded.dictionary.to_pylist()], pa.string())
    return texts.take(encoded.indices)


def _replace_columns(table: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def open_upgraded(folder: Path) -> Dataset:
    """Open a dataset in the present format if its folder can be written, else as it is.

    Raises
    ------
    DatasetError
        If the dataset cannot be read.
    """
    dataset = open_dataset(folder)
    if not is_outdated(dataset):
        return dataset
    try:
        return upgrade_dataset(folder)
    except DatasetError as error:
        _log.warning(
            "%(dataset)s stays in its old format, without the operators, cities and pinyin this one adds"
            " (%(error)s)",
            {"dataset": dataset.name, "error": error},
        )
        return dataset
