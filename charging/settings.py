"""The settings of a run: one frozen object, built once by the page or the command line and passed down.

Each field is an environment variable `CHARGING_<NAME>`; a test holds the table in the README against them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from charging.errors import UsageError
from charging.paths import default_build_dir

PREFIX = "CHARGING_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside; each field carries its meaning and unit as metadata."""

    dataset: str = field(
        default="",
        metadata={"meaning": "Dataset to open: a folder, or a name under the build folder", "unit": ""},
    )
    build_dir: Path = field(
        default_factory=default_build_dir,
        metadata={
            "meaning": "Folder the datasets are kept in. The default is that of a checkout; elsewhere it is "
            "the user's data folder, on Linux `~/.local/share/charging`",
            "unit": "",
            "default": "data/build",
        },
    )
    station_limit: int = field(
        default=5_000,
        metadata={"meaning": "Most stations drawn one by one; above it, cells are drawn", "unit": "stations"},
    )
    memory_limit_mb: int = field(
        default=1_000,
        metadata={
            "meaning": "Largest dataset held in memory; above it, queries read its files",
            "unit": "MB",
        },
    )
    uploads: str = field(
        default="on",
        metadata={
            "meaning": "Whether visitors may upload datasets and merge stations, for all users of the "
            "server: `on` or `off`",
            "unit": "",
            "choices": ("on", "off"),
        },
    )
    upload_limit_mb: int = field(
        default=200,
        metadata={"meaning": "Largest upload, all its files together", "unit": "MB", "least": 1},
    )
    tiles: str = field(
        default="osm",
        metadata={
            "meaning": "Street tiles from zoom 9 on, at first: `osm`, `amap`, `tianditu`, `positron`, "
            "`dark_matter`, `custom`; `none`, for closed networks, offers no others",
            "unit": "",
        },
    )
    tianditu_key: str = field(
        default="",
        repr=False,
        metadata={"meaning": "Key (`tk`) of Tianditu; browsers see it in the addresses of tiles", "unit": ""},
    )
    carto_key: str = field(
        default="",
        repr=False,
        metadata={
            "meaning": "Key of CARTO's Positron and Dark Matter; browsers see it in the addresses of tiles",
            "unit": "",
        },
    )
    tiles_url: str = field(
        default="",
        repr=False,  # a key may stand in it
        metadata={"meaning": "Address of `custom` tiles, with {z}, {x} and {y}", "unit": ""},
    )
    tiles_datum: str = field(
        default="wgs84",
        metadata={"meaning": "Datum of `custom` tiles: `wgs84` or `gcj02`", "unit": ""},
    )
    tiles_attribution: str = field(
        default="",
        metadata={"meaning": "Whom the map names for `custom` tiles", "unit": ""},
    )
    log_level: str = field(
        default="info",
        metadata={
            "meaning": "Least level of what the server logs to standard error: `debug`, `info`, `warning`, "
            "`error`; the command line has `-v` instead",
            "unit": "",
            "choices": ("debug", "info", "warning", "error"),
        },
    )
    log_format: str = field(
        default="text",
        metadata={
            "meaning": "Form of a line of the server's log: `text` or `json`",
            "unit": "",
            "choices": ("text", "json"),
        },
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables; what is not set keeps its default.

        Raises
        ------
        UsageError
            If a variable cannot be read as the type of its field, or is not what the field can be.

        Examples
        --------
        >>> Settings.from_environment({"CHARGING_STATION_LIMIT": "800"}).station_limit
        800
        """
        values: dict[str, Any] = {}
        usual = cls()
        for spec in fields(cls):
            variable = PREFIX + spec.name.upper()
            if variable in environment:
                value = _read(variable, environment[variable], type(getattr(usual, spec.name)))
                _check(variable, value, spec.metadata)
                values[spec.name] = value
        return cls(**values)


def _read(variable: str, raw: str, kind: type) -> Any:  # noqa: ANN401  the type is the field's own
    try:
        return kind(raw)
    except ValueError as error:
        message = f"{variable} must be a whole number, found {raw!r}"
        raise UsageError(message) from error


def _check(variable: str, value: Any, metadata: Mapping[str, Any]) -> None:  # noqa: ANN401  the field's own
    if value not in metadata.get("choices", (value,)):
        message = f"{variable} must be one of {', '.join(metadata['choices'])}, found {value!r}"
        raise UsageError(message)
    if value < metadata.get("least", value):
        message = f"{variable} must be at least {metadata['least']}, found {value}"
        raise UsageError(message)
