"""The page keeps to the policy of its server: nothing it does in any view is refused by the browser."""

import urllib.request
from itertools import product

import pytest
from browser.live import in_chromium, serving

from charging.views.session.visit import AnalysisName, PageName

pytestmark = [*in_chromium, pytest.mark.endurance]

WATCH = """() => {
  window.refused = [];
  document.addEventListener("securitypolicyviolation",
    event => window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`));
}"""
VIEWS = [f"view={page}" for page in PageName if page not in (PageName.MAP, PageName.COVERAGE)]
ANALYSES = [f"view=coverage&topic={name}" for name in AnalysisName]


@pytest.fixture(scope="module")
def server(tiny_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    with serving(DATASET=tiny_dataset.folder, BUILD_DIR=folder, TILES="osm") as url:
        yield url


@pytest.fixture
def watched(visit):
    """A visit that notes what its browser refuses, in the page and in the frame of its map."""
    seen = visit().serve_tiles()
    seen.context.add_init_script(f"({WATCH})()")
    return seen


def refused(seen):
    return [(frame.url, found) for frame in seen.page.frames for found in frame.evaluate("window.refused")]


def test_no_view_does_what_the_policy_refuses(watched):
    for query, language in product([*VIEWS, *ANALYSES], ("en", "zh")):
        watched.page.goto(f"{watched.server}/?lang={language}&{query}")
        watched.settle()
        assert refused(watched) == [], query


def test_no_street_tile_and_no_download_is_refused(watched):
    watched.open("lang=en&at=39.9200,116.4000,12", shows="station")
    watched.map.wait_for_selector(".leaflet-tile-loaded")
    watched.click("station")
    watched.page.get_by_role("button", name="Download", exact=True).click()
    for label in ("Stations, CSV", "Map as one HTML file", "Picture, PNG"):
        _, file = watched.download(watched.page.get_by_role("button", name=label))
        assert file.stat().st_size > 0
    assert watched.tiles
    assert refused(watched) == []


def test_the_policy_is_in_force_in_the_page_and_in_the_frame_of_the_map(visit):
    seen = visit()
    seen.open("lang=en")
    run = "text => { const script = document.createElement('script'); script.textContent = text;"
    run += " document.head.append(script); return window.ran === true; }"
    assert seen.page.evaluate(run, "window.ran = true") is False
    asks = "async url => { try { await fetch(url); return true; } catch { return false; } }"
    for frame in (seen.page, seen.map):
        assert frame.evaluate(asks, "https://elsewhere.example/") is False
    assert seen.map.evaluate("() => eval('1 + 1')") == 2  # the script of our layers comes this way
    told = ("Content Security Policy", "Fetch API", "elsewhere.example")
    seen.trouble[:] = [line for line in seen.trouble if not any(part in line for part in told)]


def test_the_writer_of_the_address_keeps_the_place_of_the_map_and_names_the_language(watched):
    watched.open("lang=zh&operator=nio&at=39.9200,116.4000,8")
    watched.page.wait_for_url("**/?dataset=tiny&lang=zh&operator=nio&at=39.92*")
    assert watched.page.evaluate("document.documentElement.lang") == "zh"


def test_every_file_of_the_page_answers_with_the_headers(server):
    for path in ("/", "/healthz", "/favicon.png", "/_stcore/host-config"):
        with urllib.request.urlopen(server + path) as answer:  # noqa: S310  our own server
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert len(answer.headers.get_all("Content-Security-Policy")) == 1
