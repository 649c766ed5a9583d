"""Decides what each column of an unknown table means: where the recognition of columns begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from charging.domain.vocabulary import Current, Datum
from charging.sources.json_records.list_cells import list_of
from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.codes import separator_of
from charging.sources.recognition.column_choice import (
    PLACES,
    FieldColumns,
    charger_id_column,
    pick_columns,
    with_chargers,
)
from charging.sources.recognition.column_guess import (
    FIELDS,
    Assumed,
    Assumption,
    ColumnGuess,
    TableForm,
    TableGuess,
    TableKind,
)
from charging.sources.recognition.coordinates import Coordinates, find_coordinates
from charging.sources.recognition.field_rules import Candidate, names_field
from charging.sources.recognition.header_words import meanings
from charging.sources.recognition.list_columns import (
    ChargerList,
    find_chargers,
    sample_columns,
)
from charging.sources.recognition.numbered_columns import are_piles, find_numbered_columns
from charging.sources.recognition.plug_columns import (
    PlugColumn,
    find_columns_by_plug,
    find_powers_by_current,
    named_by_plug,
)
from charging.sources.recognition.table_kind import kind_of_table
from charging.sources.recognition.whereabouts import are_on_the_mainland, points_of

MAX_SAMPLES = 2_000
"""Different values of a column that are kept."""


_PLUG_CONFIDENCE = 0.9  # of a column whose header and cells both speak of a plug

_REPEATED = 0.1  # share of rows that repeat an id from which on it is that of a site with several rows


_COUNTED = (("dc_piles", Current.DC), ("ac_piles", Current.AC))

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
    said = {field: tuple(names.index(each) for each in headers) for field, headers in given.items()}
    columns = sample_columns(names, _cells_by_column(rows, len(names)), said)
    chargers = find_chargers(usable, columns, said)
    usable = [name if list_of(name) is None else "" for name in usable]
    places = find_coordinates(
        [name if field_is_free(at, said) else "" for at, name in enumerate(usable)],
        columns,
        {field: said[field][0] for field in PLACES if said.get(field)},
        form.crs if form else None,
    )
    numbered = find_numbered_columns(usable, columns, said)
    of_numbers = {each.field for each in numbered} & said.keys()
    picked = pick_columns(_without(usable, {each.at for each in numbered}), columns, places, said)
    picked = {field: found for field, found in picked.items() if field not in of_numbers}
    if chargers:
        picked = with_chargers(picked, chargers, said)
        chargers = None if picked.keys() & {"ac_piles", "dc_piles"} else chargers
    fields = {field: tuple(each.at for each in found.columns) for field, found in picked.items()}
    own_names = [name if list_of(name) is None else "" for name in names]
    kind, why = kind_of_table(own_names, columns, fields)
    asked = frozenset(said) - of_numbers
    plugs = _Plugs() if chargers else _plugs(usable, columns, picked, asked, numbered)
    if not chargers:
        picked, plugs = _with_named_plugs(usable, columns, picked, plugs, asked)
    if "power_kw" not in said and _have_own_powers(picked, plugs):
        picked = {field: found for field, found in picked.items() if field != "power_kw"}
    guess = _guess(names, columns, places, picked, plugs, form or TableForm())
    guess = replace(guess, kind=kind, why=why, rows_seen=len(rows))
    doubts = () if given.get("lat") and given.get("lon") else places.doubts
    guess = replace(guess, are_in_metres=places.are_in_metres)
    return replace(guess, doubts=doubts, **_of_chargers(guess, chargers, picked, own_names, columns))


def _cells_by_column(rows: Sequence[Sequence[str]], width: int) -> list[tuple[str, ...]]:
    """Return the cells of each column; the rows are sorted, since their order is of no moment."""
    padded = [[*row[:width], *[""] * (width - len(row))] for row in sorted(map(tuple, rows))]
    return list(zip(*padded, strict=True)) or [()] * width


def _of_chargers(
    guess: TableGuess,
    chargers: ChargerList | None,
    picked: Mapping[str, FieldColumns],
    own_names: Sequence[str],
    columns: Sequence[SampleColumn],
) -> dict[str, Any]:
    """Return where the single chargers are: each a row, or each an element of a list."""
    if chargers is None:
        return {"charger_id": charger_id_column(picked, own_names, columns)}
    at, count = chargers.charger_id, chargers.columns.get("piles")
    each_count = guess.header[count.at] if count else None
    charger_id = guess.header[at] if at is not None and count is None else None
    return {
        "each": chargers.path,
        "each_count": each_count,
        "charger_id": charger_id,
        "unused": tuple(name for name in guess.unused if name not in (each_count, charger_id)),
    }


def field_is_free(at: int, said: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a column may be taken for a coordinate: the user did not name it as something else."""
    return all(at not in positions for field, positions in said.items() if field not in PLACES)


