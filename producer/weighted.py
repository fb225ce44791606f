"""Weighted choice over a fixed table, several times cheaper per draw than `random.choices`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Items drawn in proportion to their weights, one random number per draw."""

    __slots__ = ("_bounds", "_items")

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        total = sum(weights)
        self._items = tuple(items)
        self._bounds = tuple(bound / total for bound in accumulate(weights))[:-1]

    def draw(self, rng: Random) -> T:
        return self._items[bisect_right(self._bounds, rng.random())]
