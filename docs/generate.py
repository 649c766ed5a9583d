"""Write the parts of the documentation that the code knows: `.venv/bin/python docs/generate.py`.

A part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; `PARTS` makes the text of each. A test
holds the files against it, so that nothing here can be forgotten.
"""

import argparse
import contextlib
import importlib
import inspect
import io
import json
import os
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import ModuleType

from charging import cli
from charging.domain.operators import load_operators
from charging.domain.published import Figure, Qualifier, launch_figures
from charging.domain.schema import TABLES, Column
from charging.domain.vocabulary import Connector
from charging.settings import PREFIX, Settings
from charging.sources.records import PileRecord, StationRecord
from charging.sources.tabular.preset_schema import Preset

ROOT = Path(__file__).resolve().parents[1]

WIDTH = 100
"""Columns of the help texts."""

QUERIES = ("hexes", "stations", "totals", "holdings", "points", "highways", "snapshot", "quality")
"""Modules of queries that a notebook asks."""

PARTNERS = ("nio", "xpeng", "li_auto")


def figures() -> str:
    """Return the published figures of the launch, with their dates and sources."""
    names = {operator.id: operator.name_en for operator in load_operators()}
    rows = [
        (names.get(subject, "the network"), _said(figure), f"{figure.source}, {figure.as_of}")
        for subject in ("network", *PARTNERS)
        for figure in launch_figures(subject)
    ]
    return _table(("whose", "published", "by, on"), rows)


def settings() -> str:
    """Return every setting with its default, unit and meaning."""
    rows = [
        (
            f"`{PREFIX}{name.upper()}`",
            _code((spec.json_schema_extra or {}).get("default", spec.default)),
            (spec.json_schema_extra or {}).get("unit", ""),
            spec.description,
        )
        for name, spec in Settings.model_fields.items()
    ]
    return _table(("variable", "default", "unit", "meaning"), rows)


def commands() -> str:
    """Return every command with its options, on a line or two each."""
    said = [_usage(help_text(name)) for name in command_names()]
    return "```text\n" + "\n".join(said) + "\n```"


def command_help() -> str:
    """Return the help text of the program and of every command."""
    texts = {"charging": help_text()} | {f"charging {name}": help_text(name) for name in command_names()}
    return "\n\n".join(f"## {title}\n\n```text\n{text}\n```" for title, text in texts.items())


def tables() -> str:
    """Return the columns of every table of a dataset."""
    parts = []
    for table in TABLES:
        rows = [
            (f"`{column.name}`", str(column.type), column.unit, _meaning(column), _when_null(column))
            for column in table.columns
        ]
        header = ("column", "type", "unit", "meaning", "null says")
        parts.append(f"### {table.name}\n\n{table.meaning}\n\n{_table(header, rows)}")
    return "\n\n".join(parts)


def connectors() -> str:
    """Return the connectors with their bits."""
    return _table(("bit", "connector"), [(str(bit), f"`{name}`") for bit, name in enumerate(Connector)])


def station_fields() -> str:
    """Return the fields of a station that a preset can fill."""
    return _fields(StationRecord, leave_out=("datum", "piles", "unmapped", "doubts", "rows"))


def pile_fields() -> str:
    """Return the fields of a group of piles that a preset can fill."""
    return _fields(PileRecord)


def preset_schema() -> str:
    """Return the JSON schema of a preset."""
    return f"```json\n{_json(_plain(Preset.model_json_schema()))}\n```"


def functions() -> str:
    """Return the functions of the analyses and queries, each with its first line."""
    parts = []
    for module in (*_modules("analytics"), *_modules("queries", QUERIES)):
        rows = [
            (f"`{name}`", _first_line(member))
            for name, member in _members(module)
            if inspect.isfunction(member)
        ]
        if rows:
            heading = f"### `{module.__name__}`\n\n{_first_line(module)}"
            parts.append(f"{heading}\n\n{_table(('function', 'what it does'), rows)}")
    return "\n\n".join(parts)


def definitions(names: tuple[str, ...]) -> str:
    """Return the docstrings of some modules of the analyses whole, functions and classes in their order."""
    parts = []
    for module in _modules("analytics", names):
        parts.append(f"## {module.__name__}\n\n```text\n{inspect.getdoc(module)}\n```")
        parts += [
            f"### {_signature(name, member)}\n\n```text\n{_definition(member)}\n```"
            for name, member in _members(module)
        ]
    return "\n\n".join(parts)


TOPICS: Mapping[str, tuple[str, ...]] = {
    "coverage": ("coverage", "coverage_options", "holdings", "coarsen"),
    "dependence": ("resilience",),
    "comparison": ("comparison",),
    "reach": ("reach", "population"),
    "highways": ("highways", "schematic"),
    "white_spots": ("white_spots",),
    "density": ("density",),
    "changes": ("changes.stations", "changes.studies", "changes.cells"),
    "quality": (
        *("quality.fields", "quality.studies"),
        *("quality.duplicates", "quality.name_similarity", "quality.datum_check"),
    ),
    "studies": ("studies",),
}
"""The modules of the analyses, by the page of definitions they are on."""


