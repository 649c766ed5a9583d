"""What the tests share: a dozen stations, written by hand, one oddity each; and the simulated network."""

import datetime as dt
import gc
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from endurance import sizes
from examples import EXAMPLES
from hypothesis import HealthCheck, settings
from realdata import REALDATA, VARIABLE
from xdist.scheduler import LoadFileScheduling

from charging.cli import main
from charging.dataset.building.build import build_tables
from charging.dataset.manifest import Description
from charging.dataset.pipeline import build_simulated
from charging.dataset.store import CURRENT, open_dataset
from charging.dataset.versions import write_version
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.domain.published import NETWORK
from charging.domain.vocabulary import Access, Connector, Current, Datum, Kind, Site, Status, connector_mask
from charging.sources.records import PileRecord, ServiceAreaRecord, SourceInfo, StationRecord

settings.register_profile(
    "suite",
    max_examples=EXAMPLES,
    deadline=None,  # that the machine is busy is no fault of an example
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

TESTS = Path(__file__).parent
BROWSER = TESTS / "browser"

HOSTILE_NAME = "<script>alert(1)</script> `${name}` \u202e站"

TINY_SOURCE = SourceInfo(
    source="tiny", title="A tiny world", licence="CC0-1.0", attribution="Nobody", as_of="2024-12"
)


def pytest_make_parametrize_id(val, argname):
    """Name files by their parameter: a packed one holds the time, and all processes tell the same names."""
    return argname if isinstance(val, bytes) else None


def pytest_configure(config):
    """Refuse a folder of real files that was named and is not there: nobody wants its tests skipped then."""
    if os.environ.get(VARIABLE) and not REALDATA.is_dir():
        message = f"{VARIABLE} must be a folder, found none at {config.rootpath / REALDATA}: set it to one"
        raise pytest.UsageError(message)


def pytest_terminal_summary(terminalreporter):
    """Tell what the tests of endurance came to, and write down what the full sizes did."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    ended = [report for report in reports if report.when == "call" and "size" in dict(report.user_properties)]
    rows = [sizes.row(report) for report in ended]
    for row in rows:
        terminalreporter.write_line(" | ".join(row))
    if rows and sizes.IS_FULL:
        sizes.write_section(rows)


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items):
    """Mark tests by what they need, and order them."""
    for item in items:
        if item.get_closest_marker("realdata"):
            item.add_marker("endurance")
        long = item.get_closest_marker("endurance")
        if long or "simulated" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
        if long:
            item.user_properties += [("size", f"{size:,}") for size in long.args]
        if item.get_closest_marker("realdata") and not REALDATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the folder of real files is absent"))
    put_in_order(items)


def pytest_collection_finish():
    """Set aside all that is there before the first test: each search for garbage would go through it anew."""
    gc.collect()
    gc.freeze()


def put_in_order(items):
    """Begin with what takes longest, the browser, and end with the shortest, examples in docstrings."""
    items.sort(key=lambda item: 2 - item.path.is_relative_to(TESTS) - item.path.is_relative_to(BROWSER))


class TwoBrowsers(LoadFileScheduling):
    """Give each file to one process, and those of the browser to two, while a third computes.

    A browser that has loaded the page from a server before needs half of the time: files without a server of
    their own share one.
    """

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        path = TESTS.parent / file
        if path.parent != BROWSER:
            return file
        return "own servers" if "\ndef server(" in path.read_text("utf-8") else "the simulated network"


def pytest_xdist_make_scheduler(config, log):
    return TwoBrowsers(config, log) if config.getoption("dist") == "loadfile" else None


_GBT_DC = connector_mask([Connector.GBT_DC])
_GBT_AC = connector_mask([Connector.GBT_AC_SOCKET])


def _dc(count, power_kw=120.0, status=None, **given):
    return PileRecord(
        current=Current.DC, connectors=_GBT_DC, power_kw=power_kw, status=status, count=count, **given
    )


def _ac(count, power_kw=7.0, status=None):
    return PileRecord(current=Current.AC, connectors=_GBT_AC, power_kw=power_kw, status=status, count=count)


def _station(source_id, lat, lon, city_raw, **given):
    given = {"datum": Datum.WGS84, "country": "CN"} | given
    return StationRecord(source_id=source_id, lat=lat, lon=lon, city_raw=city_raw, **given)


_BEIJING = (
    _station(
        "bj-1",
        39.9087,
        116.3975,
        "北京市",
        name="NIO Power Station Tiananmen",
        name_zh="蔚来超充站天安门",
        operator_id="nio",
        access=Access.PUBLIC,
        site=Site.URBAN,
        address="东长安街",
        opened_on=dt.date(2023, 5, 1),
        piles=(_dc(4, 180.0, Status.AVAILABLE), _dc(2, 180.0, Status.CHARGING)),
    ),
    _station(
        "bj-2",
        39.9841,
        116.3075,
        "北京",
        name="特来电中关村",
        operator_raw="特来电",
        access=Access.PUBLIC,
        site=Site.WORKPLACE,
        opened_on=dt.date(2024, 3, 15),
        piles=(_dc(10, 60.0, Status.OPERATIONAL), _ac(20, 7.0, Status.OPERATIONAL)),
    ),
    _station("bj-3", 39.92, 116.46, "Beijing", name=HOSTILE_NAME, operator_raw="Nobody's Charging"),
    _station(
        "bj-4",
        40.0101,
        116.4003,
        "北京市",
        name="国网服务区站",
        operator_id="state_grid",
        site=Site.SERVICE_AREA,
        service_area_id="G6-1-out",
        piles=(_dc(4, 120.0, Status.FAULT),),
    ),
)

_SHANGHAI = (
    _station(
        "sh-1",
        31.2304,
        121.4737,
        "上海市",
        name="蔚来目的地站",
        operator_id="nio",
        access=Access.MEMBERS,
        site=Site.DESTINATION,
        opened_on=dt.date(2022, 1, 10),
        piles=(_ac(3, 11.0), _dc(None)),
    ),
    _station(
        "sh-2",
        31.2210,
        121.5440,
        "上海",
        name="特来电世纪大道",
        operator_raw="TELD",
        access=Access.PUBLIC,
        piles=(PileRecord(current=Current.AC_DC, connectors=_GBT_DC | _GBT_AC, power_kw=80.0, count=5),),
    ),
    _station("sh-3", 31.2000, 121.4300, "上海市", name="国网徐汇", operator_id="state_grid", stated_piles=8),
    _station(
        "sh-4",
        31.1500,
        121.8000,
        "上海市",
        name="浦东机场",
        operator_id="teld",
        access=Access.PRIVATE,
        site=Site.TRANSPORT_HUB,
        stated_piles=6,
        piles=(_dc(4, None, Status.OFFLINE), PileRecord(operator_id="nio", current=Current.DC, count=1)),
    ),
)

_SHENZHEN = (
    _station(
        "sz-1",
        22.540383,
        114.063014,
        "深圳市",
        datum=Datum.GCJ02,
        name="福田中心",
        operator_id="state_grid",
        access=Access.PUBLIC,
        site=Site.URBAN,
        piles=(_dc(8, 250.0, Status.AVAILABLE, pile_id=None), _ac(2)),
    ),
    _station("sz-2", 22.5333, 113.9305, "深圳", name="南山", operator_raw="无名充电", piles=(_ac(6),)),
    _station(
        "sz-3",
        22.6000,
        114.1200,
        "龙岗街道",  # no city, so that none is derived either
        name="龙岗",
        operator_id="teld",
        piles=(_dc(1, pile_id="A"), _dc(1, pile_id="B")),
    ),
    _station(
        "sz-4", 22.7000, 114.2500, "深圳市", name=None, site=Site.RESIDENTIAL, piles=(PileRecord(count=2),)
    ),
)

_AREAS = (
    ServiceAreaRecord(
        service_area_id="G6-1-out",
        name="百葛服务区",
        expressway="G6",
        direction="拉萨",
        chainage_km=40.0,
        lat=40.0101,
        lon=116.4003,
    ),
    ServiceAreaRecord(
        service_area_id="G6-1-in",
        name="百葛服务区",
        expressway="G6",
        direction="北京",
        chainage_km=40.0,
        lat=40.0102,
        lon=116.4010,
    ),
)


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk():
    """Leave out what only matters when the power fails; writers in processes of their own do wait."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def tiny_records():
    """Twelve stations of Beijing, Shanghai and Shenzhen, and the two sides of a service area."""
    return (*_BEIJING, *_SHANGHAI, *_SHENZHEN, *_AREAS)


@pytest.fixture(scope="session")
def tiny_source():
    return TINY_SOURCE


@pytest.fixture(scope="session")
def build(tiny_source):
    """Build tables from records with the real registry and cities, at a fixed time."""
    registry, cities = load_operators(), CityIndex(load_cities())

    def _build(records, **options):
        return build_tables(
            records,
            **{
                "source": tiny_source,
                "retrieved_at": dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
                "registry": registry,
                "cities": cities,
            }
            | options,
        )

    return _build


@pytest.fixture(scope="session")
def tiny_built(build, tiny_records):
    return build(tiny_records)


@pytest.fixture(scope="session")
def tiny_description(tiny_built):
    return Description(
        name="tiny",
        title="A tiny world",
        kind=Kind.REAL,
        as_of="2024-12",
        sources=tiny_built.sources,
        report=tiny_built.report,
    )


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory, tiny_built, tiny_description):
    """The tiny world as a stored dataset; shared by all tests, so only read it."""
    return write_version(tmp_path_factory.mktemp("datasets") / "tiny", tiny_built.tables, tiny_description)


