"""The forms in which JSON holds records, and what its places are called."""

import gzip
import json
import zipfile

import pytest

from charging.errors import Fault, SourceError
from charging.sources.io.files import Part
from charging.sources.json_records.record_lists import record_lists, rows_of
from charging.sources.json_records.shape import MAX_PLACES
from charging.sources.readers import sniff
from charging.sources.records import Rejection

FIRST = {
    "id": 1,
    "name": "A",
    "lat": 52.5,
    "lon": 13.4,
    "plugs": [{"type": "CCS", "kW": 150}, {"type": "Type 2"}],
}
SECOND = {"id": "b", "name": "B", "lat": 52.6, "lon": 13.5, "plugs": []}


def as_text(value):
    return "" if value is None else str(value)


def tables(path):
    """Return the rows of each list of a file, as columns with their values, by its path."""
    part, found = Part(path), {}
    for each in record_lists(part, "utf-8"):
        (_, header), *rows = rows_of(
            part, "utf-8", each, lambda value: "" if value is None else str(value), ","
        )
        found[each.path] = [
            cells and {name: cell for name, cell in zip(header, cells, strict=True) if cell is not None}
            for _, cells in rows
        ]
    return found


def columns(value, write):
    return [*tables(write([value]))[""][0]]


FORMS = {
    "array": [FIRST, SECOND],
    "under a key": {"total": 2, "stations": [FIRST, SECOND]},
    "under keys": {"meta": {"page": 1}, "data": {"list": {"stations": [FIRST, SECOND]}}},
    "pages": [{"page": 1, "stations": [FIRST]}, {"page": 2, "stations": [SECOND]}],
    "lines": "\n".join(map(json.dumps, (FIRST, SECOND))),
    "lines with broken ones": f'{json.dumps(FIRST)}\n{{"id": \n{json.dumps(SECOND)}\n',
    "text sequence": "".join(f"\x1e{json.dumps(each)}\n" for each in (FIRST, SECOND)),
    "pages one a line": "\n".join(json.dumps({"stations": [each]}) for each in (FIRST, SECOND)),
    "pages behind one another": "".join(
        json.dumps({"stations": [each]}, indent=1) for each in (FIRST, SECOND)
    ),
    "with a mark": "\ufeff" + json.dumps([FIRST, SECOND]),
}


