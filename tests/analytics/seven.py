"""A world of seven cells, small enough to do by hand: one at Shenzhen, and its neighbours in their order.

unit      piles, by operator (None: not known)
centre    a 4, b 4
ring 0    a 10
ring 1    b 3, an unknown operator 1
ring 2    c 2
ring 3    an unknown operator 5
ring 4    a, of unknown number
ring 5    a 1, b 2, c 3
"""

import pandas as pd

CENTRE = 609131411584057343
RING = (
    609131411651166207,
    609131411684720639,
    609131411617611775,
    609131411634388991,
    609131411600834559,
    609131411667943423,
)

ROWS = (
    (CENTRE, "a", 4),
    (CENTRE, "b", 4),
    (RING[0], "a", 10),
    (RING[1], "b", 3),
    (RING[1], None, 1),
    (RING[2], "c", 2),
    (RING[3], None, 5),
    (RING[4], "a", None),
    (RING[5], "a", 1),
    (RING[5], "b", 2),
    (RING[5], "c", 3),
)


def table(rows):
    """Return rows (unit, operator, piles) as a table of holdings."""
    held = pd.DataFrame(rows, columns=["unit", "operator_id", "piles"])
    return held.astype({"operator_id": "str", "piles": "float64"})


def by_unit(answer, *columns):
    """Return an answer as {unit: values of the columns}, null as None."""
    values = answer[list(columns)].astype(object).where(answer[list(columns)].notna(), None)
    return dict(zip(answer.unit.tolist(), values.itertuples(index=False, name=None), strict=True))
