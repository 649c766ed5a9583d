"""Decides what each column of an unknown table means: where the recognition of columns begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from charging.domain.vocabulary import Datum
from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.codes import separator_of
from charging.sources.recognition.column_choice import PLACES, FieldColumns, charger_id_column, pick_columns
from charging.sources.recognition.column_guess import (
    Assumed,
    Assumption,
    ColumnGuess,
    TableForm,
    TableGuess,
    TableKind,
)
from charging.sources.recognition.coordinates import Coordinates, find_coordinates
from charging.sources.recognition.field_rules import FIELDS
from charging.sources.recognition.header_words import meanings
from charging.sources.recognition.mainland import are_on_the_mainland
from charging.sources.recognition.table_kind import kind_of_table

MAX_SAMPLES = 2_000
"""Different values of a column that are kept."""


_REPEATED = 0.1  # share of rows that repeat an id from which on it is that of a site with several rows


_DATUMS = {
    "gcj02": Datum.GCJ02,
    "bd09": Datum.BD09,
    "wgs84": Datum.WGS84,
    "火星": Datum.GCJ02,
    "百度": Datum.BD09,
}


def guess_columns(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    given: Mapping[str, tuple[str, ...]] | None = None,
    form: TableForm | None = None,
) -> TableGuess:
    """Return what a table is taken for; the same in any order of its rows.

    Parameters
    ----------
    header
        Its headers.
    rows
        Some of its rows.
    given
        Headers the user named, by field; none for a field that is to have no column.
    form
        How the table is written, as far as it is known.
    """
    given = given or {}
    names = [name.strip() for name in header]
    once = {name for name, count in Counter(names).items() if count == 1 and name}
    usable = [name if name in once else "" for name in names]
    width = len(names)
    padded = [[*row[:width], *[""] * (width - len(row))] for row in sorted(map(tuple, rows))]
    columns = (
        [SampleColumn(cells) for cells in zip(*padded, strict=True)] if padded else [SampleColumn(())] * width
    )
    said = {field: tuple(names.index(each) for each in headers) for field, headers in given.items()}
    places = find_coordinates(
        [name if field_is_free(at, said) else "" for at, name in enumerate(usable)],
        columns,
        {field: said[field][0] for field in PLACES if said.get(field)},
    )
    picked = pick_columns(usable, columns, places, said)
    fields = {field: tuple(each.at for each in found.columns) for field, found in picked.items()}
    kind, why = kind_of_table(names, columns, fields)
    return _guess(names, columns, places, picked, form or TableForm(), kind, why, given)


def field_is_free(at: int, said: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a column may be taken for a coordinate: the user did not name it as something else."""
    return all(at not in positions for field, positions in said.items() if field not in PLACES)


def _guess(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    places: Coordinates,
    picked: Mapping[str, FieldColumns],
    form: TableForm,
    kind: TableKind,
    why: str,
    given: Mapping[str, tuple[str, ...]],
) -> TableGuess:
    used = {each.at for one in picked.values() for each in one.columns}
    guesses = tuple(
        ColumnGuess(
            field=field,
            headers=tuple(names[each.at] for each in picked[field].columns),
            reason=picked[field].columns[0].reason,
            confidence=min(each.confidence for each in picked[field].columns),
        )
        for field in FIELDS
        if field in picked
    )
    form, warnings = _form(form, places, picked, columns, names)
    return TableGuess(
        kind=kind,
        why=why,
        columns=guesses,
        unused=tuple(name for at, name in enumerate(names) if at not in used),
        form=form,
        warnings=(*places.warnings, *warnings),
        doubts=() if given.get("lat") and given.get("lon") else places.doubts,
        candidates=tuple(names[at] for at in places.candidates),
        samples={
            name: columns[at].different[:MAX_SAMPLES]
            for at, name in enumerate(names)
            if at in used or names.count(name) == 1
        },
        rows_seen=max((len(column.all) for column in columns), default=0),
        header=tuple(names),
        not_known={names[at]: columns[at].not_known for at in sorted(used) if columns[at].not_known},
        datum=_datum([names[each.at] for each in places.columns.values()]),
        charger_id=charger_id_column(picked, names, columns),
        is_on_the_mainland=_is_on_the_mainland(places, columns),
        has_repeated_ids=_has_repeated_ids(picked, columns),
    )


def _datum(headers: Sequence[str]) -> Datum | None:
    """Return the datum that the headers of coordinates name."""
    for header in headers:
        letters = "".join(filter(str.isalnum, header.casefold()))
        for mark, datum in _DATUMS.items():
            if mark in letters:
                return datum
    return None


def _is_on_the_mainland(places: Coordinates, columns: Sequence[SampleColumn]) -> bool:
    found = {field: columns[each.at] for field, each in places.columns.items()}
    if {"lat", "lon"} <= found.keys():
        lat, lon = found["lat"].numbers, found["lon"].numbers
        pairs = list(zip(lat.values, lon.values, strict=False)) if lat and lon else []
    elif "position" in found:
        is_lat_first = places.order == "lat lon"
        pairs = [pair if is_lat_first else (pair[1], pair[0]) for pair in found["position"].pairs]
    else:
        return False
    return are_on_the_mainland(pairs)


def _has_repeated_ids(picked: Mapping[str, FieldColumns], columns: Sequence[SampleColumn]) -> bool:
    if "id" not in picked:
        return False
    column = columns[picked["id"].columns[0].at]
    return len(column.known) - len(column.different) > _REPEATED * len(column.known)


def _form(
    form: TableForm,
    places: Coordinates,
    picked: Mapping[str, FieldColumns],
    columns: Sequence[SampleColumn],
    names: Sequence[str],
) -> tuple[TableForm, list[Assumption]]:
    """Return how the table is written, with what its cells tell, and what was taken for granted in it."""
    warnings: list[Assumption] = []
    marks = Counter(
        numbers.decimal
        for field in ("lat", "lon", "power_kw")
        for each in (picked[field].columns if field in picked else ())
        if (numbers := columns[each.at].numbers) is not None and not numbers.are_whole
    )
    form = replace(form, position_order=places.order, decimal="," if marks[","] > marks["."] else ".")
    if "connector" in picked:
        form = replace(form, separator=separator_of(columns[picked["connector"].columns[0].at].different))
    if "opened_on" in picked:
        at = picked["opened_on"].columns[0].at
        formats = columns[at].date_formats
        if len({date_format[:2] for date_format in formats if "/" in date_format}) > 1:
            warnings.append(Assumption(what=Assumed.DAY_FIRST, headers=(names[at],)))
        form = replace(form, date_formats=() if formats[:1] == ("%Y-%m-%d",) else formats[:1])
    if "power_kw" in picked:
        at = picked["power_kw"].columns[0].at
        numbers = columns[at].numbers
        says_w = any(
            "w" in meaning.concepts and "kw" not in meaning.concepts for meaning in meanings(names[at])
        )
        are_watts = numbers is not None and min(filter(None, numbers.values), default=0) >= 1000  # noqa: PLR2004
        if says_w or are_watts:
            form = replace(form, power_unit="W")
            if not says_w:
                warnings.append(Assumption(what=Assumed.WATTS, headers=(names[at],)))
    return form, warnings
