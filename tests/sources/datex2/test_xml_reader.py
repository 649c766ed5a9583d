import pytest

from charging.errors import SourceError
from charging.sources.datex2 import model as datex2
from charging.sources.datex2 import xml_reader
from charging.sources.io import json_stream
from charging.sources.readers import sniff

SPACES = (
    'xmlns:d2="http://datex2.eu/schema/3/d2Payload" xmlns:e="http://datex2.eu/schema/3/energyInfrastructure"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
ROOT = f'<d2:payload {SPACES} xsi:type="e:EnergyInfrastructureTablePublication" modelBaseVersion="3">'
PLACE = "<e:locationReference><e:pointByCoordinates><e:pointCoordinates><e:latitude>48.1</e:latitude>"
PLACE += "<e:longitude>11.5</e:longitude></e:pointCoordinates></e:pointByCoordinates></e:locationReference>"


def site(site_id, inside=""):
    point = f'<e:refillPoint id="{site_id}-P" xsi:type="e:ElectricChargingPoint"/>'
    station = f'<e:energyInfrastructureStation id="{site_id}-1">{point}</e:energyInfrastructureStation>'
    return f'<e:energyInfrastructureSite id="{site_id}">{inside}{PLACE}{station}</e:energyInfrastructureSite>'


def document(*sites, root=ROOT, prolog=""):
    table = f"<e:energyInfrastructureTable>{''.join(sites)}</e:energyInfrastructureTable>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}{root}{table}</d2:payload>'


def write(folder, text, encoding="utf-8"):
    path = folder / "file.xml"
    path.write_bytes(text.encode(encoding))
    return path


def read(path):
    return list(datex2.read(path))


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE payload SYSTEM "http://example.org/d2.dtd">',
        '<!DOCTYPE payload [<!ENTITY name SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE payload [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY name "&b;&b;&b;&b;">]>',
        "<!-- long -->" + " " * 300_000 + '<!DOCTYPE payload [<!ENTITY name "x">]>',
    ],
    ids=["external", "file", "bomb", "late"],
)
def test_a_document_type_is_refused_before_any_entity_is_read(tmp_path, prolog):
    path = write(tmp_path, document(site("A", "<e:name>&name;</e:name>"), prolog=prolog))
    with pytest.raises(SourceError, match="without a document type, found <!DOCTYPE"):
        list(xml_reader.read_items(path))


def test_an_entity_nobody_declared_is_refused(tmp_path):
    with pytest.raises(SourceError, match="undefined entity"):
        read(write(tmp_path, document(site("A", "<e:name>&name;</e:name>"))))


def test_a_doctype_in_a_text_is_only_text(tmp_path):
    path = write(tmp_path, document(site("A", "<e:name><![CDATA[<!DOCTYPE a>]]></e:name>")))
    assert [station.name for station in read(path)] == ["<!DOCTYPE a>"]


@pytest.mark.parametrize("chunk_bytes", [1, 7, 100, 1_000_000])
def test_where_the_stream_is_cut_into_pieces_makes_no_difference(tmp_path, monkeypatch, chunk_bytes):
    monkeypatch.setattr(xml_reader, "CHUNK_BYTES", chunk_bytes)
    path = write(tmp_path, document(*(site(f"Å{number}", "<e:name>Ü</e:name>") for number in range(20))))
    found = [(station.source_id, station.name, len(station.piles)) for station in read(path)]
    assert found == [(f"Å{number}", "Ü", 1) for number in range(20)]


def test_no_more_of_a_file_is_held_than_a_part_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_reader, "CHUNK_BYTES", 500)
    monkeypatch.setattr(xml_reader, "MAX_VALUE_LENGTH", 2_000)
    path = write(tmp_path, document(*(site(str(number)) for number in range(200))))
    assert len(read(path)) == 200
    with pytest.raises(SourceError, match="at most 2,000 bytes"):
        read(write(tmp_path, document(site("A", f"<e:name>{'x' * 5_000}</e:name>"), site("B"))))
    with pytest.raises(SourceError, match="at most 2,000 bytes"):
        read(write(tmp_path, document(site("A", f'<e:name id="{"x" * 5_000}"/>'), site("B"))))


