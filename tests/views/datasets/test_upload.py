"""Uploads: who will see them, what they are recognised as, what is read and kept, and what is refused."""

import gzip
import io
import re
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from views.paged import html, link, run, tables
from views.uploads import HEADER, REGISTER, bring, drafts, keys, markdown, press

from charging.dataset.drafts import WAITING
from charging.dataset.store import dataset_names, last_dataset
from charging.errors import SourceError
from charging.settings import Settings
from charging.sources.readers import READERS
from charging.sources.tabular.presets import presets
from charging.views.datasets import upload
from charging.views.elements.texts import Texts

FIXTURES = Path(__file__).parents[2] / "fixtures"


def problem(page):
    assert any("nothing was changed" in error.value for error in page.error)
    return " ".join(text.value for text in page.text)


def preview(page):
    return [rows for rows in tables(page) if "Remark" in rows.columns]


@pytest.mark.slow
def test_the_page_says_first_that_all_users_will_see_it(page):
    blocks = [block.proto.body for block in page.expander[0].get("html")]
    assert "all users of this server can see" in blocks[0]


@pytest.mark.slow
def test_files_are_recognised_and_their_first_rows_shown_before_anything_is_kept(page, build_dir):
    areas = (FIXTURES / "service_areas" / "areas.csv").read_bytes()
    bring(page, ("mine.csv", REGISTER), ("areas.csv", areas))
    stations, areas = preview(page)
    assert stations["Station id"].tolist() == ["1001", "1002"]
    assert stations.Piles.tolist() == [20, 7]
    assert areas.Name[0] == "前服务区"
    assert page.text_input(key="upload_name").value == "mine"
    assert "upload_keep" not in keys(page)
    assert dataset_names(build_dir) == ["tiny"]


@pytest.mark.slow
def test_what_of_an_archive_is_not_read_is_named_before_it_is_read_and_after(page):
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("table.csv", REGISTER)
        archive.writestr("READ_*me*.txt", "About, this")
    bring(page, ("mine.zip", packed.getvalue()))
    said = "Not read in mine.zip: READ_*me*.txt."
    assert any(said in caption.value.replace("\\", "") for caption in page.caption)
    press(page, "read")
    assert said in markdown(page)


@pytest.mark.slow
def test_what_is_wrong_with_a_file_is_said_in_chinese_too(chinese_page):
    cut = gzip.compress(REGISTER.encode())[:-9]
    bring(chinese_page, ("cut.csv.gz", cut), ("empty.csv", " "), ("mine.csv", REGISTER))
    assert [warning.value for warning in chinese_page.warning] == [
        "文件不完整、已损坏或嵌套过深，请重新获取。",
        "文件为空。",
    ]
    chinese_page.button(key="upload_read").click()
    run(chinese_page)
    assert "文件不完整" in chinese_page.error[0].value
    assert any("cut.csv.gz: expected a whole gzip" in text.value for text in chinese_page.text)
    assert [caption.value for caption in chinese_page.caption].count("详细信息（英文原文）：") == 3


@pytest.mark.slow
def test_a_name_that_is_taken_is_said_in_chinese_too(chinese_page):
    bring(chinese_page)
    chinese_page.text_input(key="upload_name").set_value("tiny")
    chinese_page.button(key="upload_read").click()
    run(chinese_page)
    assert "已被占用" in chinese_page.error[0].value


@pytest.mark.slow
def test_the_report_names_fields_in_the_readers_language(chinese_page):
    codes = (FIXTURES / "tcec102" / "stations.json").read_bytes()
    press(bring(chinese_page, ("stations.json", codes)), "read")
    assert ["开放", "接口"] in [rows["字段"].tolist() for rows in tables(chinese_page) if "代码" in rows]


@pytest.mark.slow
def test_a_file_without_stations_shows_no_empty_table(page):
    bring(page, ("mine.csv", HEADER))
    assert preview(page) == []
    assert any("names no stations" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("", "Reading the files …"),
        ("reading mine.csv", "Reading the files …"),
        ("reading mine.csv, 40,000 records", "40,000 records so far"),
        ("writing", "writing the dataset"),
        (WAITING, "Waiting for another import"),
    ],
)
def test_while_files_are_read_it_is_said_what_is_done_and_no_share_that_nobody_knows(what, said):
    shown = upload.progress_html(what, Texts("en"))
    assert said in shown
    assert re.search(r"<progress[^>]*>", shown)
    assert "value=" not in shown


@pytest.mark.slow
def test_the_report_is_seen_before_the_dataset_is_kept_and_the_map_opens_on_it(page, build_dir):
    press(bring(page), "read")
    assert "2 records read: 2 stations with 27 piles" in markdown(page)
    assert dataset_names(build_dir) == ["tiny"]
    press(page, "keep")
    assert dataset_names(build_dir) == ["mine", "tiny"]
    assert last_dataset(build_dir) == build_dir / "mine"
    assert drafts(build_dir) == []
    assert page.session_state["page"] == "map"
    assert "dataset=mine" in link(page)
    assert round(page.session_state["flight"].view.lon) == 114


