"""A report as one HTML page: it opens without a network, runs no script, and prints on A4.

The page is `report.html.j2`, which escapes every text; its content security policy refuses every request.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import zip_longest
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charging.maps.palette import Theme
from charging.maps.static_files import static_json
from charging.maps.static_map_svg import StaticMap, light_colour
from charging.views.elements.markup import strip_markdown
from charging.views.elements.report_recorder import Curves, Facts, Note, Piece, ReportTable
from charging.views.elements.svg_chart import curves_figure
from charging.views.elements.texts import Texts

MAX_ROWS = 30
"""Rows of a table on the page; the zip has all of them."""

MIN_WIDE_COLUMNS = 9
"""Columns from which a table is printed smaller; on landscape sheets with more than `MAX_PORTRAIT_ROWS`."""

MAX_PORTRAIT_ROWS = 8

_STRIPE = re.compile(r'(?<=style="background:)#[0-9a-f]{6}(?=")')


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisReport:
    """What a report holds, in the reader's language."""

    say: Texts
    theme: Theme  # of the page it was taken from
    title: str
    kind: str
    is_simulated: bool
    sentence: str
    questions: tuple[tuple[str, str], ...]
    made_on: dt.date
    pieces: tuple[Piece, ...]
    definitions: tuple[tuple[str, str], ...]  # name and text
    sources: tuple[str, ...]
    link: str
    map_note: str
    plate: Callable[[], StaticMap]
    headline: str = ""  # the loaded dataset with its figures

    @property
    def tables(self) -> tuple[ReportTable, ...]:
        """The tables, in the order of the page."""
        return tuple(piece for piece in self.pieces if isinstance(piece, ReportTable))


def render_report(report: AnalysisReport) -> str:
    """Return a report as HTML."""
    template = template_environment().get_template("report.html.j2")
    return template.render(
        report=report,
        say=report.say,
        definition_lead=definition_lead(report.say),
        plate=report.plate(),
        theme=static_json("theme.json")["light"],
        sections=_sections(report.pieces),
        grid=partial(_table_cells, say=report.say),
        chart=partial(curves_figure, theme=report.theme),
        in_light=lambda html: _STRIPE.sub(lambda found: light_colour(found[0], report.theme), html),
    )


def definition_lead(say: Texts) -> str:
    """Return what comes before the definitions, which call a pile what a dataset may call otherwise."""
    if say.unit_counted == "pile":
        return say("analysis.definition.lead")
    return say("analysis.definition.lead.units")


@cache
def template_environment() -> Environment:
    """Return what reads templates: every text is escaped, and a name that is not given is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"css_text": css_text, "lines": plain_lines}
    environment.tests |= {
        "facts": lambda piece: isinstance(piece, Facts),
        "note": lambda piece: isinstance(piece, Note),
        "curves": lambda piece: isinstance(piece, Curves),
    }
    return environment


def css_text(text: str) -> str:
    r"""Return a text for a string in a style sheet, which nothing in it can end.

    Examples
    --------
    >>> print(css_text('A"</style>').rstrip())
    A\000022 \00003c \00002f style\00003e
    """
    return "".join(char if char.isalnum() or char == " " else f"\\{ord(char):06x} " for char in text)


def _sections(pieces: tuple[Piece, ...]) -> list[tuple[str, list[Piece]]]:
    """Return classes and pieces of each section: a table has one of its own, with the notes after it."""
    sections: list[tuple[str, list[Piece]]] = []
    for piece, following in zip_longest(pieces, pieces[1:]):
        if _is_heading(piece) and (
            not isinstance(following, Facts | Note | Curves) or _is_heading(following)
        ):
            continue  # of buttons, which have no place on paper
        if isinstance(piece, ReportTable):
            sections.append((_table_classes(piece), []))
        elif not sections or (sections[-1][0] and not isinstance(piece, Note)):
            sections.append(("", []))
        sections[-1][1].append(piece)
    return sections


def _is_heading(piece: Piece | None) -> bool:
    return isinstance(piece, Facts) and piece.html.startswith("<h3 ") and piece.html.count("<") == len("<>")


def _table_classes(table: ReportTable) -> str:
    if len(table.rows.head(0).columns) < MIN_WIDE_COLUMNS:
        return "listed"
    return "listed dense wide" if len(table.rows) > MAX_PORTRAIT_ROWS else "listed dense"


def plain_lines(text: str) -> list[str]:
    """Return the lines of a small print without their Markdown."""
    return [strip_markdown(line) for line in text.split("  \n")]


def _table_cells(table: ReportTable, say: Texts) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """Return name and class of each column of a table, and its first rows as they are written."""
    rows = table.rows.head(MAX_ROWS)
    columns = [(str(name), "number" if pd.api.types.is_numeric_dtype(rows[name]) else "") for name in rows]
    forms = [table.formats.get(name, "") for name, _ in columns]
    cells = [
        [format_value(value, form, say) for value, form in zip(values, forms, strict=True)]
        for values in rows.itertuples(index=False, name=None)
    ]
    return columns, cells


def format_value(value: Any, form: str, say: Texts) -> str:  # noqa: ANN401  any value of a table
    """Return a value as the tables of the page write it.

    The `form` of a number is `percent`, of a share from 0 to 1, `compact`, a printf format, or "" for all
    digits that mean something.

    Examples
    --------
    >>> say = Texts("en")
    >>> [format_value(value, "", say) for value in (12345, 0.125, None, "NIO")]
    ['12,345', '0.125', '–', 'NIO']
    >>> format_value(0.125, "percent", say), format_value(2.345, "%.1f", say)
    ('12.5 %', '2.3')
    """
    if pd.isna(value):
        return "–"
    if not isinstance(value, Real) or isinstance(value, bool):
        return str(value)
    number = float(value)
    if form == "percent":
        return say.share(number)
    if form == "compact":
        return _compact(number)
    if form.startswith("%"):
        return form % number
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4f}".rstrip("0").rstrip(".")


def _compact(number: float) -> str:
    """Return a number with three digits and the letter of its thousands."""
    if not math.isfinite(number) or number == 0:
        return f"{number:g}"
    step = min(max(int(math.log10(abs(number)) // 3), 0), 4)
    return f"{number / 1000**step:.3g}{('', 'K', 'M', 'B', 'T')[step]}"
