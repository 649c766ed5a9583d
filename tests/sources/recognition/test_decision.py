import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import Datum
from charging.sources.recognition.cells import SampleColumn
from charging.sources.recognition.column_guess import FIELDS, TableKind, warnings_of
from charging.sources.recognition.decision import guess_columns

POINT = {"lat": "52.5163", "lon": "13.3777"}


def guess(table, **options):
    """Return the guess of a table given as its cells by header, one row or several."""
    rows = table if isinstance(table, list) else [table]
    return guess_columns([*rows[0]], [[*row.values()] for row in rows], **options)


def columns(table, **options):
    return guess(table, **options).to_json()["columns"]


LANGUAGES = {
    "en": ("Station Name", "Operator", "Latitude", "Longitude", "Chargers", "Power (kW)"),
    "de": (
        "Bezeichnung",
        "Betreiber",
        "Breitengrad",
        "Längengrad",
        "Anzahl Ladepunkte",
        "Ladeleistung in kW",
    ),
    "fr": ("nom_station", "exploitant", "lat", "lng", "nb_bornes", "puissance_kw"),
    "es": ("Nombre", "Operador", "Latitud", "Longitud", "Nº de tomas", "Potencia máx. (kW)"),
    "nl": ("Naam", "Aanbieder", "Breedtegraad", "Lengtegraad", "Aantal laadpunten", "Vermogen (kW)"),
    "it": ("Denominazione", "Gestore", "Latitudine", "Longitudine", "N. prese", "Potenza (kW)"),
    "zh": ("充电站名称", "运营商", "纬度", "经度", "充电桩数量", "最大功率(kW)"),
    "ja": ("施設名", "運営会社", "緯度", "経度", "充電器数", "最大出力(kW)"),
    "ko": ("충전소명", "운영기관", "위도", "경도", "충전기대수", "충전용량(kW)"),
    "pl": (
        "Nazwa",
        "Operator",
        "Szerokość geograficzna",
        "Długość geograficzna",
        "Liczba punktów",
        "Moc [kW]",
    ),
    "da": ("Navn", "Operatør", "Breddegrad", "Længdegrad", "Antal ladepunkter", "Effekt (kW)"),
    "cs": ("Název stanice", "Provozovatel", "Zeměpisná šířka", "Zeměpisná délka", "Počet bodů", "Výkon (kW)"),
    "hu": ("Állomás neve", "Üzemeltető", "Szélesség", "Hosszúság", "Töltőpontok száma", "Teljesítmény (kW)"),
    "el": (
        "Όνομα",
        "Διαχειριστής",
        "Γεωγραφικό πλάτος",
        "Γεωγραφικό μήκος",
        "Αριθμός σημείων φόρτισης",
        "Μέγιστη ισχύς (kW)",
    ),
    "sv": ("Namn", "Operatör", "Latitud", "Longitud", "Antal laddpunkter", "Effekt (kW)"),
    "nb": ("Navn", "Operatør", "Breddegrad", "Lengdegrad", "Antall ladepunkter", "Effekt (kW)"),
    "fi": ("Nimi", "Operaattori", "Leveysaste", "Pituusaste", "Latauspisteiden määrä", "Teho (kW)"),
    "pt": ("Nome", "Operador", "Latitude", "Longitude", "Número de pontos", "Potência máxima (kW)"),
    "tr": ("İstasyon adı", "İşletmeci", "Enlem", "Boylam", "Cihaz sayısı", "Güç (kW)"),
    "ru": ("Название", "Оператор", "Широта", "Долгота", "Количество точек", "Мощность (кВт)"),
    "camel": ("stationName", "operatorName", "geoLat", "geoLng", "numPorts", "maxPowerKW"),
    "snake": ("site_name", "cpo", "gps_lat", "gps_lon", "num_chargers", "max_kw"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_list_is_understood_in_every_language(language):
    headers = LANGUAGES[language]
    found = guess_columns(headers, [["Town Hall", "Voltberry", "52.5163", "13.3777", "4", "150"]])
    fields = ("name", "operator", "lat", "lon", "piles", "power_kw")
    assert found.to_json() == {"columns": dict(zip(fields, headers, strict=True)), "unused": []}
    assert found.is_importable


@pytest.mark.parametrize(
    ("dc", "ac"),
    [
        ("快充桩数", "慢充桩数"),
        ("直流桩数量", "交流桩数量"),
        ("DC chargers", "AC chargers"),
        ("Fast", "Slow"),
        ("Schnellladepunkte", "Normalladepunkte"),
        ("num_dc_fast", "num_level2"),
        ("DCFC Ports", "L2 Ports"),
        ("Rapid", "Slow"),
    ],
)
def test_counts_of_fast_and_slow_piles_are_told_apart(dc, ac):
    found = columns({**POINT, "station id": "1", dc: "4", ac: "2"})
    assert (found["dc_piles"], found["ac_piles"]) == (dc, ac)


def test_counts_by_current_of_which_one_would_be_lost_are_not_taken():
    found = columns({**POINT, "station id": "1", "rapid": "1", "fast": "2", "slow": "3", "total points": "6"})
    assert (found["piles"], "dc_piles" in found, "ac_piles" in found) == ("total points", False, False)


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Available chargers", "4"),
        ("Faulty EVSEs", "4"),
        ("Parking spots", "4"),
        ("Charger type", "4"),
        ("Fast charging possible", "1"),
        ("Chargers in the postcode", "4"),
        ("chargers", "2.5"),
        ("chargers", "45000"),
        ("Connection2_Quantity", "4"),
    ],
)
def test_what_is_no_count_of_piles_is_not_taken_for_one(header, cell):
    assert {"piles", "dc_piles", "ac_piles"}.isdisjoint(columns({**POINT, "name": "A", header: cell}))


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Total site power (kW)", "300"),
        ("站点总装机功率", "560"),
        ("Energy (kWh)", "30"),
        ("Power type", "AC"),
        ("Minimum power (kW)", "3"),
        ("Capacity", "4"),
        ("Power (kW)", "fast"),
        ("Power (kW)", "900000000"),
    ],
)
def test_what_is_no_power_of_a_pile_is_not_taken_for_one(header, cell):
    assert "power_kw" not in columns({**POINT, "name": "A", header: cell})


