import copy
import gzip
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.dataset.drafts import Draft, ReadOptions
from charging.dataset.pipeline import import_files
from charging.dataset.sent_files import SentFile
from charging.domain.vocabulary import Access, Connector, Current, Datum, Site, Status, connectors_in
from charging.errors import SourceError
from charging.sources.datex2 import model as datex2
from charging.sources.datex2.sites import read_site
from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection, StationRecord

FIXTURES = Path(__file__).parents[2] / "fixtures" / "datex2"
TABLE, STATUS = FIXTURES / "table.json", FIXTURES / "status.json"
TABLES = [TABLE, FIXTURES / "table.xml"]
PUBLICATION = "aegiEnergyInfrastructureTablePublication"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(path, *companions):
    return list(datex2.read(path, companions=companions))


def stations(records):
    return [record for record in records if isinstance(record, StationRecord)]


def rejections(records):
    return [(each.reason, each.record_id) for each in records if isinstance(each, Rejection)]


def write(folder, value, name="file.json"):
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def site(site_id="S", *points, **more):
    place = {"locPointLocation": {"coordinatesForDisplay": {"latitude": 48.1, "longitude": 11.5}}}
    refill = [{"aegiElectricChargingPoint": point} for point in points or ({"idG": "P"},)]
    station = {"idG": f"{site_id}-1", "refillPoint": refill}
    return {"idG": site_id, "locationReference": place, "energyInfrastructureStation": [station], **more}


def table(*sites, publisher="DE-A", version="3.6", **more):
    creator = {"country": "DE", "nationalIdentifier": publisher}
    inner = [{"idG": "T", "versionG": "1", "energyInfrastructureSite": [*sites]}]
    return {
        "versionG": version,
        "modelBaseVersionG": "3",
        PUBLICATION: {"publicationCreator": creator, "energyInfrastructureTable": inner, **more},
    }


def status(*told, publisher="DE-A"):
    points = [
        {"aegiRefillPointStatus": {"reference": {"idG": point_id}, "status": {"value": code}, **more}}
        for point_id, code, more in told
    ]
    inner = {"reference": {"idG": "S-1"}, "refillPointStatus": points}
    return {
        "aegiEnergyInfrastructureStatusPublication": {
            "publicationTime": "2026-03-19T08:00:00Z",
            "publicationCreator": {"country": "DE", "nationalIdentifier": publisher},
            "energyInfrastructureSiteStatus": [
                {"reference": {"idG": "S"}, "energyInfrastructureStationStatus": [inner]}
            ],
        }
    }


def test_a_site_is_read_field_by_field():
    station = read(TABLE)[0]
    assert (station.source_id, station.name) == ("DE-NAP-TEST*S1", "Ladepark <b>Nord</b>")
    assert (station.lat, station.lon, station.datum) == (50.7801, 6.1045, Datum.WGS84)
    assert (station.country, station.city_raw, station.address) == ("DE", "Aachen", "Hauptstraße 12, 52062")
    assert (station.operator_raw, station.phone) == ("Betreiber Nord", "+49 241 1")
    assert (station.access, station.site, station.stated_piles) == (Access.PUBLIC, Site.URBAN, 3)
    assert station.opening_hours == "Mo-Fr 07:00-20:00; Sa 09:00-12:00"
    assert station.url == "https://park.example/"
    assert station.updated_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_refill_point_is_a_pile_with_the_power_of_its_strongest_connector():
    piles = read(TABLE)[0].piles
    assert [(pile.pile_id, pile.current, pile.power_kw) for pile in piles] == [
        ("DE*NOR*E1", Current.DC, 150.0),
        ("P2", Current.AC, 22.08),
        ("P3", Current.AC, 22.0),
    ]
    assert [connectors_in(pile.connectors) for pile in piles] == [
        (Connector.CCS2, Connector.CHADEMO),
        (Connector.TYPE2,),
        (Connector.OTHER,),
    ]


def rates(amount, policy="adHoc"):
    price = {"priceType": {"value": "pricePerKWh"}, "value": amount}
    return [{"ratePolicy": {"value": policy}, "applicableCurrency": ["EUR"], "energyPrice": [price]}]