@pytest.mark.parametrize("form", FORMS)
def test_records_are_read_in_every_form(form, write):
    path = write(FORMS[form])
    stations = [each for each in sniff(path).read(path) if not isinstance(each, Rejection)]
    assert [(each.source_id, each.name, len(each.piles)) for each in stations] == [
        ("1", "A", 2),
        ("b", "B", 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_records_are_read_in_other_encodings(encoding, tmp_path):
    path = tmp_path / "stations.json"
    records = [{"名称": "甲充电站", "纬度": 31.2, "经度": 121.5}] * 2
    path.write_bytes(json.dumps(records, ensure_ascii=False).encode(encoding))
    assert {station.name for station in sniff(path).read(path)} == {"甲充电站"}


def test_records_are_read_from_archives(tmp_path):
    packed, archive = tmp_path / "stations.json.gz", tmp_path / "stations.zip"
    packed.write_bytes(gzip.compress(json.dumps([FIRST, SECOND]).encode()))
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("LICENCE.txt", "Free")
        file.writestr("a/stations.json", json.dumps({"stations": [FIRST, SECOND]}))
    assert [len([*sniff(path).read(path)]) for path in (packed, archive)] == [2, 2]


@pytest.mark.parametrize("padding", [0, 70_000])
def test_a_small_file_and_a_large_one_are_read_alike(padding, write):
    path = write({"note": "x" * padding, "data": {"stations": [FIRST, SECOND]}})
    assert len([*sniff(path).read(path)]) == 2


def test_a_single_record_with_a_list_is_one_station(write):
    path = write(FIRST)
    (station,) = sniff(path).read(path)
    assert (station.source_id, len(station.piles)) == ("1", 2)


def test_places_are_named_by_the_keys_that_lead_to_them(write):
    record = {"a": 1, "b": {"c": {"d": 2}}, "e": [{"f": 1, "g": [{"h": 2}]}], "i": ["x"]}
    assert columns(record, write) == ["a", "b.c.d", "e[].f", "e[].g[].h", "i"]


def test_values_of_a_list_stay_in_their_places_and_those_of_a_list_inside_it_are_joined(write):
    record = {"e": [{"f": 1, "g": [{"h": 2}, {"h": 3}]}, {}, {"g": {"h": 4}}]}
    assert tables(write([record]))[""] == [{"e[].f": "1\x1f\x1f", "e[].g[].h": "2, 3\x1f\x1f4"}]


def test_an_object_in_the_place_of_a_list_is_a_list_of_one(write):
    assert tables(write([{"e": [{"f": 1}, {"f": 2}]}, {"e": {"f": 3}}]))[""] == [
        {"e[].f": "1\x1f2"},
        {"e[].f": "3"},
    ]


def test_an_object_with_running_numbers_for_keys_is_a_list(write):
    assert tables(write([{"c": {"1": {"k": 5}, "2": {"k": 6}}}, {"c": []}]))[""][0] == {"c[].k": "5\x1f6"}


def test_an_object_with_other_numbers_for_keys_is_none_even_where_one_record_has_the_first_alone(write):
    rows = tables(write([{"c": {"1": {"k": 5}}}, {"c": {"1": {"k": 6}, "7": {"k": 7}}}]))[""]
    assert rows == [{"c.1.k": 5}, {"c.1.k": 6, "c.7.k": 7}]


def test_a_key_that_holds_this_here_and_that_there_has_a_column_for_each(write):
    rows = tables(write([{"p": 50}, {"p": {"kW": 22}}, {"p": [{"kW": 11}]}, {"p": None}, {"p": ["a", 1]}]))[
        ""
    ]
    assert rows == [{"p": 50}, {"p[].kW": "22"}, {"p[].kW": "11"}, None, {"p": ["a", 1]}]


def test_a_mark_between_values_that_stands_in_a_text_is_a_blank(write):
    assert tables(write([{"e": [{"f": "a\x1fb"}, {"f": "c"}]}]))[""] == [{"e[].f": "a b\x1fc"}]


def test_a_key_known_late_is_a_column(write):
    rows = [{"a": 1}] * 500 + [{"a": 1, "late": 2}]
    assert tables(write(rows))[""][-1] == {"a": 1, "late": 2}


def test_a_geometry_is_a_point_and_a_pair_of_numbers_may_be_one(write):
    shape = {"type": "Polygon", "coordinates": [[[8.0, 50.0], [9.0, 50.0], [9.0, 51.0], [8.0, 50.0]]]}
    rows = tables(write([{"geometry": shape, "at": [116.4, 39.9], "kW": [50, 22]}]))[""]
    assert rows == [
        {
            "geometry.type": "Polygon",
            "geometry.coordinates": "[8.5, 50.5]",
            "at": "[116.4, 39.9]",
            "kW": [50, 22],
        }
    ]


def test_records_inside_others_have_the_texts_around_them(write):
    rows = tables(
        write([{"operator": {"name": "Alpha"}, "count": 2, "code": "17", "sites": [{"id": 1}, {"id": 2}]}])
    )["sites"]
    assert rows == [{"id": 1, "operator.name": "Alpha"}, {"id": 2, "operator.name": "Alpha"}]


def test_what_is_around_all_records_is_none_of_them(write):
    """The status and the count of an answer are not those of its stations."""
    assert tables(write({"status": "ok", "sites": [{"id": 1}]}))["sites"] == [{"id": 1}]


def test_records_that_are_none_or_hold_nothing_are_told(write):
    rows = tables(write([{"a": 1}, None, 7, "x", [], {}, {"a": None}, {"a": ""}]))[""]
    assert rows == [{"a": 1}, *[None] * 7]


def test_deep_nesting_is_one_value_from_some_depth_on(write):
    record = value = {}
    for _ in range(50):
        value["k"] = value = {}
    value["end"] = 1
    (row,) = tables(write([record | {"a": 1}]))[""]
    assert row["a"] == 1
    assert [*row.values()] == ["…", 1]


@pytest.mark.parametrize("content", ["[" * 100_000, '[{"a":' * 50_000, '{"a":' * 50_000])
def test_nesting_without_end_is_refused(content, write):
    with pytest.raises(SourceError, match="nested too deeply") as refusal:
        sniff(write(content))
    assert refusal.value.fault is Fault.DAMAGED


@pytest.mark.slow
@pytest.mark.parametrize("content", ['[{"a": 1}, {"a": ', '[{"a": 1} {"a": 2}]', '{"s": [{"a": 1}'])
def test_json_that_is_cut_or_broken_is_refused(content, write):
    with pytest.raises(SourceError, match="broken or cut"):
        sniff(write(content))


def test_records_each_under_a_key_of_its_own_are_refused_with_what_to_do(write):
    value = {"stations": {f"s{number}": {"lat": 52.5, "lon": 13.4} for number in range(MAX_PLACES)}}
    with pytest.raises(SourceError, match="in an array"):
        sniff(write([value]))


@pytest.mark.slow
def test_a_long_list_in_a_record_is_read_whole(write):
    plugs = [{"type": "CCS", "power": 50 + number % 2} for number in range(20_000)]
    path = write([FIRST | {"plugs": plugs}])
    (station,) = sniff(path).read(path)
    assert len(station.piles) == 20_000


def test_what_would_fill_the_memory_is_refused(write):
    """Each element of a list is a mark in every column that one of them has."""
    wide = {f"k{number}": 1 for number in range(1_900)}
    with pytest.raises(SourceError, match=r"stations\.json: expected lists of at most") as refusal:
        tables(write([{"plugs": [wide, *[{}] * 3_000]}]))
    assert refusal.value.fault is Fault.TOO_LARGE


@pytest.mark.parametrize(
    "record",
    [
        {f"k{number}": 1 for number in range(50_000)},
        {"a": [{f"k{number}": 1} for number in range(50_000)]},
        {"a": {f"{number}": {"b": {f"{at}": 1 for at in range(3, 60)}} for number in range(1, 50)}, "b": 1},
    ],
)
def test_keys_without_end_are_refused(record, write):
    with pytest.raises(SourceError, match="at most 2,000 keys"):
        tables(write([record, {"a": {"x": 1}}]))


def test_a_list_that_has_a_key_in_one_record_alone_stays_in_its_places(write):
    rows = tables(write([{"e": [{"f": 1}, {"g": 2}]}, {"e": [{"g": 3}, {}, {"g": 4}]}]))[""]
    assert rows == [{"e[].f": "1\x1f", "e[].g": "\x1f2"}, {"e[].g": "3\x1f\x1f4"}]


def test_lists_deep_inside_lists_are_one_value(write):
    deep = "x"
    for _ in range(900):
        deep = [deep]
    (station,) = sniff(path := write([FIRST | {"deep": deep}])).read(path)
    assert station.source_id == "1"
