"""EvidenceDesk: pictures and clips of alerts, stored before the event that names them goes out.

A gateway that is away must not hold an alert: after EVIDENCE_WAIT_S it goes out without
pictures, and an update brings them when they could be stored. Publishing is first in, first out,
so that nobody hears of an update before its alert.
Threads: one of its own that publishes, a small pool that stores; public methods from any.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import msgspec

from config.site import CameraId
from ingest.cameras.wants import ClipInfo
from ingest.clock import Clock
from ingest.errors import GridwallError
from ingest.feed.envelope import Event, Noun, new_event
from vision.alert_book import AlertEvent
from vision.alerts import AlertVerb
from vision.boxes import grown
from vision.detector import Picture
from vision.pictures import crop, jpeg, size_px

_log = logging.getLogger(__name__)

#: An alert waits no longer than this for its pictures.
EVIDENCE_WAIT_S = 0.7
#: After a failure alerts do not wait at all for this long.
AWAY_S = 10.0
#: How long storing is tried; the clip is worth more patience than one picture.
PICTURE_DEADLINE_S = 30.0
CLIP_DEADLINE_S = 120.0
#: Evidence waiting to be stored; beyond it new evidence is dropped, counted and logged.
STORING_MAX = 64
#: Events waiting to be published; the worker waits when it is full (events never drop).
QUEUE_MAX = 1_000
#: Margin around the crop, in sizes of the box.
CROP_MARGIN = 0.15


class EventSink(Protocol):
    """What is used of `ingest.feed.publisher.Publisher`."""

    def publish(self, event: Event) -> None: ...


class EvidenceSink(Protocol):
    """What is used of `ingest.evidence.EvidenceClient`."""

    def put(self, content: bytes, content_type: str = ..., *, deadline_s: float = ...) -> str: ...


class ClipSource(Protocol):
    """What is used of `ingest.cameras.lease.CameraLease`."""

    def clip(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path
    ) -> Future[ClipInfo]: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """News for the alert book: evidence that was stored, or a clip that will not come.

    `told`: the event that went out already carried it.
    """

    camera_id: CameraId
    alert_id: str
    snapshot: str | None = None
    crop: str | None = None
    clip: str | None = None
    told: bool = False
    clip_failed: bool = False


@dataclass(frozen=True, slots=True)
class _Raised:
    event: AlertEvent
    picture: Picture
    mono_ns: int


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How much of what is kept."""

    source: str
    clip_folder: Path
    pre_roll_s: float = 5.0
    post_roll_s: float = 5.0
    jpeg_quality: int = 88


