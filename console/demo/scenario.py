"""The city's time line: which segment each camera plays next, and the truth of what it shows.

Asked at the end of every loop of a camera. Events begin at staggered times after `go`, last until
somebody resolves them (or `HOLD_S` has passed) and come again after a rest, for ever. No
randomness. Pure but for the clock it is given; one thread.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from config.geometry import GeoPoint
from console.demo.truth import ClipTruth, TrueEvent
from ingest.clock import Clock

#: First appearance after `go`, seconds, in the order of the cameras that have events. Each kind
#: is there early enough for the shortest run (90 s) to see it handled.
FIRST_S = (2.0, 6.0, 10.0, 32.0, 14.0, 45.0)
#: Nobody came: it ends by itself after this long.
HOLD_S = 150.0
#: Rest between the end of an event and its next appearance.
REST_S = 45.0
#: An event whose camera nobody watched is not true for anybody; segments shorter than this are.
_NS = 1_000_000_000


class _Phase(enum.Enum):
    IDLE = "idle"
    ARRIVE = "arrive"
    STAY = "stay"
    LEAVE = "leave"


@dataclass
class _Track:
    """One camera's life. Times are monotonic nanoseconds."""

    camera_id: str
    truth: ClipTruth
    place: GeoPoint
    first_s: float
    phase: _Phase = _Phase.IDLE
    due_ns: int | None = None
    until_ns: int = 0
    resolved: bool = False
    count: int = 0
    open_events: list[int] = field(default_factory=list)


class Timeline:
    """Decides segments and keeps the truth. Threads: one (the camera server's loop)."""

    def __init__(
        self, truth: Mapping[str, ClipTruth], places: Mapping[str, GeoPoint], clock: Clock
    ) -> None:
        """`places`: where each camera's event is; cameras without an event need none."""
        self._clock = clock
        self._tracks: dict[str, _Track] = {}
        self.events: list[TrueEvent] = []
        self.started = False
        for camera_id in sorted(truth):
            if truth[camera_id].event is not None:
                first_s = FIRST_S[len(self._tracks) % len(FIRST_S)]
                self._tracks[camera_id] = _Track(
                    camera_id, truth[camera_id], places[camera_id], first_s
                )

    def go(self) -> None:
        """Starts the time line; events come from now on. Twice is harmless."""
        if self.started:
            return
        self.started = True
        for track in self._tracks.values():
            track.due_ns = self._clock.mono_ns() + round(track.first_s * _NS)

    def next_segment(self, camera_id: str) -> str:
        """The segment this camera plays from now on, for one loop."""
        track = self._tracks.get(camera_id)
        if track is None:
            return _Phase.IDLE.value
        now_ns = self._clock.mono_ns()
        if track.phase is _Phase.IDLE and track.due_ns is not None and now_ns >= track.due_ns:
            self._arrive(track)
        elif track.phase is _Phase.ARRIVE:
            track.phase = _Phase.STAY
            if track.resolved:
                self._leave(track)
        elif track.phase is _Phase.STAY and (track.resolved or now_ns >= track.until_ns):
            self._leave(track)
        elif track.phase is _Phase.LEAVE:
            track.phase = _Phase.IDLE
            track.due_ns = now_ns + round(REST_S * _NS)
        return track.phase.value

    def resolve(self, camera_id: str) -> bool:
        """Somebody came: what is there leaves at the next loop. False when nothing is there."""
        track = self._tracks.get(camera_id)
        if track is None or track.phase not in {_Phase.ARRIVE, _Phase.STAY}:
            return False
        track.resolved = True
        return True

    def active(self, camera_id: str) -> bool:
        """Whether an event is on at this camera, or on its way in or out."""
        track = self._tracks.get(camera_id)
        return track is not None and track.phase is not _Phase.IDLE

    def _arrive(self, track: _Track) -> None:
        assert track.truth.event is not None
        track.phase, track.resolved = _Phase.ARRIVE, False
        track.until_ns = self._clock.mono_ns() + round(HOLD_S * _NS)
        track.count += 1
        start_ns = self._clock.utc_ns() + round(track.truth.event.start_s * _NS)
        track.open_events = []
        for kind in track.truth.event.kinds:
            track.open_events.append(len(self.events))
            self.events.append(
                TrueEvent(
                    event_id=f"{track.camera_id}-{kind.kind}-{track.count}",
                    camera_id=track.camera_id,
                    kind=kind.kind,
                    box_norm=kind.box_norm,
                    lat_deg=track.place.lat_deg,
                    lon_deg=track.place.lon_deg,
                    start_utc_ns=start_ns,
                )
            )

    def _leave(self, track: _Track) -> None:
        assert track.truth.event is not None
        track.phase = _Phase.LEAVE
        end_ns = self._clock.utc_ns() + round(track.truth.event.end_s * _NS)
        for index in track.open_events:
            self.events[index] = msgspec.structs.replace(self.events[index], end_utc_ns=end_ns)
