"""Operators that the registry does not know: their ids, made from a name, and their names.

The name is that of the world's list where it has resolved one, else as written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.building.columns import distinct_rows, rows_of
from charging.dataset.building.pinyin import spell_name
from charging.domain.operator_names import make_operator_id, names_nobody, operator_key
from charging.domain.operators import OperatorRegistry
from charging.domain.schema import OPERATORS, PILES, STATIONS
from charging.domain.world.operators import WorldOperator, load_world_operators

_Named = tuple[int | None, str | None, str | None, str | None]  # code, text, country and id

MAX_OPERATORS = 32_767
"""Operators of a dataset, since their codes are short integers; the smallest beyond stay not known."""


def assign_operators(
    stations: pa.Table, piles: pa.Table, registry: OperatorRegistry
) -> tuple[pa.Table, pa.Table]:
    """Return the tables with an operator wherever a source names one, and with the codes of the operators.

    Ids of the registry and of the world's list stay. Every other one is made anew from `operator_raw`, over
    all stations together, so that it does not depend on the order they came in. A pile without an operator
    has that of its station.

    Parameters
    ----------
    stations, piles
        Tables with `operator_id`; the stations with `operator_raw`.
    """
    registered = [operator.id for operator in registry]
    listed = _listed_operators(stations["operator_id"], registered)
    known = pa.array([*registered, *(operator.id for operator in listed)], pa.string())
    ids, of_piles = (_only(table["operator_id"], known) for table in (stations, piles))
    texts = pc.if_else(pc.is_null(ids), stations["operator_raw"], None)
    if made := make_ids(_count_texts(texts), taken=known.to_pylist(), same=_own_names(listed)):
        rows = pc.index_in(texts, pa.array(made, pa.string()))
        ids = pc.coalesce(ids, pa.array(made.values(), pa.string()).take(rows))
        of_piles = pc.coalesce(of_piles, ids.take(rows_of(piles["station_id"], stations["station_id"])))
    operators = pc.unique(pa.chunked_array([*ids.chunks, *of_piles.chunks], pa.string())).drop_null().sort()
    return _with_operators(stations, ids, operators), _with_operators(piles, of_piles, operators)


def make_ids(
    texts: Mapping[str, int], *, taken: Iterable[str], same: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the operator id of each text that names somebody.

    Spellings of one operator share the id of the one that is written most often; of two as frequent, of the
    first in order. Two operators whose ids would be the same, or that of a known one, are numbered.

    Parameters
    ----------
    texts
        How often each text is written.
    taken
        Ids that mean other operators.
    same
        Ids of operators that are there already, by the key of their names: a text of that name is theirs.
    """
    same = same or {}
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(texts):
        if not names_nobody(text):
            spellings[operator_key(text)].append(text)
    made = {text: same[key] for key in same.keys() & spellings.keys() for text in spellings.pop(key)}
    free = MAX_OPERATORS - len(used := set(taken))
    by_size = sorted(spellings, key=lambda key: -sum(texts[text] for text in spellings[key]))
    for key in sorted(by_size[:free]):
        wanted = make_operator_id(max(spellings[key], key=texts.__getitem__))
        operator_id, number = wanted, 1
        while operator_id in used:
            number += 1
            operator_id = f"{wanted}_{number}"
        used.add(operator_id)
        made |= dict.fromkeys(spellings[key], operator_id)
    return made


def operator_table(tables: Mapping[str, pa.Table], registry: OperatorRegistry) -> pa.Table:
    """Return one row per operator of the tables of a dataset, in the order of their codes."""
    stations, piles = tables[STATIONS.name], tables[PILES.name]
    # an id goes with its code, which is compared in less time
    named, at = distinct_rows(stations, ["operator_code", "operator_raw", "country"], beside=["operator_id"])
    of_piles, _ = distinct_rows(piles, ["operator_code"], beside=["operator_id"])
    codes = {each[0]: each[-1] for each in (*named, *of_piles) if each[0] is not None}
    written = _usual_names(named, np.bincount(at).tolist()) | _listed_names(named, registry)
    rows = []
    for code, operator_id in sorted(codes.items()):
        is_registered = operator_id in registry
        operator = registry[operator_id] if is_registered else None
        name = operator.name_en if operator else written.get(operator_id, operator_id)
        rows.append(
            {
                "operator_code": code,
                "operator_id": operator_id,
                "name": name,
                "name_zh": operator.name_zh if operator else None,
                "pinyin": spell_name((operator and operator.name_zh) or name),
                "is_registered": is_registered,
            }
        )
    return pa.Table.from_pylist(rows, OPERATORS.arrow_schema)


def _listed_operators(ids: pa.ChunkedArray, registered: list[str]) -> list[WorldOperator]:
    """Return the operators of the world's list among the ids."""
    others = set(pc.unique(ids).to_pylist()).difference(registered, [None])
    found = (load_world_operators().get(each) for each in sorted(others))
    return [operator for operator in found if operator]


def _own_names(listed: Iterable[WorldOperator]) -> dict[str, str]:
    """Return the ids by the keys of their names, of those that have a name to themselves.

    Outside their countries too a text of that name is theirs: two of one name would not be told apart.
    """
    alone = (operator for operator in listed if len(load_world_operators().called(operator.name)) == 1)
    return {operator_key(operator.name): operator.id for operator in alone}


def _listed_names(named: Iterable[_Named], registry: OperatorRegistry) -> dict[str, str]:
    """Return the names that the world's list has for operators in the countries of their stations."""
    names = {}
    for _, _, country, operator_id in named:
        if operator_id is not None and operator_id not in registry:
            operator = load_world_operators().get(operator_id)
            if operator and operator.works_in(country):
                names[operator_id] = operator.name
    return names


def _usual_names(named: Iterable[_Named], counts: Iterable[int]) -> dict[str, str]:
    """Return the text each operator is written with most often."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (_, text, _, operator_id), count in zip(named, counts, strict=True):
        if operator_id is not None and text is not None:
            found[operator_id][text] += count
    return {operator_id: max(sorted(texts), key=texts.__getitem__) for operator_id, texts in found.items()}


def _count_texts(texts: pa.ChunkedArray) -> dict[str, int]:
    counts = pc.value_counts(texts.drop_null())
    return dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))


def _only(ids: pa.ChunkedArray, known: pa.Array) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(ids, known), ids, pa.scalar(None, pa.string()))


def _with_operators(table: pa.Table, ids: pa.ChunkedArray, operators: pa.Array) -> pa.Table:
    """Return a table with operator ids, and their positions among the operators as codes."""
    codes = pc.index_in(ids, operators).cast(pa.int16())
    table = table.set_column(table.schema.get_field_index("operator_id"), "operator_id", ids)
    return table.append_column("operator_code", codes)
