"""Tables as people keep them: headers of two rows, cells too many or too few, totals, late columns."""

import io
import json
import struct

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from charging.domain.vocabulary import Connector, connectors_in
from charging.errors import Fault, SourceError, UsageError
from charging.sources.records import PointDoubt, Reason, Rejection, Repair
from charging.sources.tabular import model as tabular
from charging.sources.tabular.headers import Header
from charging.sources.tabular.presets import load_preset

START = 'datum = "wgs84"\n[source]\nsource = "s"\ntitle = "t"\nlicence = "l"\nattribution = "a"\n'
COLUMNS = '[columns]\nsource_id = "id"\nlat = "lat"\nlon = "lon"\n'
PAIR = '[columns]\nsource_id = "id"\nposition = "{}"\n'
NAMED = COLUMNS + 'name = { any = ["name"], optional = true }\n'
COUNTED = '[[piles]]\ncolumns = { count = "n" }\n'
GERMANY = "[[area]]\nsouth = 47.2\nwest = 5.8\nnorth = 55.1\neast = 15.1\n"


@pytest.fixture
def read(tmp_path):
    """Read a table with a preset, both written here."""

    def _read(preset, content, repairs=(), *, is_default=True):
        start = START if is_default else f"reject_defaults = false\n{START}"
        (tmp_path / "mine.toml").write_text(start + preset, "utf-8")
        path = tmp_path / "table"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(tabular.read(path, preset=load_preset("mine", tmp_path), repairs=repairs))

    return _read


def reasons(records):
    return [each.reason if isinstance(each, Rejection) else None for each in records]


def points(records):
    return [(each.lat, each.lon) for each in records]


def workbook(*rows, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def collection(*features, **members):
    found = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}
        for point, properties in features
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": found})


@pytest.mark.parametrize("place", [0, 60])
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7,1.5,2.5,4,,", None),
        ("7,1.5,2.5,4, ,", None),
        ("7,1.5,2.5", None),
        ("7,1.5", Reason.MALFORMED),
        ("7,1.5,2.5,4,,note", Reason.MALFORMED),
    ],
)
def test_empty_cells_beyond_the_header_and_missing_ones_at_the_end_cost_no_row(read, place, row, reason):
    rows = [f"{at},1.5,2.5,1" for at in range(100, 200)]
    rows.insert(place, row)
    records = read(COLUMNS + COUNTED, "\n".join(["id,lat,lon,n", *rows]))
    assert [each for each in reasons(records) if each] == ([reason] if reason else [])
    assert len(records) == 101
    assert reason or records[place].source_id == "7"


def test_a_quoted_row_of_another_width_keeps_its_line(read):
    rows = '"1\n2",1.5,2.5,4,\n3,x,2.5,4\n5\n'
    records = read(COLUMNS + COUNTED, "id,lat,lon,n\n" + rows)
    assert (records[0].source_id, records[0].piles[0].count) == ("1\n2", 4)
    assert records[2].record_id == "line 5"


def test_a_coloured_cell_far_to_the_right_costs_no_row(read):
    table = [
        ["id", "lat", "lon", "n"],
        *([at, 1.5, 2.5, 2] for at in range(60)),
        [60, 1.5, 2.5, 2, None, " "],
    ]
    assert reasons(read(COLUMNS + COUNTED, workbook(*table))) == [None] * 61


def test_a_column_that_stands_twice_is_named(read):
    with pytest.raises(SourceError, match="found 'name' twice"):
        read(COLUMNS + 'name = "name"\n', "id,name,lat,lon,name\n1,a,1.5,2.5,b\n")


def test_a_column_that_stands_twice_and_is_not_read_does_no_harm(read):
    assert reasons(read(COLUMNS, "id,x,lat,lon,x\n1,a,1.5,2.5,b\n")) == [None]


