"""What became of every event and every alert of a clip: found, missed, false, repeated."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vision.alerts import AlertData, AlertKind, AlertVerb
from vision.boxes import Box, intersection
from vision.learn.mistakes import thumbnail
from vision.learn.truth import TruthClip, TruthEvent

#: An alert may come this long after the end of what it is about.
LATE_S = 10.0
#: Labels of moments by hand are no better than this.
EARLY_S = 1.0


class Verdict(enum.Enum):
    HIT = "found"
    MISS = "missed"
    FALSE = "false alarm"
    DUPLICATE = "repeated"


@dataclass(frozen=True, slots=True)
class TimedAlert:
    """An alert event and the clip second it was made at."""

    at_s: float
    verb: AlertVerb
    data: AlertData


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """One event or one alert of a clip; `at_s` None for a miss, `event` None for a false alarm.

    `jpeg` shows the moment (`shown_at_s`) for those that are worth looking at, else it is empty.
    """

    clip: str
    kind: AlertKind
    verdict: Verdict
    at_s: float | None
    event: TruthEvent | None
    limit_s: float = 0.0
    box_norm: Box | None = None
    jpeg: bytes = b""

    @property
    def delay_s(self) -> float:
        """How long after the event's start and the rule's own limit the alert came."""
        assert self.at_s is not None
        assert self.event is not None
        return self.at_s - max(0.0, self.event.start_s) - self.limit_s

    @property
    def shown_at_s(self) -> float:
        """The clip second to look at."""
        if self.at_s is not None:
            return self.at_s
        assert self.event is not None
        return max(0.0, (self.event.start_s + self.event.end_s) / 2)


def outcomes_of(
    clip: str, kind: AlertKind, events: Sequence[TruthEvent], alerts: Sequence[TimedAlert]
) -> list[ClipOutcome]:
    """Outcomes of one kind: every event counts once, alerts in their order take the first free."""
    found: set[int] = set()
    results: list[ClipOutcome] = []
    for alert in alerts:
        if alert.verb is not AlertVerb.RAISED or alert.data.kind is not kind:
            continue
        fitting = [index for index, event in enumerate(events) if _fits(alert, event)]
        fresh = [index for index in fitting if index not in found]
        found |= set(fresh[:1])
        verdict = Verdict.HIT if fresh else Verdict.DUPLICATE if fitting else Verdict.FALSE
        event = events[(fresh or fitting)[0]] if fitting else None
        results.append(
            ClipOutcome(clip, kind, verdict, alert.at_s, event, alert.data.limit_s, alert.data.box_norm)
        )  # fmt: skip
    missed = [event for index, event in enumerate(events) if index not in found]
    return results + [ClipOutcome(clip, kind, Verdict.MISS, None, event) for event in missed]


def _fits(alert: TimedAlert, event: TruthEvent) -> bool:
    in_time = event.start_s - EARLY_S <= alert.at_s <= event.end_s + LATE_S
    return in_time and (event.box is None or intersection(event.box, alert.data.box_norm) > 0)


def picture_of(path: Path, outcome: ClipOutcome) -> bytes:
    """JPEG of the clip at the outcome's moment with what was expected and what was found; empty
    where the clip has no such picture."""
    capture = cv2.VideoCapture(str(path))
    try:
        capture.set(cv2.CAP_PROP_POS_MSEC, outcome.shown_at_s * 1000)
        good, picture = capture.read()
    finally:
        capture.release()
    if not good:
        return b""
    size = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
    boxes = [outcome.event.box if outcome.event else None, outcome.box_norm]
    label, found = (None if box is None else np.array(box, np.float32) * size for box in boxes)
    return thumbnail(np.asarray(picture, np.uint8), label, found)


def false_on_held_out(
    clips: Sequence[TruthClip], outcomes: Sequence[ClipOutcome]
) -> tuple[int, int]:
    """False alarms of all kinds on clips the recipe holds out, and how many clips those are."""
    held = {clip.path.name for clip in clips if not clip.trained}
    false = sum(outcome.verdict is Verdict.FALSE and outcome.clip in held for outcome in outcomes)
    return false, len(held)
