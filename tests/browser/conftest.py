"""What browser tests share: Chromium, and visits to a module's server."""

import pytest
from browser.live import CHROMIUM, FLAGS, Visit


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        pytest.fail("CHARGING_REQUIRE_BROWSER is set, and no Chromium was found")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server):
    """Start visits to the module's `server`; at the end nothing may have failed, nor asked another host."""
    visits = []

    def _visit(**options):
        visits.append(Visit(chromium, server, **options))
        return visits[-1]

    yield _visit
    for made in visits:
        made.close()