def test_a_header_in_two_merged_rows_answers_to_both_and_to_the_lower_alone(read):
    preset = (
        '[columns]\nsource_id = "id"\nlat = "Place lat"\nlon = "lon"\n'
        '[[piles]]\ncolumns = { count = "Fast count" }\n[[piles]]\ncolumns = { count = "Slow count" }\n'
    )
    table = workbook(
        ["A register"],
        ["id", "Place", None, "Fast", None, "Slow"],
        [None, "lat", "lon", "count", "kW", "count"],
        [1, 1.5, 2.5, 3, 50, 4],
        merged=["A2:A3", "B2:C2", "D2:E2"],
    )
    (record,) = read(preset, table)
    assert (record.lat, record.lon, [pile.count for pile in record.piles]) == (1.5, 2.5, [3, 4])


def test_a_name_that_two_columns_of_a_group_bear_answers_for_none():
    header = Header.of(["count", "count"], ["Fast", ""])
    assert (dict(header.positions), header.repeated) == ({}, {"count", "Fast count"})


@pytest.mark.parametrize("mark", [";", "^"])
@pytest.mark.parametrize("line", ["sep={}\n", '"sep={}"\r\n', "\ufeffSEP={}\n"])
def test_a_line_that_names_the_delimiter_is_understood(read, line, mark):
    rows = ["id|lat|lon|n", "1|1.5|2.5|4"]
    text = line.format(mark) + "\n".join(rows).replace("|", mark)
    assert reasons(read(COLUMNS + COUNTED, text)) == [None]


@pytest.mark.parametrize(
    "row", ["Total,,,9", ",,,Summe", "合计,,,9", "Grand total,,,9", "3,,,9,Sum: 9", "Total: 2,x,y,9"]
)
def test_a_row_of_totals_is_told_as_what_it_is(read, row):
    records = read(NAMED + COUNTED, f"id,lat,lon,n,name\n1,1.5,2.5,4,Total Station\n{row}\n")
    assert reasons(records) == [None, Reason.TOTAL]


def test_a_row_without_a_point_is_no_total(read):
    assert (
        reasons(read(NAMED, "id,lat,lon,name\n1,,2.5,Totally new\n2,,,\n")) == [Reason.MISSING_COORDINATE] * 2
    )


def test_properties_of_late_features_are_columns(read):
    early, late = ([13.4, 52.5], {"id": 1}), ([13.4, 52.6], {"id": 2, "n": 3, "op": "Late"})
    preset = '[columns]\nsource_id = "id"\nlat = "y"\nlon = "x"\noperator_raw = "op"\n' + COUNTED
    records = read(preset, collection(*[early] * 300, late))
    assert (records[-1].operator_raw, records[-1].piles[0].count) == ("Late", 3)
    assert (records[0].operator_raw, records[0].piles) == (None, ())


def test_more_properties_than_a_table_has_are_refused(read):
    features = [([13.4, 52.5], {f"{at}-{key}": 1 for key in range(500)}) for at in range(5)]
    with pytest.raises(SourceError, match="2,000 properties") as refusal:
        read(COLUMNS, collection(*features))
    assert refusal.value.fault is Fault.TOO_LARGE


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["48.85, 2.35"], (48.85, 2.35)),
        (["[2.35, 48.85]"], (48.85, 2.35)),
        (["POINT(2.35 48.85)"], (48.85, 2.35)),
        (["48.85 N, 2.35 E"], (48.85, 2.35)),
    ],
)
def test_the_form_of_a_pair_tells_its_order(read, cells, order):
    records = read(PAIR.format("place"), "id|place\n" + "".join(f"{at}|{c}\n" for at, c in enumerate(cells)))
    assert points(records) == [order]


@pytest.mark.parametrize(
    ("header", "first"), [("lon,lat", 2.35), ("coordonneesXY", 2.35), ("经度纬度", 2.35), ("lat/lng", 48.85)]
)
def test_the_name_of_a_column_tells_the_order_of_a_pair(read, header, first):
    cell = "2.35, 48.85" if first < 10 else "48.85, 2.35"
    assert points(read(PAIR.format(header), f"id|{header}\n1|{cell}\n")) == [(48.85, 2.35)]


def test_the_range_of_a_column_tells_that_a_pair_is_longitude_first_and_that_is_reported(read):
    records = read(PAIR.format("p"), "id|p\n1|116.4,39.9\n2|87.6,43.8\n")
    assert points(records) == [(39.9, 116.4), (43.8, 87.6)]
    assert records[1].doubts == ((PointDoubt.POSITION_ORDER, "87.6,43.8"),)


