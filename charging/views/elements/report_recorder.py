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


class TableRows(Protocol):
    """Rows of a table, columns under their names on the page: a `DataFrame`, or `LazyRows`."""

    def __len__(self) -> int:
        """Return how many there are."""

    def head(self, n: int, /) -> pd.DataFrame:
        """Return the first rows, at most `n`."""


@dataclass(frozen=True, slots=True)
class LazyRows:
    """Rows that are written out as far as they are asked for."""

    count: int
    head: Callable[[int], pd.DataFrame]

    def __len__(self) -> int:
        return self.count


class ReportTable(NamedTuple):
    """A table with all its rows."""

    name: str  # of its file
    title: str
    rows: TableRows
    formats: Mapping[str, str]  # of numbers, as Streamlit names them, by column


class ChartLine(NamedTuple):
    """A line of a chart."""

    name: str
    colour: str
    dash: tuple[int, int]  # px drawn, px left out
    points: tuple[tuple[float, float], ...]


class Curves(NamedTuple):
    """Lines of shares, 0 to 1, over a logarithmic axis."""

    lines: tuple[ChartLine, ...]
    ticks: tuple[float, ...]  # of the axis, the first and the last its ends
    unit: str
    marked: float  # the place on the axis that the facts are about


Piece = Facts | Note | ReportTable | Curves


@dataclass(slots=True)
class ReportRecorder:
    """What the present run has shown; the one thing here that changes."""

    questions: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    functions: list[Callable[..., Any]] = field(default_factory=list)  # whose docstrings are the definitions

    def clear(self) -> None:
        """Forget the run before."""
        self.questions, self.pieces, self.functions = [], [], []

    def record_question(self, label: str, answer: str) -> None:
        """Record a parameter of the analysis in words; its widget shows it."""
        self.questions.append((label, answer))

    def show_html(self, html: str) -> None:
        """Show facts as HTML."""
        self.pieces.append(Facts(html))
        st.html(html)

    def show_note(self, text: str) -> None:
        """Show a small print."""
        if text:
            self.pieces.append(Note(text))
            st.caption(text)

    def record_piece(self, piece: ReportTable | Curves) -> None:
        """Record a table or curves, which the analysis shows as a table or chart of Streamlit."""
        self.pieces.append(piece)

    def record_definitions(self, *functions: Callable[..., Any]) -> None:
        """Record the functions that define figures; `analysis.show_definition` shows their docstrings."""
        self.functions.extend(function for function in functions if function not in self.functions)
