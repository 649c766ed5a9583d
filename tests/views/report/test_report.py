"""The report: everything a view says, where nothing can be asked and on paper; and its tables as a zip."""

import datetime as dt
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pyarrow.csv as pa_csv
import pytest
from conftest import HOSTILE_NAME
from jinja2 import UndefinedError
from views.paged import opened, page_over

from charging.analytics.coverage import marginal_gains
from charging.maps.palette import Theme
from charging.maps.static_map_svg import Legend, LegendRow, StaticMap
from charging.views.elements.markup import element, stripe
from charging.views.elements.report_recorder import (
    ChartLine,
    Curves,
    Facts,
    Note,
    ReportRecorder,
    ReportTable,
)
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.report import report as briefs
from charging.views.report.report import readme, report_zip
from charging.views.report.report_html import (
    MAX_ROWS,
    AnalysisReport,
    css_text,
    format_value,
    render_report,
    template_environment,
)
from charging.views.session.visit import AnalysisName

TEMPLATE = Path(briefs.__file__).with_name("report.html.j2")
FORMULA = '=HYPERLINK("http://x.example","x")'
LINK = "http://127.0.0.1:1/?dataset=tiny&lang=en&view=coverage&a=%3Cscript%3E"


def table(rows=3, **formats):
    names = [HOSTILE_NAME, FORMULA, None, *(f"row {row}" for row in range(3, rows))][:rows]
    shown = pd.DataFrame({"Name": names, "Piles": [float(row) for row in range(rows)]})
    return ReportTable("hostile", f"All of {HOSTILE_NAME}", shown, formats)


def report(*pieces, language="en", **given):
    drawn = StaticMap(
        element("svg", "", element("title", "", text="drawn")),
        (Legend("Served", "", (LegendRow("", "gone", 2),), "cells"),),
    )
    usual = {
        "say": Texts(language),
        "theme": Theme.LIGHT,
        "title": f"Coverage {HOSTILE_NAME}",
        "kind": "Simulated network",
        "is_simulated": True,
        "sentence": f"Stations with {HOSTILE_NAME}",
        "questions": (("Base", HOSTILE_NAME),),
        "made_on": dt.date(2026, 11, 21),
        "pieces": pieces,
        "definitions": (("charging.some.where", "Return <what> `it` is."),),
        "sources": (f"{HOSTILE_NAME} · licence: CC0-1.0",),
        "link": LINK,
        "map_note": "",
        "plate": lambda: drawn,
    }
    return AnalysisReport(**usual | given)