def test_a_price_that_a_status_tells_stands_in_place_of_that_of_the_table(tmp_path):
    points = [{"idG": each, "electricEnergy": [{"energyRate": rates(0.5)}]} for each in ("P1", "P2")]
    sites = write(tmp_path, table(site("S", *points)), "table.json")
    told = status(
        ("P1", "available", {"energyRateUpdate": rates(0.79)}),
        ("P1", "charging", {}),
        ("P2", "available", {}),
    )
    (station,) = read(sites, write(tmp_path, told, "status.json"))
    assert station.price == "0.79 EUR/kWh; 0.5 EUR/kWh"


@pytest.mark.parametrize("points", [("P1", "P2"), ()])
def test_a_price_told_of_a_station_is_that_of_its_points(tmp_path, points):
    given = site("S", {"idG": "P1"}, {"idG": "P2"})
    given["energyInfrastructureStation"][0]["electricEnergy"] = [{"energyRate": rates(0.5)}]
    told = status(*((each, "available", {}) for each in points))
    (inner,) = told["aegiEnergyInfrastructureStatusPublication"]["energyInfrastructureSiteStatus"]
    inner["energyInfrastructureStationStatus"][0]["energyRateUpdate"] = rates(0.61)
    (station,) = read(write(tmp_path, table(given)), write(tmp_path, told, "status.json"))
    assert station.price == "0.61 EUR/kWh"


def test_the_price_is_that_of_ad_hoc_charging_and_says_where_tax_is_missing():
    assert read(TABLE)[0].price == "0.59 EUR/kWh + 0.1 EUR/min; 0.4958 EUR/kWh excl. tax; free"
    contract = {"ratePolicy": {"value": "contract"}, "applicableCurrency": ["EUR"]}
    contract["energyPrice"] = [{"priceType": {"value": "pricePerKWh"}, "value": 0.3}]
    (station,) = read_site(site("S", {"idG": "P", "electricEnergy": [{"energyRate": [contract]}]}))
    assert station.price == "0.3 EUR/kWh"


def test_what_a_site_does_not_say_its_station_does():
    station = read(TABLE)[1]
    assert (station.lat, station.lon, station.name) == (48.1, 11.5, "Markt")
    assert (station.operator_raw, station.city_raw, station.address) == (
        "Betreiber Süd GmbH",
        "München",
        "Hinterhof",
    )
    assert (station.access, station.site, station.opening_hours) == (Access.MEMBERS, Site.ROADSIDE, "24/7")
    assert station.updated_at == datetime(2026, 2, 3, 18, 9, 24, tzinfo=UTC)


def test_what_is_put_right_left_out_or_not_understood_is_told():
    first, second = read(TABLE)[:2]
    assert first.doubts == (("power_derived", "22.08 kW"), ("power_unit", "22"))
    assert second.unmapped == (("connectors", "gbtdc"), ("country", "XX"))
    assert second.doubts == (("pile_twice", "P4"),)
    assert [(pile.pile_id, pile.power_kw, pile.connectors) for pile in second.piles] == [("P4", 11.0, None)]


def test_sites_without_coordinates_closed_or_without_points_are_not_taken():
    assert rejections(read(TABLE)) == [
        (Reason.MISSING_COORDINATE, "DE-NAP-TEST*S3"),
        (Reason.REMOVED, "DE-NAP-TEST*S4"),
        (Reason.NO_PILES, "DE-NAP-TEST*S5"),
    ]


