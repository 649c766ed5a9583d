"""What data/make_operators.py makes of a small index written by hand."""

import gzip
import json

import pytest

from charging.domain.operator_names import operator_key
from charging.domain.world.operators import load_world_operators
from data import make_operators


def item(title, include, *, exclude=(), match=(), **tags):
    areas = {"include": include} | ({"exclude": list(exclude)} if exclude else {})
    tags = {key.replace("_", ":"): value for key, value in tags.items()}
    return {"displayName": title, "locationSet": areas, "matchNames": list(match), "tags": tags}


@pytest.fixture
def rows(tmp_path):
    def _rows(*items, spellings=""):
        path = tmp_path / "spellings.csv"
        path.write_text(f"spelling,name,source\n{spellings}", "utf-8")
        made = make_operators.make_rows(items, path)
        return {row.pop("name"): row for row in made}

    return _rows


def test_an_entry_is_a_row_with_its_names_ids_and_countries(rows):
    found = rows(
        item(
            "Volta Uno",
            ["it", "fx", "ch-ti.geojson", [8.1, 47.4]],
            match=["volta uno spa", "volta one"],
            brand="Volta Uno",
            brand_wikidata="Q1",
            operator="Acme Energia",
            operator_wikidata="Q2",
            operator_short="AE",
        )
    )
    assert found == {
        "Volta Uno": {
            "id": "volta_uno",
            "spellings": "Acme Energia|volta one",
            "keys": "voltauno acmeenergia voltaone",
            "wikidata": "Q1 Q2",
            "countries": "CH FR IT",
            "not_in": "",
        }
    }


def test_the_world_is_no_country_and_may_lack_some(rows):
    found = rows(
        item("A", ["001"], exclude=["no", "us-ga.geojson"], operator="A"),
        item("B", ["150"], exclude=["sk"], operator="B"),
        item("C", ["no"], exclude=["no"], operator="C"),
    )
    assert (found["A"]["countries"], found["A"]["not_in"]) == ("", "NO")
    assert "SK" not in found["B"]["countries"].split()
    assert {"DE", "GB"} <= set(found["B"]["countries"].split())
    assert list(found) == ["A", "B"]


def test_entries_of_one_id_and_name_are_one_operator(rows):
    found = rows(
        item(
            "Ampel Way",
            ["ca"],
            brand="Ampel Way",
            brand_wikidata="Q1",
            operator="Ampel",
            operator_wikidata="Q1",
        ),
        item(
            "Ampel Go",
            ["us"],
            brand="Ampel Go",
            brand_wikidata="Q1",
            operator="Ampel",
            operator_wikidata="Q1",
        ),
        item("Mainwatt", ["de"], operator="Mainwatt", operator_wikidata="Q2"),
        item("Mainwatt Energie", ["at"], operator="Mainwatt Energie", operator_wikidata="Q2"),
    )
    assert {name: (row["spellings"], row["countries"]) for name, row in found.items()} == {
        "Ampel": ("Ampel Go|Ampel Way", "CA US"),
        "Mainwatt": ("Mainwatt Energie", "AT DE"),
    }


def test_an_id_of_two_firms_is_the_id_of_neither(rows, capsys):
    found = rows(
        item("Rhein", ["de"], operator="Rheinstrom", operator_wikidata="Q3"),
        item("Rhön", ["de"], operator="Rhönstrom", operator_wikidata="Q3"),
    )
    assert [row["wikidata"] for row in found.values()] == ["", ""]
    assert "Q3" in capsys.readouterr().out


def test_firms_of_one_name_in_two_countries_have_the_longer_name_and_the_short_one_as_a_spelling(rows):
    found = rows(
        item("Kopa (Sverige)", ["se"], operator="Kopa", operator_wikidata="Q4"),
        item("Kopa (Norge)", ["no"], operator="Kopa", operator_wikidata="Q5"),
    )
    assert {name: row["spellings"] for name, row in found.items()} == {
        "Kopa (Norge)": "Kopa",
        "Kopa (Sverige)": "Kopa",
    }


def test_who_operates_a_brand_and_is_in_the_list_is_not_the_brand(rows):
    found = rows(
        item("Zesty", ["gb"], operator="Zesty", operator_wikidata="Q6"),
        item(
            "Town Light",
            ["gb-lon.geojson"],
            brand="Town Light",
            brand_wikidata="Q7",
            operator="Zesty",
            operator_wikidata="Q6",
        ),
    )
    assert {name: (row["spellings"], row["wikidata"]) for name, row in found.items()} == {
        "Town Light": ("", "Q7"),
        "Zesty": ("", "Q6"),
    }


def test_nobody_e_bikes_and_their_spellings_are_left_out(rows):
    found = rows(
        item("Unknown", ["001"], operator="Unknown"),
        item("Acme eBike", ["de"], match=["acme gmbh"], brand="Acme eBike"),
        item("Acme Box", ["de"], match=["acme e-bike point", "acme one", "n/a"], brand="Acme Box"),
    )
    assert {name: row["spellings"] for name, row in found.items()} == {"Acme Box": "acme one"}


def test_a_spelling_by_hand_is_one_of_an_operator_of_the_list(rows):
    entry = item("Volta", ["us"], operator="Volta")
    assert rows(entry, spellings="Volta Network,Volta,X\n")["Volta"]["spellings"] == "Volta Network"
    with pytest.raises(SystemExit, match="Wolta"):
        rows(entry, spellings="Volta Network,Wolta,X\n")


@pytest.mark.parametrize("area", ["002", "acme-land.geojson", [1.0, 2.0]])
def test_an_area_in_no_known_country_is_named(rows, area):
    with pytest.raises(SystemExit, match="PLACES"):
        rows(item("A", [area], operator="A"))


def test_the_file_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(make_operators, "FACTS_DIR", tmp_path)
    monkeypatch.setattr(make_operators, "make_rows", lambda items: _rows_of(items, tmp_path))
    tree = {"items": [item("Volta Uno", ["it"], match=["volta one"], brand="Volta Uno", brand_wikidata="Q1")]}
    source = tmp_path / "index.json"
    source.write_text(json.dumps({"nsi": {"brands/amenity/charging_station": tree}}), "utf-8")
    make_operators.main(source)
    packed = (tmp_path / "world_operators.csv.gz").read_bytes()
    make_operators.main(source)
    assert (tmp_path / "world_operators.csv.gz").read_bytes() == packed
    assert gzip.decompress(packed).startswith(b"id,name,spellings,keys,wikidata,countries,not_in\n")
    [operator] = load_world_operators(tmp_path / "world_operators.csv.gz").called("VOLTA ONE")
    assert (operator.id, operator.wikidata, operator.countries) == ("volta_uno", ("Q1",), frozenset({"IT"}))


def _rows_of(items, folder, make=make_operators.make_rows):
    path = folder / "spellings.csv"
    path.write_text("spelling,name,source\n", "utf-8")
    return make(items, path)


def test_spellings_by_hand_are_names_of_the_file():
    operators = load_world_operators()
    for row in make_operators.read_facts(make_operators.SPELLINGS, ("spelling", "name")):
        keys = {operator_key(each.name) for each in operators.called(row["spelling"])}
        assert keys == {operator_key(row["name"])}
