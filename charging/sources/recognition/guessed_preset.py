"""A guess as a preset: the same as one written by hand, so that the reader of presets reads the file."""

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from charging.domain.vocabulary import Datum
from charging.errors import Fault, UsageError
from charging.sources.countries import find_country
from charging.sources.io.bom import DETECTABLE_ENCODINGS
from charging.sources.json_records.list_cells import list_of
from charging.sources.recognition.cells import MIN_SHARE
from charging.sources.recognition.codes import (
    access_of,
    is_not_built,
    is_removed,
    status_of,
)
from charging.sources.recognition.column_guess import TableGuess
from charging.sources.recognition.header_words import meanings
from charging.sources.recognition.pile_groups import counted_plugs, groups_of, plug_codes
from charging.sources.recognition.preset_text import as_toml
from charging.sources.records import SourceInfo
from charging.sources.tabular.preset_schema import Preset
from charging.sources.tabular.presets import load_preset
from charging.validation import validate

NOT_STATED = "not stated"
"""The licence of a table of which nobody says one."""

_TEXT_FIELDS = {
    "name": "name",
    "operator": "operator_raw",
    "region": "region",
    "city": "city_raw",
    "price": "price",
    "opened_on": "opened_on",
    "access": "access",
    "country": "country",
}
_UNITS = (("pile", "pile"), ("point", "charging point"), ("port", "charging port"), ("plug", "connector"))
_DEVICES = frozenset({"pile", "point", "port", "plug"})
_COUNTS = ("piles", "dc_piles", "ac_piles")
_NAME = re.compile(r"\w[\w-]{0,60}")


def preset_of(guess: TableGuess, path: Path, title: str | None = None) -> Preset:
    """Return the preset by which a table is read as it was guessed; its source is called after the file.

    `title` is that of the source, by default the name of the file.
    """
    name = source_name(path)
    return validate(
        Preset,
        preset_tables(guess, name, title or path.name.split(".")[0]),
        lambda faults: UsageError(f"{path}: its columns make no preset: {faults}.", Fault.PRESET),
        context=name,
    )


def source_name(path: Path) -> str:
    """Return the short name of a source, told from its file.

    Examples
    --------
    >>> source_name(Path("Ladesäulen Berlin (2024).csv")), source_name(Path("充电站.xlsx"))
    ('ladesäulen-berlin-2024', '充电站')
    """
    return re.sub(r"[^\w]+", "-", path.name.split(".")[0].casefold()).strip("-_")[:40] or "table"


def preset_tables(guess: TableGuess, source: str, title: str) -> dict[str, Any]:
    """Return a guess as the tables of a preset's file."""
    groups = groups_of(guess)
    tables: dict[str, Any] = {
        "datum": str(guess.datum or Datum.WGS84),
        "source": {
            "source": source,
            "title": title,
            "licence": NOT_STATED,
            "attribution": title,
            "unit_counted": _unit(guess),
        },
        "file": _layout(guess),
        "columns": _columns(guess),
        "values": _values(guess),
        "reject": _rejected(guess),
        "sites": _sites(guess),
        "piles": groups,
    }
    return {key: value for key, value in tables.items() if value}


def _layout(guess: TableGuess) -> dict[str, Any]:
    form = guess.form
    layout: dict[str, Any] = {
        "delimiter": form.delimiter or ",",
        "decimal": form.decimal,
        "encoding": [name for name in form.encodings if name not in DETECTABLE_ENCODINGS] or ["utf-8"],
        "separator": form.separator,
        "power_unit": form.power_unit,
    }
    if form.position_order:
        layout["position"] = form.position_order
    if form.records:
        layout["records"] = form.records
    if form.crs:
        layout["crs"] = form.crs
    if form.date_formats:
        layout["date_format"] = list(form.date_formats)
    return layout


def _columns(guess: TableGuess) -> dict[str, Any]:
    columns: dict[str, Any] = {"source_id": _id(guess)}
    for field in ("lat", "lon", "position"):
        if headers := guess.headers_of(field):
            columns[field] = headers[0]
    for field, name in _TEXT_FIELDS.items():
        if headers := guess.headers_of(field):
            columns[name] = headers[0] if len(headers) == 1 else {"any": [list(headers)]}
    if address := dict.fromkeys((*guess.headers_of("address"), *guess.headers_of("postcode"))):
        columns["address"] = {"any": [list(address)]}
    if _is_total_stated(guess):
        columns["stated_piles"] = guess.shared_headers_of("piles")[0]
    return columns


def _id(guess: TableGuess) -> Any:  # noqa: ANN401  a column, or several joined
    point = guess.headers_of("lat") + guess.headers_of("lon") or guess.headers_of("position")
    without_id = [*guess.headers_of("operator"), *guess.headers_of("name"), *point]
    own = guess.headers_of("id")
    return {"any": [list(own), without_id] if own else [without_id]}


def _is_total_stated(guess: TableGuess) -> bool:
    """Whether a count of all stands beside those by current, number or list, or rows that are a charger."""
    has_parts = guess.of("dc_piles") or guess.of("ac_piles") or guess.charger_id or guess.has_numbered_piles
    headers = guess.shared_headers_of("piles")
    return bool(headers and (has_parts or guess.each) and headers[0] != guess.each_count)


