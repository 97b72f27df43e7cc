"""Overviews: the whole picture, small and slow, of every tile that shows a part of one.

It fills what the part's own ring does not cover yet while the operator pans or zooms out, so that
nothing is black, and it is the little map in the tile's corner. Decides size and rate of these
rings; which tiles are zoomed follows from the wall's wants.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from config.site import CameraId
from console.bridge.frame_wants import frame_want
from console.bridge.ring_feed import RingFeed
from console.bridge.tile_image import TileImage
from console.state.tile_geometry import overview_size
from console.state.tiles import WHOLE, Aspect, TileAddress
from console.state.wall_wants import TileWant
from ingest.cameras.wants import CameraStatus, FrameWant, ring_key

#: A map needs no more; a ring of 170×96 at this rate costs a thousandth of a core.
OVERVIEW_FPS = 5.0


class OverviewFeed:
    """The whole picture beside a zoomed tile's own ring."""

    def __init__(self, want: FrameWant) -> None:
        self.want = want
        self._feed = RingFeed(want.camera_id)
        self._feed.want(ring_key(want))

    def take_status(self, status: CameraStatus | None) -> None:
        """Takes this ring and no other: another one is the tile's business."""
        if status is not None:
            key = self._feed.wanted_key
            rings = {key: status.rings[key]} if key in status.rings else {}
            self._feed.take_status(structs.replace(status, rings=rings))

    def image(self) -> TileImage | None:
        """The newest whole picture; None without a living ring: an old one would lie."""
        if not self._feed.has_wanted_ring:
            return None
        self._feed.advance()
        return self._feed.image()

    def close(self) -> None:
        self._feed.close()


class Overviews:
    """The overviews of all zoomed tiles that somebody sees."""

    def __init__(self) -> None:
        self._feeds: dict[TileAddress, OverviewFeed] = {}

    def state(
        self, wants: Iterable[TileWant], shapes: Mapping[CameraId, tuple[int, int]]
    ) -> tuple[FrameWant, ...]:
        """What the lease is asked for beside the tiles' own rings, after a change of the wall."""
        wanted = {
            want.address: overview_want(want, shapes.get(want.camera_id, (0, 0)))
            for want in wants
            if want.region_norm != WHOLE and not want.keyframes_only
        }
        for address in [a for a, feed in self._feeds.items() if wanted.get(a) != feed.want]:
            self._feeds.pop(address).close()
        for address, want in wanted.items():
            if address not in self._feeds:
                self._feeds[address] = OverviewFeed(want)
        return tuple(wanted.values())

    def take_statuses(self, status: Mapping[CameraId, CameraStatus]) -> None:
        for feed in self._feeds.values():
            feed.take_status(status.get(feed.want.camera_id))

    def of(self, address: TileAddress) -> OverviewFeed | None:
        """The overview of a tile; None while it shows a whole picture."""
        return self._feeds.get(address)

    def close(self) -> None:
        for feed in self._feeds.values():
            feed.close()
        self._feeds = {}


def overview_want(want: TileWant, shape: tuple[int, int]) -> FrameWant:
    """The ring of the little map of a tile: exactly its pixels, so that painting is a copy."""
    width_px, height_px = overview_size(want.width_px, want.height_px, *shape)
    small = structs.replace(
        want, width_px=width_px, height_px=height_px, region_norm=WHOLE, aspect=Aspect.FILL
    )
    return structs.replace(frame_want(small, shape), fps_max=OVERVIEW_FPS)
