"""The settings of the server: those of every run, read by pydantic-settings."""

from collections.abc import Mapping
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.sources import PydanticBaseSettingsSource

from charging.settings import PREFIX, Settings


class ServerSettings(Settings, BaseSettings):
    """What can be set from outside, as the server reads it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # only one of the sources is wanted
        cls, _settings: object, init_settings: PydanticBaseSettingsSource, **_others: object
    ) -> tuple[PydanticBaseSettingsSource]:
        """Read nothing that was not passed in: `from_environment` alone asks the environment."""
        return (init_settings,)

    @classmethod
    def values_in(cls, variables: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the fields that are set by variables, whose names are in lower case."""
        source = EnvSettingsSource(cls)
        source.env_vars = variables
        return source()
