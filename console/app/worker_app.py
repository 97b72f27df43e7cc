"""Assembly of the worker process: model, camera lease, publisher, evidence desk; ordered shutdown.

Runs in the main thread of `gridwall worker`, at lower priority than windows and streams. Needs no
display, no torch (unless the site's model does) and no running hub.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
from pathlib import Path

import psutil

from config.load import load_site
from config.paths import worker_state_folder
from config.settings import Settings, VisionSettings
from config.site import CameraId, Site
from console.app.camera_runtime import runtime_of
from ingest.cameras.lease import CameraLease
from ingest.clock import SystemClock
from ingest.errors import Misconfigured
from ingest.feed.envelope import Noun, new_event
from ingest.feed.evidence_tokens import evidence_writer
from ingest.feed.keys import LOCAL_FILE, keys_folder, local_keys
from ingest.feed.publisher import Publisher
from ingest.feed.spool import SpoolFull
from ingest.parent import ParentWatch
from ingest.stop import StopToken
from vision.analysed import analysed_cameras
from vision.asked import TrialDone
from vision.choose_model import affordable_detector
from vision.classes import STALL_PARTS, VEHICLES, ObjectClass
from vision.detector import Detector
from vision.ears import HubEars
from vision.evidence import EvidenceDesk, EvidenceSettings
from vision.learnt_file import LearntFile
from vision.load_detector import load_detector
from vision.memory import WorkerMemory
from vision.models import (
    MODEL_VARIABLE,
    ModelFolder,
    OperatingPoints,
    resolve_model,
    shipped_sizes,
)
from vision.sight import SightData
from vision.teaching import Teaching
from vision.track_news import TracksSeenData
from vision.trial import TrialDesk
from vision.worker import VisionWorker
from vision.worker_report import WorkerReport

log = logging.getLogger(__name__)

#: Niceness of detection: windows, decoding and the hub come first.
NICENESS = 5
#: How long the last events may take to reach the hub; the rest stays in the spool.
LAST_WORDS_S = 2.0


class WorkerApp:
    """One worker process. Threads: main."""

    def __init__(self, site_folder: Path, camera_glob: str = "*", *, beside_wall: bool = False):
        """Loads the site and the model.

        Raises:
            Misconfigured: the site has errors or the model is missing.
            LockTaken: another worker analyses the same cameras of this site here.
        """
        try:
            self._site = load_site(site_folder)
        except ValueError as error:
            raise Misconfigured(str(error)) from error
        _lower_priority()
        self._stop = StopToken()
        clock = SystemClock()
        folder = worker_state_folder(self._site) / _slug(camera_glob)
        settings = self._site.settings
        models = _models_of(self._site)
        cameras = analysed_cameras(self._site, camera_glob)
        self._detector = affordable_detector(
            models,
            lambda each: _detector_of(each, settings, beside_wall),
            len(cameras) * settings.vision.analysis_fps,
        )
        # all sizes of a model share its operating points
        source = f"/worker/{socket.gethostname()}/{_slug(camera_glob)}"
        self._publisher = Publisher(
            self._site.hub.intake,
            source,
            folder / "spool",
            keys=local_keys(self._site),
            clock=clock,
        )
        self._lease = CameraLease(runtime_of(self._site, _key_file_of(self._site)))
        evidence = evidence_writer(self._site.hub, local_keys(self._site), self._stop)
        vision = settings.vision
        self._desk = EvidenceDesk(
            EvidenceSettings(
                source, folder / "clips", vision.pre_roll_s, vision.post_roll_s, vision.jpeg_quality
            ),
            self._publisher,
            evidence,
            self._lease,
            clock,
        )
        zone_info = settings.calendar.zone_info()
        teaching = Teaching(LearntFile(folder / "learnt.json"), zone_info)
        self._ears = HubEars(self._site.hub.query, local_keys(self._site), teaching.mark)
        self._trials = TrialDesk(lambda done: self._tell("tried", done, done.camera_id))
        self._worker = VisionWorker(
            self._site,
            self._detector,
            operating_points_of(models[0], vision),
            self._lease,
            self._desk,
            WorkerMemory(folder / "memory.json"),
            clock,
            camera_glob=camera_glob,
            tell_sight=lambda sight: self._tell("changed", sight, sight.camera_id),
            tell_tracks=self._tell_tracks,
            ears=self._ears,
            teaching=teaching,
            trials=self._trials,
            recent_folder=folder / "recent",
        )

    @property
    def site(self) -> Site:
        return self._site

    @property
    def model(self) -> str:
        return self._detector.stamp

    def _tell(self, verb: str, data: SightData | TrialDone, camera_id: CameraId) -> None:
        """What a camera cannot see any more, or what a trial found: every seat's business."""
        event = new_event(
            Noun.SIGHT, verb, data, source=self._publisher.source, utc_ns=time.time_ns()
        )
        try:
            self._publisher.publish(event)
        except SpoolFull as error:
            log.error("what camera %s sees is not told: %s", camera_id, error)

    def _tell_tracks(self, seen: TracksSeenData) -> None:
        """Where things moved: of the moment, nobody waits for it."""
        source = self._publisher.source
        event = new_event(Noun.TRACK, "seen", seen, source=source, utc_ns=time.time_ns())
        self._publisher.publish_ephemeral(event)

    def report(self) -> WorkerReport:
        return self._worker.report()

    def run(self, stop: StopToken, parent: ParentWatch | None = None) -> None:
        """Works until told to stop, or until the parent is gone."""
        self._publisher.start()
        self._desk.start()
        self._lease.start()
        self._ears.start()
        self._worker.run(stop, parent.is_gone if parent is not None else None)

    def close(self) -> None:
        """Everything in reverse order; what was not acknowledged stays in the spool."""
        self._worker.close()
        self._trials.close()
        self._ears.close()
        self._stop.stop()
        self._desk.close()
        self._lease.close()
        self._publisher.close(LAST_WORDS_S)
        self._detector.close()


