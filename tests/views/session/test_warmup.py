"""What the server does before its first visitor is there."""

import asyncio
import subprocess
import sys

import pytest

from charging.dataset.draft_folders import DRAFTS, DraftFolder
from charging.views.session import warmup

pytestmark = pytest.mark.usefixtures("build_dir")

COMPONENT = "streamlit_folium"


def loaded(script, *modules):
    """Return which modules a new Python holds after a script."""
    tell = f"import sys\n{script}\nprint(*(set({modules!r}) & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", tell], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


@pytest.mark.endurance
def test_the_server_answers_before_it_loads_the_page():
    assert (
        loaded("import dashboard", "duckdb", "folium", "pandas", "charging.views.session.state", COMPONENT)
        == set()
    )


@pytest.mark.endurance
def test_what_the_page_needs_is_loaded_ahead_but_not_the_component_of_the_map():
    script = "from charging.views.session.warmup import warm_up\nwarm_up()"
    assert loaded(script, "duckdb", "folium", "charging.views.chrome.header", COMPONENT) == {
        "duckdb",
        "folium",
        "charging.views.chrome.header",
    }


@pytest.mark.endurance
@pytest.mark.parametrize(("form", "start"), [("text", "20"), ("json", '{"time": "20')])
def test_the_server_logs_as_the_settings_say(monkeypatch, build_dir, form, start):
    (build_dir / "tiny" / "CURRENT").write_text("v7", encoding="utf-8")
    monkeypatch.setenv("CHARGING_DATASET", "tiny")
    monkeypatch.setenv("CHARGING_LOG_FORMAT", form)
    script = "from charging.views.session.warmup import warm_up\nwarm_up()"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stderr.startswith(start)
    assert "names the version 'v7'" in ran.stderr


@pytest.mark.endurance
@pytest.mark.parametrize("setting", ["DATASET", "TILES", "MEMORY_LIMIT_MB", "LOG_LEVEL"])
def test_a_setting_that_is_wrong_is_left_to_the_page_to_tell(monkeypatch, setting):
    monkeypatch.setenv(f"CHARGING_{setting}", "nonsense")
    script = "from charging.views.session.warmup import warm_up\nwarm_up()"
    assert loaded(script, "folium") == {"folium"}


def test_a_server_that_ends_takes_the_drafts_of_its_visitors_along(build_dir, monkeypatch):
    for name in ("warm_up", "register_components"):
        monkeypatch.setattr(warmup, name, lambda: None)
    monkeypatch.setattr(warmup, "LATER_S", 1e6)

    held = []

    async def serve():
        async with warmup.lifespan(None):
            held.append(DraftFolder(build_dir))
            return held[0].path.is_dir()

    assert asyncio.run(serve())
    assert [*(build_dir / DRAFTS).iterdir()] == []


@pytest.mark.endurance
def test_a_server_that_starts_removes_what_a_killed_one_left(build_dir):
    left = build_dir / DRAFTS / "left"
    left.mkdir(parents=True)
    (left / "lease").touch()  # which nobody holds
    loaded("from charging.views.session.warmup import warm_up\nwarm_up()")
    assert not left.exists()
