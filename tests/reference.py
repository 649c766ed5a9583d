"""The slow, obvious way: plain pandas and h3, a row at a time. No SQL, no cell arithmetic."""

from collections import defaultdict

import h3.api.numpy_int as h3

from charging.domain.filters import Filters
from charging.domain.operators import load_operators
from charging.domain.vocabulary import LIVE_STATUSES, connectors_in

RELATIONS = {operator.id: operator.relation for operator in load_operators()}


def all_groups(stations, piles) -> list[dict]:
    """Return one record per pile group, with the columns of its station; None is "not known"."""
    columns = ["station_id", "operator_id", "current", "connectors", "power_kw", "status", "count"]
    groups = stations.merge(
        piles[columns], on="station_id", how="left", suffixes=("_of_station", ""), indicator="has"
    )
    alone = groups.has == "left_only"  # a station without piles speaks for itself
    groups.loc[alone, "operator_id"] = groups.loc[alone, "operator_id_of_station"]
    return groups.astype(object).where(groups.notna(), None).to_dict("records")


def selected(groups: list[dict], filters: Filters) -> list[dict]:
    """Return the groups a selection matches."""
    return [group for group in groups if matches(group, filters)]


def matches(group: dict, filters: Filters) -> bool:
    """Tell whether a group meets all conditions, each in the plainest words."""
    operator, current, bits = group["operator_id"], group["current"], group["connectors"]
    plugs = None if bits is None else connectors_in(int(bits))
    conditions = [
        (filters.operators, operator, lambda: operator in filters.operators),
        (filters.relations, operator, lambda: RELATIONS.get(operator) in filters.relations),
        (filters.cities, group["city_id"], lambda: group["city_id"] in filters.cities),
        (filters.currents, current, lambda: any(current in (c, "AC_DC") for c in filters.currents)),
        (filters.connectors, plugs, lambda: bool(set(plugs) & set(filters.connectors))),
        (filters.min_power_kw, group["power_kw"], lambda: group["power_kw"] >= filters.min_power_kw),
        (filters.statuses, group["status"], lambda: group["status"] in filters.statuses),
        (filters.access, group["access"], lambda: group["access"] in filters.access),
        (filters.sites, group["site"], lambda: group["site"] in filters.sites),
        (filters.opened_since, group["opened_on"], lambda: group["opened_on"] >= filters.opened_since),
    ]
    for wanted, value, holds in conditions:
        is_set = wanted not in ((), None)
        if is_set and not (filters.include_unknown if value is None else holds()):
            return False
    return all(word in group["search"] for word in filters.text.split())


def sums(groups: list[dict]) -> dict:
    """Return the sums of `charging.queries.measures.sum_groups` over groups."""

    def piles(holds) -> int:
        return sum(int(group["count"] or 0) for group in groups if holds(group))

    def part(holds, is_known) -> int | None:
        """0 where there are none of a kind, None where nothing is known of the kind."""
        known = [group for group in groups if group["count"] is not None and is_known(group)]
        return piles(holds) if known or not groups else None

    stations = {group["station_id"] for group in groups}
    counted = {group["station_id"] for group in groups if group["count"] is not None}
    return {
        "stations": len(stations),
        "piles": part(lambda _: True, lambda _: True),
        "dc_piles": part(lambda group: group["current"] in ("DC", "AC_DC"), has("current")),
        "ac_piles": part(lambda group: group["current"] in ("AC", "AC_DC"), has("current")),
        "current_unknown_piles": piles(lambda group: group["current"] is None),
        "max_power_kw": max((g["power_kw"] for g in groups if g["power_kw"] is not None), default=None),
        "power_unknown_piles": piles(lambda group: group["power_kw"] is None),
        "available_piles": part(lambda group: group["status"] == "available", is_live),
        "live_piles": piles(is_live),
        "fault_piles": part(lambda group: group["status"] == "fault", has("status")),
        "status_unknown_piles": piles(lambda group: group["status"] is None),
        "stations_piles_unknown": len(stations - counted),
    }


def has(column):
    return lambda group: group[column] is not None


def is_live(group) -> bool:
    return group["status"] in LIVE_STATUSES


def by(groups: list[dict], key) -> dict:
    """Return the groups by what `key` says of each."""
    parts = defaultdict(list)
    for group in groups:
        parts[key(group)].append(group)
    return parts


def cell_of(group: dict, resolution: int) -> int:
    """Return the cell that the station of a group lies in."""
    return h3.latlng_to_cell(group["lat"], group["lon"], resolution)


def hexes(groups: list[dict], bounds, resolution: int) -> dict[int, dict]:
    """Return the sums of every cell whose centre lies in the bounds."""
    cells = by(groups, lambda group: cell_of(group, resolution))
    return {cell: sums(part) for cell, part in cells.items() if bounds.contains(*h3.cell_to_latlng(cell))}
