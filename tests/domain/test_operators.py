import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.operators import OperatorKind, load_operators, strip_suffixes
from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.vocabulary import Relation
from charging.errors import SchemaError

HEADER = "id,name_en,name_zh,kind,org_code,wikidata,relation,piles_2024_06,source\n"
ALIAS_HEADER = "alias,operator_id,scope,country\n"


@pytest.fixture(scope="module")
def registry():
    return load_operators()


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert strip_suffixes(strip_suffixes(text)) == strip_suffixes(text)


@given(st.text(alphabet="充电站超有限公司()cn., co·ltd超级", max_size=30))
def test_normalising_twice_changes_nothing_where_suffixes_are_stacked(text):
    assert strip_suffixes(strip_suffixes(text)) == strip_suffixes(text)


def test_the_network_has_thirteen_partners(registry):
    partners = [operator for operator in registry if operator.relation is Relation.PARTNER]
    assert len(partners) == 13
    assert [o.id for o in partners if o.kind is OperatorKind.CARMAKER] == ["nio", "xpeng", "li_auto"]


def test_the_ten_public_partners_are_the_largest_of_june_2024(registry):
    counted = sorted((o.piles_2024_06, o.relation) for o in registry if o.piles_2024_06)
    assert [relation for _, relation in counted[-10:]] == [Relation.PARTNER] * 10


def test_ids_and_codes_are_unique(registry):
    codes = [o.org_code for o in registry if o.org_code]
    items = [item for o in registry for item in o.wikidata]
    assert len(set(codes)) == len(codes)
    assert len(set(items)) == len(items)
    assert all(len(code) == 9 for code in codes)


def test_the_code_wins_over_every_name(registry):
    found = registry.resolve(org_code=" 395815801", wikidata="Q29921278", raw="星星充电", station_name="蔚来")
    assert found == "teld"


def test_an_unknown_code_leaves_the_word_to_the_next(registry):
    assert registry.resolve(org_code="111111111", wikidata="Q1; Q63035278", raw="NIO") == "xpeng"


@pytest.mark.parametrize(
    ("raw", "operator_id"),
    [
        ("TELD", "teld"),
        ("ｔｅｌｄ (CN)", "teld"),
        ("青岛特来电新能源有限公司", "teld"),
        ("小桔充电", "didi"),
        ("滴滴充电站", "didi"),
        ("理想", "li_auto"),
        ("国家电网有限公司", "state_grid"),
        ("Tesla Motors Inc.", "tesla"),
        ("BP", "bp"),
        ("bp pulse", "bp"),
        ("Star Charge", "star_charge"),
        ("StarCharge", "star_charge"),
        ("Star", None),
        ("鹏辉", None),
        ("Weilai", "nio"),
        ("Weilan", "weilan"),
        ("Weijing", "weijingyun"),
        ("Yunchongkuai", "ykc"),
        ("BYD Flash Charging", "byd"),
        ("SAIC Anyo", "anyue"),
        ("万马", "wanma"),
        ("(Unknown Operator)", None),
        ("", None),
    ],
)
def test_an_operator_is_read_from_its_raw_text(registry, raw, operator_id):
    assert registry.resolve(raw=raw) == operator_id


@pytest.mark.parametrize(
    ("station_name", "operator_id"),
    [
        ("北京朝阳大悦城蔚来超充站", "nio"),
        ("蔚景云充电站(科技园)", "weijingyun"),
        ("蔚蓝快充宝安站", "weilan"),
        ("蔚蓝海岸三期充电站", None),
        ("鹏辉能源充电站", None),
        ("小鹏超充站 · 鹏辉园区", "xpeng"),
        ("理想城小区充电站", None),
        ("理想超充站 沪昆高速", "li_auto"),
        ("万达汇充电站(地下)", None),
        ("华为坂田基地充电站", None),
        ("云快充电站 7号", "ykc"),
        ("Home充电站", None),
        ("ABPark Charging", None),
        ("BP加油站", "bp"),
        ("BP International", None),
        ("Rua António Bessa Leite", None),
        ("Union Square", None),
        ("NIO超充", "nio"),
        ("nionio", None),
        ("比亚迪闪充站 坪山", "byd"),
        ("比亚迪4S店充电站", None),
    ],
)
def test_an_operator_is_found_inside_a_station_name(registry, station_name, operator_id):
    assert registry.resolve(station_name=station_name) == operator_id


@pytest.mark.parametrize(
    ("raw", "country", "operator_id"),
    [
        ("EVPower", "CN", "evpower"),
        ("EVPower", "PT", None),
        ("EV Power", None, None),
        ("Hong Kong EV Power", "CN", None),
        ("依威能源", None, "evpower"),
    ],
)
def test_ev_power_is_the_chinese_company_only_in_china(registry, raw, country, operator_id):
    assert registry.resolve(raw=raw, country=country) == operator_id


