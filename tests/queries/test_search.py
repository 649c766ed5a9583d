"""What a few letters find, and in which order."""

from pathlib import Path

import pytest

from charging.dataset.store import open_dataset
from charging.dataset.versions import write_version
from charging.domain.datum import to_wgs84
from charging.domain.vocabulary import Datum
from charging.queries.engine import Engine
from charging.queries.search import MAX_HITS, HitKind, find_hits
from charging.sources.records import StationRecord

FORMAT_2 = Path(__file__).parents[1] / "fixtures" / "format_2"


@pytest.fixture(scope="module")
def engine(tiny_dataset):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    yield engine
    engine.close()


@pytest.fixture
def engine_of(build, tiny_description, tmp_path):
    """Make an engine of stations with these names, all of a size."""
    engines = []

    def _engine_of(names):
        records = [
            StationRecord(
                source_id=str(number), lat=39.9, lon=116.4 + number / 100, datum=Datum.WGS84, name=name
            )
            for number, name in enumerate(names)
        ]
        dataset = write_version(tmp_path / "named", build(records).tables, tiny_description)
        engines.append(Engine(dataset, memory_limit_mb=100))
        return engines[-1]

    yield _engine_of
    for each in engines:
        each.close()


@pytest.fixture
def engine_of_format_2():
    engine = Engine(open_dataset(FORMAT_2), memory_limit_mb=100)
    yield engine
    engine.close()


def kinds(hits):
    return [hit.kind for hit in hits]


@pytest.mark.parametrize("text", ["xian", "xi'an", "Xi an", "XIAN", "ｘｉａｎ", "西安", "西安市", "xi’an"])
def test_a_city_is_found_by_every_spelling(engine, text):
    assert find_hits(engine, text)[0].id == "610100"


@pytest.mark.parametrize(
    ("text", "name"),
    [("wulumuqi", "Urumqi"), ("haerbin", "Harbin"), ("lvliang", "Lüliang"), ("luliang", "Lüliang")],
)
def test_cities_with_another_english_name_are_found_by_their_pinyin(engine, text, name):
    assert find_hits(engine, text)[0].name == name


def test_of_two_cities_of_a_name_the_larger_comes_first_unless_the_province_is_said(engine):
    assert [hit.name_zh for hit in find_hits(engine, "suzhou")[:2]] == ["苏州市", "宿州市"]
    assert find_hits(engine, "suzhou anhui")[0].name_zh == "宿州市"


def test_an_exact_name_goes_before_a_larger_one_that_only_begins_so(engine):
    names = [hit.name for hit in find_hits(engine, "xian") if hit.kind is HitKind.CITY]
    assert names[0] == "Xi'an"
    assert len(names) == MAX_HITS[HitKind.CITY]
    assert all(name.startswith("Xian") for name in names[1:])


def test_points_go_before_everything(engine):
    first, second = find_hits(engine, "121.47 31.23")
    assert (first.kind, first.datum, first.lat, first.lon) == (HitKind.POINT, Datum.WGS84, 31.23, 121.47)
    lat, lon = to_wgs84(31.23, 121.47, Datum.GCJ02)
    assert (second.datum, second.lat, second.lon) == (Datum.GCJ02, float(lat), float(lon))


def test_a_point_said_to_be_gcj02_offers_the_other_reading_second(engine):
    assert [hit.datum for hit in find_hits(engine, "gcj 31.23, 121.47")] == [Datum.GCJ02, Datum.WGS84]


def test_far_from_china_there_is_one_reading(engine):
    [hit] = find_hits(engine, "gcj 48.85, 2.35")
    assert (hit.lat, hit.lon) == (48.85, 2.35)


def test_operators_are_those_of_the_dataset(engine):
    assert [hit.id for hit in find_hits(engine, "nio") if hit.kind is HitKind.OPERATOR] == ["nio"]
    assert HitKind.OPERATOR not in kinds(find_hits(engine, "xpeng"))


