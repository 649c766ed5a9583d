"""Registers as tables, a station or a device a row, read as a preset says.

The table may be delimited text, an Excel workbook, Parquet, GeoJSON or JSON records; its header is looked for
among its first rows. A row that does not parse is one bad record. A cell that cannot be what its field asks
for is stored as unknown and counted.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from charging.errors import SourceError, UsageError
from charging.sources.io.files import Part, member_stems, parts
from charging.sources.json_records.record_lists import RecordList
from charging.sources.records import Record, Repair, SourceInfo
from charging.sources.tabular.device_grouping import merged
from charging.sources.tabular.headers import Header, has_header, headers_of
from charging.sources.tabular.preset_reader import PresetTable
from charging.sources.tabular.preset_schema import Layout, Preset
from charging.sources.tabular.presets import load_preset, presets
from charging.sources.tabular.station_columns import Stations
from charging.sources.tabular.tables import (
    MAX_PREAMBLE,
    Rows,
    delimiters,
    first_rows,
    is_json,
    tables,
    with_delimiter_of,
)

NO_RECORDS = (
    "expected JSON with records of stations (an array of objects, one a line, or an array under a key),"
    " found none. Check that the file is the answer that was asked for, and no error or empty page."
)
"""What is said of JSON that holds no list of objects."""

PresetOrName = str | Preset | None
"""A preset, or the name of one that comes with the project."""


def recognise(path: Path, own: Path | None = None) -> str | Preset | None:
    """Return the preset whose columns all stand in one of the first rows of a table, if any.

    Of several presets it is the one that asks for most columns. Of those that come with the project it is the
    name; those of the folder `own` are asked first.
    """
    mine = [load_preset(name, own) for name in presets(own)] if own else []
    if chosen := _most_asking(path, mine):
        return chosen
    shipped = _most_asking(path, [load_preset(name) for name in presets()])
    return shipped and shipped.name


def _most_asking(path: Path, known: Iterable[Preset]) -> Preset | None:
    by_columns = sorted(known, key=lambda preset: -len(preset.columns))
    heads: dict[Layout, list[list[list[str]]]] = {}
    for preset in by_columns:
        if preset.layout not in heads:
            heads[preset.layout] = list(first_rows(path, preset.layout))
        if any(has_header(rows, preset) for rows in heads[preset.layout]):
            return preset
    return None


def resolve_preset(preset: PresetOrName) -> Preset:
    """Return the preset of a name, or the one that is given.

    Raises
    ------
    UsageError
        If none is named, or there is none of that name.
    """
    if preset is None:
        message = f"Expected a preset for the columns, found none. Name one of {', '.join(presets())}."
        raise UsageError(message)
    return preset if isinstance(preset, Preset) else load_preset(preset)


def source(*, preset: PresetOrName) -> SourceInfo:
    """Return where the records of a preset come from."""
    return resolve_preset(preset).info


def read(path: Path, *, preset: PresetOrName, repairs: Collection[Repair] = ()) -> Iterator[Record]:
    """Return the stations of a file, one by one, as `read_columns` reads them."""
    for stations in read_columns(path, preset=preset, repairs=repairs):
        yield from stations.records()


def parts_read(path: Path, *, preset: PresetOrName) -> tuple[Part, ...]:
    """Return the parts of a file that `read` reads: those with the columns of the preset.

    Raises
    ------
    UsageError, SourceError
        As `read_columns`; a file of one part is not looked into.
    """
    chosen, found = resolve_preset(preset), parts(path)
    return found if len(found) == 1 else tuple(part for part in found if _has_columns(part, chosen))


def read_columns(path: Path, *, preset: PresetOrName, repairs: Collection[Repair] = ()) -> Iterator[Stations]:
    """Return the stations of a file, many at a time; where a preset makes sites of rows, after the last row.

    Parameters
    ----------
    preset
        The preset, or the name of one that comes with the project.
    repairs
        What is corrected on request.

    Raises
    ------
    UsageError
        If no preset is named, or there is none of that name.
    SourceError
        If no table of the file has the columns of the preset, or the file is damaged, in another encoding,
        or no table.
    """
    chosen = resolve_preset(preset)
    stations = _stations(path, chosen, repairs)
    return stations if chosen.sites is None else merged(stations, chosen.sites)


def _has_columns(part: Part, preset: Preset) -> bool:
    return any(
        has_header([cells for _, cells in islice(rows.singly, MAX_PREAMBLE)], preset)
        for rows in _tables(part, preset)
    )


def _stations(path: Path, preset: Preset, repairs: Collection[Repair]) -> Iterator[Stations]:
    found: list[RecordList | None] = []
    seen: list[tuple[Header, Sequence[str]]] = []
    all_parts = parts(path)
    stems = member_stems(all_parts) if preset.layout.id_from_file else [None] * len(all_parts)
    for part, stem in zip(all_parts, stems, strict=True):
        of_part: list[RecordList] = []
        for rows in _tables(part, preset):
            if rows.records and any(map(rows.records.is_inside, of_part)):
                continue
            above: Sequence[str] | None = None
            for _, cells in islice(rows.singly, MAX_PREAMBLE):
                headers = [*headers_of(cells, above)]
                header = next((each for each in headers if each.fits(preset)), None)
                if header is not None:
                    found.append(rows.records)
                    if rows.records:
                        of_part.append(rows.records)
                        check_one_list(part, of_part)
                    table = PresetTable(preset, header, where=str(part), repairs=repairs)
                    for block in rows.by_the_block:
                        some = table.stations(block.cells(table.width, table.wanted, table.least))
                        yield some if stem is None else some.with_id_prefix(stem)
                    break
                seen += [(header, cells or ()) for header in headers[:1]]
                above = cells
    if not found:
        raise _unknown_header(path, preset, seen)


def _tables(part: Part, preset: Preset) -> Iterator[Rows]:
    return tables(part, with_delimiter_of(part, preset.layout, lambda rows: has_header(rows, preset)))


def explain_json(path: Path) -> str | None:
    """Return why no stations are known in JSON: what its lists hold instead; None where it is none."""
    found = [part for part in parts(path) if is_json(part)]
    if not found:
        return None
    tables_of = [rows for part in found for rows in tables(part, Layout())]
    if not tables_of:
        return NO_RECORDS
    named = "; ".join(
        f"under {rows.records.name} with {', '.join(rows.records.shape.columns())[:200]}"
        for rows in tables_of[:5]
        if rows.records
    )
    return (
        f"expected JSON with records of stations, found some {named}, of whose keys none is known. Say what "
        "they are with --column FIELD=KEY, or write a preset."
    )


def check_one_list(part: Part, lists: Sequence[RecordList]) -> None:
    """Refuse JSON with stations in several lists, of which nothing says which are meant.

    Raises
    ------
    SourceError
        Naming the lists, and how to say which.
    """
    if len(lists) > 1:
        named = " and ".join(each.name for each in lists)
        message = (
            f"{part}: expected stations in one list of records, found them under {named}. Name the one that "
            f"is meant (--records {lists[0].path} on the command line, or records under [file] of a preset), "
            "or leave the others out of the file."
        )
        raise SourceError(message)


def _unknown_header(path: Path, preset: Preset, seen: list[tuple[Header, Sequence[str]]]) -> SourceError:
    if not seen and any(map(is_json, parts(path))):
        return SourceError(f"{path}: {NO_RECORDS}")
    nearest = min(seen, key=lambda each: len(each[0].lacks(preset)), default=(Header.of([]), ()))
    header, cells = nearest
    lacks = header.lacks(preset)
    if lacks and (repeated := [name for name in lacks if name in header.repeated]) == lacks:
        return SourceError(
            f"{path}: expected each column of the preset {preset.name} once, found {', '.join(repeated)!r} "
            "twice. Rename or remove the one that is not meant."
        )
    return SourceError(
        f"{path}: expected each column of the preset {preset.name} once ({', '.join(preset.columns)[:300]}), "
        f"found {', '.join(cells)[:300]!r}, without {', '.join(lacks)[:300]}. "
        f"Check that the file is of this preset{_delimiter_advice(path, preset)}."
    )


def _delimiter_advice(path: Path, preset: Preset) -> str:
    if any(map(is_json, parts(path))):
        return ""
    return f", and that its delimiter is {' or '.join(map(repr, delimiters(preset.layout)))}"