@pytest.mark.parametrize(
    ("raw", "operator_id"),
    [("Special Call", "teld"), ("Special Electric", "teld"), ("Ideal", "li_auto"), ("加电", "nio")],
)
def test_what_machines_make_of_a_name_means_the_operator_only_in_china(registry, raw, operator_id):
    assert registry.resolve(raw=raw, country="CN") == operator_id
    assert registry.resolve(raw=raw, country="DE") is None


@pytest.mark.parametrize(
    ("station_name", "operator_id"),
    [
        ("中国网球中心充电站", None),
        ("河南网通大厦充电站", None),
        ("太极充电站", None),
        ("白云快充站", None),
        ("白云云快充站", "ykc"),
        ("中国国网充电站", "state_grid"),
        ("中国网球中心国网充电站", "state_grid"),
        ("河南网通大厦蔚来超充站", "nio"),
        ("云南南网充电站", "csg"),
        ("极充站", "zeekr"),
    ],
)
def test_a_name_that_stands_in_another_word_by_chance_is_no_operator(registry, station_name, operator_id):
    assert registry.resolve(station_name=station_name) == operator_id


def test_a_site_on_the_map_of_another_keeps_its_owner(registry):
    assert registry.resolve(raw="TELD", station_name="蔚来超充站(特来电)") == "teld"
    assert registry.resolve(org_code="MA4KUHJ97", raw="特来电") == "nio"


@pytest.mark.parametrize(
    ("stated", "station_name"),
    [
        ({"raw": "Allego"}, "Shell Tankstelle Nord"),
        ({"raw": "EnBW mobility+ AG und Co.KG"}, "Parkplatz am Tesla Store"),
        ({"raw": "某某充电"}, "蔚来超充站"),
        ({"org_code": "111111111"}, "特来电充电站"),
        ({"wikidata": "Q1"}, "Tesla Supercharger"),
    ],
)
def test_an_operator_that_is_stated_and_not_known_is_none_that_the_name_tells(registry, stated, station_name):
    assert registry.resolve(station_name=station_name) is not None
    assert registry.resolve(**stated, station_name=station_name) is None


@pytest.mark.parametrize(
    "raw", [None, "", " ", "-", "N/A", "(Unknown Operator)", "Non-Networked", "未知", "unbekannt"]
)
def test_where_a_source_names_nobody_the_name_of_the_station_tells(registry, raw):
    assert registry.resolve(raw=raw, station_name="Parkhaus NIO House") == "nio"


@pytest.mark.parametrize(
    ("station_name", "operator_id"),
    [
        ("蔚来汽车4S店特来电充电站", "teld"),
        ("特来电充电站", "teld"),
        ("特斯拉中心星星充电", "star_charge"),
        ("星星充电特斯拉超级充电站", "tesla"),
        ("小鹏汽车旗舰店蔚来超充站", "nio"),
        ("国家电网大厦小桔充电站", "didi"),
        ("Tesla中心特来电充电站", "teld"),
        ("特来电(蔚来中心店)TELD", "teld"),
        ("Tesla Motors at NIO House", "tesla"),
    ],
)
def test_a_chinese_name_ends_with_its_operator(registry, station_name, operator_id):
    assert registry.resolve(station_name=station_name) == operator_id


def test_a_known_stranger_is_not_overruled_by_the_station_name(registry):
    assert registry.resolve(raw="Hong Kong EV Power", station_name="TELD", country="HK") is None


def test_no_two_operators_share_a_spelling():
    owners = {}
    for row in read_facts(FACTS_DIR / "operator_aliases.csv", ("alias", "operator_id")):
        owners.setdefault(strip_suffixes(row["alias"]), set()).add(row["operator_id"])
    assert [text for text, ids in owners.items() if len(ids) > 1] == []


def test_every_name_leads_to_its_operator(registry):
    for operator in registry:
        for name in filter(None, (operator.name_en, operator.name_zh)):
            assert registry.resolve(raw=name, country="CN") == operator.id


@pytest.mark.parametrize(
    ("operators", "aliases"),
    [
        ("a,A,,carrier,,,partner,,x\n", ""),
        ("a,A,,grid,,,partner,,x\n" * 2, ""),
        ("a,A,,grid,,,partner\n", ""),
        ("a,A,,grid,,,partner,,x\n", "B,b,anywhere,\n"),
    ],
    ids=["kind", "repeated id", "short row", "alias of nobody"],
)
def test_a_damaged_registry_is_refused(tmp_path, operators, aliases):
    path, aliases_path = tmp_path / "operators.csv", tmp_path / "aliases.csv"
    path.write_text(HEADER + operators, encoding="utf-8")
    aliases_path.write_text(ALIAS_HEADER + aliases, encoding="utf-8")
    with pytest.raises(SchemaError):
        load_operators(path, aliases_path)
