"""ThumbnailShelf: the last picture of every camera this seat has shown, small, with its age.

Takes what the wall has already decoded (a hidden tile's is the last key frame) and never asks
for a stream. Kept as small JPEG files in the user's own folder, at most one a camera of the
register; a file's modification time is the picture's own time.

Threads: GUI thread; files are written and read on errand threads.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QByteArray, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageWriter

from config.site import CameraId
from console.bridge.gui_thread import Errands
from console.bridge.image_bytes import decoded_image
from console.bridge.tile_image import PictureSource
from console.state.tiles import WHOLE
from console.state.wall import WallState
from ingest.clock import Clock
from ingest.errors import GridwallError

_log = logging.getLogger(__name__)

#: A kept picture; 7 kB as JPEG, so 70 MB for ten thousand cameras.
SIZE_PX = (320, 180)
#: … and what it is scaled down from at least, where there is that much.
TAKEN_PX = (2 * SIZE_PX[0], 2 * SIZE_PX[1])
QUALITY = 72
#: One open camera is kept at each look; the same one at most this often.
LOOK_MS = 1_000
#: Pictures held in memory, 0.2 MB each; the others are read again.
READ_COUNT = 128
KEEP_EVERY_S = 20.0


class Thumbnail(Struct, frozen=True):
    """A camera's last picture. `is_open`: it comes from a picture on the wall now."""

    image: QImage
    taken_utc_ns: int
    is_open: bool = False

    def age_s(self, now_utc_ns: int) -> float:
        return max(0.0, (now_utc_ns - self.taken_utc_ns) / 1e9)


def thumbnail_folder(state_folder: Path, site_key: str) -> Path:
    """Where a person's pictures of one site are; `site_key` is a folder or a hub address."""
    return state_folder / "thumbnails" / hashlib.sha256(site_key.encode()).hexdigest()[:12]


class ThumbnailShelf(QObject):
    """`arrived(camera_id)`: a kept picture was read, or is known not to exist."""

    arrived = Signal(str)

    def __init__(
        self,
        wall: WallState,
        source: PictureSource,
        errands: Errands,
        folder: Path,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wall, self._source = wall, source
        self._errands, self._folder, self._clock = errands, folder, clock
        self._kept_mono_ns: dict[CameraId, int] = {}
        self._read: OrderedDict[CameraId, Thumbnail | None] = OrderedDict()
        self._failed = False
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.keep_one)
        self._look.start()

    def close(self) -> None:
        """Keeps nothing any more. Twice is harmless."""
        self._look.stop()

    def now(self, camera_id: CameraId) -> Thumbnail | None:
        """The camera's picture as far as it is at hand: from the wall, else as it was kept.

        None: there is none yet; `arrived` tells when a kept one was read.
        """
        shown = self._from_wall(camera_id)
        if shown is not None:
            return shown
        if camera_id not in self._read:
            self._remember(camera_id, None)
            path = self._path(camera_id)
            self._errands.run(
                lambda: _read(path),
                lambda found: self._take(camera_id, found),
                lambda error: _log.info("no kept picture of %s: %s", camera_id, error),
            )
        return self._read[camera_id]

    def keep_one(self) -> None:
        """Keeps the picture of the open camera that waits longest; called once a second."""
        now = self._clock.mono_ns()
        tiles = (self._wall.tile(address) for address in self._wall.addresses())
        kept = {
            tile.camera_id: self._kept_mono_ns.get(tile.camera_id)
            for tile in tiles
            if tile.camera_id is not None
        }
        due = [
            (when or 0, camera_id)
            for camera_id, when in kept.items()
            if when is None or now - when >= KEEP_EVERY_S * 1e9
        ]
        for _when, camera_id in sorted(due):
            found = self._from_wall(camera_id)
            if found is not None:
                self._kept_mono_ns[camera_id] = now
                self._keep(camera_id, found)
                return

    def sweep(self, known: Iterable[CameraId]) -> None:
        """Throws away pictures of cameras the register does not know any more."""
        names = {self._path(camera_id).name for camera_id in known}
        folder = self._folder

        def throw_away() -> None:
            for path in folder.glob("*.jpg"):
                if path.name not in names:
                    path.unlink(missing_ok=True)

        self._errands.run(throw_away, lambda _none: None, self._on_failed)

    # -- inside

    def _from_wall(self, camera_id: CameraId) -> Thumbnail | None:
        for address in self._wall.tiles_of(camera_id):
            feed = self._source.feed(address)
            if feed is None or self._wall.tile(address).region_norm != WHOLE:
                continue
            image = feed.image()
            if image is None:
                continue
            shown = image.coarse_image(TAKEN_PX)
            if shown.isNull():
                continue
            small = shown.scaled(
                QSize(*SIZE_PX),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            if feed.still_valid():
                age_ns = self._clock.mono_ns() - image.received_mono_ns
                return Thumbnail(small, self._clock.utc_ns() - age_ns, is_open=True)
        return None

    def _keep(self, camera_id: CameraId, found: Thumbnail) -> None:
        self._remember(camera_id, Thumbnail(found.image, found.taken_utc_ns))
        path = self._path(camera_id)
        self._errands.run(lambda: _write(path, found), lambda _none: None, self._on_failed)

    def _take(self, camera_id: CameraId, found: Thumbnail | None) -> None:
        if self._read.get(camera_id) is None:
            self._remember(camera_id, found)
        self.arrived.emit(camera_id)

    def _remember(self, camera_id: CameraId, found: Thumbnail | None) -> None:
        self._read[camera_id] = found
        self._read.move_to_end(camera_id)
        while len(self._read) > READ_COUNT:
            self._read.popitem(last=False)

    def _on_failed(self, error: GridwallError) -> None:
        if not self._failed:
            _log.info("last pictures cannot be kept in %s: %s", self._folder, error)
        self._failed = True

    def _path(self, camera_id: CameraId) -> Path:
        """Ids may hold what no file name may: their digest is the name."""
        return self._folder / f"{hashlib.sha256(camera_id.encode()).hexdigest()[:24]}.jpg"


class ThumbnailsUnusable(GridwallError):
    """The folder of kept pictures cannot be written."""


def _write(path: Path, found: Thumbnail) -> None:
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        writer = QImageWriter(str(fresh), QByteArray(b"jpg"))
        writer.setQuality(QUALITY)
        if not writer.write(found.image):
            raise ThumbnailsUnusable(f"{fresh} cannot be written")
        os.utime(fresh, ns=(found.taken_utc_ns, found.taken_utc_ns))
        fresh.replace(path)
    except OSError as error:
        raise ThumbnailsUnusable(str(error)) from error


def _read(path: Path) -> Thumbnail | None:
    try:
        taken_utc_ns = path.stat().st_mtime_ns
        image = decoded_image(path.read_bytes())
    except OSError:
        return None
    return None if image.isNull() else Thumbnail(image, taken_utc_ns)
