"""A whole import, `python -m charging import`, beside a bare parse of the same bytes.

The files are made here, so that they can be measured anywhere: OCPI locations of the size of a national
register, with the members, codes and gaps of a real feed, a register in the columns of the American one, and
publications of DATEX II. The peers are `json.loads`, `csv.reader` and `ElementTree.iterparse`, each as it is.
Each side is a process of its own, in turn, and what counts is its processor time, since the machine may have
other work. Our stream of JSON is also measured alone, beside ijson's.
"""

import csv
import itertools
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson
import publications
from report import Row

from tests.measured_process import Cost, run_measured

MAX_RATIO, MAX_MB = 3.0, 500
LOCATIONS, STATIONS, ROUNDS = 69_186, 180_000, 3

LOADS = """
import json, sys, time
with open(sys.argv[1], "rb") as file:
    text = file.read()
start = time.process_time()
json.loads(text)
print(time.process_time() - start)
"""
STREAM = """
import sys, time
from pathlib import Path
from charging.sources.io.json_stream import elements
start = time.process_time()
with open(sys.argv[1], encoding="utf-8") as text:
    for location in elements(text, Path(sys.argv[1]), "data"):
        pass
print(time.process_time() - start)
"""
IJSON = """
import ijson, sys, time
start = time.process_time()
with open(sys.argv[1], "rb") as file:
    for location in ijson.items(file, "data.item", use_float=True):
        pass
print(time.process_time() - start)
"""
ITERPARSE = """
import sys, time
from xml.etree.ElementTree import iterparse
start = time.process_time()
for _, element in iterparse(sys.argv[1]):
    pass
print(time.process_time() - start)
"""
READER = """
import csv, sys, time
start = time.process_time()
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for row in csv.reader(file):
        pass
print(time.process_time() - start)
"""

STATUSES = ("AVAILABLE",) * 7 + ("CHARGING",) * 3 + ("UNKNOWN", "OUTOFORDER")
POWERS_W = (None, 11_040, 22_000, None, 17_300)


UNREAD_COLUMNS = [f"Other Fuel {number}" for number in range(48)]
"""The register of all fuels has seventy-five columns, most of them empty here."""


def measure(_: Path) -> list[Row]:
    """Return time and memory of the imports and of their peers, the median of a few rounds."""
    with tempfile.TemporaryDirectory() as folder:  # what was imported last is what a dashboard opens
        return _both(Path(folder))


def _both(data: Path) -> list[Row]:
    locations, register = data / "locations.json", data / "register.csv"
    _write(locations)
    _write_register(register)
    _import(register, data)  # once before, so that what is measured finds its modules compiled
    return [
        *_compared(
            locations, data, "import of OCPI locations", "json.loads", LOADS, f"{LOCATIONS:,} locations"
        ),
        *_compared(
            register, data, "import of a CSV register", "csv.reader", READER, f"{STATIONS:,} stations"
        ),
        *_streams(locations),
        *_publications(data),
    ]


def _publications(data: Path) -> list[Row]:
    in_json, in_xml = data / "sites.json", data / "sites.xml"
    publications.write_json(in_json)
    publications.write_xml(in_xml)
    counts = publications.SITES_IN_JSON, publications.SITES_IN_XML
    bars = "import of DATEX II in JSON", "import of DATEX II in XML"
    return [
        *_compared(in_json, data, bars[0], "json.loads", LOADS, f"{counts[0]:,} sites"),
        *_compared(in_xml, data, bars[1], "ElementTree.iterparse", ITERPARSE, f"{counts[1]:,} sites"),
    ]


def _compared(path: Path, data: Path, bar: str, peer: str, script: str, what: str) -> list[Row]:
    ours, peers = zip(*((_import(path, data), _peer(script, path)) for _ in range(ROUNDS)), strict=True)
    seconds = statistics.median(cost.seconds for cost in ours)
    memory_mb = max(cost.memory_mb for cost in ours)
    peer_s = statistics.median(cost.seconds for cost in peers)
    ratio = statistics.median(mine.seconds / other.seconds for mine, other in zip(ours, peers, strict=True))
    note = f"{what}, {path.stat().st_size / 1e6:.0f} MB"
    return [
        Row(bar=bar, who=peer, measured=peer_s, unit="s", note=note),
        Row(
            bar=bar,
            who="whole import",
            measured=seconds,
            unit="s",
            ratio=ratio,
            peer=peer,
            at_most=MAX_RATIO,
            note="processor time, start and writing included",
        ),
        Row(
            bar=bar,
            who="memory at the peak",
            measured=memory_mb,
            unit="MB",
            at_most=MAX_MB,
            note=f"{peer} {max(cost.memory_mb for cost in peers):.0f} MB",
        ),
    ]


def _streams(path: Path) -> list[Row]:
    """Return how long the records of a file take one by one, the median of a few rounds."""
    bar, peer = "OCPI locations, one by one", f"ijson, {ijson.backend}"
    ours, peers = zip(*((_peer(STREAM, path), _peer(IJSON, path)) for _ in range(ROUNDS)), strict=True)
    seconds, peer_s = (statistics.median(cost.seconds for cost in costs) for costs in (ours, peers))
    ratio = statistics.median(mine.seconds / other.seconds for mine, other in zip(ours, peers, strict=True))
    notes = [f"{max(cost.memory_mb for cost in costs):.0f} MB at the peak" for costs in (ours, peers)]
    return [
        Row(bar=bar, who=peer, measured=peer_s, unit="s", note=notes[1]),
        Row(bar=bar, who="our stream", measured=seconds, unit="s", ratio=ratio, peer=peer, note=notes[0]),
    ]


