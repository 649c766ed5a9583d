"""The settings of a run: one frozen object, built once by the page or the command line and passed down.

Each field is an environment variable `CHARGING_<NAME>`; a test holds the table in the README against them.
A command takes the variables as they are, the server through pydantic-settings (`charging.server_settings`),
which takes longer to load than all other settings and options of a command.
"""

import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from charging.addresses import endpoint, frame_sources, host_names
from charging.errors import UsageError
from charging.paths import default_build_dir
from charging.validation import Secret, validate

PREFIX = "CHARGING_"


def _readable(read: Callable[[str], object]) -> AfterValidator:
    """Return what refuses a text that `read` cannot read; an empty one is not set."""

    def check(text: str) -> str:
        if text:
            read(text)
        return text

    return AfterValidator(check)


_MISSPELT = 0.8  # share of letters in common from which a variable is taken for one of ours


class Settings(BaseModel):
    """What can be set from outside; each field carries its meaning, and its unit where it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    dataset: str = Field("", description="Dataset to open: a folder, or a name under the build folder")
    build_dir: Path = Field(
        default_factory=default_build_dir,
        description="Folder the datasets are kept in. The default is that of a checkout; elsewhere it is "
        "the user's data folder, on Linux `~/.local/share/charging`",
        json_schema_extra={"default": "data/build"},
    )
    station_limit: int = Field(
        5_000,
        description="Most stations drawn one by one; above it, cells are drawn",
        json_schema_extra={"unit": "stations"},
    )
    memory_limit_mb: int = Field(
        1_000,
        description="Largest dataset held in memory; above it, queries read its files",
        json_schema_extra={"unit": "MB"},
    )
    cache_limit_mb: int = Field(
        96,
        ge=1,
        description="What answers already given and selections already made may take in memory, of all "
        "visitors together",
        json_schema_extra={"unit": "MB"},
    )
    query_limit_s: float = Field(
        60.0,
        gt=0,
        description="How long a query of a visitor may take before it is broken off",
        json_schema_extra={"unit": "s"},
    )
    max_engines: int = Field(
        4,
        ge=1,
        description="Versions of datasets that stay open in memory, those used last; more are open only "
        "while they are asked",
        json_schema_extra={"unit": "versions"},
    )
    kept_versions: int = Field(
        2,
        ge=1,
        description="Newest versions of a dataset that stay on the disk; the current one and those in use "
        "stay besides",
        json_schema_extra={"unit": "versions"},
    )
    kept_hours: float = Field(
        1.0,
        ge=0,
        allow_inf_nan=False,
        description="Hours for which every version of a dataset stays on the disk",
        json_schema_extra={"unit": "h"},
    )
    uploads: Literal["on", "off"] = Field(
        "on",
        description="Whether visitors may upload datasets and merge stations, for all users of the "
        "server: `on` or `off`; where it is off the server takes no file at all, weights of a reader's own "
        "included",
    )
    upload_limit_mb: int = Field(
        200,
        ge=1,
        description="Largest upload, all its files together; the server holds no more of a visitor",
        json_schema_extra={"unit": "MB"},
    )
    upload_total_mb: int = Field(
        1_000,
        ge=1,
        description="Uploads the server holds at a time, of all visitors together",
        json_schema_extra={"unit": "MB"},
    )
    allowed_hosts: Annotated[str, _readable(host_names)] = Field(
        "",
        description="Names and addresses by which the server may be called, separated by commas, beside "
        "`localhost`, `127.0.0.1` and `::1`; `*.example.org` stands for all names below it. By default the "
        "address it listens on. Behind a proxy, set the public name: any other is refused",
    )
    visit_limit: int = Field(
        500,
        ge=1,
        description="Pages open at a time, as far as this process may open four files for each; others are "
        "asked to come back",
        json_schema_extra={"unit": "pages"},
    )
    connection_limit: int = Field(
        4_000,
        ge=1,
        description="Connections open at a time, as far as this process may open files",
        json_schema_extra={"unit": "connections"},
    )
    drain_s: float = Field(
        2.0,
        ge=0,
        le=600,
        description="How long the server goes on after SIGTERM, while `/readyz` says that it will stop",
        json_schema_extra={"unit": "s"},
    )
    metrics: Annotated[str, _readable(endpoint)] = Field(
        "",
        description="Where a listener of its own tells the figures of the server in OpenMetrics, as "
        "`host:port`, under `/metrics`; by default nothing does",
    )
    frame_ancestors: Annotated[str, _readable(frame_sources)] = Field(
        "self",
        description="Sites that may show the page in a frame: `self`, `none`, or origins such as "
        "`https://portal.example.org`, separated by commas",
    )
    tiles: str = Field(
        "osm",
        description="Street tiles from zoom 9 on, at first: `osm`, `amap`, `tianditu`, `positron`, "
        "`dark_matter`, `custom`; `none`, for closed networks, offers no others",
    )
    tianditu_key: Secret = Field(
        "", description="Key (`tk`) of Tianditu; browsers see it in the addresses of tiles"
    )
    carto_key: Secret = Field(
        "", description="Key of CARTO's Positron and Dark Matter; browsers see it in the addresses of tiles"
    )
    tiles_url: Secret = Field(  # it may contain a key
        "", description="Address of `custom` tiles, with {z}, {x} and {y}"
    )
    tiles_datum: str = Field("wgs84", description="Datum of `custom` tiles: `wgs84` or `gcj02`")
    tiles_attribution: str = Field("", description="Whom the map names for `custom` tiles")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="Least level of what the server logs to standard error: `debug`, `info`, `warning`, "
        "`error`; the command line has `-v` instead",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Form of a line of the server's log: `text` or `json`"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings from environment variables; what is not set keeps its default.

        Raises
        ------
        UsageError
            If a variable cannot be read as its field, or is nearly the name of one.

        Examples
        --------
        >>> Settings.from_environment({"CHARGING_STATION_LIMIT": "800"}).station_limit
        800
        """
        ours = {name.lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
        names = {name.removeprefix(PREFIX.lower()) for name in ours} - cls.model_fields.keys()
        # others begin with the same letters and mean something else
        misspelt = {name: "" for name in names if get_close_matches(name, cls.model_fields, cutoff=_MISSPELT)}
        return validate(cls, cls.values_in(ours) | misspelt, UsageError, key_of=_variable_name)

    @classmethod
    def values_in(cls, variables: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the fields that are set by variables, whose names are in lower case."""
        named = {name: PREFIX.lower() + name for name in cls.model_fields}
        return {name: variables[variable] for name, variable in named.items() if variable in variables}


def _variable_name(field: str) -> str:
    return PREFIX + field.upper()
