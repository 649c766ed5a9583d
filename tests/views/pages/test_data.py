"""The data view: datasets to choose from, the quality of the loaded one, duplicates and their merging."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from views.paged import captions, html, link, opened, page_over, run, tables

from charging.analytics.quality import studies
from charging.dataset.merging import read_merges
from charging.dataset.store import CURRENT, last_dataset, open_dataset
from charging.dataset.versions import write_version
from charging.errors import UsageError
from charging.sources.records import PileRecord
from charging.views.analyses import analysis

HOSTILE = "<script>alert(1)</script> *${name}*"


@pytest.fixture
def page(build_dir, monkeypatch):
    """The page over the tiny world, which stands in a build folder."""
    made = page_over(open_dataset(build_dir / "tiny"), build_dir, monkeypatch)
    monkeypatch.delenv("CHARGING_DATASET")
    (build_dir / "LAST").write_text("tiny\n", encoding="utf-8")
    return made


@pytest.fixture
def south(build_dir, build, tiny_records, tiny_description, tiny_source):
    """Another dataset: a station in Shenzhen alone, of State Grid."""
    kept = [record for record in tiny_records if getattr(record, "source_id", "") == "sz-1"]
    built = build(kept, source=replace(tiny_source, title="The south"))
    about = replace(tiny_description, name="south", title="The south", sources=built.sources)
    return write_version(build_dir / "south", built.tables, replace(about, report=built.report))


@pytest.fixture
def twins(build_dir, build, tiny_records, tiny_description):
    """The tiny world in which one station stands twice, once with a hostile name."""
    twin = tiny_records[0]._replace(source_id="twin", piles=(PileRecord(count=6),), address=HOSTILE)
    built = build([*tiny_records, twin])
    return write_version(build_dir / "tiny", built.tables, replace(tiny_description, report=built.report))


@pytest.fixture
def chosen(monkeypatch):
    """Names of tables whose first row is chosen: without a browser there are no rows to click."""
    names, shown = set(), analysis.show_table

    def table_with_choice(context, rows, name, **options):
        shown(context, rows, name, **options)
        return [0] if name in names else []

    monkeypatch.setattr(analysis, "show_table", table_with_choice)
    return names


def data(page, **query):
    return opened(page, view="data", **query)


def markdown(page):
    return " ".join(text.value for text in page.markdown).replace("\\", "")


def table(page, column):
    [found] = [rows for rows in tables(page) if column in rows.columns]
    return found


def switch(page, name):
    page.selectbox(key="switch").set_value(name)
    run(page)
    return run(page)


@pytest.mark.slow
def test_the_choice_of_datasets_names_them_all(page, south):
    assert list(data(page).selectbox(key="switch").options) == ["south", "tiny"]
    assert south.name == "south"


@pytest.mark.slow
@pytest.mark.usefixtures("south")
def test_choosing_a_dataset_opens_it_for_this_visit_alone(page, build_dir, caplog):
    caplog.set_level("INFO", "charging")
    switch(data(page, operator=["nio", "state_grid"], city="110100", current="DC"), "south")
    assert "The south" in html(page)
    assert "dataset=south" in link(page)
    assert "A visit switched to south" in caplog.text
    assert last_dataset(build_dir) == build_dir / "tiny"
    session = page.session_state
    assert (session["operator"], session["city"], session["current"]) == (["state_grid"], [], ["DC"])


@pytest.mark.slow
@pytest.mark.usefixtures("south")
def test_the_map_of_another_dataset_begins_at_its_stations(page):
    switch(data(page, at="60,10,5", station="tiny:bj-1"), "south")
    assert page.session_state["selection"] is None
    page.segmented_control(key="page").set_value("map")
    run(page)
    view = page.session_state["flight"].view
    assert (round(view.lat), round(view.lon)) == (23, 114)


@pytest.mark.slow
@pytest.mark.usefixtures("south")
def test_chosen_operators_of_an_analysis_return_to_the_usual_ones(page):
    data(page, base="teld", partner="xpeng", a="teld")
    switch(page, "south")
    assert all(page.session_state[key] is None for key in ("base", "partner", "a", "b"))
    page.segmented_control(key="page").set_value("compare")
    run(page)
    assert page.session_state["a"] == ["state_grid"]


def test_a_dataset_that_cannot_be_opened_leaves_the_page_where_it_is(page, build_dir, caplog):
    (build_dir / "broken").mkdir()
    (build_dir / "broken" / CURRENT).write_text("v7", encoding="utf-8")
    data(page).selectbox(key="switch").set_value("broken")
    run(page)
    assert "you still see the last one" in page.error[0].value
    assert "names the version 'v7'" in page.text[0].value
    assert "names the version 'v7'" in str(caplog.records[0].exc_info[1])
    assert page.selectbox(key="switch").value == "tiny"
    assert "A tiny world" in html(page)


def test_completeness_has_its_denominator(page):
    known = table(data(page), "Share known").set_index("Field")
    assert known.loc["access", ["Known", "Of", "Counted"]].tolist() == [6, 12, "stations"]
    assert known["Share known"]["access"] == pytest.approx(0.5)
    assert known.Of["power"] == 82


def test_a_single_source_says_nothing_of_its_datum(page):
    assert "one source alone does not show" in markdown(data(page))


def verdicts(_engine):
    row = {"source": "tiny", "reference": "other", "compared": 50, "in_place": 3, "shifted": 40}
    row |= {"by_chance": 0.5, "share": 0.93, "median_offset_m": 512.4, "expected_m": 511.0}
    rows = [row | {"verdict": verdict} for verdict in ("forgotten", "converted", "not_told")]
    return pd.DataFrame([*rows, rows[1] | {"source": HOSTILE}])


def test_a_forgotten_conversion_is_said_in_words_with_its_numbers(page, monkeypatch):
    monkeypatch.setattr(studies, "conversions", verdicts)
    shown = re.sub("<[^>]+>", "|", " ".join(block.proto.body for block in data(page).get("html")))
    assert "of 50 stations of other, 40 are found exactly one shift away and 3 in their place" in shown
    assert "They lie 512 m apart, and the shift is 511 m long there." in shown
    assert "A tiny world lies where other does: of 50 stations" in shown
    assert "A tiny world against other: not clear." in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *${name}* lies where other does" in shown


@pytest.mark.slow
def test_points_outside_their_region_are_listed_with_both_distances(
    page, build_dir, build, tiny_records, tiny_description
):
    built = build([tiny_records[0]._replace(region="广东省", name=HOSTILE), *tiny_records[1:]])
    write_version(build_dir / "tiny", built.tables, tiny_description)
    row = table(data(page), "Stated region").iloc[0]
    assert (row["Stated region"], row["Nearest city"], row["Station id"]) == (
        "Guangdong",
        "Beijing",
        "tiny:bj-1",
    )
    assert row["Nearest city there, km"] > 1_000
    assert row["Name"] == HOSTILE


def test_stations_linked_to_service_areas_are_counted(page, build_dir, build, tiny_records, tiny_description):
    records = [
        record._replace(service_area_id=None) if getattr(record, "source_id", "") == "bj-4" else record
        for record in tiny_records
    ]
    built = build(records)
    write_version(build_dir / "tiny", built.tables, replace(tiny_description, report=built.report))
    assert "1 stations put into a service area because it is near: 1 say" in markdown(data(page))


def test_unresolved_operators_are_listed_by_size(page):
    names = [rows for rows in tables(data(page)) if list(rows.columns) == ["Operator", "Stations", "Piles"]]
    assert list(names[0].Operator) == ["无名充电", "Nobody's Charging"]


@pytest.mark.slow
def test_duplicates_are_looked_for_when_asked(page):
    data(page)
    assert not any("Leave out" in rows.columns for rows in tables(page))
    page.button(key="ask_duplicates").click()
    assert "No two stations look like one site." in markdown(run(page))


@pytest.mark.slow
def test_too_many_pairs_to_compare_are_said_in_the_readers_language(page, monkeypatch):
    def too_many(_):
        raise UsageError("Expected at most 1 pairs of stations")

    monkeypatch.setattr(studies, "duplicates", too_many)
    data(page, lang="zh").button(key="ask_duplicates").click()
    assert "无法逐对比对" in run(page).error[0].value
    assert "Expected at most 1 pairs of stations" in [text.value for text in page.text]


@pytest.mark.slow
@pytest.mark.usefixtures("twins")
def test_duplicates_come_with_their_evidence_and_what_merging_means(page):
    data(page).button(key="ask_duplicates").click()
    row = table(run(page), "Leave out").iloc[0]
    assert (row["Verdict"], row["Apart, m"], row["Operator"]) == ("likely", 0, "same")
    assert {row["Id of the kept"], row["Id of the other"]} == {"tiny:bj-1", "tiny:twin"}
    assert "for all users of this server" in html(page)
    assert page.button(key="merge_pairs").disabled


@pytest.mark.slow
@pytest.mark.usefixtures("twins")
def test_chosen_pairs_are_merged_and_brought_back(page, build_dir, chosen):
    chosen |= {"duplicates", "merged"}
    data(page).button(key="ask_duplicates").click()
    run(page).button(key="merge_pairs").click()
    run(page)
    assert [one.drop for one in read_merges(build_dir / "tiny")] == ["tiny:twin"]
    assert "12 stations with 82 piles" in markdown(page)
    assert table(page, "Merged into")["Merged into"].tolist() == ["tiny:bj-1"]
    page.button(key="undo_merges").click()
    run(page)
    assert "13 stations with 88 piles" in markdown(page)
    assert read_merges(build_dir / "tiny") == ()


@pytest.mark.slow
@pytest.mark.usefixtures("twins")
def test_a_merge_that_fails_is_told_and_changes_nothing(page, build_dir, chosen):
    chosen.add("duplicates")
    data(page).button(key="ask_duplicates").click()
    run(page)
    (build_dir / "tiny" / "merges.csv").write_text("keep,drop\na,b\n", encoding="utf-8")
    page.button(key="merge_pairs").click()
    run(page)
    assert {error.value for error in page.error} == {"Nothing was changed:"}
    assert all("merges.csv" in text.value for text in page.text if "Cannot read" in text.value)
    assert open_dataset(build_dir / "tiny").number == 2


@pytest.mark.slow
@pytest.mark.usefixtures("twins")
def test_a_server_that_takes_nothing_offers_neither_uploads_nor_merging(page, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOADS", "off")
    data(page).button(key="ask_duplicates").click()
    run(page)
    assert "takes no uploads" in captions(page)
    assert "Merging and uploading are switched off" in captions(page)
    assert [button.key for button in page.button if button.key == "merge_pairs"] == []


def test_the_view_speaks_chinese(page):
    data(page, lang="zh")
    assert "疑似重复站" in html(page)
