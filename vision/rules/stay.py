"""Stay: one thing that stands in a place, how it is kept over a restart, and what hides it. Values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from vision.boxes import Box, covered_share
from vision.classes import ObjectClass
from vision.patches import Patch
from vision.tracks import Track


@dataclass(slots=True)
class Stay:
    """One standing thing. Times are monotonic seconds unless named otherwise.

    Attributes:
        since_before: it stood there when the camera was first seen.
        confirmed_s: last moment it was seen, recognised, or nothing moved.
        cover_s: last moment something passed in front of it.
        sighting_count, look_count: detections of it, of the times it could be seen.
        gone_since_s: since when something else is seen in its place; None while it is there.
        emptied_s: last moment its place was plainly seen without it, before something covered it.
        queued_s: last moment it stood in a queue. passed_by: tracks that drove past it;
            moved_off_s: last moment one beside it moved off (parking).
        light_s: when the patch was last compared, and followed the light.
        alike_s, alike_count: last moment the picture showed this very thing there, and how often;
            unlike_count: how often it showed another.
        missed_since_s: since when the detector misses it though nothing is in front.
        usual: how alike the picture usually is while the detector sees it, too; None: not known.
        unlike_since_s, probe: since when it shows another, and how that looked last.
        allowed_s: last moment it stood there with leave (a licensed stall).
        relit_s: since when its look must be taken anew, because the light switched.
        keeper_s, watched_s: time with a person beside it, of the time watched (stalls).
        alert_id: of the alert it raised; None before.
    """

    box: Box
    object_class: ObjectClass
    since_s: float
    since_before: bool
    patch: Patch
    confirmed_s: float
    score: float
    track_id: int
    sighting_count: int = 1
    look_count: int = 1
    cover_s: float = float("-inf")
    gone_since_s: float | None = None
    emptied_s: float | None = None
    keeper_s: float = 0.0
    watched_s: float = 0.0
    queued_s: float = float("-inf")
    allowed_s: float = float("-inf")
    passed_by: set[int] = field(default_factory=set)
    moved_off_s: float = float("-inf")
    light_s: float = float("-inf")
    alike_s: float = float("-inf")
    alike_count: int = 0
    unlike_count: int = 0
    missed_since_s: float | None = None
    usual: float | None = None
    unlike_since_s: float | None = None
    probe: Patch | None = None
    relit_s: float | None = None
    alert_id: str | None = None


class StayRecord(Struct, frozen=True):
    """A stay as kept over a restart; the patch is PATCH_PX² bytes."""

    box: Box
    object_class: ObjectClass
    since_utc_ns: int
    since_before: bool
    patch: bytes
    score: float
    sighting_count: int
    alert_id: str | None
    keeper_s: float = 0.0
    watched_s: float = 0.0


def is_covered(stay: Stay, everything: Sequence[Track], now_s: float, share: float) -> bool:
    """Something else, seen just now, is in front of the stay: passing, or standing lower."""
    for track in everything:
        if track.id == stay.track_id and not track.travelled:
            continue
        if now_s - track.last_seen_s > 1.0 or covered_share(stay.box, track.box) < share:
            continue
        in_front = track.box[3] > stay.box[3]
        if not track.is_standing(1.0) or in_front:
            return True
    return False
