"""The piles of simulated stations: their number, kinds and statuses."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charging.domain.vocabulary import Connector, Current, Status, connector_mask
from charging.simulation.draws import Draws, Reals, pick_indices
from charging.simulation.profiles import AC_WEIGHTS, DC_POWERS_KW, Profile
from charging.sources.records import PileRecord

Counts = NDArray[np.int64]

_AC_ONLY, _HALF_AC = 0.6, 0.8  # stations without DC, and with AC for half their piles, per share of AC in all
_TWO_POWERS = 0.35  # stations with DC piles of a second power
_POWER_UNKNOWN = 0.015  # groups with unknown power
_STATION_UNKNOWN, _STATION_OFFLINE = 0.02, 0.02  # stations with that status for every pile

_STATUSES: tuple[Status | None, ...] = (
    Status.AVAILABLE,
    Status.CHARGING,
    Status.OCCUPIED,
    Status.RESERVED,
    Status.FAULT,
    Status.OFFLINE,
    None,
)
_STATUS_WEIGHTS = (64.6, 27.1, 4.2, 1.0, 2.1, 1.0, 0.0)  # of a pile in a station that reports
_OFFLINE, _UNKNOWN = _STATUSES.index(Status.OFFLINE), _STATUSES.index(None)


class _PileKind(NamedTuple):
    current: Current
    connector: Connector
    power_kw: float | None


_DC_KINDS = tuple(_PileKind(Current.DC, Connector.GBT_DC, power_kw) for power_kw in DC_POWERS_KW)
_KINDS = (
    *_DC_KINDS,
    _PileKind(Current.DC, Connector.GBT_DC, None),
    _PileKind(Current.AC, Connector.GBT_AC_SOCKET, 3.5),
    _PileKind(Current.AC, Connector.GBT_AC_SOCKET, 7.0),
    _PileKind(Current.AC, Connector.GBT_AC_CABLE, 7.0),
    _PileKind(Current.AC, Connector.GBT_AC_CABLE, 11.0),
    _PileKind(Current.AC, Connector.GBT_AC_CABLE, 22.0),
    _PileKind(Current.AC, Connector.GBT_AC_CABLE, 40.0),
    _PileKind(Current.AC, Connector.GBT_AC_SOCKET, None),
)
_DC_UNKNOWN, _AC_UNKNOWN = len(_DC_KINDS), len(_KINDS) - 1
_CLASSES = 3  # of a station's piles: DC, DC of a second power, AC


def station_sizes(draws: Draws, profile: Profile, piles: int) -> Counts:
    """Return the piles of each station, mostly small ones; they sum to `piles` exactly."""
    smallest, largest = profile.sizes
    rank = (np.arange(profile.stations) + 0.5) / profile.stations
    steep = rank
    while (sizes := smallest + (steep * (largest - smallest + 1)).astype(np.int64)).sum() > piles:
        steep = steep * rank
    # What is missing goes to the small stations, one pile each.
    each, rest = divmod(piles - int(sizes.sum()), profile.stations)
    sizes += each
    sizes[:rest] += 1
    return sizes[draws.order(profile.stations)]


def dc_piles(draws: Draws, sizes: Counts, total: int, *, is_all_dc: NDArray[np.bool_]) -> Counts:
    """Return the DC piles of each station, `total` in all.

    Stations marked `is_all_dc` have DC only; others have DC, AC, or half of each.
    """
    ac_share = 1 - total / sizes.sum()
    luck = draws.uniform(len(sizes))
    is_half = luck < (_AC_ONLY + _HALF_AC) * ac_share
    dc = np.where(is_half, sizes - sizes // 2, sizes)
    dc[luck < _AC_ONLY * ac_share] = 0
    dc = np.where(is_all_dc, sizes, dc)
    order = draws.order(len(sizes))
    missing = total - int(dc.sum())
    room = (sizes - dc if missing > 0 else np.where(is_all_dc, 0, dc))[order]
    before = np.cumsum(room) - room
    dc[order] += np.sign(missing) * np.clip(abs(missing) - before, 0, room)
    return dc


def pile_groups(draws: Draws, profile: Profile, sizes: Counts, dc: Counts) -> list[tuple[PileRecord, ...]]:
    """Return the pile groups of each station: identical piles with the same status are one record."""
    stations = len(sizes)
    kinds, second = _draw_kinds(draws, profile, dc)
    station = np.repeat(np.arange(stations), sizes)
    place = np.arange(len(station)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pile_class = (place >= (dc - second)[station]).astype(np.int64) + (place >= dc[station])
    status = _draw_statuses(draws, station, stations)
    slots = (station * _CLASSES + pile_class) * len(_STATUSES) + status
    counts = np.bincount(slots, minlength=stations * _CLASSES * len(_STATUSES))
    used = np.flatnonzero(counts)
    row, used_status = np.divmod(used, len(_STATUSES))
    codes = (kinds.reshape(-1)[row] * len(_STATUSES) + used_status) * (counts.max() + 1) + counts[used]
    distinct, position = np.unique(codes, return_inverse=True)
    records = [_record(*divmod(int(code), int(counts.max()) + 1)) for code in distinct]
    groups = [records[i] for i in position.tolist()]
    ends = np.cumsum(np.bincount(row // _CLASSES, minlength=stations)).tolist()
    return [tuple(groups[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _draw_kinds(draws: Draws, profile: Profile, dc: Counts) -> tuple[Counts, Counts]:
    """Return each station's kind per class, (stations, 3), and how many DC piles are of the second power."""
    stations = len(dc)
    first, other = (draws.choose(profile.dc_weights, stations) for _ in range(2))
    has_second = (draws.uniform(stations) < _TWO_POWERS) & (dc > 1) & (first != other)
    second = np.where(has_second, 1 + np.floor(draws.uniform(stations) * (dc - 1) / 2).astype(np.int64), 0)
    ac = _DC_UNKNOWN + 1 + draws.choose(AC_WEIGHTS, stations)
    first = np.where(draws.uniform(stations) < _POWER_UNKNOWN, _DC_UNKNOWN, first)
    ac = np.where(draws.uniform(stations) < _POWER_UNKNOWN, _AC_UNKNOWN, ac)
    return np.stack([first, other, ac], axis=1), second


def _draw_statuses(draws: Draws, station: Counts, stations: int) -> NDArray[np.intp]:
    status = pick_indices(_STATUS_WEIGHTS, draws.uniform(len(station)))
    luck: Reals = draws.uniform(stations)[station]
    status[luck < _STATION_UNKNOWN + _STATION_OFFLINE] = _OFFLINE
    status[luck < _STATION_UNKNOWN] = _UNKNOWN
    return status


def _record(kind_and_status: int, count: int) -> PileRecord:
    kind_index, status = divmod(kind_and_status, len(_STATUSES))
    kind = _KINDS[kind_index]
    return PileRecord(
        current=kind.current,
        connectors=connector_mask([kind.connector]),
        power_kw=kind.power_kw,
        status=_STATUSES[status],
        count=count,
    )
