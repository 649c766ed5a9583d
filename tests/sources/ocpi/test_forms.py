"""OCPI as peers write it down: every envelope, and names in every style."""

import json
import re

import pytest

from charging.errors import SourceError
from charging.sources.ocpi import model as ocpi
from charging.sources.readers import sniff
from charging.sources.records import Reason

FEED = [
    {
        "country_code": "DE",
        "party_id": "EXA",
        "id": number,
        "name": "Market",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": {"latitude": "52.5", "longitude": "13.4"},
        "operator": {"name": "Example Energy"},
        "opening_times": {
            "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}],
            "twentyfourseven": False,
        },
        "last_updated": "2026-01-01T00:00:00Z",
        "evses": [
            {
                "uid": f"{number}-{plug}",
                "evse_id": f"DE*EXA*E{number}{plug}",
                "status": "AVAILABLE",
                "last_updated": "2026-01-01T00:00:00Z",
                "parking_restrictions": ["CUSTOMERS"],
                "connectors": [
                    {"standard": plug, "power_type": kind, "max_electric_power": watts, "max_voltage": 400}
                ],
            }
            for plug, kind, watts in (
                ("IEC_62196_T2_COMBO", "DC", 50_000),
                ("IEC_62196_T2", "AC_3_PHASE", 22_000),
            )
        ],
    }
    for number in ("1", "2", "3")
]
FIRST, SECOND, THIRD = FEED
WITHOUT_ID = {key: value for key, value in FIRST.items() if key != "id"}


def read(folder, text):
    path = folder / "feed.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    assert sniff(path).name == "ocpi"
    return list(ocpi.read(path))


def rename(value, style):
    if isinstance(value, list):
        return [rename(each, style) for each in value]
    if not isinstance(value, dict):
        return value
    return {style(name): rename(inner, style) for name, inner in value.items()}


def camel(name):
    return re.sub("_(.)", lambda match: match[1].upper(), name)


def pascal(name):
    return camel(name)[0].upper() + camel(name)[1:]


def camel_with_large_id(name):
    return camel(name).replace("Id", "ID")


@pytest.mark.parametrize("style", [camel, pascal, camel_with_large_id])
@pytest.mark.parametrize("form", ["array", "envelope", "lines", "pages"])
def test_names_in_another_style_lose_nothing(tmp_path, style, form):
    expected = [ocpi.read_station(location) for location in FEED]
    given = rename({"status_code": 1000, "data": FEED}, style)
    feed = given[style("data")]
    forms = {
        "array": feed,
        "envelope": given,
        "lines": "\n".join(map(json.dumps, feed)),
        "pages": [given],
    }
    assert read(tmp_path, forms[form]) == expected
    assert not expected[0].doubts
    assert [pile.power_kw for pile in expected[0].piles] == [50, 22]


def test_of_a_field_that_is_there_in_two_styles_the_standards_own_counts():
    station = ocpi.read_station({"countryCode": "XX", **FIRST, "postalCode": "0"})
    assert (station.source_id, station.address) == ("DE*EXA*1", "10115")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda feed: {"next": "abc", "items": feed},
        lambda feed: {"id": "answer", "items": feed},
        lambda feed: [{"id": "answer", "items": feed}],
        lambda feed: {"locations": feed},
        lambda feed: {"data": {"items": feed, "total": 3}, "status_code": 1000},
        lambda feed: {"data": {"locations": feed}},
        lambda feed: {"Data": {"Items": feed}},
        lambda feed: {each["id"]: each for each in feed},
        lambda feed: {"data": {each["id"]: each for each in feed}, "status_code": 1000},
        lambda feed: {"locations": {each["id"]: each for each in feed}},
        lambda feed: [{"data": [each], "status_code": 1000} for each in feed],
        lambda feed: [{"data": {"items": [each]}} for each in feed],
        lambda feed: [{"items": {each["id"]: each for each in feed}}],
        lambda feed: {"pages": [{"data": feed[:1]}, {"data": feed[1:]}]},
        lambda feed: [feed[0], {"data": feed[1:]}],
        lambda feed: "\n".join(json.dumps({"data": [each]}) for each in feed),
        lambda feed: json.dumps({"data": feed[:2]}, indent=1) + json.dumps({"data": feed[2:]}, indent=1),
    ],
    ids=range(17),
)
def test_locations_read_the_same_in_every_envelope(tmp_path, wrap):
    assert [record.source_id for record in read(tmp_path, wrap(FEED))] == ["DE*EXA*1", "DE*EXA*2", "DE*EXA*3"]


