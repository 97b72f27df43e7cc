"""HealthTracker, DurableHealth: from what happened to what is said about a stream. Pure.

Stale is an age, lost is a missing connection or silence; a durable event needs three quiet
seconds in a state, so that a flapping camera does not fill the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from config.site import CameraId
from ingest.cameras.health import LossCause, StreamHealth, StreamState

#: A stream is stale when its newest picture is older than max(this, three intervals).
_STALE_NS: Final = 1_000_000_000
#: Silence after which a connected stream counts as lost, whatever the library still waits for.
_SILENT_NS: Final = 6_000_000_000
#: Rate is measured over this many pictures.
_RATE_COUNT: Final = 50
#: Sessions that the camera closes this soon, again and again, may be another viewer's doing: some cameras
#: send the former viewer away (fyhertz/libstreaming#97).
_SHORT_NS: Final = 15_000_000_000
_HYSTERESIS_NS: Final = 3_000_000_000
#: Damage that lasts this long is told of a stream that never had a picture.
_DAMAGE_TOLD_COUNT: Final = 25


def stale_after_ns(interval_ns: int) -> int:
    """Age at which a picture of a stream with `interval_ns` between pictures is stale."""
    return max(_STALE_NS, 3 * interval_ns)


class HealthTracker:
    """One stream's health. Threads: the session's writes, any reads `health` (a frozen value)."""

    def __init__(self, camera_id: CameraId, mono_ns: int) -> None:
        self._camera_id = camera_id
        self._state = StreamState.CONNECTING
        self._since_ns = mono_ns
        self._cause: LossCause | None = None
        self._next_try_ns: int | None = None
        self._last_ns: int | None = None
        self._arrivals: deque[int] = deque(maxlen=_RATE_COUNT)
        self._is_connected = False
        self._size = (0, 0)
        self._pixel_aspect = 1.0
        self._codec = ""
        self._reconnect_count = 0
        self._was_accepted = False
        self._first_ns: int | None = None
        self._short_count = 0
        self.lag_ns = 0
        self.awaits_key = False
        self.relayed_by = ""

    def connected(self, codec: str, width_px: int, height_px: int) -> None:
        """The stream is open; it is live with its first picture."""
        self._is_connected = self._was_accepted = True
        self._codec = codec
        self._size = (width_px, height_px)
        self._arrivals.clear()
        self._first_ns = None

    def picture(self, mono_ns: int) -> None:
        """A whole picture arrived."""
        self._last_ns = mono_ns
        if self._first_ns is None:
            self._first_ns = mono_ns
        self._arrivals.append(mono_ns)

    def resized(self, width_px: int, height_px: int, pixel_aspect: float = 1.0) -> None:
        self._size = (width_px, height_px)
        self._pixel_aspect = pixel_aspect

    def lost(self, cause: LossCause, next_try_ns: int) -> None:
        """The session ended; it is tried again at `next_try_ns`."""
        self._is_connected = self.awaits_key = False
        if self._first_ns is not None and self._last_ns is not None:
            is_short = self._last_ns - self._first_ns < _SHORT_NS and cause is LossCause.CLOSED
            self._short_count = self._short_count + 1 if is_short else 0
            self._first_ns = None
        self._cause = cause
        self._next_try_ns = next_try_ns
        self._reconnect_count += 1

    def goes_on_from(self, former: StreamHealth) -> None:
        """The stream was lost on another connection, which this one replaces: what was told of it stays
        until pictures come.
        """
        if self._cause is not None or former.state is not StreamState.LOST:
            return
        self._cause = former.cause
        self._state, self._since_ns = former.state, former.since_mono_ns
        self._last_ns = former.last_frame_mono_ns
        self._reconnect_count = former.reconnect_count + 1

    def trying(self) -> None:
        """A new attempt began; the cause stays until pictures come."""
        self._next_try_ns = None

    def health(self, mono_ns: int) -> StreamHealth:
        """The stream at `mono_ns`."""
        state = self._state_at(mono_ns)
        if state is not self._state:
            self._state = state
            self._since_ns = mono_ns
        if state is StreamState.LIVE:
            self._cause = None
        return StreamHealth(
            camera_id=self._camera_id,
            state=state,
            fps=self._fps(mono_ns) if state is StreamState.LIVE else 0.0,
            since_mono_ns=self._since_ns,
            last_frame_mono_ns=self._last_ns,
            cause=self._cause,
            next_try_mono_ns=self._next_try_ns,
            width_px=self._size[0],
            height_px=self._size[1],
            pixel_aspect=self._pixel_aspect,
            codec=self._codec,
            reconnect_count=self._reconnect_count,
            lag_s=round(self.lag_ns / 1e9, 3),
            awaits_key=self.awaits_key and state is not StreamState.LIVE,
            was_accepted=self._was_accepted,
            short_count=self._short_count,
            relayed_by=self.relayed_by,
        )

    def damaged(self, held_count: int) -> None:
        """So many pictures in a row arrived and could not be shown.

        It is the cause of a tile that goes stale, at once; of one without any picture when it lasts.
        """
        if self._arrivals or held_count >= _DAMAGE_TOLD_COUNT:
            self._cause = LossCause.BAD_STREAM

    def _state_at(self, mono_ns: int) -> StreamState:
        if not self._is_connected:
            return StreamState.CONNECTING if self._cause is None else StreamState.LOST
        if not self._arrivals:
            return StreamState.CONNECTING if self._cause is None else StreamState.LOST
        age_ns = mono_ns - self._arrivals[-1]
        if age_ns > _SILENT_NS:
            self._cause = self._cause or LossCause.SILENT
            return StreamState.LOST
        if age_ns > stale_after_ns(self._interval_ns()):
            self._cause = self._cause or LossCause.SILENT
            return StreamState.STALE
        return StreamState.LIVE

    def _interval_ns(self) -> int:
        if len(self._arrivals) < 2:
            return 0
        return (self._arrivals[-1] - self._arrivals[0]) // (len(self._arrivals) - 1)

    def _fps(self, mono_ns: int) -> float:
        if len(self._arrivals) < 2:
            return 0.0
        span_ns = max(1, self._arrivals[-1] - self._arrivals[0])
        return round((len(self._arrivals) - 1) * 1e9 / span_ns, 1)


class DurableHealth:
    """Which health changes become events: a state that has lasted three seconds."""

    def __init__(self) -> None:
        self._said: dict[CameraId, StreamState] = {}
        self._pending: dict[CameraId, tuple[StreamState, int]] = {}

    def step(self, healths: Iterable[StreamHealth], mono_ns: int) -> list[StreamHealth]:
        """Call about once a second with all cameras; returns the changes to publish now."""
        changes = []
        for health in healths:
            if self._is_due(health, mono_ns):
                self._said[health.camera_id] = health.state
                changes.append(health)
        return changes

    def forget(self, camera_id: CameraId) -> None:
        """The camera is no longer held; its next appearance is a change again."""
        self._said.pop(camera_id, None)
        self._pending.pop(camera_id, None)

    def _is_due(self, health: StreamHealth, mono_ns: int) -> bool:
        camera_id, state = health.camera_id, health.state
        if state is self._said.get(camera_id) or state is StreamState.CONNECTING:
            self._pending.pop(camera_id, None)
            return False
        pending = self._pending.get(camera_id)
        if pending is None or pending[0] is not state:
            self._pending[camera_id] = (state, mono_ns)
            return False
        if mono_ns - pending[1] < _HYSTERESIS_NS:
            return False
        del self._pending[camera_id]
        return True
