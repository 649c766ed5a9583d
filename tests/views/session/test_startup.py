"""Which dataset the page opens, and that nothing takes the place of one that is lost."""

import shutil
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest
from views.paged import PAGE, html, opened, run

from charging.dataset.pipeline import SIMULATED
from charging.dataset.store import LAST, dataset_names, last_dataset, open_dataset, remember_dataset
from charging.dataset.versions import write_version


@pytest.fixture
def page(build_dir):
    """The page over a build folder with `tiny`, the last, and `other`."""
    shutil.copytree(build_dir / "tiny", build_dir / "other")
    remember_dataset(build_dir, build_dir / "tiny")
    return AppTest.from_file(str(PAGE), default_timeout=60)


def lose_pointer(build_dir):
    (build_dir / "tiny" / "CURRENT").unlink()


def pointer_is_a_folder(build_dir):
    lose_pointer(build_dir)
    (build_dir / "tiny" / "CURRENT").mkdir()


def remove_last(build_dir):
    shutil.rmtree(build_dir / "tiny")


def last_is(data):
    return lambda build_dir: (build_dir / LAST).write_bytes(data)


def last_is_a_folder(build_dir):
    (build_dir / LAST).unlink()
    (build_dir / LAST).mkdir()


def last_is_gone(build_dir):
    (build_dir / LAST).unlink()


LOSSES = [
    lose_pointer,
    pointer_is_a_folder,
    remove_last,
    last_is(b"gone"),
    last_is(b"\xff\xfe"),
    last_is(b"x" * 5000),
    last_is_a_folder,
    last_is_gone,
]


@pytest.mark.parametrize("lose", LOSSES)
def test_what_is_lost_is_said_and_the_others_are_offered(page, build_dir, lose):
    lose(build_dir)
    opened(page)
    assert "The dataset cannot be opened" in page.error[0].value
    assert "other" in [button.label for button in page.button]
    assert str(build_dir) not in page.text[0].value
    assert SIMULATED not in dataset_names(build_dir)
    page.button(key="open_other").click()
    run(page)
    assert not page.error
    assert "A tiny world" in html(page)


def test_of_a_lost_pointer_the_versions_are_named(page, build_dir):
    version = open_dataset(build_dir / "tiny").version.name
    lose_pointer(build_dir)
    opened(page)
    assert f"'charging rollback tiny {version}'" in page.text[0].value


def test_the_only_dataset_removed_under_an_open_page_is_missed(page, build_dir):
    shutil.rmtree(build_dir / "other")
    opened(page)
    shutil.rmtree(build_dir / "tiny")
    run(page)
    assert "names the dataset 'tiny', which is not there" in page.text[0].value
    assert [button.label for button in page.button] == ["Show the simulated network"]
    assert dataset_names(build_dir) == []


@pytest.mark.endurance
def test_the_simulated_network_is_built_when_it_is_asked_for_and_for_who_asks_alone(page, build_dir):
    (build_dir / LAST).write_text("gone")
    opened(page)
    page.button(key="simulate").click()
    run(page)
    assert "Simulated" in html(page)
    assert (build_dir / LAST).read_text() == "gone"


def test_where_visitors_may_write_nothing_they_build_nothing(page, build_dir, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOADS", "off")
    (build_dir / LAST).write_text("gone")
    opened(page)
    assert [button.label for button in page.button] == ["other", "tiny"]


def test_a_dataset_that_is_set_is_opened_without_writing_anything(page, build_dir, monkeypatch):
    (build_dir / LAST).unlink()
    monkeypatch.setenv("CHARGING_DATASET", "other")
    before = {path: path.stat().st_mtime_ns for path in build_dir.rglob("*")}

    def refuse(*_args):
        raise OSError(30, "Read-only file system")

    for name in ("mkdir", "touch", "write_text", "rename", "replace"):
        monkeypatch.setattr(f"pathlib.Path.{name}", refuse)
    opened(page)
    assert not page.error
    assert {path: path.stat().st_mtime_ns for path in build_dir.rglob("*")} == before
    assert last_dataset(build_dir) is None


@pytest.mark.parametrize("view", ["map", "data"])
def test_a_damaged_table_is_told_in_the_page(page, build_dir, build, tiny_records, tiny_description, view):
    built = build([*tiny_records[:7], *tiny_records[-2:]])  # of which nobody has asked anything
    about = replace(tiny_description, report=built.report, sources=built.sources)
    path = write_version(build_dir / "tiny", built.tables, about).path("piles")
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    path.write_bytes(data)
    opened(page, view=view)
    assert "The dataset cannot be opened" in page.error[0].value
    assert "piles.parquet is not the file that was written" in page.text[0].value
    assert str(build_dir) not in page.text[0].value
