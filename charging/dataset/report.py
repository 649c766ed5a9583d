"""The import report: what was read, what was dropped and why, and what could not be understood.

`Tally` counts while records stream by and keeps a bounded number of examples; `ImportReport` is its frozen
outcome, kept in the manifest of a dataset and shown by the command line and the data view.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import pyarrow as pa

from charging.domain.repeated_ids import find_repeated_ids
from charging.errors import DatasetError
from charging.sources.records import Rejection
from charging.validation import validate

MAX_EXAMPLES = 5
"""Examples kept of each finding."""

MAX_VALUE_LENGTH = 80
"""Characters kept of an example's value."""

MAX_CODES = 100
"""Unmapped codes listed."""

MAX_UNRESOLVED = 50
"""Unresolved operators listed, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One place where something was found."""

    record_id: str | None = None
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something found in the records, how often, and the first few places."""

    what: str
    count: int
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """A code of a source that no table maps: stored as null."""

    field: str
    code: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedOperator:
    """An operator as a source writes it, which the registry does not know."""

    text: str
    stations: int
    piles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadMember:
    """A file inside an archive that was not read: it is of another form, or no data."""

    archive: str
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessedColumn:
    """The columns of a table that were taken for a field, without a preset that says so."""

    file: str
    field: str
    headers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedColumns:
    """The columns of such a table that were not used."""

    file: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAssumption:
    """Something that was taken for granted of a table, and may be otherwise."""

    file: str
    what: str  # in a word, to be translated
    headers: tuple[str, ...]
    text: str  # in full


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of the records of an import.

    Every record read is a station, a service area, part of a station or a rejection:
    `taken + merged + rejected == rows_read`.
    """

    rows_read: int
    stations: int
    service_areas: int
    piles: int
    stations_without_pile_count: int
    rejections: tuple[Finding, ...] = ()  # `what` is a `Reason`
    # fields that contradict others, which are believed; `what` is the field
    discrepancies: tuple[Finding, ...] = ()
    discarded: tuple[Finding, ...] = ()  # values no pile can have, stored as null; `what` is the field
    unmapped: tuple[CodeCount, ...] = ()
    unresolved: tuple[UnresolvedOperator, ...] = ()
    unresolved_operators: int = 0  # all of them, listed or not
    linked_to_areas: int = 0  # stations put into a service area by distance: said to be in one
    linked_to_areas_unsaid: int = 0  # the same, whose kind of place is not known
    merged: int = 0  # records of devices that share a site with others, and are counted there
    unread: tuple[UnreadMember, ...] = ()
    guessed_columns: tuple[GuessedColumn, ...] = ()
    unused_columns: tuple[UnusedColumns, ...] = ()
    assumptions: tuple[FileAssumption, ...] = ()
    repeated_piles: Finding | None = None  # piles with the id of a pile at another station, all counted

    @property
    def taken(self) -> int:
        """Number of records that became a row."""
        return self.stations + self.service_areas

    @property
    def rejected(self) -> int:
        """Number of records that did not."""
        return sum(finding.count for finding in self.rejections)

    def explain_rejections(self) -> str:
        """Return how many records were rejected, why, and an example of the main reason, for an error."""
        found = f"of {self.rows_read:,} records {self.rejected:,} were rejected"
        if not self.rejections:
            return found
        reasons = ", ".join(f"{finding.what} ({finding.count:,})" for finding in self.rejections)
        example = next((each for each in self.rejections[0].examples if each.field or each.value), None)
        if example is None:
            return f"{found} as {reasons}"
        place = f"{example.field or 'a row'} {example.value or ''!r} of {example.record_id!r}"
        return f"{found} as {reasons}, such as {place}"

    def unread_by_archive(self) -> dict[str, list[str]]:
        """Return the members that were not read by the archive they are in."""
        found: dict[str, list[str]] = {}
        for each in self.unread:
            found.setdefault(each.archive, []).append(each.member)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return the report that `to_json` wrote.

        Raises
        ------
        DatasetError
            If `stored` does not have that form.
        """
        return validate(
            cls, stored, lambda faults: DatasetError(f"An import report cannot be read: {faults}")
        )

    def lines(self) -> Iterator[str]:
        """Yield the report for people, a line each; nothing is said about what did not occur."""
        yield (
            f"Read {self.rows_read:,} records: {self.stations:,} stations and {self.service_areas:,}"
            f" service areas taken, {self.rejected:,} rejected."
        )
        yield from self._table_lines()
        if self.merged:
            yield f"Devices at the site of another, and counted there: {self.merged:,}."
        yield (
            f"Counted {self.piles:,} piles; stations that do not say how many they have:"
            f" {self.stations_without_pile_count:,}."
        )
        if self.repeated_piles:
            yield f"{describe_repeats(self.repeated_piles)}."
        if self.linked_to_areas or self.linked_to_areas_unsaid:
            yield (
                f"Put {self.linked_to_areas:,} stations said to be in a service area, and"
                f" {self.linked_to_areas_unsaid:,} of unknown place, into the nearest one by distance."
            )
        for archive, members in self.unread_by_archive().items():
            named = ", ".join(repr(member) for member in members)
            yield f"Not read in {archive}: {named}. Unpack what of them is data, and give it too."
        for title, findings in (
            ("Rejected", self.rejections),
            ("Contradictory", self.discrepancies),
            ("Discarded", self.discarded),
        ):
            for finding in findings:
                yield f"{title} {finding.count:,}: {finding.what}{_examples(finding)}"
        for code in self.unmapped:
            yield f"Not understood {code.count:,}: {code.field} {code.code!r}"
        if self.unresolved:
            largest = ", ".join(
                f"{operator.text!r} (stations {operator.stations:,}, piles {operator.piles:,})"
                for operator in self.unresolved[:MAX_EXAMPLES]
            )
            yield f"Operators named by the file alone: {self.unresolved_operators:,}, the largest {largest}"

    def _table_lines(self) -> Iterator[str]:
        for file in dict.fromkeys(each.file for each in self.guessed_columns):
            yield f"No preset has the columns of {file}; they were taken for:"
            yield from (column_line(each) for each in self.guessed_columns if each.file == file)
        for unused in self.unused_columns:
            yield f"Not used of {unused.file}: {', '.join(map(repr, unused.headers))}."
        yield from (f"Warning: {each.file}: {each.text}" for each in self.assumptions)


def column_line(guessed: GuessedColumn) -> str:
    """Return what a field was taken from, for people."""
    headers = " + ".join(map(repr, guessed.headers))
    return f"  {guessed.field:<10} from {headers}: {guessed.reason}"


def find_repeated_piles(stations: pa.Table, piles: pa.Table) -> Finding | None:
    """Return how many piles have the id of one at another station, as `find_repeated_ids` counts them."""
    found = find_repeated_ids(stations, piles)
    if found is None:
        return None
    examples = tuple(
        Example(record_id=pile_id, field="pile_id", value=", ".join(at)) for pile_id, at in found.examples
    )
    return Finding(what="pile_id", count=found.piles, examples=examples)


def describe_repeats(repeated: Finding) -> str:
    """Return how many piles have the id of one at another station, with an example."""
    example = repeated.examples[0]
    return (
        f"{repeated.count:,} of the piles may be counted twice: they have the id of one at another station"
        f" (such as {example.record_id!r} at {example.value})"
    )


class Tally:
    """The counts of an import that is still going on."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.rows_read = 0
        self.merged = 0
        self._unread: dict[UnreadMember, None] = {}  # in order, each once
        self._guessed: dict[GuessedColumn, None] = {}
        self._unused: dict[UnusedColumns, None] = {}
        self._assumptions: dict[FileAssumption, None] = {}
        self._findings = {kind: _Findings() for kind in ("rejections", "discrepancies", "discarded")}
        self._unmapped: Counter[tuple[str, str]] = Counter()
        self._unresolved: dict[str, list[int]] = {}
        self._unlisted = 0  # operators that a kept report counts and does not list

    def keep(self, report: ImportReport) -> None:
        """Count what an earlier report counts; its stations and piles are counted where its rows are."""
        self.rows_read += report.rows_read
        self.merged += report.merged
        self._unread |= dict.fromkeys(report.unread)
        self.guess(report.guessed_columns, report.unused_columns, report.assumptions)
        for kind, findings in self._findings.items():
            findings.keep(getattr(report, kind))
        self._unmapped.update({(code.field, code.code): code.count for code in report.unmapped})
        for operator in report.unresolved:
            self.unresolved(operator.text, operator.stations, operator.piles)
        self._unlisted += report.unresolved_operators - len(report.unresolved)

    def leave(self, archive: str, members: Iterable[str]) -> None:
        """Note members of an archive that are not read."""
        self._unread |= dict.fromkeys(UnreadMember(archive=archive, member=member) for member in members)

    def guess(
        self,
        columns: Iterable[GuessedColumn],
        unused: Iterable[UnusedColumns] = (),
        assumptions: Iterable[FileAssumption] = (),
    ) -> None:
        """Note what the columns of a table were taken for, and what was taken for granted."""
        self._guessed |= dict.fromkeys(columns)
        self._unused |= dict.fromkeys(each for each in unused if each.headers)
        self._assumptions |= dict.fromkeys(assumptions)

    def reject(self, rejection: Rejection) -> None:
        """Count a record that is not taken."""
        found = (rejection.reason, rejection.record_id, rejection.field, rejection.value)
        self._findings["rejections"].add(*found)

    def contradict(self, what: str, record_id: str, value: str, *, count: int = 1) -> None:
        """Count a statement of the source that contradicts another; of several like it this is one."""
        self._findings["discrepancies"].add(what, record_id, None, value, count=count)

    def contradict_rows(
        self, what: str, rows: Sequence[int], describe: Callable[[int], tuple[str, str]]
    ) -> None:
        """Count a contradiction in each of some rows; only those kept as examples have to be described."""
        shown = rows[:MAX_EXAMPLES]
        for number, row in enumerate(shown, start=1):
            count = 1 if number < len(shown) else len(rows) - len(shown) + 1  # the last stands for the rest
            self.contradict(what, *describe(row), count=count)

    def discard(self, field: str, record_id: str, value: object) -> None:
        """Count a value that is stored as null because nothing real has it."""
        self._findings["discarded"].add(field, record_id, field, repr(value))

    def unmapped(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Count (field, code) pairs that no table maps."""
        for (field, code), count in Counter(pairs).items():
            self._unmapped[field, _shorten(code) or ""] += count

    def unresolved(self, text: str, stations: int, piles: int) -> None:
        """Count stations, and their piles, whose operator the registry does not know."""
        sums = self._unresolved.setdefault(_shorten(text) or "", [0, 0])
        sums[0] += stations
        sums[1] += piles

    def report(self, **taken: Any) -> ImportReport:  # noqa: ANN401  fields of several types
        """Return the report, given its fields that tell what was taken."""
        by_size = sorted(self._unresolved.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
        by_count = sorted(self._unmapped.items(), key=lambda item: (-item[1], item[0]))
        others: dict[str, Any] = {kind: findings.freeze() for kind, findings in self._findings.items()}
        return ImportReport(
            rows_read=self.rows_read,
            unmapped=tuple(
                CodeCount(field=field, code=code, count=count)
                for (field, code), count in by_count[:MAX_CODES]
            ),
            unresolved=tuple(
                UnresolvedOperator(text=text, stations=sums[0], piles=sums[1])
                for text, sums in by_size[:MAX_UNRESOLVED]
            ),
            unresolved_operators=len(by_size) + self._unlisted,
            merged=self.merged,
            unread=tuple(self._unread),
            guessed_columns=tuple(self._guessed),
            unused_columns=tuple(self._unused),
            assumptions=tuple(self._assumptions),
            **others | taken,
        )


class _Findings:
    """Counts by what was found, with the first examples of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[Example]] = {}

    def add(
        self, what: str, record_id: str | None, field: str | None, value: str | None, *, count: int = 1
    ) -> None:
        self._counts[what] += count
        examples = self._examples.setdefault(what, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(Example(record_id=_shorten(record_id), field=field, value=_shorten(value)))

    def keep(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            self._counts[finding.what] += finding.count
            examples = self._examples.setdefault(finding.what, [])
            examples += finding.examples[: MAX_EXAMPLES - len(examples)]

    def freeze(self) -> tuple[Finding, ...]:
        by_count = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Finding(what=str(what), count=count, examples=tuple(self._examples[what]))
            for what, count in by_count
        )


def _shorten(value: str | None) -> str | None:
    """Return at most `MAX_VALUE_LENGTH` characters that any encoder takes."""
    if value is None:
        return None
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def _examples(finding: Finding) -> str:
    places = [
        " ".join(repr(part) for part in (example.record_id, example.value) if part is not None)
        for example in finding.examples[:2]
    ]
    return f" (such as {'; '.join(places)})" if any(places) else ""
