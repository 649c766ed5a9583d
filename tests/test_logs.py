"""The log: its two forms, what it leaves alone, and what is told in it."""

import io
import json
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging import logs
from charging.cli import LEVELS
from charging.dataset.pipeline import import_files
from charging.errors import SourceError, UsageError
from charging.maps.tiles import usable_tiles
from charging.settings import Settings

REGISTER = Path(__file__).parent / "fixtures" / "tabular" / "shenzhen.csv"
LOG = logging.getLogger("charging.some.where")


@pytest.fixture
def log():
    """Configure the log; return a function that says what was written."""
    stream = io.StringIO()

    def _log(level="debug", form="text"):
        logs.configure(level, form, stream)
        return stream.getvalue

    yield _log
    logs.reset()


def fail():
    error = SourceError("the file\nTypeError: forged")
    error.__cause__ = OSError("the disk")
    LOG.warning("Failed\x1b[2J on %(file)s", {"file": "a\nb"}, exc_info=error)


def test_a_line_of_text_has_time_level_logger_and_message(log):
    written = log()
    LOG.info("Read %(rows)d rows", {"rows": 3})
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 INFO charging\.some\.where: Read 3 rows\n"
    assert re.fullmatch(pattern, written())


def test_a_line_of_json_has_the_values_as_fields_and_a_failure_with_its_cause(log):
    written = log(form="json")
    LOG.info("Read %(rows)d rows", {"rows": 3})
    fail()
    first, second = (json.loads(line) for line in written().splitlines())
    assert first.keys() == {"time", "level", "logger", "message", "fields"}
    assert (first["level"], first["message"], first["fields"]) == ("INFO", "Read 3 rows", {"rows": 3})
    assert first["time"].endswith("+00:00")
    assert "OSError: the disk" in second["exception"]
    assert "SourceError: the file" in second["exception"]


def test_foreign_text_begins_no_line_of_its_own(log):
    written = log()
    fail()
    first, *others = written().splitlines()
    assert first.endswith(r"Failed\x1b[2J on a\nb")
    assert {line[:4] for line in others} == {" " * 4}
    assert "OSError: the disk" in written()


@pytest.mark.parametrize(("level", "count"), [("debug", 3), ("info", 2), ("WARNING", 1), (logging.ERROR, 0)])
def test_what_is_below_the_level_is_not_written(log, level, count):
    written = log(level)
    for each in (LOG.debug, LOG.info, LOG.warning):
        each("said")
    assert written().count("said") == count


def test_no_line_is_written_twice_and_no_other_logger_is_touched(log, caplog):
    root = logging.getLogger()
    before = [*root.handlers], root.level
    log()
    written = log()
    LOG.warning("once")
    logging.getLogger("httpx").warning("another's")
    assert (written().count("once"), "another's" in written()) == (1, False)
    assert "once" not in caplog.text
    assert ([*root.handlers], root.level) == before


def test_on_a_terminal_a_line_replaces_the_progress_bar():
    record = logging.LogRecord("charging", logging.INFO, "", 1, "said", None, None)
    assert logs.TextFormatter(is_terminal=True).format(record).startswith("\r\x1b[K20")


def test_an_import_tells_what_it_read_wrote_and_opens_from_now_on(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG, "charging"):
        report = import_files([REGISTER], build_dir=tmp_path, name="mine").manifest.report
    said = [record.getMessage() for record in caplog.records]
    wanted = (
        "Importing 1 file(s) as mine",
        "Reading shenzhen.csv as tabular",
        f"Read {report.rows_read} records for mine: {report.stations} stations taken",
        "Wrote v1-",
        f" of {tmp_path / 'mine'}, content ",
        f"In {tmp_path} the dataset opened by default is now mine",
    )
    assert [part for part in wanted if not any(part in line for line in said)] == []


@pytest.fixture
def broken(tmp_path):
    file = tmp_path / "broken.csv"
    file.write_bytes(b"\x1f\x8bno gzip at all")
    return file


@pytest.mark.parametrize(("options", "level"), [((), None), (("-v",), "INFO"), (("-v", "-v"), "DEBUG")])
def test_the_command_line_logs_as_much_as_it_is_asked_to(run, options, level):
    _, out, error = run("info", "tiny", "--json", *options)
    assert json.loads(out)["name"] == "tiny"
    assert ("DEBUG charging.dataset.store: Opened v1" in error) == (level == "DEBUG")
    assert (error == "") == (level != "DEBUG")


@pytest.mark.parametrize("before", [True, False])
def test_a_failed_command_tells_its_causes_only_if_asked_to(run, broken, before):
    command = ["import", broken]
    code, out, error = run(*(["-v", *command] if before else [*command, "-v"]))
    assert (code, out) == (1, "")
    assert "INFO charging.cli: The command failed" in error
    assert "Traceback" in error
    assert "Traceback" not in run(*command)[2]


def test_a_command_leaves_the_loggers_as_they_were(run):
    run("info", "tiny", "-vvv")
    log = logging.getLogger("charging")
    assert (log.handlers, log.level, log.propagate) == ([], logging.NOTSET, True)
    assert sorted(LEVELS, reverse=True) == [*LEVELS]


SECRETS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=4).map("zq9{}".format)


@pytest.mark.slow
@given(SECRETS)
def test_no_key_of_a_tile_server_is_written(key):
    keys = {
        "tianditu_key": key,
        "carto_key": key,
        "tiles_url": f"https://x.example/{{z}}/{{x}}/{{y}}.png?key={key}",
    }
    stream = io.StringIO()
    for form in ("text", "json"):
        logs.configure("debug", form, stream)
        for wrong in ({"tiles_datum": "nonsense"}, {"tiles": "nonsense"}):
            settings = Settings(**keys, **wrong)
            LOG.info("%(settings)s", {"settings": settings})
            with pytest.raises(UsageError) as caught:
                usable_tiles(settings)
            LOG.error("Failed", exc_info=caught.value)
    logs.reset()
    assert "CHARGING_TILES" in stream.getvalue()
    assert [form for form in (key, json.dumps(key)[1:-1]) if form in stream.getvalue()] == []
