"""How well the cells of a column fit a field that its header may name."""

import re
from collections.abc import Callable, Mapping

from charging.sources.countries import find_country
from charging.sources.recognition.cells import MIN_SHARE, SampleColumn
from charging.sources.recognition.codes import (
    access_of,
    connector_of,
    is_not_built,
    is_removed,
    status_of,
)
from charging.sources.recognition.header_words import Meaning

MAX_PILES_OF_A_ROW = 1_000
"""Piles that a row of a list of stations can have."""
MAX_KW = 4_000.0
MAX_W = 4_000_000.0
_MIN_WATTS = 1_000
_MAX_PLACE_LENGTH = 60  # characters of the name of a town
_MAX_TEXT_LENGTH = 400
_MAX_CODES = 40
_FEW_ROWS = 5


def _degrees(limit: float) -> Callable[[SampleColumn, Meaning], float]:
    def fit(column: SampleColumn, _meaning: Meaning) -> float:
        numbers = column.numbers
        if numbers is None or not column.are_numbers or not numbers.are_within(-limit, limit):
            return 0.0
        return 0.85 if numbers.are_whole else 1.0

    return fit


def _is_count(column: SampleColumn, meaning: Meaning) -> float:
    numbers = column.numbers
    if meaning.order[-1:] == ("number",) and _is_running(column):
        return 0.0  # the number of a charger, and not the number of chargers
    if numbers is None:
        words = [cell for cell in column.known if not re.fullmatch(r"[-+]?\d+(\.0+)?", cell)]
        is_none = {cell.casefold() for cell in words} <= {"none", "keine", "no", "ninguno"}
        return 0.95 if words and is_none and len(words) < len(column.known) else 0.0
    if not numbers.are_whole or not numbers.are_within(0, MAX_PILES_OF_A_ROW):
        return 0.0
    if "plug" in meaning.concepts and "count" not in meaning.concepts:
        return 0.9
    return 1.0


def _is_running(column: SampleColumn) -> bool:
    return len(column.known) > _FEW_ROWS and len(column.different) > len(column.known) / 2


def _is_power(column: SampleColumn, meaning: Meaning) -> float:
    says_unit = bool(meaning.concepts & {"kw", "w"}) or column.says_power
    if meaning.concepts & {"capacity", "speed"} and not says_unit:
        return 0.0
    numbers = column.numbers
    if numbers is None:  # 2 x 150 kW, 1 MW
        fitting = sum(0 < power <= MAX_KW for power in column.powers)
        return 1.0 if fitting and fitting >= len(column.powers) / 2 else 0.0
    if not numbers.are_within(0, MAX_W):
        return 0.0
    if "w" in meaning.concepts or min(filter(None, numbers.values), default=0) >= _MIN_WATTS:
        return 1.0
    fitting = sum(value <= MAX_KW for value in numbers.values)
    return 1.0 if fitting >= len(numbers.values) / 2 else 0.0  # what is too high is told when it is read


def _is_position(column: SampleColumn, meaning: Meaning) -> float:
    return 1.0 if column.pairs and meaning.concepts else 0.0


def _is_text(column: SampleColumn, _meaning: Meaning) -> float:
    if column.are_numbers or column.date_formats or column.are_flags or column.pairs:
        return 0.0
    is_link = column.share(lambda cell: cell.startswith(("http://", "https://", "[", "{")))
    is_long = column.share(lambda cell: len(cell) > _MAX_TEXT_LENGTH)
    return 0.0 if max(is_link, is_long) > 1 - MIN_SHARE else 1.0


def _is_operator(column: SampleColumn, meaning: Meaning) -> float:
    if meaning.concepts & {"id", "code"} and not column.date_formats and not column.pairs:
        return 0.9
    if fit := _is_text(column, meaning):
        is_code = column.share(lambda cell: bool(re.fullmatch(r"[A-Z]{0,3}[\d*-]{5,}|[0-9A-Z]{9}", cell)))
        return fit * (0.8 if is_code >= MIN_SHARE else 1.0)
    return 0.0


def _is_short(column: SampleColumn, meaning: Meaning) -> float:
    is_short = column.share(lambda cell: len(cell) <= _MAX_PLACE_LENGTH) >= MIN_SHARE
    return _is_text(column, meaning) if is_short and not column.are_hours else 0.0


