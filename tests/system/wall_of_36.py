"""36 small cameras on a real broker and a painted wall, a hub's intake beside it, and a watch on every tile.

Cameras are 320×180 at 10 fps, so that server, ingest processes and wall fit two cores together.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable

import numpy as np
import psutil
import zmq
from msgspec import structs
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.state.directory import CameraDirectory
from console.state.health import CameraHealth
from console.state.losses import Losses
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.tile_painter import TilePainter
from console.views.tile_status import TileMode
from ingest.cameras.health import CameraHealthData, LossCause
from ingest.cameras.lease import CameraLease
from ingest.cameras.rtsp_out import Faults, Mount
from tests.media import looping_feed, paint, read_number
from tests.system.live_wall import LiveTiles

TILE_COUNT = 36
FPS = 10
EVERY_TILE = range(TILE_COUNT)
#: A third of the wall: every third tile, so that every ingest process has some of them.
FIRST, SECOND, THIRD = (range(start, TILE_COUNT, 3) for start in range(3))
_AGE = re.compile(r"([\d.]+) s old")


class HealthIntake(threading.Thread):
    """Takes what the broker tells a hub, as the hub does; `told` in order."""

    def __init__(self) -> None:
        super().__init__(name="health-intake")
        self.told: list[CameraHealthData] = []
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self.port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self._ends = threading.Event()

    def run(self) -> None:
        sequence = 0
        while not self._ends.is_set():
            if not self._socket.poll(100):
                continue
            identity, empty, event_id, body = self._socket.recv_multipart()
            sequence += 1
            answer = json.dumps({"ok": True, "sequence": sequence}).encode()
            self._socket.send_multipart([identity, empty, event_id, answer])
            self.told.append(CameraHealthData(**json.loads(body)["data"]))

    def close(self) -> None:
        self._ends.set()
        self.join(5)
        self._socket.close(0)
        self._context.term()


class Wall36(LiveTiles):
    """The wall; `watch` notes the longest time that a tile had no new picture."""

    def __init__(self, qtbot: QtBot, *, key_interval: int = 10) -> None:
        super().__init__(qtbot)
        self.intake = HealthIntake()
        self.intake.start()
        self.lease = CameraLease(
            structs.replace(self.lease_runtime, intake=f"tcp://127.0.0.1:{self.intake.port}")
        )
        for tile in EVERY_TILE:
            feed = looping_feed(fps=FPS, picture_count=100, key_interval=key_interval)
            self.server.mount(f"cam-{tile}", feed)
            camera_id = CameraId(f"cam-{tile}")
            self.cameras.append(Camera(camera_id, f"c{tile}", self.server.url(camera_id)))
        self.directory = CameraDirectory(self.cameras)
        self.health = CameraHealth(self.directory)
        self.losses = Losses(self.health)
        self._applied_count = 0
        self._stamps: dict[int, int] = {}
        self.gaps_s: dict[int, float] = {}

    def open(self, layout: str = "6x6") -> None:
        super().open(layout)
        self.until(lambda: self.are_live(EVERY_TILE))
        self.until(lambda: all(self.is_sharp(tile) for tile in EVERY_TILE))
        # five groups of cameras and the spare process
        self.until(lambda: len(self.groups()) == 6)
        self.begin_watch()

    def close(self) -> None:
        super().close()
        self.intake.close()

    # -- faults

    def mount_of(self, tile: int) -> Mount:
        return self.server.server.mounts[f"cam-{tile}"]

    def break_(self, tiles: Iterable[int], fault: Callable[[Mount], object]) -> None:
        """Does `fault` to the cameras of these tiles at once."""
        mounts = [self.mount_of(tile) for tile in tiles]
        self.server.call(lambda: [fault(mount) for mount in mounts])

    def mend(self, tiles: Iterable[int]) -> None:
        def mend(mount: Mount) -> None:
            mount.faults = Faults()

        self.break_(tiles, mend)

    def renew_late(self) -> None:
        """Begins anew with cameras that lag: a server that was kept waiting by a busy machine lets its
        stamps fall behind for good, and the tile tells that as age."""
        late = [s.health.camera_id for s in self.lease.status().values() if s.health.lag_s > 0.5]
        tiles = [tile for tile in EVERY_TILE if f"cam-{tile}" in late]
        self.break_(tiles, Mount.kick)

    # -- what an operator sees

    def painter(self, tile: int) -> TilePainter:
        return self.view.tile_painters[tile]

    def modes(self, tiles: Iterable[int]) -> set[TileMode]:
        return {self.painter(tile).mode for tile in tiles}

    def cause(self, tile: int) -> LossCause | None:
        status = self.lease.status().get(CameraId(f"cam-{tile}"))
        return None if status is None else status.health.cause

    def are_live(self, tiles: Iterable[int]) -> bool:
        return self.modes(tiles) == {TileMode.PICTURE}

    def are_lost(self, tiles: Iterable[int], *causes: LossCause) -> bool:
        return all(
            self.painter(tile).mode is TileMode.LOST and self.cause(tile) in causes
            for tile in tiles
        )

    def age_told_s(self, tile: int) -> float | None:
        """The age on the tile's plate, None where it has none."""
        found = _AGE.match(self.painter(tile).status.age)
        return None if found is None else float(found.group(1))

    def age_s(self, tile: int) -> float:
        """How old the tile's picture is."""
        return (time.monotonic_ns() - self.shown_ns(tile)) / 1e9

    def smear(self, tile: int) -> float:
        """How far the picture is from any that its camera ever had: 0 for none, grey values."""
        feed = self.pump.feed(TileAddress(MAIN_WINDOW, tile))
        image = None if feed is None else feed.image()
        if feed is None or image is None or image.pixels is None:
            return 0.0
        pixels = image.pixels.copy()
        if not feed.still_valid():
            return 0.0
        height, width = pixels.shape[:2]
        luma = paint(read_number(pixels) % 100, 320, 180).astype(int)
        luma = luma[np.arange(height) * 180 // height][:, np.arange(width) * 320 // width]
        expected = np.clip((luma - 16) * 255 / 219, 0, 255)
        off = np.abs(pixels[:, :, 1].astype(int) - expected)
        return float(off[height // 4 :].mean())

    # -- the watch

    def shown_ns(self, tile: int) -> int:
        """When the picture shown was received, monotonic; 0 without one."""
        feed = self.pump.feed(TileAddress(MAIN_WINDOW, tile))
        image = None if feed is None else feed.image()
        return 0 if image is None else image.received_mono_ns

    def number(self, tile: int) -> int | None:
        """The number painted in the picture that a tile shows, None without a whole one."""
        feed = self.pump.feed(TileAddress(MAIN_WINDOW, tile))
        image = None if feed is None else feed.image()
        if feed is None or image is None or image.pixels is None:
            return None
        number = read_number(image.pixels)
        return number if feed.still_valid() else None

    def begin_watch(self) -> None:
        self._stamps = {tile: self.shown_ns(tile) for tile in EVERY_TILE}
        self.gaps_s = dict.fromkeys(EVERY_TILE, 0.0)

    def look(self) -> None:
        """Notes the gaps between the pictures shown, and hands the health events on."""
        for tile in EVERY_TILE:
            stamp, former = self.shown_ns(tile), self._stamps[tile]
            if stamp != former:
                self._stamps[tile] = stamp
                self.gaps_s[tile] = max(self.gaps_s[tile], (stamp - former) / 1e9)
        told = self.intake.told
        while self._applied_count < len(told):
            self.health.apply(told[self._applied_count])
            self._applied_count += 1
        self.losses.refresh()

    def longest_gap_s(self, tiles: Iterable[int]) -> float:
        """The longest time without a new picture since the watch began, the present one too."""
        return max(max(self.gaps_s[tile], self.age_s(tile)) for tile in tiles)

    def until_seen(
        self, condition: Callable[[], bool], deadline_s: float, what: str = "it"
    ) -> float:
        """Watches the wall until `condition`; returns the seconds it took."""
        began_s = time.monotonic()

        def met() -> bool:
            self.look()
            return condition()

        try:
            self.qtbot.waitUntil(met, timeout=round(deadline_s * 1000))
        except QtTimeoutError as error:
            raise AssertionError(f"not within {deadline_s:.0f} s; {self.not_live()}") from error
        return time.monotonic() - began_s

    def not_live(self) -> list[tuple[int, str, LossCause | None]]:
        """The tiles without a live picture, and why."""
        return [
            (tile, self.painter(tile).mode.value, self.cause(tile))
            for tile in EVERY_TILE
            if self.painter(tile).mode is not TileMode.PICTURE
        ]

    def watch_for(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        self.until_seen(lambda: time.monotonic() >= end_s, seconds + 5)

    def pid_of(self, tile: int) -> int:
        """The ingest process that fills the tile's ring."""
        status = self.lease.status()[CameraId(f"cam-{tile}")]
        paths = {ring.path for ring in status.rings.values()}
        for process in self.groups():
            if paths & {opened.path for opened in psutil.Process(process.pid).open_files()}:
                return process.pid
        raise AssertionError(f"nobody fills the ring of tile {tile}")


def busiest_second(opened_mono_s: Iterable[float], since_s: float) -> int:
    """The most connections that were opened within any second."""
    times = [at for at in opened_mono_s if at >= since_s]
    return max(
        (sum(1 for at in times[i:] if at < first + 1.0) for i, first in enumerate(times)), default=0
    )