def test_a_power_may_be_named_by_the_unit_of_its_cells():
    assert columns({**POINT, "Rating": "50 kW"})["power_kw"] == "Rating"
    assert "power_kw" not in columns({**POINT, "Rating": "4.5"})


def test_powers_that_are_all_large_are_watts_and_that_is_told():
    found = guess([{**POINT, "power": power} for power in ("22000", "50000")])
    assert found.form.power_unit == "W"
    assert "watts" in found.warnings[0].text


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("nearest lat", "52.1"),
        ("chargePointPosition", "left"),
        ("Kanton", "1"),
        ("lan", "13.3"),
        ("position", "3"),
        ("Latency", "52.1"),
        ("Platform", "13.2"),
    ],
)
def test_what_is_no_coordinate_is_not_taken_for_one(header, cell):
    found = guess({"name": "A", header: cell, "longitude": "13.3"})
    assert not {"lat", "position"} & {*found.to_json()["columns"]}
    assert found.doubts


def test_the_pair_of_the_station_is_taken_and_not_that_of_its_neighbour():
    found = columns({"closestlat": "1.5", "closestlng": "2.5", "Latitude": "52.5", "Longitude": "13.4"})
    assert (found["lat"], found["lon"]) == ("Latitude", "Longitude")


def test_coordinates_whose_headers_are_swapped_are_told_by_their_range():
    found = guess({"경도": "37.75", "위도": "128.9", "충전소명": "A"})
    assert (found.headers_of("lat"), found.headers_of("lon")) == (("경도",), ("위도",))
    assert "the other way round" in found.warnings[0].text


