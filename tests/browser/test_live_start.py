"""The very first start, when there is no dataset at all."""

import pytest
from browser.live import in_chromium, serving
from playwright.sync_api import expect

pytestmark = [*in_chromium, pytest.mark.endurance]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(BUILD_DIR=tmp_path_factory.mktemp("empty") / "build") as url:
        yield url


def test_the_first_visitor_sees_the_network_being_built_and_a_second_one_waits_for_it(visit):
    first, second = visit(), visit()
    first.page.goto(first.server)
    expect(first.page.get_by_role("progressbar")).to_be_visible()
    expect(first.page.get_by_text("Building the simulated network")).to_be_visible()
    second.page.goto(second.server)
    for seen in (first, second):
        seen.wait_drawn()
        expect(seen.figure("charging piles", "loaded")).to_have_text("1,020,000")
