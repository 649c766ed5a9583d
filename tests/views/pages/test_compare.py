"""A against B: two operators of the tiny world, and two datasets side by side."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from views.paged import captions, html, layer, link, opened, page_over, run, tables

from charging.dataset.store import open_dataset
from charging.dataset.versions import write_version
from charging.domain.vocabulary import Kind

HOSTILE = "<script>alert(1)</script> *${name}*"


@pytest.fixture
def build_dir(tmp_path):
    return tmp_path / "build"


@pytest.fixture
def page(tiny_dataset, build_dir, monkeypatch):
    return page_over(tiny_dataset, build_dir, monkeypatch)


@pytest.fixture
def later(build, tiny_records, tiny_description, tiny_source, build_dir):
    """Another dataset in the build folder: simulated, without the stations of Beijing, counting guns."""
    source = replace(tiny_source, unit_counted="gun", attribution="Somebody else")
    kept = [record for record in tiny_records if not getattr(record, "source_id", "").startswith("bj")]
    built = build(kept, source=source)
    about = replace(
        tiny_description,
        name="later",
        title=HOSTILE,
        kind=Kind.SIMULATED,
        as_of="2025-06",
        sources=built.sources,
    )
    return write_version(build_dir / "later", built.tables, about)


def comparing(page, **query):
    return opened(page, view="compare", **query)


def counted(page):
    """Return the rows of the tally: name → cells, piles of A, of B, of others."""
    [table] = re.findall('<table class="groups tally">(.*?)</table>', html(page))
    rows = [re.sub("<[^>]+>", "|", row) for row in table.split("</tr>")]
    cells = [[text for text in row.split("|") if text] for row in rows]
    return {row[0]: tuple(row[1:]) for row in cells[1:] if row}


@pytest.mark.slow
def test_two_operators_are_told_apart_cell_by_cell(page):
    comparing(page, a="nio", b="teld")
    assert "NIO against TELD" in html(page)
    assert counted(page) == {
        "Only NIO": ("2", "9", "0", "0"),
        "NIO leads": ("0", "0", "0", "0"),
        "Even": ("0", "0", "0", "0"),
        "TELD leads": ("1", "1", "5", "0"),
        "Only TELD": ("3", "0", "37", "0"),
        "Others only": ("5", "0", "0", "30"),
        "Total": ("11", "10", "42", "30"),
    }
    assert layer(page, "legend")["title"] == "Who leads by piles"


@pytest.mark.slow
def test_cities_say_who_leads_and_white_spots_are_where_b_stands(page):
    cities, spots = tables(comparing(page, a="nio", b="teld"))
    assert cities.City.to_list() == ["Beijing", "Shanghai", "Shenzhen"]
    assert cities["Who leads"].to_list() == ["TELD leads", "TELD leads", "Others only"]
    assert cities["Piles: TELD"].to_list() == [30, 10, 0]
    assert spots["Piles: TELD"].to_list() == [30, 5, 2]
    assert spots["Nearest city"].to_list() == ["Beijing", "Shanghai", "Shenzhen"]
    assert spots["H3 cell"].str.fullmatch("86[0-9a-f]+").all()


@pytest.mark.slow
def test_in_one_dataset_a_and_b_share_no_operator(page):
    comparing(page, a=["nio", "teld"], b=["teld", "state_grid"])
    assert page.multiselect(key="b").value == ["state_grid"]
    assert "teld" not in page.multiselect(key="b").options
    assert "A against B" in html(page)


@pytest.mark.slow
def test_one_button_swaps_them_and_the_link_says_it(page):
    comparing(page, a="nio", b="teld")
    page.button(key="swap").click()
    run(page)
    assert "TELD against NIO" in html(page)
    assert {"view=compare", "a=teld", "b=nio"} <= set(link(page).split("&"))


@pytest.mark.slow
def test_the_numbers_of_a_column_are_written_alike(page):
    comparing(page, a="nio", b="teld")
    written = {
        column: given["type_config"]["format"]
        for table in page.dataframe
        for column, given in json.loads(table.proto.columns).items()
        if "type_config" in given
    }
    assert written["Piles: NIO"] == "localized"
    assert written["km to it, straight line"] == "%.1f"


@pytest.mark.slow
def test_two_datasets_are_named_with_kind_date_and_unit(page, later):
    del later
    comparing(page, other="later", a="nio", b="nio")
    shown = html(page)
    assert not any(HOSTILE in block.proto.body for block in page.get("html"))
    assert "tiny · A tiny world · Real · as of 2024-12 · counted: pile" in shown
    assert f"later · {HOSTILE} · Simulated network · as of 2025-06 · counted: gun" in shown
    assert "One dataset is simulated" in shown
    assert "A counts “pile”, B counts “gun”" in shown
    assert counted(page)["Total"][1:3] == ("10", "4")
    assert "other=later" in link(page)


@pytest.mark.slow
def test_a_simulated_dataset_beside_a_real_one_is_called_simulated(page, later):
    del later
    comparing(page, other="later")
    assert layer(page, "hexes")["tooltip"]["footer"] == "Simulated network: later"
    assert "Somebody else" in layer(page, "surface")["texts"]["attribution"]


@pytest.mark.slow
def test_of_two_datasets_none_chosen_is_everybody(page, later):
    del later
    comparing(page, other="later", a="", b="")
    assert html(page).count("All operators") == 2
    assert counted(page)["Total"] == ("11", "82", "42", "0")
    assert "B: Gun whose operator is not known: 4.8 % (2 of 42)" in captions(page)


@pytest.mark.slow
def test_swapping_two_datasets_loads_the_other(page, later):
    del later
    comparing(page, other="later", a="nio", b="teld")
    page.button(key="swap").click()
    run(page)
    assert page.session_state["dataset"] == "later"
    assert page.session_state["other"] == "tiny"
    assert "TELD against NIO" in html(page)
    assert counted(page)["Total"][1:3] == ("12", "10")
    assert {"dataset=later", "other=tiny"} <= set(link(page).split("&"))


@pytest.mark.slow
def test_a_dataset_that_cannot_be_read_is_named_and_the_page_stays(page, build_dir):
    (build_dir / "broken").mkdir(parents=True)
    (build_dir / "broken" / "CURRENT").write_text("v7", encoding="utf-8")
    comparing(page, other="broken")
    assert "names the version 'v7'" in page.text[0].value
    assert layer(page, "surface")
    assert not page.dataframe
    page.selectbox(key="other").set_value("")
    run(page)
    assert not page.error
    assert counted(page)


@pytest.mark.parametrize("name", ["nowhere", "../../etc", "<script>"])
def test_a_link_to_no_dataset_compares_in_this_one_and_says_so(page, name):
    comparing(page, other=name)
    assert "other=" in " ".join(note.value for note in page.warning).replace("\\", "")
    assert counted(page)
    assert "other=" not in link(page)


def test_the_loaded_dataset_is_not_another_one(page, tiny_dataset, build_dir):
    shutil.copytree(tiny_dataset.folder, build_dir / "copy")
    comparing(page, other=tiny_dataset.folder.name)
    assert page.selectbox(key="other").value == ""
    assert page.selectbox(key="other").options == ["This dataset", "copy"]
    assert open_dataset(build_dir / "copy").content_hash == tiny_dataset.content_hash


def test_an_empty_selection_and_empty_sets_say_so(page):
    comparing(page, a="", b="", q="no station is called like this")
    assert html(page).count("None chosen") == 2
    assert counted(page)["Total"] == ("0", "0", "0", "0")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_chinese(page, theme):
    page.context.update(theme=theme)
    comparing(page, lang="zh", a="nio", b="xpeng")
    assert "蔚来 对比 小鹏" in html(page)
    assert counted(page)["仅 蔚来"]


@pytest.mark.slow
def test_sets_nobody_chose_follow_the_dataset(page, build, tiny_records, tiny_description, build_dir):
    [station] = [record for record in tiny_records if getattr(record, "source_id", "") == "sz-4"]
    write_version(build_dir / "nobody", build([station]).tables, tiny_description)
    comparing(page, other="nobody", leaver="state_grid")
    page.button(key="swap").click()
    run(page)
    asked = link(page).split("&")
    assert "leaver=state_grid" in asked
    assert not any(part.startswith(("base=", "partner=")) for part in asked)


def test_a_selected_cell_says_what_both_hold_there(page):
    comparing(page, a="nio", b="teld", hex="86309bb67ffffff")
    [details] = re.findall('<h3 class="panel-section">([^<]+)</h3><dl class="details">(.*?)</dl>', html(page))
    assert details[0] == "TELD leads"
    assert re.findall("<dd[^>]*>([^<]+)", details[1]) == ["1", "5", "0"]


def test_a_name_with_signs_is_shown_as_it_is(page):
    comparing(page, a="zhichong")
    assert "X-Charge" in page.multiselect(key="a").options
