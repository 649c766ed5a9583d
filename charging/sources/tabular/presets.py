"""The presets there are: `data/presets/<name>.toml`; docs/data.md tells with an example how to write one."""

import tomllib
from pathlib import Path

from charging.errors import Fault, UsageError
from charging.paths import DATA_DIR
from charging.sources.tabular.preset_schema import Preset
from charging.validation import suggest, validate

PRESETS = DATA_DIR / "presets"
"""Where presets are kept."""


def presets(folder: Path = PRESETS) -> tuple[str, ...]:
    """Return the names of the presets there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load_preset(name: str, folder: Path = PRESETS) -> Preset:
    """Return a preset.

    Raises
    ------
    UsageError
        If there is none of that name, or it is not one that can be used; the message names every fault.
    """
    known = presets(folder)
    if name not in known:
        message = f"Expected a preset out of {', '.join(known) or 'none there is'}, found {name!r}"
        raise UsageError(f"{message}{suggest(name, known)}.")
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
