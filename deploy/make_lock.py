"""Make requirements.lock: the versions and hashes of all packages that the server needs.

    .venv/bin/python deploy/make_lock.py

pip resolves what pyproject.toml asks for, and the package that builds ours, for the lowest Python and then,
at the same versions, for the others; nothing is installed. Wheels alone are taken: what is installed by this
file runs no code of a stranger before its hash was compared. Conditions on the machine, such as
`sys_platform`, are those of the one that runs this.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"

PYTHONS = ("3.11", "3.12", "3.13")
"""Minor versions of CPython, the lowest first."""

MACHINES = ("x86_64", "aarch64")
GLIBC = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
"""What wheels for Debian 12 and its like are called, the newest first."""

HEAD = """\
# Made by deploy/make_lock.py, not by hand: what pyproject.toml asks for and all it needs, with the hashes of
# wheels for CPython {pythons} on Linux with glibc 2.28 or newer, on {machines}.
# How to use it: docs/running.md.
"""

Pins = dict[str, str]
"""Version by name of the package, in the form of `plain_name`."""


def plain_name(name: str) -> str:
    """Return the name of a package as all its spellings have it.

    Examples
    --------
    >>> plain_name("typing_extensions"), plain_name("XStatic-Leaflet")
    ('typing-extensions', 'xstatic-leaflet')
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> list[str]:
    """Return what the project asks for, and what builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [*project["project"]["dependencies"], *project["build-system"]["requires"]]


def resolve(python: str, machine: str, pins: Pins) -> dict[str, tuple[str, str]]:
    """Return version and SHA-256 by package, for a Python on a machine; versions that are known are kept."""
    with tempfile.TemporaryDirectory() as folder:
        given, report = Path(folder) / "given.txt", Path(folder) / "report.json"
        given.write_text("\n".join(wanted()), "utf-8")
        fixed = Path(folder) / "fixed.txt"
        fixed.write_text("\n".join(f"{name}=={version}" for name, version in pins.items()), "utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp"]
        command += [f"--platform={glibc}_{machine}" for glibc in GLIBC]
        command += [f"--target={folder}/target", f"--report={report}", f"--requirement={given}"]
        subprocess.run([*command, f"--constraint={fixed}"], check=True)
        found = json.loads(report.read_text("utf-8"))["install"]
    return {
        plain_name(each["metadata"]["name"]): (
            each["metadata"]["version"],
            each["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for each in found
    }


def lock_text(
    pins: Pins, hashes: Mapping[str, Iterable[str]], pythons: Iterable[str], machines: Iterable[str]
) -> str:
    """Return the file: a package in each paragraph, by name, and no address to get it from."""
    head = HEAD.format(pythons=", ".join(pythons), machines=" and ".join(machines))
    lines = [
        " \\\n".join(
            [f"{name}=={pins[name]}", *(f"    --hash=sha256:{each}" for each in sorted(hashes[name]))]
        )
        for name in sorted(pins)
    ]
    return head + "\n".join(lines) + "\n"


def main() -> None:
    """Write the file and print what it holds."""
    parser = argparse.ArgumentParser(description="Make requirements.lock.")
    parser.add_argument("--python", action="append", help=f"minor version, by default {', '.join(PYTHONS)}")
    parser.add_argument("--machine", action="append", help=f"by default {', '.join(MACHINES)}")
    options = parser.parse_args()
    pythons, machines = options.python or PYTHONS, options.machine or MACHINES
    pins: Pins = {}
    hashes: dict[str, set[str]] = {}
    for python in pythons:
        for machine in machines:
            for name, (version, digest) in resolve(python, machine, pins).items():
                pins.setdefault(name, version)
                hashes.setdefault(name, set()).add(digest)
            print(f"CPython {python} on {machine}: {len(pins)} packages so far", flush=True)
    LOCK.write_text(lock_text(pins, hashes, pythons, machines), "utf-8")


if __name__ == "__main__":
    main()
