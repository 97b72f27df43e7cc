"""StayBook: things that stand in one place, from when they stopped until they leave.

A stay outlives its track: it is the place, the look of the picture there and the time it
began. Something passing in front, a new track number, a brightness step, a shaken camera, a
reconnect or a restart do not end it; only seeing that something else is there does.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from vision.boxes import containment, intersection, iou, mixed
from vision.patches import PATCH_PX, Patch, PictureView
from vision.rules.rule import FrameContext, Moment
from vision.rules.stay import Stay, StayRecord, is_covered
from vision.tracks import Track
from vision.tuning import StayTuning

#: More standing things than this in one zone are not kept (a car park is no no-parking zone).
STAYS_MAX = 200
#: Recognitions after which the remembered patch is trusted more than a new look of the place.
_RECOGNISED_MIN = 2
#: Width of the copy of the first picture, by which "already there at start" is recognised.
_OPENING_WIDTH_PX = 320


class StayBook:
    """The stays of one zone. Threads: one.

    `opened_s`: monotonic seconds of the first picture.
    """

    def __init__(
        self, tuning: StayTuning, lost_after_s: float, *, looks_change: bool = False
    ) -> None:
        """`looks_change`: what stands may look different by and by, as a stall that is set up."""
        self._looks_change = looks_change
        self._tuning = tuning
        self._lost_after_s = lost_after_s
        self._opening: PictureView | None = None
        self.opened_s = 0.0
        self._seen_s = float("-inf")
        self._is_night = False
        self.stays: list[Stay] = []

    def step(
        self,
        candidates: Sequence[Track],
        everything: Sequence[Track],
        context: FrameContext,
        now: Moment,
    ) -> list[Stay]:
        """Takes one picture.

        Args:
            candidates: tracks of the right kind inside the zone.
            everything: all tracks of the camera: what passes in front.

        Returns:
            Stays that ended with this picture.
        """
        if self._opening is None:
            self._opening, self.opened_s = context.view.small_copy(_OPENING_WIDTH_PX), now.mono_s
        self._seen_s, self._is_night = now.mono_s, context.light.is_night
        self._look_anew(everything, context.view, now.mono_s)
        if not context.detected:
            self._hold(now.mono_s)
            return []
        for stay in self.stays:
            stay.look_count += 1
        ended = self._match(candidates, context.view, now)
        for stay in list(self.stays):
            if stay.confirmed_s < now.mono_s and self._has_left(stay, everything, context, now):
                self.stays.remove(stay)
                ended.append(stay)
        return ended

    def returned(self, now_s: float) -> None:
        """The camera looks here again: everything must be recognised before it counts again.

        Time nobody saw counts as long as the absence was short.
        """
        away_s = now_s - self._seen_s
        for stay in self.stays:
            stay.confirmed_s, stay.track_id = now_s, -1
            stay.gone_since_s = stay.emptied_s = stay.unlike_since_s = stay.probe = None
            stay.missed_since_s = None
            stay.cover_s = stay.alike_s = float("-inf")
            if away_s > self._tuning.away_max_s and stay.alert_id is None:
                stay.since_s += away_s

    def relit(self, now_s: float) -> None:
        """The light switched: what stands, stands; how it looks is taken anew in a moment."""
        for stay in self.stays:
            stay.relit_s = now_s

    def _look_anew(self, everything: Sequence[Track], view: PictureView, now_s: float) -> None:
        """Takes the look of stays by the new light, once the picture has settled and shows them."""
        tuning = self._tuning
        for stay in self.stays:
            if stay.relit_s is None or now_s - stay.relit_s < tuning.relight_s:
                continue
            is_late = now_s - stay.relit_s >= tuning.relight_max_s
            if is_late or not is_covered(stay, everything, now_s, tuning.covering_share):
                stay.patch, stay.relit_s = view.patch(stay.box), None
                stay.unlike_since_s = stay.probe = stay.gone_since_s = None
                stay.alike_s, stay.unlike_count = now_s, 0

    def _hold(self, now_s: float) -> None:
        """Nothing moved in the picture: what stood still stands."""
        for stay in self.stays:
            if stay.gone_since_s is None:
                stay.confirmed_s = now_s
                if stay.unlike_since_s is None:
                    stay.alike_s = now_s

    def _match(self, candidates: Sequence[Track], view: PictureView, now: Moment) -> list[Stay]:
        """Confirms known stays and begins new ones; returns those another thing replaced."""
        replaced: list[Stay] = []
        for track in candidates:
            if track.last_seen_s < now.mono_s:
                continue
            if not track.is_standing(self._tuning.settle_s):
                self._confirm_by_id(track, now.mono_s)
                continue
            stay = self._stay_at(track)
            if stay is not None and self._is_another(stay, track, view):
                self.stays.remove(stay)
                replaced.append(stay)
                stay = None
            if stay is not None and not self._confirm(stay, track, view, now.mono_s):
                self.stays.remove(stay)
                replaced.append(stay)
                since_s = stay.unlike_since_s or track.still_since_s
                stay = self._begun(track, view, now.mono_s)
                stay.since_s = max(stay.since_s, since_s)
                self.stays.append(stay)
            elif stay is not None:
                continue
            elif len(self.stays) < STAYS_MAX:
                self.stays.append(self._begun(track, view, now.mono_s))
        return replaced

    def _confirm_by_id(self, track: Track, now_s: float) -> None:
        """A box that jumped (half hidden) but overlaps its own stay still shows it."""
        for stay in self.stays:
            if stay.track_id == track.id and iou(stay.box, track.box) >= 0.3:
                stay.confirmed_s = now_s

    def _stay_at(self, track: Track) -> Stay | None:
        anchor, best, best_fit = track.anchor, None, self._tuning.match_iou_min
        for stay in self.stays:
            if intersection(stay.box, anchor) > 0:
                fit = max(iou(stay.box, anchor), 0.5 * containment(stay.box, anchor))
                if fit >= best_fit:
                    best, best_fit = stay, fit
        return best

    def _is_another(self, stay: Stay, track: Track, view: PictureView) -> bool:
        """A vehicle that was seen arriving where the picture no longer shows the old one."""
        arrived_later = track.travelled and track.still_since_s > stay.since_s + 1.0
        if not arrived_later or track.id == stay.track_id or stay.relit_s is not None:
            return False
        if stay.emptied_s is not None and track.still_since_s > stay.emptied_s:
            return True
        likeness = view.likeness(stay.patch, stay.box)
        return likeness is not None and likeness < self._tuning.other_patch

    def _confirm(self, stay: Stay, track: Track, view: PictureView, now_s: float) -> bool:
        """Takes a sighting; False when the picture shows that another thing stands there by now."""
        is_due = now_s - stay.light_s >= self._tuning.patch_interval_s
        if is_due and stay.relit_s is None:
            stay.light_s = now_s
            likeness = view.likeness(stay.patch, stay.box)
            if likeness is None or likeness >= self._same_patch:
                self._recognised(stay, view, likeness, now_s)
            elif self._gave_place(stay, track, view, likeness, now_s):
                return False
        stay.confirmed_s = now_s
        stay.gone_since_s = stay.missed_since_s = None
        stay.sighting_count += 1
        stay.track_id = track.id
        stay.score = 0.8 * stay.score + 0.2 * track.score
        stay.box = mixed(stay.box, track.anchor, 0.1)
        return True

    def _recognised(
        self, stay: Stay, view: PictureView, likeness: float | None, now_s: float
    ) -> None:
        """The picture shows this very thing; the remembered patch follows the light."""
        if likeness is not None:
            stay.usual = likeness if stay.usual is None else 0.8 * stay.usual + 0.2 * likeness
        stay.alike_s, stay.unlike_since_s, stay.probe = now_s, None, None
        stay.alike_count += 1
        share = self._tuning.patch_follow
        stay.patch = np.asarray(
            cv2.addWeighted(stay.patch, 1 - share, view.patch(stay.box), share, 0), np.uint8
        )

    def _gave_place(
        self, stay: Stay, track: Track, view: PictureView, likeness: float, now_s: float
    ) -> bool:
        """Whether what is detected in its place is another thing: a box alone cannot tell.

        A picture that settles on another look is another vehicle, or, when the stay was hardly
        recognised before, shows that the remembered patch was taken at a bad moment.
        """
        stay.unlike_count += 1
        if stay.unlike_since_s is None:
            stay.unlike_since_s = now_s
        settled = stay.probe is not None and self._is_same(view.likeness(stay.probe, stay.box))
        stay.probe = view.patch(stay.box)
        lasted_s = now_s - stay.unlike_since_s
        is_same_track = self._looks_change and track.id == stay.track_id
        if settled and (stay.alike_count < _RECOGNISED_MIN or is_same_track):
            stay.patch, stay.unlike_count = stay.probe, 0
            return False
        if settled:
            return likeness < self._tuning.other_patch and lasted_s >= self._tuning.leave_s
        if lasted_s >= self._lost_after_s:  # never twice the same: passing vehicles, nothing stands
            stay.unlike_since_s = now_s
            return True
        return False

    def _is_same(self, likeness: float | None) -> bool:
        return likeness is None or likeness >= self._same_patch

    @property
    def _same_patch(self) -> float:
        """Noise of the night costs likeness."""
        tuning = self._tuning
        return tuning.same_patch_night if self._is_night else tuning.same_patch

    def _begun(self, track: Track, view: PictureView, now_s: float) -> Stay:
        patch = view.patch(track.anchor)
        before = self._was_there_at_start(patch, track)
        return Stay(
            track.anchor,
            track.object_class,
            min(track.still_since_s, self.opened_s) if before else track.still_since_s,
            before,
            patch,
            now_s,
            track.score,
            track.id,
            sighting_count=track.sighting_count,
            look_count=track.sighting_count,
            light_s=now_s,
            alike_s=now_s,
        )

    def _was_there_at_start(self, patch: Patch, track: Track) -> bool:
        """Whether the camera's first picture shows the same in that place."""
        if self._opening is None:
            return False
        tuning = self._tuning
        needed = tuning.same_patch_travelled if track.travelled else tuning.same_patch
        likeness = self._opening.likeness(patch, track.anchor)
        return likeness is not None and likeness >= needed

    def _has_left(
        self, stay: Stay, everything: Sequence[Track], context: FrameContext, now: Moment
    ) -> bool:
        if stay.relit_s is not None:
            return False
        likeness = context.view.likeness(stay.patch, stay.box)
        if likeness is not None and likeness >= self._needed(stay):
            if self._is_phantom(stay, now.mono_s):
                return True
            stay.confirmed_s, stay.gone_since_s = now.mono_s, None
            stay.alike_s, stay.unlike_since_s, stay.emptied_s = now.mono_s, None, None
            return False
        if is_covered(stay, everything, now.mono_s, self._tuning.covering_share):
            stay.cover_s = now.mono_s
            stay.look_count -= 1
        if now.mono_s - stay.cover_s < self._tuning.cover_grace_s:
            gone_since_s, stay.gone_since_s = stay.gone_since_s, None
            if gone_since_s is not None and now.mono_s - gone_since_s >= self._tuning.emptied_s:
                stay.emptied_s = now.mono_s
            return False
        if stay.gone_since_s is None:
            stay.gone_since_s = now.mono_s
        lost_after_s = self._lost_after_s * (self._tuning.night_patience if self._is_night else 1)
        patience_s = self._tuning.leave_s if likeness is not None else lost_after_s
        if likeness is not None and likeness >= self._same_patch:
            patience_s = self._tuning.doubt_s
        return now.mono_s - stay.gone_since_s >= patience_s

    def _is_phantom(self, stay: Stay, now_s: float) -> bool:
        """Whether only the picture speaks for it, for too long: a place always looks like itself."""
        if stay.missed_since_s is None:
            stay.missed_since_s = now_s
        patience_s = self._tuning.phantom_s * (self._tuning.night_patience if self._is_night else 1)
        return stay.alert_id is None and now_s - stay.missed_since_s >= patience_s

    def _needed(self, stay: Stay) -> float:
        """The likeness that speaks for a stay the detector does not see now.

        A kerb alone is a little like the car that stood at it. What the detector hardly ever missed,
        and misses now, must look as it usually did.
        """
        tuning = self._tuning
        if stay.usual is None or stay.sighting_count < tuning.seldom_missed * stay.look_count:
            return self._same_patch
        return max(self._same_patch, stay.usual - tuning.usual_slack)

    def records(self, now: Moment) -> list[StayRecord]:
        """Everything worth keeping over a restart."""
        return [
            StayRecord(
                stay.box,
                stay.object_class,
                now.utc_at(stay.since_s),
                stay.since_before,
                stay.patch.tobytes(),
                stay.score,
                stay.sighting_count,
                stay.alert_id,
                stay.keeper_s,
                stay.watched_s,
            )
            for stay in self.stays
        ]

    def restore(self, records: Sequence[StayRecord], now: Moment) -> None:
        """Takes stays over; each must be seen or recognised again, else it ends.

        Raises:
            ValueError: a patch of the wrong size.
        """
        for record in records:
            pixels = np.frombuffer(record.patch, np.uint8)
            self.stays.append(
                Stay(
                    record.box,
                    record.object_class,
                    now.mono_at(record.since_utc_ns),
                    record.since_before,
                    pixels.reshape(PATCH_PX, PATCH_PX).copy(),
                    now.mono_s,
                    record.score,
                    -1,
                    sighting_count=record.sighting_count,
                    look_count=record.sighting_count,
                    keeper_s=record.keeper_s,
                    watched_s=record.watched_s,
                    alert_id=record.alert_id,
                )
            )
