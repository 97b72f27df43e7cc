"""How late a thing comes that is due every `BEAT_MS`: of an event loop, and of a bare process.

Started as `python -m console.bench.beat` it is the bare process: it only sleeps, until its standard
input ends, and writes its `Lateness` as one JSON line. No event loop can be more punctual than that.
"""

from __future__ import annotations

import sys
import threading
import time
from array import array
from collections.abc import Sequence

import msgspec
import numpy as np
from msgspec import Struct

BEAT_MS = 10
#: A loop that is late by this much is felt: counted as a stall.
STALL_MS = 100.0


class Lateness(Struct, frozen=True):
    """Milliseconds late: half, 99.9 %, the worst; how many beats, how many of them stalls."""

    p50_ms: float
    p999_ms: float
    max_ms: float
    beats: int
    stalls: int


def lateness(late_ms: Sequence[float]) -> Lateness:
    """Shares of these delays. Raises ValueError when there are none."""
    if not len(late_ms):
        raise ValueError("no beat was noted")
    found = np.asarray(late_ms, np.float64)
    p50, p999, most = (round(float(p), 2) for p in np.percentile(found, (50, 99.9, 100)))
    return Lateness(p50, p999, most, len(found), int((found > STALL_MS).sum()))


def main() -> int:
    """Beats until standard input ends."""
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, name="beat-end", daemon=True).start()
    late_ms = array("f")
    at_s = time.monotonic()
    while not ended.is_set():
        time.sleep(BEAT_MS / 1e3)
        now_s = time.monotonic()
        late_ms.append(max(0.0, (now_s - at_s) * 1e3 - BEAT_MS))
        at_s = now_s
    sys.stdout.write(msgspec.json.encode(lateness(late_ms)).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
