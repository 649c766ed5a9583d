"""Every text the page says exists in both languages, and none is kept that nothing says."""

import ast
import csv
import datetime as dt
import importlib
import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from charging.analytics.changes.stations import Obstacle
from charging.analytics.comparison import PILES
from charging.analytics.quality.duplicates import KeepReason
from charging.domain import vocabulary
from charging.domain.filters import Filters
from charging.domain.published import Qualifier, launch_figures
from charging.errors import Fault
from charging.maps.tiles import CHOICES
from charging.sources.datex2.codes import FacilityDoubt
from charging.sources.ocpi import codes as ocpi_codes
from charging.sources.open_charge_map import codes as open_charge_map_codes
from charging.sources.recognition.column_guess import FIELDS
from charging.sources.records import PileRecord, PointDoubt, Reason, StationRecord
from charging.views.chrome.headline import PARTNERS
from charging.views.elements import texts

VIEWS = Path(texts.__file__).parents[1]
SAYING = re.compile(r"\bsay\((?:[^()]|\([^()]*\))*\)")  # in a template, where it is as in Python

with texts.CATALOGUE.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
KEYS = {row["key"] for row in ROWS}
ENGLISH = texts.catalogue("en")


def _says(node):
    """Tell whether a call asks for a text: `say(...)`, `context.say(...)`, or `self(...)` inside `Texts`."""
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("say", "self") and bool(node.args)


@cache
def _nodes():
    """Return all that stands in the modules and templates of the page."""
    modules = [path.read_text(encoding="utf-8") for path in sorted(VIEWS.rglob("*.py"))]
    templates = [path.read_text(encoding="utf-8") for path in sorted(VIEWS.rglob("*.j2"))]
    sayings = [saying for template in templates for saying in SAYING.findall(template)]
    return [node for source in (*modules, *sayings) for node in ast.walk(ast.parse(source))]


@cache
def _sayings(kind):
    """Return the calls that ask for a text by a constant or by a pattern."""
    calls = [node for node in _nodes() if isinstance(node, ast.Call) and _says(node)]
    return [call for call in calls if isinstance(call.args[0], kind)]


def _patterns():
    return [call.args[0] for call in _sayings(ast.JoinedStr)]


def _expression(pattern):
    """Return an f-string as a regular expression with a group for each value."""
    parts = (re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in pattern.values)
    return re.compile("".join(parts))


def _values():
    """Return what can stand in the gaps: constants and fields, closed sets, published figures."""
    values = {str(node.value) for node in _nodes() if isinstance(node, ast.Constant)}
    values |= {f"-{value}" for value in values}
    values |= {ast.unparse(node.target) for node in _nodes() if isinstance(node, ast.AnnAssign)}
    values |= {*StationRecord._fields, *PileRecord._fields, *FIELDS}
    values |= {member for members in _closed_sets() for member in members}
    figures = [figure for subject in ("network", *PARTNERS) for figure in launch_figures(subject)]
    values |= {value for figure in figures for value in (figure.subject, figure.measure, figure.unit)}
    return values | set(PILES) | set(CHOICES)


def _closed_sets():
    """Return the enumerations a view can see, and those whose members reach it as values."""
    names = [path.relative_to(VIEWS).with_suffix("").parts for path in VIEWS.rglob("[a-z]*.py")]
    modules = [importlib.import_module(".".join(("charging.views", *name))) for name in names]
    seen = {
        thing
        for module in (vocabulary, *modules)
        for thing in vars(module).values()
        if isinstance(thing, type)
    }
    return {
        *(Fault, KeepReason, Reason, PointDoubt, Qualifier, Obstacle),
        *(ocpi_codes.Doubt, open_charge_map_codes.SiteDoubt, FacilityDoubt),
        *(kind for kind in seen if issubclass(kind, StrEnum)),
    }