def test_ranges_that_contradict_each_other_decide_nothing(read):
    records = read(PAIR.format("p"), "id|p\n1|116.4,39.9\n2|39.9,116.4\n")
    assert points(records) == [
        (116.4, 39.9),
        (39.9, 116.4),
    ]  # the first is refused as exchanged, for all sources


def test_an_order_that_is_declared_is_believed(read):
    preset = '[file]\nposition = "lat lon"\n' + PAIR.format("p")
    assert points(read(preset, "id|p\n1|[48.85, 2.35]\n")) == [(48.85, 2.35)]


def test_decimal_commas_in_a_column_of_coordinates_are_read_and_odd_ones_reported(read):
    records = read(COLUMNS, 'id,lat,lon\n1,"52,5","13,4"\n2,52.5 N,13°24′ E\n3,"5,2,5",13\n4,13.4 E,52.5\n')
    assert points(records[:2]) == [(52.5, 13.4)] * 2
    assert reasons(records[2:]) == [Reason.NOT_A_NUMBER, Reason.SWAPPED_COORDINATE]
    assert (records[2].field, records[2].value) == ("lat", "5,2,5")


def test_points_exchanged_in_a_declared_area_are_put_right_on_request_alone(read):
    rows = "id,lat,lon\n1,13.4,52.5\n2,52.5,13.4\n3,1.0,2.0\n4,0,52.5\n"
    as_given, repaired = read(COLUMNS + GERMANY, rows), read(COLUMNS + GERMANY, rows, [Repair.SWAP])
    assert reasons(as_given) == [Reason.SWAPPED_COORDINATE, None, Reason.OUT_OF_AREA, Reason.OUT_OF_AREA]
    assert points(repaired[:2]) == [(52.5, 13.4)] * 2
    assert repaired[0].doubts == ((PointDoubt.SWAP_REPAIRED, "13.4, 52.5"),)


@pytest.mark.parametrize(
    ("preset", "header", "cells"),
    [
        ('[file]\ncrs = "EPSG:25832"\n' + COLUMNS, "id|lat|lon", "1|5934000|565000"),
        ("[file]\ncrs = 25832\n" + PAIR.format("p"), "id|p", "1|565000 5934000"),
        ("[file]\ncrs = 25832\n" + PAIR.format("p"), "id|p", "1|5934000, 565000"),
        (
            '[columns]\nsource_id = "id"\nlat = "y_epsg25832"\nlon = "x_epsg25832"\n',
            "id|y_epsg25832|x_epsg25832",
            "1|5934000|565000",
        ),
        (PAIR.format("p"), "id|p", "1|SRID=25832;POINT(565000 5934000)"),
    ],
)
def test_metres_are_converted_where_their_system_is_declared(read, preset, header, cells):
    assert points(read(preset, f"{header}\n{cells}\n")) == [pytest.approx((53.5509, 9.9811), abs=1e-4)]


@pytest.mark.parametrize(
    ("crs", "easting", "northing", "place"),
    [
        (2154, 652_469, 6_862_035, (48.8566, 2.3522)),  # Paris
        (27700, 530_034, 180_381, (51.5074, -0.1277)),  # London
        (28992, 121_687, 487_484, (52.3742, 4.8980)),  # Amsterdam
        (3857, 1_489_683, 6_894_701, (52.5200, 13.3821)),  # Berlin
        (21781, 600_000, 200_000, (46.9511, 7.4386)),  # Bern, where the Swiss grid begins
        (3035, 4_321_000, 3_210_000, (52.0, 10.0)),  # where Europe's begins
        (5514, -743_000, -1_043_000, (50.0873, 14.4186)),  # Prague, by axes that point south and west
    ],
)
def test_the_grids_of_registers_lead_to_their_cities(read, crs, easting, northing, place):
    records = read(f"[file]\ncrs = {crs}\n" + COLUMNS, f"id,lat,lon\n1,{northing},{easting}\n2,,{easting}\n")
    assert points(records[:1]) == [pytest.approx(place, abs=1e-4)]
    assert reasons(records[1:]) == [Reason.MISSING_COORDINATE]


