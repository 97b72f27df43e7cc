"""Event → alert: how long after a car has stopped for the zone's limit its alert is published.

A whole worker (rings, schedule, gate, batches, tracker, rules, evidence desk) runs in real time on
painted streets, one car driving in and stopping at each camera at another moment. The detector does
all of its work on every picture; what it says is replaced by what was painted, so that only time
is measured. Pictures are made by this process, too: its decoding stands for the cameras'.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from config.load import load_site
from config.site import CameraId
from ingest.cameras.health import StreamHealth, StreamState
from ingest.cameras.wants import CameraSource, CameraStatus, FrameWant, RingInfo, ring_key
from ingest.clock import SystemClock
from ingest.evidence import EvidenceStore
from ingest.feed.envelope import Event
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.frames.ring import RingWriter
from ingest.stop import StopToken
from vision.alerts import AlertData
from vision.detections import Detections, detections_of
from vision.detector import Detector, Picture
from vision.evidence import EvidenceDesk, EvidenceSettings
from vision.memory import WorkerMemory
from vision.models import OperatingPoints
from vision.pictures import planes, to_i420
from vision.worker import VisionWorker

WIDTH_PX, HEIGHT_PX = 1280, 720
FPS = 2.0
LIMIT_S = 5.0
#: Cars drive for this long before they stop, and stop within this span of each other.
DRIVE_S = 2.5
FIRST_STOP_S, STOPS_WITHIN_S = 6.0, 12.0
#: An alert later than this is none.
PATIENCE_S = 12.0
_CAR_PX = (160, 80)
_STOP_PX = (600, 420)


@dataclass(frozen=True, slots=True)
class AlertDelays:
    """Seconds from (stop + limit) to the published alert. `missed`: cameras without an alert."""

    cameras: int
    p50_s: float
    p95_s: float
    max_s: float
    missed: int
    longest_wait_s: float
    dropped: int


class _Rings:
    """Stands for the lease: every camera has a ring this bench writes."""

    status_version = 1

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._wants: Sequence[FrameWant] = ()
        self.writers = {
            name: RingWriter.create(
                folder, CameraId(name), WidthClass.NATIVE, WIDTH_PX, HEIGHT_PX,
                PixelFormat.I420, FPS,
            )
            for name in names
        }  # fmt: skip

    def set_wants(self, sources: Sequence[CameraSource], wants: Sequence[FrameWant]) -> None:
        self._wants = wants

    def status(self) -> Mapping[CameraId, CameraStatus]:
        return {want.camera_id: self._status(want) for want in self._wants}

    def _status(self, want: FrameWant) -> CameraStatus:
        path = str(self.writers[str(want.camera_id)].path)
        ring = RingInfo(path, WIDTH_PX, HEIGHT_PX, PixelFormat.I420, FPS)
        health = StreamHealth(want.camera_id, StreamState.LIVE, FPS, 0)
        return CameraStatus(health, {ring_key(want): ring})

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()


class _Painted:
    """A detector that works as the real one does and says what was painted.

    The car's place is in the first pixels of the brightness: 0 or 1, and its left edge in two bytes.
    """

    def __init__(self, real: Detector) -> None:
        self._real = real
        self.names, self.stamp = real.names, real.stamp
        self._car = real.names.index("car")

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        self._real.detect(pictures, floor)
        return [self._said(picture) for picture in pictures]

    def _said(self, picture: Picture) -> Detections:
        shown, high, low = (int(value) for value in picture[0, :3])
        if picture.shape[0] < HEIGHT_PX or not shown:
            return Detections.none()
        left = float(high * 256 + low)
        box = (left, float(_STOP_PX[1]), left + _CAR_PX[0], float(_STOP_PX[1] + _CAR_PX[1]))
        return detections_of(np.array([box]), np.array([0.8]), np.array([self._car]))

    def close(self) -> None:
        """The real one is the caller's."""


class _Sink:
    """Takes events and evidence as the hub would; remembers when alerts came."""

    def __init__(self, folder: Path) -> None:
        self._store = EvidenceStore(folder)
        self.raised_s: dict[str, float] = {}

    def publish(self, event: Event) -> None:
        if event.verb == "raised":
            camera = str(event.decode_data(AlertData).camera_id)
            self.raised_s.setdefault(camera, time.monotonic())

    def put(self, content: bytes, content_type: str = "", *, deadline_s: float = 1.0) -> str:
        return self._store.put(content)


