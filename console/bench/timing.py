"""Times of repeated requests in milliseconds, and their shares."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from console.bench.report import say

#: First runs that do not count: caches and statement compilation are not what is measured.
WARM_UP = 10
#: A text search is dear: fewer of them.
TEXT, TEXT_SAMPLES = "text", 20


def share(values: list[float], part: float) -> float:
    """The value below which `part` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def timed(actions: Mapping[str, Callable[[int], Any]], samples: int) -> dict[str, list[float]]:
    """Milliseconds of each action, `samples` times each, told on stderr as they come."""
    found: dict[str, list[float]] = {}
    for name, action in actions.items():
        for number in range(1 if name == TEXT else WARM_UP):
            action(number)
        found[name] = []
        for number in range(TEXT_SAMPLES if name == TEXT else samples):
            started_s = time.perf_counter()
            action(number)
            found[name].append((time.perf_counter() - started_s) * 1000)
        say(f"{name}: median {share(found[name], 0.5):.2f} ms")
    return found
