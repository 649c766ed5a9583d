"""Rows with a point of their own that are the sum of the rows above them."""

import pytest

from charging.sources.readers import sniff
from charging.sources.records import Reason, Rejection


@pytest.fixture
def read(tmp_path):
    def records(text):
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        return [*sniff(path).read(path)]

    return records


def taken(records):
    return [each.name for each in records if not isinstance(each, Rejection)]


def totals(records):
    found = [each for each in records if isinstance(each, Rejection)]
    assert {each.reason for each in found} <= {Reason.TOTAL}
    return [each.record_id.split(" 5")[0] for each in found]


def table(*rows):
    return "\n".join(["Station,Latitude,Longitude,Chargers", *rows, ""])


PARTS = ("A,52.5,13.4,4", "B,52.6,13.5,3", "{north},52.55,13.45,7", "C,51.5,13.4,2", "{south},51.55,13.4,2")


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("Total North", "Total South"),
        ("Subtotal: North", "Subtotal: South"),
        ("North total", "South total"),
        ("Summe Nord", "Summe Süd"),
        ("Nord gesamt", "Süd gesamt"),
        ("Sous-total Nord", "Sous-total Sud"),
        ("Totale Nord", "Totale Sud"),
        ("Razem północ", "Razem południe"),
        ("Итого Север", "Итого Юг"),
        ("北区合计", "南区合计"),
        ("합계 북", "합계 남"),
    ],
)
def test_each_part_and_its_sum_are_told_apart(read, north, south):
    records = read(table(*(row.format(north=north, south=south) for row in PARTS)))
    assert taken(records) == ["A", "B", "C"]
    assert totals(records) == [north, south]
    assert {each.value for each in records if isinstance(each, Rejection)} == {"7", "2"}


def test_the_sum_of_all_below_those_of_parts_is_one_too(read):
    rows = [row.format(north="Total North", south="Total South") for row in PARTS]
    assert totals(read(table(*rows, "Total Berlin,52.1,13.4,9")))[-1] == "Total Berlin"


@pytest.mark.parametrize(
    "rows",
    [
        ("A,52.5,13.4,4", "B,52.6,13.5,3", "Total North,52.55,13.45,6"),  # no sum of those above
        ("A,52.5,13.4,4", "B,52.6,13.5,3", "Northern Yard,52.55,13.45,7"),  # called otherwise
        ("A,52.5,13.4,4", "B,52.6,13.5,3", "Total Access North,52.55,13.45,7"),  # a company
        ("A,52.5,13.4,4", "B,52.6,13.5,3", "TotalEnergies North,52.55,13.45,7"),
        ("A,52.5,13.4,4", "Total North,52.55,13.45,4"),  # of one row, as any two may have
        ("Total North,52.5,13.4,", "Total South,52.6,13.5,"),  # nothing is counted
        ("Sum Street,52.5,13.4,1", "Totale,52.6,13.5,1", "Suma,52.7,13.5,1"),
    ],
)
def test_a_station_that_is_called_so_stays_one(read, rows):
    records = read(table(*rows))
    assert totals(records) == []
    assert len(records) == len(rows)


def test_sums_of_columns_by_current_are_those_of_all_piles(read):
    header = "Station,Latitude,Longitude,AC chargers,DC chargers"
    rows = ("A,52.5,13.4,4,1", "B,52.6,13.5,3,0", "Total North,52.55,13.45,7,1")
    assert totals(read("\n".join([header, *rows, ""]))) == ["Total North"]


def test_a_row_without_an_id_where_others_have_one_is_a_total_by_its_name(read):
    header = "Station ID,Station,Latitude,Longitude"
    rows = ("1,A,52.5,13.4", "2,B,52.6,13.5", ",Total North,52.55,13.45", ",Total Access,52.7,13.5")
    records = read("\n".join([header, *rows, ""]))
    assert taken(records) == ["A", "B", "Total Access"]
    assert totals(records) == ["Total North"]


@pytest.mark.slow
def test_the_sum_of_a_table_of_many_blocks_is_known(read, monkeypatch):
    monkeypatch.setattr("charging.sources.io.delimited.BLOCK", 20_000)
    rows = [f"Station {number},{50 + number % 50 / 10},13.4,{number % 3 + 1}" for number in range(30_000)]
    records = read(table(*rows, "Total North,52.55,13.45,60000"))
    assert totals(records) == ["Total North"]
