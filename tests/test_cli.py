import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from charging.cli import ProgressLine
from charging.dataset.store import open_dataset
from charging.dataset.versions import write_version
from charging.domain.vocabulary import Datum
from charging.sources.records import StationRecord

ROOT = Path(__file__).resolve().parents[1]

REGISTER = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n1,114.06,22.54,20,1,1,1\n"


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(REGISTER, "utf-8")
    return path


def test_info_prints_the_figures_as_json(run, build_dir):
    code, out, _ = run("info", "tiny", "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["name"], told["kind"], told["as_of"]) == ("tiny", "real", "2024-12")
    assert told["version"] == open_dataset(build_dir / "tiny").version.name
    assert (told["stations"], told["piles"], told["dc_piles"], told["operators"]) == (12, 82, 40, 5)
    assert told["piles_by_operator"] == {"teld": 42, "state_grid": 22, "nio": 10, "无名充电": 6}
    assert (told["cities"], told["service_areas"], told["service_area_share"]) == (3, 2, 0.5)
    assert told["sources"][0]["licence"] == "CC0-1.0"
    assert len(told["content_hash"]) == 64


def test_info_is_also_for_people(run):
    code, out, _ = run("info", "tiny")
    assert code == 0
    assert "82 piles, 40 of them DC, 11 not known; counted: pile" in out
    assert "1 of 2 service areas with piles (50.0%)" in out


def test_a_folder_does_as_well_as_a_name(run, build_dir):
    assert run("info", build_dir / "tiny")[0] == 0


def test_without_a_dataset_the_answer_says_how_to_make_one_or_which_there_are(run, build_dir):
    code, _, err = run("info")
    assert (code, "The datasets there are: tiny." in err) == (1, True)
    shutil.rmtree(build_dir / "tiny")
    code, _, err = run("info")
    assert (code, "run 'build' or 'import' first" in err) == (1, True)


def test_the_dataset_last_imported_is_the_one_meant(run, register):
    assert run("import", register)[0] == 0
    assert json.loads(run("info", "--json")[1])["name"] == "register"


@pytest.mark.slow
def test_an_import_prints_its_report(run, register):
    _, out, err = run("import", register)
    assert "Read 1 records: 1 stations" in out
    assert "reading register.csv" in err
    told = json.loads(run("import", register, "--json", "--name", "other")[1])
    assert (told["name"], told["report"]["rows_read"], told["piles"]) == ("other", 1, 20)


def test_an_import_takes_what_is_known_better_than_the_file_says(run, register):
    options = ("--id-from-file", "--timezone", "Asia/Shanghai", "--crs", "EPSG:4490", "--repair", "swap")
    assert run("import", register, "--name", "corrected", *options)[0] == 0


def test_an_import_goes_where_it_is_told(run, register, tmp_path):
    code, out, _ = run("import", register, "--into", tmp_path / "deep" / "down", "--json")
    assert (code, json.loads(out)["name"]) == (0, "down")
    assert (tmp_path / "deep" / "down" / "CURRENT").is_file()


def test_a_sound_dataset_is_valid_and_a_damaged_one_is_not(run, build_dir):
    code, out, _ = run("validate", "tiny", "--json")
    assert (code, json.loads(out)["complaints"]) == (0, [])
    path = open_dataset(build_dir / "tiny").path("piles")
    data = path.read_bytes()
    path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    code, out, _ = run("validate", "tiny")
    assert code == 1
    assert "piles.parquet" in out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("import",),
        ("import", "none.csv"),
        ("import", "register.csv", "--format", "fax"),
        ("import", "register.csv", "--preset", "none"),
        ("import", "register.csv", "--datum", "nad27"),
        ("import", "register.csv", "--timezone", "Peking"),
        ("import", "register.csv", "--crs", "UTM"),
        ("import", "register.csv", "--repair", "all"),
        ("import", "register.csv", "--name", "../up"),
        ("import", "register.csv", "--name", "simulated"),
        ("build", "--scale", "0"),
        ("build", "--scale", "many"),
        ("build", "--seed", "-1"),
    ],
)
def test_bad_use_exits_with_2_and_explains_itself(run, register, monkeypatch, arguments):
    monkeypatch.chdir(register.parent)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "charging" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("content", ["", "not,a,register\n1,2,3\n", REGISTER.replace("114.06", "0")])
def test_bad_data_exits_with_1_and_keeps_the_dataset_in_use(run, tmp_path, tiny_dataset, content):
    path = tmp_path / "tiny.csv"
    path.write_text(content, "utf-8")
    code, out, err = run("import", path)
    assert (code, out) == (1, "")
    assert "tiny.csv" in err
    assert json.loads(run("info", "tiny", "--json")[1])["content_hash"] == tiny_dataset.content_hash


