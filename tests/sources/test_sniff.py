from pathlib import Path

import pytest
from sources.geopackages import CELLS, write_geopackage

from charging.errors import Fault, SourceError, UsageError
from charging.sources.readers import READERS, reader_named, sniff

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.parametrize(
    ("file", "name", "preset"),
    [
        ("tabular/shenzhen.csv", "tabular", "urbanev"),
        ("tabular/afdc.csv", "tabular", "afdc"),
        ("tabular/bnetza.csv", "tabular", "bnetza"),
        ("tabular/irve.csv", "tabular", "irve"),
        ("tabular/irve_stations.csv", "tabular", "irve_stations"),
        ("tabular/irve_dynamic.csv", "irve-dynamic", None),
        ("datex2/table.json", "datex2", None),
        ("datex2/table.xml", "datex2", None),
        ("datex2/status.json", "datex2", None),
        ("datex2/status.xml", "datex2", None),
        ("openstreetmap/overpass.json", "openstreetmap", None),
        ("openstreetmap/turbo.geojson", "openstreetmap", None),
        ("open_charge_map/verbose.json", "open-charge-map", None),
        ("open_charge_map/oddities.jsonl", "open-charge-map", None),
        ("open_charge_map/compact/OCM-7001.json", "open-charge-map", None),
    ],
)
def test_the_content_tells_the_format(file, name, preset):
    reader = sniff(FIXTURES / file)
    assert (reader.name, reader.preset) == (name, preset)


def test_the_name_of_a_file_tells_nothing(tmp_path):
    path = tmp_path / "sites.json"
    path.write_bytes((FIXTURES / "tabular" / "shenzhen.csv").read_bytes())
    assert sniff(path).name == "tabular"


def test_a_sniffed_reader_reads_and_describes_without_being_told_the_preset():
    path = FIXTURES / "tabular" / "shenzhen.csv"
    reader = sniff(path)
    assert len(list(reader.read(path))) == 2
    assert reader.source().source == "urbanev"


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b'{"data": []}', b"\x89PNG\0\0", b"<html></html>", b'{"ConnectionTypes": []}'],
)
def test_what_is_of_no_known_format_is_refused(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="expected"):
        sniff(path)


def test_a_refusal_names_the_formats_and_presets_there_are(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n")
    with pytest.raises(SourceError) as refusal:
        sniff(path)
    assert all(reader.title in str(refusal.value) for reader in READERS)
    assert "urbanev" in str(refusal.value)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SourceError, match="directory"):
        sniff(tmp_path)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_reader_is_found_by_its_name(reader):
    assert reader_named(reader.name) is reader


@pytest.mark.parametrize(
    "reader", [reader for reader in READERS if not reader.recognises], ids=lambda reader: reader.name
)
def test_the_title_of_a_format_is_that_of_its_source(reader):
    assert reader.title == reader.source().title


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="open-charge-map"):
        reader_named("ocm2")


def test_a_preset_for_a_format_that_has_none_is_refused():
    with pytest.raises(UsageError, match="no preset"):
        reader_named("open-charge-map").source(preset="urbanev")


def test_a_table_without_a_preset_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="urbanev"):
        reader_named("tabular").source()


def test_a_geopackage_of_stations_says_how_to_bring_them(tmp_path):
    path = write_geopackage(tmp_path / "stations.gpkg", [(cell, 1.5) for cell in CELLS])
    with pytest.raises(SourceError, match=r"found a GeoPackage.*as GeoJSON or CSV") as caught:
        sniff(path)
    assert caught.value.fault is Fault.DATABASE
