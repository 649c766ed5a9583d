"""The command `doctor`: what is wrong with the set-up of a server, and what to do about it."""

import argparse
from collections import Counter
from collections.abc import Iterator

from charging.cli.checks import configuration, machine
from charging.cli.checks.diagnosis import Diagnosis, Level, fault
from charging.cli.checks.public_site import look_at_site
from charging.cli.command import BAD_DATA, SUCCESS, Output
from charging.errors import UsageError
from charging.settings import Settings

_ADDRESS_ADVICE = "Correct it: docs/settings.md has all of them"


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    what = "also ask the server as visitors do, at its public address such as https://charging.example.org"
    sub.add_argument("--url", metavar="URL", help=what)
    # it says itself what is wrong with them
    sub.set_defaults(command=_doctor, read_settings=_default_settings)


def _doctor(options: argparse.Namespace, _settings: Settings) -> Output:
    findings = [*_findings(options.url)]
    counts = Counter(finding.level for finding in findings)
    faults, notes = counts[Level.FAULT], counts[Level.NOTE]
    values = {
        "faults": faults,
        "notes": notes,
        "findings": [finding._asdict() for finding in findings],
    }
    last = f"{faults} faults, {notes} notes" if faults or notes else "Nothing is wrong."
    return Output(values, [*(each.line() for each in findings), last], BAD_DATA if faults else SUCCESS)


def _default_settings() -> Settings:
    return Settings.from_environment({})


def _findings(url: str | None) -> Iterator[Diagnosis]:
    try:
        settings = Settings.from_environment()
    except UsageError as error:
        yield fault("settings", str(error).rstrip("."), _ADDRESS_ADVICE)
        settings = _default_settings()
    yield from machine.look_at_folder(settings)
    yield from machine.look_at_space(settings)
    yield from machine.look_at_limits()
    try:
        options = configuration.streamlit_options()
    except UsageError as error:
        yield fault("Streamlit", str(error).rstrip("."), "Correct it")
    else:
        yield from configuration.look_at_streamlit(options, settings)
        yield from configuration.look_at_hosts(options, settings)
        yield from configuration.look_at_proxy(options)
    yield from configuration.look_at_peers(settings)
    yield from machine.look_at_datasets(settings)
    if url:
        yield from look_at_site(url)
