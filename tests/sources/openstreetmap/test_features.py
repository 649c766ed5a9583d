"""Charging stations of OpenStreetMap in the GeoJSON of QuickOSM, GDAL, osmium and others."""

import gzip
import json

import pytest

from charging.domain.vocabulary import Current
from charging.errors import SourceError
from charging.sources.openstreetmap import model as openstreetmap
from charging.sources.openstreetmap.features import read_hstore
from charging.sources.readers import sniff
from charging.sources.records import Reason

TAGS = {"amenity": "charging_station", "capacity": "2", "socket:type2": "2", "name": 'The "Hub" \\ East'}
POINT = {"type": "Point", "coordinates": [8.6, 50.1]}
RING = [[8.0, 50.0], [9.0, 50.0], [9.0, 51.0], [8.0, 50.0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
RINGS = {"type": "MultiPolygon", "coordinates": [[RING]]}
LINE = {"type": "LineString", "coordinates": RING[:2]}


def feature(properties, geometry=POINT, **more):
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def hstore(tags):
    quoted = {key: value.replace("\\", "\\\\").replace('"', '\\"') for key, value in tags.items()}
    return ",".join(f'"{key}"=>"{value}"' for key, value in quoted.items())


def read(folder, content):
    path = folder / "stations.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    assert sniff(path).name == "openstreetmap"
    return list(openstreetmap.read(path))


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.mark.parametrize(
    ("given", "element"),
    [
        (feature({"osm_id": "1", "osm_type": "node"} | TAGS), "node/1"),
        (feature({"full_id": "w7", "osm_id": "7", "osm_type": "way"} | TAGS, POLYGON), "way/7"),
        (
            feature({"full_id": "r7", "osm_id": "7", "osm_type": "relation"} | TAGS, RINGS),
            "relation/7",
        ),
        (feature({"osm_id": "1", "other_tags": hstore(TAGS)}), "node/1"),
        (feature({"osm_id": None, "osm_way_id": "7", "other_tags": hstore(TAGS)}, RINGS), "way/7"),
        (
            feature({"osm_id": "7", "osm_way_id": None, "other_tags": hstore(TAGS)}, RINGS),
            "relation/7",
        ),
        (feature({"osm_id": "7", "other_tags": hstore(TAGS)}, LINE), "way/7"),
        (feature({"osm_id": -7, "all_tags": hstore(TAGS)}, POLYGON), "relation/7"),
        (feature({"osm_id": 1, "other_tags": json.dumps(TAGS)}), "node/1"),
        (feature({"osm_id": 1, "other_tags": TAGS}), "node/1"),
        (feature({"@id": 7, "@type": "way", **TAGS}, POLYGON), "way/7"),
        (feature(TAGS, id="n1"), "node/1"),
        (feature(TAGS, POLYGON, id="a14"), "way/7"),
        (feature(TAGS, RINGS, id="a15"), "relation/7"),
        (feature(TAGS, id="node/1"), "node/1"),
        (feature({"osm_id": "1", **TAGS}, id=0), "node/1"),
        (feature({"osmid": 1, "element_type": "node", **TAGS}), "node/1"),
        (feature({"element": "way", "id": 7, **TAGS}, POLYGON), "way/7"),
        (feature({"osm_id": 7, "osm_type": "ways_poly", **TAGS}, POLYGON), "way/7"),
    ],
    ids=range(19),
)
@pytest.mark.parametrize("form", ["collection", "line"])
def test_an_element_has_its_id_and_tags_whoever_wrote_it(tmp_path, given, element, form):
    (station,) = read(tmp_path, collection(given) if form == "collection" else json.dumps(given))
    assert (station.source_id, station.name) == (element, TAGS["name"])
    (pile,) = station.piles
    assert (pile.count, pile.current, station.stated_piles) == (2, Current.AC, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "write",
    [
        lambda features: "\n".join(map(json.dumps, features)),
        lambda features: "".join(f"\x1e{json.dumps(each)}\n" for each in features),
        lambda features: "".join(f"\x1e{json.dumps(each, indent=1)}\n" for each in features),
        lambda features: "\ufeff" + "\r\n".join(map(json.dumps, features)) + "\r\n",
        lambda features: "\n".join(json.dumps(collection(each)) for each in features),
    ],
    ids=range(5),
)
def test_a_sequence_is_read_like_a_collection(tmp_path, write):
    features = [feature({"osm_id": number, "osm_type": "node"} | TAGS) for number in range(1, 400)]
    expected = read(tmp_path, collection(*features))
    assert len(expected) == 399
    assert read(tmp_path, write(features)) == expected


def test_a_packed_sequence_is_recognised(tmp_path):
    path = tmp_path / "stations.geojsonl.gz"
    path.write_bytes(gzip.compress(f"\x1e{json.dumps(feature({'osm_id': 1} | TAGS))}\n".encode()))
    assert [record.source_id for record in sniff(path).read(path)] == ["node/1"]


def test_what_is_no_charging_station_in_a_sequence_is_told(tmp_path):
    other = feature({"osm_id": 2, "other_tags": hstore({"amenity": "fuel"})})
    nameless = feature(TAGS)
    broken = {"type": "Feature", "properties": None}
    lines = "\n".join(map(json.dumps, [feature({"osm_id": 1} | TAGS), other, nameless, broken]))
    _, fuel, without_id, malformed = read(tmp_path, lines)
    assert (fuel.reason, without_id.reason) == (Reason.NOT_CAR_CHARGING, Reason.MISSING_ID)
    assert malformed.reason is Reason.MALFORMED


def test_a_sequence_that_is_cut_is_refused_after_its_whole_features(tmp_path):
    path = tmp_path / "cut.geojsonl"
    path.write_text(json.dumps(feature({"osm_id": 1} | TAGS)) + '\n{"type": "Feature", "prop')
    records = openstreetmap.read(path)
    assert next(records).source_id == "node/1"
    with pytest.raises(SourceError, match="value"):
        list(records)


def test_tags_of_hstore_may_hold_anything():
    tags = {"a": "=>", "b": 'x","c"=>"y', "d": "\\", "e": "\n 换"}
    assert read_hstore(hstore(tags)) == tags
    assert read_hstore('"a"=>NULL, "b" => "1"') == {"b": "1"}
    assert read_hstore('"' * 10_001) == read_hstore("nothing") == {}
