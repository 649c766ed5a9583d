"""Operators of the world's list in datasets: their ids, names and links, and texts that look like theirs."""

import pytest
from realdata import REALDATA

from charging.dataset.building.build import Builder
from charging.dataset.building.operator_naming import assign_operators, make_ids, operator_table
from charging.dataset.operators import find_operator, operator_names, operators_of
from charging.dataset.pipeline import import_files
from charging.dataset.summary import summarise
from charging.dataset.versions import write_version
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Datum
from charging.domain.world import operators as world_operators
from charging.sources.records import StationRecord


def station(number, operator, country, **more):
    return StationRecord(
        source_id=str(number),
        lat=48.0,
        lon=8.0 + number / 100,
        datum=Datum.WGS84,
        operator_raw=operator,
        country=country,
        **more,
    )


@pytest.fixture
def stored(tmp_path, build, tiny_description):
    def _stored(*records, name="theirs"):
        return write_version(tmp_path / name, build(records).tables, tiny_description)

    return _stored


def ids_of(built):
    return dict(
        zip(
            *(built.tables["stations"][name].to_pylist() for name in ("source_id", "operator_id")),
            strict=True,
        )
    )


def test_spellings_the_list_knows_are_one_operator_with_its_proper_name(stored):
    dataset = stored(station(1, "RIVIAN_ADVENTURE", "US"), station(2, "Rivian Waypoints", "US"))
    assert operator_names(dataset) == {"rivian": "Rivian"}


def test_an_id_of_a_brand_is_believed_before_its_text(build):
    found = ids_of(build([station(1, "Autohof", "DE", operator_wikidata="Q42717773")]))
    assert found == {"1": "ionity"}


def test_two_operators_of_one_name_are_told_apart_by_country(stored):
    dataset = stored(station(1, "ESB", "IE"), station(2, "ESB", "DE"), station(3, "ESB", "PT"))
    assert operator_names(dataset) == {
        "esb": "ESB",
        "esb_ecars": "ESB ecars",
        "energie_südbayern": "Energie Südbayern",
    }
    assert find_operator("esb", dataset) == "esb"


def test_a_name_that_two_of_a_country_share_stays_as_it_is_written(stored):
    dataset = stored(station(1, "ALDI", "DE"), station(2, "Aldi Nord", "DE"))
    assert operator_names(dataset) == {"aldi": "ALDI", "aldi_aldi_nord_group": "Aldi (Aldi Nord group)"}


def test_where_the_list_has_it_not_a_text_keeps_its_name_and_id(stored):
    assert operator_names(stored(station(1, "CHARGEPOINT", "NO"))) == {"chargepoint": "CHARGEPOINT"}


def test_the_same_name_beyond_its_countries_is_no_second_operator(build):
    found = ids_of(build([station(1, "Electrify America LLC", "US"), station(2, "Electrify America", "MX")]))
    assert found == {"1": "electrify_america", "2": "electrify_america"}


def test_a_text_of_a_known_name_is_the_known_operator_and_others_are_numbered():
    made = make_ids({"Chargy": 1, "char gy": 2, "Volt": 1}, taken=["volt", "char_gy"], same={"volt": "volt"})
    assert made == {"Volt": "volt", "Chargy": "char_gy_2", "char gy": "char_gy_2"}


def test_a_link_with_an_id_of_before_finds_the_operator(stored):
    dataset = stored(
        station(1, "ChargePoint Network", "US"),
        station(2, "Autohof", "US", operator_wikidata="Q42717773"),
        station(3, "NewMotion", "US"),
    )
    assert find_operator("chargepoint_network", dataset) == "chargepoint"
    assert find_operator("charge_point", dataset) == "chargepoint"
    assert find_operator("chargepoint_coulomb_technologies", dataset) == "chargepoint"  # as another source
    assert find_operator("autohof", dataset) == "ionity"
    assert find_operator("newmotion", dataset) == "shell"
    assert find_operator("blink_network", dataset) is None


def test_a_link_that_may_mean_two_finds_neither(stored):
    dataset = stored(station(1, "Coop", "SE"), station(2, "Coop", "NO"))
    assert find_operator("coop", dataset) is None


def test_a_station_is_found_by_the_proper_name_of_its_operator(build):
    (text,) = build([station(1, "Vattenfall", "NL")]).tables["stations"]["search"].to_pylist()
    assert "vattenfall incharge" in text


def test_what_the_list_resolves_is_not_reported_as_unknown(build):
    report = build([station(1, "IONITY GmbH", "DE"), station(2, "Hof Adler", "DE")]).report
    assert [each.text for each in report.unresolved] == ["Hof Adler"]


def test_kept_rows_have_the_operators_of_rows_that_are_read_again(build, monkeypatch):
    records = [
        station(1, "EnBW", "DE"),
        station(2, "Hof Adler", "DE", operator_wikidata="Q42717773"),
        station(3, "Hof Adler", "DE"),
    ]
    new = build(records)
    with monkeypatch.context() as patch:  # as before there was a list
        patch.setattr(world_operators.WorldOperators, "resolve", lambda *_, **__: None)
        old = build(records[:1])
    assert ids_of(old) == {"1": "enbw"}
    for part in (old, new):
        builder = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
        builder.keep(part.tables, report=part.report, sources=part.sources)
        assert ids_of(builder.finish()).items() <= ids_of(new).items()


def test_operators_that_are_assigned_again_stay(build):
    built = build([station(1, "EnBW", "DE"), station(2, "Hof Adler", "DE", operator_wikidata="Q42717773")])
    tables = [built.tables[name].drop_columns(["operator_code"]) for name in ("stations", "piles")]
    stations, _ = assign_operators(*tables, load_operators())
    assert stations["operator_id"] == built.tables["stations"]["operator_id"]


@pytest.mark.parametrize("records", [(), (station(1, "特来电", "CN"),), (station(1, None, "US"),)])
def test_where_the_registry_knows_all_the_list_is_not_read(build, monkeypatch, records):
    monkeypatch.setattr("charging.dataset.building.entity_resolution.resolve_worldwide", None)
    monkeypatch.setattr("charging.dataset.building.entity_resolution.load_world_operators", None)
    monkeypatch.setattr("charging.dataset.building.operator_naming.load_world_operators", None)
    built = build(list(records))
    assert len(operator_table(built.tables, load_operators())) == len(
        [each for each in ids_of(built).values() if each]
    )


@pytest.mark.slow
@pytest.mark.realdata
def test_new_york_has_its_operators_under_their_proper_names(tmp_path):
    [register] = (REALDATA / "us_afdc").glob("*.csv")
    dataset = import_files([register], build_dir=tmp_path)
    assert len(operators_of(dataset)) >= 28
    assert next(iter(summarise(dataset).piles_by_operator)) == "chargepoint"
    assert {"ChargePoint", "Blink", "EVgo", "Rivian"} <= set(operator_names(dataset).values())