def test_a_system_that_nobody_knows_is_refused_by_its_code(read):
    with pytest.raises(SourceError, match=r"9999.*EPSG:4326") as refusal:
        read('[file]\ncrs = "EPSG:9999"\n' + COLUMNS, "id,lat,lon\n1,5934000,565000\n")
    assert refusal.value.fault is Fault.PROJECTION


def test_a_system_in_degrees_is_no_projection(read):
    preset = '[columns]\nsource_id = "id"\nlat = "lat_4258"\nlon = "lon_4258"\n'
    assert points(read(preset, "id,lat_4258,lon_4258\n1,52.5,13.4\n")) == [(52.5, 13.4)]
    assert points(read('[file]\ncrs = "epsg:4490"\n' + COLUMNS, "id,lat,lon\n1,39.9,116.4\n")) == [
        (39.9, 116.4)
    ]


@pytest.mark.parametrize("crs", ['"EPSG:1"', '"UTM 32"', "true", "-25832"])
def test_a_system_without_a_code_is_refused_in_the_preset(read, crs):
    with pytest.raises(UsageError, match="EPSG:25832"):
        read(f"[file]\ncrs = {crs}\n" + COLUMNS, "")


def test_geojson_that_declares_metres_is_converted(read):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3035"}}
    file = collection(([4_321_000, 3_210_000], {"id": 1}), crs=crs)
    assert points(read(COLUMNS, file)) == [pytest.approx((52, 10))]


def geoparquet(cells, crs=None, **columns):
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    if crs:
        geo["columns"]["geometry"]["crs"] = crs
    table = pa.table({"id": [1] * len(cells), "geometry": cells, **columns})
    packed = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), packed)
    return packed.getvalue()


WKB = struct.pack("<BI2d", 1, 1, 13.4, 52.5)


def test_the_geometry_of_geoparquet_becomes_latitude_and_longitude(read):
    assert points(read(COLUMNS, geoparquet([WKB]))) == [(52.5, 13.4)]
    assert points(read(COLUMNS, geoparquet([{"x": 13.4, "y": 52.5}]))) == [(52.5, 13.4)]
    assert reasons(read(COLUMNS, geoparquet([WKB, None, b"x"]))) == [None, *[Reason.MISSING_COORDINATE] * 2]


def test_geoparquet_in_metres_is_converted(read):
    metres = struct.pack("<BI2d", 1, 1, 691_875, 5_334_799)
    file = geoparquet([metres], {"id": {"authority": "EPSG", "code": 25832}})
    assert points(read(COLUMNS, file)) == [pytest.approx((48.1375, 11.5792), abs=1e-4)]
    crs84 = {"type": "GeographicCRS", "id": {"authority": "OGC", "code": "CRS84"}}
    assert points(read(COLUMNS, geoparquet([WKB], crs84))) == [(52.5, 13.4)]


def test_wkb_in_a_column_of_a_preset_is_a_position(read):
    assert points(read(PAIR.format("geometry"), geoparquet([WKB]))) == [(52.5, 13.4)]


def test_one_code_may_stand_for_several_plugs(read):
    preset = (
        COLUMNS
        + '[[piles]]\ncolumns = { connectors = "plugs" }\n'
        + '[piles.values.connectors]\n"06" = ["chademo", "type2"]\n"07" = "ccs2"\n"08" = ""\n'
    )
    one, both, silent = read(preset, 'id,lat,lon,plugs\n1,1.5,2.5,06\n2,1.5,2.5,"06,07"\n3,1.5,2.5,08\n')
    assert connectors_in(one.piles[0].connectors) == (Connector.TYPE2, Connector.CHADEMO)
    assert len(connectors_in(both.piles[0].connectors)) == 3
    assert (silent.piles, silent.unmapped) == ((), ())


