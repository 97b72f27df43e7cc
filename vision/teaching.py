"""Teaching: what operators said about alerts, given to the cameras it is about, and kept.

Threads: the worker's one.
"""

from __future__ import annotations

import logging
from datetime import tzinfo

from config.site import CameraId
from vision.ears import FeedMark
from vision.learnt import LearntPlaces, Verdict
from vision.learnt_file import LearntFile, LearntRecord

_log = logging.getLogger(__name__)


class Teaching:
    """See module. `mark`: how far of the feed was heard when the file was written last."""

    def __init__(self, file: LearntFile | None, zone_info: tzinfo | None) -> None:
        self._file = file
        self._zone_info = zone_info
        record = LearntRecord() if file is None else file.load()
        self.mark = record.mark
        self._places = {
            CameraId(name): LearntPlaces(rejections, zone_info)
            for name, rejections in record.cameras.items()
        }

    def places(self, camera_id: CameraId) -> LearntPlaces:
        """What was learnt of a camera; the same object for as long as the worker lives."""
        return self._places.setdefault(camera_id, LearntPlaces((), self._zone_info))

    def take(self, verdict: Verdict) -> None:
        """Learns it; `keep` makes it last."""
        self.places(verdict.camera_id).take(verdict)
        _log.info(
            "camera %s: %s at %s was %s by an operator",
            verdict.camera_id,
            verdict.kind.value,
            verdict.box,
            verdict.outcome.value,
        )

    def keep(self, mark: FeedMark, now_utc_ns: int) -> None:
        """Writes what is not too old."""
        for places in self._places.values():
            places.expire(now_utc_ns)
        self.mark = mark
        if self._file is None:
            return
        cameras = {str(key): each.rejections for key, each in self._places.items()}
        try:
            self._file.save(
                LearntRecord(mark, {key: each for key, each in cameras.items() if each})
            )
        except OSError as error:
            _log.warning("what was learnt cannot be kept over a restart: %s", error)
