"""The search beyond China: towns by each of their names, those of the dataset's countries first."""

from pathlib import Path

import pytest
from abroad import build_abroad

from charging.dataset.manifest import Description
from charging.dataset.versions import write_version
from charging.domain.vocabulary import Kind
from charging.queries.dataset_figures import countries
from charging.queries.engine import Engine
from charging.queries.search import MAX_HITS, HitKind, find_hits
from charging.queries.town_search import find_towns

US = frozenset({"US"})


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    built = build_abroad()
    description = Description(
        name="abroad", title="A", kind=Kind.REAL, as_of=None, sources=built.sources, report=built.report
    )
    folder = Path(tmp_path_factory.mktemp("abroad") / "abroad")
    engine = Engine(write_version(folder, built.tables, description), memory_limit_mb=100)
    yield engine
    engine.close()


def first(engine, text):
    return find_hits(engine, text)[0]


def test_the_countries_of_a_dataset_are_those_of_its_stations(engine):
    assert countries(engine) == {"CN", "DE", "US"}


@pytest.mark.parametrize("text", ["München", "munich", "MUNCHEN", "慕尼黑", "Monaco di Baviera", "geonames"])
def test_a_town_is_found_by_native_english_and_other_names(engine, text):
    hits = [hit for hit in find_hits(engine, text) if hit.kind is HitKind.CITY]
    assert [hit.id for hit in hits[:1]] == ([] if text == "geonames" else ["geonames:2867714"])


@pytest.mark.parametrize("text", ["Nueva York", "New York", "纽约", "Nova Iorque"])
def test_new_york_is_found_by_what_it_is_called_elsewhere(engine, text):
    assert first(engine, text).id == "geonames:5128581"


def test_of_towns_of_one_name_those_in_the_countries_of_the_dataset_come_first(engine):
    hit = first(engine, "Albany")
    assert (hit.kind, hit.region, hit.region_zh) == (HitKind.CITY, "NY, United States", "美国")
    assert (
        find_towns("albany", frozenset({"AU"}), are_cities=False, limit=1)[0].city.province_en == "Australia"
    )


def test_cities_of_china_are_found_as_ever(engine):
    assert first(engine, "Beijing").id == first(engine, "北京").id == "110000"


def test_a_district_is_a_town_of_its_own(engine):
    assert first(engine, "Brooklyn").id == "geonames:5110302"


def test_abroad_a_name_must_begin_with_the_letters():
    assert all(hit.is_home or hit.rank < 2 for hit in find_towns("bany", US, are_cities=True, limit=50))
    assert "Albany" in {hit.city.name_en for hit in find_towns("bany", US, are_cities=True, limit=50)}
    assert "Berlin" not in {hit.city.name_en for hit in find_towns("erlin", US, are_cities=True, limit=50)}


@pytest.mark.parametrize("text", ["a", "zz", "%", "(", "\\", "北", "’"])
def test_any_letters_give_at_most_as_many_hits_as_are_shown(engine, text):
    hits = [hit.kind for hit in find_hits(engine, text)]
    assert all(hits.count(kind) <= limit for kind, limit in MAX_HITS.items())


def test_a_town_is_found_once_however_many_of_its_names_match():
    ids = [hit.city.id for hit in find_towns("new", US, are_cities=True, limit=200)]
    assert len(set(ids)) == len(ids)
