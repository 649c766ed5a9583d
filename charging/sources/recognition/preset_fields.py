"""What the columns of a table are by a preset, in the words of a guess."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from charging.domain.vocabulary import Current
from charging.sources.recognition.header_words import meanings
from charging.sources.tabular.headers import Header, headers_in
from charging.sources.tabular.preset_schema import Mapped, Preset, PresetColumn
from charging.sources.tabular.presets import load_preset, presets
from charging.sources.tabular.tables import first_rows

_STATION = {
    "name": "name",
    "operator_raw": "operator",
    "lat": "lat",
    "lon": "lon",
    "position": "position",
    "stated_piles": "piles",
    "address": "address",
    "city_raw": "city",
    "region": "region",
    "country": "country",
    "opened_on": "opened_on",
    "access": "access",
    "price": "price",
    "source_id": "id",
}
_GROUP = {"power_kw": "power_kw", "connectors": "connector", "status": "status"}
_COUNTS: Mapping[Any, str] = {Current.DC: "dc_piles", Current.AC: "ac_piles"}


class PresetFields(NamedTuple):
    """Headers by field, and those that the preset does not use."""

    columns: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return them as a guess does."""
        named = {
            field: headers[0] if len(headers) == 1 else list(headers)
            for field, headers in self.columns.items()
        }
        return {"columns": named, "unused": list(self.unused)}


def fields_of_preset(path: Path, preset: Preset) -> PresetFields | None:
    """Return the fields of the table that a preset reads of a file; None where it reads none.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    candidates = (each for rows in first_rows(path, preset.layout) for each in headers_in(rows))
    header = next((each for each in candidates if each.fits(preset)), None)
    if header is None:
        return None
    names = [*header.positions]
    found: dict[str, dict[str, None]] = {}
    for key, field in _STATION.items():
        if key in preset.places:
            found.setdefault(field, {}).update(dict.fromkeys(_first_there(preset.places[key], names)))
    for group in preset.piles:
        for field, headers in _of_group(group, names):
            found.setdefault(field, {}).update(dict.fromkeys(headers))
    for header_of_address in [*found.get("address", ())]:
        if all(meaning.concepts == {"postcode"} for meaning in meanings(header_of_address)):
            del found["address"][header_of_address]
            found.setdefault("postcode", {})[header_of_address] = None
    columns = {field: tuple(headers) for field, headers in found.items() if headers}
    used = {each for place in _places(preset) for each in place} | {
        each for headers in columns.values() for each in headers
    }
    positions = {header.positions[name] for name in used if name in header.positions}
    unused = (name for at, name in enumerate(header.names) if name and at not in positions)
    return PresetFields(columns, tuple(unused))


class NearPreset(NamedTuple):
    """A preset that has most of its columns in a table, and those it lacks there."""

    name: str
    lacking: tuple[str, ...]


def nearest_preset(header: Sequence[str]) -> NearPreset | None:
    """Return the project's preset that lacks the fewest columns; None where each lacks half of them."""
    found = []
    for name in presets():
        preset = load_preset(name)
        absent, needed = Header.of(header).lacks(preset), len(preset.required)
        if 2 * len(absent) < needed:
            found.append((len(absent) / needed, NearPreset(name, tuple(absent))))
    return min(found, default=(1.0, None))[1]


def _of_group(group: Mapped, names: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for key, column in {**group.columns, **group.also}.items():
        if key == "count":
            yield _COUNTS.get(group.constants.get("current"), "piles"), _first_there(column, names)
        elif key in _GROUP:
            yield _GROUP[key], _first_there(column, names)


def _first_there(column: PresetColumn, names: list[str]) -> tuple[str, ...]:
    return next((place for place in column.any if all(each in names for each in place)), ())


def _places(preset: Preset) -> Iterable[tuple[str, ...]]:
    """Yield all the columns a preset may use."""
    for part in (preset.station, *preset.piles):
        for column in (*part.columns.values(), *part.also.values()):
            yield from column.any
        yield tuple(part.plugs.values())
    yield tuple(rule.column for rule in preset.rules)
