"""Pages that stay open while their server is killed and started again, or while nothing reaches it."""

import re

import pytest
from browser.live import LOOK_MS, PATIENCE_S, Restartable, in_chromium
from endurance.sizes import size

SHANGHAI = "at=31.23,121.47,12"
CONDITION = "current=AC&min_kw=7"

pytestmark = [*in_chromium, pytest.mark.endurance]


START_PATIENCE_S = 120  # a server starts while other tests keep the machine busy


@pytest.fixture
def restartable(simulated):
    server = Restartable(DATASET=simulated.folder, BUILD_DIR=simulated.folder.parent)
    yield server
    server.kill()


@pytest.fixture
def server(restartable):
    return restartable.url


def shown(seen):
    """Return what a page says of its conditions and its view."""
    return seen.page.locator(".st-key-bar").inner_text(), seen.figure("piles").inner_text()


@pytest.mark.parametrize("link", [CONDITION, f"{SHANGHAI}&{CONDITION}"])
def test_an_open_page_goes_on_when_its_server_was_killed_and_started_again(visit, restartable, link):
    seen = visit().open(link, shows="station" if SHANGHAI in link else "hex")
    seen.context.set_default_timeout(1000 * START_PATIENCE_S)
    before = shown(seen)
    for _ in range(size(1, 10)):
        with seen.page.expect_websocket():
            restartable.kill()
            restartable.start()
        seen.page.wait_for_timeout(1_000)  # the run that the browser asks for begins
        seen.rest()
        seen.move("panBy([250, 0], {animate: false})")
        seen.wait_drawn("station" if SHANGHAI in link else "hex")
        seen.move("panBy([-250, 0], {animate: false})")
        assert shown(seen) == before
    seen.trouble.clear()  # the browser tells of each connection that failed


def test_another_view_goes_on_too_and_leads_to_the_map(visit, restartable):
    seen = visit().open("view=coverage&topic=partners")
    seen.context.set_default_timeout(1000 * START_PATIENCE_S)
    with seen.page.expect_websocket():
        restartable.kill()
        restartable.start()
    seen.page.wait_for_timeout(1_000)  # the run that the browser asks for begins
    seen.settle()
    seen.page.get_by_text("Map", exact=True).click()
    seen.panel.get_by_text("In view").wait_for()
    seen.trouble.clear()  # the browser tells of each connection that failed


class Line:
    """The websockets of a page, which can be cut."""

    def __init__(self, page):
        self._is_cut, self._sockets = False, []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, socket):
        if self._is_cut:
            socket.close()
        else:
            socket.connect_to_server()
            self._sockets.append(socket)

    def cut(self):
        self._is_cut = True
        for socket in self._sockets:
            socket.close()
        self._sockets.clear()

    def mend(self):
        self._is_cut = False

    @property
    def is_connected(self):
        return bool(self._sockets)


def test_an_open_page_goes_on_when_nothing_reached_its_server_for_a_while(visit):
    seen = visit()
    line = Line(seen.page)
    seen.open(CONDITION)
    seen.context.set_default_timeout(1000 * START_PATIENCE_S)
    before = shown(seen)
    line.cut()
    seen.page.wait_for_timeout(1_000 * size(5, 60))
    line.mend()
    for _ in range(1_000 * PATIENCE_S // LOOK_MS):
        if line.is_connected:
            break
        seen.page.wait_for_timeout(LOOK_MS)
    seen.rest()
    seen.move("panBy([250, 0], {animate: false})")
    seen.move("panBy([-250, 0], {animate: false})")
    assert shown(seen) == before
    seen.trouble.clear()  # the browser tells of each connection that failed
