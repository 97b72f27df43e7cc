"""VisionWorker: the analysis of one machine's cameras: rings in, alert events out.

One thread reads the newest picture of the cameras whose turn it is, detects in batches and runs
the pipelines; pictures stay in shared memory. Storing and publishing are the evidence desk's.
It waits for nobody: without pictures it polls, without a hub its events are spooled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from config.site import Camera, CameraId, Site
from config.watch import SiteWatcher
from ingest.cameras.wants import CameraSource, CameraStatus, FrameWant, source_of
from ingest.clock import Clock
from ingest.feed.envelope import utc_text
from ingest.frames.frame import Frame
from ingest.relay.address import through_relay
from ingest.stop import StopToken
from vision.alert_book import AlertEvent
from vision.alerts import AlertVerb
from vision.analysed import RING_KEY, analysed_cameras, tuning_of, view_of, want_of
from vision.detections import Detections
from vision.detector import Detector
from vision.ears import Ears, NoEars
from vision.evidence import EvidenceDesk
from vision.eyes import Eye, moment_of
from vision.learnt import Verdict
from vision.look import second_look
from vision.memory import WorkerMemory
from vision.models import OperatingPoints
from vision.pipeline import CameraPipeline, ModelView
from vision.recent import RecentLife
from vision.rules.rule import Moment
from vision.schedule import FairSchedule
from vision.sight import SightData, SightNews
from vision.teaching import Teaching
from vision.track_news import TrackNews, TracksSeenData
from vision.trial import TrialDesk, TrialStage
from vision.worker_report import WorkerReport, report_of

_log = logging.getLogger(__name__)

POLL_S = 0.01
SITE_POLL_S = 2.0
#: Between two tellings of tracks: a trail moves twice a second.
TRACKS_S = 0.5
MEMORY_S = 5.0
REPORT_S = 10.0


class CameraHold(Protocol):
    """What is used of `ingest.cameras.lease.CameraLease`."""

    def set_wants(self, sources: Sequence[CameraSource], wants: Sequence[FrameWant]) -> None: ...
    def status(self) -> Mapping[CameraId, CameraStatus]: ...
    @property
    def status_version(self) -> int: ...


class VisionWorker:
    """See module. Threads: `run` is one; nothing else touches it."""

    def __init__(
        self,
        site: Site,
        detector: Detector,
        points: OperatingPoints,
        lease: CameraHold,
        desk: EvidenceDesk,
        memory: WorkerMemory,
        clock: Clock,
        *,
        camera_glob: str = "*",
        batch_max: int = 8,
        tell_sight: Callable[[SightData], None] = lambda sight: None,
        tell_tracks: Callable[[TracksSeenData], None] = lambda tracks: None,
        ears: Ears | None = None,
        teaching: Teaching | None = None,
        trials: TrialDesk | None = None,
        recent_folder: Path | None = None,
    ) -> None:
        """`ears`: what operators and PTZ cameras say; `recent_folder`: where trials find pictures."""
        self._ears: Ears = ears or NoEars()
        self._teaching = teaching or Teaching(None, site.settings.calendar.zone_info())
        self._trials, self._recent_folder = trials, recent_folder
        self._tell_sight = tell_sight
        self._sights = SightNews()
        self._tell_tracks, self._track_news = tell_tracks, TrackNews()
        self._site = site
        self._watcher = SiteWatcher(site)
        self._detector = detector
        self._model = ModelView(detector.names, detector.stamp, points)
        self._lease = lease
        self._desk = desk
        self._memory = memory
        self._clock = clock
        self._glob = camera_glob
        self._batch_max = batch_max
        self._tuning = tuning_of(site.settings)
        self._schedule = FairSchedule[CameraId](site.settings.vision.analysis_fps)
        self._eyes: dict[CameraId, Eye] = {}
        self._status_version = -1
        self._raised_count = 0
        self._longest_wait_s = 0.0
        self._recent_wait_s = 0.0
        self._started_s = self._now_s()
        self._due = {name: self._started_s + period for name, (period, _) in self._chores().items()}
        self._restore = memory.load(clock.utc_ns())
        self._take_site(site)

    def run(self, stop: StopToken, on_idle: Callable[[], bool] | None = None) -> None:
        """Works until told to stop; `on_idle` is asked about once a second and may stop it, too."""
        next_idle_s = self._now_s()
        while not stop.stopped:
            busy = self.step()
            if on_idle is not None and self._now_s() >= next_idle_s:
                next_idle_s = self._now_s() + 1.0
                if on_idle():
                    break
            if not busy:
                stop.wait(POLL_S)
        self._save()

    def close(self) -> None:
        """Lets the rings go."""
        for eye in self._eyes.values():
            eye.close()

    def step(self) -> bool:
        """One round: chores that are due, one batch. False when there was nothing to analyse."""
        self._follow_rings()
        self._take_news()
        self._listen()
        self._do_chores()
        now_s = self._now_s()
        for camera_id, eye in self._eyes.items():
            if eye.reader is not None:
                self._schedule.arrived(camera_id, eye.reader.sequence, now_s)
        wait_s = self._schedule.longest_wait_s(now_s)
        self._recent_wait_s = max(self._recent_wait_s, wait_s)
        self._longest_wait_s = max(self._longest_wait_s, wait_s)
        batch = self._schedule.next_batch(self._batch_max, now_s)
        if batch:
            self._analyse(batch, now_s)
        return bool(batch)

    def _analyse(self, batch: Sequence[CameraId], now_s: float) -> None:
        looked: list[tuple[Eye, Frame, Moment, bool]] = []
        for camera_id in batch:
            self._schedule.taken(camera_id, now_s)
            eye = self._eyes[camera_id]
            frame = eye.reader.newest() if eye.reader is not None else None
            if frame is not None:
                now = moment_of(frame)
                eye.turn(self._ears, now)
                looked.append((eye, frame, now, eye.wants(frame, now)))
        found = iter(self._detect([frame for _, frame, _, wanted in looked if wanted]))
        for eye, frame, now, wanted in looked:
            detections = next(found) if wanted else None
            self._process(eye, frame, detections, now)

    def _detect(self, frames: Sequence[Frame]) -> list[Detections | None]:
        """Detections of each frame; None for one the detector refuses."""
        if not frames:
            return []
        floor = self._model.points.floor
        try:
            return list(self._detector.detect([frame.pixels for frame in frames], floor))
        except Exception as error:  # noqa: BLE001 - one bad picture must not stop the batch
            if len(frames) == 1:
                _log.error(
                    "camera %s: a picture cannot be detected in: %s", frames[0].camera_id, error
                )
                return [None]
        return [self._detect([frame])[0] for frame in frames]

    def _process(self, eye: Eye, frame: Frame, detections: Detections | None, now: Moment) -> None:
        if eye.reader is None or not eye.reader.still_valid(frame):
            eye.torn_count += 1
            return
        look = second_look(eye.pipeline, self._detector, frame.pixels)
        events = eye.process(frame, detections, now, look)
        eye.keep(frame, detections)
        self._schedule.urge(eye.camera.id, eye.pipeline.needs_look)
        for event in events:
            self._publish(event, frame)
        if events:
            self._save()

    def _publish(self, event: AlertEvent, frame: Frame | None) -> None:
        if event.verb is AlertVerb.RAISED and frame is not None:
            self._raised_count += 1
            self._eyes[event.data.camera_id].pipeline.book.awaits_clip(event.data.alert_id)
            picture = np.array(frame.pixels)
            self._desk.submit_raised(event, picture, frame.received_mono_ns)
        else:
            self._desk.submit(event)
        _log.info(
            "camera %s: %s %s (%s)",
            event.data.camera_id,
            event.data.kind.value,
            event.verb.value,
            event.data.reason,
        )

    def _listen(self) -> None:
        """What operators said: verdicts are learnt at once, trials are handed on."""
        is_taught = False
        for heard in self._ears.heard():
            if isinstance(heard, Verdict):
                self._teaching.take(heard)
                is_taught = True
            elif self._trials is not None and heard.camera_id in self._eyes:
                eye = self._eyes[heard.camera_id]
                if eye.recent is not None:
                    self._trials.ask(heard, self._stage_of(eye, eye.recent))
        if is_taught:
            self._teaching.keep(self._ears.mark, self._clock.utc_ns())

    def _stage_of(self, eye: Eye, recent: RecentLife) -> TrialStage:
        _, calibration = view_of(self._site, eye.camera)
        return TrialStage(
            eye.camera,
            calibration,
            self._model,
            self._tuning,
            self._site.settings.calendar.zone_info(),
            recent.folder,
            self._clock.utc_ns(),
        )

    def _take_news(self) -> None:
        for stored in self._desk.news():
            eye = self._eyes.get(stored.camera_id)
            if eye is None:
                continue
            if stored.clip_failed:
                eye.pipeline.book.gives_up_clip(stored.alert_id)
            else:
                eye.pipeline.book.attach(
                    stored.alert_id,
                    snapshot=stored.snapshot,
                    crop=stored.crop,
                    clip=stored.clip,
                    told=stored.told,
                )

    def _follow_rings(self) -> None:
        version = self._lease.status_version
        if version == self._status_version:
            return
        self._status_version = version
        status = self._lease.status()
        for camera_id, eye in self._eyes.items():
            eye.attach(status.get(camera_id), RING_KEY)

    def _chores(self) -> dict[str, tuple[float, Callable[[], None]]]:
        return {
            "tick": (1.0, self._tick_books),
            "tracks": (TRACKS_S, self._look_at_tracks),
            "sight": (1.0, self._look_at_sights),
            "site": (SITE_POLL_S, self._poll_site),
            "memory": (MEMORY_S, self._save),
            "report": (REPORT_S, self._log_report),
        }

    def _do_chores(self) -> None:
        now_s = self._now_s()
        for name, (period_s, chore) in self._chores().items():
            if now_s >= self._due[name]:
                self._due[name] = now_s + period_s
                chore()

    def _tick_books(self) -> None:
        """Updates and clears fall due even when a camera sends no pictures."""
        now = Moment(self._now_s(), self._clock.utc_ns())
        for eye in self._eyes.values():
            for event in eye.pipeline.book.due(now):
                self._publish(event, None)

    def _look_at_sights(self) -> None:
        """Tells seats which cameras do not serve their rules now."""
        now = {
            camera_id: eye.pipeline.sight(self._clock.utc_ns())
            for camera_id, eye in self._eyes.items()
        }
        for sight in self._sights.changed(now, utc_text(self._clock.utc_ns())):
            self._tell_sight(sight)

    def _look_at_tracks(self) -> None:
        """Tells seats where moving things went."""
        now = {camera_id: eye.pipeline.tracks for camera_id, eye in self._eyes.items()}
        for seen in self._track_news.seen(now, self._now_s(), utc_text(self._clock.utc_ns())):
            self._tell_tracks(seen)

    def _poll_site(self) -> None:
        diff = self._watcher.poll()
        if diff is None:
            return
        if not diff.is_valid:
            _log.warning("the site folder has mistakes, the former state stays in force")
            return
        _log.info("the site changed: %s", ", ".join(sorted(diff.changed)))
        self._take_site(diff.site)

    def _take_site(self, site: Site) -> None:
        """Cameras with a rule become eyes; unchanged ones keep everything they know."""
        now = Moment(self._now_s(), self._clock.utc_ns())
        former, self._site = self._site, site
        wanted = {camera.id: camera for camera in analysed_cameras(site, self._glob)}
        for camera_id in [each for each in self._eyes if each not in wanted]:
            self._close_eye(camera_id, now)
        for camera_id, camera in wanted.items():
            eye = self._eyes.get(camera_id)
            if eye is None or eye.camera != camera:
                if eye is not None:
                    self._close_eye(camera_id, now)
                self._eyes[camera_id] = self._opened(camera, now)
            elif view_of(site, camera) != view_of(former, camera):
                zones, calibration = view_of(site, camera)
                for event in eye.pipeline.reconfigure(zones, calibration, now):
                    self._publish(event, None)
        self._status_version = -1
        self._want(list(wanted.values()))

    def _opened(self, camera: Camera, now: Moment) -> Eye:
        kept = self._recent_folder
        recent = None if kept is None else RecentLife(kept, camera.id)
        eye = Eye(camera, lambda: self._made_pipeline(camera), recent)
        record = self._restore.pop(str(camera.id), None)
        if record is not None:
            eye.pipeline.restore(record, now)
        return eye

    def _made_pipeline(self, camera: Camera) -> CameraPipeline:
        zones, calibration = view_of(self._site, camera)
        return CameraPipeline(
            camera,
            zones,
            calibration,
            self._model,
            tuning=self._tuning,
            zone_info=self._site.settings.calendar.zone_info(),
            places=self._teaching.places(camera.id),
        )

    def _close_eye(self, camera_id: CameraId, now: Moment) -> None:
        eye = self._eyes.pop(camera_id)
        for event in eye.pipeline.reconfigure((), None, now) + eye.pipeline.book.end_all():
            self._desk.submit(event)
        eye.close()
        self._schedule.remove(camera_id)

    def _want(self, cameras: Sequence[Camera]) -> None:
        fps = self._site.settings.vision.analysis_fps
        relay = self._site.settings.relay
        self._lease.set_wants(
            [source_of(through_relay(each, relay)) for each in cameras],
            [want_of(each.id, fps) for each in cameras],
        )

    def _save(self) -> None:
        records = {str(key): eye.pipeline.remember() for key, eye in self._eyes.items()}
        try:
            self._memory.save(records, self._clock.utc_ns())
        except OSError as error:
            _log.warning("dwell times cannot be kept over a restart: %s", error)

    def report(self) -> WorkerReport:
        """Counts since the start."""
        return report_of(
            self._eyes.values(),
            elapsed_s=self._now_s() - self._started_s,
            dropped=self._schedule.dropped_count,
            longest_wait_s=self._longest_wait_s,
            raised=self._raised_count,
        )

    def _log_report(self) -> None:
        report = self.report()
        _log.info(
            "%d of %d cameras live, %.1f pictures/s, gate open %.0f %%, %d dropped, waited ≤ %.2f s",
            report.cameras_live,
            report.cameras,
            report.pictures_per_s,
            100 * report.gate_open_share,
            report.dropped,
            self._recent_wait_s,
        )
        self._recent_wait_s = 0.0

    def _now_s(self) -> float:
        return self._clock.mono_ns() / 1e9
