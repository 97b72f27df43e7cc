"""FramePump: joins the wall's needs to the lease, and the lease's rings to the tiles.

States all wants of this console in one declarative set and hands every tile its feed. It moves
no pixel: tiles read the rings themselves when they paint.

Threads: GUI thread only; the lease has its own thread and is asked for snapshots.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Slot

from config.site import Camera, CameraId
from console.bridge.frame_wants import frame_want, picture_shape
from console.bridge.overviews import Overviews
from console.bridge.replay_feeds import ReplayFeed, ReplayFeeds
from console.bridge.ring_feed import RingFeed
from console.state.replay import TileReplays
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import TileWant, ViewSize, wants
from ingest.cameras.wants import (
    CameraSource,
    CameraStatus,
    FrameWant,
    ReplayWant,
    ring_key,
    source_of,
)
from ingest.clock import SystemClock

#: How often the lease's status is looked at: a new ring is shown at most this much later.
STATUS_MS = 40
#: Rings are opened for this long in one event: after a new layout there are as many as tiles.
OPEN_BUDGET_S = 0.004
#: Wishes that change again within this time (wheel, resizing) are stated once.
SETTLE_MS = 50
#: … but a change is never put off by more than this many others: a long drag is followed.
SETTLE_COUNT_MAX = 8
#: A former ring is kept wanted until its successor has a picture, but no longer than this:
#: a key-frame interval of 10 s would else hold two decodes for its whole length.
OVERLAP_TICKS = 5000 // STATUS_MS


class Lease(Protocol):
    """The part of `CameraLease` that the pump needs."""

    def set_wants(
        self,
        sources: Sequence[CameraSource],
        wants: Sequence[FrameWant],
        replays: Sequence[ReplayWant] = (),
    ) -> None: ...
    def status(self) -> Mapping[CameraId, CameraStatus]: ...
    @property
    def status_version(self) -> int: ...


class FramePump(QObject):
    """A `PictureSource` for wall views, fed by the machine's camera broker."""

    def __init__(
        self,
        wall: WallState,
        lease: Lease,
        camera_of: Callable[[CameraId], Camera | None],
        parent: QObject | None = None,
        *,
        replays: TileReplays | None = None,
    ) -> None:
        """`camera_of`: the register; a camera it does not know is not asked for."""
        super().__init__(parent)
        self._wall, self._lease, self._camera_of = wall, lease, camera_of
        self._views: dict[WindowId, ViewSize] = {}
        self._feeds: dict[TileAddress, RingFeed] = {}
        self._leaving: dict[TileAddress, tuple[FrameWant, int]] = {}
        self._stated: dict[TileAddress, FrameWant] = {}
        self._overviews = Overviews()
        self._overview_wants: tuple[FrameWant, ...] = ()
        self._version = -1
        self._unread: list[TileAddress] = []
        self._shapes: dict[CameraId, tuple[int, int]] = {}
        self._unsettled_count = 0
        self._replays = replays or TileReplays(wall, SystemClock())
        self._replay_feeds = ReplayFeeds(self._replays)
        self._replay_wants: tuple[ReplayWant, ...] = ()
        self._disconnect = [
            wall.wants_changed.connect(self._settle),
            self._replays.changed.connect(self._on_replay),
        ]
        self._settle_timer = QTimer(self)
        self._settle_timer.setSingleShot(True)
        self._settle_timer.setInterval(SETTLE_MS)
        self._settle_timer.timeout.connect(self.state_wants)
        self._rest_timer = QTimer(self)
        self._rest_timer.setSingleShot(True)
        self._rest_timer.timeout.connect(self._take_rest)
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(STATUS_MS)
        self._status_timer.timeout.connect(self._look)
        self._status_timer.start()

    def close(self) -> None:
        """Lets go of every ring and every camera. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = []
        self._settle_timer.stop()
        self._rest_timer.stop()
        self._status_timer.stop()
        for feed in self._feeds.values():
            feed.close()
        self._feeds = {}
        self._overviews.close()
        self._replay_feeds.close()
        self._lease.set_wants((), ())

    # -- PictureSource

    def set_view(self, window_id: WindowId, view: ViewSize | None) -> None:
        if view is None:
            self._views.pop(window_id, None)
        else:
            self._views[window_id] = view
        self._settle()

    def feed(self, address: TileAddress) -> RingFeed | ReplayFeed | None:
        live = self._live_feed(address)
        return self._replay_feeds.feed(address, live) or live

    def _live_feed(self, address: TileAddress) -> RingFeed | None:
        camera_id = self._wall.tile(address).camera_id
        known = self._feeds.get(address)
        if known is not None and known.camera_id == camera_id:
            return known
        if known is not None:
            known.close()
            del self._feeds[address]
        if camera_id is None:
            return None
        feed = RingFeed(camera_id)
        camera = self._camera_of(camera_id)
        if camera is None or not camera.enabled:
            feed.take_off()
        feed.take_status(self._lease.status().get(camera_id))
        self._feeds[address] = feed
        return feed

    # -- wants

    def _settle(self) -> None:
        """States the wants once nothing has changed for a moment, or at the latest soon."""
        if self._status_timer.isActive() and self._unsettled_count < SETTLE_COUNT_MAX:
            self._unsettled_count += 1
            self._settle_timer.start()

    @Slot()
    def state_wants(self) -> None:
        """States what is wanted now; called by itself after every change."""
        self._unsettled_count = 0
        found = {want.address: want for want in wants(self._wall, self._views)}
        self._drop_feeds_without(found)
        stated = {
            address: frame_want(want, self._shapes.get(want.camera_id, (0, 0)))
            for address, want in found.items()
        }
        self._overview_wants = self._overviews.state(found.values(), self._shapes)
        for address, want in stated.items():
            self._keep_former(address, want)
            feed = self._live_feed(address)
            if feed is not None:
                feed.want(ring_key(want))
                overview = self._overviews.of(address)
                feed.overview_image = None if overview is None else overview.image
        self._replay_wants = self._replay_feeds.wants(found.values(), self._shapes)
        self._leaving = {a: kept for a, kept in self._leaving.items() if a in stated}
        self._stated = stated
        self._say()
        self._take_statuses()

    def _keep_former(self, address: TileAddress, want: FrameWant) -> None:
        """A tile that asks for another ring of the same camera keeps the one it has meanwhile."""
        former = self._stated.get(address)
        if former is None or former.camera_id != want.camera_id:
            self._leaving.pop(address, None)
        elif ring_key(former) != ring_key(want) and not want.keyframes_only:
            feed = self._feeds.get(address)
            if feed is not None and feed.key == ring_key(former):
                self._leaving[address] = (former, OVERLAP_TICKS)

    def _say(self) -> None:
        former = (want for want, _ in self._leaving.values())
        all_wants = [*self._stated.values(), *former, *self._overview_wants]
        cameras = {want.camera_id: self._camera_of(want.camera_id) for want in all_wants}
        sources = tuple(source_of(c) for c in cameras.values() if c is not None and c.enabled)
        held = {source.camera_id for source in sources}
        wanted = dict.fromkeys(want for want in all_wants if want.camera_id in held)
        self._lease.set_wants(sources, tuple(wanted), self._replay_wants)

    def _on_replay(self, _address: TileAddress) -> None:
        """A replay is steered: at once, a key is waiting for its picture."""
        if self._status_timer.isActive():
            self.state_wants()

    def _drop_feeds_without(self, found: Mapping[TileAddress, TileWant]) -> None:
        for address in [a for a in self._feeds if a not in found]:
            self._feeds.pop(address).close()

    # -- status

    @Slot()
    def _look(self) -> None:
        version = self._lease.status_version
        if version != self._version:
            self._version = version
            self._take_statuses()
            self._take_shapes()
        if self._leaving:
            self._release_former()
        self._replay_feeds.tell()

    def _take_statuses(self) -> None:
        status = self._lease.status()
        self._unread = list(self._feeds)
        self._take_rest()
        self._overviews.take_statuses(status)
        if self._replay_feeds.take_statuses(status):
            self._settle()

    @Slot()
    def _take_rest(self) -> None:
        """Tells the feeds their camera's status, those that do not fit in this event in the next."""
        status = self._lease.status()
        ends_s = time.perf_counter() + OPEN_BUDGET_S
        while self._unread:
            feed = self._feeds.get(self._unread.pop(0))
            if feed is not None:
                feed.take_status(status.get(feed.camera_id))
            if time.perf_counter() > ends_s and self._unread:
                self._rest_timer.start(0)
                return

    def _take_shapes(self) -> None:
        """A camera whose picture got another shape is asked for in another size."""
        shapes = {c: picture_shape(s.health) for c, s in self._lease.status().items()}
        known = {c: shape for c, shape in shapes.items() if shape[0]}
        if any(self._shapes.get(c) != shape for c, shape in known.items()):
            self._shapes |= known
            self._settle()

    def _release_former(self) -> None:
        """Former rings whose successor has a picture, or that waited long enough, are given up."""
        still = {
            address: (want, ticks - 1)
            for address, (want, ticks) in self._leaving.items()
            if ticks > 0 and not self._feeds[address].has_wanted_ring
        }
        released = len(still) != len(self._leaving)
        self._leaving = still
        if released:
            self._say()
