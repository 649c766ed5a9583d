"""Batches of rows, held against reading one row after the other."""

import csv
import tracemalloc
from itertools import chain, zip_longest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.vocabulary import connector_mask
from charging.sources.coordinates import read_point
from charging.sources.io.blocks import RowBlock
from charging.sources.records import PileRecord, Reason, Rejection, StationRecord
from charging.sources.tabular import model as tabular
from charging.sources.tabular import number_columns, pile_columns, preset_columns, quantity_columns
from charging.sources.tabular.cell_parsers import current_of, read_flag, reader_of
from charging.sources.tabular.cells import ColumnReader
from charging.sources.tabular.position_cells import Form, read_pair
from charging.sources.tabular.preset_reader import PresetTable
from charging.sources.tabular.presets import load_preset

FIXTURES = Path(__file__).parents[2] / "fixtures" / "tabular"

CODES = {
    "afdc": ["ELEC", "elec ", "CNG", "P", "E", "T", "J1772 TESLA", "NEMA515 XX", "AIRPORT", "public", "12"],
    "bnetza": [
        "AC Schuko",
        "Sonstige",
        "DC Kupplung Combo; ?",
        "22",
        "3,7",
        "1e3",
        "In Betrieb",
        "247",
        "E*1",
    ],
    "irve": [
        "true",
        "oui",
        "0",
        "22000",
        "[2.35, 48.85]",
        "Voirie",
        "NA",
        "FR*1",
        "Non concerné",
        "2022-01-02",
    ],
    "urbanev": ["3", "-1", "2.5", "x"],
}
NUMBERS = ["", " ", "0", "48.85", "52,5", "13.4", "-73.9", "1_0", "nan", "inf", "east", " 2.35 "]


def cell(row, place, name, layout):
    """Return what a row has in some columns, as one cell of a field."""
    between = {"connectors": layout.separator, "current": layout.separator, "power_kw": ";"}
    return between.get(name, " ").join(filter(None, (row[column].strip() for column in place)))


class Columns:
    """The readers of single cells, each shown its whole column before."""

    def __init__(self, preset, rows):
        self._layout = preset.layout
        self._rows = rows
        self._readers = {}

    def cell(self, row, columns, name):
        return cell(row, columns, name, self._layout)

    def read(self, name, columns, codes):
        if (name, columns, id(codes)) not in self._readers:
            reader = reader_of(name, self._layout, codes)
            if isinstance(reader, ColumnReader):
                reader.observe({self.cell(row, columns, name) for row in self._rows} - {""})
            self._readers[name, columns, id(codes)] = reader
        return self._readers[name, columns, id(codes)]


def read(row, places, mapped, columns):
    """Return what one row says, by the readers of single cells."""
    values, unread, doubts = {}, (), ()
    for name, place in places.items():
        for names in (each for each in place.any if all(column in row for column in each)):
            text = columns.cell(row, names, name)
            if not text:
                continue
            read_cell = columns.read(name, names, mapped.values.get(name))
            value, strange, put_right = read_cell(text) if read_cell else (text, (), ())
            unread += tuple((name, code) for code in strange)
            doubts += put_right
            if value is not None:
                values[name] = value
                break
    return values, unread, doubts


def point_of(values, source_id, preset):
    lat, lon, both = (values.pop(name, None) for name in ("lat", "lon", "position"))
    decimal = preset.layout.decimal
    if lat is None and lon is None and both is not None:
        if (pair := read_pair(both, decimal)) is None:
            return Rejection(reason=Reason.NOT_A_NUMBER, record_id=source_id, field="position", value=both)
        point = (pair.first, pair.second) if pair.form is Form.LAT_LON else (pair.second, pair.first)
    else:
        point = read_point(lat, lon, source_id, decimal=decimal)
    if isinstance(point, Rejection) or not preset.areas or point == (0, 0):
        return point
    if any(area.contains(*point) for area in preset.areas):
        return point
    swapped = any(area.contains(point[1], point[0]) for area in preset.areas)
    reason = Reason.SWAPPED_COORDINATE if swapped else Reason.OUT_OF_AREA
    return Rejection(
        reason=reason, record_id=source_id, field="lat, lon", value=f"{point[0]!r}, {point[1]!r}"
    )


