"""What columns are taken for, on header rows of real tables that were labelled by hand.

The headers are no part of the project: they are looked for beside the folder of real files, which
`tests/realdata.py` knows. A family of tables (releases of one register, or what one tool writes) weighs as
much as a table that stands alone.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from report import Row

TESTS = Path(__file__).parents[1]

FAMILIES = (
    *("afdc", "bnetza", "irve", "tesla", "bbc", "ocm", "cologne", "stevcdp", "urbanev", "alliance"),
    *("environment_corp", "laadpalen"),
)
"""Words of a table's name by which it is of a family."""

FIELDS = {
    "coordinates": (("lat", "lon", "position"), 97.0),
    "counts": (("piles", "dc_piles", "ac_piles"), 80.0),
    "power": (("power_kw",), 80.0),
    "name": (("name",), 90.0),
    "operator": (("operator",), 90.0),
    "address": (("address",), None),
    "places": (("city", "region", "country", "postcode"), None),
    "id": (("id",), None),
    "plugs": (("connector",), None),
    "others": (("opened_on", "status", "access", "price"), None),
}
"""What is judged together, and the least share of it to be right, in percent."""

NEVER_WRONG = ("coordinates", "counts", "power")
LISTS = ("station", "charger", "connector")

RIGHT, WRONG, NOTHING = "right", "wrong", "not at all"


class Judged(NamedTuple):
    """A field of a table, and what became of it."""

    table: str
    family: str
    field: str
    verdict: str
    found: tuple[str, ...]


def measure(_: Path) -> list[Row]:
    """Return the shares right, wrong and not at all of each kind of field, or that nothing was there."""
    path = headers_path()
    if not path.is_file():
        return [
            Row(bar="recognition", who="headers", measured=0, unit="tables", note="not found, not measured")
        ]
    tables = json.loads(path.read_text("utf-8"))
    judged = [each for table in tables if is_list(table) for each in judge(table)]
    rows = [_row(kind, fields, bar, judged) for kind, (fields, bar) in FIELDS.items()]
    taken = [table["id"] for table in tables if not is_list(table) and _guess(table).is_importable]
    others = sum(not is_list(table) for table in tables)
    note = f"of {others}" + (f": {', '.join(taken)}" if taken else "")
    what = "sessions, tariffs, sums and other places taken for stations"
    return [*rows, Row(bar="recognition", who=what, measured=len(taken), unit="tables", at_most=0, note=note)]


def headers_path() -> Path:
    """Return where the labelled headers are looked for."""
    sys.path.insert(0, str(TESTS))
    from realdata import BESIDE_THE_CHECKOUT, REALDATA  # noqa: PLC0415  the path is known only now

    folders = (REALDATA.parent, BESIDE_THE_CHECKOUT.parent)
    return next(
        (folder / "headers.json" for folder in folders if (folder / "headers.json").is_file()), folders[0]
    )


def is_list(table: Mapping[str, Any]) -> bool:
    """Whether a table lists stations, or what stands at them."""
    return str(table["table_kind"]).startswith(LISTS)


def judge(table: Mapping[str, Any]) -> Iterator[Judged]:
    """Yield what became of the fields of a table: those it has, and those that were found in error."""
    guess = _guess(table)
    name = table["id"]
    family = next((word for word in FAMILIES if word in name), name)
    for fields, _ in FIELDS.values():
        for field in fields:
            expected = _headers(table["expected"].get(field))
            found = tuple(header.strip() for header in guess.headers_of(field))
            if expected or found:
                yield Judged(name, family, field, _verdict(field, expected, {*found}), found)


def _verdict(field: str, expected: set[str], found: set[str]) -> str:
    if not found:
        return NOTHING
    # of several totals, and of the parts of an address, one is enough
    is_right = found <= expected if field in ("piles", "address") else found == expected
    return RIGHT if is_right else WRONG


def _guess(table: Mapping[str, Any]) -> Any:
    from charging.sources.recognition.decision import guess_columns  # noqa: PLC0415

    return guess_columns(table["headers"], [table["row"]])


def _headers(expected: Any) -> set[str]:
    if not expected:
        return set()
    if isinstance(expected, str):
        return {expected.strip()}
    if isinstance(expected, dict):
        return {expected["header"].strip()}
    return {header for each in expected for header in _headers(each)}


def _row(kind: str, fields: tuple[str, ...], bar: float | None, judged: list[Judged]) -> Row:
    some = [each for each in judged if each.field in fields]
    by_family: dict[str, Counter[str]] = defaultdict(Counter)
    for each in some:
        by_family[each.family][each.verdict] += 1
    shares = {
        verdict: 100 * sum(counts[verdict] / counts.total() for counts in by_family.values()) / len(by_family)
        for verdict in (RIGHT, WRONG, NOTHING)
    }
    wrong = [f"{each.table} {each.field} {'+'.join(each.found)}" for each in some if each.verdict == WRONG]
    note = f"wrong {shares[WRONG]:.1f} %, not at all {shares[NOTHING]:.1f} %; {len(some)} fields"
    if wrong:
        note += f"; wrong: {'; '.join(wrong)}"
    is_missed = kind in NEVER_WRONG and wrong
    return Row(
        bar="recognition",
        who=kind,
        measured=shares[RIGHT],
        unit="%",
        at_least=101.0 if is_missed else bar,
        note=note,
    )
