import pytest

from charging.domain.operator_names import make_operator_id, operator_key
from charging.domain.operators import load_operators
from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.world.operators import (
    WorldOperator,
    WorldOperators,
    find_wikidata,
    load_world_operators,
    resolve_worldwide,
)


def operator(name, *spellings, wikidata=(), countries="", not_in=""):
    return WorldOperator(
        id=make_operator_id(name),
        name=name,
        keys=tuple(map(operator_key, (name, *spellings))),
        wikidata=wikidata,
        countries=frozenset(countries.split()),
        not_in=frozenset(not_in.split()),
    )


@pytest.fixture(scope="module")
def operators():
    return WorldOperators(
        [
            operator("Voltana", "Voltana Supply AG", not_in="NO"),
            operator("Sparkle", wikidata=("Q7",), countries="DE AT"),
            operator("Sparkle (Nippon)", "Sparkle", countries="JP"),
            operator("Nord Markt", "Markt", countries="DE"),
            operator("Süd Markt", "Markt", countries="DE CH"),
            operator("Unknown", "n/a"),
        ]
    )


def name_of(found):
    return found.name if found else None


@pytest.mark.parametrize(
    ("raw", "country", "name"),
    [
        ("Markt", "DE", None),  # two share it
        ("Markt", "CH", "Süd Markt"),
        ("Markt", None, None),
        ("Sparkle", "DE", "Sparkle"),
        ("Sparkle", "JP", "Sparkle (Nippon)"),
        ("Sparkle", "FR", None),
        ("Sparkle", None, None),
        ("Nord Markt", None, "Nord Markt"),  # one of the name in the world
        ("Voltana", "NO", None),  # left out
        ("Voltana", "SE", "Voltana"),
        ("VOLTANA  supply, AG", "SE", "Voltana"),
        ("Voltana Charging", "SE", None),  # a part is not the name
        ("Volt", "SE", None),
        ("Unknown", "SE", None),
        ("n/a", None, None),
        ("-", "SE", None),
        ("", "SE", None),
        (None, "SE", None),
    ],
)
def test_a_whole_name_means_the_only_operator_of_the_country(operators, raw, country, name):
    assert name_of(operators.resolve(raw=raw, country=country)) == name


@pytest.mark.parametrize("wikidata", ["Q7", " q7", "Q1;Q7"])
def test_a_wikidata_id_means_its_operator_in_any_country_and_under_any_name(operators, wikidata):
    assert name_of(operators.resolve(wikidata=wikidata, raw="Markt", country="FR")) == "Sparkle"
    assert operators.resolve(wikidata="Q1", raw="Markt", country="DE") is None


@pytest.mark.parametrize(
    ("stated", "operator_id"),
    [
        ({"raw": "IONITY GmbH", "country": "DE"}, "ionity"),
        ({"raw": "Electrify America, LLC", "country": "US"}, "electrify_america"),
        ({"raw": "ChargePoint Network", "country": "US"}, "chargepoint"),
        ({"raw": "ChargePoint", "country": "NO"}, None),
        ({"raw": "Aldi", "country": "DE"}, None),
        ({"raw": "EnBW", "country": "DE"}, "enbw_energie_baden_württemberg"),
        ({"raw": "EnBW mobility+", "country": "DE"}, "enbw_mobility"),
        ({"raw": "Robert Bosch GmbH", "country": "DE"}, None),  # not its e-bikes
        ({"wikidata": "Q42717773", "raw": "Autohof", "country": "US"}, "ionity"),
    ],
)
def test_the_list_knows_operators_by_country(stated, operator_id):
    stated = {"wikidata": None, "raw": None} | stated
    assert resolve_worldwide(load_operators(), **stated) == operator_id


@pytest.mark.parametrize(
    ("stated", "operator_id"),
    [
        ({"raw": "NewMotion", "country": "NL"}, "shell"),
        ({"raw": "Orange Charging", "country": "CN"}, "didi"),
        ({"wikidata": "Q105883058", "raw": "Autohof", "country": "DE"}, "shell"),
        ({"raw": "EV Power", "country": "GE"}, "ev_power"),  # not the Chinese company of that name
    ],
)
def test_what_the_registry_has_is_the_registrys(stated, operator_id):
    stated = {"wikidata": None, "raw": None} | stated
    assert resolve_worldwide(load_operators(), **stated) == operator_id


def test_every_operator_of_the_list_is_found_by_its_name_wherever_it_is():
    operators = load_world_operators()
    for row in map(operators.get, operators):
        for country in row.countries or {"US", "BR"} - row.not_in:
            assert operators.resolve(raw=row.name, country=country) is row


def test_no_id_of_the_list_is_one_of_the_registry_that_means_another():
    registry, operators = load_operators(), load_world_operators()
    shared = [operators.get(each.id) for each in registry if operators.get(each.id)]
    assert shared
    for operator in shared:
        for country in operator.countries or {None}:
            assert registry.resolve(raw=operator.name, country=country) == operator.id


def test_no_wikidata_id_is_of_two_operators():
    operators = load_world_operators()
    items = [item for each in operators for item in operators.get(each).wikidata]
    assert len(items) == len(set(items))


def test_ids_and_keys_of_the_file_are_what_the_names_make_today():
    columns = ("id", "name", "spellings", "keys")
    for row in read_facts(FACTS_DIR / "world_operators.csv.gz", columns):
        names = [row["name"], *filter(None, row["spellings"].split("|"))]
        assert row["id"] == make_operator_id(row["name"])
        assert set(row["keys"].split()) == set(map(operator_key, names))


def test_wikidata_is_told_where_the_list_has_the_operator():
    registry = load_operators()
    assert find_wikidata(registry, "chargepoint", "US") == "Q5176149"
    assert find_wikidata(registry, "chargepoint", None) == "Q5176149"
    assert find_wikidata(registry, "chargepoint", "NO") is None
    assert find_wikidata(registry, "teld", "CN") == "Q118487238"
    assert find_wikidata(registry, "nobodys_charging", "US") is None