def _without(names: Sequence[str], positions: set[int]) -> list[str]:
    """Return the headers without some, which are not to be looked at."""
    return ["" if at in positions else name for at, name in enumerate(names)]


class _Plugs(NamedTuple):
    """The columns of single plugs, and whether numbered ones are piles of their own."""

    columns: tuple[PlugColumn, ...] = ()
    are_piles: bool = False


def _plugs(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    picked: Mapping[str, FieldColumns],
    said: frozenset[str],
    numbered: tuple[PlugColumn, ...],
) -> _Plugs:
    """Return the columns that speak of one plug each, numbered or by its name, which no field has."""
    taken = said | picked.keys()
    is_charger_each = charger_id_column(picked, names, columns) is not None
    if not numbered or "connector" in taken:
        free = _without(names, {each.at for one in picked.values() for each in one.columns})
        by_plug = find_columns_by_plug(free, columns, taken, is_charger_each=is_charger_each)
        return _Plugs(_with_powers_by_current(by_plug, free, columns, picked, said))
    total = columns[picked["piles"].columns[0].at] if "piles" in picked else None
    if not is_charger_each and not taken & {"dc_piles", "ac_piles"} and are_piles(numbered, columns, total):
        return _Plugs(numbered, are_piles=True)
    kept = {"connector"} if "power_kw" in taken else {"connector", "power_kw"}
    joined = tuple(each for each in numbered if each.field in kept)
    return _Plugs(_with_powers_by_current(joined, names, columns, picked, said))


def _with_powers_by_current(
    found: tuple[PlugColumn, ...],
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    picked: Mapping[str, FieldColumns],
    said: frozenset[str],
) -> tuple[PlugColumn, ...]:
    """Return columns of plugs with those of the powers of each current, where plugs have no powers."""
    if "power_kw" in said or any(each.field == "power_kw" for each in found):
        return found
    used = {each.at for one in picked.values() for each in one.columns} | {each.at for each in found}
    return (*found, *find_powers_by_current(_without(names, used), columns, frozenset(picked)))


def _with_named_plugs(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    picked: dict[str, FieldColumns],
    plugs: _Plugs,
    said: frozenset[str],
) -> tuple[dict[str, FieldColumns], _Plugs]:
    """Return the columns, of those that the user named each that is of a plug or current as such."""
    for field in ("connector", "piles", "power_kw"):
        if field not in said or field not in picked:
            continue
        positions = {each.at for each in picked[field].columns}
        found = named_by_plug(field, [*positions], names, columns)
        if field == "power_kw" and not found:
            own = _without(names, {*range(len(names))} - positions)
            found = find_powers_by_current(own, columns, frozenset(picked))
        if {each.at for each in found} == positions:
            picked = {other: one for other, one in picked.items() if other != field}
            plugs = plugs._replace(columns=(*plugs.columns, *found))
    return picked, plugs


def _have_own_powers(picked: Mapping[str, FieldColumns], plugs: _Plugs) -> bool:
    """Whether the piles of each current that is counted have a power of their own."""
    counted = {current for field, current in _COUNTED if field in picked}
    return bool(counted) and counted == {each.current for each in plugs.columns if each.current}