@pytest.fixture(scope="session")
def published_dataset(tmp_path_factory, tiny_built, tiny_description):
    """The tiny world as the network of which figures were published; only read it."""
    description = replace(tiny_description, published_as=NETWORK)
    return write_version(tmp_path_factory.mktemp("published") / "tiny", tiny_built.tables, description)


MAX_BUILD_S = 300


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """The simulated network, built once for all tests and by one process; only read it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # the folder the processes share
    try:
        (base / "simulated_build").mkdir()
    except FileExistsError:
        folder, deadline = base / "simulated_build" / "simulated", time.monotonic() + MAX_BUILD_S
        while not (folder / CURRENT).is_file() and time.monotonic() < deadline:
            time.sleep(0.1)
        return open_dataset(folder)
    return build_simulated(base / "simulated_build")


@pytest.fixture
def build_dir(tmp_path, tiny_dataset, monkeypatch):
    """A build folder of its own, with the tiny dataset in it."""
    shutil.copytree(tiny_dataset.folder, tmp_path / "tiny")
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path))
    monkeypatch.delenv("CHARGING_DATASET", raising=False)
    return tmp_path


@pytest.fixture
def run(capsys, build_dir):  # noqa: ARG001  the folder must stand before a command runs
    """Run a command; return its exit code, what it printed, and what it complained of."""

    def _run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            code = leaving.code
        return code, *capsys.readouterr()

    return _run
