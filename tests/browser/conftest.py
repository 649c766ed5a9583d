"""What browser tests share: Chromium, a server of the simulated network, and visits to a module's server."""

import asyncio
import json
from asyncio import _set_running_loop as set_running_loop  # made for whoever drives a loop

import pytest
from browser.live import CHROMIUM, DESKTOP, FLAGS, PATIENCE_S, Visit, serving


@pytest.fixture(scope="session")
def simulated_server(simulated):
    with serving(DATASET=simulated.folder, BUILD_DIR=simulated.folder.parent) as url:
        yield url


@pytest.fixture(scope="module")
def server(simulated_server):
    """The address of the page; a module with a dataset of its own has a server of its own."""
    return simulated_server


@pytest.fixture(scope="session")
def one_chromium():
    if not CHROMIUM:
        pytest.fail("CHARGING_REQUIRE_BROWSER is set, and no Chromium was found")
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        loop = asyncio.get_running_loop()  # Playwright waits in it, and leaves it as the thread's running one
        set_running_loop(None)
        yield browser, loop
        set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def chromium(one_chromium):
    """Chromium, started once for all files of a process; only those that drive it see Playwright's loop."""
    browser, loop = one_chromium
    set_running_loop(loop)
    yield browser
    set_running_loop(None)


@pytest.fixture(scope="session")
def windows():
    """What is kept from visit to visit, by the options: a window in which the page's scripts are compiled."""
    return {}


@pytest.fixture
def visit(chromium, windows, server):
    """Start visits to the module's `server`; at the end nothing may have failed, nor asked another host.

    The first with certain options has the window kept for them, unless it brings what a window stores; every
    other one has a window of its own.
    """
    visits = []

    def _visit(**options):
        made_for = json.dumps(options, sort_keys=True)
        page = windows.get(made_for)
        if page is None or any(made.page is page for made in visits):
            page = chromium.new_context(**DESKTOP | options).new_page()
            if "storage_state" not in options:
                windows.setdefault(made_for, page)
        # a visit before may have changed them
        page.emulate_media(color_scheme=options.get("color_scheme", "light"))
        page.set_viewport_size((DESKTOP | options)["viewport"])
        visits.append(Visit(page, server))
        return visits[-1]

    yield _visit
    for made in visits:
        made.leave()
        if made.page not in windows.values():
            made.context.close()
    assert [trouble for made in visits for trouble in made.trouble] == []


@pytest.fixture
def alone(chromium, tmp_path):
    """Open a page from a file in a browser without a network; return it, what it asked and what failed."""
    sheet = {"width": 1000, "height": 800}
    context = chromium.new_context(viewport=sheet, offline=True, reduced_motion="reduce")

    def _alone(data):
        file = tmp_path / "alone.html"
        file.write_bytes(data)
        page, asked, trouble = context.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text))
        page.goto(file.as_uri())
        return page, asked, trouble

    yield _alone
    context.close()
