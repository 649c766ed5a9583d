"""What browser tests share: Chromium, a server of the simulated network, and visits to a module's server."""

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


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        pytest.fail("CHARGING_REQUIRE_BROWSER is set, and no Chromium was found")
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=1000 * PATIENCE_S)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium):
    """A window that is kept from visit to visit: the scripts of the page are compiled once."""
    return chromium.new_context(**DESKTOP).new_page()


@pytest.fixture
def visit(chromium, window, server):
    """Start visits to the module's `server`; at the end nothing may have failed, nor asked another host.

    The first one without options has the kept window, every other one a window of its own.
    """
    visits = []

    def _visit(**options):
        is_kept = not options and all(made.page is not window for made in visits)
        page = window if is_kept else chromium.new_context(**DESKTOP | options).new_page()
        visits.append(Visit(page, server))
        return visits[-1]

    yield _visit
    for made in visits:
        made.leave()
        if made.page is not window:
            made.context.close()


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