def _import(path: Path, data: Path) -> Cost:
    command = [sys.executable, "-m", "charging", "import", str(path), "--name", "imported", "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"CHARGING_BUILD_DIR": str(data), "PYTHONPYCACHEPREFIX": str(data / "modules")}
    return run_measured(command, environment)[1]


def _peer(script: str, path: Path) -> Cost:
    told, cost = run_measured([sys.executable, "-c", script, str(path)], dict(os.environ))
    return cost._replace(seconds=float(told))  # of the call alone, without start and reading


def _write(path: Path) -> None:
    """Write an answer of the `locations` endpoint, location by location."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"data":[')
        for number, location in enumerate(_locations()):
            file.write("," * (number > 0) + json.dumps(location, separators=(",", ":")))
        file.write('],"status_code":1000}')


def _write_register(path: Path) -> None:
    """Write a table in the columns of the Alternative Fuels Data Center, station by station."""
    stations = (_station(number) for number in range(STATIONS))
    first = next(stations)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*first, *UNREAD_COLUMNS], restval="")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(stations)


def _station(number: int) -> dict[str, object]:
    row, column = divmod(number, 500)
    is_fast = number % 6 == 0
    return {
        "Fuel Type Code": "ELEC",
        "Station Name": f"Garage {number % 7_000} - {number % 11}",
        "Street Address": f"{number % 900} {number % 3_000} Street",
        "Intersection Directions": "Behind the main building; at the second level" if number % 4 == 0 else "",
        "City": f"Town {number % 1_500}",
        "State": ("NY", "CA", "ON", "TX")[number % 4],
        "ZIP": f"{10_000 + number % 80_000}",
        "Station Phone": f"888-555-{number % 9_999:04d}" if number % 3 else "",
        "Status Code": "T" if number % 40 == 0 else "E",
        "Access Days Time": ("24 hours daily", "", "Mon-Fri 8am-6pm; closed on holidays")[number % 3],
        "EV Level1 EVSE Num": "" if number % 90 else 2,
        "EV Level2 EVSE Num": "" if is_fast else 1 + number % 8,
        "EV DC Fast Count": 2 + number % 10 if is_fast else "",
        "EV Network": f"Network {number % 45}" if number % 9 else "Non-Networked",
        "EV Network Web": f"https://network-{number % 45}.example/" if number % 9 else "",
        "Geocode Status": "GPS",
        "Latitude": f"{30 + row / 50:.6f}",
        "Longitude": f"{-120 + column / 10:.6f}",
        "Date Last Confirmed": f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "ID": number + 1_000,
        "Updated At": f"2025-05-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d}:07 UTC",
        "Open Date": f"20{10 + number % 15}-{1 + number % 12:02d}-01",
        "EV Connector Types": ("J1772", "J1772 TESLA", "CHADEMO J1772COMBO")[2 if is_fast else number % 2],
        "Country": "CA" if number % 4 == 2 else "US",
        "Access Code": "private" if number % 15 == 0 else "public",
        "Facility Type": ("HOTEL", "", "PARKING_LOT", "", "SHOPPING_CENTER")[number % 5],
        "EV Pricing": "Free" if number % 7 == 0 else "",
    }


def _locations() -> Iterator[dict[str, Any]]:
    evse_numbers = itertools.count()
    for number in range(LOCATIONS):
        row, column = divmod(number, 300)
        yield {
            "id": f"{number:08d}-64d0-42ff-aaf6-c10a10b063ae",
            "name": f"Street {number % 9_000} {number % 70}",
            "address": f"Street {number % 9_000} {number % 70}",
            "city": f"Town {number % 700}",
            "postal_code": f"{1_000 + number % 9_000} AB",
            "country": "NLD",
            "coordinates": {
                "latitude": f"{51 + row / 100:.6f}",
                "longitude": f"{4 + column / 100:.6f}",
            },
            "parking_type": (None, "ON_STREET", "PARKING_LOT")[number % 3],
            "operator": {"name": f"Operator {number % 40}", "website": "https://operator.example/"},
            "owner": None,
            "opening_times": {"twentyfourseven": True},
            "last_updated": f"2024-05-{1 + number % 28:02d}T06:35:06Z",
            "evses": [_evse(next(evse_numbers)) for _ in range(2 + (number % 5 > 2))],
        }


def _evse(number: int) -> dict[str, Any]:
    is_dc = number % 20 == 0
    return {
        "uid": f"{number:08d}-2810-4c22-a5b4-762335fdc2e9",
        "images": None,
        "status": STATUSES[number % len(STATUSES)],
        "evse_id": f"NL*ABC*E{number:08d}*1",
        "connectors": [
            {
                "id": f"{number:08d}-433e-4791-988a-b994715f3502",
                "format": "CABLE" if is_dc else "SOCKET",
                "standard": "IEC_62196_T2_COMBO" if is_dc else "IEC_62196_T2",
                "power_type": "DC" if is_dc else "AC_3_PHASE",
                "tariff_ids": None if number % 3 else ["PUBLIC"],
                "max_voltage": 500 if is_dc else 230,
                "last_updated": "2024-11-25T11:36:45Z",
                "max_amperage": 300 if is_dc else 16,
                "max_electric_power": 150_000 if is_dc else POWERS_W[number % len(POWERS_W)],
                "terms_and_conditions": None,
            }
        ],
        "directions": None,
        "coordinates": None,
        "floor_level": None,
        "capabilities": ["REMOTE_START_STOP_CAPABLE", "RFID_READER"],
        "last_updated": f"2024-06-{1 + number % 28:02d}T19:43:22Z",
        "status_schedule": None,
        "physical_reference": f"P{number % 9_999}",
        "parking_restrictions": None,
    }
