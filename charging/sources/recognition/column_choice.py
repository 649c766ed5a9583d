"""A step of decision.py: which column each field gets; none where something would be lost or doubled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.coordinates import Coordinates
from charging.sources.recognition.field_rules import Candidate, candidate
from charging.sources.recognition.header_words import meanings
from charging.sources.recognition.list_columns import ChargerList

MIN_CONFIDENCE = 0.5
"""Confidence from which on a column is taken for a field that is no coordinate."""

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

PLACES = ("lat", "lon", "position")
"""Fields of coordinates."""


class FieldColumns(NamedTuple):
    """Columns picked for a field."""

    columns: tuple[Candidate, ...]


def pick_columns(
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    places: Coordinates,
    said: Mapping[str, tuple[int, ...]],
) -> dict[str, FieldColumns]:
    """Return the columns of each field, those that the user named before all."""
    found = {field: FieldColumns((each,)) for field, each in places.columns.items() if said.get(field) != ()}
    for field, positions in said.items():
        if field not in PLACES and positions:
            found[field] = FieldColumns(tuple(Candidate(at, 1.0, "you said so") for at in positions))
    taken = {each.at for one in found.values() for each in one.columns}
    free = [at for at, name in enumerate(names) if name and at not in taken]
    points = list(zip(*(columns[each.at].all for each in places.columns.values()), strict=True))
    for field in _ORDER:
        if field in said:
            continue
        several = _best(field, names, columns, [at for at in free if at not in taken], points)
        if several:
            found[field] = FieldColumns(several)
            taken |= {each.at for each in several}
    _drop_plugs_of_chargers(found, names, columns, said)
    _drop_bare_count(found, names, said)
    _drop_doubtful_currents(found, names, columns, said)
    _share_postcode(found, columns, said)
    _add_house_number(found, names, taken, said)
    return found


def with_chargers(
    picked: Mapping[str, FieldColumns], chargers: ChargerList, said: Mapping[str, tuple[int, ...]]
) -> dict[str, FieldColumns]:
    """Return the columns of each field with those of the list of chargers, which tells more of them.

    What the whole record has stays its total, its counts by current and its status.
    """
    found = {**picked}
    has_counts = bool(found.keys() & {"ac_piles", "dc_piles"})
    for field, each in chargers.columns.items():
        is_of_record = (field == "piles" and has_counts) or (field in found and field in ("piles", "status"))
        if field in said or not is_of_record:
            found[field] = FieldColumns((each,))
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
    found: dict[str, FieldColumns],
    names: Sequence[str],
    columns: Sequence[SampleColumn],
    said: Mapping[str, tuple[int, ...]],
) -> None:
    """Take no count of plugs for one of chargers, where each row is a charger."""
    if "piles" in found and "piles" not in said and charger_id_column(found, names, columns):
        header = names[found["piles"].columns[0].at]
        if any(meaning.concepts & {"plug", "port"} for meaning in meanings(header)):
            del found["piles"]


def _drop_bare_count(
    found: dict[str, FieldColumns], names: Sequence[str], said: Mapping[str, tuple[int, ...]]
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
    found: dict[str, FieldColumns],
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
    found: dict[str, FieldColumns],
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
            found["city"] = FieldColumns((Candidate(postcode.at, 0.7, reason),))


def _add_house_number(
    found: dict[str, FieldColumns],
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
            found["address"] = FieldColumns((street, Candidate(at, 0.9, "it holds the number of the house")))
            taken.add(at)
            return


def charger_id_column(
    picked: Mapping[str, FieldColumns], names: Sequence[str], columns: Sequence[SampleColumn]
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