@pytest.mark.parametrize(
    ("header", "cell", "order"),
    [
        ("GPS", "39.66, -75.69", "lat lon"),
        ("geometry", "POINT (4.9 52.3)", "lon lat"),
        ("geometry.coordinates", "[5.8, 53.4]", "lon lat"),
        ("coordonneesXY", "2.35,48.85", "lon lat"),
        ("Position", "(59.91,10.75)", "lat lon"),
        ("location", "113.94,22.54", "lon lat"),
        ("coordinates", "22.54,113.94", "lat lon"),
        ("Vĩ độ, Kinh độ", "20.94,105.84", "lat lon"),
    ],
)
def test_both_coordinates_in_a_cell_have_an_order(header, cell, order):
    found = guess({"name": "A", header: cell})
    assert (found.headers_of("position"), found.form.position_order) == ((header,), order)
    assert found.is_importable


def test_the_order_of_a_pair_follows_columns_that_have_the_same_point():
    found = guess({"lat": "48.84", "long": "2.25", "coordonneesxy": "[48.84, 2.25]"})
    assert (found.headers_of("position"), found.form.position_order) == (("coordonneesxy",), "lat lon")


def test_a_pair_that_changes_its_order_is_a_doubt():
    found = guess([{"name": "A", "gps": "22.5,113.9"}, {"name": "B", "gps": "113.9,22.5"}])
    assert "latitude first in some rows" in found.doubts[0]


def test_metres_are_told_as_projected_coordinates():
    found = guess({"name": "A", "X": "713921.6", "Y": "96681.1"})
    assert "projected coordinates" in found.doubts[0]
    assert "lat" not in found.to_json()["columns"]


def test_axes_that_hold_degrees_are_coordinates():
    found = columns({"name": "A", "X": "13.37771", "Y": "52.51631"})
    assert (found["lat"], found["lon"]) == ("Y", "X")


NO_LISTS = [
    (TableKind.SESSIONS, ["Session ID", "Start", "End", "Energy (kWh)", "lat", "lon"]),
    (TableKind.SESSIONS, ["Station Name", "Plug-in time", "Plug-out time", "Energy delivered", "lat", "lon"]),
    (TableKind.SESSIONS, ["充电站名称", "开始时间", "结束时间", "充电量", "用户编号", "lat", "lon"]),
    (TableKind.SESSIONS, ["Ladevorgang", "Startzeit", "Endzeit", "Energiemenge (kWh)", "lat", "lon"]),
    (TableKind.AGGREGATES, ["grid", "count", "fast_count", "lat", "lon"]),
    (TableKind.AGGREGATES, ["TAZID", "charge_count", "lat", "lon"]),
    (TableKind.AGGREGATES, ["省份", "充电站数量", "充电桩数量", "lat", "lon"]),
    (TableKind.AGGREGATES, ["city", "population", "lat", "lon"]),
    (TableKind.AGGREGATES, ["Region", "2019", "2020", "2021", "lat", "lon"]),
    (TableKind.TARIFFS, ["tariff_id", "currency", "price_per_kwh", "start_fee"]),
    (TableKind.OTHER, ["name", "toll", "lat", "lon"]),
    (TableKind.OTHER, ["Station", "Diesel", "Petrol price", "lat", "lon"]),
    (TableKind.OBSERVATIONS, ["id", "lat", "lon", "voltage", "current", "energy", "timestamp"]),
]
EXAMPLES = {
    "lat": "52.5163",
    "lon": "13.3777",
    "Start": "2024-01-01 10:00",
    "End": "2024-01-01 11:00",
    "timestamp": "2024-01-01 11:00",
}


@pytest.mark.parametrize(("kind", "headers"), NO_LISTS)
def test_what_lists_no_stations_is_no_list_of_stations(kind, headers):
    found = guess({header: EXAMPLES.get(header, "1") for header in headers})
    assert found.kind is kind
    assert not found.is_importable


def test_places_that_stand_there_again_and_again_are_observations():
    rows = [{"id": "1", **POINT, "time": f"2024-01-01 {hour}:00", "chargers": "4"} for hour in (10, 11, 12)]
    assert guess(rows).kind is TableKind.OBSERVATIONS


