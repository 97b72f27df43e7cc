"""CameraKeeper: one camera of a group, on the stream that fits what is wanted of it.

Changes between sub- and main stream without a black gap: the former stream goes on until the
new one has a picture in every wanted ring. Runs in the group's thread.
"""

from __future__ import annotations

from collections.abc import Callable

from config.site import CameraId
from ingest.cameras.health import StreamState
from ingest.cameras.packet_history import PacketHistory
from ingest.cameras.stream_run import StreamRun
from ingest.cameras.wants import (
    PRIORITY_HIDDEN,
    CameraSource,
    CameraStatus,
    FrameWant,
    main_stream_needed,
    ring_key,
)


class CameraKeeper:
    """Holds the stream runs of one camera. `retire` takes the ones that are no longer needed.

    `make_run(source, url, is_guarded)`: a camera that once hung is guarded from then on.
    """

    def __init__(
        self,
        camera_id: CameraId,
        make_run: Callable[[CameraSource, str, bool], StreamRun],
        retire: Callable[[StreamRun], None],
    ) -> None:
        self.camera_id = camera_id
        self._make_run = make_run
        self._retire = retire
        self._active: StreamRun | None = None
        self._pending: StreamRun | None = None
        self._wants: tuple[FrameWant, ...] = ()
        self._is_guarded = False
        self._source: CameraSource | None = None
        self.history = PacketHistory()

    @property
    def active(self) -> StreamRun | None:
        return self._active

    @property
    def main_url(self) -> str | None:
        """Where the main stream is, while the camera is held by its sub-stream."""
        if self._source is None or self._active is None:
            return None
        main = self._source.main_url
        return None if self._active.url == main else main

    @property
    def priority(self) -> int:
        """The best priority among its tiles."""
        tiles = [want.priority for want in self._wants if want.is_tile]
        return min(tiles, default=PRIORITY_HIDDEN)

    def set(self, source: CameraSource, wants: tuple[FrameWant, ...]) -> None:
        """What is wanted now; a changed address is changed to like another stream."""
        self._wants = wants
        self._source = source
        url = source.main_url
        if source.sub_url is not None and not main_stream_needed(source, wants):
            url = source.sub_url
        if self._pending is not None and not _fits(self._pending, source, url):
            self._retire(self._pending)
            self._pending = None
        if self._active is None:
            self._active = self._run_of(source, url)
            self.history.use(self._active.packets)
        elif not _fits(self._active, source, url) and self._pending is None:
            self._pending = self._run_of(source, url)
        for run in self._runs():
            run.set_wants(wants)

    def step(self) -> None:
        """Changes over when the pending stream has all wanted pictures; leaves a stuck one."""
        if self._active is not None and self._active.is_stuck and self._source is not None:
            self._leave_stuck(self._active, self._source)
        if self._active is None or self._pending is None:
            return
        if self._pending.health().state is not StreamState.LIVE:
            return
        ready = self._pending.rings().keys()
        if all(ring_key(want) in ready for want in self._wants):
            self._retire(self._active)
            self._active, self._pending = self._pending, None
            self.history.use(self._active.packets)

    def shed(self, fps_max: float | None) -> None:
        for run in self._runs():
            if run.shed_fps != fps_max:
                run.shed(fps_max)

    def catch_up(self) -> None:
        for run in self._runs():
            run.catch_up()

    def status(self) -> CameraStatus | None:
        """None before the first `set`."""
        if self._active is None:
            return None
        rings = self._active.rings()
        health = self._active.health()
        if self._pending is not None:
            rings = {**self._pending.rings(), **rings}
            pending_health = self._pending.health()
            tells_less = pending_health.state is StreamState.CONNECTING
            if health.state is StreamState.LOST and not tells_less:
                health = pending_health
        return CameraStatus(health, rings, self._active.shed_fps)

    def close(self) -> None:
        for run in self._runs():
            self._retire(run)
        self._active = self._pending = None

    def _leave_stuck(self, run: StreamRun, source: CameraSource) -> None:
        self._is_guarded = True
        lost = run.health()
        self._retire(run)
        self._active = self._run_of(source, run.url)
        self._active.goes_on_from(lost)
        self.history.use(self._active.packets)
        self._active.set_wants(self._wants)

    def _run_of(self, source: CameraSource, url: str) -> StreamRun:
        return self._make_run(source, url, self._is_guarded)

    def _runs(self) -> list[StreamRun]:
        return [run for run in (self._active, self._pending) if run is not None]


def _fits(run: StreamRun, source: CameraSource, url: str) -> bool:
    """Whether `run` asks where `url` of `source` is to be had now."""
    return run.url == url and run.relay_urls == source.relay_urls
