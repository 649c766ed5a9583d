"""The operators of a stored dataset: those of the registry, and those only its sources name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from charging.dataset.building.columns import add_new_columns, distinct_rows
from charging.dataset.checksums import check_files
from charging.dataset.store import Dataset
from charging.domain.operator_names import make_operator_id, operator_key
from charging.domain.operators import load_operators
from charging.domain.schema import OPERATORS, PILES, STATIONS, Table
from charging.domain.world.operators import load_world_operators, registered_id

_CACHED_VERSIONS = 16


@dataclass(frozen=True, slots=True)
class NamedOperator:
    """An operator of a dataset; without a Chinese name it has the one its source writes in both languages."""

    operator_id: str
    name: str
    name_zh: str | None
    is_registered: bool
    pinyin: str | None = None  # in full, and after a blank its initials; None without Chinese characters


def operators_of(dataset: Dataset) -> tuple[NamedOperator, ...]:
    """Return the operators of a dataset in the order of their codes.

    Raises
    ------
    DatasetError
        If its table of operators is damaged.
    """
    return _read_operators(replace(dataset, lease=None))


def operator_names(*datasets: Dataset) -> dict[str, str]:
    """Return the names, by id, of the operators of datasets that the registry does not know."""
    return {
        operator.operator_id: operator.name
        for dataset in datasets
        for operator in operators_of(dataset)
        if not operator.is_registered
    }


def find_operator(operator_id: str, *datasets: Dataset) -> str | None:
    """Return the id that a link or a command means by one, None where nobody has it.

    That is the id itself in the registry or in one of the datasets; else, since sources spell their operators
    in many ways and what is known of them grows, the id of the operator of the same name; at last that of the
    one with this spelling, in one of the datasets or in the world's list.
    """
    registry = load_operators()
    names = operator_names(*datasets)
    if operator_id in registry or operator_id in names:
        return operator_id
    key = operator_key(operator_id)
    same = next((each for each in names if operator_key(each) == key), registry.find(operator_id))
    return same or _find_by_spelling(key, names, datasets)


def _find_by_spelling(key: str, names: Mapping[str, str], datasets: Iterable[Dataset]) -> str | None:
    """Return the only operator that is written so; of two none, since the link may have meant either."""
    by_dataset = (_spellings(replace(dataset, lease=None)) for dataset in datasets)
    written = {each for spellings in by_dataset for each in spellings.get(key, ())}
    if not written:
        registry = load_operators()
        listed = load_world_operators().called(key)
        written = {registered_id(registry, each, None) or each.id for each in listed}
        written = {each for each in written if each in registry or each in names}
    return written.pop() if len(written) == 1 else None


@lru_cache(_CACHED_VERSIONS)
def _spellings(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Return the operators by the keys of the ids that would be made from what their stations say."""
    table = _read(dataset, STATIONS, "operator_id", "operator_raw").drop_null()
    found: defaultdict[str, set[str]] = defaultdict(set)
    for operator_id, text in distinct_rows(table, table.column_names)[0]:
        found[operator_key(make_operator_id(text))].add(operator_id)
    return {key: frozenset(ids) for key, ids in found.items()}


@lru_cache(_CACHED_VERSIONS)
def _read_operators(dataset: Dataset) -> tuple[NamedOperator, ...]:
    if OPERATORS.name not in dataset.tables:
        return _registered_operators(dataset)
    table = add_new_columns(_read(dataset, OPERATORS), OPERATORS)
    columns = [field.name for field in fields(NamedOperator)]
    return tuple(NamedOperator(**row) for row in table.select(columns).to_pylist())


def _registered_operators(dataset: Dataset) -> tuple[NamedOperator, ...]:
    """Return the operators of a version of the first format, which has only those of the registry."""
    tables = (_read(dataset, spec, "operator_id") for spec in (STATIONS, PILES))
    ids = {each for table in tables for each in pc.unique(table["operator_id"]).to_pylist()}
    found = sorted((each for each in load_operators() if each.id in ids), key=lambda each: each.id)
    return tuple(NamedOperator(each.id, each.name_en, each.name_zh, is_registered=True) for each in found)


def _read(dataset: Dataset, spec: Table, *columns: str) -> pa.Table:
    check_files(dataset, spec.name)
    return pq.read_table(dataset.path(spec.name), columns=list(columns) or None)