@pytest.mark.slow
def test_rows_that_are_not_taken_say_why_and_those_that_are_stand_in_the_preview(page):
    bring(page, ("mine.csv", HEADER + "1001,0,0,20,1,1,1\n1002,,,7,1,1,1\n1003,114.06,22.54,7,1,1,1\n"))
    assert preview(page)[0]["Station id"].tolist() == ["1003"]
    [why] = [caption.value.replace("\\", "") for caption in page.caption if "not be taken" in caption.value]
    assert "2 of the first 3 records" in why
    assert "no coordinates (1), such as 1002 Latitude" in why
    assert "coordinates unset: zero (1), such as 1001" in why


@pytest.mark.slow
def test_other_choices_after_reading_ask_to_read_again(page):
    press(bring(page), "read")
    assert "upload_keep" in keys(page)
    page.selectbox(key="upload_datum").set_value("wgs84")
    assert "upload_keep" not in keys(run(page))


@pytest.mark.slow
def test_a_file_of_no_known_form_asks_how_it_is_to_be_read(page):
    bring(page, ("mine.csv", '{"a": 1}\n'))
    assert any("choose above how it is to be read" in note.value for note in page.warning)
    assert "mine.csv" in " ".join(text.value for text in page.text)
    ways = page.selectbox(key="upload_how").options
    formats = [reader for reader in READERS if not (reader.recognises or reader.completes)]
    assert len(ways) == 1 + len(presets()) + len(formats) - 1  # but for lists of service areas
    page.selectbox(key="upload_how").set_value("preset:urbanev")
    run(page).button(key="upload_read").click()
    assert "mine.csv" in problem(run(page))


HOSTILE = '<script>alert(1)</script> *${name}* "\u202e'


@pytest.mark.slow
def test_hostile_names_of_files_and_stations_are_shown_as_text(page):
    bring(page, (f"../../{HOSTILE}.csv", HEADER + "<b>`${1}`,114.06,22.54,7,1,1,1\n"))
    assert "alert(1)" not in html(page)
    [named] = [text.value for text in page.markdown if "alert" in text.value]
    assert "\\<script" in named
    assert "\u202e" not in named
    assert preview(page)[0]["Station id"].tolist() == ["<b>`${1}`"]
    press(page, "read")
    assert "1 stations with 7 piles" in markdown(page)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["../escaped", "tiny", "simulated", "", "a b"])
def test_a_bad_or_taken_name_is_told_and_nothing_is_changed(page, build_dir, name):
    bring(page).text_input(key="upload_name").set_value(name)
    press(run(page), "read")
    assert "upload_keep" not in keys(page)
    assert dataset_names(build_dir) == ["tiny"]


@pytest.mark.slow
def test_a_broken_file_is_told_and_the_dataset_in_use_stays(page, build_dir, caplog):
    bring(page, ("mine.csv", HEADER + "1001,0,0,20,1,1,1\n"))
    page.button(key="upload_read").click()
    assert "Not one station could be taken from mine.csv" in problem(run(page))
    assert isinstance(caplog.records[0].exc_info[1].__cause__, SourceError)
    assert dataset_names(build_dir) == ["tiny"]
    assert last_dataset(build_dir) == build_dir / "tiny"
    assert "A tiny world" in html(page)


@pytest.mark.slow
def test_files_too_large_together_are_refused(page, build_dir, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOAD_LIMIT_MB", "1")
    run(page)
    half = HEADER + "1,1,1,1,1,1,1\n" * 40_000
    bring(page, ("a.csv", half), ("b.csv", half))
    assert "at most 1 MB together" in problem(page)
    assert drafts(build_dir) == []


@pytest.mark.slow
def test_what_is_discarded_or_taken_away_is_gone(page, build_dir):
    bring(page)
    assert len(drafts(build_dir)) == 1
    press(page, "discard")
    assert drafts(build_dir) == []
    assert "upload_read" not in keys(page)


@pytest.mark.slow
def test_a_draft_waits_while_another_view_is_shown(page):
    press(bring(page), "read")
    for view in ("map", "data"):
        page.segmented_control(key="page").set_value(view)
        run(page)
    assert "upload_keep" in keys(page)
    assert page.text_input(key="upload_name").value == "mine"


@pytest.mark.slow
def test_a_server_that_takes_no_uploads_shows_no_place_for_files(page, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOADS", "off")
    run(page)
    assert list(page.file_uploader) == []


def test_the_server_takes_files_as_large_as_the_setting_says_at_first():
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] == Settings().upload_limit_mb
