"""The view Changes: what it tells of two datasets, what stands between them, and what it says alone."""

from dataclasses import replace

import pytest
from conftest import HOSTILE_NAME
from views.paged import captions, html, layer, opened, page_over, run, said, tables

from charging.dataset.versions import write_version
from charging.domain.vocabulary import Kind
from charging.views.report.report import table_csv_bytes


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    return page_over(tiny_dataset, tmp_path, monkeypatch)


@pytest.fixture
def older(build, tiny_records, tiny_description, tmp_path):
    """Write an older dataset beside the tiny one: without the first station, one more elsewhere."""

    def write(name="older", **given):
        hostile = tiny_records[0]._replace(source_id="gone", name=HOSTILE_NAME, name_zh=None)
        built = build([hostile, *tiny_records[1:]])
        description = replace(tiny_description, **{"name": name, "as_of": "2024-06"} | given)
        return write_version(tmp_path / name, built.tables, description)

    return write


def test_alone_it_says_how_to_get_a_second_dataset(page):
    opened(page, view="changes")
    assert "There is only this dataset so far" in html(page)
    assert any("import FILE --name NAME" in block.value for block in page.code)
    assert layer(page, "hexes") is None


def test_the_growth_of_the_published_figures_stands_there_with_dates_and_sources(
    published_dataset, tmp_path, monkeypatch
):
    page = opened(page_over(published_dataset, tmp_path, monkeypatch), view="changes")
    shown = html(page)
    assert all(text in shown for text in ("27 Jan 2025", "1,020,000+", "xiaomitime.com 22867", "9 Jul 2025"))


@pytest.mark.slow
def test_what_opened_and_closed_is_told_in_sums_tables_and_cells(page, older):
    older()
    opened(page, view="changes", other="older", at="35,117,4")
    told = said(page)
    assert (told["Opened"], told["Closed"], told["Piles gained"], told["Piles lost"]) == (
        "1",
        "1",
        "+6",
        "−6",
    )
    stations = tables(page)[2]
    assert set(stations["What changed"]) == {"Opened", "Closed"}
    assert HOSTILE_NAME in set(stations["Name"])
    assert len(layer(page, "hexes")["ids"]) == 1


@pytest.mark.slow
def test_the_file_lists_all_stations_where_the_page_shows_the_first_ones(page, older, monkeypatch):
    older()
    kept = []
    monkeypatch.setattr(
        "charging.views.elements.report_recorder.ReportRecorder.record_piece",
        lambda _, table: kept.append(table),
    )
    opened(page, view="changes", other="older")
    every = tables(page)[2]
    monkeypatch.setattr("charging.views.pages.changes.MAX_STATIONS", 1)
    run(page)
    assert tables(page)[2].equals(every.head(1))
    assert f"{len(every)}" in captions(page)
    listed = kept[-1].rows
    assert listed.head(len(listed))["Name"].tolist() == every["Name"].tolist()
    assert table_csv_bytes(kept[-1]).count(b"\n") == len(every) + 1 == 3


@pytest.mark.slow
def test_from_close_up_the_stations_themselves_are_drawn(page, older):
    older()
    opened(page, view="changes", other="older", at="39.92,116.4,12")
    drawn = layer(page, "stations")
    assert set(drawn["ids"]) == {"tiny:bj-1", "tiny:gone"}
    [component] = page.get("component_instance")
    assert "<script>alert" not in component.proto.json_args


@pytest.mark.slow
def test_a_closed_station_is_shown_from_the_dataset_it_stands_in(page, older):
    older()
    opened(page, view="changes", other="older", station="tiny:gone")
    assert said(page)["Source"] == "tiny:gone"
    assert "Only in the dataset older, as of 2024-06" in html(page)
    assert "This station is not in the loaded dataset" not in html(page)


@pytest.mark.slow
def test_a_station_of_both_datasets_is_shown_from_the_loaded_one(page, older):
    older()
    opened(page, view="changes", other="older", station="tiny:bj-2")
    assert said(page)["Source"] == "tiny:bj-2"
    assert "Only in the dataset" not in html(page)


@pytest.mark.slow
def test_a_station_of_neither_dataset_is_called_missing(page, older):
    older()
    opened(page, view="changes", other="older", station="tiny:nowhere")
    assert "This station is not in the loaded dataset" in html(page)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"kind": Kind.SIMULATED}, "One dataset is simulated"),
        ({"as_of": "2025-06"}, "read backwards"),
        ({"seed": 3}, "of another seed or scale"),
    ],
)
def test_what_stands_between_them_is_said(page, older, given, warning):
    older(**given)
    opened(page, view="changes", other="older")
    assert warning in html(page)
    assert (layer(page, "hexes") is None) == ("kind" in given)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": Kind.SIMULATED}, "模拟网络；真实数据"),
        ({"seed": 3}, "种子 3、规模"),
    ],
)
def test_what_stands_between_them_is_said_in_chinese_too(page, older, given, words):
    older(**given)
    opened(page, view="changes", other="older", lang="zh")
    assert words in html(page)


def test_a_dataset_that_cannot_be_read_is_named(page, older):
    folder = older().folder
    (folder / "CURRENT").write_text("v9", encoding="utf-8")
    opened(page, view="changes", other="older")
    assert "The dataset cannot be opened" in page.error[0].value


@pytest.mark.slow
def test_an_empty_selection_changes_nothing(page, older):
    older()
    opened(page, view="changes", other="older", q="no such station")
    assert said(page)["Opened"] == "0"
