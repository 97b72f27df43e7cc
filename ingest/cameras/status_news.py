"""StatusNews: which camera statuses are worth a message. Pure.

State, cause, rings and size go out at once; rate, age and lag drift on and go out every two
seconds, so that a hundred quiet cameras cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from config.site import CameraId
from ingest.cameras.wants import CameraStatus

_DRIFT_NS: Final = 2_000_000_000


class StatusNews:
    """Remembers what was told last."""

    def __init__(self) -> None:
        self._told: dict[CameraId, tuple[CameraStatus, int]] = {}

    def changes(
        self, now: Mapping[CameraId, CameraStatus], mono_ns: int
    ) -> tuple[dict[CameraId, CameraStatus], tuple[CameraId, ...]]:
        """(statuses to tell, cameras that are gone) against the last call."""
        changed = {
            camera_id: status
            for camera_id, status in now.items()
            if self._is_news(camera_id, status, mono_ns)
        }
        gone = tuple(self._told.keys() - now.keys())
        for camera_id in gone:
            del self._told[camera_id]
        for camera_id, status in changed.items():
            self._told[camera_id] = (status, mono_ns)
        return changed, gone

    def _is_news(self, camera_id: CameraId, status: CameraStatus, mono_ns: int) -> bool:
        told = self._told.get(camera_id)
        if told is None or mono_ns - told[1] >= _DRIFT_NS:
            return True
        return _weighty(status) != _weighty(told[0])


def _weighty(status: CameraStatus) -> tuple[object, ...]:
    health = status.health
    return (
        health.state,
        health.cause,
        health.next_try_mono_ns,
        health.codec,
        health.width_px,
        health.height_px,
        health.pixel_aspect,
        health.awaits_key,
        health.relayed_by,
        health.reconnect_count,
        status.rings,
        status.shed_fps,
        status.replays,
    )
