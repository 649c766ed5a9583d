"""The brief: what a view says now, as a page to print, and its tables with all rows as a zip."""

import datetime as dt
import inspect
import io
from collections.abc import Callable, Sequence
from functools import partial
from zipfile import ZipFile

import pyarrow as pa
import streamlit as st

from charging.dataset.store import Dataset
from charging.exports.files import entry, harmless, stem
from charging.exports.formats import table_csv
from charging.maps.layers import Layer
from charging.maps.static_map_svg import plate
from charging.queries.totals import left_out_as_unknown
from charging.views.elements.markup import unmarked
from charging.views.elements.report_recorder import Table
from charging.views.elements.texts import Texts
from charging.views.mapview import map_pane
from charging.views.mapview.map_layers import Drawing
from charging.views.report.map_caption import link, link_query, notes
from charging.views.report.report_html import Brief, printed
from charging.views.session.colours import theme
from charging.views.session.state import Page


def offer(drawing: Drawing, groups: Sequence[Layer], note: str) -> None:
    """Show the buttons that hand out the brief; nothing is made before one is pressed.

    Parameters
    ----------
    groups
        The layers of the map, the surface first.
    note
        What must be said about what they leave out.
    """
    say, datasets = drawing.say, drawing.datasets
    brief = gathered(drawing, groups, note)
    name = f"{stems(datasets)}-{'-'.join(_view())}"
    _button(say, "page", partial(_page, brief), f"{name}.html", "text/html", "description")
    _button(
        say, "zip", partial(packed, brief, name, datasets), f"{name}.zip", "application/zip", "folder_zip"
    )


def gathered(drawing: Drawing, groups: Sequence[Layer], note: str) -> Brief:
    """Return what the view says now."""
    say, said, answers = drawing.say, drawing.said, drawing.answers
    sentence = drawing.selection.describe(say)
    if left_out := answers.ask(left_out_as_unknown, drawing.selection):
        sentence += f" {unmarked(say('filter.left_out', count=say.number(left_out)))}"
    viewport = map_pane.viewport(answers)
    title = " · ".join(_title(drawing))
    both = [answers, *([drawing.beside] if drawing.beside else [])]
    sources = [line for each in both for line in notes(each, say)]
    if st.session_state.get("brought"):
        sources.append(say("brief.own_weights"))
    return Brief(
        say=say,
        theme=theme(),
        title=title,
        kind=drawing.footer or say("kind.real"),
        is_simulated=bool(drawing.footer),
        sentence=sentence,
        questions=tuple(said.questions),
        made_on=dt.datetime.now(dt.UTC).date(),
        pieces=tuple(said.pieces),
        definitions=tuple(
            (f"{function.__module__}.{function.__qualname__}", inspect.getdoc(function) or "")
            for function in said.functions
        ),
        sources=tuple(dict.fromkeys(sources)),
        link=link(drawing.selection, viewport) or link_query(drawing.selection, viewport),
        map_note=unmarked(note),
        plate=partial(plate, viewport.bounds, viewport.zoom, tuple(groups), say.language, title),
    )


def packed(brief: Brief, name: str, datasets: Sequence[Dataset]) -> bytes:
    """Return the zip: the page, its tables with all rows as CSV, and what one must know to use them."""
    dated = datasets[0]
    begin = stems(datasets)
    files = {f"{name}.html": printed(brief).encode()}
    files |= {f"{begin}-{table.name}.csv": csv_of(table) for table in brief.tables}
    files = {f"{begin}-README.txt": readme(brief, begin).encode(), **files}
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for file, data in files.items():
            archive.writestr(entry(file, dated), data)
    return target.getvalue()


def readme(brief: Brief, begin: str) -> str:
    """Return what one must know to use the tables, as text; `begin` is how their names begin."""
    say = brief.say
    counts = [say("brief.readme.rows", rows=say.number(len(table.rows))) for table in brief.tables]
    listed = [
        f"{begin}-{table.name}.csv: {table.title} ({rows})"
        for table, rows in zip(brief.tables, counts, strict=True)
    ]
    lines = [
        brief.title,
        brief.kind,
        brief.sentence,
        *(f"{label}: {answer}" for label, answer in brief.questions),
        say("brief.made", date=say.date(brief.made_on)),
        "",
        *listed,
        say("brief.readme.csv"),
        "",
        *brief.sources,
        f"{say('take.link')} {brief.link}",
        "",
        say("analysis.definition.lead"),
        *(line for name, text in brief.definitions for line in ("", name, text)),
    ]
    return harmless("\n".join(lines) + "\n")


def csv_of(table: Table) -> bytes:
    """Return a table with all its rows as CSV."""
    return table_csv(pa.Table.from_pandas(table.rows.head(len(table.rows)), preserve_index=False))


def stems(datasets: Sequence[Dataset]) -> str:
    """Return how the names of files begin: with every dataset, and whether it is simulated."""
    return "-".join(stem(dataset) for dataset in datasets)


def _button(say: Texts, what: str, made: Callable[[], bytes], file_name: str, mime: str, symbol: str) -> None:
    st.download_button(
        say(f"brief.{what}"),
        made,
        file_name,
        mime,
        key=f"brief_{what}",
        help=say(f"brief.{what}.help"),
        icon=f":material/{symbol}:",
        on_click="ignore",
        type="tertiary",
        width="content",
    )


def _page(brief: Brief) -> bytes:
    return printed(brief).encode()


def _view() -> list[str]:
    """Return what is looked at: the view, and the topic of the one that has topics."""
    session = st.session_state
    return [str(session.page), *([str(session.topic)] if session.page == Page.COVERAGE else [])]


def _title(drawing: Drawing) -> list[str]:
    kinds = ("view", "topic")
    return [drawing.say(f"{kind}.{name}") for kind, name in zip(kinds, _view(), strict=False)]
