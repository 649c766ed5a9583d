"""Blocks of delimited text, held against `csv.reader` over single lines."""

import csv
import io
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.io import delimited
from charging.sources.io.blocks import TextBlock
from charging.sources.io.delimited import MAX_LINE_LENGTH, DelimitedText

MARKS = ['"', '""', ",", ";", "\n", "\r", "\r\n", "\n\n", "\t", " ", "\0", "\ufeff", "a", "é深", "x" * 40]
CELLS = ["", "a", " b ", "é深", "0", "say hi", 'a "b"', "two\nlines", "two\r\nlines", "\r", ",", '"', "'"]


def slow_rows(text, delimiter):
    """Return the rows of a text, line by line."""
    reader = csv.reader(
        re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text), delimiter=delimiter, strict=True
    )
    found = []
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except csv.Error:
            found += [(line, None) for line in range(first, reader.line_num + 1)]
        except StopIteration:
            return found
        else:
            found += [(first, cells)] if cells else []


def fast_rows(text, delimiter, width, skipped=0, least=None):
    """Return the whole and the broken rows of a text, by the block."""
    table = DelimitedText(io.StringIO(text, newline=""), delimiter)
    for _, _ in zip(range(skipped), table.rows(), strict=False):
        pass
    whole, broken = [], []
    for block in table.blocks():
        cells = block.cells(width, range(width), least)
        columns = [cells.columns[at].to_pylist() for at in range(width)]
        broken += [(len(whole) + before, told.record_id, told.value) for before, told in cells.broken]
        whole += zip(cells.lines(), map(list, zip(*columns, strict=True)), strict=True)
    return whole, broken


def expected_rows(text, delimiter, width, skipped=0, least=None):
    whole, broken = [], []
    for line, cells in slow_rows(text, delimiter)[skipped:]:
        has_enough = cells is not None and len(cells) >= min(least or width, width)
        if has_enough and not "".join(cells[width:]).strip():
            whole.append((line, (cells + [""] * width)[:width]))
        else:
            found = None if cells is None else f"{len(cells)} cells instead of {width}"
            broken.append((len(whole), f"line {line}", found))
    return whole, broken


@pytest.fixture(params=[8, 64, 1 << 20])
def small_blocks(request, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", request.param)
    monkeypatch.setattr(delimited, "PIECE_CHARS", min(request.param, 16))


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
@given(
    marks=st.lists(st.sampled_from(MARKS), max_size=60),
    width=st.integers(1, 3),
    delimiter=st.sampled_from([",", ";", "\t"]),
    least=st.sampled_from([None, 1, 2]),
)
def test_any_text_has_the_rows_that_are_read_line_by_line(marks, width, delimiter, least):
    text = "".join(marks)
    fast = fast_rows(text, delimiter, width, least=least)
    assert fast == expected_rows(text, delimiter, width, least=least)


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
@given(
    rows=st.lists(st.lists(st.sampled_from(CELLS), min_size=2, max_size=3), min_size=1, max_size=20),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    stray=st.sampled_from(["", '"', 'a"b,c', '"a"b,c']),
    skipped=st.integers(0, 1),
)
def test_a_table_written_as_it_should_reads_the_same_with_a_stray_quote_or_without(
    rows, line_end, stray, skipped
):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    text.write(stray and stray + line_end)
    csv.writer(text, lineterminator=line_end).writerows(rows)
    whole = text.getvalue()
    assert fast_rows(whole, ",", 3, skipped) == expected_rows(whole, ",", 3, skipped)


def test_only_a_block_with_a_stray_quote_is_taken_apart_row_by_row(monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1)
    monkeypatch.setattr(delimited, "PIECE_CHARS", 8)
    table = DelimitedText(io.StringIO('1,"a"\r\n2,b"c"\n3,ddddd\n'), ",")
    assert [isinstance(block, TextBlock) for block in table.blocks()] == [True, False, True]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "least"), [("x" * 10_000_000, 1), ("x\n" * 70_000, 10)], ids=["one line", "many lines"]
)
def test_an_endless_cell_is_one_broken_row_for_each_of_its_lines(cell, least):
    text = f'1,a\n2,"{cell}"\n3,b\n'
    whole, broken = fast_rows(text, ",", 2)
    assert whole[0] == (1, ["1", "a"])
    assert least <= len(broken) <= cell.count("\n") + 2
    assert len(cell) > MAX_LINE_LENGTH or (whole, broken) == expected_rows(text, ",", 2)


class EndlessLine(io.TextIOBase):
    """A line of so many characters, made as it is read."""

    def __init__(self, length):
        self.left = length

    def read(self, size):
        size = min(size, self.left)
        self.left -= size
        return "x" * size


@pytest.mark.slow
def test_a_line_is_never_held_whole():
    tracemalloc.start()
    for block in DelimitedText(EndlessLine(20 * MAX_LINE_LENGTH), ",").blocks():
        assert list(block.cells(2, range(2)).broken)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * MAX_LINE_LENGTH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("before", range(4))
def test_a_file_has_the_rows_of_its_text_wherever_it_is_cut(encoding, before):
    text = "x" * (before + delimited.PIECE_CHARS - 7) + "é,1\r\né,2\r\n" + "é,ü\n" * 20
    file = io.TextIOWrapper(io.BytesIO(text.encode(encoding)), encoding, newline="")
    assert list(DelimitedText(file, ",").rows()) == slow_rows(text, ",")


def test_a_byte_that_is_no_text_is_an_error_of_its_encoding():
    file = io.TextIOWrapper(io.BytesIO(b"a,b\n" * 50_000 + b"\xff"), "utf-8", newline="")
    with pytest.raises(UnicodeDecodeError):
        list(DelimitedText(file, ",").rows())