def _guess(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    places: Coordinates,
    picked: Mapping[str, FieldColumns],
    plugs: _Plugs,
    form: TableForm,
) -> TableGuess:
    """Return the guess of a table, as if it were one of stations."""
    used = {each.at for one in picked.values() for each in one.columns} | {each.at for each in plugs.columns}
    counts = Counter(names)
    form, warnings = _form(form, places, _with_plugs(picked, plugs), columns, names)
    warnings += [Assumption(what=Assumed.YEARS, headers=each) for each in _years(names, columns, picked)]
    return TableGuess(
        kind=TableKind.STATIONS,
        why="",
        columns=_column_guesses(names, picked, plugs),
        unused=tuple(name for at, name in enumerate(names) if at not in used),
        form=form,
        warnings=(*places.warnings, *warnings),
        candidates=tuple(names[at] for at in places.candidates),
        samples={
            name: columns[at].different[:MAX_SAMPLES]
            for at, name in enumerate(names)
            if at in used or counts[name] == 1
        },
        header=tuple(names),
        not_known={names[at]: columns[at].not_known for at in sorted(used) if columns[at].not_known},
        datum=_datum([names[each.at] for each in places.columns.values()]),
        is_on_the_mainland=are_on_the_mainland(
            points_of({field: columns[each.at] for field, each in places.columns.items()}, places.order)
        ),
        has_repeated_ids=_has_repeated_ids(picked, columns),
        has_numbered_piles=plugs.are_piles,
    )


def _column_guesses(
    names: Sequence[str], picked: Mapping[str, FieldColumns], plugs: _Plugs
) -> tuple[ColumnGuess, ...]:
    """Return the columns in the order of the fields, those of single plugs last of their field."""
    found = [
        ColumnGuess(
            field=field,
            headers=tuple(names[each.at] for each in one.columns),
            reason=one.columns[0].reason,
            confidence=min(each.confidence for each in one.columns),
        )
        for field, one in picked.items()
    ]
    found += [
        ColumnGuess(
            field=each.field,
            headers=(names[each.at],),
            reason=f"it is that of plug {each.number}"
            if each.number
            else f"its header names {each.plug or each.current}",
            confidence=_PLUG_CONFIDENCE,
            number=each.number,
            plug=each.plug,
            current=each.current,
        )
        for each in plugs.columns
    ]
    return tuple(sorted(found, key=lambda each: FIELDS.index(each.field)))


def _with_plugs(picked: Mapping[str, FieldColumns], plugs: _Plugs) -> dict[str, FieldColumns]:
    """Return the columns of all fields, those of single plugs among them."""
    found = {field: one.columns for field, one in picked.items()}
    for each in plugs.columns:
        is_flag = each.plug is not None and each.field == "connector"
        if not is_flag:
            found[each.field] = (*found.get(each.field, ()), Candidate(each.at, _PLUG_CONFIDENCE, ""))
    return {field: FieldColumns(each) for field, each in found.items()}


def _years(
    names: Sequence[str], columns: Sequence[SampleColumn], picked: Mapping[str, FieldColumns]
) -> list[tuple[str, str, str]]:
    """Return the columns that tell of an opening by its year alone, each with one and their number."""
    if "opened_on" in picked:
        return []
    return [
        (name, column.different[0], f"{len(column.known):,}")
        for name, column in zip(names, columns, strict=True)
        if column.are_years and any(names_field("opened_on", meaning) for meaning in meanings(name))
    ]


def _datum(headers: Sequence[str]) -> Datum | None:
    """Return the datum that the headers of coordinates name."""
    for header in headers:
        letters = "".join(filter(str.isalnum, header.casefold()))
        for mark, datum in _DATUMS.items():
            if mark in letters:
                return datum
    return None


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
        texts = [text for each in picked["connector"].columns for text in columns[each.at].different]
        form = replace(form, separator=separator_of(texts))
    if "opened_on" in picked:
        at = picked["opened_on"].columns[0].at
        formats = columns[at].date_formats
        if len({date_format[:2] for date_format in formats if "/" in date_format}) > 1:
            warnings.append(Assumption(what=Assumed.DAY_FIRST, headers=(names[at],)))
        form = replace(form, date_formats=() if formats[:1] == ("%Y-%m-%d",) else formats[:1])
    if "power_kw" in picked:
        at = picked["power_kw"].columns[0].at
        numbers = None if columns[at].says_power else columns[at].numbers
        says_w = any(
            "w" in meaning.concepts and "kw" not in meaning.concepts for meaning in meanings(names[at])
        )
        are_watts = numbers is not None and min(filter(None, numbers.values), default=0) >= 1000  # noqa: PLR2004
        if says_w or are_watts:
            form = replace(form, power_unit="W")
            if not says_w:
                warnings.append(Assumption(what=Assumed.WATTS, headers=(names[at],)))
    return form, warnings
