"""What a benchmark reports: rows with a unit, a ratio to a named peer of the same run, and a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that was measured.

    `ratio` is `measured` ÷ what was measured for the peer named in `peer`. The budget is a bound on the
    ratio, or, where there is no peer, on the measurement itself. `planned` marks a budget that waits for
    work on the roadmap: it is shown, and not yet held.
    """

    bar: str
    who: str
    measured: float
    unit: str
    ratio: float | None = None
    peer: str = ""
    at_most: float | None = None
    at_least: float | None = None
    planned: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """ "pass", "MISS" or "planned"; a dash where nothing is demanded."""
        judged = self.measured if self.ratio is None else self.ratio
        if self.at_most is None and self.at_least is None:
            return "–"
        if (self.at_most is None or judged <= self.at_most) and (
            self.at_least is None or judged >= self.at_least
        ):
            return "pass"
        return "planned" if self.planned else "MISS"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of `HEADINGS`."""
        unit = f" {self.unit}" if self.ratio is None else " ×"
        budget = next(
            (
                f"{sign} {bound:g}{unit}"
                for sign, bound in (("≤", self.at_most), ("≥", self.at_least))
                if bound is not None
            ),
            "–",
        )
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f} × {self.peer}"
        return (
            self.bar,
            self.who,
            f"{_short(self.measured)} {self.unit}",
            ratio,
            budget,
            self.verdict,
            self.note,
        )


HEADINGS = ("bar", "who", "measured", "ratio to peer", "budget", "", "note")


def table(rows: Iterable[Row]) -> str:
    """Return the rows as one Markdown table whose columns line up; a bar's name stands in its first row."""
    lines = [HEADINGS]
    bar = ""
    for row in rows:
        first, *rest = row.cells
        lines.append(("" if first == bar else first, *rest))
        bar = first
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADINGS))]
    texts = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