def _said_by_the_sentence():
    """Return the keys `Filters.describe` asks for when everything is set."""
    asked = []
    everything = Filters(
        relations=tuple(vocabulary.Relation),
        currents=tuple(vocabulary.Current),
        connectors=tuple(vocabulary.Connector),
        statuses=tuple(vocabulary.Status),
        access=tuple(vocabulary.Access),
        sites=tuple(vocabulary.Site),
        operators=("nio",),
        cities=("110100",),
        min_power_kw=120,
        opened_since=dt.date(2024, 1, 1),
        text="a",
        include_unknown=True,
    )
    for filters in (Filters(), everything):
        filters.describe(lambda key: asked.append(key) or "")
    return {key for key in asked if not key.startswith(("operator.", "city."))}


SENTENCE = _said_by_the_sentence()


def test_the_keys_are_unique_and_sayings_were_found():
    assert len(KEYS) == len(ROWS)
    assert min(len(_sayings(ast.Constant)), len(_patterns()), len(SENTENCE)) > 10


def test_every_text_is_there_in_both_languages():
    assert all(set(row) == {"key", *texts.LANGUAGES} for row in ROWS)
    assert [row["key"] for row in ROWS if not all(row.values())] == []


def test_every_text_has_the_same_places_to_fill_in_both_languages():
    places = [[_places(row[language]) for row in ROWS] for language in texts.LANGUAGES]
    assert places[0] == places[1]


def test_chinese_texts_have_chinese_punctuation():
    half = re.compile(r"[:;?()]|(?<!\d),|,(?!\d)")
    texts = {row["key"]: re.sub(r"`[^`]*`|\{[^}]*\}", "_", row["zh"]) for row in ROWS}
    assert [
        key for key, text in texts.items() if re.search("[\u4e00-\u9fff]", text) and half.search(text)
    ] == []


def _places(text):
    """Return what is given with a text; what a dataset counts is filled in of itself."""
    return {name for _, name, _, _ in Formatter().parse(text) if name} - {"units", "Units"}


ABOUT_PILES = re.compile(
    r"units?\.pile|published\..*|measure\..*|growth\.unit\..*|figures\.unit|start\.build|analysis\.definition\..*"
)
"""Texts of published figures and of the simulated network, which are of piles, and what a definition says."""


def test_no_text_takes_for_granted_that_a_dataset_counts_piles():
    rows = [row for row in ROWS if not ABOUT_PILES.fullmatch(row["key"])]
    said = {row["key"]: re.sub(r"\{\w+\}", "", f"{row['en']} {row['zh']}") for row in rows}
    assert [key for key, text in said.items() if re.search(r"\bpiles?\b|桩", text, re.IGNORECASE)] == []


def test_every_text_that_is_said_exists_and_is_filled():
    assert {call.args[0].value for call in _sayings(ast.Constant)} - KEYS == set()
    given = [
        (call.args[0].value, {keyword.arg for keyword in call.keywords}) for call in _sayings(ast.Constant)
    ]
    # a text that is filled later is asked for without values
    assert [(key, values) for key, values in given if values and values != _places(ENGLISH[key])] == []


def test_every_pattern_of_keys_has_texts():
    starts = [(pattern, getattr(pattern.values[0], "value", "")) for pattern in _patterns()]
    ours = [pattern for pattern, start in starts if start not in ("operator.", "city.")]  # of the registries
    assert [ast.unparse(each) for each in ours if not any(map(_expression(each).fullmatch, KEYS))] == []


def test_the_sentence_over_the_map_has_all_its_words():
    assert SENTENCE <= KEYS


@pytest.mark.parametrize("subject", ["network", *PARTNERS])
def test_what_is_noted_of_a_published_figure_is_in_the_catalogue_word_for_word(subject):
    for figure in launch_figures(subject):
        said = ENGLISH.get(f"published.{figure.subject}.{figure.measure}")
        assert said == figure.note


@pytest.mark.slow
def test_no_text_is_kept_that_nothing_says():
    values = _values()
    said = SENTENCE | {call.args[0].value for call in _sayings(ast.Constant)}
    patterns = [_expression(pattern) for pattern in _patterns()]
    for key in KEYS - said:
        matches = filter(None, (pattern.fullmatch(key) for pattern in patterns))
        if any(values.issuperset(match.groups()) for match in matches):
            said.add(key)
    assert sorted(KEYS - said) == []
