"""What is fuzzed: every reader, each with whole files it reads, most of them the hand-written fixtures.

A reader may do two things with a file: yield records that a dataset can take or refuse, or refuse the file
with an error of the project. Whatever else it does is a finding.
"""

import gzip
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count
from pathlib import Path

import openpyxl
import pyarrow.csv
import pyarrow.parquet as pq
from sources.geopackages import CELLS, write_geopackage

from charging.dataset.building.build import Builder
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.errors import ChargingError, SourceError
from charging.sources.irve_dynamic import PointStatuses
from charging.sources.readers import guessed_reader, reader_named, sniff
from charging.sources.recognition.guessed_preset import preset_tables
from charging.sources.recognition.preset_text import as_toml
from charging.sources.recognition.table_guess import check_importable, guess_table
from charging.sources.tabular.presets import presets
from charging.sources.weights import read_weights

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = datetime(2025, 1, 2, tzinfo=UTC)

_times_ns = count(1, 1_000_000_000)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A reader, whole files it reads, and what stands beside them."""

    read: Callable[[Path], object]  # is told the folder
    seeds: tuple[bytes, ...]
    name: str = "file"  # of the file that changes
    beside: Mapping[str, bytes] = field(default_factory=dict)


def attempt(target, folder, content):
    """Have a file read to its end, written into a folder for that; return whether it was not refused."""
    for name, inside in (*target.beside.items(), (target.name, content)):
        path = folder / name
        path.write_bytes(inside)
        time_ns = next(_times_ns)  # what is kept of a file is kept by its time
        os.utime(path, ns=(time_ns, time_ns))
    try:
        target.read(folder)
    except ChargingError:
        return False
    return True


def _files(folder, *names):
    return tuple((FIXTURES / folder / name).read_bytes() for name in names)


@cache
def _knowledge():
    return {"registry": load_operators(), "cities": CityIndex(load_cities())}


def _imported(folder, *, reader, name="file", preset=None, beside=()):
    """Read the records of a file, and have a dataset take them."""
    chosen = reader_named(reader) if reader else sniff(folder / name)
    together = [folder / each for each in (name, *beside)]
    info = chosen.source(preset=preset)
    builder = Builder(**_knowledge())
    for path in together:
        builder.add(chosen.read(path, preset=preset, companions=together), source=info, retrieved_at=NOW)


def _packed(members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return archive.getvalue()


def _workbook(table):
    book = openpyxl.Workbook()
    for line in table.decode().splitlines():
        book.active.append([float(cell) if cell[:1].isdigit() else cell for cell in line.split(",")])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _parquet(table):
    packed = io.BytesIO()
    pq.write_table(pyarrow.csv.read_csv(io.BytesIO(table)), packed, compression="none")
    return packed.getvalue()


def _features(table):
    names, *rows = (line.split(",") for line in table.decode().splitlines())
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(row[1]), float(row[2])]},
            "properties": dict(zip(names, row, strict=True)),
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


(TABLE,) = _files("tabular", "shenzhen.csv")
(REFERENCE,) = _files("open_charge_map", "reference.json")
COMPACT = _files("open_charge_map/compact", "OCM-7001.json")
STATIONS, STATUS = _files("tcec102", "stations.json", "status.json")
POINT = {"latitude": "52.5", "longitude": "13.4"}
BY_PARTY = {
    "DE": {"ABC": {"L1": {"coordinates": POINT, "evses": []}}},
    "NL*XYZ": [{"id": 1, "evses": [{"uid": "E", "connectors": []}], "Coordinates": POINT}],
}
OCPI = (
    *_files("ocpi", "v2_1_1.json", "v2_2_1.json", "v2_3_0.json", "oddities.json"),
    json.dumps({"data": BY_PARTY, "statusCode": 1000}).encode(),
)
SITES, SITE_STATUS = _files("datex2", "table.json", "status.json")
SITES_XML, SITE_STATUS_XML = _files("datex2", "table.xml", "status.xml")
REFERRING = json.dumps(
    {
        "EnergyInfrastructureTablePublication": {
            "energyInfrastructureTable": [
                {
                    "energyInfrastructureSite": [
                        {
                            "idG": "S",
                            "locationReference": {"PointLocation": {"coordinatesForDisplay": POINT}},
                            "operator": {"OrganisationByReference": {"organisationReference": {"idG": "O"}}},
                            "helpdesk": {"ReferenceableOrganisation": {"idG": "O", "name": "Nord"}},
                            "energyInfrastructureStation": [{"refillPoint": [{"idG": "P"}]}],
                        }
                    ]
                }
            ]
        }
    }
).encode()
IRVE, IRVE_DYNAMIC = _files("tabular", "irve.csv", "irve_dynamic.csv")


def _guessed(folder):
    """Read a table as its columns are guessed, with what may follow from that."""
    path = folder / "file"
    guess = guess_table(path)
    if guess is None:
        return
    as_toml(preset_tables(guess, "source", "title"))
    check_importable(guess, path)
    chosen = guessed_reader(path, guess)
    builder = Builder(**_knowledge())
    builder.add(chosen.read_columns(path), source=chosen.source(), retrieved_at=NOW)


def _geopackage():
    with tempfile.TemporaryDirectory() as name:
        path = write_geopackage(Path(name) / "file", [(cell, 1.5) for cell in CELLS])
        return path.read_bytes()


GEOPACKAGE = _geopackage()

GUESSED = (
    b"Station Name,Operator,Latitude,Longitude,Chargers,Power (kW)\nA,B,52.5,13.4,4,150\nA,B,52.5,13.4,4,9\n",
    "充电站名称,运营商,经度,纬度,快充桩数,慢充桩数\n甲,乙,114.05,22.54,8,4\n".encode("gb18030"),
    "evse id;Ort;GPS;Stecker;Status;seit\n1;A;52,5 13,4;CCS/Typ 2;geplant;1.2.2020\n".encode("utf-16"),
    "名称,纬度,经度,接口1类型,接口1功率,接口2类型\n甲,22.54,114.05,国标直流,120,国标交流\n".encode(
        "utf-16-be"
    ),
    b"name,lat,lon,total points,plug 1 type,plug 1 count,plug 2 type\nA,52.5,13.4,3,CCS,2,Type 2\n",
    b"name,lat,lon,Installation Year,CHAdeMO,CCS count,Type 2 power kW\nA,52.5,13.4,2019,yes,2,22\n",
    *_files("tabular", "afdc.csv", "irve.csv"),
)

RECORDS = tuple(
    "\n".join(map(json.dumps, values)).encode()
    for values in (
        [
            {
                "data": {
                    "sites": [
                        {"id": 1, "lat": 52.5, "lon": 13.4, "plugs": [{"type": "CCS", "kW": [50, 22.5]}]}
                    ]
                }
            }
        ],
        [
            {"id": 1, "at": [116.4, 39.9], "c": {"1": {"k": "7 kW"}, "2": {}}},
            {"id": 2, "at": 7, "c": {"5": {}}},
        ],
        [[{"by": "A", "sites": [{"name": "a", "at": {"type": "Point", "coordinates": [8.5, 47.4]}}, None]}]],
    )
)


def _records(folder):
    """Read JSON by a preset where one has its columns, and as it is guessed."""
    with suppress(SourceError):
        _imported(folder, reader=None)
    _guessed(folder)


_json_registers = {
    name: f"{name}.json" for name in ("afdc_api", "amap", "baidu", "bnetza_api", "nobil", "oicp")
}
_as_table = partial(_imported, reader="tabular", preset="urbanev")
_ocm = partial(_imported, reader="open-charge-map")
_tcec = partial(_imported, reader="tcec102")
_datex2 = partial(_imported, reader="datex2")


def _with_register(folder):
    """Read statuses, and join them to the piles of a register."""
    register = folder / "register"
    statuses = PointStatuses([folder / "file"])
    chosen = reader_named("tabular")
    builder = Builder(**_knowledge())
    records = statuses.join(
        replace(chosen, preset="irve").read_columns(register, companions=[register]), is_last=True
    )
    builder.add(records, source=chosen.source(preset="irve"), retrieved_at=NOW)


_register_names = {"urbanev": ("shenzhen.csv", "bad_rows.csv", "open_quote.csv")}

TARGETS = {
    "ocpi": Target(read=partial(_imported, reader="ocpi"), seeds=OCPI),
    "tcec102-stations": Target(
        read=partial(_tcec, beside=("status",)),
        seeds=(STATIONS, *_files("tcec102", "not_shown.json", "encrypted.json")),
        beside={"status": STATUS},
    ),
    "tcec102-status": Target(
        read=partial(_tcec, beside=("stations",)), seeds=(STATUS,), beside={"stations": STATIONS}
    ),
    "datex2-json": Target(
        read=partial(_datex2, beside=("status",)), seeds=(SITES, REFERRING), beside={"status": SITE_STATUS}
    ),
    "datex2-xml": Target(
        read=partial(_datex2, beside=("status",)),
        seeds=(SITES_XML, SITE_STATUS_XML),
        beside={"status": SITE_STATUS_XML},
    ),
    "datex2-status": Target(
        read=partial(_datex2, beside=("table",)),
        seeds=(SITE_STATUS, SITE_STATUS_XML),
        beside={"table": SITES},
    ),
    "irve-dynamic": Target(read=_with_register, seeds=(IRVE_DYNAMIC,), beside={"register": IRVE}),
    "open-charge-map": Target(
        read=_ocm, seeds=_files("open_charge_map", "verbose.json", "oddities.jsonl", "codes.jsonl")
    ),
    "open-charge-map-compact": Target(read=_ocm, seeds=COMPACT, beside={"reference.json": REFERENCE}),
    "open-charge-map-reference": Target(
        read=partial(_ocm, name="site"),
        seeds=(REFERENCE,),
        name="reference.json",
        beside={"site": COMPACT[0]},
    ),
    "openstreetmap-json": Target(
        read=partial(_imported, reader="openstreetmap"), seeds=_files("openstreetmap", "overpass.json")
    ),
    "openstreetmap-geojson": Target(
        read=partial(_imported, reader="openstreetmap"), seeds=_files("openstreetmap", "turbo.geojson")
    ),
    **{
        f"table-{preset}": Target(
            read=partial(_imported, reader="tabular", preset=preset),
            seeds=_files("tabular", *_register_names.get(preset, (f"{preset}.csv",))),
        )
        for preset in presets()
        if preset not in _json_registers
    },
    "json-records": Target(
        read=_records, seeds=(*_files("json_records", *_json_registers.values()), *RECORDS)
    ),
    "workbook": Target(read=_as_table, seeds=(_workbook(TABLE),)),
    "geojson": Target(read=_as_table, seeds=(_features(TABLE),)),
    "parquet": Target(read=_as_table, seeds=(_parquet(TABLE),)),
    "packed": Target(
        read=partial(_imported, reader=None),
        seeds=(
            gzip.compress(TABLE, mtime=0),
            _packed({"stations.csv": TABLE, "LICENCE.txt": b"Free"}),
            _packed({"ocpi.json": OCPI[1]}),
            gzip.compress(OCPI[1], mtime=0),
        ),
    ),
    "guessed": Target(read=_guessed, seeds=GUESSED),
    "service-areas": Target(
        read=partial(_imported, reader="service-areas"),
        seeds=_files("service_areas", "areas.csv", "bad_rows.csv"),
    ),
    "weights": Target(
        read=lambda folder: read_weights(folder / "file"),
        seeds=(
            "lat,lon,weight,name\n31.2,121.5,7,浦东\n\n-33.9,-70.6,0.5,\n".encode(),
            b"h3,weight\n87309a4e5ffffff,3\n87309a4e5ffffff,4\n",
        ),
    ),
    "geopackage": Target(
        read=lambda folder: read_weights(folder / "file", max_cells=10),
        seeds=(GEOPACKAGE, gzip.compress(GEOPACKAGE, mtime=0)),
    ),
}
