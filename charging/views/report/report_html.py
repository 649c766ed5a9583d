"""A brief as one HTML page: it opens without a network, runs no script, and prints on A4.

Everything foreign in it went through `markup.element`; its content security policy refuses every request.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from numbers import Real
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from charging.maps.palette import Theme
from charging.maps.static_map_svg import Legend, Plate, light
from charging.views.elements.markup import element, stripe, terms, unmarked
from charging.views.elements.report_recorder import Curves, Facts, Note, Piece, Table
from charging.views.elements.svg_chart import sketch
from charging.views.elements.texts import Texts

MOST_ROWS = 30
"""Rows of a table on the page; the zip has all of them."""

WIDE_COLUMNS = 9
"""Columns from which a table is printed smaller, and on sheets that lie if it is longer than `FEW_ROWS`."""

FEW_ROWS = 8

_FOLDER = Path(__file__).parent
_STRIPE = re.compile(r'(?<=style="background:)#[0-9a-f]{6}(?=")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a brief holds, in the reader's language."""

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
    plate: Callable[[], Plate]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in the order of the page."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Table))

    @property
    def badge(self) -> str:
        """The mark of what is simulated, or real."""
        return element("span", "badge simulated" if self.is_simulated else "badge", text=self.kind)


def printed(brief: Brief) -> str:
    """Return a brief as HTML."""
    css = Template((_FOLDER / "report.css").read_text("utf-8"))
    footer = f"{brief.title} · {brief.kind}"
    body = [_head(brief), _plate(brief), *_pieces(brief), _definitions(brief), _sources(brief)]
    return Template((_FOLDER / "report.html").read_text("utf-8")).substitute(
        language=brief.say.language,
        title=escape(footer),
        css=css.substitute(footer=css_text(footer)),
        body="\n".join(body),
    )


def css_text(text: str) -> str:
    r"""Return a text for a string in a style sheet, which nothing in it can end.

    Examples
    --------
    >>> print(css_text('A"</style>').rstrip())
    A\000022 \00003c \00002f style\00003e
    """
    return "".join(char if char.isalnum() or char == " " else f"\\{ord(char):06x} " for char in text)


def _head(brief: Brief) -> str:
    say = brief.say
    made = say("brief.made", date=say.date(brief.made_on))
    return element(
        "header",
        "",
        element("h1", "", text=brief.title),
        element("p", "", brief.badge),
        element("p", "lead", text=brief.sentence),
        *([terms(brief.questions, "asked")] if brief.questions else []),
        element("p", "note", text=made),
    )


def _plate(brief: Brief) -> str:
    drawn = brief.plate()
    legends = [_legend(legend, brief) for legend in drawn.legends]
    notes = [note for note in (brief.map_note, brief.say("brief.map.view")) if note]
    lines = (element("p", "", text=note) for note in notes)
    caption = element("figcaption", "", *lines, brief.badge)
    return element("figure", "plate", drawn.svg, *legends, caption)


def _legend(legend: Legend, brief: Brief) -> str:
    title = f"{legend.title} · {legend.unit}" if legend.unit else legend.title
    rows = [
        element(
            "li",
            "",
            stripe(row.colour) if row.colour else element("span", "swatch hatched"),
            element("span", "", text=row.label),
            element("span", "count", text=brief.say.number(row.amount)),
        )
        for row in legend.rows
    ]
    counted = element("li", "count", text=f"({legend.counted})")
    return element("ul", "legend", element("li", "title", text=title), *rows, counted)


def _pieces(brief: Brief) -> list[str]:
    """Return what was said in its order, each table in one section with the notes after it."""
    parts: list[list[str]] = []
    classes = []
    for piece, following in zip_longest(brief.pieces, brief.pieces[1:]):
        if _is_heading(piece) and (
            not isinstance(following, Facts | Note | Curves) or _is_heading(following)
        ):
            continue  # of buttons, which have no place on paper
        if isinstance(piece, Table):
            parts.append([])
            classes.append(_table_classes(piece))
        elif not parts or (classes[-1] and not isinstance(piece, Note)):
            parts.append([])
            classes.append("")
        parts[-1].append(_piece(piece, brief))
    return [element("section", kind, *part) for kind, part in zip(classes, parts, strict=True)]


def _piece(piece: Piece, brief: Brief) -> str:
    if isinstance(piece, Facts):
        lightened = _STRIPE.sub(lambda found: light(found[0], brief.theme), piece.html)
        return element("div", "said", lightened)
    if isinstance(piece, Note):
        return "".join(element("p", "note", text=line) for line in lines_of(piece.text))
    if isinstance(piece, Curves):
        return sketch(piece, brief.theme)
    return _table(piece, brief)


def _is_heading(piece: Piece | None) -> bool:
    return isinstance(piece, Facts) and piece.html.startswith("<h3 ") and piece.html.count("<") == len("<>")


def _table_classes(table: Table) -> str:
    if len(table.rows.head(0).columns) < WIDE_COLUMNS:
        return "listed"
    return "listed dense wide" if len(table.rows) > FEW_ROWS else "listed dense"


def lines_of(text: str) -> list[str]:
    """Return the lines of a small print without their Markdown."""
    return [unmarked(line) for line in text.split("  \n")]


def _table(table: Table, brief: Brief) -> str:
    say, rows = brief.say, table.rows.head(MOST_ROWS)
    is_number = {name: pd.api.types.is_numeric_dtype(rows[name]) for name in rows}
    kinds = ["number" if is_number[name] else "" for name in rows]
    head = [element("th", kind, text=str(name)) for name, kind in zip(rows, kinds, strict=True)]
    lines = [
        element(
            "tr",
            "",
            *(
                element("td", kind, text=written(value, table.formats.get(str(name), ""), say))
                for name, kind, value in zip(rows, kinds, values, strict=True)
            ),
        )
        for values in rows.itertuples(index=False, name=None)
    ]
    told = say("brief.rows", shown=say.number(len(rows)), rows=say.number(len(table.rows)))
    made = element(
        "table",
        "",
        element("caption", "", brief.badge, text=table.title),
        element("thead", "", element("tr", "", *head)),
        element("tbody", "", *lines),
    )
    return element("div", "scroll", made) + element("p", "note", text=told)


def written(value: Any, form: str, say: Texts) -> str:  # noqa: ANN401  any value of a table
    """Return a value as the tables of the page write it.

    Parameters
    ----------
    form
        Format of a number: `percent`, of a share from 0 to 1, `compact`, a printf format, or "" for all
        digits that mean something.

    Examples
    --------
    >>> say = Texts("en")
    >>> [written(value, "", say) for value in (12345, 0.125, None, "NIO")]
    ['12,345', '0.125', '–', 'NIO']
    >>> written(0.125, "percent", say), written(2.345, "%.1f", say)
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


def _definitions(brief: Brief) -> str:
    if not brief.definitions:
        return ""
    parts = [
        element("h3", "", text=name) + element("pre", "", text=text, lang="en")
        for name, text in brief.definitions
    ]
    title = element("h2", "", text=brief.say("analysis.definition"))
    lead = element("p", "note", text=brief.say("analysis.definition.lead"))
    return element("section", "definitions", title, lead, *parts)


def _sources(brief: Brief) -> str:
    say = brief.say
    lines = [element("p", "", text=line) for line in brief.sources]
    shown = {"href": brief.link} if brief.link.startswith(("http://", "https://")) else {}
    link = element("a", "", text=brief.link, rel="noreferrer", **shown)
    return element(
        "footer",
        "",
        element("h2", "", text=say("brief.sources")),
        *lines,
        element("p", "link", link, text=f"{say('take.link')} "),
    )
