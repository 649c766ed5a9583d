"""Lists of expressway service areas, one side of the road a row: the denominator of every highway share.

A list is a CSV file of one's own, with a header and the columns service_area_id, name, expressway, direction,
chainage_km, lat and lon in any order; `name` may be missing, other columns are ignored. The delimiter is a
comma, a semicolon, a tab or a vertical bar. Numbers have a decimal point, coordinates are WGS-84 degrees,
unless an import declares another datum, which then is that of all its files.

`service_area_id` names one side, so the two sides of an area are two rows. `direction` is what tells them
apart, and the same text throughout an expressway: best the city the traffic drives towards. `chainage_km`
counts along the expressway, from the same end in both directions.
"""

from collections.abc import Iterator
from pathlib import Path

from charging.errors import SourceError
from charging.sources.coordinates import read_number, read_point
from charging.sources.io.delimited import DELIMITERS, delimiter_of, rows
from charging.sources.io.files import Part, open_text, read_head, text_part
from charging.sources.records import Reason, Record, Rejection, ServiceAreaRecord, SourceInfo

REQUIRED = ("service_area_id", "expressway", "direction", "chainage_km", "lat", "lon")
"""Columns a list must have."""

MAX_ROAD_KM = 10_000.0
"""Highest chainage that is believed, km; the longest national expressways have some 5,000."""

_NAME = "name"


def matches(head: bytes) -> bool:
    """Tell whether a file begins with the header of a list."""
    return _delimiter(head) is not None


def source() -> SourceInfo:
    """Return where the records come from: a list counts no piles, so it has no unit."""
    return SourceInfo(
        source="service-areas", title="List of service areas", licence=None, attribution=None, unit_counted=""
    )


def parts_read(path: Path) -> tuple[Part]:
    """Return the part of a file that `read` reads: of an archive the only list."""
    return (text_part(path, matches),)


def read(path: Path) -> Iterator[Record]:
    """Return the service areas of a file, one by one.

    A row that lacks an id, a road, a direction or a number is a rejection; whether an id is repeated and a
    coordinate can be a place is judged later, once for all sources.
    """
    (part,) = parts_read(path)
    delimiter = _delimiter(read_head(part))
    with open_text(part) as text:
        table = rows(text, delimiter or DELIMITERS[0])
        header = [name.strip() for name in next(table, (1, None))[1] or ()]
        if delimiter is None:
            raise SourceError(
                f"{path}: expected the columns {', '.join(REQUIRED)} once each and perhaps {_NAME}, separated"
                f" by a comma, a semicolon, a tab or a |, found {', '.join(header)[:300]!r}."
                " Add or rename columns."
            )
        for line, cells in table:
            yield _record(cells, header, line)


def _delimiter(head: bytes) -> str | None:
    """Return what separates the columns of a list that begins so, or None where it is no list."""
    return delimiter_of(head.decode("utf-8", errors="replace").lstrip(), _is_header)


def _is_header(cells: list[str]) -> bool:
    header = [name.strip() for name in cells]
    return all(header.count(name) == 1 for name in REQUIRED) and header.count(_NAME) <= 1


def _record(cells: list[str] | None, header: list[str], line: int) -> Record:
    if cells is None or len(cells) != len(header):
        found = None if cells is None else f"{len(cells)} cells instead of {len(header)}"
        return Rejection(reason=Reason.MALFORMED, record_id=f"line {line}", value=found)
    row = dict(zip(header, map(str.strip, cells), strict=True))
    area_id = row["service_area_id"]
    if not area_id:
        return Rejection(reason=Reason.MISSING_ID, record_id=f"line {line}", field="service_area_id")
    for field in ("expressway", "direction", "chainage_km"):
        if not row[field]:
            return Rejection(reason=Reason.MALFORMED, record_id=area_id, field=field)
    chainage_km = read_number(row["chainage_km"])
    if chainage_km is None or not 0 <= chainage_km <= MAX_ROAD_KM:
        reason = Reason.NOT_A_NUMBER if chainage_km is None else Reason.OUT_OF_RANGE
        return Rejection(reason=reason, record_id=area_id, field="chainage_km", value=row["chainage_km"])
    point = read_point(row["lat"], row["lon"], area_id)
    if isinstance(point, Rejection):
        return point
    return ServiceAreaRecord(
        service_area_id=area_id,
        expressway=row["expressway"],
        direction=row["direction"],
        chainage_km=chainage_km,
        lat=point[0],
        lon=point[1],
        name=row.get(_NAME) or None,
    )
