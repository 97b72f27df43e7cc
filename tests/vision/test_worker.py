"""The worker on real rings: one camera's fault is its own, zones reload live, dwell survives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.load import load_site
from config.site import CameraId, Zone
from ingest.cameras.health import StreamHealth, StreamState
from ingest.cameras.wants import CameraSource, CameraStatus, FrameWant, RingInfo, ring_key
from ingest.clock import ManualClock
from ingest.evidence import EvidenceStore
from ingest.feed.envelope import Event
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.frames.ring import RingWriter
from tests.feed_kit import wait_for
from tests.vision.street import HEIGHT_PX, NAMES, WIDTH_PX, Actor, Street
from vision.alerts import AlertData, AlertKind
from vision.asked import TrialAsked, TrialDone
from vision.detections import Detections
from vision.detector import Picture
from vision.ears import Ears, FeedMark, Heard
from vision.evidence import EvidenceDesk, EvidenceSettings
from vision.learnt import Outcome, Verdict
from vision.learnt_file import LearntFile
from vision.memory import WorkerMemory
from vision.models import OperatingPoints
from vision.pictures import planes, to_i420
from vision.teaching import Teaching
from vision.track_news import TracksSeenData
from vision.trial import TrialDesk
from vision.worker import VisionWorker

CAMERAS = ("cam-1", "cam-2")
PARKED = Actor("car", [(-1, 0.5, 0.6), (500, 0.5, 0.6)])
ZONE = """
[[zone]]
id = "{camera}-kerb"
camera = "{camera}"
kind = "no_parking"
limit_s = {limit_s}
polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]
"""


class Rings:
    """Stands for the lease: every camera has a ring this test writes."""

    def __init__(self, folder: Path) -> None:
        self.status_version = 1
        self.wants: Sequence[FrameWant] = ()
        self.writers = {
            name: RingWriter.create(
                folder, CameraId(name), WidthClass.NATIVE, WIDTH_PX, HEIGHT_PX, PixelFormat.I420, 2
            )
            for name in CAMERAS
        }

    def set_wants(self, sources: Sequence[CameraSource], wants: Sequence[FrameWant]) -> None:
        self.wants = wants

    def status(self) -> Mapping[CameraId, CameraStatus]:
        return {want.camera_id: self._status(want) for want in self.wants}

    def _status(self, want: FrameWant) -> CameraStatus:
        path = str(self.writers[want.camera_id].path)
        ring = RingInfo(path, WIDTH_PX, HEIGHT_PX, PixelFormat.I420, 2.0)
        health = StreamHealth(want.camera_id, StreamState.LIVE, 2.0, 0)
        return CameraStatus(health, {ring_key(want): ring})


class TruthfulDetector:
    """Says what the street shows now; fails for pictures of a camera the test names."""

    names = NAMES
    stamp = "truth@0"

    def __init__(self, street: Street, clock: ManualClock) -> None:
        self._street, self._clock = street, clock
        self.refused: set[int] = set()

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        if any(int(picture[0, 0]) in self.refused for picture in pictures):
            raise ValueError("a picture the detector cannot take")
        return [self._street.detections(self._clock.mono_ns() / 1e9) for _ in pictures]

    def close(self) -> None: ...


class Kit:
    """Site folder, rings, street and the workers that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.street = Street([PARKED])
        self.detector = TruthfulDetector(self.street, self.clock)
        self.rings = Rings(folder / "rings")
        self.events: list[tuple[str, AlertData]] = []
        self._store = EvidenceStore(folder / "evidence")
        self._desks: list[EvidenceDesk] = []
        (folder / "site.toml").write_text('name = "Test"\n')
        rows = [f"{name},{name},rtsp://127.0.0.1/{name}" for name in CAMERAS]
        (folder / "cameras.csv").write_text("\n".join(["id,name,main_url", *rows]) + "\n")
        self.write_zones(10)

    def write_zones(self, limit_s: float, cameras: Sequence[str] = CAMERAS) -> None:
        text = "".join(ZONE.format(camera=name, limit_s=limit_s) for name in cameras)
        (self.folder / "zones.toml").write_text(text)

    def publish(self, event: Event) -> None:
        self.events.append((event.verb, event.decode_data(AlertData)))

    def put(self, content: bytes, content_type: str = "", *, deadline_s: float = 1.0) -> str:
        return self._store.put(content)

    def worker(self, ears: Ears | None = None, **more: Any) -> VisionWorker:
        settings = EvidenceSettings("/worker/test", self.folder / "clips")
        desk = EvidenceDesk(settings, self, self, None, self.clock)
        desk.start()
        self._desks.append(desk)
        return VisionWorker(
            load_site(self.folder),
            self.detector,
            OperatingPoints(),
            self.rings,
            desk,
            WorkerMemory(self.folder / "memory.json"),
            self.clock,
            ears=ears,
            teaching=Teaching(LearntFile(self.folder / "learnt.json"), None),
            **more,
        )

    def live(self, worker: VisionWorker, seconds: float) -> None:
        """The street's life at 2 pictures a second, and the worker's rounds."""
        for _ in range(round(seconds * 2)):
            at_s = self.clock.mono_ns() / 1e9
            picture = to_i420(self.street.picture(at_s))
            for number, name in enumerate(CAMERAS):
                own = picture.copy()
                own[0, 0] = number
                shown = [(plane.tobytes(), plane.shape[1]) for plane in planes(own)]
                self.rings.writers[name].write(shown, 0, self.clock.mono_ns(), self.clock.utc_ns())
            while worker.step():
                pass
            self.clock.advance(0.5)

    def settle(self) -> None:
        for desk in self._desks:
            desk.close()
        self._desks.clear()

    def seen(self, camera: str) -> list[str]:
        self.settle()
        return [verb for verb, data in self.events if data.camera_id == camera]

    def close(self) -> None:
        self.settle()
        for writer in self.rings.writers.values():
            writer.close()


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    kit = Kit(tmp_path)
    yield kit
    kit.close()