def test_a_damaged_dataset_exits_with_1(run, build_dir):
    (open_dataset(build_dir / "tiny").version / "manifest.json").write_text("{")
    assert run("info", "tiny")[0] == 1


def test_an_unreadable_setting_is_bad_use(run, monkeypatch):
    monkeypatch.setenv("CHARGING_STATION_LIMIT", "many")
    assert run("info", "tiny")[0] == 2


def test_an_interrupted_command_says_that_nothing_changed(run, register, monkeypatch):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("charging.cli.import_files", interrupt)
    code, _, err = run("import", register)
    assert code == 130
    assert "no dataset was changed" in err


@pytest.mark.parametrize("command", ["build", "import", "info", "validate"])
def test_every_command_has_help_and_json(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--json" in out


def test_progress_is_a_few_lines_where_no_terminal_is():
    stream = io.StringIO()
    line = ProgressLine(stream)
    for percent in range(101):
        line(percent / 100, "reading")
    assert stream.getvalue().splitlines() == ["  0% reading", " 50% reading", "100% reading"]


def test_progress_is_one_line_on_a_terminal():
    stream = io.StringIO()
    stream.isatty = lambda: True
    line = ProgressLine(stream)
    line(0.5, "reading")
    line(1.0, "done")
    assert stream.getvalue().count("\n") == 1
    assert "[###############               ]  50% reading" in stream.getvalue()


@pytest.fixture(scope="module")
def after_an_import(tmp_path_factory):
    """Import a table in a process of its own; return the modules it holds then, and the rows of a frame."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "register.csv").write_text(REGISTER, "utf-8")
    code = (
        "import json, sys; from charging.cli import main; main(sys.argv[1:]); modules = [*sys.modules]; "
        "import pyarrow; rows = len(pyarrow.table({'a': [1, 2]}).to_pandas()); "
        "print(json.dumps([modules, rows]))"
    )
    command = [sys.executable, "-c", code, "import", str(folder / "register.csv")]
    environment = os.environ | {"CHARGING_BUILD_DIR": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    modules, rows = json.loads(done.stdout.splitlines()[-1])
    return {*modules}, rows


@pytest.mark.slow
def test_an_import_of_a_table_loads_no_pandas_no_duckdb_no_server_no_feed_no_guess_and_no_simulation(
    after_an_import,
):
    modules, _ = after_an_import
    feeds = ("ocpi", "open_charge_map", "openstreetmap", "tcec102")
    unwanted = {
        *("pandas", "duckdb", "asyncio", "pydantic_settings", "pyarrow.acero", "charging.simulation.network"),
        *(f"charging.sources.{feed}.model" for feed in feeds),
        *(f"charging.sources.recognition.{name}" for name in ("table_guess", "guessed_preset", "cells")),
    }
    assert unwanted & modules == set()


def test_arrow_still_makes_frames_after_an_import(after_an_import):
    assert after_an_import[1] == 2


@pytest.mark.slow
def test_the_module_runs_without_streamlit_and_folium(build_dir):
    code = (
        "import sys; sys.modules.update(streamlit=None, folium=None); sys.argv = ['charging', 'info', 'tiny']"
    )
    command = [
        sys.executable,
        "-c",
        f"{code}; import runpy; runpy.run_module('charging', run_name='__main__')",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert str(build_dir) in run.stdout


def test_info_says_what_nobody_states_and_counts_who_is_named(run, tmp_path, build, tiny_description):
    bare = {"lat": 70.0, "lon": -40.0, "datum": Datum.WGS84, "country": "GL"}  # no town is near
    named = StationRecord(source_id="1", operator_raw="Tesla", city_raw="Troy", **bare)
    write_version(tmp_path / "named", build([named]).tables, tiny_description)
    out = run("info", tmp_path / "named")[1]
    assert "number of piles not known, DC or AC not known" in out
    assert "1 operator, 1 city or town" in out
    write_version(tmp_path / "bare", build([StationRecord(source_id="1", **bare)]).tables, tiny_description)
    out = run("info", tmp_path / "bare")[1]
    assert "number of operators not known, cities not known" in out
    told = json.loads(run("info", tmp_path / "bare", "--json")[1])
    assert [told[name] for name in ("piles", "operators", "cities", "places")] == [None] * 4


def test_a_sample_is_imported_by_its_name_and_takes_neither_files_nor_what_is_said_of_them(run, register):
    code, out, _ = run("import", "--sample", "shenzhen", "--json")
    told = json.loads(out)
    assert (code, told["name"], told["stations"], told["piles"]) == (0, "shenzhen-sample", 1_587, 23_441)
    for more in ([register], ["--datum", "wgs84"], ["--dry-run"]):
        code, _, err = run("import", "--sample", "shenzhen", *more)
        assert (code, "without files and options" in err) == (2, True)
    assert run("import")[0] == 2
