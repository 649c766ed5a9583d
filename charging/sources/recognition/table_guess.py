"""What the table of a file is taken for: of several sheets, delimiters and rows, the one that says most."""

from dataclasses import replace
from pathlib import Path

from charging.errors import Fault, SourceError, UsageError
from charging.sources.io.files import Part, parts
from charging.sources.json_records.list_cells import list_of
from charging.sources.json_records.record_lists import RecordList
from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.column_choice import PLACES
from charging.sources.recognition.column_guess import (
    FIELDS,
    NO_HINTS,
    Assumed,
    Assumption,
    Given,
    Hints,
    TableGuess,
    TableKind,
)
from charging.sources.recognition.decision import guess_columns
from charging.sources.recognition.samples import Sample, is_in_a_code_page, samples
from charging.sources.recognition.whereabouts import countries_of, points_of
from charging.sources.tabular.model import check_one_list
from charging.validation import suggest

MAX_PARTS = 50
"""Parts of an archive that are looked at."""

_SHOWN = 300  # characters of a list of headers
_ADVICE = "Name them: --column lat=HEADER --column lon=HEADER, or --column position=HEADER."
_ADVICE_OF_METRES = "Name their reference system: --crs EPSG:n, which their publisher tells."
_SHOWN_TEXT = 40  # of a text that shows how it was decoded


def guess_table(
    path: Path, given: Given | None = None, *, any_header: bool = False, hints: Hints = NO_HINTS
) -> TableGuess | None:
    """Return what the table of a file is taken for, or None where nothing in it looks like a table.

    With `any_header` the first row of what looks like a table is its header even where none of its words is
    known: for a person who then says what the columns are. `hints` say how it is written.

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
        for sample in samples(part, named, hints=hints, countries=_countries(part, hints)):
            if sample.records and any(map(sample.records.is_inside, lists)):
                continue  # what has stations tells more of them than what is inside these
            if _stand_once(sample, named):
                form = replace(sample.form, crs=hints.crs)
                guess = _with_encoding(guess_columns(sample.header, sample.rows, given=given, form=form))
                if sample.records and guess.is_importable:
                    lists.append(sample.records)
                    check_one_list(part, lists)
                if best is None or _worth(guess) > _worth(best):
                    best = guess
    if best is None and named:
        raise _no_such_header(path, named)
    if best and (best.columns or named):
        return best
    return _widest_table(path, given, hints) if any_header else None


def _countries(part: Part, hints: Hints) -> frozenset[str]:
    """Return where the stations of a text may be, where that helps to tell in which code page it is."""
    if hints.encoding or not is_in_a_code_page(part):
        return frozenset()
    best: tuple[Sample, TableGuess] | None = None
    for sample in samples(part):
        guess = guess_columns(sample.header, sample.rows, form=sample.form)
        if best is None or _worth(guess) > _worth(best[1]):
            best = sample, guess
    if best is None:
        return frozenset()
    sample, guess = best
    columns = {
        field: SampleColumn(row[at] if at < len(row) else "" for row in sample.rows)
        for field in ("lat", "lon", "position", "country")
        for at in (sample.header.index(header) for header in guess.headers_of(field)[:1])
    }
    return countries_of(columns.get("country"), points_of(columns, guess.form.position_order))


def _with_encoding(guess: TableGuess) -> TableGuess:
    """Return a guess that tells in which encoding its text was read, where that was guessed."""
    used = [header for each in guess.columns for header in each.headers]
    texts = [*(text for header in used for text in guess.samples.get(header, ())), *guess.header]
    example = next((text for text in texts if not text.isascii()), None)
    if not guess.form.is_encoding_guessed or example is None:
        return guess
    told = Assumption(what=Assumed.ENCODING, headers=(guess.form.encoding, example[:_SHOWN_TEXT]))
    return replace(guess, warnings=(*guess.warnings, told))


def correct_guess(
    path: Path,
    before: TableGuess,
    given: Given,
    field: str,
    headers: tuple[str, ...],
    *,
    hints: Hints = NO_HINTS,
) -> dict[str, tuple[str, ...]]:
    """Return what the user named by now, when one field of a guess was given other columns.

    Fields that nobody asked to change keep their columns, unless it is these that went to the field. A header
    the user had named for another field belongs to it no more.
    """
    chosen = {*headers}
    named = {each: columns for each, columns in given.items() if not chosen & {*columns}} | {field: headers}
    after = guess_table(path, named, any_header=True, hints=hints)
    for each in FIELDS:
        kept = before.all_headers_of(each)
        if each not in named and not chosen & {*kept} and after and after.all_headers_of(each) != kept:
            named[each] = kept
    return named


def _widest_table(path: Path, given: Given, hints: Hints) -> TableGuess | None:
    """Return the table with the most columns, of which most rows have as many as the first."""
    found = [
        sample
        for part in parts(path)[:MAX_PARTS]
        for sample in samples(part, any_header=True, hints=hints)
        if sum(len(row) == len(sample.header) for row in sample.rows) > len(sample.rows) / 2
    ]
    widest = max(found, key=_own_columns, default=None)
    if widest is None:
        return None
    form = replace(widest.form, crs=hints.crs)
    return _with_encoding(guess_columns(widest.header, widest.rows, given=given, form=form))


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
            f"{_ADVICE_OF_METRES if guess.are_in_metres else _ADVICE}"
        )
        raise SourceError(message, Fault.COORDINATES)


def _worth(guess: TableGuess) -> tuple[bool, bool, float, int]:
    """Return how much a table says: stations with sure coordinates before all."""
    confidence = sum(each.confidence for each in guess.columns)
    return guess.is_importable, guess.kind is TableKind.STATIONS, confidence, min(guess.rows_seen, 2)


def _stand_once(sample: Sample, named: list[str]) -> bool:
    return all(sample.header.count(header) == 1 for header in {*named})


def _check_fields(given: Given) -> None:
    for field, headers in given.items():
        if field not in FIELDS:
            message = f"Expected a field out of {', '.join(FIELDS)}, found {field!r}{suggest(field, FIELDS)}."
            raise UsageError(message)
        if field in PLACES and len(headers) > 1:
            message = f"Expected one column of {field}, found {' and '.join(map(repr, headers))}. Name one."
            raise UsageError(message)


def _no_such_header(path: Path, named: list[str]) -> UsageError:
    found = next((sample.header for part in parts(path) for sample in samples(part)), ())
    lacking = [header for header in named if found.count(header) != 1] or named
    return UsageError(
        f"{path}: expected the columns {', '.join(map(repr, lacking))} once, found "
        f"{', '.join(map(repr, filter(None, found)))[:_SHOWN]}{suggest(lacking[0], found)}. "
        "Write the header as it stands in the file."
    )
