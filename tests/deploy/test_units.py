"""The units of systemd and the settings beside them: systemd takes them, and they name what exists."""

import re
import shutil
import subprocess

import pytest
from deploy.proxy import DEPLOY

from charging.settings import PREFIX, Settings

UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
ANALYZE = shutil.which("systemd-analyze")
MAX_EXPOSURE = 2.0
"""Of 10: what systemd itself calls OK ends at 4.9."""

in_systemd = pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze found")


@pytest.fixture
def units(tmp_path):
    """The units with a program that is there, since none of ours is installed."""
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(re.sub(r"=(-?)/srv/\S+", r"=\1/bin/true", text), "utf-8")
    return tmp_path


def analyze(*arguments):
    return subprocess.run([ANALYZE, *map(str, arguments)], capture_output=True, text=True, check=False)


@in_systemd
@pytest.mark.slow
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line_of_a_unit(units, name):
    told = analyze("verify", units / name)
    assert (told.returncode, told.stderr) == (0, "")


@in_systemd
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_process_may_do_little_besides_its_work(units, name):
    told = analyze("security", "--offline=true", units / name).stdout
    assert float(re.search(r"Overall exposure level for .*: ([0-9.]+)", told)[1]) <= MAX_EXPOSURE


def test_the_settings_that_are_shipped_are_settings():
    text = (DEPLOY / "charging.env").read_text("utf-8")
    ours = re.findall(rf"^{PREFIX}(\w+)=(.*)$", text, re.MULTILINE)
    Settings.from_environment({PREFIX + name: value for name, value in ours})
    assert ours
    assert {name.lower() for name, _ in ours} <= Settings.model_fields.keys()