def test_the_base_model_in_xml_says_the_same_in_its_own_names():
    station = read(FIXTURES / "table.xml")[0]
    assert (station.source_id, station.name) == ("SI-NAP*X1", "Trg & park")
    assert (station.lat, station.lon, station.country) == (46.0569, 14.5058, "SI")
    assert (station.operator_raw, station.phone) == ("Elektro d.o.o.", "+386 1 1")
    assert (station.city_raw, station.address) == ("Ljubljana", "Dunajska cesta 5, 1000")
    assert (station.opening_hours, station.price) == ("24/7", "0.45 EUR/kWh; free")
    assert [(pile.pile_id, pile.current, pile.power_kw) for pile in station.piles] == [
        ("SI*A*E1", Current.DC, 1_000.0),
        ("SI*A*E2", Current.AC, 22.0),
    ]
    assert connectors_in(station.piles[0].connectors) == (Connector.CCS2, Connector.OTHER)


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_statuses_go_to_their_points_with_their_time_in_either_order(suffix):
    paths = [FIXTURES / f"table.{suffix}", FIXTURES / f"status.{suffix}"]
    expected = {
        "json": ([Status.CHARGING, Status.FAULT, Status.OFFLINE], datetime(2026, 3, 19, 6, 51, 57, 79_000)),
        "xml": ([Status.AVAILABLE, Status.RESERVED], datetime(2026, 3, 19, 8)),
    }[suffix]
    for together in (paths, paths[::-1]):
        station = read(paths[0], *together)[0]
        found = [pile.status for pile in station.piles], station.status_at.replace(tzinfo=None)
        assert found == expected


def test_statuses_in_json_are_of_a_table_in_xml(tmp_path):
    told = write(tmp_path, status(("SI*A*E1", "charging", {}), publisher="SI-NAP"))
    station = read(FIXTURES / "table.xml", told)[0]
    assert [pile.status for pile in station.piles] == [Status.CHARGING, None]


def test_a_table_and_its_statuses_may_be_in_one_file(tmp_path):
    payloads = [{"payload": status(("P", "charging", {}), ("Q", "charging", {}))}, {"payload": table(site())}]
    for given_payloads in (payloads, payloads[::-1]):
        lines = tmp_path / "lines.jsonl"
        lines.write_text("\n".join(map(json.dumps, given_payloads)))
        for path in (lines, write(tmp_path, given_payloads)):
            station, missed = read(path)
            assert (station.piles[0].status, missed.record_id) == (Status.CHARGING, "Q")


def test_a_status_of_a_point_nobody_knows_is_counted_with_an_example(tmp_path):
    for paths in ([TABLE, STATUS], [STATUS, TABLE]):
        report = import_files(paths, build_dir=tmp_path, name="told").manifest.report
        (finding,) = [each for each in report.rejections if each.what == Reason.NO_POINT]
        assert (finding.count, finding.examples[0].record_id) == (1, "P9")
        assert finding.examples[0].value == "available"


def test_a_status_publication_alone_is_refused_with_what_to_do():
    for path in (STATUS, FIXTURES / "status.xml"):
        with pytest.raises(SourceError, match=r"found statuses alone.*Give the file with the table"):
            read(path)


def test_several_files_of_statuses_without_a_table_say_what_to_do(tmp_path):
    with pytest.raises(SourceError, match="Give the file with the stations too"):
        import_files([STATUS, FIXTURES / "status.xml"], build_dir=tmp_path, name="told")


def test_files_of_one_format_complete_one_another_whatever_stands_between_them(tmp_path):
    other = FIXTURES.parent / "ocpi" / "v2_2_1.json"
    dataset = import_files([STATUS, other, TABLE], build_dir=tmp_path, name="told")
    assert [each.what for each in dataset.manifest.report.rejections].count(Reason.NO_POINT) == 1


def test_equal_ids_of_two_publishers_are_two_points(tmp_path):
    one = write(tmp_path, table(site()), "one.json")
    other = write(tmp_path, table(site(), publisher="DE-B"), "other.json")
    told = write(tmp_path, status(("P", "charging", {}), publisher="DE-B"), "told.json")
    together = (one, other, told)
    found = {each.source_id: each.piles[0].status for path in (one, other) for each in read(path, *together)}
    assert found == {"DE-A*S": None, "DE-B*S": Status.CHARGING}


def test_a_publisher_of_statuses_alone_tells_of_the_tables_of_others(tmp_path):
    one = write(tmp_path, table(site()), "one.json")
    told = write(tmp_path, status(("P", "charging", {}), publisher="NAP"), "told.json")
    assert read(one, told)[0].piles[0].status is Status.CHARGING
    assert read(told, one) == []


def test_of_several_statuses_of_a_point_the_latest_counts(tmp_path):
    times = [{"lastUpdated": f"2026-03-19T0{hour}:00:00Z"} for hour in (7, 9, 8)]
    codes = zip(("available", "faulted", "charging"), times, strict=True)
    told = write(tmp_path, status(*(("P", code, more) for code, more in codes)), "told.json")
    (station,) = read(write(tmp_path, table(site())), told)
    assert (station.piles[0].status, station.status_at.hour) == (Status.FAULT, 9)


