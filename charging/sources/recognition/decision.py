"""What each column of a table is taken for: every field gets the column that fits it best, if one does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from charging.domain.vocabulary import Datum
from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.codes import separator_of
from charging.sources.recognition.column_guess import ColumnGuess, TableForm, TableGuess, TableKind
from charging.sources.recognition.coordinates import Coordinates, find_coordinates
from charging.sources.recognition.field_rules import FIELDS, Candidate, candidate
from charging.sources.recognition.header_words import meanings
from charging.sources.recognition.mainland import are_on_the_mainland
from charging.sources.recognition.table_kind import kind_of_table

MIN_CONFIDENCE = 0.5
"""Confidence from which on a column is taken for a field that is no coordinate."""

MAX_SAMPLES = 2_000
"""Different values of a column that are kept."""

SHOWN_VALUES = 3

_PLACES = ("lat", "lon", "position")
_ORDER = (
    *("ac_piles", "dc_piles", "piles", "power_kw", "id", "postcode", "operator", "name", "address", "city"),
    *("country", "region", "opened_on", "status", "access", "price", "connector"),
)
_SEVERAL = {"ac_piles": 3, "dc_piles": 2}
"""Fields of which several columns are added up."""

_CHARGER = frozenset({"pile", "point", "plug"})
_SPEAKS_OF_CHARGING = frozenset(
    {"charging", "pile", "point", "port", "plug", "station", "dc", "ac", "kw", "operator"}
)
_REPEATED = 0.1  # share of rows that repeat an id from which on it is that of a site with several rows


_DATUMS = {
    "gcj02": Datum.GCJ02,
    "bd09": Datum.BD09,
    "wgs84": Datum.WGS84,
    "火星": Datum.GCJ02,
    "百度": Datum.BD09,
}


class _Picked(NamedTuple):
    """Columns picked for a field."""

    columns: tuple[Candidate, ...]


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
        {field: said[field][0] for field in _PLACES if said.get(field)},
    )
    picked = _picked(usable, columns, places, said)
    fields = {field: tuple(each.at for each in found.columns) for field, found in picked.items()}
    kind, why = kind_of_table(names, columns, fields)
    return _guess(names, columns, places, picked, form or TableForm(), kind, why, given)


def field_is_free(at: int, said: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a column may be taken for a coordinate: the user did not name it as something else."""
    return all(at not in positions for field, positions in said.items() if field not in _PLACES)


def _picked(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    places: Coordinates,
    said: Mapping[str, tuple[int, ...]],
) -> dict[str, _Picked]:
    found = {field: _Picked((each,)) for field, each in places.columns.items() if said.get(field) != ()}
    for field, positions in said.items():
        if field not in _PLACES and positions:
            found[field] = _Picked(tuple(Candidate(at, 1.0, "you said so") for at in positions))
    taken = {each.at for one in found.values() for each in one.columns}
    free = [at for at, name in enumerate(names) if name and at not in taken]
    points = list(zip(*(columns[each.at].all for each in places.columns.values()), strict=True))
    for field in _ORDER:
        if field in said:
            continue
        several = _best(field, names, columns, [at for at in free if at not in taken], points)
        if several:
            found[field] = _Picked(several)
            taken |= {each.at for each in several}
    _drop_plugs_of_chargers(found, names, columns, said)
    _drop_bare_count(found, names, said)
    _drop_doubtful_currents(found, names, columns, said)
    _share_postcode(found, columns, said)
    _add_house_number(found, names, taken, said)
    return found


def _best(
    field: str,
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    free: Sequence[int],
    points: Sequence[tuple[str, ...]],
) -> tuple[Candidate, ...]:
    """Return the column that fits a field best, of counts by current all that fit as well."""
    found = [
        each
        for at in free
        if (each := candidate(field, at, meanings(names[at]), columns[at])) is not None
        and each.confidence >= MIN_CONFIDENCE
    ]
    if not found:
        return ()
    if field == "id":
        found = [each for each in found if _are_of_places(columns[each.at], points)]
        if not found:
            return ()
    full = [each for each in found if not columns[each.at].is_empty]
    levels = [each for each in found if "level" in each.reason]
    if field in _SEVERAL and levels and len(levels) <= _SEVERAL[field]:
        return tuple(sorted(levels))
    found = [each for each in found if each in full or not _has_equal(each, full)]
    best = max(found, key=lambda each: (each.confidence, -each.at))
    return (best,) if best.confidence >= MIN_CONFIDENCE else ()


def _has_equal(each: Candidate, others: Sequence[Candidate]) -> bool:
    return any(other.confidence >= each.confidence - 0.1 for other in others)


def _are_of_places(ids: SampleColumn, points: Sequence[tuple[str, ...]]) -> bool:
    """Whether ids are those of what stands somewhere: one that repeats mostly has the same point."""
    places: dict[str, Counter[tuple[str, ...]]] = {}
    for each, point in zip(ids.all, points, strict=False):
        places.setdefault(each, Counter())[point] += 1
    repeated = [found for each, found in places.items() if each and found.total() > 1]
    return sum(len(found) > 1 for found in repeated) <= len(repeated) / 2


