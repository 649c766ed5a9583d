"""What `charging doctor` finds: each fault is told with what to do, and a sound set-up has none."""

import json
import os
import resource
import shutil
from typing import NamedTuple

import pytest

from charging.cli.checks import configuration, machine
from charging.cli.checks.diagnosis import Level
from charging.dataset.store import CURRENT, LAST, remember_dataset
from charging.settings import Settings

SECRET = "0123456789abcdef" * 4
EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing is bound to it


class Usage(NamedTuple):
    free: int


@pytest.fixture
def sound(build_dir, monkeypatch):
    """A folder of datasets of which one is shown, and settings that are right."""
    build_dir.chmod(0o750)
    remember_dataset(build_dir, build_dir / "tiny")
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", SECRET)
    monkeypatch.setenv("CHARGING_ALLOWED_HOSTS", "map.example.org")
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1_024, 65_536))
    return build_dir


@pytest.fixture
def diagnose(run, sound):  # noqa: ARG001  what is sound is made unsound by a test
    """Run the command; return its exit code and what is no "ok", by the word of its check."""

    def _diagnose(*arguments):
        code, out, _ = run("doctor", "--json", *arguments)
        told = json.loads(out)
        assert told["faults"] == sum(each["level"] == "fault" for each in told["findings"])
        bad = [each for each in told["findings"] if each["level"] != "ok"]
        assert all(each["advice"] for each in bad)
        return code, {each["check"]: (each["level"], each["found"]) for each in bad}

    return _diagnose


def settings(folder, **given):
    return Settings.from_environment({"CHARGING_BUILD_DIR": str(folder)} | given)


def levels(findings):
    return {finding.check: finding.level for finding in findings}


def test_a_sound_setup_has_no_faults(diagnose, run):
    assert diagnose() == (0, {})
    assert run("doctor")[1].splitlines()[-1] == "Nothing is wrong."


def test_a_setting_that_cannot_be_read_is_a_fault_and_the_rest_is_looked_at(diagnose, run, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOADS", "perhaps")
    code, bad = diagnose()
    assert (code, bad["settings"][0]) == (1, "fault")
    assert "CHARGING_UPLOADS" in bad["settings"][1]
    checks = {each["check"] for each in json.loads(run("doctor", "--json")[1])["findings"]}
    assert checks > {"settings", "folder", "space", "open files", "uploads", "secret", "proxy"}


def test_a_folder_that_is_missing_is_made_where_that_is_possible(tmp_path):
    assert levels(machine.look_at_folder(settings(tmp_path / "new"))) == {"folder": Level.NOTE}
    (tmp_path / "file").write_text("", "utf-8")
    assert levels(machine.look_at_folder(settings(tmp_path / "file"))) == {"folder": Level.FAULT}


@pytest.mark.parametrize(("uploads", "level"), [("on", Level.FAULT), ("off", Level.OK)])
def test_a_folder_that_cannot_be_written_is_right_only_without_uploads(tmp_path, monkeypatch, uploads, level):
    monkeypatch.setattr(machine, "unfinished_path", lambda folder: folder / "nowhere" / "probe")
    tmp_path.chmod(0o750)
    found = machine.look_at_folder(settings(tmp_path, CHARGING_UPLOADS=uploads))
    assert levels(found) == {"folder": level}


def test_what_other_users_may_do_is_told(sound):
    table = next(sound.rglob("stations.parquet"))
    sound.chmod(0o755)
    table.chmod(0o644)
    assert levels(machine.look_at_folder(settings(sound)))["access"] is Level.NOTE
    sound.chmod(0o757)
    assert Level.FAULT in {each.level for each in machine.look_at_folder(settings(sound))}


def test_a_disk_without_space_for_an_upload_is_a_fault(diagnose, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(300_000_000))
    code, bad = diagnose()
    assert (code, bad["space"]) == (1, ("fault", "300 MB are free, 400 MB may be needed at once"))
    monkeypatch.setenv("CHARGING_UPLOADS", "off")
    assert diagnose() == (0, {})


def test_few_open_files_are_told_in_visitors(diagnose, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1_024, 1_024))
    assert diagnose() == (0, {"open files": ("note", "1,024 at most, for some 256 visitors")})


def test_an_upload_that_streamlit_would_refuse_is_a_fault(diagnose, monkeypatch):
    monkeypatch.setenv("CHARGING_UPLOAD_LIMIT_MB", "500")
    assert diagnose()[1]["uploads"][0] == "fault"
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "500")
    assert diagnose() == (0, {})


@pytest.mark.parametrize(("secret", "level"), [("", Level.NOTE), ("guess", Level.FAULT), (SECRET, Level.OK)])
def test_the_secret_of_cookies_is_long_where_there_is_one(tmp_path, secret, level):
    found = configuration.look_at_streamlit({"server.cookieSecret": secret}, settings(tmp_path))
    [finding] = [each for each in found if each.check == "secret"]
    assert finding.level is level
    assert not secret or secret not in str(finding)


