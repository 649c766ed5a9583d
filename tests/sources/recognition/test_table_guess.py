import itertools
import tomllib
from contextlib import suppress
from dataclasses import replace

import openpyxl
import pytest

from charging.domain.vocabulary import Access, Connector, Current, Status, connectors_in
from charging.errors import SourceError, UsageError
from charging.sources.readers import sniff
from charging.sources.recognition.column_guess import Assumed
from charging.sources.recognition.guessed_preset import preset_of, preset_tables, save_preset
from charging.sources.recognition.preset_text import as_toml
from charging.sources.recognition.samples import encodings_of
from charging.sources.recognition.table_guess import correct_guess, guess_table
from charging.sources.records import Rejection, SourceInfo
from charging.sources.tabular import model as tabular
from charging.sources.tabular.presets import load_preset

ENGLISH = """\
Station Name,Operator,Latitude,Longitude,Chargers,Power (kW)
Town Hall,Voltberry,52.5163,13.3777,4,150
"""
CHINESE = "充电站名称,运营商,经度,纬度,快充桩数,慢充桩数,最大功率(kW)\n甲站,特来电,114.0579,22.5431,8,4,120\n"


@pytest.fixture
def write(tmp_path):
    def written(text, encoding="utf-8", name="my list.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return written


def read(path):
    return [*sniff(path).read(path)]


def test_an_english_table_is_read_with_all_its_fields(write):
    (station,) = read(write(ENGLISH))
    assert (station.name, station.operator_raw, station.lat, station.lon) == (
        "Town Hall",
        "Voltberry",
        52.5163,
        13.3777,
    )
    assert [(pile.count, pile.power_kw, pile.current) for pile in station.piles] == [(4, 150, None)]
    assert station.source_id == "Voltberry Town Hall 52.5163 13.3777"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_chinese_table_is_read_with_its_fast_and_slow_piles(write, encoding):
    (station,) = read(write(CHINESE, encoding))
    assert (station.name, station.operator_raw, station.lat) == ("甲站", "特来电", 22.5431)
    assert [(pile.current, pile.count, pile.power_kw) for pile in station.piles] == [
        (Current.DC, 8, 120),
        (Current.AC, 4, None),  # the highest power of a station is that of its fast piles
    ]


@pytest.mark.parametrize("table", [ENGLISH, CHINESE])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_in_the_guess_and_needs_no_name_in_a_preset(write, table, encoding):
    path = write(table, encoding)
    guess = guess_table(path)
    assert guess.form.encoding == encoding
    assert preset_tables(guess, "source", "title")["file"]["encoding"] == ["utf-8"]
    assert [each.name for each in read(path)] == [each.name for each in read(write(table, "utf-8"))]


NUMBERED = {
    "en": ("Connector 1 type", "Connector 1 power", "Connector 2 type", "Connector 2 power"),
    "en run together": ("plug1_type", "plug1_kw", "plug2_type", "plug2_kw"),
    "en alone": ("Connector 1", "Power 1 (kW)", "Connector 2", "Power 2 (kW)"),
    "en first without": ("connector_type", "connector_power", "connector_type_2", "connector_power_2"),
    "en from 0": ("connectors.0.type", "connectors.0.power", "connectors.1.type", "connectors.1.power"),
    "es": (
        "Tipo de conector 1",
        "Potencia conector 1 (kW)",
        "Tipo de conector 2",
        "Potencia conector 2 (kW)",
    ),
    "de": ("Steckertyp 1", "Leistung Stecker 1", "Steckertyp 2", "Leistung Stecker 2"),
    "fr": ("type_prise_1", "puissance_prise_1", "type_prise_2", "puissance_prise_2"),
    "it": ("Tipo presa 1", "Potenza presa 1", "Tipo presa 2", "Potenza presa 2"),
    "nl": ("Type stekker 1", "Vermogen stekker 1", "Type stekker 2", "Vermogen stekker 2"),
    "zh": ("接口1类型", "接口1功率", "接口2类型", "接口2功率"),
}


def groups(path):
    """Return the piles of each station of a table: current, plugs, power and count."""
    return [[*map(group, station.piles)] for station in read(path)]


def group(pile):
    plugs = {*connectors_in(pile.connectors)} if pile.connectors else None
    return pile.current, plugs, pile.power_kw, pile.count


CCS, TYPE2, CHADEMO = {Connector.CCS2}, {Connector.TYPE2}, {Connector.CHADEMO}


@pytest.mark.parametrize("headers", NUMBERED.values(), ids=NUMBERED)
def test_numbered_connectors_are_groups_of_one_each(write, headers):
    path = write(f"name,lat,lon,{','.join(headers)}\nA,52.5,13.4,CCS,150,Typ 2,22\nB,52.6,13.4,CCS,75,,\n")
    dc, ac = (Current.DC, CCS, 150, 1), (Current.AC, TYPE2, 22, 1)
    assert groups(path) == [[dc, ac], [(Current.DC, CCS, 75, 1)]]
    guess = guess_table(path)
    assert guess.to_json()["columns"]["connector"] == [*headers[::2]]
    assert not guess.unused
    assert sniff(path).source().unit_counted == "connector"


def test_a_plug_that_is_in_no_list_is_one_pile_whose_plug_is_told(write):
    (station,) = read(write("name,lat,lon,Connector 1,Connector 2\nA,52.5,13.4,CCS,Foo\n"))
    assert [group(pile) for pile in station.piles] == [(Current.DC, CCS, None, 1), (None, None, None, 1)]
    assert station.unmapped == (("connectors", "Foo"),)


def test_a_power_that_is_not_numbered_is_that_of_all_and_one_numbered_otherwise_of_none(write):
    header = "name,lat,lon,Max power (kW),Connector 1,Connector 2,Power 3 (kW)"
    guess = guess_table(write(f"{header}\nA,52.5,13.4,50,CCS,Type 2,7\n"))
    assert (guess.headers_of("power_kw"), guess.unused) == (("Max power (kW)",), ("Power 3 (kW)",))


def test_numbered_connectors_beside_a_total_are_the_piles_where_they_are_as_many(write):
    header = "name,lat,lon,Number of charge points,Connector 1,Connector 2\n"
    (station,) = read(write(f"{header}A,52.5,13.4,2,CCS,Type 2\n"))
    assert (station.stated_piles, [pile.count for pile in station.piles]) == (2, [1, 1])
    assert groups(write(f"{header}A,52.5,13.4,6,CCS,Type 2\n")) == [[(None, CCS | TYPE2, None, 6)]]
    assert groups(write(f"{header}A,52.5,13.4,1,CCS,Type 2\n")) == [[(None, CCS | TYPE2, None, 1)]]


def test_of_plugs_that_are_joined_the_highest_power_counts_whatever_their_comma_is(write):
    header = "name;lat;lon;chargers;plug 1 type;plug 1 kW;plug 2 type;plug 2 kW\n"
    assert groups(write(f"{header}A;52,5;13,4;1;Type 2;7,4;CCS;22,5\n")) == [[(None, CCS | TYPE2, 22.5, 1)]]


def test_numbered_connectors_with_counts_are_as_many_as_these_say(write):
    path = write(
        "name,lat,lon,Plug1_Type,Plug1_Quantity,Plug2_Type,Plug2_Quantity\nA,52.5,13.4,CCS,2,Type 2,3\n"
    )
    assert groups(path) == [[(Current.DC, CCS, None, 2), (Current.AC, TYPE2, None, 3)]]


@pytest.mark.parametrize(
    "header",
    [
        "Connector 2 type,Connector 3 type",
        "Address 1,Address 2",
        "Connector 1 colour,Connector 2 colour",
        "Connector 99999999999999999999 type,Connector type x",
    ],
)
def test_numbered_columns_that_are_no_plugs_are_not_used(write, header):
    guess = guess_table(write(f"name,lat,lon,{header}\nA,52.5,13.4,red,blue\n"))
    assert not [each for each in guess.columns if each.number]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("yes", "no"), [("yes", "no"), ("true", "false"), ("1", "0"), ("是", "否"), ("x", ""), ("Sí", "No")]
)
@pytest.mark.parametrize(
    "headers", ["CHAdeMO,CCS,Type 2", "prise_type_chademo,prise_type_combo_ccs,prise_type_2"]
)
def test_columns_of_yes_and_no_for_plugs_are_the_plugs_of_the_piles(write, headers, yes, no):
    path = write(
        f"name,lat,lon,chargers,{headers}\nA,52.5,13.4,2,{yes},{yes},{no}\nB,52.6,13.4,1,{no},{no},{yes}\n"
    )
    assert groups(path) == [[(Current.DC, CCS | CHADEMO, None, 2)], [(Current.AC, TYPE2, None, 1)]]
    assert guess_table(path).unused == ()


