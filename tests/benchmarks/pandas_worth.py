"""The obvious way to what a partner is worth: a DataFrame, h3-py for each row, groupby, sets."""

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd

from charging.dataset.store import Dataset

STANDINGS = ["only_a", "only_b", "a_leads", "b_leads", "even", "others"]


def stored(dataset: Dataset) -> pd.DataFrame:
    """Return one row per pile group, and per station without any, with the stored columns that are needed."""
    stations, piles = (
        pd.read_parquet(dataset.path(table), columns=["station_id", "operator_id", *columns])
        for table, columns in (("stations", ["lat", "lon"]), ("piles", ["current", "power_kw", "count"]))
    )
    groups = stations.merge(piles, on="station_id", how="left", suffixes=("_of_station", ""), indicator="has")
    alone = groups.pop("has") == "left_only"
    groups["operator_id"] = groups.operator_id.where(~alone, groups.pop("operator_id_of_station"))
    return groups


def holdings(groups: pd.DataFrame, resolution: int, min_power_kw: float | None = None) -> pd.DataFrame:
    """Return the table of `charging.queries.holdings.holdings` for cells."""
    rows = groups if min_power_kw is None else groups[groups.power_kw >= min_power_kw]
    points = zip(rows.lat, rows.lon, strict=True)
    rows = rows.assign(unit=[h3.latlng_to_cell(lat, lon, resolution) for lat, lon in points])
    rows["dc"] = rows["count"].where(rows.current != "AC", 0 * rows["count"]).where(rows.current.notna())
    held = rows.groupby(["unit", "operator_id"], dropna=False)
    table = held[["count", "dc"]].sum(min_count=1)
    table.insert(0, "stations", held.station_id.nunique())
    return table.reset_index().rename(columns={"count": "piles", "dc": "dc_piles"})


def served(table: pd.DataFrame, rings: int = 0) -> tuple[dict[str, set[int]], int]:
    """Return the cells each operator serves, and how many cells anybody serves."""
    holders = table[table.piles > 0].groupby("operator_id", dropna=False).unit
    sets = {operator_id: set(units) for operator_id, units in holders}
    if rings:
        sets = {
            operator_id: {near for cell in cells for near in h3.grid_disk(cell, rings)}
            for operator_id, cells in sets.items()
        }
    return sets, len(set(table.unit).union(*sets.values()))


def gains(held: tuple[dict[str, set[int]], int], base: list[str], partners: list[str]) -> pd.DataFrame:
    """Return the table of `charging.analytics.coverage.marginal_gains`."""
    sets, whole = held
    of_base = set().union(*(sets[operator_id] for operator_id in base))
    covered, left, rows = set(of_base), sorted(partners), []
    while left:
        gain = {operator_id: len(sets[operator_id] - covered) for operator_id in left}
        best = max(left, key=gain.__getitem__)
        covered |= sets[best]
        left.remove(best)
        rows.append(
            {
                "operator_id": best,
                "order": len(rows) + 1,
                "gain": gain[best],
                "gain_alone": len(sets[best] - of_base),
                "covered_after": len(covered),
                "share_after": len(covered) / whole,
                "whole": whole,
            }
        )
    return pd.DataFrame(rows)


def losses(table: pd.DataFrame, leavers: list[str]) -> tuple[pd.DataFrame, pd.Series]:
    """Return the table of `charging.analytics.resilience.without`, and how often each loss occurs."""
    leaves = table.operator_id.isin(leavers)
    before = table.groupby("unit").piles.sum()
    after = table[~leaves].groupby("unit").piles.sum().reindex(before.index, fill_value=0)
    may_stay = before.index.isin(table.unit[~leaves & table.piles.isna()])
    kinds = [(after == 0) & ~may_stay, 2 * after < before, after < before]
    lost = pd.DataFrame({"piles_before": before, "piles_after": after, "lost_share": 1 - after / before})
    lost["category"] = np.select(kinds, ["lost", "halved", "reduced"], "untouched")
    lost = lost[lost.piles_before > 0].reset_index()
    return lost, lost.category.value_counts()


def concentration(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `charging.analytics.resilience.concentration`."""
    piles = table.groupby("unit").piles.sum()
    piles = piles[piles > 0]
    known = table[(table.piles > 0) & table.operator_id.notna()]
    shares = known.piles / known.unit.map(piles)
    by_unit = known.groupby("unit")
    ordered = known.sort_values(["unit", "piles", "operator_id"], ascending=[True, False, True])
    largest = ordered.drop_duplicates("unit").set_index("unit").reindex(piles.index)
    return pd.DataFrame(
        {
            "piles": piles,
            "operators": by_unit.size().reindex(piles.index, fill_value=0),
            "largest_operator": largest.operator_id,
            "largest_piles": largest.piles,
            "largest_share": largest.piles / piles,
            "unknown_share": 1 - by_unit.piles.sum().reindex(piles.index, fill_value=0) / piles,
            "hhi": 10_000 * (shares**2).groupby(known.unit).sum().reindex(piles.index),
        }
    ).reset_index()


def standings(
    table: pd.DataFrame, a: list[str], b: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the tables of `compare`, `tally` and `white_spots_of` of `charging.analytics.comparison`."""
    is_a, is_b = table.operator_id.isin(a), table.operator_id.isin(b)
    sides = {"piles_a": is_a, "piles_b": is_b, "piles_others": ~is_a & ~is_b}
    sums = [table[rows].groupby("unit").piles.sum() for rows in sides.values()]
    units = pd.concat(sums, axis="columns", keys=list(sides)).fillna(0).sort_index()
    units = units[(units > 0).any(axis="columns")]
    has_a, has_b = units.piles_a > 0, units.piles_b > 0
    leads = [units.piles_a > units.piles_b, units.piles_b > units.piles_a]
    units["category"] = np.select([has_a & ~has_b, has_b & ~has_a, *leads, has_a], STANDINGS[:-1], "others")
    grouped = units.groupby("category")
    tally = grouped[list(sides)].sum()
    tally.insert(0, "units", grouped.size())
    spots = units.loc[units.category == "only_b", ["piles_b", "piles_others"]].reset_index()
    spots = spots.sort_values(["piles_b", "unit"], ascending=[False, True], ignore_index=True)
    return units.reset_index(), tally.reindex(STANDINGS, fill_value=0).reset_index(), spots
