"""The package as others install it: built, put into an environment of its own, and run elsewhere."""

import os
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from browser.live import started

pytestmark = pytest.mark.endurance

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (
    "charging",
    "data",
    ".streamlit",
    "dashboard.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".gitignore",
)
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
OFFLINE = ["-q", "--no-index", "--no-deps"]
PRIVATE = ("data/build/ours/v1/piles.parquet", ".streamlit/secrets.toml")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A checkout with a dataset and a secret in it."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("build", "secrets.toml")
            )
        else:
            shutil.copy(ROOT / name, folder)
    for name in PRIVATE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("private", "utf-8")
    return folder


@pytest.fixture(scope="module")
def wheel(sources, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", str(folder), str(sources)]
    subprocess.run(command, check=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """The folder of programs of a fresh environment that has the wheel, over the packages at hand."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
    python = Path(paths["scripts"]) / "python"
    subprocess.run([*PIP, f"--python={python}", "install", *OFFLINE, str(wheel)], check=True)
    at_hand = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(paths["purelib"]) / "at_hand.pth").write_text("\n".join(at_hand), "utf-8")
    return python.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home of somebody who has never used it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def elsewhere(home, tmp_path, monkeypatch):
    """An empty folder, with no setting but the home."""
    for name in [
        name for name in os.environ if name.startswith(("CHARGING_", "STREAMLIT_", "XDG_", "PYTHON"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    return tmp_path


def answer(*command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_the_wheel_holds_every_file_that_is_needed_and_none_that_git_ignores(sources, wheel):
    ours = {path.relative_to(sources).as_posix() for path in sources.rglob("*") if path.is_file()}
    needed = {name for name in ours - {*PRIVATE} if "__pycache__" not in name}
    places = {"data": "charging/data", ".streamlit": "charging/dashboard/.streamlit"}
    expected = {"charging/dashboard/dashboard.py"} | {
        f"{places.get(part, part)}/{rest}"
        for part, _, rest in (name.partition("/") for name in needed)
        if rest and not (part == "data" and rest.endswith(".py"))
    }
    held = zipfile.ZipFile(wheel).namelist()
    assert {name for name in held if ".dist-info/" not in name} == expected


def test_the_wheel_names_no_place_of_the_machine_it_was_built_on(sources, wheel):
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            for place in (sources, ROOT, Path.home(), sys.prefix):
                assert f"{place}/".encode() not in packed.read(name), name


def test_the_package_is_imported_from_the_wheel(programs, elsewhere):
    code = "import charging; print(charging.__file__)"
    found = answer(programs / "python", "-c", code, folder=elsewhere)
    assert Path(found.strip()).is_relative_to(programs.parent)


def test_a_dataset_is_built_into_the_users_data_folder(programs, home, elsewhere):
    answer(programs / "charging", "build", folder=elsewhere)
    assert "1,020,000 piles" in answer(programs / "charging", "info", folder=elsewhere)
    assert [path for path in home.rglob("CURRENT") if "charging" in path.parts]
    assert list(elsewhere.iterdir()) == []


def test_the_page_is_served_also_beside_files_that_are_called_like_its_modules(programs, elsewhere):
    for name in ("charging.py", "dashboard.py", "streamlit.py"):
        (elsewhere / name).write_text("raise SystemExit('not what is installed')", "utf-8")
    with started([programs / "charging", "serve"], folder=elsewhere) as (url, _):
        # runs the script as for a visitor, over the dataset of the test above, or builds one
        checked = urllib.request.urlopen(f"{url}/_stcore/script-health-check", timeout=60)  # noqa: S310  our own
        with checked:
            assert (checked.status, checked.read()) == (200, b"ok")