def test_points_that_are_planned_or_removed_are_left_out(tmp_path):
    told = write(tmp_path, status(("P", "PLANNED", {}), ("Q", "removed", {}), ("R", "odd", {})), "told.json")
    sites = (site("A", {"idG": "P"}), site("B", {"idG": "Q"}, {"idG": "R"}))
    first, second = read(write(tmp_path, table(*sites)), told)
    assert (first.reason, first.record_id) == (Reason.NOT_BUILT, "DE-A*A")
    assert ([pile.pile_id for pile in second.piles], second.unmapped) == (["R"], (("piles.status", "odd"),))
    assert second.doubts == (("pile_removed", "Q"),)


def test_of_a_site_in_several_versions_the_latest_is_taken(tmp_path):
    old, new = site(versionG="9", name="Old"), site(versionG="10", name="New")
    for sites in ([old, new], [new, old]):
        payloads = [table(each, version=version) for each, version in zip(sites, ("3.5", "3.7"), strict=True)]
        records = read(write(tmp_path, {"messageContainer": {"payload": payloads}}))
        assert [each.name for each in stations(records)] == ["New"]
        (left,) = [each for each in records if isinstance(each, Rejection)]
        assert (left.reason, left.value) == (Reason.OLD_VERSION, "9")


def test_the_time_of_the_last_change_tells_versions_before_their_names_do(tmp_path):
    old = site(versionG="b", lastUpdated="2026-01-01T00:00:00Z", name="Old")
    new = site(versionG="a", lastUpdated="2026-02-01T00:00:00Z", name="New")
    records = read(write(tmp_path, [table(new), table(old)]))
    assert [each.name for each in stations(records)] == ["New"]


def test_another_publication_is_refused_with_its_name(tmp_path):
    payload = {"modelBaseVersionG": "3", "sitSituationPublication": {"situation": [{"idG": "1"}]}}
    with pytest.raises(SourceError, match="found SituationPublication"):
        read(write(tmp_path, {"payload": payload}))
    both = write(tmp_path, {"messageContainer": {"payload": [payload, table(site())]}})
    assert [getattr(each, "value", None) for each in read(both)] == [None, "SituationPublication"]


def test_another_major_version_is_refused(tmp_path):
    path = write(tmp_path, {"payload": table(site()) | {"modelBaseVersionG": "2"}})
    with pytest.raises(SourceError, match="expected DATEX II version 3, found version 2"):
        read(path)


def test_a_table_without_sites_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"expected sites .* found none"):
        read(write(tmp_path, {"payload": table()}))


PUBLISHED = json.loads(TABLE.read_text("utf-8"))


def renamed(value, rename):
    if isinstance(value, list):
        return [renamed(each, rename) for each in value]
    if isinstance(value, dict):
        return {rename(name): renamed(each, rename) for name, each in value.items()}
    return value


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given["payload"],
        lambda given: [given],
        lambda given: [given["payload"][PUBLICATION]],
        lambda given: {"messageContainer": {"payload": [given["payload"]]}},
        lambda given: renamed(given, lambda name: name.replace("aegi", "egi").replace("afac", "fac")),
        lambda given: renamed(given, lambda name: name.removeprefix("aegi").removeprefix("afac")),
        lambda given: renamed(given, lambda name: f"egi:{name}"),
        lambda given: renamed(given, lambda name: name.removesuffix("G")),
    ],
    ids=range(8),
)
def test_envelopes_and_prefixes_make_no_difference(tmp_path, change):
    path = write(tmp_path, change(copy.deepcopy(PUBLISHED)))
    assert sniff(path).name == "datex2"
    assert read(path) == read(TABLE)


def test_a_site_that_is_alone_is_read(tmp_path):
    sites = PUBLISHED["payload"][PUBLICATION]["energyInfrastructureTable"][0]["energyInfrastructureSite"]
    for value in (sites[0], sites[:1], {"energyInfrastructureSite": sites[0]}):
        path = write(tmp_path, value)
        assert [each.source_id for each in read(path)] == ["S1"]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.suffix)
