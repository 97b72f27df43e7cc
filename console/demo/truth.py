"""Ground truth of the demonstration: what the clips show, and what happened when.

`ClipTruth` is read from truth.json beside the clips; `TrueEvent` is one occurrence with absolute
times, as the camera server tells it. Values and one loader; no clocks.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

TRUTH_FILE = "truth.json"


class KindTruth(Struct, frozen=True):
    """One kind of alert that an event must raise, with its box in 0..1 of the picture."""

    kind: str
    box_norm: tuple[float, float, float, float]


class EventTruth(Struct, frozen=True):
    """What comes and goes: begins `start_s` into ARRIVE, ends `end_s` into LEAVE."""

    kinds: tuple[KindTruth, ...]
    start_s: float
    end_s: float


class ClipTruth(Struct, frozen=True):
    """One camera's film: its segments, their length, its event if any."""

    segments: tuple[str, ...]
    loop_s: float
    event: EventTruth | None = None


class TrueEvent(Struct, frozen=True):
    """One occurrence of one kind. Times UTC nanoseconds; `end_utc_ns` None while it lasts."""

    event_id: str
    camera_id: str
    kind: str
    box_norm: tuple[float, float, float, float]
    lat_deg: float
    lon_deg: float
    start_utc_ns: int
    end_utc_ns: int | None = None


def load_truth(folder: Path) -> dict[str, ClipTruth]:
    """Truth of every camera's clips. Raises OSError, msgspec.ValidationError."""
    raw = (folder / TRUTH_FILE).read_bytes()
    return msgspec.json.decode(raw, type=dict[str, ClipTruth])