def alert_delays(detector: Detector, points: OperatingPoints, cameras: int) -> AlertDelays:
    """Runs for half a minute and measures."""
    names = [f"cam-{number}" for number in range(cameras)]
    with tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder:
        root = Path(folder)
        _write_site(root, names)
        rings, sink, clock = _Rings(root / "rings", names), _Sink(root / "evidence"), SystemClock()
        desk = EvidenceDesk(EvidenceSettings("/bench", root / "clips"), sink, sink, None, clock)
        worker = VisionWorker(
            load_site(root), _Painted(detector), points, rings, desk,
            WorkerMemory(root / "memory.json"), clock,
            recent_folder=root / "recent",
        )  # fmt: skip
        stop = StopToken()
        thread = threading.Thread(target=worker.run, args=(stop,), name="bench-worker")
        desk.start()
        thread.start()
        try:
            stops_s = _play(rings, names)
        finally:
            stop.stop()
            thread.join(10.0)
            report = worker.report()
            worker.close()
            desk.close()
            rings.close()
    delays = sorted(
        sink.raised_s[name] - stops_s[name] - LIMIT_S for name in names if name in sink.raised_s
    )
    return AlertDelays(
        cameras,
        round(statistics.median(delays), 3) if delays else float("nan"),
        round(delays[min(len(delays) - 1, int(0.95 * len(delays)))], 3) if delays else float("nan"),
        round(delays[-1], 3) if delays else float("nan"),
        cameras - len(delays),
        report.longest_wait_s,
        report.dropped,
    )


def _write_site(root: Path, names: Sequence[str]) -> None:
    (root / "site.toml").write_text('name = "bench"\n')
    rows = [f"{name},{name},rtsp://127.0.0.1/{name}" for name in names]
    (root / "cameras.csv").write_text("\n".join(["id,name,main_url", *rows]) + "\n")
    zones = [
        f'[[zone]]\nid = "{name}-z"\ncamera = "{name}"\nkind = "no_parking"\n'
        f"limit_s = {LIMIT_S}\npolygon = [[0, 0], [1, 0], [1, 1], [0, 1]]\n"
        for name in names
    ]
    (root / "zones.toml").write_text("".join(zones))


def _play(rings: _Rings, names: Sequence[str]) -> dict[str, float]:
    """Writes pictures in real time, each camera at its own beat; when its car stopped."""
    random = np.random.default_rng(11)
    coarse = random.integers(60, 140, (45, 80, 3), dtype=np.uint8)
    street = np.asarray(cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX)), np.uint8)
    face = cv2.resize(random.integers(0, 255, (6, 12, 3), dtype=np.uint8), _CAR_PX)
    begun_s = time.monotonic()
    stops_s = {
        name: begun_s + FIRST_STOP_S + float(random.uniform(0, STOPS_WITHIN_S)) for name in names
    }
    end_s = begun_s + FIRST_STOP_S + STOPS_WITHIN_S + LIMIT_S + PATIENCE_S
    due = [(begun_s + number / len(names) / FPS, name) for number, name in enumerate(names)]
    while due[0][0] < end_s:
        at_s, name = due.pop(0)
        time.sleep(max(0.0, at_s - time.monotonic()))
        picture = _painted(street, np.asarray(face, np.uint8), at_s - stops_s[name])
        shown = [(plane.tobytes(), plane.shape[1]) for plane in planes(picture)]
        rings.writers[name].write(shown, 0, time.monotonic_ns(), time.time_ns())
        due.append((at_s + 1 / FPS, name))
    return stops_s


def _painted(street: Picture, face: Picture, since_stop_s: float) -> Picture:
    """The street with the car where it is by then."""
    if since_stop_s < -DRIVE_S:
        picture = to_i420(street)
        picture[0, :3] = 0
        return picture
    share = min(1.0, 1.0 + since_stop_s / DRIVE_S)
    left, top = round(_STOP_PX[0] * share), _STOP_PX[1]
    painted = street.copy()
    painted[top : top + _CAR_PX[1], left : left + _CAR_PX[0]] = face
    picture = to_i420(np.asarray(painted, np.uint8))
    picture[0, :3] = (1, left // 256, left % 256)
    return picture