def _key_file_of(site: Site) -> Path | None:
    return keys_folder(site) / LOCAL_FILE if site.settings.curve.enabled else None


def _models_of(site: Site) -> list[ModelFolder]:
    """What the site or the environment names, and nothing else; else all sizes of the default."""
    settings = site.settings.model
    choice = settings.path or settings.name
    if choice is None and MODEL_VARIABLE not in os.environ:
        return shipped_sizes()
    return [resolve_model(choice, site_folder=site.folder)]


def _detector_of(model: ModelFolder, settings: Settings, beside_wall: bool) -> Detector:
    return load_detector(
        model,
        device=settings.model.device,
        thread_count=_thread_count(settings.vision, beside_wall),
        input_px=settings.model.input_px,
    )


def _thread_count(vision: VisionSettings, beside_wall: bool) -> int | None:
    """Cores for detection: the site's word, else half of them beside a wall, else all."""
    if vision.thread_count > 0:
        return vision.thread_count
    return max(1, (os.cpu_count() or 1) // 2) if beside_wall else None


def operating_points_of(model: ModelFolder, vision: VisionSettings) -> OperatingPoints:
    """The model's own points with what the site says on top."""
    given: dict[ObjectClass, float | None] = {
        ObjectClass.SMOKE: vision.smoke_score,
        ObjectClass.FIRE: vision.fire_score,
    }
    given |= dict.fromkeys(VEHICLES, vision.vehicle_score)
    given |= dict.fromkeys(STALL_PARTS | {ObjectClass.STALL}, vision.stall_score)
    said = {each: score for each, score in given.items() if score is not None}
    return OperatingPoints({**model.operating_points.score, **said})


def _lower_priority() -> None:
    try:
        process = psutil.Process()
        if hasattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS"):
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(NICENESS)
    except (psutil.AccessDenied, OSError) as error:
        log.info("detection runs at normal priority: %s", error)


def _slug(camera_glob: str) -> str:
    """Folder name of a share of the cameras."""
    if camera_glob == "*":
        return "all"
    return hashlib.sha256(camera_glob.encode()).hexdigest()[:10]
