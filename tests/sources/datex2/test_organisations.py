"""Operators that are given by the id of an organisation, which is described elsewhere, in whatever order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.pipeline import import_files
from charging.sources.datex2 import model as datex2
from charging.sources.datex2.organisations import collect_organisations
from charging.sources.datex2.publication import Item, ItemKind, PublicationHeader
from charging.sources.records import StationRecord

XML = """<d2:payload modelBaseVersion="3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:d2="http://datex2.eu/schema/3/d2Payload" xmlns:f="http://datex2.eu/schema/3/facilities"
  xsi:type="EnergyInfrastructureTablePublication">
  <publicationCreator><country>de</country><nationalIdentifier>DE-A</nationalIdentifier></publicationCreator>
  {tables}
  <energyInfrastructureTable id="T" version="1">{sites}</energyInfrastructureTable>
</d2:payload>"""
XML_SITE = """<energyInfrastructureSite id="{id}" version="1">
  <locationReference xsi:type="PointLocation"><coordinatesForDisplay>
    <latitude>48.1</latitude><longitude>11.5</longitude></coordinatesForDisplay></locationReference>{operator}
  <energyInfrastructureStation id="{id}-1" version="1"><refillPoint id="{id}-P" version="1"/>
  </energyInfrastructureStation></energyInfrastructureSite>"""
XML_REFERENCE = """<f:operator xsi:type="f:OrganisationByReference">
  <f:organisationReference targetClass="f:OrganisationSpecification" id="O" version="1"/></f:operator>"""
XML_ORGANISATION = """<f:{role} xsi:type="f:OrganisationSpecification" id="O" version="1">
  <f:name><values><value lang="de">Nord Strom</value></values></f:name></f:{role}>"""


def organisation(name="Nord Strom", org_id="O", version="1", **more):
    label = {"values": [{"lang": "de", "value": name}]}
    return {"afacReferenceableOrganisation": {"idG": org_id, "versionG": version, "name": label, **more}}


def reference(org_id="O", version="1"):
    held = {"targetClass": "afacReferenceableOrganisation", "idG": org_id, "versionG": version}
    return {"afacOrganisationByReference": {"organisationReference": held}}


def site(site_id, **roles):
    place = {"locPointLocation": {"coordinatesForDisplay": {"latitude": 48.1, "longitude": 11.5}}}
    station = {"idG": f"{site_id}-1", "refillPoint": [{"aegiElectricChargingPoint": {"idG": f"{site_id}-P"}}]}
    return {"idG": site_id, "locationReference": place, "energyInfrastructureStation": [station], **roles}


def publication(*sites, publisher="DE-A", **more):
    return {
        "modelBaseVersionG": "3",
        "aegiEnergyInfrastructureTablePublication": {
            "publicationCreator": {"country": "DE", "nationalIdentifier": publisher},
            **more,
            "energyInfrastructureTable": [{"idG": "T", "energyInfrastructureSite": [*sites]}],
        },
    }


@pytest.fixture
def read(tmp_path):
    """Read publications, each in a file of its own, JSON as objects and XML as text."""

    def run(*publications):
        paths = [tmp_path / f"{number}" for number in range(len(publications))]
        for path, each in zip(paths, publications, strict=True):
            path.write_text(each if isinstance(each, str) else json.dumps(each), "utf-8")
        records = [record for path in paths for record in datex2.read(path, companions=paths)]
        return {each.source_id: each for each in records if isinstance(each, StationRecord)}

    return run


def operators(stations):
    return {station_id.partition("*")[2]: each.operator_raw for station_id, each in stations.items()}


@pytest.mark.parametrize("role", ["operator", "owner", "helpdesk"])
def test_an_operator_is_the_organisation_that_another_site_describes(read, role):
    described, referring = site("S", **{role: organisation()}), site("R", operator=reference())
    for sites in ([described, referring], [referring, described]):
        assert operators(read(publication(*sites)))["R"] == "Nord Strom"


def test_a_station_may_refer_to_its_operator_and_help_desk(read):
    unit = {"contactInformation": [{"afacContactInformation": {"telephoneNumber": "+49 1"}}]}
    referring = site("R")
    referring["energyInfrastructureStation"][0] |= {"operator": reference(), "helpdesk": reference("H")}
    described = site("S", helpdesk=organisation("Hilfe", "H", organisationUnit=[unit]), owner=organisation())
    station = read(publication(described, referring))["DE-A*R"]
    assert (station.operator_raw, station.phone, station.doubts) == ("Nord Strom", "+49 1", ())


def test_a_table_of_organisations_stands_beside_the_sites(read):
    table = [{"idG": "T1", "organisation": [organisation("Süd", "P"), organisation()]}]
    given = publication(site("R", operator=reference()), organisationTable=table)
    assert operators(read(given)) == {"R": "Nord Strom"}


@pytest.mark.parametrize(
    ("tables", "sites"),
    [
        ("", XML_SITE.format(id="S", operator=XML_ORGANISATION.format(role="owner"))),
        (f"<f:organisationTable>{XML_ORGANISATION.format(role='organisation')}</f:organisationTable>", ""),
    ],
)
def test_xml_refers_to_organisations_alike(read, tables, sites):
    referring = XML_SITE.format(id="R", operator=XML_REFERENCE)
    assert operators(read(XML.format(tables=tables, sites=referring + sites)))["R"] == "Nord Strom"


def test_an_organisation_may_be_in_another_file_and_encoding(read):
    referring = XML.format(tables="", sites=XML_SITE.format(id="R", operator=XML_REFERENCE))
    assert operators(read(referring, publication(site("S", owner=organisation()))))["R"] == "Nord Strom"


def test_an_id_is_that_of_its_own_publisher_where_several_have_it(read):
    ours = publication(site("R", operator=reference()), site("S", owner=organisation("Eigen")))
    theirs = publication(site("T", owner=organisation("Fremd")), publisher="DE-B")
    third = publication(site("U", operator=reference()), publisher="DE-C")
    found = read(ours, theirs, third)
    assert operators(found) == {"R": "Eigen", "S": None, "T": None, "U": None}
    assert found["DE-C*U"].doubts == (("no_organisation", "O"),)


@pytest.mark.parametrize(("version", "name"), [("1", "Alt"), ("2", "Neu"), ("3", "Neu"), (None, "Neu")])
def test_of_several_versions_the_stated_one_is_meant_or_the_last(read, version, name):
    described = [
        site(f"S{v}", owner=organisation(label, version=v)) for v, label in (("1", "Alt"), ("2", "Neu"))
    ]
    given = publication(*described, site("R", operator=reference(version=version)))
    assert operators(read(given))["R"] == name


def test_an_operator_that_nobody_describes_is_told_and_the_brand_stands_for_it(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps(publication(site("R", operator=reference(), brand="Marke"))), "utf-8")
    dataset = import_files([path], build_dir=tmp_path / "build")
    [finding] = dataset.manifest.report.discrepancies
    assert (finding.what, finding.count, finding.examples[0].value) == ("no_organisation", 1, "O")
    assert [station.operator_raw for station in datex2.read(path)] == ["Marke"]


def test_only_organisations_that_are_referred_to_are_kept():
    sites = [site(f"S{number}", owner=organisation(f"N{number}", f"O{number}")) for number in range(100)]
    items = [
        Item(ItemKind.SITE, PublicationHeader("DE-A"), each)
        for each in (*sites, site("R", operator=reference("O7")))
    ]
    assert [*collect_organisations(lambda: items).by_id] == ["O7"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["organisationReference", "idG", "name", "operator", "owner", "versionG", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(json_values, json_values)
def test_whatever_stands_in_the_place_of_an_organisation_is_no_fault(operator, owner):
    sites = [site("R", operator=operator), site("S", owner=owner, operator=reference())]
    items = [Item(ItemKind.SITE, PublicationHeader("DE-A"), each) for each in sites]
    organisations = collect_organisations(lambda: items)
    for each in sites:
        found = organisations.describe(each, "DE-A")
        assert {**found, "operator": None} == {**each, "operator": None}
