"""The presets there are; docs/data.md tells with an example how to write one.

Those that come with the project are in `data/presets/`, the user's own in `presets/` where datasets are kept.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from charging.errors import Fault, UsageError
from charging.paths import DATA_DIR
from charging.sources.tabular.preset_schema import Layout, Preset
from charging.validation import suggest, validate

PRESETS = DATA_DIR / "presets"
"""Where the presets that come with the project are kept."""

OWN_PRESETS = "presets"
"""Folder of the user's presets in the folder of datasets."""


def presets(folder: Path = PRESETS) -> tuple[str, ...]:
    """Return the names of the presets there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def find_preset(name: str, own: Path | None = None) -> Preset:
    """Return a preset: the user's of that name, or the one that comes with the project.

    Raises
    ------
    UsageError
        As in `load_preset`; the message names the presets of both.
    """
    if own is None or name not in presets(own):
        known = (*presets(own), *presets()) if own else presets()
        if name not in known:
            raise _no_such_preset(name, known)
        return load_preset(name)
    return load_preset(name, own)


def load_preset(name: str, folder: Path = PRESETS) -> Preset:
    """Return a preset of a folder.

    Raises
    ------
    UsageError
        If there is none of that name, or it is not one that can be used; the message names every fault.
    """
    known = presets(folder)
    if name not in known:
        raise _no_such_preset(name, known)
    path = folder / f"{name}.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        message = f"{path}: expected TOML in UTF-8, found a fault: {error}. Put it right there."
        raise UsageError(message, Fault.PRESET) from error
    advice = "Put it right there; docs/data.md shows every part of a preset."
    return validate(
        Preset,
        tables,
        lambda faults: UsageError(f"{path}: {faults}. {advice}", Fault.PRESET),
        context=name,
    )


def _no_such_preset(name: str, known: Sequence[str]) -> UsageError:
    message = f"Expected a preset out of {', '.join(known) or 'none there is'}, found {name!r}"
    return UsageError(f"{message}{suggest(name, known)}.")


def correct_preset(preset: Preset, layout: Mapping[str, Any]) -> Preset:
    """Return a preset with keys of its `[file]` that are known better than it says.

    Raises
    ------
    UsageError
        If a value is not one the key takes.
    """
    correct = checked_layout(layout)
    names = (_ATTRIBUTES.get(key, key) for key in layout)
    changed = {name: getattr(correct, name) for name in names}
    return preset.model_copy(update={"layout": replace(preset.layout, **changed)})


_ATTRIBUTES = {"encoding": "encodings", "date_format": "date_formats"}
"""What the keys of `[file]` are called here that may be lists."""


def checked_layout(layout: Mapping[str, Any]) -> Layout:
    """Return keys of `[file]` as the layout they make.

    Raises
    ------
    UsageError
        If a value is not one the key takes.
    """
    return validate(Layout, layout, lambda faults: UsageError(f"{faults}. Correct the option.", Fault.PRESET))
