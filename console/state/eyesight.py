"""Eyesight: cameras whose picture does not serve their rules now. One thread."""

from __future__ import annotations

from collections.abc import Iterable

from config.site import CameraId
from console.state.observable import Signal
from vision.asked import TrialDone
from vision.sight import Sanity, SightData


class Eyesight:
    """`changed(sight)`: one camera's sight became worse, better or good again.

    `tried(done)`: a worker answered a trial of zones, somebody's.
    """

    def __init__(self) -> None:
        self.changed: Signal[[SightData]] = Signal()
        self.tried: Signal[[TrialDone]] = Signal()
        self._known: dict[CameraId, SightData] = {}

    def of(self, camera_id: str | None) -> SightData | None:
        """What is wrong with a camera's sight; None where nothing is."""
        sight = self.known(camera_id)
        return None if sight is None or sight.is_good else sight

    def known(self, camera_id: str | None) -> SightData | None:
        """Everything there is to say of a camera's sight; None: it is plainly good."""
        return self._known.get(CameraId(camera_id)) if camera_id else None

    def is_elsewhere(self, camera_id: CameraId) -> bool:
        """Whether the eyes say that a camera does not look where it was set up to."""
        sight = self._known.get(camera_id)
        return sight is not None and (sight.state is Sanity.MOVED or bool(sight.resting))

    @property
    def poor(self) -> tuple[SightData, ...]:
        """All that do not see well, the longest first."""
        poor = (sight for sight in self._known.values() if not sight.is_good)
        return tuple(sorted(poor, key=lambda sight: sight.since_utc))

    def replace(self, sights: Iterable[SightData]) -> None:
        """The hub's snapshot: nothing is announced, it was so before."""
        self._known = {sight.camera_id: sight for sight in sights if not sight.is_plain}

    def apply(self, sight: SightData) -> None:
        if sight == self._known.get(sight.camera_id):
            return
        if sight.is_plain:
            self._known.pop(sight.camera_id, None)
        else:
            self._known[sight.camera_id] = sight
        self.changed.emit(sight)
