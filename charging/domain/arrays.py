"""Small arithmetic over columns of numbers shared by several parts."""

import numpy as np
from numpy.typing import NDArray


def run_starts(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each value whether it starts a run of equal values."""
    found = np.ones(values.size, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part ÷ whole, 0 to 1; NaN where the whole is zero or unknown."""
    result: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return result
