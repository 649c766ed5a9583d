"""A dataset that counts charging ports, some of them under an id of another station, on every view."""

import ast
import io
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from views.paged import html, layer, opened, page_over, texts

from charging import views
from charging.dataset.merging import write_merged
from charging.dataset.store import open_dataset
from charging.domain.filters import Filters
from charging.domain.vocabulary import Datum
from charging.exports.files import Format, Request, What, describe, write_export
from charging.queries.engine import Engine
from charging.settings import Settings
from charging.sources.records import PileRecord, StationRecord
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.report import map_caption
from charging.views.session.caching import Answers
from charging.views.session.context import ViewContext
from charging.views.session.repeat_notes import repeat_note

OF_PILES = re.compile(r"\bpiles?\b|桩", re.IGNORECASE)
NOTES = re.compile(r"<summary[^>]*>[^<]*(?:may be counted twice|可能重复计数)")
NOTE_OF_ONE = {"en": "1 of the charging ports in this dataset may be", "zh": "此数据集中有 1 个充电口可能"}

VIEWS = (
    {},
    {"at": "39.9,116.4,14"},
    {"station": "tiny:twice-0"},
    {"hex": "8631aa42fffffff"},
    {"area": "G2-1"},
    {"measure": "leading_operator"},
    *(
        {"view": "coverage", "topic": topic}
        for topic in ("partners", "leaving", "reach", "highways", "spots")
    ),
    {"view": "compare", "a": "nio", "b": "teld"},
    {"view": "compare", "other": "older"},
    {"view": "changes", "other": "older"},
    {"view": "data"},
)


def imports(name):
    """Return the modules a module of the page imports from."""
    tree = ast.parse((PAGE / name).read_text("utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


PAGE = Path(views.__file__).parent
TOTALS = {"charging.queries.totals", "charging.queries.dataset_figures", "charging.analytics.studies"}
NOTED_ELSEWHERE = {
    *(f"analyses/{name}.py" for name in ("partners", "operator_exit", "reach", "highways", "white_spots")),
    *("analyses/unknowns.py", "pages/compare.py", "pages/changes.py"),  # by `show_analysis`, for all of them
    *("analyses/units.py", "session/analysis_params.py", "session/colours.py"),  # show no totals
    *("datasets/dataset_switcher.py", "mapview/map_layers.py", "report/report.py"),  # nor do these
}
"""Modules that ask for totals and have no note of their own."""


def name_of(query):
    return "-".join(query.values()) or "map"


@pytest.fixture(scope="module")
def ports(build, tiny_records, tiny_description, tiny_source, tmp_path_factory):
    """The tiny world counted in ports, with two stations more that have a port of one id."""
    twice = (
        StationRecord(
            source_id=f"twice-{number}",
            lat=39.9 + number,
            lon=116.4,
            datum=Datum.WGS84,
            operator_raw="TELD",
            piles=(PileRecord(pile_id="P-700"), PileRecord(pile_id=f"P-{number}")),
        )
        for number in range(2)
    )
    folder = tmp_path_factory.mktemp("ports")
    built = build([*tiny_records, *twice], source=replace(tiny_source, unit_counted="charging port"))
    for name, date in (("ports", "2024-12"), ("older", "2023-12")):
        about = replace(
            tiny_description, name=name, as_of=date, sources=built.sources, report=built.report, title="Ports"
        )
        write_merged(folder / name, built.tables, about)
    return open_dataset(folder / "ports")


@pytest.fixture
def page(ports, monkeypatch):
    return page_over(ports, ports.folder.parent, monkeypatch)


@pytest.fixture
def context(ports):
    say = Texts("en", unit_counted="charging port")
    return ViewContext(Answers(ports, Settings()), Filters(), Settings(), say)


def visible(page, query, language):
    """Return all that can be read, without how a definition is introduced and what a style sheet says."""
    drawn = () if query.get("view") == "data" else ("hexes", "stations", "legend", "dots")
    lead = Texts(language, unit_counted="charging port")("analysis.definition.lead.units")
    seen = "\n".join([*texts(page), *(str(layer(page, name)) for name in drawn)])
    return re.sub("<style.*?</style>|<[^>]*>", " ", seen.replace(lead, ""), flags=re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", VIEWS, ids=name_of)
def test_nothing_on_a_view_is_called_a_pile_and_every_total_has_the_note_beside_it(page, query, language):
    shown, seen = html(opened(page, **query, lang=language).run()), visible(page, query, language)
    assert {"en": "charging ports", "zh": "充电口"}[language] in seen
    assert OF_PILES.findall(seen) == []
    # under the figures, under the operators of the sidebar, in the panel for each dataset that is shown
    panels = 0 if query.get("view") == "data" else 2 if "other" in query else 1
    assert len(NOTES.findall(shown)) == 2 + panels
    assert NOTE_OF_ONE[language] in shown


@pytest.mark.slow
def test_a_selection_that_leaves_the_repeats_out_has_the_note_of_the_whole_dataset(page):
    opened(page, operator="nio").run()
    assert len(NOTES.findall(html(page))) == 3


def test_what_asks_for_totals_has_the_note():
    imported = {(name := path.relative_to(PAGE).as_posix()): imports(name) for path in PAGE.rglob("*.py")}
    asking = {name for name, modules in imported.items() if modules & TOTALS} - NOTED_ELSEWHERE
    assert {name for name in asking if "charging.views.session.repeat_notes" not in imported[name]} == set()


@pytest.mark.slow
def test_every_map_and_picture_that_is_taken_away_has_the_note_with_its_reason(context, monkeypatch):
    monkeypatch.setattr(map_caption, "page_link", lambda *_: "")
    note = "1 of the charging ports in this dataset may be counted twice. They have the id of one at another"
    notes = (map_caption.caption(context, None).notes, map_caption.picture_notes(context))
    assert [[text.startswith(note) for text in each].count(True) for each in notes] == [1, 1]


def test_a_table_that_is_taken_away_has_it_too(ports):
    request = Request(what=What.STATIONS, format=Format.CSV, filters=Filters(operators=("nio",)))
    assert describe(ports, request)["repeated_piles"] == 1
    target = io.BytesIO()
    write_export(Engine(ports, memory_limit_mb=100), ports, request, target)
    with ZipFile(target) as archive:
        said = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".txt"))
    assert "Of the piles in the whole dataset 1 may be counted twice" in said


def test_nothing_is_noted_where_no_id_repeats(tiny_dataset):
    assert [repeat_note(tiny_dataset, Texts(language)) for language in LANGUAGES] == ["", ""]
