"""ReplayFeeds: the pictures of tiles in replay, out of the rings that replays are decoded into.

Decides nothing: states what `TileReplays` wants in the lease's words and tells it what is shown.
The live ring of the tile goes on beside it, so that the way back is at once.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config.site import CameraId
from console.bridge.frame_wants import frame_want
from console.bridge.ring_feed import RingFeed
from console.bridge.tile_image import ReplayMark, TileImage
from console.state.replay import ReplayShown, TileReplay, TileReplays
from console.state.tiles import TileAddress
from console.state.wall_wants import TileWant
from ingest.cameras.health import StreamHealth, StreamState
from ingest.cameras.wants import CameraStatus, ReplayStatus, ReplayWant


class ReplayFeed:
    """A `TileFeed` of the past."""

    def __init__(self, replay: TileReplay, last_live: TileImage | None) -> None:
        """`last_live` is shown dimmed until the first picture of the replay."""
        self.replay = replay
        self._last_live = None if last_live is None else last_live.owned()
        self._ring = RingFeed(replay.camera_id)
        self._status = ReplayStatus()

    def take(self, status: ReplayStatus) -> None:
        """Takes over the ring and shape of a new status."""
        self._status = status
        if status.ring is not None:
            self._ring.want(status.ring_key)
            rings = {status.ring_key: status.ring}
            self._ring.take_status(CameraStatus(self.health(), rings))

    def shown(self) -> ReplayShown:
        """What the operator sees now."""
        status, image = self._status, self._ring.image()
        return ReplayShown(
            None if image is None else image.received_mono_ns,
            status.from_mono_ns,
            status.to_mono_ns,
            status.gaps,
            status.is_at_end,
            status.problem,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height of the replayed picture in square pixels; it may differ from live."""
        status = self._status
        return round(status.width_px * status.pixel_aspect), status.height_px

    @property
    def dropped_count(self) -> int:
        return self._ring.dropped_count

    @property
    def has_wanted_ring(self) -> bool:
        return self._ring.has_wanted_ring

    def advance(self) -> bool:
        return self._ring.advance()

    def image(self) -> TileImage | None:
        return self._ring.image() or self._last_live

    def still_valid(self) -> bool:
        return self._ring.still_valid()

    def overview(self) -> TileImage | None:
        """None: the live one would show another moment."""
        return None

    def health(self) -> StreamHealth:
        status = self._status
        return StreamHealth(
            self.replay.camera_id,
            StreamState.LIVE,
            0.0,
            0,
            width_px=status.width_px,
            height_px=status.height_px,
            pixel_aspect=status.pixel_aspect,
        )

    def shed_fps(self) -> float | None:
        return None

    def replay_mark(self) -> ReplayMark | None:
        image = self._ring.image()
        return ReplayMark(
            None if image is None else image.received_mono_ns,
            0.0 if self.replay.is_paused else self.replay.speed,
            self._status.is_at_end,
            self._status.problem,
        )

    def close(self) -> None:
        self._ring.close()


class ReplayFeeds:
    """The feeds of all tiles in replay."""

    def __init__(self, replays: TileReplays) -> None:
        self._replays = replays
        self._feeds: dict[TileAddress, ReplayFeed] = {}

    def feed(self, address: TileAddress, live: RingFeed | None) -> ReplayFeed | None:
        """The replay of a tile; None where it is live. `live`: its live feed."""
        replay = self._replays.of(address)
        known = self._feeds.get(address)
        if known is not None and (replay is None or known.replay.id != replay.id):
            self._feeds.pop(address).close()
            known = None
        if replay is None:
            return None
        if known is None:
            known = ReplayFeed(replay, None if live is None else live.image())
            self._feeds[address] = known
        known.replay = replay
        return known

    def wants(
        self, tiles: Iterable[TileWant], shapes: Mapping[CameraId, tuple[int, int]]
    ) -> tuple[ReplayWant, ...]:
        """What the lease is asked for."""
        return tuple(
            self._want(tile, replay, shapes)
            for tile in tiles
            if (replay := self._replays.of(tile.address)) is not None
        )

    def _want(
        self, tile: TileWant, replay: TileReplay, shapes: Mapping[CameraId, tuple[int, int]]
    ) -> ReplayWant:
        known = self._feeds.get(tile.address)
        shape = known.shape if known is not None and known.shape[0] else shapes.get(tile.camera_id)
        return ReplayWant(
            replay.id,
            frame_want(tile, shape or (0, 0)),
            replay.seek_count,
            replay.at_mono_ns,
            replay.step_total,
            0.0 if replay.is_paused else replay.speed,
        )

    def take_statuses(self, status: Mapping[CameraId, CameraStatus]) -> bool:
        """Takes over what was told; True when a picture got another shape."""
        reshaped = False
        for feed in self._feeds.values():
            of_camera = status.get(feed.replay.camera_id)
            told = None if of_camera is None else of_camera.replays.get(feed.replay.id)
            if told is not None:
                before = feed.shape
                feed.take(told)
                reshaped = reshaped or feed.shape != before
        return reshaped

    def tell(self) -> None:
        """Tells the state where every replay is; called some times a second."""
        for address, feed in list(self._feeds.items()):
            if self._replays.of(address) is None:
                self._feeds.pop(address).close()
            else:
                self._replays.tell(address, feed.shown())

    def close(self) -> None:
        for feed in self._feeds.values():
            feed.close()
        self._feeds = {}