def _drop_plugs_of_chargers(
    found: dict[str, _Picked],
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
) -> None:
    """Take no count of plugs for one of chargers, where each row is a charger."""
    if "piles" in found and "piles" not in said and _charger_id(found, names, columns):
        header = names[found["piles"].columns[0].at]
        if any(meaning.concepts & {"plug", "port"} for meaning in meanings(header)):
            del found["piles"]


def _drop_bare_count(
    found: dict[str, _Picked], names: Sequence[str], said: Mapping[str, tuple[int, ...]]
) -> None:
    """Take no column that is only called count, where no other header speaks of charging."""
    if "piles" not in found or "piles" in said:
        return
    at = found["piles"].columns[0].at
    others = (meaning for each, name in enumerate(names) if each != at for meaning in meanings(name))
    is_bare = all(meaning.concepts <= {"count", "total"} for meaning in meanings(names[at]))
    if is_bare and not any(meaning.concepts & _SPEAKS_OF_CHARGING for meaning in others):
        del found["piles"]


def _drop_doubtful_currents(
    found: dict[str, _Picked],
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
) -> None:
    """Take no counts by current where one left over says the same: a part would be lost in silence."""
    used = {each.at for one in found.values() for each in one.columns}
    for field in _SEVERAL:
        if field not in found or field in said:
            continue
        rivals = (
            candidate(field, at, meanings(name), columns[at])
            for at, name in enumerate(names)
            if name and at not in used and not columns[at].is_empty
        )
        if any(rival and rival.confidence > MIN_CONFIDENCE for rival in rivals):
            for each in _SEVERAL:
                if each not in said:
                    found.pop(each, None)


def _share_postcode(
    found: dict[str, _Picked],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
) -> None:
    """Let a column that holds postcode and town be both."""
    if "postcode" in found and "city" not in found and "city" not in said:
        (postcode,) = found["postcode"].columns[:1]
        has_town = columns[postcode.at].share(
            lambda cell: sum(map(str.isalpha, cell)) > len("AB") and cell.split(" ", 1)[0].isdigit()
        )
        if has_town >= MIN_SHARE:
            reason = "its cells hold a town behind the postcode"
            found["city"] = _Picked((Candidate(postcode.at, 0.7, reason),))


def _add_house_number(
    found: dict[str, _Picked],
    names: Sequence[str],
    taken: set[int],
    said: Mapping[str, tuple[int, ...]],
) -> None:
    """Put the number of the house beside a street."""
    address = found.get("address")
    if address is None or "address" in said:
        return
    (street,) = address.columns
    if not any("street" in meaning.concepts for meaning in meanings(names[street.at])):
        return
    for at, name in enumerate(names):
        if (
            name
            and at not in taken
            and any(
                meaning.concepts <= {"house_number", "address", "street", "station"}
                and "house_number" in meaning.concepts
                and not meaning.unknown
                for meaning in meanings(name)
            )
        ):
            found["address"] = _Picked((street, Candidate(at, 0.9, "it holds the number of the house")))
            taken.add(at)
            return


def _guess(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    places: Coordinates,
    picked: Mapping[str, _Picked],
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
        samples={names[at]: columns[at].different[:MAX_SAMPLES] for at in sorted(used)},
        rows_seen=max((len(column.all) for column in columns), default=0),
        header=tuple(names),
        not_known={names[at]: columns[at].not_known for at in sorted(used) if columns[at].not_known},
        datum=_datum([names[each.at] for each in places.columns.values()]),
        charger_id=_charger_id(picked, names, columns),
        is_on_the_mainland=_is_on_the_mainland(places, columns),
        has_repeated_ids=_has_repeated_ids(picked, columns),
    )


def _charger_id(
    picked: Mapping[str, _Picked], names: Sequence[str], columns: Sequence[SampleColumn]
) -> str | None:
    """Return the column of ids of chargers or points that each stand once: a row is then one of them."""
    if picked.keys() & {"dc_piles", "ac_piles"}:
        return None
    counted = {
        concept
        for each in (picked["piles"].columns if "piles" in picked else ())
        for meaning in meanings(names[each.at])
        for concept in meaning.concepts
    }
    for at, name in enumerate(names):
        has_one_each = len(columns[at].different) == len(columns[at].all) > 0
        for meaning in meanings(name) if name and has_one_each else ():
            concepts = meaning.concepts - {"station", "charging", "belongs", "display"}
            has_own_points = "pile" in concepts and "point" in counted  # a device that says how many
            if (
                not has_own_points
                and concepts & _CHARGER
                and concepts & {"id", "code"}
                and concepts <= _CHARGER | {"id", "code", "detail"}
            ):
                return name
    return None


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


def _has_repeated_ids(picked: Mapping[str, _Picked], columns: Sequence[SampleColumn]) -> bool:
    if "id" not in picked:
        return False
    column = columns[picked["id"].columns[0].at]
    return len(column.known) - len(column.different) > _REPEATED * len(column.known)


def _form(
    form: TableForm,
    places: Coordinates,
    picked: Mapping[str, _Picked],
    columns: Sequence[SampleColumn],
    names: Sequence[str],
) -> tuple[TableForm, list[str]]:
    """Return how the table is written, with what its cells tell, and what was taken for granted in it."""
    warnings = []
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
            warnings.append(f"{names[at]!r} may have the day or the month first: the day was taken")
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
                warnings.append(f"{names[at]!r} was taken to be in watts: none of its numbers is below 1,000")
    return form, warnings