def test_columns_of_counts_for_plugs_are_groups_and_flags_beside_a_total(write):
    path = write("name,lat,lon,CHAdeMO,CCS,Type 2\nA,52.5,13.4,0,2,4\n")
    assert groups(path) == [
        [(Current.DC, CHADEMO, None, 0), (Current.DC, CCS, None, 2), (Current.AC, TYPE2, None, 4)]
    ]
    path = write("name,lat,lon,chargers,CHAdeMO,CCS,Type 2\nA,52.5,13.4,3,0,2,4\n")
    assert groups(path) == [[(None, CCS | TYPE2, None, 3)]]


def test_a_cell_that_says_neither_yes_nor_no_is_told(write):
    rows = "".join(f"A{number},52.5,13.{number},1,yes,no\n" for number in range(10, 40))
    *_, last = read(write(f"name,lat,lon,chargers,CHAdeMO,CCS\n{rows}Z,52.5,14.5,1,yes,soon\n"))
    assert last.unmapped == (("connectors", "soon"),)
    assert [{*connectors_in(pile.connectors)} for pile in last.piles] == [CHADEMO]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Type 2", "yes"),
        ("Tesla", "yes"),
        ("CCS price,CHAdeMO price", "1,2"),
        ("Available CCS,Available CHAdeMO", "1,2"),
        ("CCS,CHAdeMO", "Voltberry,Ampere"),
        ("CCS kWh,CHAdeMO kWh", "1,2"),
        ("CCS,CHAdeMO", ","),
    ],
)
def test_columns_that_may_say_something_else_of_a_plug_are_not_used(write, header, cells):
    guess = guess_table(write(f"name,lat,lon,chargers,{header}\nA,52.5,13.4,2,{cells}\n"))
    assert not [each for each in guess.columns if each.plug]


