"""ClipShelf: evidence clips as cameras, so that a tile plays them like any other picture.

A clip is fetched once to a file of this seat and served to the machine's broker as RTSP on
loopback, over and over; its camera exists only here. The broker decodes it like any other, the
GUI thread never does.

Threads: GUI thread only; fetching runs on an errand thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from config.site import Camera, CameraId
from console.bridge.gui_thread import Errands
from console.state.directory import CameraDirectory
from ingest.cameras.packet_feed import LoopingFeed
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.cameras.source import read_packets
from ingest.errors import GridwallError

_log = logging.getLogger(__name__)

#: Clips kept on disk; the oldest file goes first.
KEPT_COUNT = 32
CLIP_PREFIX = "clip-"


class ClipShelf:
    """Clips of this seat by their SHA-256."""

    def __init__(self, folder: Path, errands: Errands, fetch: Callable[[str], bytes]) -> None:
        self._folder = folder
        self._errands = errands
        self._fetch = fetch
        self._cameras: dict[CameraId, Camera] = {}
        self._server: RtspServerThread | None = None

    def camera(self, camera_id: CameraId) -> Camera | None:
        """The camera of a clip that was fetched; None for anything else."""
        return self._cameras.get(camera_id)

    def bring(
        self,
        sha: str,
        name: str,
        then: Callable[[CameraId], None],
        failed: Callable[[GridwallError], None],
    ) -> None:
        """Fetches a clip and gives it a camera called `name`."""
        camera_id = CameraId(f"{CLIP_PREFIX}{sha[:16]}")
        if camera_id in self._cameras:
            then(camera_id)
            return

        def arrived(feed: LoopingFeed) -> None:
            try:
                url = self._mounted(camera_id, feed)
            except GridwallError as error:
                failed(error)
                return
            self._cameras[camera_id] = Camera(camera_id, name, main_url=url)
            then(camera_id)

        self._errands.run(lambda: LoopingFeed(*read_packets(self._stored(sha))), arrived, failed)

    def close(self) -> None:
        """Stops serving. Twice is harmless."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._cameras.clear()

    def _mounted(self, camera_id: CameraId, feed: LoopingFeed) -> str:
        if self._server is None:
            server = RtspServerThread()
            server.start()
            self._server = server
        self._server.mount(camera_id, feed)
        return self._server.url(camera_id)

    def _stored(self, sha: str) -> Path:
        path = self._folder / f"{sha[:16]}.mp4"
        if path.exists():
            return path
        content = self._fetch(sha)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.replace(path)
            self._sweep()
        except OSError as error:
            raise GridwallError(f"the clip cannot be stored in {self._folder}: {error}") from error
        return path

    def _sweep(self) -> None:
        files = sorted(self._folder.glob("*.mp4"), key=lambda file: file.stat().st_mtime)
        for file in files[:-KEPT_COUNT]:
            file.unlink(missing_ok=True)


class SeatNames:
    """Numbers and names for tiles: the register's, and those of clips on the shelf."""

    def __init__(self, directory: CameraDirectory, shelf: ClipShelf) -> None:
        self._directory = directory
        self._shelf = shelf

    def number_of(self, camera_id: str) -> int | None:
        return self._directory.number_of(camera_id)

    def name_of(self, camera_id: str) -> str:
        clip = self._shelf.camera(CameraId(camera_id))
        return clip.name if clip is not None else self._directory.name_of(camera_id)
