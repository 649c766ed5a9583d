"""The documentation says what the code does, and the project speaks of itself alone."""

import importlib.util
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from charging import cli
from charging.domain.schema import TABLES
from charging.domain.vocabulary import Current, Datum
from charging.settings import PREFIX, Settings
from charging.sources.readers import READERS
from charging.sources.records import PileRecord, Reason
from charging.sources.tabular import model as tabular
from charging.sources.tabular.presets import PRESETS, load_preset

ROOT = Path(__file__).resolve().parents[1]
MIN_ANSWERS, MAX_README_LINES = 10, 110
PINNED = {"streamlit", "streamlit-folium", "folium", "xstatic-leaflet", "pypinyin"}

INSTALL = "python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements.txt && .venv/bin/"
RUN, TEST = f"{INSTALL}streamlit run dashboard.py", f"{INSTALL}python -m pytest"

# a bracket in each pattern, so that this file passes its own test
STRANGE = re.compile(
    r"p[y]pi\.|python[h]osted\.|npm[j]s\.|[a]naconda\.org|crates[.]io|proxy\.g[o]lang"
    r"|\bT[O]DO\b|\bF[I]XME\b|\bX[X]X\b|\bA[I]\b|\bL[L]Ms?\b|Chat[G]PT"
)
# not where Debian keeps the data of a service
ABSOLUTE = re.compile(r"(?<![\w.:/}\"'])/(?!var/lib/charging\b)(work|root|home|Users|tmp|var|opt)/\w")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generate():
    return load(ROOT / "docs" / "generate.py")


def text(name):
    return (ROOT / name).read_text("utf-8")


def project_files():
    """Return the files of the project: those git knows or would take."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(names.split("\0"))) if name and (ROOT / name).is_file()]


def text_files():
    for path in project_files():
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(ROOT), data.decode("utf-8", errors="ignore")


def blocks(name, language):
    """Return the fenced blocks of a language in a document."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(name), re.MULTILINE | re.DOTALL)


def test_the_readme_runs_and_tests_the_project_with_one_line_each():
    lines = "".join(blocks("README.md", "sh")).splitlines()
    assert [line for line in lines if line.startswith("python3 ")] == [RUN, TEST]
    assert (ROOT / "dashboard.py").is_file()


def test_a_first_start_asks_no_question():
    server = tomllib.loads(text(".streamlit/config.toml"))["server"]
    assert server.get("showEmailPrompt") is False


def test_ci_runs_the_test_command_of_the_readme_and_then_what_takes_long():
    pattern = re.search(r"^command=\$\(grep -E -- '(.+)' README\.md\)$", text(".ci/run"), re.MULTILINE)
    assert [line for line in text("README.md").splitlines() if re.search(pattern[1], line)] == [TEST]
    *_, first, second = text(".ci/run").splitlines()
    assert first == 'bash -euo pipefail -c "$command"'
    assert second == 'CHARGING_EXAMPLES=20 .venv/bin/python -m pytest -m "endurance or hypothesis"'
    required = "CHARGING_REQUIRE_PEER=1 CHARGING_REQUIRE_BROWSER=1 CHARGING_REQUIRE_NGINX=1"
    assert f"export {required}\n" in text(".ci/run")


@pytest.mark.slow
@pytest.mark.parametrize("name", load(ROOT / "docs" / "generate.py").FILES)
def test_what_is_made_from_the_code_agrees_with_it(generate, name):
    # otherwise: .venv/bin/python docs/generate.py
    assert text(name) == generate.renewed(text(name))


def test_every_generated_part_stands_in_a_document(generate):
    begun = [name for file in generate.FILES for name in re.findall(r"<!-- begin ([\w ]+) -->", text(file))]
    assert sorted(begun) == sorted(generate.PARTS)


def test_every_analysis_is_defined_on_one_page(generate):
    folder = ROOT / "charging" / "analytics"
    paths = [path.relative_to(folder).with_suffix("") for path in folder.rglob("[a-z]*.py")]
    modules = [".".join(path.parts) for path in paths]
    assert sorted(name for names in generate.TOPICS.values() for name in names) == sorted(modules)


def test_every_setting_is_documented():
    rows = dict(
        re.findall(rf"^\| `{PREFIX}(\w+)` \| `?([^|`]*)`? ?\|", text("docs/settings.md"), re.MULTILINE)
    )
    assert rows == {
        name.upper(): str((spec.json_schema_extra or {}).get("default", spec.default))
        for name, spec in Settings.model_fields.items()
    }


def test_every_command_and_option_is_documented(generate):
    assert generate.command_names()
    for name in generate.command_names():
        assert generate.help_text(name) in text("docs/commands.md")
        assert re.search(rf"^charging {name}\b", text("docs/commands.md"), re.MULTILINE)


def test_every_column_is_documented():
    rows = re.findall(r"^\| `(\w+)` \| [a-z]+[^|]* \|", text("docs/data.md"), re.MULTILINE)
    assert [name for name in rows if name not in list(Reason)] == [
        column.name for table in TABLES for column in table.columns
    ]


def test_every_reason_is_documented():
    assert re.findall(r"^\| `(\w+)` \| [a-z]+ [^|]+ \|$", text("docs/data.md"), re.MULTILINE) == list(Reason)


def test_every_format_is_documented():
    table = text("docs/data.md").partition("| format | file |")[2].partition("\n\n")[0].casefold()
    assert [reader.title for reader in READERS if reader.title.casefold() not in table] == []


