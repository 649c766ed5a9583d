"""Whether tables are what the schema says, and whether a stored dataset is still what was written.

Every complaint about a set of tables is collected and raised at once.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from charging.dataset.building.columns import add_new_columns, distinct_rows, rows_of
from charging.dataset.checksums import sha256_of
from charging.dataset.content_hash import content_hash
from charging.dataset.store import Dataset
from charging.domain.schema import FORMAT_VERSION, PILES, SERVICE_AREAS, STATIONS, TABLES, Column, Table
from charging.errors import SchemaError

_SHOWN = 3
"""Wrong values a complaint shows."""


def validate_tables(tables: Mapping[str, pa.Table]) -> None:
    """Check the tables of a dataset, by name, against the schema.

    Raises
    ------
    SchemaError
        If anything is wrong; its message lists every complaint on a line of its own.
    """
    complaints = list(complaints_about(tables))
    if complaints:
        message = "The tables do not follow the schema:\n" + "\n".join(complaints)
        raise SchemaError(message)


def complaints_about(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Yield what is wrong with the tables of a dataset, a sentence each."""
    for spec in TABLES:
        if spec.name not in tables:
            yield f"{spec.name}: the table is missing"
    for name in tables.keys() - {spec.name for spec in TABLES}:
        yield f"{name}: no table of the schema"
    sound = set()
    for spec in TABLES:
        if spec.name in tables:
            found = [*_column_complaints(tables[spec.name], spec)]
            yield from found
            if not found:
                sound.add(spec.name)
                yield from _value_complaints(tables[spec.name], spec)
    if len(sound) == len(TABLES):
        yield from _reference_complaints(tables)


def find_damage(dataset: Dataset) -> Iterator[str]:
    """Yield what is wrong with a stored dataset, a sentence each: its files, tables, hash and report.

    Reads every file whole, which opening a dataset does not.
    """
    changed = [
        file.name for file in dataset.manifest.files if sha256_of(dataset.version / file.name) != file.sha256
    ]
    if changed:
        yield f"The files are not those that were written: {', '.join(changed)}"
        return
    tables = {spec.name: pq.read_table(dataset.path(spec.name)) for spec in TABLES}
    if dataset.manifest.format_version < FORMAT_VERSION:
        tables = {spec.name: add_new_columns(tables[spec.name], spec) for spec in TABLES}
    complaints = list(complaints_about(tables))
    yield from complaints
    if not complaints and content_hash(tables) != dataset.content_hash:
        yield "The content hash is not that of the tables"
    report = dataset.manifest.report
    if report.taken + report.merged + report.rejected != report.rows_read:
        yield (
            f"{report.rows_read} records were read, but {report.taken} taken, {report.merged} merged"
            f" and {report.rejected} rejected"
        )
    if report.stations != len(tables[STATIONS.name]):
        yield f"The report counts {report.stations} stations, the table {len(tables[STATIONS.name])}"


def _column_complaints(table: pa.Table, spec: Table) -> Iterator[str]:
    expected = {column.name: column.type for column in spec.columns}
    for name, kind in expected.items():
        if name not in table.column_names:
            yield f"{spec.name}.{name}: the column is missing"
        elif table.schema.field(name).type != kind:
            yield f"{spec.name}.{name}: expected {kind}, found {table.schema.field(name).type}"
    for name in table.column_names:
        if name not in expected:
            yield f"{spec.name}.{name}: no column of the schema"


def _value_complaints(table: pa.Table, spec: Table) -> Iterator[str]:
    for column in spec.columns:
        values = table[column.name]
        if column.required and values.null_count:
            yield f"{spec.name}.{column.name}: {values.null_count} values are missing, and it must have all"
        yield from _closed_set_complaints(values, spec, column)
    if spec.key and (repeated := _count_repeats(table, spec.key)):
        yield f"{spec.name}: {', '.join(spec.key)} must be unique, {repeated} rows repeat another's"


def _closed_set_complaints(values: pa.ChunkedArray, spec: Table, column: Column) -> Iterator[str]:
    if column.values is None:
        return
    allowed = pa.array([str(member) for member in column.values], pa.string())
    present = pc.unique(values).drop_null()
    foreign = present.filter(pc.invert(pc.is_in(present, allowed))).to_pylist()
    if foreign:
        shown = ", ".join(map(repr, foreign[:_SHOWN]))
        yield f"{spec.name}.{column.name}: expected one of {', '.join(allowed.to_pylist())}, found {shown}"


def _count_repeats(table: pa.Table, key: tuple[str, ...]) -> int:
    if len(key) == 1:
        return len(table) - len(pc.unique(table[key[0]]))
    return len(table) - len(distinct_rows(table, key)[0])


def _reference_complaints(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    references = ((PILES, "station_id", STATIONS), (STATIONS, "service_area_id", SERVICE_AREAS))
    for spec, column, target in references:
        values = tables[spec.name][column].drop_null()
        targets = tables[target.name][column]
        dangling = values.filter(rows_of(values, targets).is_null())
        if len(dangling):
            yield (
                f"{spec.name}.{column}: {len(dangling)} rows name none of {target.name},"
                f" such as {dangling[0].as_py()!r}"
            )