def test_a_zone_beside_the_id_of_a_station_makes_no_aggregate():
    found = guess({"station_id": "1", **POINT, "charge_count": "20", "TAZID": "559"})
    assert (found.kind, found.headers_of("piles")) == (TableKind.STATIONS, ("charge_count",))


def test_hours_are_no_day_of_opening_and_no_status():
    table = {**POINT, "name": "A", "开放时间": "00:00-24:00", "Availability": "9:00-18:00"}
    assert {"opened_on", "status", "access"}.isdisjoint(columns(table))


def test_the_operator_is_no_maker_user_or_source_of_data():
    table = {**POINT, "manufacturer": "ABB", "UserOperatorName": "X", "data provider": "Y"}
    assert "operator" not in columns(table)


def test_a_state_is_a_region_or_a_status_by_its_cells():
    assert columns({**POINT, "estado": "Pará"})["region"] == "estado"
    assert columns({**POINT, "estado": "Activo"})["status"] == "estado"


def test_street_and_number_make_an_address_together():
    assert columns({**POINT, "Straße": "Am Markt", "Hausnummer": "1"})["address"] == ["Straße", "Hausnummer"]


def test_a_column_that_stands_twice_is_not_taken():
    found = guess_columns(["name", "lat", "lon", "lat"], [["A", "52.5", "13.4", "1.0"]])
    assert found.doubts
    assert found.headers_of("lat") == ()


def test_what_the_user_says_goes_before_what_is_guessed():
    table = {"a": "52.5", "b": "13.4", "price": "1", "name": "A"}
    found = guess(table, given={"lat": ("a",), "lon": ("b",), "name": ("price",), "price": ()})
    assert found.to_json() == {"columns": {"name": "price", "lat": "a", "lon": "b"}, "unused": ["name"]}
    assert found.is_importable


def test_points_of_the_mainland_without_a_datum_are_warned_of():
    found = guess({"name": "甲", "lat": "22.5431", "lon": "114.0579"})
    assert "GCJ-02" in warnings_of(found, None)[0].text
    assert "--datum" in warnings_of(found, None)[0].text
    assert warnings_of(found, Datum.GCJ02) == ()
    assert warnings_of(guess({"name": "HK", "lat": "22.30", "lon": "114.17"}), None) == ()


def test_a_header_that_names_the_datum_states_it():
    found = guess({"name": "甲", "lat_gcj02": "22.5431", "lng_gcj02": "114.0579"})
    assert (found.datum, warnings_of(found, None)) == (Datum.GCJ02, ())


@pytest.mark.parametrize(
    ("cells", "formats", "is_told"),
    [
        (["2020-01-31"], (), False),
        (["31/01/2020", "01/02/2020"], ("%d/%m/%Y",), False),
        (["01/31/2020", "01/02/2020"], ("%m/%d/%Y",), False),
        (["01/02/2020"], ("%d/%m/%Y",), True),
    ],
)
def test_the_form_of_days_is_told_from_all_of_them(cells, formats, is_told):
    found = guess([{**POINT, "Open Date": cell} for cell in cells])
    assert (found.form.date_formats, bool(found.warnings)) == (formats, is_told)


def test_a_decimal_comma_is_told_from_the_coordinates():
    assert guess({"name": "A", "lat": "52,5163", "lon": "13,3777"}).form.decimal == ","


@pytest.mark.parametrize(
    ("cells", "values", "decimal"),
    [
        (["7,36", "1,200"], (7.36, 1.2), ","),
        (["1,200", "7.5"], (1200, 7.5), "."),
        (["1,200"], (1200,), "."),
        (["1.234,5", "2.000"], (1234.5, 2000), ","),
        (["52,5163", ",5", "-1e3"], (52.5163, 0.5, -1000), ","),
        (["22 kW", "11"], (22, 11), "."),
    ],
)
def test_numbers_are_those_the_reader_of_the_column_finds(cells, values, decimal):
    numbers = SampleColumn(cells).numbers
    assert (numbers.values, numbers.decimal) == (values, decimal)


