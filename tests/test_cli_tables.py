"""Tables without a preset on the command line."""

import json

import pytest

ENGLISH = (
    "Station Name,Operator,Latitude,Longitude,Chargers,Power (kW),Colour\nA,Voltberry,52.5,13.4,4,150,red\n"
)
CHINESE = "充电站名称,运营商,经度,纬度,快充桩数,慢充桩数,最大功率(kW)\n甲站,特来电,114.0579,22.5431,8,4,120\n"


@pytest.fixture
def table(tmp_path):
    def written(text, name="mine.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written


def test_any_table_is_imported_and_its_columns_are_told(run, table):
    code, out, _ = run("import", table(ENGLISH))
    assert code == 0
    assert "operator   from 'Operator': its header says operator" in out
    assert "Not used of mine.csv: 'Colour'." in out
    assert "4 piles" in out


def test_the_report_keeps_what_was_guessed(run, table):
    code, out, _ = run("import", table(CHINESE), "--json")
    report = json.loads(out)["report"]
    assert code == 0
    assert [each["headers"] for each in report["guessed_columns"] if each["field"] == "dc_piles"] == [
        ["快充桩数"]
    ]
    assert "GCJ-02" in report["assumptions"][0]["text"]
    assert "--datum" in report["assumptions"][0]["text"]


def test_a_datum_that_is_stated_is_no_assumption(run, table):
    told = json.loads(run("import", table(CHINESE), "--json", "--datum", "gcj02")[1])
    assert told["report"]["assumptions"] == []


def test_a_dry_run_shows_the_columns_and_imports_nothing(run, table, build_dir):
    path = table(ENGLISH)
    before = sorted(build_dir.rglob("*"))
    code, out, _ = run("import", path, "--dry-run", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["columns"] == {
        "name": "Station Name",
        "operator": "Operator",
        "lat": "Latitude",
        "lon": "Longitude",
        "piles": "Chargers",
        "power_kw": "Power (kW)",
    }
    assert told["unused"] == ["Colour"]
    assert sorted(build_dir.rglob("*")) == before


def test_a_dry_run_is_also_for_people(run, table):
    _, out, _ = run("import", table("name,operator,b,l\nA,B,52.5,13.4\n"), "--dry-run")
    assert "name       from 'name'" in out
    assert "Not used: 'b', 'l'." in out
    assert "--column lat=HEADER" in out


def test_a_dry_run_of_sessions_takes_nothing(run, table):
    text = "Session ID,Station Name,Start,End,lat,lon\n1,A,2024-01-01 10:00,2024-01-01 11:00,52.5,13.4\n"
    told = json.loads(run("import", table(text), "--dry-run", "--json")[1])
    assert (told["kind"], told["columns"], told["importable"]) == ("sessions", {}, False)
    code, _, err = run("import", table(text))
    assert code == 1
    assert "found a table of sessions" in err


def test_a_dry_run_of_a_preset_shows_its_columns(run, table):
    text = "station_id,longitude,latitude,charge_count,TAZID\n1,114.06,22.54,20,7\n"
    told = json.loads(run("import", table(text), "--dry-run", "--json")[1])
    assert told["preset"] == "urbanev"
    assert told["columns"] == {
        "lat": "latitude",
        "lon": "longitude",
        "piles": "charge_count",
        "id": "station_id",
    }
    assert told["unused"] == ["TAZID"]


def test_columns_that_are_named_are_taken(run, table):
    path = table("b,l,what,x\n52.5,13.4,A,1\n")
    assert run("import", path)[0] == 1
    code, out, _ = run("import", path, "--column", "lat=b", "--column", "lon=l", "--column", "name=what")
    assert code == 0
    assert "name       from 'what': you said so" in out


def test_an_address_may_be_of_several_columns_and_a_field_of_none(run, table):
    path = table("lat,lon,road,no,price\n52.5,13.4,Main,1,free\n")
    options = ["--column", "address=road", "--column", "address=no", "--column", "price="]
    told = json.loads(run("import", path, "--dry-run", "--json", *options)[1])
    assert told["columns"] == {"lat": "lat", "lon": "lon", "address": ["road", "no"]}


@pytest.mark.parametrize("wrong", ["lat", "=x", "latitude=Latitude", "lat=Latitud"])
def test_a_column_that_makes_no_sense_is_bad_use(run, table, wrong):
    code, _, err = run("import", table(ENGLISH), "--column", wrong)
    assert code == 2
    assert "xpected" in err


def test_what_is_said_of_the_source_stands_in_the_dataset(run, table):
    options = ["--title", "Our list", "--licence", "CC0-1.0", "--attribution", "Us", "--date", "2024-05"]
    told = json.loads(run("import", table(ENGLISH), "--json", *options)[1])
    (source,) = told["sources"]
    assert (told["title"], told["as_of"]) == ("Our list", "2024-05")
    assert (source["title"], source["licence"], source["attribution"]) == ("Our list", "CC0-1.0", "Us")


def test_of_a_source_nobody_speaks_of_the_licence_is_not_stated(run, table):
    told = json.loads(run("import", table(ENGLISH), "--json")[1])
    assert (told["title"], told["sources"][0]["licence"]) == ("mine", "not stated")


@pytest.mark.parametrize("date", ["2024-13", "May", "2024-02-30", "24"])
def test_a_date_that_is_none_is_bad_use(run, table, date):
    assert run("import", table(ENGLISH), "--date", date)[0] == 2


@pytest.mark.slow
def test_a_preset_is_kept_and_found_before_those_there_are(run, table, build_dir):
    code, out, _ = run("import", table(ENGLISH), "--save-preset", "ours", "--title", "Our list")
    assert code == 0
    assert "Kept as preset ours" in out
    assert (build_dir / "presets" / "ours.toml").is_file()
    told = json.loads(run("import", table(ENGLISH, "next.csv"), "--json")[1])
    assert (told["title"], told["report"]["guessed_columns"]) == ("Our list", [])
    assert run("import", table(ENGLISH), "--preset", "ours")[0] == 0
    code, _, err = run("import", table(ENGLISH), "--save-preset", "again")
    assert (code, "preset ours already" in err) == (2, True)


def test_a_dataset_is_not_mixed_with_presets(run, table):
    code, _, err = run("import", table(ENGLISH, "presets.csv"))
    assert (code, "kept for presets" in err) == (2, True)


def test_a_preset_that_is_not_there_is_told_with_those_there_are(run, table):
    run("import", table(ENGLISH), "--save-preset", "ours")
    code, _, err = run("import", table(ENGLISH), "--preset", "our")
    assert code == 2
    assert "ours" in err
    assert "urbanev" in err