class Reader(HTMLParser):
    """Reads a page: its tags, what they would load, its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.loaded, self.heard, self.words = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.heard.append(name)
            if name in ("src", "srcset", "data", "poster", "background", "xlink:href"):
                self.loaded.append(value)
            if name == "href" and tag != "a":
                self.loaded.append(value)

    def handle_data(self, data):
        if self.tags[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)


def test_hostile_names_are_text_everywhere():
    html = render_report(report(table(), Note(HOSTILE_NAME), Facts(element("p", "", text=HOSTILE_NAME))))
    page = Reader(html)
    assert "script" not in page.tags
    assert page.heard == []
    assert page.text.count("<script>alert(1)</script> `${name}`") == 9
    assert FORMULA in page.text
    assert "<what>" in page.text


def test_the_template_escapes_all_but_what_our_own_functions_made():
    template = TEMPLATE.read_text("utf-8")
    assert re.findall(r"([^{ ][^{|]*) \| safe", template) == [
        "plate.svg",
        "in_light(piece.html)",
        "chart(piece)",
    ]
    assert "autoescape" not in template
    assert template_environment().from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"


def test_a_name_that_the_template_is_not_given_is_an_error():
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        template_environment().from_string("{{ nothing }}").render()


def test_nothing_is_loaded_and_nothing_may_be():
    html = render_report(report(table()))
    page = Reader(html)
    assert page.loaded == []
    assert "link" not in page.tags
    assert not re.search(r"url\((?!#)|@import", html)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in html


@pytest.mark.parametrize("address", [LINK, "javascript:alert(1)", "?dataset=tiny"])
def test_only_a_link_to_a_page_can_be_followed(address):
    html = render_report(report(link=address))
    assert ("href=" in html) == address.startswith("http://")
    assert address in Reader(html).text


def test_simulated_is_said_at_the_head_the_map_every_table_and_the_foot_of_every_sheet():
    html = render_report(report(table(), table()))
    assert html.count('<span class="badge simulated">Simulated network</span>') == 4
    assert re.search(r'@bottom-left { content: "[^"]*Simulated network";', html)
    assert "Simulated network</title>" in html
    assert "badge simulated" not in render_report(report(table(), is_simulated=False)).partition("<body>")[2]


def test_a_text_cannot_end_the_string_of_the_style_sheet():
    assert '"' not in css_text('a"b')
    assert "</style" not in render_report(report(title='"}</style><script>')).partition("</style>")[0]


def test_a_long_table_shows_its_first_rows_and_says_how_many_there_are():
    page = Reader(render_report(report(table(rows=45))))
    assert f"{MAX_ROWS} of 45 rows" in page.text
    assert "row 29" in page.text
    assert "row 30" not in page.text


def test_a_wide_table_is_printed_small_and_a_long_one_on_a_sheet_that_lies():
    few, many = (
        ReportTable("wide", "Wide", pd.DataFrame({f"c{n}": range(rows) for n in range(12)}), {})
        for rows in (3, 30)
    )
    assert 'class="listed dense"' in render_report(report(few))
    assert 'class="listed dense wide"' in render_report(report(many))


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234567, "", "1,234,567"),
        (1234.5, "localized", "1,234.5"),
        (float("nan"), "", "–"),
        (0.5, "percent", "50.0 %"),
        (1_234_567.0, "compact", "1.23M"),
        (0, "compact", "0"),
        ("12", "", "12"),
        (True, "", "True"),
        (2.25, "%.1f", "2.2"),
    ],
)
def test_values_are_written_as_on_the_page(value, form, text):
    assert format_value(value, form, Texts("en")) == text


def test_colours_are_those_of_the_light_theme():
    facts = Facts(element("p", "", stripe("#7db7ff"), text="#7db7ff"))
    html = render_report(report(facts, theme=Theme.DARK))
    assert "background:#1f5fae" in html
    assert "#7db7ff" in Reader(html).text


def test_a_heading_of_buttons_alone_is_left_out():
    heading, other = (Facts(element("h3", "panel-section", text=text)) for text in ("Longest", "Known"))
    page = Reader(render_report(report(heading, other, Note("ten"), heading, table())))
    assert "Longest" not in page.text
    assert "Known" in page.text


def test_curves_are_drawn_with_their_names():
    line = ChartLine(HOSTILE_NAME, "#1f5fae", (4, 3), ((1.0, 0.0), (10.0, 0.5), (100.0, 1.0)))
    html = render_report(report(Curves((line,), (1, 10, 100), "of people", 10)))
    assert 'points="44.0,234.0 374.0,122.0 704.0,10.0"' in html
    assert HOSTILE_NAME.split()[0] in Reader(html).text


def test_the_zip_has_the_page_every_row_and_what_one_must_know(tiny_dataset):
    made = report(table(rows=45), ReportTable("other", "Other", pd.DataFrame({"n": [1]}), {}))
    with ZipFile(io.BytesIO(report_zip(made, "tiny-coverage", (tiny_dataset,)))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    begin = f"tiny-{tiny_dataset.content_hash[:8]}"
    assert list(files) == [
        f"{begin}-README.txt",
        "tiny-coverage.html",
        f"{begin}-hostile.csv",
        f"{begin}-other.csv",
    ]
    assert files["tiny-coverage.html"].decode() == render_report(made)
    rows = pa_csv.read_csv(io.BytesIO(files[f"{begin}-hostile.csv"])).to_pandas()
    assert rows["Piles"].tolist() == made.tables[0].rows["Piles"].tolist()
    assert rows["Name"].tolist()[:2] == [HOSTILE_NAME, f"'{FORMULA}"]


def test_the_readme_says_kind_licence_date_link_and_definitions():
    text = readme(report(table()), "simulated-tiny")
    parts = (
        "Simulated network",
        "CC0-1.0",
        "21 Nov 2026",
        LINK,
        "Return <what>",
        "simulated-tiny-hostile.csv",
    )
    assert [part for part in parts if part not in text] == []
    assert "\u202e" not in text


def test_the_same_view_gives_the_same_bytes(tiny_dataset):
    made = report(table())
    assert report_zip(made, "a", (tiny_dataset,)) == report_zip(made, "a", (tiny_dataset,))


def test_what_was_said_in_the_run_before_is_forgotten():
    recorder = ReportRecorder()
    recorder.record_question("Base", "NIO")
    recorder.record_piece(table())
    recorder.record_definitions(marginal_gains, marginal_gains)
    assert recorder.functions == [marginal_gains]
    recorder.clear()
    assert recorder == ReportRecorder()


@pytest.fixture
def taken(tiny_dataset, tmp_path, monkeypatch):
    """Run the page with a query; return the report its button hands out, and the page."""
    made = []
    collect_report = briefs.collect_report

    def _collected(*asked):
        made.append(collect_report(*asked))
        return made[-1]

    monkeypatch.setattr(briefs, "collect_report", _collected)

    def _taken(**query):
        page = opened(page_over(tiny_dataset, tmp_path, monkeypatch), **query)
        return (made[-1] if made else None), page

    return _taken


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_what_the_view_says(taken, tiny_dataset, language):
    made, page = taken(view="coverage", lang=language, operator=["nio", "teld"], gain="cities", km="3")
    say, read = Texts(language), Reader(render_report(made))
    parts = [
        "A tiny world",
        say("kind.real"),
        "CC0-1.0",
        tiny_dataset.content_hash[:8],
        say.date(dt.datetime.now(dt.UTC).date()),
        say("operator.nio"),
        say("gain.cities"),
        "3 km",
        say("partners.after"),
        say("analysis.definition.lead"),
        marginal_gains.__doc__.splitlines()[0],
    ]
    assert [part for part in parts if part not in read.text] == []
    assert all(part in made.link for part in ("operator=nio", "operator=teld", "gain=cities", "km=3", "at="))
    assert [each.title for each in made.tables] == [say("analysis.table.partners")]
    assert len(page.get("download_button")) == 3


@pytest.mark.slow
@pytest.mark.parametrize("topic", AnalysisName)
def test_every_analysis_has_its_questions_facts_tables_and_definitions_in_the_report(taken, topic):
    made, _ = taken(view="coverage", topic=topic, lang="en")
    first = made.pieces[0]
    assert isinstance(first, Facts)
    assert "panel-title" in first.html
    assert made.questions
    assert made.tables
    assert made.definitions
    assert any(isinstance(piece, Note) for piece in made.pieces)


def test_reach_has_its_curves_in_the_report(taken):
    made, _ = taken(view="coverage", topic="reach", lang="en", km="10")
    [curves] = [piece for piece in made.pieces if isinstance(piece, Curves)]
    assert curves.marked == 10
    assert all(0 <= share <= 1 for line in curves.lines for _, share in line.points)


def test_a_comparison_has_its_report(taken):
    made, page = taken(view="compare", lang="en", a="nio", b="teld")
    assert ("A", "NIO") in made.questions
    files = [block.proto.label for block in page.get("download_button")]
    assert {"Report", "Tables"} <= {label.split(":")[-1].strip() for label in files}


def test_every_table_of_the_page_is_in_the_report(taken):
    made, page = taken(view="coverage", topic="leaving", lang="en")
    assert len(made.tables) == len(page.dataframe) > 1
    for shown, kept in zip(page.dataframe, made.tables, strict=True):
        assert list(shown.value.columns) == list(kept.rows.columns)
        assert len(shown.value) <= len(kept.rows)


@pytest.mark.slow
def test_a_selected_cell_does_not_silence_the_report(taken):
    open_panel, _ = taken(view="coverage", lang="en")
    selected, _ = taken(view="coverage", lang="en", hex="8831aa5087fffff")
    assert selected.pieces[0] == open_panel.pieces[0]
    assert selected.definitions == open_panel.definitions


def test_the_map_view_has_no_report(taken):
    made, _ = taken(lang="en")
    assert made is None
