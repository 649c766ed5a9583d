"""Publications of DATEX II of the size of a national register, in JSON and in XML, made for the benchmarks.

Both say the same, with the members and the depth of what operators publish: an address in lines, a help desk,
parking spaces, payment, and a price at each point.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

SITES_IN_JSON, SITES_IN_XML = 20_800, 12_800
"""Sites of some 100 MB."""

_CLASSES = {
    "afacOpenAllHours": "fac:OpenAllHours",
    "afacAnOrganisation": "fac:AnOrganisation",
    "afacContactInformation": "fac:ContactInformation",
    "locPointLocation": "loc:PointLocation",
    "aegiElectricChargingPoint": "egi:ElectricChargingPoint",
}
_XML_NAMES = {"locLocationExtensionG": "_locationExtension", "FacilityLocation": "facilityLocation"}
_SPACES = ("d2Payload", "energyInfrastructure", "facilities", "common", "locationReferencing")
_PREFIXES = ("d2", "egi", "fac", "com", "loc")


def write_json(path: Path) -> None:
    """Write a table in the JSON encoding, site by site."""
    with path.open("w", encoding="utf-8") as file:
        head = {"lang": "de", "publicationTime": "2026-03-19T00:00:00+01:00", "publicationCreator": _CREATOR}
        file.write('{"payload":{"versionG":"3.6","modelBaseVersionG":"3",')
        file.write(f'"aegiEnergyInfrastructureTablePublication":{json.dumps(head)[:-1]},')
        file.write('"energyInfrastructureTable":[{"idG":"T","versionG":"1","energyInfrastructureSite":[')
        for number in range(SITES_IN_JSON):
            file.write("," * (number > 0) + json.dumps(_site(number), separators=(",", ":")))
        file.write("]}]}}}")


def write_xml(path: Path) -> None:
    """Write a table in the XML encoding, site by site."""
    spaces = " ".join(
        f'xmlns:{prefix}="http://datex2.eu/schema/3/{space}"'
        for prefix, space in zip(_PREFIXES, _SPACES, strict=True)
    )
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(f'<d2:payload {spaces} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ')
        file.write('xsi:type="egi:EnergyInfrastructureTablePublication" lang="de" modelBaseVersion="3">')
        file.write("".join(_element("com:publicationCreator", _CREATOR)))
        file.write('<egi:energyInfrastructureTable id="T" version="1">')
        for number in range(SITES_IN_XML):
            file.write("".join(_element("egi:energyInfrastructureSite", _site(number))))
        file.write("</egi:energyInfrastructureTable></d2:payload>")


_CREATOR = {"country": "DE", "nationalIdentifier": "DE-NAP-EXAMPLE"}


def _element(tag: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _element(tag, each)
    elif isinstance(value, dict):
        yield from _object(tag, value)
    else:
        yield f"<{tag}>{str(value).lower() if isinstance(value, bool) else escape(str(value))}</{tag}>"


def _object(tag: str, value: dict[str, Any]) -> Iterator[str]:
    given, attributes = dict(value), ""
    for name, held in value.items():
        if name in _CLASSES:
            given, attributes = dict(held), f' xsi:type="{_CLASSES[name]}"'
    if given.keys() == {"value"}:
        yield from _element(tag, given["value"])
        return
    for name in ("idG", "versionG", "order"):
        if name in given:
            attributes += f' {name.removesuffix("G")}="{given.pop(name)}"'
    yield f"<{tag}{attributes}>"
    if tag == "com:values":
        yield f'<com:value lang="de">{escape(given["value"])}</com:value>'
    else:
        for name, held in given.items():
            yield from _element(f"{_prefix(name)}:{_XML_NAMES.get(name, name)}", held)
    yield f"</{tag}>"


def _prefix(name: str) -> str:
    return "com" if name == "values" else "egi"  # what is read goes by the local name


def _label(text: str) -> dict[str, Any]:
    return {"values": [{"lang": "de", "value": text}]}


def _site(number: int) -> dict[str, Any]:
    version = "2026-03-19T00:00:00.011+01:00"
    place = _place(number)
    operator = {"afacAnOrganisation": {"name": _label(f"Operator {number % 40}")}}
    contact = {"afacContactInformation": {"telephoneNumber": f"+49 721 {number % 9_999:04d}"}}
    helpdesk = {"name": _label("Help"), "organisationUnit": [{"contactInformation": [contact]}]}
    spaces = {
        "idG": "PARKING",
        "versionG": version,
        "numberOfSpaces": 2,
        "applicableForVehicles": [{"fuelType": [{"value": "battery"}], "vehicleType": [{"value": "car"}]}],
        "amenities": {"illuminated": False, "roofed": False},
    }
    return {
        "idG": f"8{number:08d}",
        "versionG": version,
        "lastUpdated": f"2026-03-{1 + number % 28:02d}T06:35:06+01:00",
        "additionalInformation": [_label(f"Market, Street {number % 9_000}")],
        "operatingHours": {"afacOpenAllHours": {}},
        "locationReference": place,
        "dedicatedParkingSpaces": [spaces],
        "operator": operator,
        "helpdesk": {"afacAnOrganisation": helpdesk},
        "energyInfrastructureStation": [
            {
                "idG": f"{number:06d}",
                "versionG": version,
                "externalIdentifier": [{"identifier": f"{number}", "typeOfIdentifier": {"value": "other"}}],
                "operatingHours": {"afacOpenAllHours": {}},
                "locationReference": place,
                "operator": operator,
                "totalMaximumPower": 150_000.0,
                "authenticationAndIdentificationMethods": [{"value": "overTheAir"}],
                "numberOfRefillPoints": 4,
                "userInterfaceLanguage": ["de"],
                "serviceType": [{"serviceType": {"value": "unattended"}}],
                "refillPoint": [
                    {"aegiElectricChargingPoint": _point(4 * number + at, version)} for at in range(4)
                ],
            }
        ],
    }


def _place(number: int) -> dict[str, Any]:
    row, column = divmod(number, 150)
    lines = [
        {"order": 1, "type": {"value": "street"}, "text": _label(f"Street {number % 9_000}")},
        {"order": 2, "type": {"value": "houseNumber"}, "text": _label(str(number % 70))},
    ]
    address = {
        "postcode": f"{10_000 + number % 80_000}",
        "city": _label(f"Town {number % 700}"),
        "countryCode": "DE",
        "addressLine": lines,
    }
    return {
        "locPointLocation": {
            "coordinatesForDisplay": {"latitude": 48 + row / 50, "longitude": 7 + column / 50},
            "locLocationExtensionG": {"FacilityLocation": {"timeZone": "Europe/Berlin", "address": address}},
        }
    }


def _point(number: int, version: str) -> dict[str, Any]:
    is_dc = number % 3 == 0
    power_w = 150_000.0 if is_dc else 22_000.0
    price = {"priceType": {"value": "pricePerKWh"}, "value": 0.39 + number % 30 / 100, "taxIncluded": True}
    rate = {
        "idG": f"R{number}",
        "ratePolicy": {"value": "adHoc"},
        "lastUpdated": "2026-02-10T10:27:23.094+01:00",
        "applicableCurrency": ["EUR"],
        "payment": {"paymentMeans": [{"value": "nfc"}]},
        "energyPrice": [price],
    }
    return {
        "idG": f"DE*ABC*E{number:08d}*1",
        "versionG": version,
        "deliveryUnit": {"value": "kWh"},
        "currentType": {"value": "dc" if is_dc else "ac"},
        "numberOfConnectors": 1,
        "availableVoltage": [1000.0 if is_dc else 400.0],
        "availableChargingPower": [power_w],
        "connector": [
            {
                "connectorType": {"value": "iec62196T2COMBO" if is_dc else "iec62196T2"},
                "maxPowerAtSocket": power_w,
            }
        ],
        "electricEnergy": [{"isGreenEnergy": True, "energyRate": [rate]}],
    }
