"""The obvious way to what a partner is worth: a DataFrame, h3-py for each row, groupby, sets."""

import h3.api.numpy_int as h3
import pandas as pd

from charging.dataset.store import Dataset


def stored(dataset: Dataset) -> pd.DataFrame:
    """Return one row per pile group, and per station without any, with the stored columns that are needed."""
    stations, piles = (
        pd.read_parquet(dataset.path(table), columns=["station_id", "operator_id", *columns])
        for table, columns in (("stations", ["cell"]), ("piles", ["current", "power_kw", "count"]))
    )
    groups = stations.merge(piles, on="station_id", how="left", suffixes=("_of_station", ""), indicator="has")
    alone = groups.pop("has") == "left_only"
    groups["operator_id"] = groups.operator_id.where(~alone, groups.pop("operator_id_of_station"))
    return groups


def holdings(groups: pd.DataFrame, resolution: int, min_power_kw: float | None = None) -> pd.DataFrame:
    """Return the table of `charging.queries.holdings.holdings` for cells."""
    rows = groups if min_power_kw is None else groups[groups.power_kw >= min_power_kw]
    rows = rows.assign(unit=[h3.cell_to_parent(cell, resolution) for cell in rows.cell])
    rows["dc"] = rows["count"].where(rows.current != "AC", 0 * rows["count"]).where(rows.current.notna())
    held = rows.groupby(["unit", "operator_id"], dropna=False)
    table = held[["count", "dc"]].sum(min_count=1)
    table.insert(0, "stations", held.station_id.nunique())
    return table.reset_index().rename(columns={"count": "piles", "dc": "dc_piles"})


def served(table: pd.DataFrame, rings: int = 0) -> dict[str, set[int]]:
    """Return the cells each operator serves."""
    sets = {operator_id: set(units) for operator_id, units in table.groupby("operator_id").unit}
    if not rings:
        return sets
    return {
        operator_id: {near for cell in cells for near in h3.grid_disk(cell, rings)}
        for operator_id, cells in sets.items()
    }


def gains(sets: dict[str, set[int]], base: list[str], partners: list[str]) -> list[tuple[str, int]]:
    """Return the partners in greedy order, and what each adds."""
    covered, left, order = set().union(*(sets[i] for i in base)), sorted(partners), []
    while left:
        gain = {operator_id: len(sets[operator_id] - covered) for operator_id in left}
        best = max(left, key=gain.__getitem__)
        order.append((best, gain[best]))
        covered |= sets[best]
        left.remove(best)
    return order


def losses(table: pd.DataFrame, leavers: list[str]) -> tuple[float, ...]:
    """Return units lost, units halved, piles lost, and the sum of the cells' concentration indices."""
    before = table.groupby("unit").piles.sum()
    stays = table[~table.operator_id.isin(leavers)]
    after = stays.groupby("unit").piles.sum().reindex(before.index, fill_value=0)
    is_lost, is_halved = after == 0, (after > 0) & (2 * after < before)
    shares = table.piles / table.groupby("unit").piles.transform("sum")
    indices = (shares**2).groupby(table.unit).sum() * 10_000
    return (
        int(is_lost.sum()),
        int(is_halved.sum()),
        int((before - after).sum()),
        round(float(indices.sum()), 3),
    )


def standings(table: pd.DataFrame, a: list[str], b: list[str]) -> tuple[list[int], list[int]]:
    """Return how many cells are only A's, only B's, led by A, led by B; and those only B's, by piles."""
    sums = [table[table.operator_id.isin(ids)].groupby("unit").piles.sum() for ids in (a, b)]
    both = pd.concat(sums, axis="columns", keys=["a", "b"]).fillna(0)
    only_a, only_b = both.b == 0, both.a == 0
    spots = both[only_b].reset_index().sort_values(["b", "unit"], ascending=[False, True])
    leads = [(both.a > both.b) & ~only_a, (both.b > both.a) & ~only_b]
    return [int(cells.sum()) for cells in (only_a, only_b, *leads)], spots.unit.tolist()
