"""Stations outside China: headed by their own figures, and asked nothing that is Chinese."""

import re
from dataclasses import replace

import pytest
from views.paged import captions, html, opened, page_over, said, tables, texts

from charging.dataset.versions import write_version
from charging.domain.vocabulary import Current, Datum
from charging.sources.records import PileRecord, StationRecord

TOWNS = (("Albany", "NY"), ("Troy", "NY"), ("Buffalo", "NY"))
OF_CHINA = re.compile("[\u3400-\u9fff]|Xiaomi|Carmakers|NIO|China|GCJ|province|Stated region")


@pytest.fixture
def page(build, tiny_description, tiny_source, tmp_path, monkeypatch):
    """The page over three stations of New York State, one of Tesla's, counted in ports."""
    records = [
        StationRecord(
            source_id=str(at),
            lat=42.6 + at / 10,
            lon=-73.8 - at,
            datum=Datum.WGS84,
            name=f"Lot {at}",
            operator_raw="Tesla" if at == 0 else None,
            country="US",
            region=region,
            city_raw=city,
            piles=(PileRecord(count=at + 1, current=Current.DC if at else Current.AC),),
        )
        for at, (city, region) in enumerate(TOWNS)
    ]
    built = build(records, source=replace(tiny_source, unit_counted="charging port"))
    description = replace(tiny_description, sources=built.sources, report=built.report, title="New York")
    return page_over(write_version(tmp_path / "ny", built.tables, description), tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"view": "coverage"},
        {"view": "coverage", "topic": "leaving", "leaver": "tesla"},
        {"view": "coverage", "topic": "highways"},
        {"view": "compare"},
        {"view": "changes"},
        {"view": "data"},
    ],
    ids=lambda query: "-".join(query.values()) or "map",
)
def test_nothing_chinese_is_asked(page, query):
    opened(page, **query).run()
    assert [text for text in texts(page) if OF_CHINA.search(text)] == []


@pytest.mark.slow
def test_the_header_has_title_unit_and_places_of_the_dataset(page):
    opened(page).run()
    shown = html(page)
    assert "Real · New York" in shown
    headings = re.findall('<div class="what"><span class="">([^<]*)', shown)
    assert headings[:2] == ["stations", "charging ports"]
    assert [key for key in ("city", "relation") if any(each.key == key for each in page.multiselect)] == [
        "city"
    ]


@pytest.mark.slow
def test_a_link_to_a_city_abroad_selects_its_stations_and_names_it(page):
    opened(page, city="geonames:5106834").run()
    [cities] = [each for each in page.multiselect if each.key == "city"]
    assert (cities.options, cities.value) == (["Albany"], ["geonames:5106834"])


@pytest.mark.slow
def test_a_link_to_a_city_nobody_knows_selects_nothing_and_says_so(page):
    opened(page, city="geonames:1")
    assert "city=geonames" in " ".join(each.value for each in page.warning)
    assert [each.value for each in page.multiselect if each.key == "city"] in ([], [[]])


@pytest.mark.slow
def test_highways_are_not_offered(page):
    opened(page, view="coverage")
    [topics] = [each for each in page.segmented_control if each.key == "topic"]
    assert "Highways" not in topics.options


@pytest.mark.slow
def test_a_link_to_highways_is_answered_calmly(page):
    opened(page, view="coverage", topic="highways")
    assert "lists no service areas" in html(page)
    assert list(page.code) == []


@pytest.mark.slow
def test_what_is_lost_is_counted_in_cells_and_cities_and_the_page_says_so(page):
    opened(page, view="coverage", topic="leaving", leaver="tesla")
    assert said(page)["Charging ports lost"] == "16.7 % (1 of 6)"
    assert "No figures by city" not in captions(page)
    assert "No figures by service area" in captions(page)
    assert "Albany" in str([rows.to_dict() for rows in tables(page)])