def test_a_town_that_is_a_city_is_found_once(engine):
    assert kinds(find_hits(engine, "kunming")) == [HitKind.CITY]


def test_towns_come_after_cities_and_operators(engine):
    town = find_hits(engine, "永济")[0]
    assert (town.kind, town.name, town.region_zh) == (HitKind.TOWN, "Yongji", "山西省")


@pytest.mark.parametrize("text", ["东长安街", "tiananmen", "蔚来超充 天安门", "TIANANMEN nio"])
def test_a_station_is_found_by_name_and_by_address(engine, text):
    hit = find_hits(engine, text)[-1]
    assert (hit.kind, hit.id, hit.region) == (HitKind.STATION, "tiny:bj-1", "东长安街")


def test_stations_come_largest_first(engine):
    found = [hit.id for hit in find_hits(engine, "北京", limit=20) if hit.kind is HitKind.STATION]
    assert found == ["tiny:bj-2", "tiny:bj-1", "tiny:bj-4", "tiny:bj-3"]


def test_a_hostile_name_is_found_as_text(engine):
    assert [hit.id for hit in find_hits(engine, "<script>")] == ["tiny:bj-3"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "!", "' or 1=1 --", "\\", "zzzz"])
def test_patterns_and_sql_are_text_that_nothing_has(engine, text):
    assert find_hits(engine, text) == ()


def test_there_are_never_more_than_asked_for_and_keys_are_unique(engine):
    hits = find_hits(engine, "a", limit=5)
    assert len(hits) == 5
    assert len({hit.key for hit in hits}) == 5


def test_a_long_text_is_cut(engine):
    assert find_hits(engine, "x" * 100_000) == ()


def operators_in(hits):
    return [hit.id for hit in hits if hit.kind is HitKind.OPERATOR]


def stations_in(hits):
    return [hit.id for hit in hits if hit.kind is HitKind.STATION]


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("weilai", "nio"),
        ("Wei Lai", "nio"),
        ("wl", "nio"),
        ("telaidian", "teld"),
        ("tld", "teld"),
        ("ｔｅｌａｉ", "teld"),
        ("guojiadianwang", "state_grid"),
        ("gjdw", "state_grid"),
    ],
)
def test_an_operator_is_found_by_pinyin_and_by_its_initials(engine, text, operator):
    assert operators_in(find_hits(engine, text)) == [operator]


@pytest.mark.parametrize("text", ["jd", "jdw"])
def test_initials_find_an_operator_only_from_the_first(engine, text):
    assert operators_in(find_hits(engine, text)) == []


@pytest.mark.parametrize(
    "text", ["weilaichaochong", "weilai chaochong", "wei lai", "wlcc", "Wèi Lái", "nio wlcc"]
)
def test_a_station_is_found_by_the_pinyin_of_its_name(engine, text):
    assert "tiny:bj-1" in stations_in(find_hits(engine, text))


def test_a_name_of_these_letters_comes_before_one_of_this_pinyin(engine_of):
    engine = engine_of(["Tai hot", "站台红", "台红", "A Taihong", "Taihong"])
    found = [hit.name for hit in find_hits(engine, "taihong") if hit.kind is HitKind.STATION]
    assert found == ["Taihong", "台红", "A Taihong", "站台红"]


def test_u_with_dots_is_found_as_u_and_as_v(engine_of):
    engine = engine_of(["绿地充电", "EV充电"])
    for text in ("lvdi", "ludi", "lüdi", "lü di"):
        assert [hit.name for hit in find_hits(engine, text)[-1:]] == ["绿地充电"]
    assert [hit.name for hit in find_hits(engine, "evchong")] == ["EV充电"]


def test_a_dataset_without_pinyin_is_searched_by_its_letters(engine_of_format_2):
    assert stations_in(find_hits(engine_of_format_2, "station far")) == ["abroad:far"]
    assert stations_in(find_hits(engine_of_format_2, "chongdianzhan")) == []