@pytest.mark.parametrize("codes", ['"06" = []', '"06" = ["type2", "type9"]', '"06" = 6'])
def test_plugs_that_are_none_are_refused_in_the_preset(read, codes):
    with pytest.raises(UsageError, match="connectors"):
        read(
            COLUMNS + f'[[piles]]\ncolumns = {{ connectors = "p" }}\n[piles.values.connectors]\n{codes}\n', ""
        )


def test_rows_are_rejected_by_part_of_a_text(read):
    preset = NAMED + '[[reject]]\ncolumn = "name"\ncontains = ["[Closed]", "swap"]\nreason = "removed"\n'
    records = read(
        preset, "id,lat,lon,name\n1,1.5,2.5,Nord [CLOSED]\n2,1.5,2.5,Swapping\n3,1.5,2.5,Closed Gate\n"
    )
    assert reasons(records) == [Reason.REMOVED, Reason.REMOVED, None]
    assert (records[0].field, records[0].value) == ("name", "Nord [CLOSED]")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("蔚来换电站", Reason.NOT_CAR_CHARGING),
        ("人民广场换电站二期", Reason.NOT_CAR_CHARGING),
        ("小区电动自行车充电棚", Reason.NOT_CAR_CHARGING),
        ("【已拆除】人民广场站", Reason.REMOVED),
        ("人民广场站（已关闭）", Reason.REMOVED),
        ("已撤站-东门", Reason.REMOVED),
        ("【停运】东门充电站", Reason.NOT_LIVE),
        ("东门充电站[暂停营业]", Reason.NOT_LIVE),
        ("(建设中)东门", Reason.NOT_BUILT),
        ("蔚来充换电站", None),
        ("换电站旁充电站", None),
        ("拆除路充电站", None),
        ("停运维修厂充电站", None),
        ("【目的地】东门充电站", None),
        ("特来电充电站", None),
    ],
)
def test_names_of_chinese_tables_reject_what_charges_no_car(read, name, reason):
    (record,) = read(NAMED, f"id,lat,lon,name\n1,39.9,116.4,{name}\n")
    assert reasons([record]) == [reason]


def test_the_default_rejections_can_be_turned_off(read):
    rows = "id,lat,lon,name\n1,39.9,116.4,【停运】东门充电站\n"
    assert reasons(read(NAMED, rows, is_default=False)) == [None]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE", "DE"),
        ("deu", "DE"),
        ("Deutschland", "DE"),
        (" United  States ", "US"),
        ("中国", "CN"),
        ("Alle", None),
    ],
)
def test_a_country_is_stored_as_its_code_whatever_names_it(read, text, country):
    (record,) = read(COLUMNS + 'country = "c"\n', f"id,lat,lon,c\n1,1.5,2.5,{text}\n")
    assert (record.country, record.unmapped) == (country, () if country else (("country", text),))


def test_a_code_of_a_country_that_a_preset_maps_goes_first(read):
    preset = COLUMNS + 'country = "c"\n[values.country]\nD = "DE"\nDE = ""\n'
    records = read(preset, "id,lat,lon,c\n1,1.5,2.5,D\n2,1.5,2.5,DE\n")
    assert [(each.country, each.unmapped) for each in records] == [("DE", ()), (None, ())]


def test_rows_that_repeat_the_counts_of_their_site_are_counted_once_with_the_highest_power(read):
    preset = (
        '[sites]\nsame = ["source_id"]\nrepeats = "count"\n'
        + COLUMNS
        + '[[piles]]\ncolumns = { count = "ac" }\nalso = { power_kw = "kw1" }\n'
        + '[[piles]]\ncolumns = { count = "dc" }\nalso = { power_kw = "kw2" }\n'
    )
    rows = ["1,1.5,2.5,2,,4,150", "2,1.5,2.5,1,11,,", "1,1.5,2.5,2,7.2,4,", "1,1.5,2.5,2,,4,350"]
    records = read(preset, "\n".join(["id,lat,lon,ac,kw1,dc,kw2", *rows]))
    piles = {each.source_id: [(pile.count, pile.power_kw) for pile in each.piles] for each in records}
    assert piles == {"1": [(2, 7.2), (4, 350)], "2": [(1, 11)]}
    assert {each.source_id: each.rows for each in records} == {"1": 3, "2": 1}
