"""What coverage is counted in, and how finely: read by the page before any analysis is loaded."""

from dataclasses import dataclass
from enum import StrEnum


class Gain(StrEnum):
    """What a partner can add to."""

    CELLS = "cells"
    CITIES = "cities"
    SERVICE_AREAS = "service_areas"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How finely coverage is looked at."""

    resolution: int = 6  # of the H3 cells; some 6 km across
    rings: int = 0  # of neighbours that a cell with a pile serves too
    km: float = 5.0  # within which people are reached, in a straight line
