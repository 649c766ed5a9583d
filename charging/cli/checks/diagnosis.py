"""What a check found, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # worth knowing; the server runs
    FAULT = "fault"


class Diagnosis(NamedTuple):
    """One thing that was looked at."""

    level: Level
    check: str  # the word it is listed under
    found: str
    advice: str = ""  # what to do; empty where nothing is wrong

    def line(self) -> str:
        """Return it for people."""
        text = f"{self.level:<5} {self.check}: {self.found}"
        return f"{text}. {self.advice}" if self.advice else text


def ok(check: str, found: str) -> Diagnosis:
    """Return that something is as it should be."""
    return Diagnosis(Level.OK, check, found)


def note(check: str, found: str, advice: str) -> Diagnosis:
    """Return what is worth knowing."""
    return Diagnosis(Level.NOTE, check, found, advice)


def fault(check: str, found: str, advice: str) -> Diagnosis:
    """Return what is to be mended."""
    return Diagnosis(Level.FAULT, check, found, advice)
