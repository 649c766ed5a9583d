"""Headers of two rows, of which the upper one names several columns of the lower one."""

import openpyxl
import pytest

from charging.domain.vocabulary import Current
from charging.sources.readers import sniff
from charging.sources.recognition.guessed_preset import save_preset
from charging.sources.recognition.table_guess import guess_table

AC, DC = Current.AC, Current.DC
ROWS = [["A", 52.5, 13.4, 4, 22, 2, 150], ["B", 52.6, 13.5, 1, 11, 3, 300]]
PILES = [{DC: (2, 150), AC: (4, 22)}, {DC: (3, 300), AC: (1, 11)}]

TWO_ROWS = {
    "stated once": (",,,AC,,DC,", "Name,Latitude,Longitude,Count,Power (kW),Count,Power (kW)"),
    "stated in each column": (
        "Site,Site,Site,AC,AC,DC,DC",
        "Name,Latitude,Longitude,Count,Power (kW),Count,Power (kW)",
    ),
    "lower names that differ": (",,,AC,,DC,", "Name,Latitude,Longitude,Count,Power kW,Number,Rating (kW)"),
    "names in the upper row": ("Name,Latitude,Longitude,AC,,DC,", ",,,Count,Power,Count,Power"),
    "de": (
        "Standort,,,Normalladepunkte,,Schnellladepunkte,",
        "Bezeichnung,Breitengrad,Längengrad,Anzahl,Leistung (kW),Anzahl,Leistung (kW)",
    ),
    "zh": ("站点信息,,,慢充,,快充,", "名称,纬度,经度,数量,功率(kW),数量,功率(kW)"),
}


def write_text(folder, upper, lower):
    path = folder / "list.csv"
    path.write_text("\n".join([upper, lower, *(",".join(map(str, row)) for row in ROWS)]), "utf-8")
    return path


def write_workbook(folder, upper, lower):
    book = openpyxl.Workbook()
    for row in ([cell or None for cell in upper.split(",")], lower.split(","), *ROWS):
        book.active.append(row)
    path = folder / "list.xlsx"
    book.save(path)
    return path


def piles(path):
    """Return count and power by current of each station."""
    return [
        {pile.current: (pile.count, pile.power_kw) for pile in station.piles}
        for station in sniff(path).read(path)
    ]


@pytest.mark.parametrize("write", [write_text, write_workbook])
@pytest.mark.parametrize("rows", TWO_ROWS.values(), ids=TWO_ROWS)
def test_a_group_of_columns_is_what_the_row_above_says(tmp_path, write, rows):
    path = write(tmp_path, *rows)
    assert piles(path) == PILES
    assert [station.name for station in sniff(path).read(path)] == ["A", "B"]
    assert guess_table(path).unused == ()


def test_a_column_answers_to_its_lower_name_and_to_both(tmp_path):
    path = write_text(tmp_path, *TWO_ROWS["stated in each column"])
    for name in ("Name", "Site Name"):
        assert guess_table(path, {"name": (name,)}).headers_of("name") == (name,)
    assert guess_table(path).headers_of("dc_piles") == ("DC Count",)


def test_a_guess_of_two_rows_is_kept_as_a_preset_that_reads_the_table(tmp_path):
    path = write_text(tmp_path, *TWO_ROWS["stated once"])
    save_preset(tmp_path / "own", "ours", path, guess_table(path), info=lambda info: info, datum=None)
    reader = sniff(path, tmp_path / "own")
    assert reader.preset.name == "ours"
    assert [len(station.piles) for station in reader.read(path)] == [2, 2]


def test_whose_name_it_is_the_row_above_says(tmp_path):
    path = tmp_path / "list.csv"
    header = "Site,,,Operator,\nName,Latitude,Longitude,Name,Phone\n"
    path.write_text(f"{header}A,52.5,13.4,Volt,1\nB,52.6,13.4,Volt,2\n", "utf-8")
    assert [(each.name, each.operator_raw) for each in sniff(path).read(path)] == [
        ("A", "Volt"),
        ("B", "Volt"),
    ]


def test_columns_behind_the_last_group_are_called_by_their_own_names(tmp_path):
    path = tmp_path / "list.csv"
    header = ",,,AC,,DC,,,\nName,Latitude,Longitude,Count,Power,Count,Power,Operator,Status\n"
    path.write_text(f"{header}A,52.5,13.4,4,22,2,150,Volt,active\n", "utf-8")
    guess = guess_table(path)
    assert (guess.headers_of("operator"), guess.headers_of("status")) == (("Operator",), ("Status",))


@pytest.mark.parametrize(
    "above",
    [
        "Charging stations,,,",
        "Operator:,Volt",
        "Operator:,Volt,Date:,2024-01-01",
        "A,52.4,13.4,1",
        "Foo,,Bar,",
    ],
)
def test_a_row_above_that_is_no_header_changes_nothing(tmp_path, above):
    path = tmp_path / "list.csv"
    path.write_text(f"{above}\nName,Latitude,Longitude,Chargers\nB,52.5,13.4,4\n", "utf-8")
    guess = guess_table(path)
    assert guess.header == ("Name", "Latitude", "Longitude", "Chargers")
    assert guess.form.header_row == 2