def test_powers_and_counts_of_plugs_are_those_of_their_current_or_of_their_own_group(write):
    power = "EV J1772 Power Output (kW),EV CCS Power Output (kW),EV CHAdeMO Power Output (kW)"
    path = write(f"name,lat,lon,EV Level2 EVSE Num,EV DC Fast Count,{power}\nA,42.5,-73.4,2,4,7.2,150,50\n")
    assert groups(path) == [[(Current.DC, None, 150, 4), (Current.AC, None, 7.2, 2)]]
    header = (
        "EV J1772 Connector Count,EV J1772 Power Output (kW),EV CCS Connector Count,EV CCS Power Output (kW)"
    )
    path = write(f"name,lat,lon,{header}\nA,42.5,-73.4,2,7.2,4,150\n")
    assert groups(path) == [[(Current.AC, {Connector.TYPE1}, 7.2, 2), (Current.DC, {Connector.CCS1}, 150, 4)]]


@pytest.mark.parametrize("year", ["2019", "2019.0", "2019年"])
def test_a_year_of_opening_is_told_as_not_used_with_how_many_and_an_example(write, year):
    rows = f"A,52.5,13.4,2,{year}\nB,52.6,13.4,2,2020\nC,52.7,13.4,2,\n"
    path = write(f"name,lat,lon,chargers,Installation Year\n{rows}")
    guess = guess_table(path)
    assert guess.unused == ("Installation Year",)
    (told,) = guess.warnings
    assert (told.what, told.headers) == (Assumed.YEARS, ("Installation Year", year, "2"))
    assert f"such as '{year}' (2 of the cells" in told.text
    assert read(path)[0].opened_on is None


def test_a_guess_with_plug_columns_can_be_kept_as_a_preset(write, tmp_path):
    for text in (
        "name,lat,lon,plug 1 type,plug 2 type,status\nA,52.5,13.4,CCS,Type 2,operational\n",
        "name,lat,lon,chargers,CHAdeMO,CCS\nA,52.5,13.4,2,yes,no\n",
        "name,lat,lon,CHAdeMO,CCS\nA,52.5,13.4,2,4\n",
    ):
        path, name = write(text), f"p{len(text)}"
        guess = guess_table(path)
        save_preset(tmp_path / "presets", name, path, guess, info=lambda info: info, datum=None)
        assert [*tabular.read(path, preset=load_preset(name, tmp_path / "presets"))] == read(path)


def test_the_connector_that_the_user_names_has_no_others_beside_it(write):
    path = write("name,lat,lon,plug 1 type,plug 2 type,kind\nA,52.5,13.4,CCS,Type 2,CHAdeMO\n")
    guess = guess_table(path, {"connector": ("kind",)})
    assert guess.to_json()["columns"]["connector"] == "kind"
    assert guess_table(path, {"connector": ()}).of("connector") is None


