"""Piles that give a choice of plugs, from groups that count the plugs."""

import functools
import operator
from collections.abc import Sequence

from charging.domain.vocabulary import Current
from charging.sources.records import PileRecord


def piles_with_choice(groups: Sequence[PileRecord], count: int) -> PileRecord:
    """Return piles of which each may have any of the plugs, where there are more plugs than piles.

    Parameters
    ----------
    groups
        The plugs, at least one group; `count` of a group is the number of plugs.
    count
        The number of piles.

    Notes
    -----
    Their current is that of all plugs, or both where surely each pile has each plug; else it is not known.
    """
    currents = {group.current for group in groups}
    is_each = all(group.count == count for group in groups) or count == 1
    mixed = Current.AC_DC if is_each and None not in currents else None
    masks = [group.connectors for group in groups if group.connectors is not None]
    statuses = {group.status for group in groups}
    return PileRecord(
        current=currents.pop() if len(currents) == 1 else mixed,
        connectors=functools.reduce(operator.or_, masks) if masks else None,
        power_kw=max((group.power_kw for group in groups if group.power_kw is not None), default=None),
        status=statuses.pop() if len(statuses) == 1 else None,
        count=count,
    )
