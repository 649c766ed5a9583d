"""What the table of a file is taken for: of several sheets, delimiters and rows, the one that says most."""

from pathlib import Path

from charging.errors import Fault, SourceError, UsageError
from charging.sources.io.files import parts
from charging.sources.json_records.list_cells import list_of
from charging.sources.json_records.record_lists import RecordList
from charging.sources.recognition.column_guess import FIELDS, Given, TableGuess, TableKind
from charging.sources.recognition.decision import guess_columns
from charging.sources.recognition.samples import Sample, samples
from charging.sources.tabular.model import check_one_list
from charging.validation import suggest

MAX_PARTS = 50
"""Parts of an archive that are looked at."""

_SHOWN = 300  # characters of a list of headers


def guess_table(
    path: Path, given: Given | None = None, *, any_header: bool = False, records: str | None = None
) -> TableGuess | None:
    """Return what the table of a file is taken for, or None where nothing in it looks like a table.

    With `any_header` the first row of what looks like a table is its header even where none of its words is
    known: for a person who then says what the columns are. `records` names the list of JSON that is meant.

    Raises
    ------
    UsageError
        If a field or header that was named is not there.
    SourceError
        If the file cannot be read.
    """
    given = given or {}
    _check_fields(given)
    named = [header for headers in given.values() for header in headers]
    best: TableGuess | None = None
    for part in parts(path)[:MAX_PARTS]:
        lists: list[RecordList] = []
        for sample in samples(part, named, records=records):
            if sample.records and any(map(sample.records.is_inside, lists)):
                continue  # what has stations tells more of them than what is inside these
            if _stand_once(sample, named):
                guess = guess_columns(sample.header, sample.rows, given=given, form=sample.form)
                if sample.records and guess.is_importable:
                    lists.append(sample.records)
                    check_one_list(part, lists)
                if best is None or _worth(guess) > _worth(best):
                    best = guess
    if best is None and named:
        raise _no_such_header(path, named)
    if best and (best.columns or named):
        return best
    return _widest_table(path, given) if any_header else None


def correct_guess(
    path: Path, before: TableGuess, given: Given, field: str, headers: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return what the user named by now, when one field of a guess was given other columns.

    Fields that nobody asked to change keep their columns, unless it is these that went to the field. A header
    the user had named for another field belongs to it no more.
    """
    chosen = {*headers}
    named = {each: columns for each, columns in given.items() if not chosen & {*columns}} | {field: headers}
    after = guess_table(path, named, any_header=True)
    for each in FIELDS:
        kept = before.headers_of(each)
        if each not in named and not chosen & {*kept} and after and after.headers_of(each) != kept:
            named[each] = kept
    return named


def _widest_table(path: Path, given: Given) -> TableGuess | None:
    """Return the table with the most columns, of which most rows have as many as the first."""
    found = [
        sample
        for part in parts(path)[:MAX_PARTS]
        for sample in samples(part, any_header=True)
        if sum(len(row) == len(sample.header) for row in sample.rows) > len(sample.rows) / 2
    ]
    widest = max(found, key=_own_columns, default=None)
    return widest and guess_columns(widest.header, widest.rows, given=given, form=widest.form)


def _own_columns(sample: Sample) -> int:
    """Return how many columns a table has, without those of lists inside its records."""
    return len({name for name in sample.header if list_of(name) is None})


def check_lists_stations(guess: TableGuess, name: Path | str) -> None:
    """Refuse a table that lists no stations, under the name by which its reader knows it.

    Raises
    ------
    SourceError
        Naming what it lists instead.
    """
    if guess.kind is not TableKind.STATIONS:
        message = (
            f"{name}: expected a list of stations, found a table of {guess.kind}: {guess.why}. "
            "Give a table with one station or charger a row."
        )
        raise SourceError(message, Fault.UNFIT)


def check_importable(guess: TableGuess, path: Path) -> None:
    """Refuse a table that lists no stations, or whose coordinates are not sure.

    Raises
    ------
    SourceError
        Naming what was found, and how to say better.
    """
    check_lists_stations(guess, path)
    if guess.doubts:
        candidates = ", ".join(map(repr, guess.candidates)) or "none of the columns"
        message = (
            f"{path}: expected columns of latitude and longitude, and it is not sure which they are: "
            f"{'; '.join(guess.doubts)}. Candidates: {candidates}; the columns are "
            f"{', '.join(map(repr, filter(None, guess.header)))[:_SHOWN]}. "
            "Name them: --column lat=HEADER --column lon=HEADER, or --column position=HEADER."
        )
        raise SourceError(message, Fault.COORDINATES)


def _worth(guess: TableGuess) -> tuple[bool, bool, float, int]:
    """Return how much a table says: stations with sure coordinates before all."""
    confidence = sum(each.confidence for each in guess.columns)
    return guess.is_importable, guess.kind is TableKind.STATIONS, confidence, min(guess.rows_seen, 2)


def _stand_once(sample: Sample, named: list[str]) -> bool:
    return all(sample.header.count(header) == 1 for header in {*named})


def _check_fields(given: Given) -> None:
    for field in given:
        if field not in FIELDS:
            message = f"Expected a field out of {', '.join(FIELDS)}, found {field!r}{suggest(field, FIELDS)}."
            raise UsageError(message)


def _no_such_header(path: Path, named: list[str]) -> UsageError:
    found = next((sample.header for part in parts(path) for sample in samples(part)), ())
    lacking = [header for header in named if found.count(header) != 1] or named
    return UsageError(
        f"{path}: expected the columns {', '.join(map(repr, lacking))} once, found "
        f"{', '.join(map(repr, filter(None, found)))[:_SHOWN]}{suggest(lacking[0], found)}. "
        "Write the header as it stands in the file."
    )
