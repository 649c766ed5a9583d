"""Random draws that come out the same everywhere: raw PCG64 integers, and arithmetic that IEEE 754 fixes.

numpy promises the stream of a bit generator and of `SeedSequence` for good, but not that of `Generator`
(https://numpy.org/doc/stable/reference/random/compatibility.html). So nothing here uses `Generator`, nor a
logarithm, sine or power, whose last bit differs between platforms.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]

_FARTHEST = 0.9
"""Squared radius in the unit disc beyond which `offsets` draws again: it cuts the tail at 3 scales."""


class Draws:
    """A stream of draws, told apart from others by its key."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def uniform(self, count: int) -> Reals:
        """Return `count` reals, evenly spread over [0, 1)."""
        return (self._bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def choose(self, weights: ArrayLike, count: int) -> Indices:
        """Return `count` indices into `weights`, each as likely as its weight."""
        return pick(weights, self.uniform(count))

    def order(self, count: int) -> Indices:
        """Return the numbers below `count` in a random order."""
        return np.argsort(self.uniform(count), kind="stable")

    def offsets(self, count: int) -> Reals:
        """Return `count` points of the plane, shape (count, 2), dense at the origin and thinning outwards.

        Their density is (1 + r²)⁻², Plummer's: half lie within 0.9, nine tenths within 2.1, none beyond 3.
        Cities thin out like that, and a point of the unit disc divided by √(1 - r²) has just that density.
        """
        kept = np.empty((0, 2))
        while len(kept) < count:
            square = 2 * self.uniform(2 * (count - len(kept)) + 64).reshape(-1, 2) - 1
            kept = np.concatenate([kept, square[(square * square).sum(axis=1) < _FARTHEST]])
        kept = kept[:count]
        distance: Reals = np.sqrt(1 - (kept * kept).sum(axis=1))
        return kept / distance[:, None]

    def directions(self, count: int) -> Reals:
        """Return `count` unit vectors of the plane, shape (count, 2)."""
        points = self.offsets(count)
        length: Reals = np.sqrt((points * points).sum(axis=1))
        return points / length[:, None]


def pick(weights: ArrayLike, uniform: Reals) -> Indices:
    """Return the index into `weights` that each uniform number falls on."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    index: Indices = np.searchsorted(steps, uniform * steps[-1], side="right")
    return index.clip(max=len(steps) - 1)  # the product may round up to the last step


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Return `total` shared out in whole numbers in proportion to the weights, by largest remainder.

    Examples
    --------
    >>> shared(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = math.fsum(weights)
    quotas = [total * weight / whole for weight in weights]
    shares = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
