"""Bringing a file in a real browser: it is looked at, read, kept, and the map opens on it."""

import re
import shutil

import pytest
from browser.live import LOOK_MS, ROOT, in_chromium, serving
from playwright.sync_api import expect

pytestmark = in_chromium

REGISTER = ROOT / "tests" / "fixtures" / "tabular" / "shenzhen.csv"


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_dataset):
    """One server for all: each test brings a dataset of a name of its own."""
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(tiny_dataset.folder, folder / "tiny")
    (folder / "LAST").write_text("tiny\n", encoding="utf-8")
    with serving(BUILD_DIR=folder) as url:
        yield url


def data_view(seen):
    seen.page.goto(f"{seen.server}/?view=data&lang=en&dataset=tiny")
    seen.page.get_by_text("Bring your own files").wait_for()
    seen.settle()  # what comes later would close it again
    seen.page.get_by_text("Bring your own files").click()
    return seen.page


def bring(page, file):
    page.get_by_text("all users of this server can see").wait_for()
    page.locator(".st-key-upload_files input[type=file]").set_input_files(file)
    page.get_by_text(re.compile("Recognised as")).wait_for()


def choose(seen, field, header):
    # the first: while the form is made anew, the one of before stands beside it
    box = seen.page.locator(f".st-key-column_0_{field} [role=combobox]").first
    seen.settle()
    box.evaluate("box => box.scrollIntoView({block: 'center'})")  # Playwright's own gives up on one made anew
    seen.page.wait_for_timeout(LOOK_MS * 3)  # a page that scrolls closes the list
    box.click()
    seen.page.get_by_role("option", name=header).click()
    expect(box).to_have_value(header)
    seen.settle()


def scrolled(page):
    return page.locator(".stMain").evaluate("main => main.scrollTop")


def test_a_file_becomes_a_dataset_the_map_opens_on_and_others_find_it_when_it_is_left_again(visit):
    seen = visit()
    page = data_view(seen)
    bring(page, REGISTER)
    page.get_by_role("button", name="Read the files").click()
    keep = page.get_by_role("button", name="Keep it and open the map")
    keep.scroll_into_view_if_needed()
    assert scrolled(page) > 0
    keep.click()
    seen.wait_drawn("station")
    assert seen.ids("station") == {"urbanev:1001", "urbanev:1002"}
    page.wait_for_url("**/?*dataset=shenzhen*")
    expect(seen.figure("charging piles", "loaded")).to_have_text("27")
    assert scrolled(page) == 0
    page.get_by_text("Data", exact=True).click()
    page.locator(".st-key-switch [role=combobox]").click()
    page.get_by_role("option", name="tiny").click()
    page.get_by_text("A tiny world").first.wait_for()
    page.get_by_text("Map", exact=True).click()
    seen.wait_drawn("hex")  # the map goes where the other dataset is
    seen.map.wait_for_function("() => map.getZoom() < 8")
    expect(seen.figure("charging piles", "loaded")).to_have_text("82")
    seen.forget()
    seen.open("lang=en", shows="station")  # for others, who chose nothing, it is the last one
    expect(seen.figure("charging piles", "loaded")).to_have_text("27")


def test_a_table_of_unknown_columns_is_on_the_map_once_its_coordinates_are_chosen(visit):
    seen = visit()
    page = data_view(seen)
    strange = "alfa,beta,gamma,delta\nOne,52.51,13.41,4\nTwo,52.62,13.52,2\n"
    page.locator(".st-key-upload_files input[type=file]").set_input_files(
        {"name": "strange.csv", "mimeType": "text/csv", "buffer": strange.encode()}
    )
    page.get_by_text("Choose the columns of latitude and longitude").wait_for()
    expect(page.get_by_role("button", name="Read the files")).to_be_disabled()
    for field, header in (("lat", "beta"), ("lon", "gamma"), ("piles", "delta")):
        choose(seen, field, header)
    expect(page.get_by_text("Map of the first 2 stations")).to_be_visible()
    page.get_by_role("button", name="Read the files").click()
    page.get_by_role("button", name="Keep it and open the map").click()
    seen.wait_drawn("station")
    expect(seen.figure("charging piles", "loaded")).to_have_text("6")


def test_chosen_duplicates_are_merged_and_brought_back(visit):
    seen = visit()
    page = data_view(seen)
    first = REGISTER.read_text("utf-8").splitlines()[:2]
    twins = [*first, first[1].replace("1001,", "2001,", 1)]
    bring(page, {"name": "twins.csv", "mimeType": "text/csv", "buffer": "\n".join(twins).encode()})
    page.get_by_role("button", name="Read the files").click()
    page.get_by_role("button", name="Keep it and open the map").click()
    seen.wait_drawn("station")
    page.get_by_text("Data", exact=True).click()
    page.get_by_role("button", name="Look for duplicates").click()
    grid = page.locator("[data-testid=stDataFrame]").last
    grid.scroll_into_view_if_needed()
    page.get_by_text("Merge the chosen pairs (0)").wait_for()
    grid.click(position={"x": 15, "y": 52})
    page.get_by_role("button", name="Merge the chosen pairs (1)").click()
    page.get_by_text("Merged on request").wait_for()
    expect(seen.figure("charging piles", "loaded")).to_have_text("20")
    page.get_by_role("button", name="Undo all").click()
    expect(seen.figure("charging piles", "loaded")).to_have_text("40")
    expect(page.get_by_text("Merged on request")).to_have_count(0)