def test_the_highest_power_is_that_of_the_slow_piles_where_there_are_no_others(write):
    (station,) = read(write(CHINESE.replace(",8,4,120", ",0,4,7")))
    assert [(pile.current, pile.count, pile.power_kw) for pile in station.piles if pile.count] == [
        (Current.AC, 4, 7)
    ]


def test_source_and_title_come_from_the_name_of_the_file(write):
    info = sniff(write(ENGLISH)).source()
    assert (info.source, info.title, info.licence) == ("my-list", "my list", "not stated")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("名称,经度", "gb18030"),
        ("充电站名称,经度,纬度\n深圳北站,114,22.5", "gb18030"),
        ("충전소명,위도,경도\n서울역,37.5,127.0", "cp949"),
        ("充電スタンド名,緯度,経度\nとうきょう,35.6,139.7", "shift_jis"),
        ("Straße;Größe", "cp1252"),
        ("Dénomination,Café à côté", "cp1252"),
    ],
)
def test_the_encoding_is_told_from_the_text(text, encoding):
    assert encodings_of(text.encode(encoding)) == ("utf-8", encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_text(write, delimiter):
    path = write(ENGLISH.replace(",", delimiter))
    assert guess_table(path).form.delimiter == delimiter
    assert len(read(path)) == 1


def test_decimal_commas_are_told_from_the_coordinates(write):
    (station,) = read(write("Name;Breitengrad;Längengrad;kW\nA;52,5163;13,3777;3,7\n"))
    assert (station.lat, station.lon, station.piles[0].power_kw) == (52.5163, 13.3777, 3.7)


def test_the_header_is_found_below_a_title(write):
    path = write("List of chargers,,,,,\nas of 2024,,,,,\n" + ENGLISH)
    assert guess_table(path).form.header_row == 3
    assert len(read(path)) == 1


def test_the_sheet_with_stations_is_the_one_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Note", "Author"])
    book.active.append(["see below", "me"])
    for line in ENGLISH.splitlines():
        (book["stations"] if "stations" in book.sheetnames else book.create_sheet("stations")).append(
            line.split(",")
        )
    path = tmp_path / "book.xlsx"
    book.save(path)
    assert guess_table(path).form.sheet == 2
    assert len(read(path)) == 1


def test_geojson_is_read_by_its_points_and_the_words_of_its_properties(write):
    path = write(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", '
        '"properties": {"Betreiber": "X", "Name": "A"},'
        ' "geometry": {"type": "Point", "coordinates": [13.3777, 52.5163]}}]}',
        name="points.geojson",
    )
    (station,) = read(path)
    assert (station.name, station.operator_raw, station.lat) == ("A", "X", 52.5163)


ROWS = ["A,Volt,52.1,13.1,2", "B,Volt,52.2,13.2,4", "A,Volt,52.1,13.1,3", "C,,52.3,13.3,1"]
HEADER = "name,operator,lat,lon,chargers\n"


@pytest.mark.slow
def test_without_an_id_rows_have_the_same_ids_in_any_order(write):
    ids = {
        tuple(sorted(record.source_id for record in read(write(HEADER + "\n".join(rows) + "\n"))))
        for rows in itertools.permutations(ROWS)
    }
    assert ids == {("C 52.3 13.3", "Volt A 52.1 13.1", "Volt B 52.2 13.2")}


def test_rows_of_one_operator_at_one_point_are_one_site(write):
    stations = read(write(HEADER + "\n".join(ROWS) + "\n"))
    counts = {each.name: sum(pile.count for pile in each.piles) for each in stations}
    assert (counts, [each.rows for each in stations]) == ({"A": 5, "B": 4, "C": 1}, [2, 1, 1])


def test_a_row_that_is_there_twice_is_told_and_counted_once(write):
    (station,) = read(write(HEADER + f"{ROWS[0]}\n{ROWS[0]}\n"))
    assert [pile.count for pile in station.piles] == [2]
    assert (station.rows, station.doubts) == (2, (("equal_rows", "Volt A 52.1 13.1"),))


def test_rows_of_chargers_are_added_up_although_they_are_equal_and_that_is_told(write):
    (station,) = read(write("operator,lat,lon,kW\nVolt,52.1,13.1,22\nVolt,52.1,13.1,22\n"))
    assert (station.rows, len(station.doubts)) == (2, 1)


def test_a_row_with_the_id_of_a_charger_is_a_charger(write):
    text = "evse_id,station_id,lat,lon,kW,Anzahl Ladepunkte\nE1,S1,52.1,13.1,22,2\nE2,S1,52.1,13.1,150,2\n"
    (station,) = read(write(text))
    assert [(pile.pile_id, pile.power_kw, pile.count) for pile in station.piles] == [
        ("E1", 22, 1),
        ("E2", 150, 1),
    ]
    assert (station.source_id, station.stated_piles) == ("S1", 2)


def test_codes_are_understood_and_others_counted(write):
    text = (
        "id,lat,lon,Connector Type,Access,Status,Country\n"
        "1,52.1,13.1,CCS; Type 2,Public,Operational,Germany\n"
        "2,52.2,13.2,CHAdeMO; Quux,private,planned,DE\n"
        "3,52.3,13.3,-,unknown,Out of order,Atlantis\n"
    )
    first, planned, last = read(write(text))
    (group,) = first.piles
    assert connectors_in(group.connectors) == (Connector.CCS2, Connector.TYPE2)
    assert (first.access, group.status, first.country) == (Access.PUBLIC, Status.OPERATIONAL, "DE")
    assert isinstance(planned, Rejection)
    assert (last.access, last.country, last.unmapped) == (None, None, (("country", "Atlantis"),))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Session ID,Start,End,lat,lon\n1,a,b,52.1,13.1\n", "found a table of sessions"),
        ("name,operator,address\nA,B,C\n", "Name them: --column lat=HEADER --column lon=HEADER"),
        ("name,X,Y\nA,713921.6,96681.1\n", "'X', 'Y' hold no degrees: projected coordinates"),
        ("a,b\n1,2\n", "expected one of"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_what_to_do(write, told, text):
    with pytest.raises(SourceError, match=told):
        sniff(write(text))


def test_a_column_that_is_not_there_is_told_with_the_nearest(write):
    with pytest.raises(UsageError, match=r"did you mean 'Latitude'"):
        guess_table(write(ENGLISH), {"lat": ("Latitud",)})
    with pytest.raises(UsageError, match="Expected a field out of name"):
        guess_table(write(ENGLISH), {"latitude": ("Latitude",)})


def test_a_guess_becomes_the_same_preset_by_way_of_its_file(write, tmp_path):
    path = write(CHINESE)
    guess = guess_table(path)
    place = save_preset(tmp_path, "mine", path, guess, info=lambda info: info, datum=None)
    kept, made = load_preset("mine", tmp_path), preset_of(guess, path)
    assert (kept.places, kept.tables, kept.sites, kept.layout) == (
        made.places,
        made.tables,
        made.sites,
        made.layout,
    )
    assert place.read_text("utf-8").startswith("# Nothing stated the datum")
    assert tabular.recognise(path, tmp_path).name == "mine"
    with pytest.raises(UsageError, match="there is a preset of that name"):
        save_preset(tmp_path, "mine", path, guess, info=lambda info: info, datum=None)
    with pytest.raises(UsageError, match="letters, digits"):
        save_preset(tmp_path, "../mine", path, guess, info=lambda info: info, datum=None)


def test_what_the_user_says_of_the_source_stands_in_the_preset(write, tmp_path):
    path = write(ENGLISH)

    def better(info: SourceInfo) -> SourceInfo:
        return replace(info, title='The "best" list\\', licence="CC0-1.0")

    save_preset(tmp_path, "mine", path, guess_table(path), info=better, datum=None)
    info = load_preset("mine", tmp_path).info
    assert (info.title, info.licence) == ('The "best" list\\', "CC0-1.0")


@pytest.mark.parametrize("header", ['na"me', "a=b", "名\\称", "x.y", "tab\there", "[z]", "#h", "\x7f"])
def test_any_header_survives_the_file_of_a_preset(write, header):
    text = f'"{header.replace(chr(34), chr(34) * 2)}",lat,lon\nA,52.1,13.1\n'
    path = write(text)
    guess = guess_table(path, {"name": (header,)})
    assert tomllib.loads(as_toml(preset_tables(guess, "s", "t")))["columns"]["name"] == header


def test_an_id_that_stands_at_many_places_is_no_id(write):
    rows = "".join(f"{at % 3},{52 + at / 10},13.1\n" for at in range(1, 13))
    assert guess_table(write(f"id,lat,lon\n{rows}")).headers_of("id") == ()


def test_a_row_without_its_id_has_one_of_its_place(write):
    first, second = read(write("id,name,lat,lon\n7,A,52.1,13.1\n,B,52.2,13.2\n"))
    assert (first.source_id, second.source_id) == ("7", "B 52.2 13.2")


def test_a_device_that_says_how_many_points_it_has_is_no_single_charger(write):
    header = "Ladeeinrichtungs-ID;Betreiber;Breitengrad;Längengrad;Anzahl Ladepunkte;Nennleistung [kW]\n"
    (station,) = read(write(header + "7;Volt;52,1;13,1;2;22\n8;Volt;52,1;13,1;3;22\n"))
    assert (station.source_id, sum(pile.count for pile in station.piles)) == ("7", 5)


STRANGE = "alfa,beta,gamma\n52.51,13.41,4\n52.62,13.52,2\n"


def test_a_table_of_unknown_headers_is_one_only_for_a_person_who_names_its_columns(tmp_path):
    path = tmp_path / "strange.csv"
    path.write_text(STRANGE, "utf-8")
    assert guess_table(path) is None
    guess = guess_table(path, any_header=True)
    assert (guess.header, guess.form.delimiter, guess.is_importable) == (
        ("alfa", "beta", "gamma"),
        ",",
        False,
    )
    assert guess_table(path, {"lat": ("alfa",), "lon": ("beta",)}).is_importable


@pytest.mark.parametrize("text", ["", "Dear all, hello\nno table\nin here\n", '{"a": [1, 2]}', "one\ntwo\n"])
def test_what_is_no_table_is_none_for_a_person_either(tmp_path, text):
    path = tmp_path / "letter.txt"
    path.write_text(text, "utf-8")
    with suppress(SourceError):  # as of an empty file
        assert guess_table(path, any_header=True) is None


def test_a_corrected_field_leaves_the_others_as_they_were(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text("name,operator,brand,lat,lon\nA,X,Y,52.51,13.41\nB,Z,Y,52.62,13.52\n", "utf-8")
    before = guess_table(path)
    named = correct_guess(path, before, {}, "name", ("operator",))
    after = guess_table(path, named)
    assert after.headers_of("name") == ("operator",)
    assert (after.headers_of("lat"), after.headers_of("lon")) == (("lat",), ("lon",))
    named = correct_guess(path, after, named, "address", ("operator",))
    assert named["address"] == ("operator",)
    assert named.get("name") != ("operator",)


METRES = "name;position (EPSG:25832);points\nHarbour;565000 5934000;4\nStation;565900, 5934700;2\n"


def test_pairs_of_metres_are_read_in_the_order_that_lies_where_their_system_is_used(write):
    path = write(METRES)
    guess = guess_table(path)
    stations = [*tabular.read(path, preset=preset_of(guess, path))]
    assert (stations[0].lat, stations[0].lon) == pytest.approx((53.5509, 9.9811), abs=1e-4)
    assert all(53 < station.lat < 54 for station in stations)


def test_pairs_of_metres_are_candidates_for_coordinates_that_somebody_has_to_choose(write):
    guess = guess_table(write(METRES.replace(" (EPSG:25832)", "")))
    assert guess.candidates == ("position",)
    assert "projected coordinates" in guess.doubts[0]


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("Szerokość geograficzna;Długość geograficzna;Miasto", "cp1250"),
        ("Широта;Долгота;Город", "cp1251"),
        ("Enlem;Boylam;İşletmeci", "cp1254"),
        ("Breitengrad;Längengrad;Straße", "cp1252"),
        ("Latitude;Longitude;Société", "cp1252"),
        ("Latitud;Longitud;Dirección", "cp1252"),
        ("breddegrad;lengdegrad;operatør", "cp1252"),
    ],
)
def test_texts_of_one_byte_a_letter_are_in_the_encoding_that_their_headers_make_sense_in(header, encoding):
    assert encodings_of(header.encode(encoding)) == ("utf-8", encoding)


def test_countries_that_nobody_knows_are_counted_and_unknown_ones_are_not(write):
    text = (
        "name,lat,lon,country\nA,52.5,13.4,Germany\nB,52.6,13.4,Wonderland\nC,52.7,13.4,n/a\nD,52.8,13.4,DE\n"
    )
    found = {station.name: (station.country, station.unmapped) for station in read(write(text))}
    assert found["A"] == found["D"] == ("DE", ())
    assert found["B"] == (None, (("country", "Wonderland"),))
    assert found["C"] == (None, ())
