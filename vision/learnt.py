"""LearntPlaces: what operators rejected, by camera, kind and place, and what that means for the next.

Three rejections of a kind at the same place and about the same time of day suppress the next
alert there; two lower it. A rejection counts for two weeks, a camera keeps a bounded number, and a
confirmed alert or an operator's word takes all of a place back. Pure; times are handed in.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from config.site import CameraId
from vision.alerts import AlertKind
from vision.boxes import Box, area, intersection, iou

#: Rejections that lower the next alert of their place, and that suppress it.
LOWER_COUNT = 2
SUPPRESS_COUNT = 3
#: What was wrong two weeks ago may be right today: a camera was turned, a season changed.
EXPIRE_S = 14 * 86_400.0
#: Rejections a camera keeps; the oldest go first.
REJECTIONS_MAX = 64
#: The same place: this much overlap, or the smaller one inside a larger of a like size.
SAME_IOU = 0.3
SAME_INSIDE = 0.7
SAME_SIZE_RATIO = 3.0
#: About the same time of day, hours: light and habits (a breakfast cart, a low sun) repeat daily.
SAME_HOURS = 3.0
#: Characters of an operator's reason that are kept.
NOTE_CHARS = 80


class Outcome(enum.Enum):
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    RESET = "reset"  #: an operator wants the place watched again


class Verdict(Struct, frozen=True):
    """What a person said about an alert, or about a place. `utc_ns`: of the decision."""

    camera_id: CameraId
    kind: AlertKind
    box: Box
    outcome: Outcome
    utc_ns: int
    note: str = ""


class Rejection(Struct, frozen=True):
    """One rejected alert."""

    kind: AlertKind
    box: Box
    utc_ns: int
    note: str = ""


class Judgement(Struct, frozen=True):
    """What rejections say about a place now. `largest`: area of the largest that was rejected."""

    count: int
    since_utc_ns: int
    last_utc_ns: int
    largest: float

    @property
    def suppresses(self) -> bool:
        return self.count >= SUPPRESS_COUNT

    @property
    def lowers(self) -> bool:
        return self.count >= LOWER_COUNT


class LearntPlaces:
    """The rejections of one camera, oldest first. Threads: one."""

    def __init__(
        self, rejections: Sequence[Rejection] = (), zone_info: tzinfo | None = None
    ) -> None:
        self._rejections = list(rejections)[-REJECTIONS_MAX:]
        self._zone_info = zone_info

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        return tuple(self._rejections)

    def take(self, verdict: Verdict) -> None:
        """Learns a rejection, or takes back what was learnt about a place."""
        if verdict.outcome is Outcome.REJECTED:
            kept = Rejection(verdict.kind, verdict.box, verdict.utc_ns, verdict.note[:NOTE_CHARS])
            self._rejections.append(kept)
            del self._rejections[:-REJECTIONS_MAX]
        else:
            self._rejections = [
                each
                for each in self._rejections
                if each.kind is not verdict.kind or not is_same_place(each.box, verdict.box)
            ]

    def expire(self, now_utc_ns: int) -> None:
        """Forgets what is too old."""
        self._rejections = [
            each for each in self._rejections if now_utc_ns - each.utc_ns < EXPIRE_S * 1e9
        ]

    def judge(self, kind: AlertKind, box: Box, now_utc_ns: int) -> Judgement | None:
        """What was rejected there at this time of day; None: nothing."""
        now_h = self._hour(now_utc_ns)
        same = [
            each
            for each in self._rejections
            if each.kind is kind
            and now_utc_ns - each.utc_ns < EXPIRE_S * 1e9
            and _hours_apart(self._hour(each.utc_ns), now_h) <= SAME_HOURS
            and is_same_place(each.box, box)
        ]
        return _judgement(same) if same else None

    def suppressing(self, now_utc_ns: int) -> list[tuple[AlertKind, Box, Judgement]]:
        """Every place that would be suppressed at the hours of its newest rejection."""
        found: list[tuple[AlertKind, Box, Judgement]] = []
        for each in reversed(self._rejections):
            if any(kind is each.kind and is_same_place(box, each.box) for kind, box, _ in found):
                continue
            near = [
                other
                for other in self._rejections
                if other.kind is each.kind
                and now_utc_ns - other.utc_ns < EXPIRE_S * 1e9
                and _hours_apart(self._hour(other.utc_ns), self._hour(each.utc_ns)) <= SAME_HOURS
                and is_same_place(other.box, each.box)
            ]
            judged = _judgement(near) if near else None
            if judged is not None and judged.suppresses:
                found.append((each.kind, each.box, judged))
        return found

    def _hour(self, utc_ns: int) -> float:
        local = datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(self._zone_info)
        return local.hour + local.minute / 60


def is_same_place(one: Box, other: Box) -> bool:
    """Whether two boxes of a camera's picture are about the same spot."""
    if iou(one, other) >= SAME_IOU:
        return True
    small, large = sorted((area(one), area(other)))
    if small <= 0 or large / small > SAME_SIZE_RATIO:
        return False
    return intersection(one, other) / small >= SAME_INSIDE


def _judgement(same: Sequence[Rejection]) -> Judgement:
    times = [each.utc_ns for each in same]
    return Judgement(len(same), min(times), max(times), max(area(each.box) for each in same))


def _hours_apart(one_h: float, other_h: float) -> float:
    apart = abs(one_h - other_h)
    return min(apart, 24.0 - apart)