def test_every_camera_gets_its_alert_with_evidence(kit: Kit) -> None:
    worker = kit.worker()
    kit.live(worker, 15)
    report = worker.report()
    worker.close()
    assert kit.seen("cam-1") == ["raised"]
    assert kit.seen("cam-2") == ["raised"]
    assert all(data.snapshot and data.crop for _, data in kit.events)
    assert report.cameras_live == 2
    assert report.alerts_raised == 2
    assert report.longest_wait_s <= 0.5


def test_what_moves_is_told_with_its_way_and_what_stands_is_not(kit: Kit) -> None:
    kit.street.actors.append(Actor("car", [(0, 0.1, 0.3), (20, 0.9, 0.3)]))
    told: list[TracksSeenData] = []
    worker = kit.worker(tell_tracks=told.append)
    kit.live(worker, 15)
    worker.close()
    mine = [event for event in told if event.camera_id == "cam-1"]
    assert {len(event.tracks) for event in mine} == {1}
    assert len({event.tracks[0].track_id for event in mine}) == 1
    points = [point for event in mine for point in event.tracks[0].points]
    assert len(points) >= 10
    ways = [x_norm for _, x_norm, _ in points]
    assert ways == sorted(ways)
    assert ways[-1] - ways[0] > 0.2
    assert all(abs(y_norm - 0.36) < 0.02 for _, _, y_norm in points)
    assert all(0 <= age_s <= 10 for age_s, _, _ in points)