PARTS: Mapping[str, Callable[[], str]] = {
    "figures": figures,
    "settings": settings,
    "commands": commands,
    "command help": command_help,
    "tables": tables,
    "connectors": connectors,
    "station fields": station_fields,
    "pile fields": pile_fields,
    "preset schema": preset_schema,
    "functions": functions,
    **{f"definitions of {topic}": partial(definitions, names) for topic, names in TOPICS.items()},
}
"""The generated parts by their names."""

FILES = (
    *("README.md", "docs/settings.md", "docs/commands.md", "docs/data.md", "docs/api.md"),
    *(f"docs/definitions/{topic}.md" for topic in TOPICS),
)
"""The files that hold them."""


def renewed(text: str) -> str:
    """Return a document with its generated parts as the code has them now."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", text)


_PART = re.compile(r"(<!-- begin ([\w ]+) -->)\n.*?(<!-- end \2 -->)", re.DOTALL)


def help_text(*arguments: str) -> str:
    """Return what the command line says to `--help`."""
    said = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            cli.main([*arguments, "--help"])
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    return said.getvalue().strip()


def command_names() -> list[str]:
    """Return the names of the commands, in the order of the help text."""
    return re.findall(r"^ {4}([a-z]+)\b", help_text(), re.MULTILINE)


def _usage(text: str) -> str:
    """Return the usage and the description of a help text, without `-h`."""
    usage, description = re.split(r"\n\n", text)[:2]
    line = " ".join(usage.removeprefix("usage: ").split()).replace(" [-h]", "")
    return f"{line}\n    {description}"


def _modules(package: str, names: tuple[str, ...] = ()) -> list[ModuleType]:
    """Return the modules of a part of the house, all or some, by name."""
    folder = ROOT / "charging" / package
    paths = (path.relative_to(folder).with_suffix("") for path in folder.rglob("[!_]*.py"))
    found = names or sorted(".".join(path.parts) for path in paths)
    return [importlib.import_module(f"charging.{package}.{name}") for name in found]


def _members(module: ModuleType) -> list[tuple[str, object]]:
    """Return the public functions and classes a module defines, in its order."""
    return [
        (name, member)
        for name, member in vars(module).items()
        if not name.startswith("_") and (inspect.isfunction(member) or inspect.isclass(member))
        if member.__module__ == module.__name__
    ]


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _signature(name: str, member: object) -> str:
    if not inspect.isfunction(member):
        return f"`{name}`"
    return f"`{name}({', '.join(inspect.signature(member).parameters)})`"


def _definition(member: object) -> str:
    """Return a docstring; of an enum with its values."""
    said = inspect.getdoc(member) or ""
    if inspect.isclass(member) and issubclass(member, StrEnum):
        return f"{said}\n\nValues: {', '.join(member)}."
    return said


def _fields(record: type[StationRecord | PileRecord], *, leave_out: tuple[str, ...] = ()) -> str:
    names = [f"`{name}`" for name in inspect.signature(record).parameters if name not in leave_out]
    return textwrap.fill(", ".join(names), 118, break_on_hyphens=False) + "."


def _plain(schema: object) -> object:
    """Return a JSON schema without titles, empty defaults and null, which TOML does not have."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema if each != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _plain(value) for key, value in schema.items() if not (key == "title" and value == str(value))
    }
    if "default" in kept and (not kept["default"] or isinstance(kept["default"], dict)):
        del kept["default"]
    options = kept.get("anyOf", ())
    return kept | kept.pop("anyOf")[0] if len(options) == 1 else kept


def _json(value: object, indent: int = 0) -> str:
    """Return a value as JSON, on one line where it fits."""
    line = json.dumps(value)
    if len(line) + indent < WIDTH or not isinstance(value, (dict, list)):
        return line
    pad, end = "\n" + " " * (indent + 1), "\n" + " " * indent
    if isinstance(value, dict):
        inner = [f"{json.dumps(key)}: {_json(each, indent + 1)}" for key, each in value.items()]
        return f"{{{pad}{f',{pad}'.join(inner)}{end}}}"
    if all(isinstance(each, str) for each in value):
        return f"[{pad}{pad.join(textwrap.wrap(line[1:-1], WIDTH - indent))}{end}]"
    return f"[{pad}{f',{pad}'.join(_json(each, indent + 1) for each in value)}{end}]"


def _said(figure: Figure) -> str:
    number = f"{figure.value:,g}" if figure.value < 1000 else f"{figure.value:,.0f}"  # noqa: PLR2004
    mark = {Qualifier.AT_LEAST: "at least ", Qualifier.ABOUT: "about ", Qualifier.EXACT: ""}[figure.qualifier]
    what = "of expressway service areas" if figure.measure == "service_area_share" else ""
    what = what or figure.measure.replace("_", " ").replace("dc", "DC")
    return f"{mark}{number}{' %' if figure.unit == '%' else ''} {what}"


def _meaning(column: Column) -> str:
    meaning = column.meaning.replace("<", "&lt;")
    if column.values:
        meaning += ": " + ", ".join(f"`{value}`" for value in column.values)
    return f"{meaning} (computed)" if column.is_derived else meaning


def _when_null(column: Column) -> str:
    return "never null" if column.required else column.when_null


def _code(value: object) -> str:
    return f"`{value}`" if str(value) else ""


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(_lines([header, ("---",) * len(header), *rows]))


def _lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    return (f"| {' | '.join(row)} |".replace("  |", " |") for row in rows)


def main() -> None:
    """Write the files."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    for name in FILES:
        path = ROOT / name
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
