"""The house: which part may import which, what a module may hold, and what importing it may do."""

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

HOUSE = (
    "cli",
    "views",
    "server",
    "maps",
    "exports",
    "analytics",
    "queries",
    "sync",
    "dataset",
    "simulation",
    "sources",
    "domain",
    "server_settings",
    "settings",
    "logs",
    "paths",
    "addresses",
    "validation",
    "errors",
)
"""The parts from top to bottom: each imports only from itself and from what stands below it."""

WITHOUT_MAPS = (
    "cli",
    "server",
    "exports",
    "analytics",
    "queries",
    "sync",
    "dataset",
    "simulation",
    "sources",
)
"""Parts that know neither the map nor the page, although they stand above one of them."""

HOMES = {
    "streamlit": ("charging.views", "dashboard"),
    "streamlit_folium": ("charging.views",),
    "folium": ("charging.maps",),
    "branca": ("charging.maps",),
    "duckdb": ("charging.queries",),
    "charging.views": ("charging.views", "dashboard"),
    "jinja2": ("charging.views.report.report_html",),
    "markupsafe": (),  # a text is marked as safe in a template, where one sees it
    "httpx": ("charging.sync",),
    "cryptography": ("charging.sync",),
    "pypinyin": ("charging.dataset.building.pinyin",),
    "pydantic_settings": ("charging.server_settings",),
    "charging.sync": ("charging.sync", "charging.cli"),
}
"""What is imported in one place only, and where."""

MAX_LINES = 400
MAX_LINES_OF_PAGE = 60
MAX_MODULES = 21

