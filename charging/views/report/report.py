"""The report: what a view says now, as a page to print, and its tables with all rows as a zip."""

import datetime as dt
import inspect
import io
from collections.abc import Callable, Sequence
from functools import partial
from zipfile import ZipFile

import pyarrow as pa
import streamlit as st

from charging.dataset.store import Dataset
from charging.exports.files import file_stem, strip_controls, zip_entry
from charging.exports.formats import table_csv
from charging.maps.static_map_svg import draw_static_map
from charging.queries.totals import count_left_out_as_unknown
from charging.views.chrome.headline import headline_line
from charging.views.elements.markup import strip_markdown
from charging.views.elements.report_recorder import ReportTable
from charging.views.elements.texts import Texts
from charging.views.mapview import current_view
from charging.views.mapview.map_layers import MapLayers
from charging.views.report.map_caption import link_query, page_link, source_notes
from charging.views.report.report_html import AnalysisReport, definition_lead, render_report
from charging.views.session.colours import theme
from charging.views.session.context import ViewContext
from charging.views.session.visit import PageName, visit


def show_report_buttons(context: ViewContext, shown: MapLayers) -> None:
    """Show the buttons that hand out the report of a view; nothing is made before one is pressed."""
    say, datasets = context.say, context.datasets
    report = collect_report(context, shown)
    name = f"{file_stems(datasets)}-{'-'.join(_view_names())}"
    _button(say, "page", lambda: render_report(report).encode(), f"{name}.html", "text/html", "description")
    make_zip = partial(report_zip, report, name, datasets)
    _button(say, "zip", make_zip, f"{name}.zip", "application/zip", "folder_zip")


def collect_report(context: ViewContext, shown: MapLayers) -> AnalysisReport:
    """Return what the view shows now."""
    say, recorder, answers = context.say, context.recorder, context.answers
    sentence = context.selection.describe(say)
    if left_out := answers.ask(count_left_out_as_unknown, context.selection):
        sentence += f" {strip_markdown(say('filter.left_out', count=say.number(left_out)))}"
    viewport = current_view.viewport(context)
    kinds = ("view", "analysis.name")
    title = " · ".join(say(f"{kind}.{name}") for kind, name in zip(kinds, _view_names(), strict=False))
    sources = [line for each in context.datasets for line in source_notes(each, say)]
    if visit.weights:
        sources.append(say("report.own_weights"))
    return AnalysisReport(
        say=say,
        theme=theme(),
        title=title,
        kind=context.footer or say("kind.real"),
        is_simulated=bool(context.footer),
        headline=headline_line(context),
        sentence=sentence,
        questions=tuple(recorder.questions),
        made_on=dt.datetime.now(dt.UTC).date(),
        pieces=tuple(recorder.pieces),
        definitions=tuple(
            (f"{function.__module__}.{function.__qualname__}", inspect.getdoc(function) or "")
            for function in recorder.functions
        ),
        sources=tuple(dict.fromkeys(sources)),
        link=page_link(context.selection, viewport) or link_query(context.selection, viewport),
        map_note=strip_markdown(shown.note),
        plate=partial(
            draw_static_map, viewport.bounds, viewport.zoom, tuple(shown.layers), say.language, title
        ),
    )


def report_zip(report: AnalysisReport, name: str, datasets: Sequence[Dataset]) -> bytes:
    """Return the zip: the page, its tables with all rows as CSV, and what one must know to use them."""
    dated = datasets[0]
    begin = file_stems(datasets)
    files = {f"{name}.html": render_report(report).encode()}
    files |= {f"{begin}-{table.name}.csv": table_csv_bytes(table) for table in report.tables}
    files = {f"{begin}-README.txt": readme(report, begin).encode(), **files}
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for file, data in files.items():
            archive.writestr(zip_entry(file, dated), data)
    return target.getvalue()


def readme(report: AnalysisReport, begin: str) -> str:
    """Return what one must know to use the tables, as text; `begin` is how their names begin."""
    say = report.say
    counts = [say("report.readme.rows", rows=say.number(len(table.rows))) for table in report.tables]
    listed = [
        f"{begin}-{table.name}.csv: {table.title} ({rows})"
        for table, rows in zip(report.tables, counts, strict=True)
    ]
    lines = [
        report.title,
        report.kind,
        *([report.headline] if report.headline else []),
        report.sentence,
        *(f"{label}: {answer}" for label, answer in report.questions),
        say("report.made", date=say.date(report.made_on)),
        "",
        *listed,
        say("report.readme.csv"),
        "",
        *report.sources,
        f"{say('take.link')} {report.link}",
        "",
        definition_lead(say),
        *(line for name, text in report.definitions for line in ("", name, text)),
    ]
    return strip_controls("\n".join(lines) + "\n")


def table_csv_bytes(table: ReportTable) -> bytes:
    """Return a table with all its rows as CSV."""
    return table_csv(pa.Table.from_pandas(table.rows.head(len(table.rows)), preserve_index=False))


def file_stems(datasets: Sequence[Dataset]) -> str:
    """Return how the names of files begin: with every dataset, and whether it is simulated."""
    return "-".join(file_stem(dataset) for dataset in datasets)


def _button(say: Texts, what: str, make: Callable[[], bytes], file_name: str, mime: str, symbol: str) -> None:
    st.download_button(
        say(f"report.{what}"),
        make,
        file_name,
        mime,
        key=f"report_{what}",
        help=say(f"report.{what}.help"),
        icon=f":material/{symbol}:",
        on_click="ignore",
        type="tertiary",
        width="content",
    )


def _view_names() -> list[str]:
    """Return what is looked at: the view, and the analysis, in the one that has several."""
    return [str(visit.page), *([str(visit.analysis)] if visit.page == PageName.COVERAGE else [])]
