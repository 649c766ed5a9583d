"""Random draws that are the same on every platform: raw PCG64 integers, and arithmetic fixed by IEEE 754.

numpy guarantees the stream of a bit generator and of `SeedSequence`, but not that of `Generator`
(https://numpy.org/doc/stable/reference/random/compatibility.html). So nothing here uses `Generator`, or a
logarithm, sine or power, whose last bit differs between platforms.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]

_MAX_RADIUS_SQUARED = 0.9
"""Squared radius in the unit disc beyond which `offsets` redraws: it cuts the tail at 3 scales."""


class Draws:
    """A stream of draws, identified by its key."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def uniform(self, count: int) -> Reals:
        """Return `count` reals, uniform over [0, 1)."""
        return (self._bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def choose(self, weights: ArrayLike, count: int) -> Indices:
        """Return `count` indices into `weights`, with probabilities proportional to them."""
        return pick_indices(weights, self.uniform(count))

    def order(self, count: int) -> Indices:
        """Return the numbers below `count` in a random order."""
        return np.argsort(self.uniform(count), kind="stable")

    def offsets(self, count: int) -> Reals:
        """Return `count` points of the plane, shape (count, 2), dense at the origin and sparser outwards.

        Their density is (1 + r²)⁻², Plummer's: half lie within 0.9, nine tenths within 2.1, none beyond 3.
        Cities thin out like that, and a point of the unit disc divided by √(1 - r²) has exactly that density.
        """
        points = np.empty((0, 2))
        while len(points) < count:
            square = 2 * self.uniform(2 * (count - len(points)) + 64).reshape(-1, 2) - 1
            points = np.concatenate([points, square[(square * square).sum(axis=1) < _MAX_RADIUS_SQUARED]])
        points = points[:count]
        distance: Reals = np.sqrt(1 - (points * points).sum(axis=1))
        return points / distance[:, None]

    def directions(self, count: int) -> Reals:
        """Return `count` unit vectors of the plane, shape (count, 2)."""
        points = self.offsets(count)
        length: Reals = np.sqrt((points * points).sum(axis=1))
        return points / length[:, None]


def pick_indices(weights: ArrayLike, uniform: Reals) -> Indices:
    """Return the index into `weights` that each uniform number falls on."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    index: Indices = np.searchsorted(steps, uniform * steps[-1], side="right")
    return index.clip(max=len(steps) - 1)  # the product may round up to the last step


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """Split `total` into whole numbers in proportion to the weights, by largest remainder.

    Examples
    --------
    >>> share_out(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = math.fsum(weights)
    quotas = [total * weight / whole for weight in weights]
    shares = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
