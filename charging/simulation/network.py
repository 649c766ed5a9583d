"""The simulated network of China: what the dashboard shows before the user loads any data.

It is calibrated to the totals published at the launch (data/published.csv) and plausible otherwise; no
station, point, power or status in it is real. No source names the thirteen operators: these are the three
carmakers and the ten largest public operators by piles in June 2024 (data/operators.csv), which share the
remaining piles in those proportions. Every name says that it is simulated, in both scripts.

The same seed gives the same network on every platform.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from charging.domain.operators import OperatorKind, load_operators
from charging.domain.published import LAUNCHED_ON, figure_on
from charging.domain.vocabulary import Access, Datum, Site
from charging.errors import SchemaError, UsageError
from charging.simulation.draws import Draws, Indices, share_out
from charging.simulation.piles import dc_piles, pile_groups, station_sizes
from charging.simulation.profiles import PROFILES, Profile
from charging.simulation.world import World, make_world, station_points
from charging.sources.records import Record, ServiceAreaRecord, SourceInfo, StationRecord

DC_PILES = 806_000
"""DC piles of the network at scale 1; the published figure is over 800,000."""

AS_OF = dt.datetime.combine(LAUNCHED_ON, dt.time(4), dt.UTC)
"""Time of every status: noon in Beijing on the day the figures were published."""

SOURCE = SourceInfo(
    source="simulated",
    title="Simulated charging network of China",
    licence="MIT",
    attribution="Simulated by this project, calibrated to published sums; no station is real. "
    "Towns by GeoNames, CC BY 4.0",
    as_of=AS_OF.date().isoformat(),
)

_OPENING_UNKNOWN = 0.08  # stations with unknown opening day

_HOURS = ("24/7", "06:00-24:00", "07:00-22:00", None)
_HOURS_WEIGHTS = (72, 6, 6, 16)
_PRICES = (None, *(f"{fen / 100:.2f} CNY/kWh" for fen in range(85, 180, 5)))
_PRICE_WEIGHTS = (300, *([1] * (len(_PRICES) - 1)))
_ACCESS = (Access.PUBLIC, Access.MEMBERS, None)
_ACCESS_UNKNOWN = 0.015

_T = TypeVar("_T")


def simulate_network(
    *, scale: int = 1, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Iterator[Record]:
    """Yield the service areas, then the stations by operator.

    Parameters
    ----------
    scale
        How many times the stations and piles of the published network; cities, operators and service
        areas stay.
    seed
        Seed of the network; totals are the same for each.
    progress
        Called from time to time with the share of stations yielded, 0 to 1.

    Raises
    ------
    UsageError
        If `scale` is below 1 or `seed` is negative.
    """
    if scale < 1 or seed < 0:
        message = f"expected a scale of 1 or more and a seed of 0 or more, found {scale!r} and {seed!r}"
        raise UsageError(message)
    return _generate_records(scale, seed, progress or (lambda _share: None))


def operator_piles() -> dict[str, int]:
    """Return the piles of each operator at scale 1, by operator id, in the order of their profiles."""
    operators = [load_operators()[operator_id] for operator_id in PROFILES]
    carmakers = {
        o.id: int(_launch_figure(o.id, "piles")) for o in operators if o.kind is OperatorKind.CARMAKER
    }
    others = {o.id: o.piles_2024_06 or 0 for o in operators if o.id not in carmakers}
    remaining = int(_launch_figure("network", "piles")) - sum(carmakers.values())
    return dict(zip(others, share_out(remaining, list(others.values())), strict=True)) | carmakers


def _launch_figure(subject: str, measure: str) -> float:
    figure = figure_on(subject, measure, LAUNCHED_ON)
    if figure is None:
        message = f"published.csv: expected {measure!r} of {subject!r} by {LAUNCHED_ON}, found none"
        raise SchemaError(message)
    return figure.value


def _generate_records(scale: int, seed: int, progress: Callable[[float], None]) -> Iterator[Record]:
    progress(0.0)
    world = make_world(seed, _launch_figure("network", "service_area_share") / 100)
    yield from world.areas.records
    piles = operator_piles()
    dc = dict(zip(piles, share_out(DC_PILES, [piles[i] * PROFILES[i].dc_share for i in piles]), strict=True))
    done, total = 0, scale * sum(profile.stations for profile in PROFILES.values())
    # Each layer is a complete network: totals multiply exactly, memory stays that of one operator.
    for layer in range(scale):
        for number, operator_id in enumerate(piles):
            draws = Draws(seed, 1 + layer, number)
            yield from _generate_stations(
                draws, world, operator_id, layer=layer, piles=piles[operator_id], dc=dc[operator_id]
            )
            done += PROFILES[operator_id].stations
            progress(done / total)


def _generate_stations(
    draws: Draws, world: World, operator_id: str, *, layer: int, piles: int, dc: int
) -> Iterator[StationRecord]:
    profile, operator = PROFILES[operator_id], load_operators()[operator_id]
    areas = [world.areas.records[side] for side in world.sides[operator_id].tolist()]
    points = (values.tolist() for values in station_points(draws, world, operator_id))
    sizes = station_sizes(draws, profile, piles)
    is_on_highway = np.arange(profile.stations) < len(areas)
    dc_sizes = dc_piles(draws, sizes, dc, is_all_dc=is_on_highway)
    groups = pile_groups(draws, profile, sizes, dc_sizes)
    in_areas: list[ServiceAreaRecord | None] = [*areas, *[None] * (profile.stations - len(areas))]
    rows = zip(*points, groups, in_areas, _draw_traits(draws, profile, len(areas)), strict=True)
    for number, (lat, lon, city_index, pile_records, area, traits) in enumerate(
        rows, start=1 + layer * profile.stations
    ):
        city = world.cities[city_index]
        where, where_zh = (city.name_en, city.name_zh) if area is None else _milepost(area)
        yield StationRecord(
            source_id=f"{operator_id}-{number:06d}",
            lat=lat,
            lon=lon,
            datum=Datum.WGS84,
            piles=pile_records,
            name=f"{operator.name_en} {where} simulated {number:06d}",
            name_zh=f"{operator.name_zh} {where_zh} 模拟{number:06d}站",
            operator_id=operator_id,
            operator_raw=operator.name_zh,
            service_area_id=area.service_area_id if area else None,
            country="CN",
            region=city.province_zh,
            city_id=city.id,
            city_raw=city.name_zh,
            status_at=AS_OF,
            updated_at=AS_OF,
            **traits,
        )


def _milepost(area: ServiceAreaRecord) -> tuple[str, str]:
    post = f"{area.expressway} K{area.chainage_km:.0f}"
    return post, f"{post} 服务区"


def _draw_traits(draws: Draws, profile: Profile, in_areas: int) -> Iterator[dict[str, Any]]:
    """Yield some fields of each station; the first `in_areas` are in service areas, always open to all."""
    count = profile.stations
    sites = _take_labels(list(profile.sites), draws.choose(list(profile.sites.values()), count))
    public = 1 - profile.members_share - _ACCESS_UNKNOWN
    access = _take_labels(_ACCESS, draws.choose((public, profile.members_share, _ACCESS_UNKNOWN), count))
    hours = _take_labels(_HOURS, draws.choose(_HOURS_WEIGHTS, count))
    prices = _take_labels(_PRICES, draws.choose(_PRICE_WEIGHTS, count))
    sites[:in_areas] = [Site.SERVICE_AREA] * in_areas
    access[:in_areas] = [Access.PUBLIC] * in_areas
    hours[:in_areas] = [_HOURS[0]] * in_areas
    names = ("site", "access", "opening_hours", "price", "opened_on")
    days = _draw_opening_days(draws, profile)
    return (
        dict(zip(names, row, strict=True)) for row in zip(sites, access, hours, prices, days, strict=True)
    )


def _draw_opening_days(draws: Draws, profile: Profile) -> list[dt.date | None]:
    """Return a day for each station: the number of open stations grows with the cube of time."""
    count, last = profile.stations, AS_OF.date()
    latest = np.maximum.reduce([draws.uniform(count) for _ in range(3)])
    days = (latest * ((last - profile.since).days + 1)).astype(np.int64)
    is_known = draws.uniform(count) >= _OPENING_UNKNOWN
    calendar = [profile.since + dt.timedelta(days=day) for day in range((last - profile.since).days + 1)]
    return [
        calendar[day] if known else None for day, known in zip(days.tolist(), is_known.tolist(), strict=True)
    ]


def _take_labels(labels: Sequence[_T], indices: Indices) -> list[_T]:
    return [labels[i] for i in indices.tolist()]
