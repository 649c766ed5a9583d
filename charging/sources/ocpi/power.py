"""The power of a connector in kW, from what is stated or from voltage and current.

The standard states W, and some feeds state kW. Below 1,000 a number is kW, since nothing charges a car with
less than 1 kW, and above 3,750 it is W, since nothing charges one with more than 3,750 kW. Direct current
between the two may be either: there the unit of the whole feed decides.

Where no power is stated it is voltage times current, which is an upper bound; the standard gives the voltage
of three phases to neutral, some feeds between lines.
"""

import math

from charging.domain.vocabulary import Current
from charging.sources.coordinates import read_number
from charging.sources.ocpi.codes import CONDUCTORS, Doubt, Pairs

_MIN_W = 1_000
"""Power below which a number is meant in kW."""

_MAX_KW = 3_750
"""Power above which a number is meant in W: that of the Megawatt Charging System."""

_MIN_KW, _MIN_DC_KW = 1.0, 4.0
"""Power below which a number is neither; no direct current that is stated in W is that slow."""

_MAX_AC_KW = 100
"""Power no AC plug carries, kW: Type 2 ends at 44, GB/T at 48 (63 A at 440 V)."""

_MIN_V = 100
"""Lowest voltage of any mains, V; what lies below is something else in the wrong field."""

_MAX_LINE_TO_NEUTRAL_V = 300
"""Voltage above which three phases are given between lines: 400 V there is 230 V to neutral."""


def vote_for_kw(power: object, current: Current | None) -> bool | None:
    """Return whether a stated power can only be kW (True), only W (False), or either or none (None)."""
    stated = read_number(power)
    if stated is None or stated < _MIN_KW:
        return None
    if stated < _MIN_W:
        return True
    return None if stated <= _MAX_KW and current is Current.DC else False


def read_power(
    current: Current | None,
    power_code: str | None,
    power: object,
    volts: object,
    amps: object,
    *,
    is_kw: bool,
) -> tuple[float | None, Pairs]:
    """Return the power in kW, and what was put right about it; `is_kw` is the unit of the feed."""
    doubts: list[tuple[str, str]] = []
    stated = read_number(power)
    if stated is not None and stated > 0:
        is_stated_in_kw = stated < _MIN_W or (is_kw and stated <= _MAX_KW and current is Current.DC)
        power_kw = stated if is_stated_in_kw else stated / 1000
        if is_stated_in_kw or is_kw:
            doubts.append((Doubt.POWER_UNIT, f"{stated:g}{'' if is_stated_in_kw else ' W'}"))
        if _is_real(power_kw, current) and power_kw >= (_MIN_DC_KW if current is Current.DC else _MIN_KW):
            return power_kw, tuple(doubts)
        doubts.append((Doubt.POWER_UNREAL, f"{power_kw:g} kW"))
    voltage_v = read_number(volts)
    if voltage_v is not None and 0 < voltage_v < _MIN_V:
        return None, (*doubts, (Doubt.VOLTAGE_UNREAL, f"{voltage_v:g} V"))
    derived_kw = _derive_power(current, power_code, voltage_v, read_number(amps))
    if derived_kw is None or not _is_real(derived_kw, current):
        return None, tuple(doubts)
    return derived_kw, (*doubts, (Doubt.POWER_DERIVED, f"{derived_kw:g} kW"))


def _is_real(power_kw: float, current: Current | None) -> bool:
    return current is not Current.AC or power_kw <= _MAX_AC_KW


def _derive_power(
    current: Current | None, power_code: str | None, volts: float | None, amps: float | None
) -> float | None:
    if not volts or not amps or volts < 0 or amps < 0:
        return None
    if current is Current.DC:
        conductors: float = 1
    elif power_code is None or power_code not in CONDUCTORS:
        return None
    else:
        conductors = CONDUCTORS[power_code]
        if conductors == CONDUCTORS["AC_3_PHASE"] and volts > _MAX_LINE_TO_NEUTRAL_V:
            conductors = math.sqrt(3)
    return round(conductors * volts * amps / 1000, 3)