class EvidenceDesk:
    """See module."""

    def __init__(
        self,
        settings: EvidenceSettings,
        publisher: EventSink,
        store: EvidenceSink,
        clips: ClipSource | None,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._publisher = publisher
        self._store = store
        self._clips = clips
        self._clock = clock
        self._queue: queue.Queue[_Raised | AlertEvent | None] = queue.Queue(QUEUE_MAX)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="ThreadPoolExecutor-evidence")
        self._storing = threading.BoundedSemaphore(STORING_MAX)
        self._news: deque[Stored] = deque()
        self._away_until_s = 0.0
        self._closing = False
        self.dropped_count = 0
        self.published_count = 0
        self._thread = threading.Thread(target=self._run, name="evidence-desk", daemon=True)

    def start(self) -> None:
        self._settings.clip_folder.mkdir(parents=True, exist_ok=True)
        for left_over in self._settings.clip_folder.glob("*.mp4"):
            left_over.unlink(missing_ok=True)
        self._thread.start()

    def submit_raised(self, event: AlertEvent, picture: Picture, mono_ns: int) -> None:
        """Takes a raised alert with its picture (an owned copy) and the moment of the picture."""
        self._queue.put(_Raised(event, picture, mono_ns))

    def submit(self, event: AlertEvent) -> None:
        """Takes an event that needs no new evidence."""
        self._queue.put(event)

    def news(self) -> list[Stored]:
        """What was stored since the last call."""
        found = []
        while self._news:
            found.append(self._news.popleft())
        return found

    def close(self, timeout_s: float = 5.0) -> None:
        """Publishes what is waiting, gives up what is being stored. Twice is harmless."""
        if self._closing:
            return
        self._closing = True
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                if isinstance(job, _Raised):
                    self._publish_raised(job)
                else:
                    self._publish(job)
            except Exception:  # noqa: BLE001 - boundary of the thread: the next alert must go out
                _log.exception("an alert event could not be published")

    def _publish(self, event: AlertEvent) -> None:
        self._publisher.publish(
            new_event(
                Noun.ALERT,
                event.verb.value,
                event.data,
                source=self._settings.source,
                utc_ns=self._clock.utc_ns(),
            )
        )
        self.published_count += 1

    def _publish_raised(self, job: _Raised) -> None:
        data = job.event.data
        futures = tuple(self._put(each, "image/jpeg") for each in self._encoded(job))
        names = self._awaited(futures)
        told = len(names) == 2 and all(names)
        if told:
            data = msgspec.structs.replace(data, snapshot=names[0], crop=names[1])
        self._publish(AlertEvent(AlertVerb.RAISED, data))
        stored = Stored(data.camera_id, data.alert_id, told=told)
        if told:
            self._news.append(Stored(data.camera_id, data.alert_id, names[0], names[1], told=True))
        else:
            self._tell_when_stored(stored, futures)
        self._order_clip(job)

    def _encoded(self, job: _Raised) -> tuple[bytes, ...]:
        """JPEG of the whole picture and of the part the alert is about; none when it is broken."""
        try:
            return self._jpegs(job)
        except (ValueError, cv2.error) as error:
            _log.error("alert %s goes out without pictures: %s", job.event.data.alert_id, error)
            return ()

    def _jpegs(self, job: _Raised) -> tuple[bytes, bytes]:
        width, height = size_px(job.picture)
        left, top, right, bottom = grown(job.event.data.box_norm, CROP_MARGIN)
        quality = self._settings.jpeg_quality
        x1, y1 = min(width - 4, int(left * width)), min(height - 4, int(top * height))
        x2, y2 = max(x1 + 4, round(right * width)), max(y1 + 4, round(bottom * height))
        part = crop(job.picture, x1, y1, x2, y2)
        return jpeg(job.picture, quality), jpeg(part, quality)

    def _put(
        self, content: bytes, content_type: str, deadline_s: float = PICTURE_DEADLINE_S
    ) -> Future[str] | None:
        """Stores in the pool; None when too much is waiting already."""
        if not self._storing.acquire(blocking=False):
            self.dropped_count += 1
            _log.error("evidence of an alert is lost: %d pieces wait to be stored", STORING_MAX)
            return None

        def put() -> str:
            try:
                return self._store.put(content, content_type, deadline_s=deadline_s)
            finally:
                self._storing.release()

        return self._pool.submit(put)

    def _awaited(self, futures: tuple[Future[str] | None, ...]) -> list[str | None]:
        """Names of what was stored within the bound; None for the rest."""
        wait_s = 0.0 if time.monotonic() < self._away_until_s else EVIDENCE_WAIT_S
        end_s = time.monotonic() + wait_s
        names: list[str | None] = []
        for future in futures:
            left_s = max(0.0, end_s - time.monotonic())
            try:
                names.append(None if future is None else future.result(left_s))
            except (FutureTimeout, GridwallError):
                names.append(None)
        if not all(names) and wait_s:
            _log.warning("the evidence store is away: alerts go out, pictures follow")
            self._away_until_s = time.monotonic() + AWAY_S
        return names

    def _tell_when_stored(self, stored: Stored, futures: tuple[Future[str] | None, ...]) -> None:
        """Reports pictures that are stored after their alert went out, each when it is."""
        for field, future in zip(("snapshot", "crop"), futures, strict=False):
            if future is not None:
                future.add_done_callback(self._teller(stored, field))

    def _teller(self, stored: Stored, field: str) -> Callable[[Future[str]], None]:
        def tell(future: Future[str]) -> None:
            if not future.cancelled() and future.exception() is None:
                name = future.result()
                self._news.append(
                    Stored(
                        stored.camera_id,
                        stored.alert_id,
                        snapshot=name if field == "snapshot" else None,
                        crop=name if field == "crop" else None,
                        clip=name if field == "clip" else None,
                    )
                )
            elif field == "clip":
                self._news.append(Stored(stored.camera_id, stored.alert_id, clip_failed=True))

        return tell

    def _order_clip(self, job: _Raised) -> None:
        data = job.event.data
        if self._clips is None:
            self._news.append(Stored(data.camera_id, data.alert_id, clip_failed=True))
            return
        path = self._settings.clip_folder / f"{data.alert_id}.mp4"
        future = self._clips.clip(
            data.camera_id,
            job.mono_ns - round(self._settings.pre_roll_s * 1e9),
            job.mono_ns + round(self._settings.post_roll_s * 1e9),
            path,
        )
        future.add_done_callback(lambda done: self._clip_cut(done, data.camera_id, data.alert_id))

    def _clip_cut(self, done: Future[ClipInfo], camera_id: CameraId, alert_id: str) -> None:
        """Runs in the lease's thread: reads the clip and hands it to the pool."""
        stored = Stored(camera_id, alert_id)
        if self._closing or done.cancelled():
            return
        error = done.exception()
        if error is not None:
            _log.warning("camera %s: no clip of alert %s: %s", camera_id, alert_id, error)
            self._news.append(Stored(camera_id, alert_id, clip_failed=True))
            return
        path = Path(done.result().path)
        content = path.read_bytes()
        path.unlink(missing_ok=True)
        future = self._put(content, "video/mp4", CLIP_DEADLINE_S)
        if future is None:
            self._news.append(Stored(camera_id, alert_id, clip_failed=True))
        else:
            future.add_done_callback(self._teller(stored, "clip"))