@pytest.mark.parametrize(
    "wrap", [lambda by_id: by_id, lambda by_id: {"data": by_id}, lambda by_id: [{"items": by_id}]]
)
def test_a_location_without_id_has_the_key_it_stands_under(tmp_path, wrap):
    assert [record.source_id for record in read(tmp_path, wrap({"K7": WITHOUT_ID}))] == ["DE*EXA*K7"]


WITHOUT_PARTY = [
    {key: value for key, value in each.items() if key not in ("country_code", "party_id")} for each in FEED
]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda feed: {"DE": {"EXA": feed}},
        lambda feed: {"DE": {"EXA": {each["id"]: each for each in feed}}},
        lambda feed: {"data": {"de": {"exa": feed}}, "status_code": 1000},
        lambda feed: {"DE*EXA": feed},
        lambda feed: {"locations": {"DE-EXA": {each["id"]: each for each in feed}}},
        lambda feed: [{"data": {"DE": {"EXA": feed}}}],
        lambda feed: [{"DE": {"EXA": feed}}],
    ],
    ids=range(7),
)
def test_locations_under_country_and_party_are_those_of_the_party(tmp_path, wrap):
    expected = ["DE*EXA*1", "DE*EXA*2", "DE*EXA*3"]
    assert [record.source_id for record in read(tmp_path, wrap(WITHOUT_PARTY))] == expected


def test_locations_of_several_parties_and_of_a_country_alone_stay_apart(tmp_path):
    given = {"DE": {"EXA": WITHOUT_PARTY[:1], "OTH": WITHOUT_PARTY[:1]}, "NL": WITHOUT_PARTY[1:2]}
    assert [record.source_id for record in read(tmp_path, given)] == ["DE*EXA*1", "DE*OTH*1", "2"]


def test_a_location_under_a_party_that_names_another_keeps_its_own(tmp_path):
    assert read(tmp_path, {"NL": {"OTH": [FIRST]}})[0].source_id == "DE*EXA*1"


def test_what_is_no_location_under_a_party_is_told(tmp_path):
    station, text = read(tmp_path, {"DE": {"EXA": [FIRST, "text"]}})
    assert (station.source_id, text.reason) == ("DE*EXA*1", Reason.MALFORMED)


@pytest.mark.parametrize("keys", [("ZZ", "EXA"), ("DE", "EXAMPLE"), ("charger", "EXA")])
def test_keys_that_are_no_country_and_party_are_no_envelope(tmp_path, keys):
    country, party = keys
    with pytest.raises(SourceError, match="expected OCPI locations"):
        read(tmp_path, {country: {party: FEED}})


@pytest.mark.slow
def test_a_thousand_locations_by_id_are_more_than_an_envelope_has_members(tmp_path):
    many = {str(number): WITHOUT_ID for number in range(1_000)}
    assert len(read(tmp_path, many)) == 1_000


def test_a_page_of_a_server_that_failed_is_refused(tmp_path):
    with pytest.raises(SourceError, match="2001"):
        read(tmp_path, [{"data": FEED, "statusCode": 2001}])


def test_an_envelope_that_is_not_known_is_named_with_its_members(tmp_path):
    with pytest.raises(SourceError, match=r"data, items, locations.*'cursor, chargers'"):
        read(tmp_path, {"cursor": "x", "chargers": FEED})


def test_an_empty_page_among_others_holds_nothing(tmp_path):
    assert len(read(tmp_path, [{"data": []}, {"data": FEED}])) == 3


def test_a_member_of_a_page_that_is_no_location_is_told(tmp_path):
    *stations, text = read(tmp_path, [{"data": [*FEED, "text"]}])
    assert (len(stations), text.reason) == (3, Reason.MALFORMED)


def test_records_whose_coordinates_are_a_list_are_no_locations_of_ocpi(tmp_path):
    path = tmp_path / "feed.json"
    path.write_text(json.dumps([{"id": "1", "coordinates": [13.4, 52.5], "evses": [{"power_kw": 22}]}]))
    assert sniff(path).name == "tabular"


@pytest.mark.parametrize("polygon", [{"coordinates": [[13.4, 52.5]]}, {"coordinates": []}])
def test_locations_of_ocpi_may_have_a_list_of_coordinates_beside_their_point(tmp_path, polygon):
    assert len(read(tmp_path, [FIRST | {"x_area": polygon}])) == 1