def _is_country(column: SampleColumn, _meaning: Meaning) -> float:
    known = column.share(lambda cell: find_country(cell) is not None)
    return 1.0 if known > 1 / 2 else 0.0


def _is_region(column: SampleColumn, meaning: Meaning) -> float:
    says_status = column.share(lambda cell: bool(status_of(cell) or is_not_built(cell) or is_removed(cell)))
    return 0.0 if says_status > 1 - MIN_SHARE else _is_short(column, meaning)


def _is_postcode(column: SampleColumn, meaning: Meaning) -> float:
    has_digits = column.share(lambda cell: any(map(str.isdigit, cell)) and len(cell) <= _MAX_PLACE_LENGTH)
    return (0.95 if "city" in meaning.concepts else 1.0) if has_digits >= MIN_SHARE else 0.0


def _is_day(column: SampleColumn, meaning: Meaning) -> float:
    if column.are_hours and not column.date_formats:
        return 0.0
    numbers = column.numbers
    is_serial = numbers is not None and numbers.are_within(30_000, 60_000) and "date" in meaning.concepts
    return 1.0 if column.date_formats else 0.9 if is_serial else 0.0


def _is_status(column: SampleColumn, meaning: Meaning) -> float:
    if column.are_hours or column.date_formats or column.pairs:
        return 0.0
    known = column.share(lambda cell: bool(status_of(cell) or is_not_built(cell) or is_removed(cell)))
    if known >= 1 - MIN_SHARE:
        return 1.0
    is_explicit = meaning.order[-1:] == ("status",) or "code" in meaning.concepts
    return 0.8 if is_explicit and not column.are_numbers and _has_few(column) else 0.0


def _is_access(column: SampleColumn, meaning: Meaning) -> float:
    known = column.share(lambda cell: access_of(cell) is not None)
    if known >= 1 - MIN_SHARE:
        return 1.0
    if "station" in meaning.concepts or column.are_hours or column.are_numbers or column.pairs:
        return 0.0
    is_short = column.share(lambda cell: len(cell) <= _MAX_PLACE_LENGTH) >= MIN_SHARE
    return 0.7 if is_short and _has_few(column) and "access" in meaning.concepts else 0.0


def _is_connector(column: SampleColumn, meaning: Meaning) -> float:
    if column.are_numbers or column.are_flags or column.share(lambda cell: "{" in cell):
        return 0.0
    known = column.share(lambda cell: connector_of(cell) is not None)
    if known > 0.3:  # noqa: PLR2004  plugs are written in too many ways to know most
        return 1.0
    is_explicit = "plug" in meaning.concepts and ("type" in meaning.concepts or len(meaning.concepts) == 1)
    return 0.6 if is_explicit and not known and _has_few(column) else 0.0


def _is_price(column: SampleColumn, meaning: Meaning) -> float:
    is_time = column.are_hours and "kwh" not in meaning.concepts
    return 0.0 if column.date_formats or is_time or column.are_flags else 1.0


def _is_id(column: SampleColumn, _meaning: Meaning) -> float:
    numbers = column.numbers
    if (column.date_formats and not column.are_numbers) or column.pairs or column.are_flags:
        return 0.0
    if column.are_numbers and numbers is not None and not numbers.are_whole:
        return 0.0
    return 1.0 if column.share(lambda cell: len(cell) <= _MAX_PLACE_LENGTH * 2) >= MIN_SHARE else 0.0


def _has_few(column: SampleColumn) -> bool:
    return len(column.different) <= max(_MAX_CODES, len(column.known) // 10)


CELLS: Mapping[str, Callable[[SampleColumn, Meaning], float]] = {
    "lat": _degrees(180.0),
    "lon": _degrees(180.0),
    "position": _is_position,
    "piles": _is_count,
    "dc_piles": _is_count,
    "ac_piles": _is_count,
    "power_kw": _is_power,
    "connector": _is_connector,
    "name": _is_text,
    "operator": _is_operator,
    "address": _is_text,
    "city": _is_short,
    "region": _is_region,
    "country": _is_country,
    "postcode": _is_postcode,
    "opened_on": _is_day,
    "status": _is_status,
    "access": _is_access,
    "price": _is_price,
    "id": _is_id,
}
"""How well cells fit a field whose header fits, 0 where they cannot be it."""
