import datetime as dt
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import Access, Connector, Current, Site, Status, connectors_in
from charging.errors import ChargingError, Fault, UsageError
from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection, StationRecord
from charging.sources.tabular import model as tabular
from charging.sources.tabular import presets as presets_module
from charging.sources.tabular.presets import load_preset, presets

ROOT = Path(__file__).parents[3]
FIXTURES = Path(__file__).parents[2] / "fixtures" / "tabular"
START = 'datum = "wgs84"\n[source]\nsource = "s"\ntitle = "t"\nlicence = "l"\nattribution = "a"\n'
COLUMNS = '[columns]\nsource_id = "id"\nlat = "lat"\nlon = "lon"\n'


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read rows with a preset, each written here."""

    def _read(preset, rows, encoding="utf-8"):
        (tmp_path / "mine.toml").write_text(START + preset, "utf-8")
        mine = load_preset("mine", tmp_path)
        monkeypatch.setattr(tabular, "load_preset", lambda _: mine)
        path = tmp_path / "table.csv"
        path.write_bytes(rows.encode(encoding))
        return list(tabular.read(path, preset="mine"))

    return _read


def fixture(name):
    path = FIXTURES / name
    return list(sniff(path).read(path))


@pytest.mark.parametrize("name", ["afdc", "bnetza", "irve", "irve_stations"])
def test_a_register_is_recognised_by_its_columns(name):
    assert sniff(FIXTURES / f"{name}.csv").preset == name
    assert name in presets()


def test_afdc_takes_electric_stations_alone_and_a_group_for_each_level():
    fuel, planned, station, away = fixture("afdc.csv")
    assert (fuel.reason, planned.reason) == (Reason.NOT_CAR_CHARGING, Reason.NOT_BUILT)
    slow, fast = station.piles
    assert (slow.current, slow.count, connectors_in(slow.connectors)) == (
        Current.AC,
        4,
        (Connector.TYPE1, Connector.NACS),
    )
    assert connectors_in(fast.connectors) == (Connector.CCS1, Connector.CHADEMO, Connector.NACS)
    assert (station.operator_raw, station.site, station.access) == (
        "FLO",
        Site.DESTINATION,
        Access.PUBLIC,
    )
    assert station.updated_at == dt.datetime(2025, 2, 12, 0, 16, 32, tzinfo=dt.UTC)
    assert (away.piles[0].status, away.operator_raw) == (Status.OFFLINE, None)


def test_bnetza_makes_sites_of_devices_of_one_operator_at_one_place():
    site, other = fixture("bnetza.csv")
    assert (site.source_id, site.rows, site.stated_piles) == ("900", 2, 3)
    assert [pile.pile_id for pile in site.piles] == ["DE*1*1", "DE*1*2", "DE*1*2"]
    assert site.doubts == (("pile_id", "DE*1*2"),)
    assert [(pile.current, pile.power_kw) for pile in site.piles[:2]] == [
        (Current.AC_DC, 150.5),
        (Current.AC, 22),
    ]
    assert (site.opened_on, site.opening_hours, site.access) == (
        dt.date(2024, 2, 29),
        "24/7",
        Access.MEMBERS,
    )
    assert (other.operator_raw, other.rows, other.access) == ("Werke Süd", 1, Access.PUBLIC)


def test_irve_makes_stations_of_points_and_tells_what_it_put_right():
    lost, swapped, bicycles, *stations = fixture("irve.csv")
    assert [each.reason for each in (lost, swapped, bicycles)] == [
        Reason.OUT_OF_AREA,
        Reason.SWAPPED_COORDINATE,
        Reason.NOT_CAR_CHARGING,
    ]
    station, local = stations
    assert (station.source_id, station.lat, station.lon) == ("FRABCP1", 48.85, 2.35)
    assert [(pile.pile_id, pile.power_kw, pile.current) for pile in station.piles] == [
        ("FRABCE1", 22, Current.AC),
        ("FRABCE2", 50, Current.AC_DC),
    ]
    assert station.doubts == (("power_unit", "22000"), ("pile_id", "FRABCE2"))
    assert (station.rows, station.stated_piles, station.operator_raw) == (3, 2, "Enseigne")
    assert (local.source_id, local.access, local.price) == ("L2", Access.MEMBERS, "gratuit")


def test_irve_by_station_counts_points_and_not_sockets():
    (station,) = fixture("irve_stations.csv")
    (group,) = station.piles
    assert (group.count, group.current) == (2, Current.AC)
    assert connectors_in(group.connectors) == (Connector.TYPE2, Connector.HOUSEHOLD)
    assert (station.access, station.lat) == (Access.MEMBERS, -20.901617)


def test_the_header_is_found_below_other_lines(read):
    rows = "Register\n\nAs of,2024\nid,lat,lon\n1,1.5,2.5\n"
    assert [record.source_id for record in read(COLUMNS, rows)] == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_the_first_the_text_is_in(read, encoding):
    preset = '[file]\nencoding = ["utf-8", "cp1252"]\n' + COLUMNS + 'name = "Straße"\n'
    (record,) = read(preset, "id,lat,lon,Straße\n1,1.5,2.5,Größe\n", encoding)
    assert record.name == "Größe"


def test_an_encoding_is_judged_by_the_whole_text(read):
    preset = '[file]\nencoding = ["utf-8", "cp1252"]\n' + COLUMNS + 'name = "n"\n'
    rows = "id,lat,lon,n\n" + "".join(f"{at},1.5,2.5,plain\n" for at in range(9_000)) + "x,1.5,2.5,Größe\n"
    assert read(preset, rows, "cp1252")[-1].name == "Größe"


def test_of_alternatives_the_first_that_holds_something_is_taken(read):
    preset = (
        COLUMNS + 'operator_raw = { any = ["a", "b", ["c", "d"]] }\nname = { any = ["n"], optional = true }\n'
    )
    preset += '[values.operator_raw]\nnobody = ""\n'
    records = read(preset, "id,lat,lon,b,c,d\n1,1.5,2.5,B,,\n2,1.5,2.5,Nobody,C,D\n3,1.5,2.5,,,\n")
    assert [record.operator_raw for record in records] == ["B", "C D", None]


@pytest.mark.parametrize("cell", ['"[2.35, 48.85]"', '"2.35,48.85"', "POINT(2.35 48.85)"])
def test_one_cell_may_hold_both_coordinates(read, cell):
    preset = '[columns]\nsource_id = "id"\nposition = "xy"\n'
    good, bad = read(preset, f"id,xy\n1,{cell}\n2,here\n")
    assert (good.lat, good.lon) == (48.85, 2.35)
    assert bad.reason is Reason.NOT_A_NUMBER


def test_codes_are_compared_without_case_and_may_say_not_known(read):
    preset = COLUMNS + 'access = "a"\n[values.access]\nOpen = "public"\n"?" = ""\n'
    records = read(preset, "id,lat,lon,a\n1,1.5,2.5,OPEN\n2,1.5,2.5,?\n3,1.5,2.5,shut\n")
    assert [(record.access, record.unmapped) for record in records] == [
        (Access.PUBLIC, ()),
        (None, ()),
        (None, (("access", "shut"),)),
    ]


@pytest.mark.parametrize(("unit", "power_kw"), [("kW", 22_000), ("W", 22), ("kW or W", 22)])
def test_powers_are_in_the_unit_of_the_file(read, unit, power_kw):
    preset = f'[file]\npower_unit = "{unit}"\n' + COLUMNS + '[[piles]]\ncolumns = { power_kw = "p" }\n'
    (record,) = read(preset, "id,lat,lon,p\n1,1.5,2.5,22000\n")
    assert record.piles[0].power_kw == power_kw


def test_of_several_powers_of_a_pile_the_highest_is_taken(read):
    preset = '[file]\nseparator = ";"\n' + COLUMNS + '[[piles]]\ncolumns = { power_kw = "p" }\n'
    good, bad = read(preset, "id,lat,lon,p\n1,1.5,2.5,50; 150\n2,1.5,2.5,50; fast\n")
    assert (good.piles[0].power_kw, bad.unmapped) == (150, (("power_kw", "50; fast"),))


def test_rows_of_a_site_are_filled_up_and_rejected_rows_stay_apart(read):
    preset = COLUMNS + 'name = "n"\naddress = "a"\n[sites]\nsame = ["lat", "lon"]\n'
    records = read(preset, "id,lat,lon,n,a\n20,1.5,2.5,,A\n3,1.5,2.5,N,B\nx,,2.5,,\n")
    rejection, site = records
    assert isinstance(rejection, Rejection)
    assert (site.source_id, site.name, site.address, site.rows) == ("3", "N", "A", 2)


def test_piles_of_a_site_that_are_alike_become_one_group(read):
    preset = (
        COLUMNS
        + '[sites]\nsame = ["lat", "lon"]\n'
        + '[[piles]]\ncolumns = { power_kw = "p" }\nconstants = { count = 1 }\n'
    )
    (site,) = read(preset, "id,lat,lon,p\n1,1.5,2.5,22\n2,1.5,2.5,22\n3,1.5,2.5,50\n")
    assert [(pile.power_kw, pile.count) for pile in site.piles] == [(22, 2), (50, 1)]


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        (
            '[columns]\nsource_id = "i"\n',
            "columns must be a table with source_id, and lat and lon or position",
        ),
        (COLUMNS + "name = 7\n", "columns.name must be a column, a list of columns, or { any = "),
        (COLUMNS + "name = { any = 7 }\n", "columns.name.any must be a list, found 7"),
        (COLUMNS + 'name = { first = "n" }\n', "columns.name.first is no known key, only any, optional"),
        (COLUMNS + "[constants]\naccess = 7\n", "constants.access must be one of public, members, private, "),
        (COLUMNS + "[constants]\nname = 7\n", "constants.name must be text, found 7"),
        (COLUMNS + '[constants]\nopened_on = "2024"\n', "constants.opened_on is no known key, only access, "),
        (
            COLUMNS + '[[reject]]\ncolumn = "c"\nreason = "removed"\n',
            "reject[1] must be a table with one of when, unless, contains or lacks",
        ),
        (
            COLUMNS + '[[reject]]\ncolumn = "c"\nwhen = ["x"]\nreason = "dull"\n',
            "reject[1].reason must be one",
        ),
        (COLUMNS + "[[area]]\nsouth = 1\n", "area[1].west is missing"),
        (COLUMNS + "[[area]]\nsouth = nan\n", "area[1].south must be a finite number, found nan"),
        (COLUMNS + '[sites]\nsame = ["name"]\n', "have a column (lat, lon, source_id), found {'same': "),
        (
            COLUMNS + '[sites]\nsame = ["lat"]\nadds = ["count"]\n',
            "sites.adds[1] must be one of stated_piles",
        ),
        (COLUMNS + "[[piles]]\n[[piles]]\nrepeat = 900\n", "piles[2].repeat must be at most 50, found 900"),
        (COLUMNS + "[[piles]]\ncolumns = 7\n", "piles[1].columns must be a table, found 7"),
        (COLUMNS + "[piles]\ncount = 7\n", "piles must be a list"),
        (COLUMNS + '[[piles]]\nplugs = { socket = "s" }\n', "piles[1].plugs.socket is no known key"),
        (COLUMNS + '[[piles]]\ncurrent = "AC"\n', "piles[1].current must be one of plugs"),
        (COLUMNS + "[values]\naccess = 7\n", "values.access must be a table"),
        (COLUMNS + '[values.lat]\na = "1"\n', "values.lat is no known key"),
        ("[file]\npower_unit = 'hp'\n" + COLUMNS, "file.power_unit must be one of kW, W, kW or W"),
        ('[file]\nencoding = ["utf-8", "utf-99"]\n' + COLUMNS, "file.encoding[2] must be an encoding Python"),
        ('[file]\nencoding = "hex"\n' + COLUMNS, "file.encoding[1] must be an encoding Python knows"),
        ("[file]\ndelimiter = '\"'\n" + COLUMNS, "file.delimiter must be one character, which is no quote"),
        ("[file]\ndate_format = 7\n" + COLUMNS, "file.date_format must be text, or a list of texts, found 7"),
    ],
)
def test_a_fault_of_a_preset_is_told_with_file_key_and_what_to_do(tmp_path, faulty, told):
    (tmp_path / "mine.toml").write_text(START + faulty, "utf-8")
    with pytest.raises(UsageError) as refusal:
        load_preset("mine", tmp_path)
    message = str(refusal.value)
    assert told in message
    assert str(tmp_path / "mine.toml") in message
    assert "docs/data.md" in message
    assert refusal.value.fault is Fault.PRESET


@pytest.mark.parametrize(
    ("misspelt", "told"),
    [
        ("[colums]\n", "colums is no known key (did you mean 'columns'?), only area, columns, "),
        ("[file]\ndelimeter = ';'\n", "file.delimeter is no known key (did you mean 'delimiter'?)"),
        ("[values.acces]\na = 'public'\n", "values.acces is no known key (did you mean 'access'?)"),
        (
            "[[piles]]\ncolumns = { powr_kw = 'p' }\n",
            "piles[1].columns.powr_kw is no known key (did you mean",
        ),
        ("[[piles]]\nplugs = { type_2 = 'p' }\n", "plugs.type_2 is no known key (did you mean 'type2'?)"),
        ("[columns]\nname = { any = ['n'], optionl = true }\n", "(did you mean 'optional'?), only any, opt"),
        ("[constants]\nsite = 'Urban'\n", "found 'Urban' (did you mean 'urban'?)"),
        ("[values.site]\n'P+R' = 'urbn'\n", 'values.site."P+R" must be one of urban, '),
        ("[values.site]\nP = 'urbn'\n", """service_area, "", found 'urbn' (did you mean 'urban'?)"""),
    ],
)
def test_what_is_misspelt_is_told_with_what_is_allowed_and_the_nearest(tmp_path, misspelt, told):
    (tmp_path / "mine.toml").write_text(START + misspelt, "utf-8")
    with pytest.raises(UsageError, match=re.escape(told)):
        load_preset("mine", tmp_path)


def test_a_preset_with_many_faults_names_twenty_and_counts_the_others(tmp_path):
    codes = "".join(f"c{number} = 'x'\n" for number in range(30))
    (tmp_path / "mine.toml").write_text(f"{START}{COLUMNS}[values.access]\n{codes}", "utf-8")
    with pytest.raises(UsageError, match=r"c19 must .*; and 10 more\. Put") as refusal:
        load_preset("mine", tmp_path)
    assert "c20" not in str(refusal.value)


SHOWN = (ROOT / "docs" / "data.md").read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
TOML = st.recursive(
    st.one_of(
        st.text(max_size=5),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.sampled_from([*Connector, *Current, *Access, "lat", "lon", "position", "plugs", "utf-8"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["any", "lat", "position"]), inner)
    ),
    max_leaves=6,
)


def places(part, path=()):
    """Yield every place in a preset, the whole among them."""
    yield path
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in inside:
        yield from places(inner, (*path, step))


def with_value(part, path, value):
    """Return a preset with a value in a place."""
    if not path:
        return value
    copy = part.copy()
    copy[path[0]] = with_value(part[path[0]], path[1:], value)
    return copy


@pytest.mark.slow
@given(st.sampled_from([*places(tomllib.loads(SHOWN))]), TOML)
def test_any_value_in_any_place_is_a_preset_or_refused(place, value):
    tables = with_value(tomllib.loads(SHOWN), place, value)
    with patch.object(presets_module.tomllib, "loads", return_value=tables), suppress(ChargingError):
        assert load_preset("urbanev").columns


@pytest.mark.parametrize("text", ["[" * 5_000, "a = " + "[" * 5_000, "\0", "\ud800", "a = 1\na = 2"])
def test_what_is_no_toml_is_refused(tmp_path, text):
    (tmp_path / "mine.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UsageError, match="expected TOML in UTF-8"):
        load_preset("mine", tmp_path)


@pytest.mark.parametrize("name", presets())
def test_a_preset_reads_a_row_of_empty_cells_as_one_bad_record(name, tmp_path):
    preset = load_preset(name)
    path = tmp_path / "table.csv"
    mark = preset.layout.delimiter
    path.write_text(
        mark.join(f'"{each}"' for each in preset.columns) + "\n" + mark * (len(preset.columns) - 1), "utf-8"
    )
    (record,) = tabular.read(path, preset=name)
    assert not isinstance(record, StationRecord)
    assert record.reason is Reason.MISSING_ID