TAG = re.compile(
    r"</?(a|b|br|div|em|form|h[1-6]|i|iframe|img|input|li|link|p|pre|script|small|span|strong|style|svg"
    r"|table|t[dhr]|ul)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def module_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted((ROOT / "charging").rglob("*.py"))}
MODULES["dashboard"] = ROOT / "dashboard.py"


@cache
def trees():
    """Return every module parsed, once, and not while tests are collected."""
    return {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


@cache
def nodes():
    """Return all that stands in each module."""
    return {name: [*ast.walk(tree)] for name, tree in trees().items()}


@cache
def imported(name):
    """Return the full names a module imports, those inside functions and of single functions included."""
    plain = [node.names for node in nodes()[name] if isinstance(node, ast.Import)]
    named = [node for node in nodes()[name] if isinstance(node, ast.ImportFrom)]
    return [
        *(alias.name for names in plain for alias in names),
        *(f"{node.module}.{alias.name}" for node in named for alias in node.names),
    ]


def is_inside(name, package):
    return f"{name}.".startswith(f"{package}.")


def part(name):
    """Return the part of the house a name of the project stands in; None outside, and for the root."""
    own, _, rest = name.partition(".")
    return rest.partition(".")[0] if own == "charging" and rest else None


def needs(name):
    """Return the modules of the project a module imports."""
    wanted = {full if full in MODULES else full.rpartition(".")[0] for full in imported(name)}
    return (wanted & MODULES.keys()) - {name}


def test_every_module_has_its_place_in_the_house():
    known = {*HOUSE, "__main__", None}
    assert [name for name in MODULES if part(name) not in known] == []


@pytest.mark.slow
def test_imports_only_point_down():
    order = {name: floor for floor, name in enumerate(HOUSE)} | {"__main__": -1}
    assert [
        f"{name} imports {full}"
        for name in MODULES
        if part(name)
        for full in imported(name)
        if part(full) in HOUSE and order[part(full)] < order[part(name)]
    ] == []


@pytest.mark.slow
def test_queries_datasets_sources_and_command_line_know_no_map_and_no_page():
    assert [
        f"{name} imports {full}"
        for name in MODULES
        if part(name) in WITHOUT_MAPS
        for full in imported(name)
        if part(full) in ("maps", "views")
    ] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_lives(library):
    assert [
        name
        for name in MODULES
        if any(is_inside(full, library) for full in imported(name))
        and not any(is_inside(name, home) for home in HOMES[library])
    ] == []


@pytest.mark.slow
def test_no_import_is_relative():
    assert [
        name
        for name, inside in nodes().items()
        for node in inside
        if isinstance(node, ast.ImportFrom) and node.level
    ] == []


def test_modules_do_not_import_each_other_in_a_circle():
    try:
        TopologicalSorter({name: needs(name) for name in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


ROOMS = {
    "views": ("app", "pages", "datasets", "analyses", "report", "chrome", "mapview", "session", "elements"),
    "sources": (
        "readers",
        "recognition",
        *("datex2", "irve_dynamic"),
        *("ocpi", "open_charge_map", "openstreetmap", "tcec102", "tabular", "service_areas", "weights"),
        *("geopackage", "json_records", "io"),
        *("plug_choice", "field_names", "scalars", "coordinates", "countries", "records"),
    ),
}
"""The rooms of the two largest parts, from top to bottom."""


@pytest.mark.parametrize("house", ROOMS)
def test_the_rooms_of_a_part_import_only_from_below(house):
    order = {f"charging.{house}.{room}": floor for floor, room in enumerate(ROOMS[house])}

    def room_of(name):
        return next((room for room in order if is_inside(name, room)), None)

    inside = [name for name in MODULES if name.startswith(f"charging.{house}.") and trees()[name].body[1:]]
    assert [name for name in inside if room_of(name) is None] == []
    assert [
        f"{name} imports {needed}"
        for name in inside
        for needed in needs(name)
        if room_of(needed) and order[room_of(needed)] < order[room_of(name)]
    ] == []


def test_no_folder_holds_more_modules_than_one_reads_at_a_glance():
    folders = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    assert {str(folder): count for folder, count in folders.items() if count > MAX_MODULES} == {}


def test_every_module_says_what_it_is():
    assert [name for name, tree in trees().items() if not ast.get_docstring(tree)] == []


def test_modules_are_short():
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}
    assert lines["dashboard"] <= MAX_LINES_OF_PAGE


def docstrings(tree):
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and ast.get_docstring(node) is not None
    }


@pytest.mark.slow
def test_html_is_put_together_in_one_module():
    assert [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        if name != "charging.views.elements.markup"
        for said in [docstrings(tree)]
        for node in nodes()[name]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        if TAG.search(node.value)
    ] == []


BOUND = re.compile(r"_*(MOST|LEAST|LONGEST|SHORTEST|FEWEST|LARGEST|SMALLEST)(_|$)")


@pytest.mark.slow
def test_bounds_are_called_max_and_min():
    assert [
        f"{name}:{node.lineno} {node.id}"
        for name, inside in nodes().items()
        for node in inside
        if isinstance(node, ast.Name) and BOUND.match(node.id)
    ] == []


@pytest.mark.slow
def test_the_session_is_read_and_written_in_one_room():
    assert [
        f"{name}:{node.lineno}"
        for name, inside in nodes().items()
        if not is_inside(name, "charging.views.session")
        for node in inside
        if "session_state" in (getattr(node, "attr", ""), getattr(node, "id", ""), getattr(node, "name", ""))
    ] == []


@pytest.mark.slow
def test_no_two_classes_share_a_name():
    classes = Counter(
        node.name for inside in nodes().values() for node in inside if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in classes.items() if count > 1} == set()


LOG_SETUP = {"basicConfig", "dictConfig", "addHandler", "setLevel", "StreamHandler", "captureWarnings"}


@pytest.mark.slow
def test_logs_are_configured_in_one_module_and_each_logger_is_named_after_its_module():
    calls = [
        (name, getattr(node.func, "attr", getattr(node.func, "id", "")), node)
        for name, inside in nodes().items()
        if name != "charging.logs"
        for node in inside
        if isinstance(node, ast.Call)
    ]
    assert [f"{name}: {ast.unparse(node)}" for name, function, node in calls if function in LOG_SETUP] == []
    loggers = {ast.unparse(node) for _, function, node in calls if function == "getLogger"}
    assert loggers == {"logging.getLogger(__name__)"}


IMPORT_ALL = """
import charging, importlib, os, pathlib, sys, threading

os.chdir(sys.argv[1])
mapped = ("duckdb", "numpy", "pandas", "pyarrow", "h3", "folium", "streamlit", "streamlit_folium")
for library in mapped:
    importlib.import_module(library)

def state():
    descriptors = pathlib.Path("/proc/self/fd")
    files = len(list(descriptors.iterdir())) if descriptors.is_dir() else 0
    return files, threading.active_count(), os.getcwd(), dict(os.environ), sorted(os.listdir("."))

before = state()
for module in sys.argv[2:]:
    importlib.import_module(module)
assert state() == before, (before, state())
"""


@pytest.mark.endurance
def test_importing_leaves_no_trace(tmp_path):
    modules = [name for name in MODULES if name not in ("dashboard", "charging.__main__")]
    command = [sys.executable, "-W", "ignore", "-c", IMPORT_ALL, str(tmp_path), *modules]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.slow
def test_the_command_line_loads_neither_the_page_nor_the_map_nor_what_only_a_sync_needs():
    unwanted = {"streamlit", "folium", "httpx", "cryptography"}
    code = f"import sys, charging.cli; print(sorted({unwanted} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


PRIVATE = re.compile(r"from charging\S* import _[a-z]|\bcharging[\w.]*\._[a-zA-Z]")
"""A private name of the project in a text: code for another process, or what a test replaces."""


def private_names(tree):
    """Yield what a test takes from inside a module of the project; ruff finds attributes by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and part(node.module or ""):
            yield from (alias.name for alias in node.names if alias.name.startswith("_"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from PRIVATE.findall(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("setattr", "delattr"):
            yield from (name for name in map(ast.unparse, node.args[1:2]) if name.startswith("'_"))


@pytest.mark.slow
def test_tests_use_no_private_name_of_the_project():
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    found = {path.name: {*private_names(ast.parse(path.read_text("utf-8")))} for path in tests}
    assert {name: names for name, names in found.items() if names} == {}
