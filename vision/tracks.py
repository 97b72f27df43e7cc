"""Track: one thing over time, in 0..1 of the picture, with when and where it came to a stand.

Lifetimes and speeds are in seconds; how many pictures were analysed in between never matters.
"""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from dataclasses import dataclass

from vision.boxes import Box, centre, containment, distance_in_sizes, iou, mixed
from vision.classes import ObjectClass
from vision.tuning import TrackerTuning

#: Sightings a track remembers: half a minute at 4 a second.
HISTORY = 120


@dataclass(frozen=True, slots=True)
class Sighting:
    """One detection of a class that rules know, in 0..1 of the picture."""

    box: Box
    score: float
    object_class: ObjectClass


class Track:
    """Mutable state of one followed thing. Threads: the pipeline's one."""

    def __init__(self, track_id: int, first: Sighting, now_s: float, tuning: TrackerTuning) -> None:
        self.id = track_id
        self.box = first.box
        self.score = first.score
        self.first_seen_s = now_s
        self.last_seen_s = now_s
        self.sighting_count = 1
        self.travelled = False
        self.history: deque[tuple[float, Box]] = deque([(now_s, first.box)], HISTORY)
        self._tuning = tuning
        self._votes: defaultdict[ObjectClass, float] = defaultdict(float)
        self._votes[first.object_class] = first.score
        self._velocity = (0.0, 0.0)
        self._first_box = first.box
        self._anchor = first.box
        self._anchor_count = 1
        self._outlier_since_s: float | None = None
        self.still_since_s = now_s

    @property
    def object_class(self) -> ObjectClass:
        """The class most of the evidence speaks for."""
        return max(self._votes, key=self._votes.__getitem__)

    @property
    def anchor(self) -> Box:
        """Where it stands: the mean of its first sightings since it stopped."""
        return self._anchor

    def path(self, count: int) -> list[tuple[float, Box]]:
        """(second, box) of its latest sightings, at most `count`, oldest first."""
        return list(itertools.islice(self.history, max(0, len(self.history) - count), None))

    def still_for_s(self) -> float:
        """How long it had been standing when last seen."""
        return self.last_seen_s - self.still_since_s

    def is_standing(self, at_least_s: float) -> bool:
        """Seen at least twice on the same spot, over at least that time, and there now."""
        return (
            self._anchor_count >= 2
            and self._outlier_since_s is None
            and self.still_for_s() >= at_least_s
        )

    def predicted(self, now_s: float) -> Box:
        """Where it is expected now; standing things stay, moving ones go on for a second."""
        if self._anchor_count >= 3:
            return self.box
        ahead_s = min(1.0, now_s - self.last_seen_s)
        dx, dy = self._velocity[0] * ahead_s, self._velocity[1] * ahead_s
        return self.box[0] + dx, self.box[1] + dy, self.box[2] + dx, self.box[3] + dy

    def see(self, sighting: Sighting, now_s: float) -> None:
        """Takes a new sighting of the same thing."""
        self._follow_velocity(sighting.box, now_s)
        self.box = sighting.box
        self.score = 0.7 * self.score + 0.3 * sighting.score
        self._votes[sighting.object_class] += sighting.score
        self.last_seen_s = now_s
        self.sighting_count += 1
        self.history.append((now_s, sighting.box))
        moved = distance_in_sizes(self._first_box, sighting.box)
        self.travelled = self.travelled or moved > self._tuning.travelled_sizes
        self._follow_anchor(sighting.box, now_s)

    def _follow_velocity(self, box: Box, now_s: float) -> None:
        elapsed_s = max(1e-3, now_s - self.last_seen_s)
        (x, y), (old_x, old_y) = centre(box), centre(self.box)
        newest = (x - old_x) / elapsed_s, (y - old_y) / elapsed_s
        share = 1.0 if self.sighting_count == 1 else 0.6
        self._velocity = (
            self._velocity[0] * (1 - share) + newest[0] * share,
            self._velocity[1] * (1 - share) + newest[1] * share,
        )

    def _follow_anchor(self, box: Box, now_s: float) -> None:
        if self._fits_anchor(box):
            self._outlier_since_s = None
            if self._anchor_count < self._tuning.anchor_sample_count:
                self._anchor_count += 1
                self._anchor = mixed(self._anchor, box, 1.0 / self._anchor_count)
            return
        if self._outlier_since_s is None:
            self._outlier_since_s = now_s
        settled = self._anchor_count >= 3
        if not settled or now_s - self._outlier_since_s >= self._tuning.outlier_s:
            self._anchor, self._anchor_count = box, 1
            self.still_since_s, self._outlier_since_s = now_s, None

    def _fits_anchor(self, box: Box) -> bool:
        return (
            iou(box, self._anchor) >= self._tuning.anchor_iou_min
            or containment(box, self._anchor) >= self._tuning.anchor_containment_min
        )
