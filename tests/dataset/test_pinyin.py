"""Chinese names are spelled as one types them, and only where there are any."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from charging.dataset.building import pinyin
from charging.dataset.building.pinyin import MAX_SPELLED, add_pinyin, spell_name, spell_names
from charging.dataset.content_hash import content_hash
from charging.dataset.operators import operators_of
from charging.dataset.store import open_dataset
from charging.dataset.upgrade import upgrade_dataset
from charging.dataset.versions import write_version
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Datum
from charging.sources.records import StationRecord

ROOT = Path(__file__).parents[2]


def station(number=1, **values):
    return StationRecord(source_id=str(number), lat=39.9, lon=116.4, datum=Datum.WGS84, **values)


@pytest.fixture(params=["format_1", "format_2"])
def old_format(request, tmp_path):
    fixtures = ROOT / "tests" / "fixtures"
    return open_dataset(Path(shutil.copytree(fixtures / request.param, tmp_path / "old")))


def pinyin_of(built):
    return built.tables["stations"]["pinyin"].to_pylist()


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("蔚来", "weilai wl"),
        ("特来电", "telaidian tld"),
        ("星星充电", "xingxingchongdian xxcd"),
        ("国家电网", "guojiadianwang gjdw"),
        ("重庆北站", "chongqingbeizhan cqbz"),
        ("重点", "zhongdian zd"),
        ("长沙银行", "changshayinhang csyh"),
        ("长大行政楼", "zhangdaxingzhenglou zdxzl"),
        ("绿地", "ludi ld"),
        ("ＮＩＯ 蔚来 · 2号站", "nioweilai2haozhan niowl2hz"),
        ("Zoë’s 充电", "zoeschongdian zoescd"),
        ("EV充", "euchong euc"),
        ("東京駅", "dongjingyi djy"),
    ],
)
def test_a_name_is_spelled_by_the_phrases_it_has_in_full_and_by_initials(name, spelled):
    assert spell_name(name) == spelled


@pytest.mark.parametrize("name", ["NIO", "", " ", "のエキ", "급속", "%_!", "\U00020bb7"])
def test_what_has_no_chinese_or_no_known_spelling_has_no_pinyin(name):
    assert spell_name(name) is None


def test_every_chinese_operator_of_the_registry_is_spelled_in_letters_alone():
    spelled = [spell_name(operator.name_zh) for operator in load_operators() if operator.name_zh]
    assert spelled
    assert all(each.replace(" ", "", 1).isalnum() and each.isascii() for each in spelled)


def test_a_long_name_costs_what_a_short_one_does():
    assert len(spell_name("充" * 1_000_000)) == MAX_SPELLED * len("chongc") + 1


def test_a_name_is_spelled_once_however_many_stations_have_it(monkeypatch):
    spelled = []
    monkeypatch.setattr(pinyin, "spell_name", lambda name: spelled.append(name) or "x y")
    column = spell_names(pa.chunked_array([["蔚来", None, "NIO"], ["蔚来"]]))
    assert (column.to_pylist(), spelled) == (["x y", None, None, "x y"], ["蔚来"])


def test_a_station_has_the_pinyin_of_both_of_its_names_and_of_one_name_once(build):
    records = [
        station(1, name="蔚来站", name_zh="蔚来站"),
        station(2, name="NIO", name_zh="蔚来"),
        station(3, name="蔚来", name_zh="天安门"),
        station(4, name="蔚来"),
        station(5, name="NIO", name_zh="NIO"),
        station(6),
    ]
    assert pinyin_of(build(records)) == [
        "weilaizhan wlz",
        "weilai wl",
        "weilai wl tiananmen tam",
        "weilai wl",
        None,
        None,
    ]


def test_rows_that_were_built_before_are_spelled_again_with_the_new_ones(tiny_built):
    stations = tiny_built.tables["stations"]
    assert add_pinyin(stations)["pinyin"].to_pylist() == stations["pinyin"].to_pylist()
    assert add_pinyin(stations.slice(0, 0))["pinyin"].type == pa.string()


def test_pinyin_is_content_and_a_table_without_chinese_keeps_its_hash(build):
    for name, is_content in (("蔚来", True), ("NIO", False)):
        tables = build([station(name=name)]).tables
        stations = tables["stations"]
        column = pa.nulls(1, pa.string())
        silent = stations.set_column(stations.schema.get_field_index("pinyin"), "pinyin", column)
        assert (content_hash(tables) != content_hash(tables | {"stations": silent})) is is_content


def test_operators_are_spelled_by_their_chinese_name_be_they_registered_or_not(
    build, tiny_description, tmp_path
):
    records = [
        station(1, operator_raw="蔚来"),
        station(2, operator_raw="无名充电"),
        station(3, operator_raw="Zap"),
    ]
    dataset = write_version(tmp_path / "own", build(records).tables, tiny_description)
    assert {each.name: each.pinyin for each in operators_of(dataset)} == {
        "NIO": "weilai wl",
        "无名充电": "wumingchongdian wmcd",
        "Zap": None,
    }


def test_an_upgraded_dataset_has_the_pinyin_of_its_names(old_format):
    assert all(each.pinyin is None for each in operators_of(old_format))
    upgraded = upgrade_dataset(old_format.folder)
    assert [each.pinyin for each in operators_of(upgraded)] == [
        spell_name(each.name_zh or each.name) for each in operators_of(upgraded)
    ]
    stations = pq.read_table(upgraded.path("stations"))
    assert add_pinyin(stations)["pinyin"].to_pylist() == stations["pinyin"].to_pylist()


@pytest.mark.slow
def test_the_words_of_pinyin_are_read_only_where_a_name_is_chinese():
    code = (
        "import sys, charging.dataset.pipeline, charging.dataset.upgrade\n"
        "from charging.dataset.building.pinyin import spell_name\n"
        "for name in ('NIO', 'München', '蔚来'): spell_name(name); print('pypinyin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
