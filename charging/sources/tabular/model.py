"""Registers as tables, a station or a device a row, read as a preset says.

The table may be delimited text, an Excel workbook, Parquet or GeoJSON; its header is looked for among its
first rows. A row that does not parse is one bad record. A cell that cannot be what its field asks for is
stored as unknown and counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from charging.errors import SourceError, UsageError
from charging.sources.io.files import Part, parts
from charging.sources.records import Record, SourceInfo
from charging.sources.tabular.device_grouping import merged
from charging.sources.tabular.preset_reader import PresetTable
from charging.sources.tabular.preset_schema import POSITION, Place, Preset
from charging.sources.tabular.presets import load_preset, presets
from charging.sources.tabular.station_columns import Stations
from charging.sources.tabular.tables import (
    LAT,
    LON,
    MAX_PREAMBLE,
    Rows,
    delimiters,
    first_rows,
    tables,
    with_delimiter_of,
)

_Row = list[str]


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
    found = [
        preset
        for preset in known
        if any(not lacking(row, preset) for rows in first_rows(path, preset.layout) for row in rows)
    ]
    return max(found, key=lambda preset: len(preset.columns), default=None)


def source(*, preset: PresetOrName) -> SourceInfo:
    """Return where the records of a preset come from."""
    return _load(preset).info


def read(path: Path, *, preset: PresetOrName) -> Iterator[Record]:
    """Return the stations of a file, one by one, as `read_columns` reads them."""
    for stations in read_columns(path, preset=preset):
        yield from stations.records()


def parts_read(path: Path, *, preset: PresetOrName) -> tuple[Part, ...]:
    """Return the parts of a file that `read` reads: those with the columns of the preset.

    Raises
    ------
    UsageError, SourceError
        As `read_columns`; a file of one part is not looked into.
    """
    chosen, found = _load(preset), parts(path)
    return found if len(found) == 1 else tuple(part for part in found if _has_columns(part, chosen))


def read_columns(path: Path, *, preset: PresetOrName) -> Iterator[Stations]:
    """Return the stations of a file, many at a time; where a preset makes sites of rows, after the last row.

    Parameters
    ----------
    preset
        The preset, or the name of one that comes with the project.

    Raises
    ------
    UsageError
        If no preset is named, or there is none of that name.
    SourceError
        If no table of the file has the columns of the preset, or the file is damaged, in another encoding,
        or no table.
    """
    chosen = _load(preset)
    stations = _stations(path, chosen)
    return stations if chosen.sites is None else merged(stations, chosen.sites)


def lacking(header: Iterable[str], preset: Preset) -> list[str]:
    """Return the columns of a preset that are not in a header once; of alternatives the first."""
    once = {name for name, count in Counter(name.strip() for name in header).items() if count == 1}
    return [place[0][0] for place in preset.required() if not _fits(place, once, preset)]


def _fits(place: Place, names: set[str], preset: Preset) -> bool:
    if any(names.issuperset(columns) for columns in place):
        return True
    # GeoJSON has the coordinates beside its properties, under names of its own
    return (
        LAT in names
        and LON in names
        and place in [at.any for key, at in preset.places.items() if key in (LAT, LON, POSITION)]
    )


def _has_columns(part: Part, preset: Preset) -> bool:
    return any(
        cells is not None and not lacking(cells, preset)
        for rows in _tables(part, preset)
        for _, cells in islice(rows.singly, MAX_PREAMBLE)
    )


def _load(preset: PresetOrName) -> Preset:
    if isinstance(preset, Preset):
        return preset
    if preset is None:
        message = f"Expected a preset for the columns, found none. Name one of {', '.join(presets())}."
        raise UsageError(message)
    return load_preset(preset)


def _stations(path: Path, preset: Preset) -> Iterator[Stations]:
    is_found = False
    seen: list[_Row] = []
    for part in parts(path):
        for rows in _tables(part, preset):
            for _, cells in islice(rows.singly, MAX_PREAMBLE):
                if cells is not None and not lacking(cells, preset):
                    is_found = True
                    table = PresetTable(preset, [name.strip() for name in cells])
                    for block in rows.by_the_block:
                        yield table.stations(block.cells(table.width, table.wanted))
                    break
                seen.append(cells or [])
    if not is_found:
        raise _unknown_header(path, preset, seen)


def _tables(part: Part, preset: Preset) -> Iterator[Rows]:
    layout = with_delimiter_of(part, preset.layout, lambda cells: not lacking(cells, preset))
    return tables(part, layout)


def _unknown_header(path: Path, preset: Preset, seen: list[_Row]) -> SourceError:
    header = min(seen, key=lambda row: len(lacking(row, preset)), default=[])
    return SourceError(
        f"{path}: expected each column of the preset {preset.name} once ({', '.join(preset.columns)[:300]}), "
        f"found {', '.join(header)[:300]!r}, without {', '.join(lacking(header, preset))[:300]}. "
        "Check that the file is of this preset, and that its delimiter is "
        f"{' or '.join(map(repr, delimiters(preset.layout)))}."
    )