def test_packed_files_are_read_alike(tmp_path, path):
    packed = tmp_path / "table.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    archive = tmp_path / "table.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(path.name, path.read_bytes())
        file.writestr("LICENCE.txt", "Free")
    assert [sniff(each).name for each in (path, packed, archive)] == ["datex2"] * 3
    assert read(packed) == read(archive) == read(path)


def spread(*points, **more):
    places = [{"latitude": lat, "longitude": lon} for lat, lon in points]
    stations = [
        {
            "idG": str(at),
            "locationReference": {"locPointLocation": {"coordinatesForDisplay": place}},
            "refillPoint": [{"aegiElectricChargingPoint": {"idG": f"P{at}"}}],
        }
        for at, place in enumerate(places)
    ]
    return {"idG": "S", "energyInfrastructureStation": stations, **more}


def test_a_site_without_a_point_whose_stations_are_far_apart_is_several():
    near, far = spread((48.1, 11.5), (48.1001, 11.5)), spread((48.1, 11.5), (50.1, 8.6))
    assert [(each.source_id, each.lat) for each in read_site(near)] == [("S", 48.1)]
    found = list(read_site(far, "DE"))
    assert [(each.source_id, each.lat, len(each.piles)) for each in found] == [
        ("DE*S/0", 48.1, 1),
        ("DE*S/1", 50.1, 1),
    ]
    assert {each.doubts for each in found} == {(("site_split", "DE*S"),)}


def test_a_site_far_from_its_stations_is_told():
    place = site()["locationReference"]
    (station,) = read_site(spread((50.1, 8.6), locationReference=place))
    assert station.doubts == (("station_far", "48.1, 11.5; station 50.1, 8.6"),)


def test_points_for_other_things_than_cars_are_not_taken():
    bike = {"idG": "P", "usageType": [{"value": "electricBike"}]}
    (found,) = read_site(site("S", bike))
    assert found.reason is Reason.NOT_CAR_CHARGING
    other = site()
    other["energyInfrastructureStation"][0]["refillPoint"] = [{"aegiHydrogenDispenser": {"idG": "H"}}]
    (found,) = read_site(other)
    assert found.reason is Reason.NOT_CAR_CHARGING


@pytest.mark.parametrize(
    ("text", "fault"),
    [('{"payload": {"energyInfrastructureSite', "broken or cut"), ('{"payload": 1}', "expected")],
)
def test_a_broken_file_is_refused(tmp_path, text, fault):
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=fault):
        read(path)


@pytest.mark.slow
@settings(max_examples=100)
@given(st.sampled_from(sorted(site())), json_values, st.integers(0, 3))
def test_no_value_in_the_place_of_another_breaks_a_site(name, value, depth):
    given = copy.deepcopy(PUBLISHED["payload"][PUBLICATION]["energyInfrastructureTable"][0])
    for each in given["energyInfrastructureSite"]:
        target = each
        for _ in range(depth):
            inner = next(
                (held for held in reversed([*target.values()]) if isinstance(held, (dict, list)) and held),
                None,
            )
            inner = inner[0] if isinstance(inner, list) else inner
            target = inner if isinstance(inner, dict) else target
        target[name if depth == 0 else next(iter(target))] = value
        assert all(isinstance(found, (StationRecord, Rejection)) for found in read_site(each))


def draft(folder, *paths):
    sent = [SentFile(path.name, path.read_bytes()) for path in paths]
    return Draft(sent, build_dir=folder, max_bytes=10**8)


def test_an_upload_of_a_table_and_its_statuses_is_previewed_and_read(tmp_path):
    both = draft(tmp_path, STATUS, TABLE)
    assert [len(both.preview(each, ReadOptions("both")).records) for each in both.files] == [0, 2]
    report = both.read(ReadOptions("both")).manifest.report
    assert (report.stations, report.piles) == (2, 4)


def test_an_upload_of_statuses_alone_says_what_to_do_under_its_own_name(tmp_path):
    alone = draft(tmp_path, STATUS)
    with pytest.raises(SourceError, match=r"^status\.json: expected .* found statuses alone"):
        alone.preview(alone.files[0], ReadOptions("alone"))
