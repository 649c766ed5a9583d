"""The package from a notebook: what `import charging` gives, and the examples of docs/api.md."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import charging

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = re.compile(r"^```pycon\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_importing_the_package_loads_nothing_else():
    code = "import sys, charging; print(sorted({'numpy', 'pandas', 'duckdb', 'h3'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def imports_for_type_checkers():
    """Return the module of each name that a type checker finds in the package."""
    [branch] = (node for node in ast.parse(inspect.getsource(charging)).body if isinstance(node, ast.If))
    return {name.name: found.module for found in branch.body for name in found.names}


def test_the_names_of_the_package_are_those_of_their_modules():
    for name, module in imports_for_type_checkers().items():
        assert getattr(charging, name).__name__ == name
        assert getattr(charging, name).__module__ == module
    assert {*charging.__all__} == {*imports_for_type_checkers()} <= {*dir(charging)}


def test_a_name_the_package_has_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        charging.nothing  # noqa: B018


@pytest.mark.slow
def test_no_name_of_the_analytics_hides_a_module():
    code = (
        "import pkgutil, types, charging.analytics as home\n"
        "for found in pkgutil.iter_modules(home.__path__):\n"
        "    __import__(f'charging.analytics.{found.name}')\n"
        "    assert isinstance(getattr(home, found.name), types.ModuleType), found.name"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_examples_of_the_documentation_run_and_say_what_is_written(tmp_path, simulated, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "build").symlink_to(simulated.folder.parent, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    examples = "".join(EXAMPLE.findall((ROOT / "docs" / "api.md").read_text("utf-8")))
    test = doctest.DocTestParser().get_doctest(examples, {}, "api.md", "docs/api.md", 0)
    said = []
    found = doctest.DocTestRunner().run(test, out=said.append)
    assert (found.failed, "".join(said)) == (0, "")
    assert found.attempted > 20
