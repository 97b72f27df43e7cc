"""Escort: a tile follows an inspector from camera to camera as they walk (伴随).

Decides which camera sees them best and when to hand over: not at every step, not to and fro. It never
takes a pinned tile, lets go when somebody else puts a camera there, and says when it loses sight.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

from msgspec import Struct

from config.site import Calibration, Camera, CameraId, InspectorId
from console.state.linkage import Sight, View, sights_of
from console.state.observable import Signal
from console.state.people import People
from console.state.tiles import TileAddress
from console.state.wall import WallState
from ingest.clock import Clock

#: A camera is kept at least this long, seconds, while it still sees them.
KEEP_S = 6.0
#: Another of the same kind must be this much nearer.
NEARER = 0.6
#: Without a position for this long nobody is followed: the tile says so.
LOST_S = 60.0


class EscortNews(enum.Enum):
    """What happened; the views put it into words."""

    STARTED = "started"
    HANDED_OVER = "handed_over"
    OUT_OF_SIGHT = "out_of_sight"
    POSITION_LOST = "position_lost"
    ENDED = "ended"
    TAKEN_OVER = "taken_over"


class Followed(Struct, frozen=True):
    """Who is followed where. `camera_id` None: no camera sees them."""

    inspector_id: InspectorId
    address: TileAddress
    camera_id: CameraId | None
    since_ns: int
    is_lost: bool = False


class Escort:
    """One at a time. Signal `news(what, followed)`.

    Args:
        cameras: the site's cameras and calibrations as they are now.
    """

    def __init__(
        self,
        wall: WallState,
        people: People,
        cameras: Callable[[], tuple[tuple[Camera, ...], Mapping[CameraId, Calibration]]],
        clock: Clock,
    ) -> None:
        self.news: Signal[[EscortNews, Followed]] = Signal()
        self._wall, self._people, self._cameras, self._clock = wall, people, cameras, clock
        self._followed: Followed | None = None
        people.changed.connect(self.look)

    @property
    def followed(self) -> Followed | None:
        return self._followed

    def start(self, inspector_id: InspectorId, address: TileAddress) -> bool:
        """Begins to follow on a tile; False where it is pinned or nobody knows where they are."""
        if self._wall.tile(address).pinned or self._people.get(inspector_id) is None:
            return False
        self.end()
        shown = self._wall.tile(address).camera_id
        self._followed = Followed(inspector_id, address, shown, 0)
        self._tell(EscortNews.STARTED)
        self.look()
        return True

    def end(self) -> None:
        """Stops following; the picture stays."""
        if self._followed is not None:
            self._tell(EscortNews.ENDED)
            self._followed = None

    def look(self) -> None:
        """Where are they now, and who sees them best? Called with every batch of positions."""
        now = self._followed
        if now is None:
            return
        shown = self._wall.tile(now.address)
        if shown.pinned or (now.since_ns and shown.camera_id != now.camera_id):
            self._tell(EscortNews.TAKEN_OVER)
            self._followed = None
            return
        person = self._people.get(now.inspector_id)
        if person is None or person.age_s(self._clock.utc_ns()) > LOST_S:
            self._lose(now)
            return
        cameras, calibrations = self._cameras()
        sights = sights_of(person.place, cameras, calibrations)
        self._follow(now, [sight for sight in sights if sight.view is not View.NEAREST])

    def _follow(self, now: Followed, sights: list[Sight]) -> None:
        mine = next((sight for sight in sights if sight.camera_id == now.camera_id), None)
        if not sights:
            if now.camera_id is not None and not now.is_lost:
                self._change(now, now.camera_id, EscortNews.OUT_OF_SIGHT, is_lost=True)
            return
        best = sights[0]
        if mine is None or (
            best.camera_id != mine.camera_id and self._is_worth_it(now, mine, best)
        ):
            self._hand_over(now, best)
        elif now.is_lost or not now.since_ns:
            self._change(now, mine.camera_id, None)

    def _is_worth_it(self, now: Followed, mine: Sight, best: Sight) -> bool:
        kept_s = (self._clock.mono_ns() - now.since_ns) / 1e9
        if kept_s < KEEP_S:
            return False
        return best.view < mine.view or best.away_m < NEARER * mine.away_m

    def _hand_over(self, now: Followed, sight: Sight) -> None:
        self._wall.put_camera(now.address, sight.camera_id)
        self._change(now, sight.camera_id, EscortNews.HANDED_OVER)

    def _lose(self, now: Followed) -> None:
        if not now.is_lost:
            self._change(now, now.camera_id, EscortNews.POSITION_LOST, is_lost=True)

    def _change(
        self,
        now: Followed,
        camera_id: CameraId | None,
        what: EscortNews | None,
        *,
        is_lost: bool = False,
    ) -> None:
        self._followed = Followed(
            now.inspector_id, now.address, camera_id, self._clock.mono_ns(), is_lost
        )
        if what is not None:
            self._tell(what)

    def _tell(self, what: EscortNews) -> None:
        if self._followed is not None:
            self.news.emit(what, self._followed)