def _sites(guess: TableGuess) -> dict[str, Any] | None:
    if guess.each and guess.of("id") and not guess.has_repeated_ids:
        return None
    has_own_id = guess.of("id") and guess.headers_of("id")[0] != guess.charger_id
    is_of_a_device = has_own_id and any(
        meaning.concepts & _DEVICES for meaning in meanings(guess.headers_of("id")[0])
    )
    if has_own_id and not guess.has_repeated_ids and not is_of_a_device:
        return None
    if has_own_id and not is_of_a_device:
        same = ["source_id", "lat", "lon"]
    else:
        same = [
            *(["operator_raw"] if guess.of("operator") else ["name"] if guess.of("name") else []),
            "lat",
            "lon",
        ]
    has_counts = guess.has_numbered_piles or any(each.field in _COUNTS for each in guess.columns)
    is_counted = has_counts and not guess.charger_id
    sites: dict[str, Any] = {"same": same, "equal": "one" if guess.each or is_counted else "all"}
    if _is_total_stated(guess) and not guess.charger_id:
        sites["adds"] = ["stated_piles"]
    return sites


def _values(guess: TableGuess) -> dict[str, dict[str, str]]:
    """Return what codes of the file mean: those of the sample, and texts that say "not known"."""
    values: dict[str, dict[str, str]] = {}
    for field, name in _TEXT_FIELDS.items():
        headers = guess.headers_of(field)
        if len(headers) == 1 and field != "opened_on":
            values[name] = {_code(text): "" for text in guess.not_known.get(headers[0], ())}
    values["access"] = values.get("access", {}) | _codes(guess, "access", access_of)
    countries = _codes(guess, "country", find_country)
    values["country"] = values.get("country", {}) | countries
    values["status"] = _codes(guess, "status", status_of) | {
        _code(text): "" for header in guess.headers_of("status") for text in guess.not_known.get(header, ())
    }
    values["connectors"] = plug_codes(guess)
    return {field: codes for field, codes in values.items() if codes}


def _codes(guess: TableGuess, field: str, meaning: Any) -> dict[str, str]:  # noqa: ANN401  a function of a text
    return {_code(text): ours for text in _samples(guess, field) if (ours := meaning(text))}


def _samples(guess: TableGuess, field: str) -> Iterable[str]:
    return [text for header in guess.headers_of(field) for text in guess.samples.get(header, ())]


def _code(text: str) -> str:
    return text.strip().casefold()


def _rejected(guess: TableGuess) -> list[dict[str, Any]]:
    """Return rules for what is planned or gone, where the statuses say so of some and not of all."""
    headers = guess.headers_of("status")
    if not headers or list_of(headers[0]) is not None:  # one charger that is planned is no planned station
        return []
    texts = [*_samples(guess, "status")]
    rules = []
    for is_meant, reason in ((is_not_built, "not_built"), (is_removed, "removed")):
        codes = sorted({_code(text) for text in texts if is_meant(text)})
        if codes and len(codes) < MIN_SHARE * len(texts):
            rules.append({"column": headers[0], "when": codes, "reason": reason})
    return rules


def _unit(guess: TableGuess) -> str:
    headers = [header for field in _COUNTS for header in guess.shared_headers_of(field)]
    headers = headers or ([guess.charger_id] if guess.charger_id else [])
    default = "pile"
    if not headers and (of_plugs := counted_plugs(guess)):
        headers, default = of_plugs, "connector"
    said = {concept for header in headers for meaning in meanings(header) for concept in meaning.concepts}
    return next((unit for concept, unit in _UNITS if concept in said), default)


def save_preset(
    folder: Path,
    name: str,
    path: Path,
    guess: TableGuess,
    *,
    info: Callable[[SourceInfo], SourceInfo],
    datum: Datum | None,
) -> Path:
    """Write a guess as a preset into a folder, and return its file.

    Parameters
    ----------
    folder, name
        Where to.
    path
        The file that was guessed.
    guess
        What its columns are taken for.
    info
        Adds to what is known of the source what the user says of it.
    datum
        Of the coordinates, where it is known.

    Raises
    ------
    UsageError
        If the name is no good one, or taken.
    """
    place = folder / f"{name}.toml"
    if not _NAME.fullmatch(name):
        message = f"Expected a name of letters, digits, - and _ for the preset, found {name!r}"
        raise UsageError(message, Fault.NAME)
    if place.exists():
        message = f"{place}: there is a preset of that name. Choose another, or remove it first."
        raise UsageError(message, Fault.NAME)
    preset = preset_of(guess, path)
    tables = preset_tables(guess, preset.info.source, preset.info.title)
    said = {key: value for key, value in asdict(info(preset.info)).items() if value is not None}
    text = as_toml({**tables, "datum": str(datum or guess.datum or Datum.WGS84), "source": said})
    if guess.is_on_the_mainland and (datum or guess.datum) is None:
        text = f"# Nothing stated the datum of these points in China: wgs84 was taken.\n{text}"
    folder.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    try:
        load_preset(name, folder)
    except UsageError:
        place.unlink()
        raise
    return place
