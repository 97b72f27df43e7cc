"""Losses: what the header and the list of losses say — mass failures as lines, the rest one by one.

Remembers a failure until all its cameras are back, so that it shrinks and ends as one line and is
told once. Looks again only when health or register changed. One thread.
"""

from __future__ import annotations

from msgspec import Struct, structs

from config.site import CameraId
from console.state.health import CameraHealth
from console.state.mass_failure import Commons, Loss, MassFailure, Shared, mass_failures
from console.state.observable import Signal
from ingest.cameras.health import CameraHealthData
from ingest.feed.envelope import parse_utc_ns


class LossPicture(Struct, frozen=True):
    """Everything that is lost now. `single`: lost by themselves, oldest first."""

    failures: tuple[MassFailure, ...] = ()
    single: tuple[CameraHealthData, ...] = ()

    @property
    def lost_count(self) -> int:
        return sum(failure.lost_count for failure in self.failures) + len(self.single)

    @property
    def line_count(self) -> int:
        """Lines a person has to read."""
        return len(self.failures) + len(self.single)


class Losses:
    """Signals: `changed`: another picture; `failed(failure)`: one began; `recovered(failure)`: all back."""

    def __init__(self, health: CameraHealth) -> None:
        self.changed: Signal[[]] = Signal()
        self.failed: Signal[[MassFailure]] = Signal()
        self.recovered: Signal[[MassFailure]] = Signal()
        self._health = health
        self._commons: Commons | None = None
        self._open: dict[tuple[Shared, str, int], MassFailure] = {}
        self._picture = LossPicture()
        self._is_stale = True
        health.changed.connect(self._on_health)
        health.directory_changed.connect(self._on_directory)

    @property
    def picture(self) -> LossPicture:
        """As of the last `refresh`."""
        return self._picture

    def refresh(self) -> None:
        """Looks again if anything changed; called by whoever shows it, and once a second."""
        if not self._is_stale:
            return
        self._is_stale = False
        lost = {entry.camera_id: entry for entry in self._health.lost()}
        former = set(self._open)
        began = self._grown(lost)
        over = self._shrunk(lost)
        together = {camera for failure in self._open.values() for camera in failure.camera_ids}
        picture = LossPicture(
            tuple(sorted(self._open.values(), key=lambda one: -one.lost_count)),
            tuple(entry for entry in lost.values() if entry.camera_id not in together),
        )
        if picture != self._picture:
            self._picture = picture
            self.changed.emit()
        for key in began:
            if key not in former and key in self._open:
                self.failed.emit(self._open[key])
        for failure in over:
            self.recovered.emit(failure)

    def _grown(self, lost: dict[CameraId, CameraHealthData]) -> list[tuple[Shared, str, int]]:
        """New failures, and known ones with the cameras that followed; keys of what was found."""
        if self._commons is None:
            self._commons = Commons(self._health.directory)
        losses = [Loss(camera, parse_utc_ns(entry.since_utc)) for camera, entry in lost.items()]
        found = []
        for failure in mass_failures(losses, self._commons):
            ids = set(failure.camera_ids)
            same = [key for key, one in self._open.items() if ids & set(one.camera_ids)]
            known = [self._open.pop(key) for key in same]
            members = dict.fromkeys(
                [camera for one in known for camera in one.camera_ids] + list(failure.camera_ids)
            )
            # it stays the failure it was called first, unless a wider cause explains it now
            since = min([failure.since_utc_ns, *(one.since_utc_ns for one in known)])
            grown = structs.replace(failure, camera_ids=tuple(members), since_utc_ns=since)
            key = same[0] if same else (failure.shared, failure.name, since)
            self._open[key] = grown
            found.append(key)
        return found

    def _shrunk(self, lost: dict[CameraId, CameraHealthData]) -> list[MassFailure]:
        """Counts who is still away; takes out the failures that are over and returns them."""
        over = []
        for key, failure in list(self._open.items()):
            count = sum(camera in lost for camera in failure.camera_ids)
            self._open[key] = structs.replace(failure, lost_count=count)
            if count == 0:
                over.append(self._open.pop(key))
        return over

    def _on_health(self) -> None:
        self._is_stale = True

    def _on_directory(self) -> None:
        self._commons = None
        self._is_stale = True