def record_of(row, preset, line, columns):
    """Return the record of one row: slow, and in the order in which a row is judged."""
    layout = preset.layout
    values, unread, doubts = read(row, preset.station.columns, preset.station, columns)
    source_id = values.pop("source_id", None)
    if source_id is None:
        return Rejection(reason=Reason.MISSING_ID, record_id=f"line {line}", field="source_id")
    for rule in preset.rules:
        code = row[rule.column]
        if rule.rejects(code):
            return Rejection(reason=rule.reason, record_id=source_id, field=rule.column, value=code)
    point = point_of(values, source_id, preset)
    if isinstance(point, Rejection):
        return point
    piles = []
    for group in preset.piles:
        said, strange, put_right = read(row, group.columns, group, columns)
        cells = {plug: row[column].strip() for plug, column in group.plugs.items()}
        plugs = frozenset(plug for plug, cell in cells.items() if read_flag(cell, layout.decimal))
        odd = [cell for cell in cells.values() if read_flag(cell, layout.decimal) is None]
        strange += tuple(("connectors", cell) for cell in odd)
        if not (said or strange or plugs):
            continue
        more, strange_more, _ = read(row, group.also, group, columns)
        pile = {"count": None, **group.constants, **more, **said}
        if plugs:
            pile["connectors"] = connector_mask(plugs)
        if group.current and (current := current_of(plugs, pile["count"])):
            pile["current"] = current
        piles.append(PileRecord(**pile))
        unread += strange + strange_more
        doubts += put_right
    return StationRecord(
        source_id=source_id,
        lat=point[0],
        lon=point[1],
        datum=preset.datum,
        piles=tuple(piles),
        unmapped=unread,
        doubts=doubts,
        **{**preset.station.constants, **values},
    )


def records(table, rows):
    block = RowBlock([(line, list(row)) for line, row in enumerate(rows)])
    return list(table.stations(block.cells(table.width, table.wanted)).records())


@pytest.mark.slow
@pytest.mark.parametrize("name", CODES)
@given(data=st.data())
def test_a_batch_of_rows_is_each_of_them_read_alone(name, data):
    preset = load_preset(name)
    places = [place.any for part in (preset.station, *preset.piles) for place in part.columns.values()]
    places += [place.any for group in preset.piles for place in group.also.values()]
    every = dict.fromkeys(chain(preset.columns, chain.from_iterable(chain.from_iterable(places))))
    header = data.draw(st.sampled_from([list(every), list(preset.columns)]))
    cells = st.sampled_from([*CODES[name], *NUMBERS, ";", "5,", "Ä\tb"])
    rows = data.draw(st.lists(st.tuples(*[cells] * len(header)), min_size=1, max_size=6))
    table = PresetTable(preset, header)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    columns = Columns(preset, named)
    alone = [record_of(row, preset, line, columns) for line, row in enumerate(named)]
    assert records(table, rows) == alone
    assert records(table, rows) == alone  # what was kept of the first time is right


@pytest.mark.slow
@pytest.mark.parametrize("name", ["afdc", "urbanev"])
@given(data=st.data())
def test_a_file_makes_the_dataset_that_its_rows_make_one_by_one(build, tmp_path_factory, name, data):
    preset = load_preset(name).model_copy(update={"sites": None})
    header = list(preset.columns)
    hostile = ["two\nlines", 'a "b", c', "\x01\t", "\u202e<b>", "22.54", "114.06", "0", "1", "2", "3"]
    cells = st.sampled_from([*CODES[name], *NUMBERS, *hostile])
    rows = data.draw(st.lists(st.lists(cells, min_size=len(header) - 1, max_size=len(header)), max_size=9))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    path = tmp_path_factory.mktemp("table") / "t.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"]))).writerows([header, *rows])
    alone, line = [], 2
    least = PresetTable(preset, header).least
    named = [dict(zip_longest(header, row, fillvalue="")) for row in rows if len(row) >= least]
    columns, waiting = Columns(preset, named), iter(named)
    for row in rows:
        if len(row) >= least:
            alone.append(record_of(next(waiting), preset, line, columns))
        else:
            found = f"{len(row)} cells instead of {len(header)}"
            alone.append(Rejection(reason=Reason.MALFORMED, record_id=f"line {line}", value=found))
        line += 1 + sum(text.count("\n") for text in row)
    assert list(tabular.read(path, preset=preset)) == alone
    fast, slow = build(tabular.read_columns(path, preset=preset)), build(alone)
    assert (fast.tables, fast.report, fast.sources) == (slow.tables, slow.report, slow.sources)


def test_rows_that_are_broken_stay_between_the_others(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("station_id,longitude,latitude,charge_count\n1,114,22.5,1\n2\n3,114,22.5,1\n4,0,x,1\n")
    told = [
        getattr(each, "source_id", None) or each.record_id for each in tabular.read(path, preset="urbanev")
    ]
    assert told == ["1", "line 3", "3", "4"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "text"), [("coordonneesXY", "[2.35, 48.{:05}]"), ("puissance_nominale", "{}.5")]
)
def test_what_is_kept_of_cells_has_a_bound(monkeypatch, column, text):
    monkeypatch.setattr(pile_columns, "MAX_KEPT", 10)
    monkeypatch.setattr(preset_columns, "MAX_KEPT", 10)
    monkeypatch.setattr(number_columns, "MAX_SEEN", 10)
    monkeypatch.setattr(quantity_columns, "MAX_SEEN", 10)
    with (FIXTURES / "irve.csv").open(encoding="utf-8", newline="") as file:
        header, row = next(csv.reader(file)), next(csv.reader(file))
    table, at, held = PresetTable(load_preset("irve"), header), header.index(column), []
    tracemalloc.start()
    for block in range(30):
        texts = map(text.format, range(100 * block, 100 * block + 100))
        assert len(records(table, [[*row[:at], each, *row[at + 1 :]] for each in texts])) == 100
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] < held[4] + 300_000