def test_streamlits_protection_is_left_on(tmp_path):
    options = {"server.enableXsrfProtection": "false"}
    assert levels(configuration.look_at_streamlit(options, settings(tmp_path)))["protection"] is Level.FAULT


@pytest.mark.parametrize(
    ("address", "trusted", "level"),
    [
        ("127.0.0.1", None, Level.OK),
        ("localhost", "*", Level.OK),
        (EVERYWHERE, None, Level.NOTE),
        ("", "10.0.0.2", Level.OK),
        ("10.0.0.1", "*", Level.FAULT),
    ],
)
def test_only_a_proxy_is_believed_what_it_says_of_visitors(address, trusted, level):
    environment = {} if trusted is None else {"FORWARDED_ALLOW_IPS": trusted}
    found = configuration.look_at_proxy({"server.address": address}, environment)
    assert levels(found) == {"proxy": level}


@pytest.mark.parametrize(
    ("address", "hosts", "level"),
    [
        (EVERYWHERE, "", Level.FAULT),
        ("", "", Level.FAULT),
        ("localhost", "", Level.NOTE),
        (EVERYWHERE, "map.example.org", Level.OK),
    ],
)
def test_a_server_that_answers_to_no_name_visitors_know_is_told(tmp_path, address, hosts, level):
    given = settings(tmp_path, CHARGING_ALLOWED_HOSTS=hosts)
    assert levels(configuration.look_at_hosts({"server.address": address}, given)) == {"hosts": level}


def test_options_of_streamlit_are_those_of_variables_before_those_of_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert configuration.streamlit_options({})["server.address"] == "localhost"
    given = {"STREAMLIT_SERVER_ADDRESS": "::1", "STREAMLIT_SERVER_BASE_URL_PATH": "ev"}
    options = configuration.streamlit_options(given)
    assert (options["server.address"], options["server.baseUrlPath"]) == ("::1", "ev")


def test_a_file_of_streamlit_that_cannot_be_read_is_a_fault(diagnose, tmp_path, monkeypatch):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[server", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    code, bad = diagnose()
    assert (code, bad["Streamlit"][0]) == (1, "fault")


def test_a_peer_is_told_of_with_the_variables_it_lacks(sound, diagnose, monkeypatch):
    (sound / "peers").mkdir()
    peer = sound / "peers" / "north.toml"
    peer.write_text(
        'kind = "ocpi"\nurl = "https://ocpi.example/versions"\ntoken_env = "NORTH_TOKEN"\n', "utf-8"
    )
    peer.chmod(0o640)
    code, bad = diagnose()
    assert (code, bad["peer"][0]) == (0, "note")
    assert "NORTH_TOKEN" in bad["peer"][1]
    monkeypatch.setenv("NORTH_TOKEN", "secret")
    assert diagnose() == (0, {})
    peer.write_text('kind = "smoke"\n', "utf-8")
    assert diagnose()[1]["peer"][0] == "fault"


def test_a_dataset_that_is_damaged_is_a_fault(sound, diagnose):
    table = next((sound / "tiny").rglob("stations.parquet"))
    data = bytearray(table.read_bytes())
    data[len(data) // 2] ^= 1
    table.chmod(0o640)
    table.write_bytes(data)
    code, bad = diagnose()
    assert (code, bad["dataset"][0]) == (1, "fault")
    assert "stations.parquet" in bad["dataset"][1]


def test_a_dataset_that_is_not_there_any_more_is_a_fault(sound, diagnose, monkeypatch):
    (sound / LAST).write_text("gone\n", "utf-8")
    assert diagnose()[1]["dataset"][0] == "fault"
    monkeypatch.setenv("CHARGING_DATASET", "elsewhere")
    assert diagnose()[1]["dataset"][0] == "fault"


def test_another_dataset_that_cannot_be_opened_is_a_fault(sound, diagnose):
    (sound / "broken").mkdir()
    (sound / "broken" / CURRENT).write_text("v1\n", "utf-8")
    code, bad = diagnose()
    assert (code, bad["dataset"][0]) == (1, "fault")
    assert "broken cannot be opened" in bad["dataset"][1]


def test_looking_changes_nothing(sound, diagnose):
    def state():
        return {path: path.stat().st_mtime_ns for path in sound.rglob("*") if path.is_file()}

    before = state()
    diagnose()
    assert state() == before
    assert os.environ["CHARGING_BUILD_DIR"] == str(sound)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "127.0.0.1:9"])
def test_a_site_that_does_not_answer_is_a_fault(diagnose, url):
    code, bad = diagnose("--url", url)
    assert (code, bad["site"][0]) == (1, "fault")


def test_what_is_no_address_is_refused(run):
    code, _, err = run("doctor", "--url", "ftp://example.org")
    assert code == 2
    assert "expected an address" in err