@pytest.mark.parametrize("cells", [["31.01.2024"], ["22,50,150"], ["1.2.3.4"], ["A"]])
def test_dates_lists_and_versions_are_no_numbers(cells):
    assert SampleColumn(cells).numbers is None


def test_a_header_of_thousands_of_numbers_or_plugs_is_no_column_of_plugs():
    found = guess({"1 " * 60_000: "CCS", "2 " * 60_000: "Type 2", "ccs " * 40_000: "yes", **POINT})
    assert {"connector", "piles"}.isdisjoint(found.to_json()["columns"])


WORDS = st.sampled_from(
    [
        "lat",
        "Longitude",
        "名称",
        "Chargers",
        "kW",
        "GPS",
        "Status",
        "id",
        "",
        "x",
        "快充",
        "Nombre",
        "Date",
        "ZIP",
    ]
)
CELLS = st.sampled_from(
    ["52.5", "13,4", "1", "", "A", "52.5, 13.4", "01/02/2020", "yes", "-", "Type 2", "1e400"]
)


@pytest.mark.slow
@given(
    st.lists(WORDS | st.text(max_size=12), min_size=1, max_size=8),
    st.lists(st.lists(CELLS | st.text(max_size=12), max_size=9), max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_table_has_a_guess_which_is_the_same_in_any_order_of_rows(header, rows, order):
    found = guess_columns(header, rows)
    mixed = rows.copy()
    order.shuffle(mixed)
    assert guess_columns(header, mixed) == found
    assert {each.field for each in found.columns} <= {*FIELDS}
    used = [name for each in found.columns for name in each.headers]
    assert {*used} | {*found.unused} <= {name.strip() for name in header}


def test_rows_in_another_order_make_no_other_guess():
    rows = [
        {**POINT, "Open Date": f"{day:02}/{day % 12 + 1:02}/2020", "name": str(day)} for day in range(1, 29)
    ]
    first = guess(rows)
    random.Random(1).shuffle(rows)  # noqa: S311  no secret
    assert guess(rows) == first


@pytest.mark.parametrize(
    "cell",
    [
        "49.1880N, 16.6150E",
        "N 49.1880 E 16.6150",
        "49°11'16.8\"N 16°36'54.0\"E",
        "49,1880, 16,6150",
        "49,188; 16,615",
    ],
)
def test_pairs_with_letters_or_decimal_commas_are_positions(cell):
    assert guess({"Název": "A", "GPS souřadnice": cell}).headers_of("position") == ("GPS souřadnice",)


@pytest.mark.parametrize("cell", ["12, 14", "22,50", "7,4/22", "Main Street 4, 12", "2024-01-02, 2024-02-03"])
def test_numbers_that_are_no_point_are_no_position(cell):
    assert not guess({"name": "A", "position": cell}).headers_of("position")


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (("Operacional", "Em manutenção"), "status"),
        (("Em construção", "Operacional"), "status"),
        (("Removido", "Removido"), "status"),
        (("São Paulo", "Rio de Janeiro"), "region"),
    ],
)
def test_what_estado_means_its_cells_tell(cells, field):
    found = guess(
        [{"nome": "A", "estado": cell, "latitude": "-23.561", "longitude": "-46.655"} for cell in cells]
    )
    assert found.headers_of(field) == ("estado",)


def test_levels_alone_count_chargers_where_their_cells_are_counts():
    found = guess({"name": "A", "Level 1": "1", "Level 2": "4", "DC Fast": "0"})
    assert (found.headers_of("ac_piles"), found.headers_of("dc_piles")) == (
        ("Level 1", "Level 2"),
        ("DC Fast",),
    )


@pytest.mark.parametrize("cell", ["yes", "7.2", "J1772"])
def test_levels_that_are_no_counts_are_left_alone(cell):
    assert not guess({"name": "A", "Level 2": cell, "DC Fast": "2"}).headers_of("ac_piles")