def test_the_presets_shown_can_be_used(tmp_path):
    shown = blocks("docs/data.md", "toml")
    assert len(shown) > 1
    for number, block in enumerate(shown):
        (tmp_path / f"shown{number}.toml").write_text(block, "utf-8")
        assert {"source_id", "lat", "lon"} <= load_preset(f"shown{number}", tmp_path).station.columns.keys()


def test_the_first_preset_shown_reads_a_table(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(blocks("docs/data.md", "toml")[0], "utf-8")
    mine = load_preset("mine", tmp_path)
    monkeypatch.setattr(tabular, "load_preset", lambda _: mine)
    table = tmp_path / "stations.csv"
    table.write_text(f"{','.join(mine.columns)}\n1,31.2,121.5,North Gate,TELD,4,120\n", "utf-8")
    (station,) = tabular.read(table, preset="mine")
    assert (station.lat, station.operator_raw, station.datum) == (31.2, "TELD", Datum.WGS84)
    assert station.piles == (PileRecord(current=Current.DC, power_kw=120.0, count=4),)


def test_the_commands_shown_can_be_typed(generate):
    documents = "".join(text(f"{name}.md") for name in ("README", "docs/data", "docs/settings"))
    shown = [line.split() for line in re.findall(r"\.venv/bin/charging ([^`\n]+)", documents)]
    assert shown
    assert {arguments[0] for arguments in shown} <= {*generate.command_names()}
    for arguments in shown:
        cli.build_parser(arguments).parse_args(arguments)


def test_every_preset_is_named_in_the_documentation():
    documents = text("docs/data.md")
    assert [path.stem for path in PRESETS.glob("*.toml") if f"`{path.stem}`" not in documents] == []


PROJECT = tomllib.loads(text("pyproject.toml"))
BACKEND = PROJECT["build-system"]["requires"]


def versions(packages):
    """Return what is asked of the versions of packages, by their names in lower case."""
    named = (re.fullmatch(r"([\w.-]+)(.*)", package).groups() for package in packages)
    return {name.lower(): version for name, version in named}


def requirements():
    project = PROJECT["project"]
    return versions(project["dependencies"] + project["optional-dependencies"]["test"])


def test_dependencies_are_named_once():
    assert text("requirements.txt") == "-e .[test]\n"
    assert versions(BACKEND).items() <= requirements().items()  # a test builds without an index


def test_every_requirement_has_bounds_and_a_reason():
    reasons = re.findall(r"^\| ([\w-]+) \| .+ \|$", text("CONTRIBUTING.md"), re.MULTILINE)
    assert requirements().keys() <= {name.lower() for name in reasons}
    for name, version in requirements().items():
        assert re.fullmatch(r"==[\d.]+" if name in PINNED else r">=[\d.]+,<\d+", version), name


IMPORTS = re.compile(r"^ *(?:import|from) (\w+)|\bpytest\.importorskip\(\"(\w+)", re.MULTILINE)


def imported_packages():
    """Return what the project and its tests import; scripts beside them bring their own."""
    paths = [ROOT / "dashboard.py", *ROOT.glob("charging/**/*.py"), *ROOT.glob("tests/**/*.py")]
    ours = [path for path in paths if not {"benchmarks", "fuzzing"} & {*path.parts}]
    return {name for path in ours for names in IMPORTS.findall(path.read_text("utf-8")) for name in names}


MEASURED = {"ijson"}  # a peer in the benchmarks


@pytest.mark.slow
def test_requirements_are_what_is_imported():
    known = packages_distributions()
    imported = {name.lower() for package in imported_packages() for name in known.get(package, ())}
    assert requirements().keys() == (imported - {"charging"}) | versions(BACKEND).keys() | MEASURED


@pytest.mark.slow
def test_no_text_names_a_registry_an_absolute_path_or_what_is_not_of_the_project():
    assert [
        f"{path}:{content[: found.start()].count(chr(10)) + 1}: {found[0]}"
        for path, content in text_files()
        for found in (*STRANGE.finditer(content), *ABSOLUTE.finditer(content))
    ] == []


@pytest.mark.parametrize("decision", re.split(r"^### ", text("docs/decisions.md"), flags=re.MULTILINE)[1:])
def test_a_decision_has_its_context_its_number_and_when_to_think_again(decision):
    parts = re.findall(r"^- \*\*(\w+):?\*\*", decision, re.MULTILINE)
    assert parts == ["Context", "Decision", "Number", "Reconsider"]


def test_every_promise_of_security_is_shown_by_a_test_that_is_there():
    _, promised, _ = re.split(r"^## .*$", text("SECURITY.md"), flags=re.MULTILINE)
    rows = [row for row in promised.splitlines() if row.startswith("|")][2:]
    assert rows
    for row in rows:
        shown = re.findall(r"`(tests/[\w/.]+)::(test_\w+)`", row)
        assert shown, row
        assert [f"{file}::{name}" for file, name in shown if f"\ndef {name}(" not in text(file)] == []


def test_where_to_find_things_names_files_that_are_there():
    answers = text("CONTRIBUTING.md").partition("## Where do I find")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:charging|tests|docs|data)/[\w./]+)`", answers)
    assert len(named) >= MIN_ANSWERS
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_is_for_a_stranger_with_two_minutes():
    assert len(text("README.md").splitlines()) <= MAX_README_LINES


def test_links_inside_the_project_lead_somewhere():
    assert [
        f"{document}: {link}"
        for document in (path for path in project_files() if path.suffix == ".md")
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8"))
        if not re.match(r"https?:|mailto:|#", link)
        and not (document.parent / link.partition("#")[0]).exists()
    ] == []


def test_pictures_are_small():
    heavy = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert {name: size for name, size in heavy.items() if size > 250_000} == {}
