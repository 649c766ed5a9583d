"""The obvious way to what `charging.analytics` returns: sets, dicts and loops. No numpy, no pandas.

A network is a list of rows (unit, operator or None, piles or None), each unit and operator once.
"""

import math
from collections import defaultdict

import h3.api.numpy_int as h3


def rows_of(table):
    """Return a table of holdings as rows."""
    return [
        (unit, operator if isinstance(operator, str) else None, None if math.isnan(piles) else piles)
        for unit, operator, piles in zip(
            table.unit.tolist(), table.operator_id.tolist(), table.piles.tolist(), strict=True
        )
    ]


def served_units(rows, rings=0):
    """Return the units each operator serves, as sets by operator; None: not known."""
    units = defaultdict(set)
    for unit, operator, piles in rows:
        if piles:
            units[operator] |= {int(cell) for cell in h3.grid_disk(unit, rings)} if rings else {unit}
    return units


def all_units(rows, rings=0):
    return {unit for unit, _, _ in rows}.union(*served_units(rows, rings).values())


def serve(units, operators):
    return set().union(*(units.get(operator, set()) for operator in operators))


def weight(units, weights=None):
    return sum(1 if weights is None else weights.get(unit, 0) for unit in units)


def marginal_gains(units, whole, base, partners, weights=None):
    """Return operator, gain, gain alone, covered after and share after, in greedy order."""
    left, covered, table = set(partners), serve(units, base), []
    of_base = covered

    def gain(operator):
        return weight(units.get(operator, set()) - covered, weights)

    while left:
        best = min(left, key=lambda operator: (-gain(operator), operator))
        gained, alone = gain(best), weight(units.get(best, set()) - of_base, weights)
        left.remove(best)
        covered = covered | units.get(best, set())
        after = weight(covered, weights)
        table.append((best, gained, alone, after, after / whole if whole else math.nan))
    return table


def partner_layer(units, base, partner):
    """Return the category of each unit by unit."""
    of_base, of_partner = serve(units, base), serve(units, [partner])
    return (
        dict.fromkeys(of_base - of_partner, "covered")
        | dict.fromkeys(of_base & of_partner, "shared")
        | dict.fromkeys(of_partner - of_base, "added")
    )


def holders(rows):
    """Return the piles of each operator by unit: {unit: {operator or None: piles or None}}."""
    units = defaultdict(dict)
    for unit, operator, piles in rows:
        units[unit][operator] = piles
    return units


def losses_without(rows, leavers):
    """Return piles before, piles after, lost share and category by unit."""
    table = {}
    for unit, held in holders(rows).items():
        before = sum(piles or 0 for piles in held.values())
        stays = {operator: piles for operator, piles in held.items() if operator not in leavers}
        after = sum(piles or 0 for piles in stays.values())
        if not before:
            continue
        share = (before - after) / before
        if after == 0 and None not in stays.values():
            category = "lost"
        elif share > 0.5:
            category = "halved"
        else:
            category = "reduced" if share else "untouched"
        table[unit] = (before, after, share, category)
    return table


def concentration(rows):
    """Return piles, operators, largest operator, its piles, its share, share unknown and HHI by unit."""
    table = {}
    for unit, held in holders(rows).items():
        piles = sum(number or 0 for number in held.values())
        if not piles:
            continue
        known = {operator: number for operator, number in held.items() if operator and number}
        unknown = (held.get(None) or 0) / piles
        if not known:
            table[unit] = (piles, 0, None, None, None, unknown, None)
            continue
        largest = min(known, key=lambda operator: (-known[operator], operator))
        hhi = sum((100 * number / piles) ** 2 for number in known.values())
        table[unit] = (piles, len(known), largest, known[largest], known[largest] / piles, unknown, hhi)
    return table


def compare(rows_a, rows_b, a, b):
    """Return piles of A, B and others, and the category, by unit; one table when `rows_b` is None.

    `a` or `b` is None for every operator.
    """
    units_a, units_b = holders(rows_a), holders(rows_a if rows_b is None else rows_b)
    table = {}
    for unit in {*units_a, *units_b}:
        in_a, in_b = units_a.get(unit, {}), units_b.get(unit, {})
        of_a = _piles(in_a, lambda operator: a is None or operator in a)
        of_b = _piles(in_b, lambda operator: b is None or operator in b)
        if rows_b is None:
            others = _piles(in_a, lambda operator: operator not in a and operator not in b)
        else:
            others = max(
                _piles(in_a, lambda operator: a is not None and operator not in a),
                _piles(in_b, lambda operator: b is not None and operator not in b),
            )
        if of_a or of_b or others:
            table[unit] = (of_a, of_b, others, _standing(of_a, of_b))
    return table


def _piles(held, counts):
    return sum(piles or 0 for operator, piles in held.items() if counts(operator))


def _standing(of_a, of_b):
    if of_a and of_b:
        return "even" if of_a == of_b else "a_leads" if of_a > of_b else "b_leads"
    return "only_a" if of_a else "only_b" if of_b else "others"