@pytest.mark.logs_warnings("the fault is made on purpose")
def test_a_camera_whose_analysis_fails_disturbs_no_other(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = kit.worker()
    broken = worker._eyes[CameraId("cam-1")]

    def fail(*_: object) -> None:
        raise RuntimeError("made for the test")

    monkeypatch.setattr(broken.pipeline, "process", fail)
    kit.live(worker, 15)
    worker.close()
    assert kit.seen("cam-2") == ["raised"]
    assert worker.report().faults >= 5
    assert kit.seen("cam-1") == ["raised"], "after five faults its pipeline is made anew"


@pytest.mark.logs_warnings("the fault is made on purpose")
def test_a_picture_the_detector_refuses_spoils_no_batch(kit: Kit) -> None:
    worker = kit.worker()
    kit.detector.refused = {0}
    kit.live(worker, 15)
    worker.close()
    assert kit.seen("cam-1") == []
    assert kit.seen("cam-2") == ["raised"]


def test_zones_reload_under_a_running_worker(kit: Kit) -> None:
    kit.write_zones(10, ["cam-1"])
    worker = kit.worker()
    assert [want.camera_id for want in kit.rings.wants] == ["cam-1"]
    kit.live(worker, 12)
    kit.write_zones(6, ["cam-2"])
    kit.live(worker, 14)
    worker.close()
    assert kit.seen("cam-1") == ["raised", "cleared"]
    assert kit.seen("cam-2") == ["raised"]


@pytest.mark.logs_warnings("the site is broken on purpose")
def test_a_broken_zone_file_leaves_the_old_zones_in_force(kit: Kit) -> None:
    worker = kit.worker()
    kit.live(worker, 3)
    (kit.folder / "zones.toml").write_text("[[zone]\n")
    kit.live(worker, 12)
    worker.close()
    assert kit.seen("cam-1") == ["raised"]


@pytest.mark.parametrize("dies_at_s", [6, 13])
def test_a_worker_that_is_killed_and_started_again_raises_once(kit: Kit, dies_at_s: int) -> None:
    first = kit.worker()
    kit.live(first, dies_at_s)
    first.close()  # no orderly end: what counts was saved before
    second = kit.worker()
    kit.live(second, 20 - dies_at_s)
    second.close()
    assert kit.seen("cam-1") == ["raised"]
    raised = next(data for _, data in kit.events if data.camera_id == "cam-1")
    assert raised.since_utc.startswith("2026-01-01T00:00:00")


@pytest.mark.logs_warnings("the memory is broken on purpose")
def test_an_unreadable_memory_only_costs_the_dwell(kit: Kit) -> None:
    (kit.folder / "memory.json").write_bytes(b"\x00{}")
    worker = kit.worker()
    kit.live(worker, 15)
    worker.close()
    assert kit.seen("cam-1") == ["raised"]


def test_pictures_are_only_read_never_written(kit: Kit) -> None:
    worker = kit.worker()
    kit.live(worker, 1)
    reader = worker._eyes[CameraId("cam-1")].reader
    assert reader is not None
    frame = reader.newest()
    assert frame is not None
    assert not frame.pixels.flags.writeable
    worker.close()
    assert np.array(frame.pixels).any()


# -- what operators and PTZ cameras say


class ScriptedEars:
    """Says what the test puts into it."""

    def __init__(self, *said: Heard) -> None:
        self.said = list(said)
        self.mark = FeedMark("log", 7)
        self.away: set[str] = set()

    def heard(self) -> list[Heard]:
        said, self.said = self.said, []
        return said

    def fits(self, zone: Zone) -> bool:
        return str(zone.camera_id) not in self.away

    def view(self, camera_id: CameraId) -> str:
        return "elsewhere" if str(camera_id) in self.away else "home"


def rejected(kit: Kit, camera: str, outcome: Outcome = Outcome.REJECTED) -> Verdict:
    box = (0.44, 0.54, 0.56, 0.66)
    return Verdict(CameraId(camera), AlertKind.PARKING, box, outcome, kit.clock.utc_ns())


def test_a_camera_taught_by_rejections_is_quiet_and_the_others_are_not(kit: Kit) -> None:
    ears = ScriptedEars(*(rejected(kit, "cam-1") for _ in range(3)))
    sights: list[Any] = []
    worker = kit.worker(ears, tell_sight=sights.append)
    kit.live(worker, 20)
    worker.close()
    assert kit.seen("cam-1") == []
    assert kit.seen("cam-2") == ["raised"]
    quiet = [place for sight in sights if sight.camera_id == "cam-1" for place in sight.quiet]
    assert [quiet[-1].rejected_count, quiet[-1].held_count] == [3, 1]


def test_what_was_learnt_and_what_is_held_survive_a_restart_until_an_operator_takes_it_back(
    kit: Kit,
) -> None:
    first = kit.worker(ScriptedEars(*(rejected(kit, "cam-1") for _ in range(3))))
    kit.live(first, 20)
    first.close()
    ears = ScriptedEars()
    second = kit.worker(ears)
    kit.live(second, 10)
    assert second._teaching.mark == FeedMark("log", 7)
    ears.said.append(rejected(kit, "cam-1", Outcome.RESET))
    kit.live(second, 10)
    second.close()
    assert kit.seen("cam-1") == ["raised"]


@pytest.mark.logs_warnings("the file is broken on purpose")
def test_an_unreadable_lesson_suppresses_nothing(kit: Kit) -> None:
    (kit.folder / "learnt.json").write_bytes(b"{")
    worker = kit.worker()
    kit.live(worker, 20)
    worker.close()
    assert kit.seen("cam-1") == ["raised"]


def test_a_camera_that_looks_elsewhere_rests_and_says_so_while_the_others_go_on(kit: Kit) -> None:
    rows = ["id,name,main_url,ptz_url", "cam-1,a,rtsp://127.0.0.1/a,http://127.0.0.1/ptz",
            "cam-2,b,rtsp://127.0.0.1/b,"]  # fmt: skip
    (kit.folder / "cameras.csv").write_text("\n".join(rows) + "\n")
    ears, sights = ScriptedEars(), list[Any]()
    ears.away = {"cam-1"}
    worker = kit.worker(ears, tell_sight=sights.append)
    kit.live(worker, 20)
    assert worker.report().alerts_raised == 1
    assert [(each.camera_id, each.resting) for each in sights] == [("cam-1", ("cam-1-kerb",))]
    ears.away = set()
    kit.live(worker, 20)
    worker.close()
    assert kit.seen("cam-1") == ["raised"]
    assert kit.seen("cam-2") == ["raised"]
    assert sights[-1].resting == ()


def test_a_trial_asked_of_a_worker_runs_over_what_it_saw(kit: Kit) -> None:
    told: list[TrialDone] = []
    trials, ears = TrialDesk(told.append), ScriptedEars()
    worker = kit.worker(ears, trials=trials, recent_folder=kit.folder / "recent")
    kit.live(worker, 30)
    zones = tuple(each for each in load_site(kit.folder).zones if each.camera_id == "cam-1")
    ears.said.append(TrialAsked("t1", CameraId("cam-1"), zones))
    ears.said.append(TrialAsked("t2", CameraId("cam-9"), ()))
    kit.live(worker, 1)
    wait_for(lambda: len(told) > 0)
    worker.close()
    trials.close()
    assert [done.trial_id for done in told] == ["t1"]
    assert [alert.kind for alert in told[0].alerts] == [AlertKind.PARKING]
    assert told[0].stored_s == pytest.approx(30, abs=1.5)
