"""RecentLife: the last ten minutes of a camera as the rules saw them, on disk, to try zones on.

A record is a moment, what the detector found, and a small grey picture; where nothing moved the
picture is left out. Written as it happens, one file a minute, the oldest removed: bounded in time
and in bytes. A disk that refuses costs the trial, never the analysis.
"""

from __future__ import annotations

import hashlib
import logging
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import cv2
import msgspec
import numpy as np
from msgspec import Struct

from config.site import CameraId
from vision.detections import Detections, detections_of
from vision.detector import Picture
from vision.pictures import luma, size_px

_log = logging.getLogger(__name__)

#: How far back a trial reaches.
KEPT_S = 600.0
SEGMENT_S = 60.0
#: Bytes a camera may take: ten minutes of a busy street at two pictures a second need 9 MB.
BYTES_MAX = 16 << 20
WIDTH_PX = 320
JPEG_QUALITY = 70
#: A picture is kept at least this often, even where nothing moves.
PICTURE_S = 4.0
_LENGTH = struct.Struct("<I")


class RecentRecord(Struct, frozen=True, array_like=True):
    """One picture as the rules saw it.

    Attributes:
        boxes: (x1, y1, x2, y2, score, class index) of each detection, boxes in 0..1; None where
            the gate was closed.
        picture: grey JPEG, WIDTH_PX wide; None where nothing moved since the last.
        view: where the camera looked.
    """

    utc_ns: int
    boxes: list[tuple[float, float, float, float, float, int]] | None
    picture: bytes | None
    view: str = ""


class RecentLife:
    """One camera's folder of segments. Threads: `take` the worker's one."""

    def __init__(self, folder: Path, camera_id: CameraId) -> None:
        digest = hashlib.sha256(str(camera_id).encode()).hexdigest()[:16]
        self.folder = folder / digest
        self._camera_id = camera_id
        self._file: BinaryIO | None = None
        self._segment_utc_ns = 0
        self._pictured_utc_ns = 0
        self._is_broken = False

    def take(
        self, picture: Picture, detections: Detections | None, utc_ns: int, view: str = ""
    ) -> None:
        """Keeps a picture; after the disk refused once, nothing more."""
        if self._is_broken:
            return
        try:
            self._write(self._record(picture, detections, utc_ns, view))
        except (OSError, ValueError, cv2.error) as error:
            self._is_broken = True
            self.close()
            _log.warning(
                "camera %s: its last minutes are not kept, zones cannot be tried on them: %s",
                self._camera_id, error,
            )  # fmt: skip

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _record(
        self, picture: Picture, detections: Detections | None, utc_ns: int, view: str
    ) -> RecentRecord:
        boxes = None
        if detections is not None:
            width, height = size_px(picture)
            scaled = detections.xyxy / (width, height, width, height)
            rows = zip(
                np.round(scaled, 4).tolist(),
                np.round(detections.score, 3).tolist(),
                detections.class_index.tolist(),
                strict=True,
            )
            boxes = [(*box, score, index) for box, score, index in rows]
        wanted = detections is not None or utc_ns - self._pictured_utc_ns >= PICTURE_S * 1e9
        if wanted:
            self._pictured_utc_ns = utc_ns
        return RecentRecord(utc_ns, boxes, _small_jpeg(picture) if wanted else None, view)

    def _write(self, record: RecentRecord) -> None:
        if self._file is None or record.utc_ns - self._segment_utc_ns >= SEGMENT_S * 1e9:
            self._next_segment(record.utc_ns)
        assert self._file is not None
        body = msgspec.msgpack.encode(record)
        self._file.write(_LENGTH.pack(len(body)) + body)
        self._file.flush()

    def _next_segment(self, utc_ns: int) -> None:
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        _remove_old(self.folder, utc_ns)
        self._segment_utc_ns = utc_ns
        self._pictured_utc_ns = 0  # every segment begins with a picture
        self._file = (self.folder / f"{utc_ns:020d}.life").open("ab")


def read_recent(folder: Path, now_utc_ns: int) -> Iterator[RecentRecord]:
    """The records of the last KEPT_S, oldest first; a torn end of a segment is left out."""
    for path in sorted(folder.glob("*.life")):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # it became too old just now
        at = 0
        while at + _LENGTH.size <= len(content):
            (length,) = _LENGTH.unpack_from(content, at)
            body = content[at + _LENGTH.size : at + _LENGTH.size + length]
            at += _LENGTH.size + length
            if len(body) < length:
                break
            try:
                record = msgspec.msgpack.decode(body, type=RecentRecord)
            except msgspec.MsgspecError:
                break
            if 0 <= now_utc_ns - record.utc_ns <= KEPT_S * 1e9:
                yield record


def detections_in(record: RecentRecord, width_px: int, height_px: int) -> Detections | None:
    """What the detector found, in pixels of a picture of that size."""
    if record.boxes is None:
        return None
    if not record.boxes:
        return Detections.none()
    rows = np.array(record.boxes, np.float64)
    scale = (width_px, height_px, width_px, height_px)
    return detections_of(rows[:, :4] * scale, rows[:, 4], rows[:, 5].astype(int))


def picture_of(content: bytes) -> Picture:
    """The kept picture as BGR. Raises ValueError where it is none."""
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ValueError("a kept picture cannot be read")
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def _small_jpeg(picture: Picture) -> bytes:
    grey = luma(picture)
    height, width = grey.shape
    step = max(1, width // (2 * WIDTH_PX))
    coarse = np.ascontiguousarray(grey[::step, ::step])
    size = min(WIDTH_PX, width), max(8, round(min(WIDTH_PX, width) * height / width))
    small = cv2.resize(coarse, size, interpolation=cv2.INTER_AREA)
    good, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not good:
        raise ValueError(f"cannot encode a picture of shape {grey.shape}")
    return bytes(encoded.tobytes())


def _remove_old(folder: Path, now_utc_ns: int) -> None:
    """Segments beyond KEPT_S (and the one that may still reach into it), and beyond BYTES_MAX."""
    kept = 0
    for path in sorted(folder.glob("*.life"), reverse=True):
        age_s = (now_utc_ns - int(path.stem)) / 1e9
        kept += path.stat().st_size
        if age_s > KEPT_S + SEGMENT_S or age_s < 0 or kept > BYTES_MAX:
            path.unlink(missing_ok=True)
