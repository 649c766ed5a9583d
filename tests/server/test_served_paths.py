"""Every address that Streamlit does not have is not found: it would answer with its page."""

import pytest
from server.conftest import FILES

from charging.server.served_paths import PathKind, ServedPaths

SERVED = {
    "/": PathKind.PAGE,
    "/index.html": PathKind.PAGE,
    "/static/js/index.js": PathKind.ASSET,
    "/_stcore/health": PathKind.CORE,
    "/_stcore/host-config": PathKind.CORE,
    "/_stcore/stream": PathKind.STREAM,
    "/_stcore/upload_file/s/f": PathKind.UPLOAD,
    "/_stcore/bidi-components/x/y.js": PathKind.COMPONENT,
    "/component/streamlit_folium.st_folium/index.html": PathKind.MAP,
    "/component/charging.views.elements.assets.leaflet/leaflet.js": PathKind.COMPONENT,
    "/media/x.csv": PathKind.MEDIA,
    "/healthz": PathKind.ALIVE,
    "/readyz": PathKind.READY,
}
UNKNOWN = [
    *("/robots.txt", "/nonexistent.js", "/static/js/other.js", "/static", "/static/", "/a/b", "//", "//evil"),
    *("/_stcore/metrics", "/_stcore/agent/mcp", "/_stcore/script-health-check", "/_stcore", "/auth/login"),
    *("/healthz/", "/component", "/media", "/static/../index.html", "http://localhost/", "*"),
]


@pytest.mark.parametrize("base", ["", "ev", "/a/b/"])
@pytest.mark.parametrize(("path", "kind"), SERVED.items(), ids=SERVED)
def test_what_is_served_is_known_below_the_base_path(base, path, kind):
    root = f"/{base.strip('/')}" if base else ""
    assert ServedPaths.of(base, FILES).kind(f"{root}{path}") is kind


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_not_served_is_not_found(edge, path):
    asked = edge()
    assert (asked(path), asked.passed) == (404, [])
    assert "nothing at this address" in asked.text


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/evil/", "/evilev/", "/e"])
def test_outside_the_base_path_only_health_is_answered(edge, path):
    paths = ServedPaths.of("ev", FILES)
    assert edge(paths=paths)(path) == 404
    assert [edge(paths=paths)(f"{root}/healthz") for root in ("", "/ev")] == [200, 200]
    assert edge(paths=paths)("/ev") == 200  # Streamlit leads on to /ev/


def test_a_page_is_no_websocket_and_a_websocket_no_page(edge):
    assert edge()("/", kind="websocket") == 403
    assert edge()("/healthz", kind="websocket") == 403
    assert edge()("/_stcore/stream") == 404