@pytest.mark.parametrize(
    "inside",
    ["<e:name>" * 50_000, "<e:name>" * 50_000 + "</e:name>" * 50_000, "<e:value>" * 70 + "</e:value>" * 70],
    ids=["open", "closed", "levels"],
)
def test_what_is_nested_too_deeply_is_refused(tmp_path, inside):
    with pytest.raises(SourceError, match=r"at most 64 levels|broken or cut"):
        read(write(tmp_path, document(site("A", inside), site("B"))))


def test_envelopes_nested_too_deeply_are_refused(tmp_path):
    levels = "<e:payload>" * 5_000 + "</e:payload>" * 5_000
    with pytest.raises(SourceError, match="at most 64 levels"):
        read(write(tmp_path, f"{ROOT}{levels}</d2:payload>"))


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8-sig", None), ("utf-16", None), ("iso-8859-1", "ISO-8859-1")]
)
def test_the_encoding_is_the_one_that_is_declared_or_marked(tmp_path, encoding, name):
    text = document(site("A", "<e:name>Ü</e:name>"))
    declared = f' encoding="{name}"' if name else ""
    path = write(tmp_path, text.replace(' encoding="UTF-8"', declared), encoding)
    assert sniff(path).name == "datex2"
    assert [station.name for station in read(path)] == ["Ü"]


@pytest.mark.parametrize("name", ["x-none", "gb18030"])
def test_an_encoding_that_is_not_read_is_refused(tmp_path, name):
    with pytest.raises(SourceError, match="Save it in UTF-8"):
        read(write(tmp_path, document(site("A")).replace("UTF-8", name)))


@pytest.mark.parametrize("end", [0, 40, 300, -30])
def test_a_file_that_is_cut_is_refused(tmp_path, end):
    text = document(site("A"), site("B"))
    with pytest.raises(SourceError):
        list(xml_reader.read_items(write(tmp_path, text[:end])))


def test_another_publication_and_another_version_are_refused(tmp_path):
    other = ROOT.replace("EnergyInfrastructureTable", "Situation")
    with pytest.raises(SourceError, match="found SituationPublication"):
        read(write(tmp_path, document(root=other)))
    space = "http://datex2.eu/schema/2/2_0"
    old = f'<d2LogicalModel xmlns="{space}" modelBaseVersion="2"><exchange/></d2LogicalModel>'
    with pytest.raises(SourceError, match="found version 2"):
        read(write(tmp_path, old))


def test_other_xml_is_none_of_ours(tmp_path):
    assert not datex2.matches(b'<?xml version="1.0"?><osm version="0.6"></osm>')
    with pytest.raises(SourceError, match="expected one of"):
        sniff(write(tmp_path, "<html></html>"))


def test_a_site_has_the_bounds_of_a_value_in_json():
    assert xml_reader.MAX_VALUE_LENGTH == json_stream.MAX_VALUE_LENGTH


def test_a_price_that_a_status_tells_is_read(tmp_path):
    price = "<e:energyPrice><e:priceType>pricePerKWh</e:priceType><e:value>0.61</e:value></e:energyPrice>"
    rate = f"<e:ratePolicy>adHoc</e:ratePolicy><e:applicableCurrency>EUR</e:applicableCurrency>{price}"
    told = f'<e:reference id="S-P"/><e:energyRateUpdate>{rate}</e:energyRateUpdate>'
    station = f'<e:reference id="S-1"/><e:refillPointStatus>{told}</e:refillPointStatus>'
    inside = f"<e:energyInfrastructureStationStatus>{station}</e:energyInfrastructureStationStatus>"
    root = ROOT.replace("Table", "Status")
    statuses = tmp_path / "statuses.xml"
    statuses.write_text(
        f"{root}<e:energyInfrastructureSiteStatus>{inside}</e:energyInfrastructureSiteStatus></d2:payload>"
    )
    (read_station,) = datex2.read(write(tmp_path, document(site("S"))), companions=[statuses])
    assert read_station.price == "0.61 EUR/kWh"
