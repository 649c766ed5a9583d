"""What an analysis shows on the page, recorded so that its report shows the same.

An analysis shows its questions, facts, notes, tables and definitions through the recorder of its context, and
so writes each of them once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import pandas as pd
import streamlit as st


class Facts(NamedTuple):
    """A piece of HTML made by `charging.views.elements.markup`."""

    html: str


class Note(NamedTuple):
    """A small print, as Markdown."""

    text: str


class Rows(Protocol):
    """Rows of a table, columns under the names they are shown by: a `DataFrame`, or what makes one."""

    def __len__(self) -> int:
        """Return how many there are."""

    def head(self, n: int) -> pd.DataFrame:
        """Return the first rows, at most `n`."""


class Table(NamedTuple):
    """A table with all its rows."""

    name: str  # of its file
    title: str
    rows: Rows
    formats: Mapping[str, str]  # of numbers, as Streamlit names them, by column


class Line(NamedTuple):
    """A line of a chart."""

    name: str
    colour: str
    dash: tuple[int, int]  # px drawn, px left out
    points: tuple[tuple[float, float], ...]


class Curves(NamedTuple):
    """Lines of shares, 0 to 1, over a logarithmic axis."""

    lines: tuple[Line, ...]
    ticks: tuple[float, ...]  # of the axis, the first and the last its ends
    unit: str
    marked: float  # the place on the axis that the facts are about


Piece = Facts | Note | Table | Curves


@dataclass(slots=True)
class ReportRecorder:
    """What has been said in the present run; the one thing here that changes."""

    questions: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    functions: list[Callable[..., Any]] = field(default_factory=list)  # whose docstrings are the definitions

    def begin(self) -> None:
        """Forget the run before."""
        self.questions, self.pieces, self.functions = [], [], []

    def asked(self, label: str, answer: str) -> None:
        """Remember what the analysis was asked, in words; the widget shows it."""
        self.questions.append((label, answer))

    def html(self, html: str) -> None:
        """Show facts as HTML."""
        self.pieces.append(Facts(html))
        st.html(html)

    def note(self, text: str) -> None:
        """Show a small print."""
        if text:
            self.pieces.append(Note(text))
            st.caption(text)

    def table(self, table: Table) -> None:
        """Remember a table; `analysis.table` shows it."""
        self.pieces.append(table)

    def curves(self, curves: Curves) -> None:
        """Remember curves; the analysis shows them as a chart one can point at."""
        self.pieces.append(curves)

    def defined(self, *functions: Callable[..., Any]) -> None:
        """Remember what figures are defined by; `analysis.definition` shows it."""
        self.functions.extend(function for function in functions if function not in self.functions)
