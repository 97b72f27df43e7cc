"""Exporter: has snapshots and clips written by the ingest process, marks copies, seals the manifest.

One export at a time on a thread of its own; more wait. Decides nothing about what is exported.
What was received for a copy only is hidden and goes when the copy is there.

Threads: GUI thread only; waiting, hashing and writing run on an errand thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from config.site import CameraId
from console.bridge.gui_thread import Errands
from console.bridge.watermarking import BurnJob, burn_clip, burn_still
from console.state.export_ask import ExportAsk
from console.state.exports import (
    FORMAT,
    DiskFull,
    ExportCancelled,
    ExportFailed,
    ExportKind,
    Manifest,
    MarkedFile,
    file_stem,
    free_path,
    sealed,
)
from console.state.watermark import Watermark
from ingest.cameras.lease import ClipFailed
from ingest.cameras.messages import ClipForm
from ingest.cameras.wants import ClipInfo
from ingest.clock import Clock
from ingest.errors import GridwallError
from ingest.feed.envelope import utc_text

#: A still of a main stream may wait 8 s for its camera; a minute of packets is written in less.
WAIT_S = 20.0
#: A clip of "now" is asked for up to now: packets still on the way are not waited for.
STILL_SUFFIX, CLIP_SUFFIX = ".png", ".mp4"
#: What a marked copy is called after, beside its original or alone.
MARKED_STEM = "-marked"


class Exports(Protocol):
    """The part of `CameraLease` used here."""

    def export(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path, form: ClipForm
    ) -> Future[tuple[ClipInfo, ...]]: ...


class FolderUnusable(ExportFailed):
    """The folder cannot be made or written to."""


class NothingKept(ExportFailed):
    """The ingest process has no picture of that time."""


class Exporter(QObject):
    """Signals: `done(manifest_path)`; `failed(error)`: an ExportFailed; `progress(share)` of a clip
    that is being marked, 0..1, emitted from the errand thread: connect it queued."""

    done = Signal(object)
    failed = Signal(object)
    progress = Signal(float)

    def __init__(
        self,
        lease: Exports,
        clock: Clock,
        site_name: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lease = lease
        self._clock = clock
        self._site_name = site_name
        self._errands = Errands(1)
        self._jobs: list[BurnJob] = []

    def export(self, ask: ExportAsk) -> None:
        """Begins an export; `done` or `failed` follows."""
        site, now_mono_ns, now_utc_ns = (
            self._site_name(), self._clock.mono_ns(), self._clock.utc_ns(),
        )  # fmt: skip
        job = BurnJob(self.progress.emit)
        self._jobs.append(job)

        def done(manifest: Path) -> None:
            self._jobs.remove(job)
            self.done.emit(manifest)

        def failed(error: GridwallError) -> None:
            self._jobs.remove(job)
            self.failed.emit(error)

        self._errands.run(lambda: self._made(ask, site, now_mono_ns, now_utc_ns, job), done, failed)

    def cancel(self) -> None:
        """Ends every export that is being marked or waits; `failed` (ExportCancelled) follows."""
        for job in self._jobs:
            job.stop.stop()

    def close(self) -> None:
        """Waits for what is being written as received, ends what is being marked, drops the rest."""
        self.cancel()
        self._errands.close(WAIT_S)

    def _made(
        self, ask: ExportAsk, site: str, now_mono_ns: int, now_utc_ns: int, job: BurnJob
    ) -> Path:
        if job.stop.stopped:
            raise ExportCancelled("cancelled before it began")
        _need_folder(ask.folder)
        kind = ExportKind.SNAPSHOT if ask.span is None else ExportKind.CLIP
        at_ns = now_mono_ns if ask.at_mono_ns is None else ask.at_mono_ns
        start_ns, end_ns = (at_ns, at_ns) if ask.span is None else (
            ask.span.from_mono_ns, ask.span.to_mono_ns,
        )  # fmt: skip
        form = ClipForm.WHOLE
        if ask.span is None:
            form = ClipForm.STILL_NOW if ask.at_mono_ns is None else ClipForm.STILL
        path = _path_of(ask, now_utc_ns + start_ns - now_mono_ns)
        clips = _waited(self._lease.export(ask.camera_id, start_ns, end_ns, path, form))
        manifest = Manifest(
            format=FORMAT,
            kind=kind,
            site=site,
            camera_id=ask.camera_id,
            camera_name=ask.camera_name,
            operator=ask.asked_by,
            created_utc=utc_text(now_utc_ns),
            asked_from_utc=utc_text(now_utc_ns + start_ns - now_mono_ns),
            asked_to_utc=utc_text(now_utc_ns + end_ns - now_mono_ns),
            is_transcoded=kind is ExportKind.SNAPSHOT or ask.mark is not None,
            files=(),
        )
        if ask.mark is None:
            return sealed(manifest, clips)
        marked = _marked(ask, ask.mark, clips, job)
        return sealed(manifest, clips if ask.keeps_original else (), marked)


def _path_of(ask: ExportAsk, from_utc_ns: int) -> Path:
    """Where the ingest process writes: under the export's name, or hidden where only a copy leaves."""
    suffix = STILL_SUFFIX if ask.span is None else CLIP_SUFFIX
    stem = file_stem(ask.camera_id, from_utc_ns)
    if ask.keeps_original:
        return free_path(ask.folder, stem, suffix)
    path = free_path(ask.folder, stem + MARKED_STEM, suffix)
    return path.with_name(f".{path.stem}.received{suffix}")


def _marked(
    ask: ExportAsk, mark: Watermark, clips: tuple[ClipInfo, ...], job: BurnJob
) -> tuple[MarkedFile, ...]:
    """A marked copy of every part. After a failure neither copies nor originals stay."""
    made: list[MarkedFile] = []
    sources = [Path(clip.path) for clip in clips]
    try:
        for clip, source in zip(clips, sources, strict=True):
            name = source.stem + MARKED_STEM
            if not ask.keeps_original:
                name = source.stem.removeprefix(".").replace(".received", "")
            target = free_path(ask.folder, name, source.suffix)
            if ask.span is None:
                made.append(burn_still(clip, target, mark))
            else:
                made.append(burn_clip(clip, target, mark, job))
    except ExportFailed:
        for path in (*sources, *(Path(marked.clip.path) for marked in made)):
            path.unlink(missing_ok=True)
        raise
    if not ask.keeps_original:
        for source in sources:
            source.unlink(missing_ok=True)
    return tuple(made)


def _need_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(f"{folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise FolderUnusable(f"{folder}: no permission to write")


def _waited(future: Future[tuple[ClipInfo, ...]]) -> tuple[ClipInfo, ...]:
    try:
        return future.result(WAIT_S)
    except FutureTimeout as error:
        raise ExportFailed(f"the video service did not answer within {WAIT_S:.0f} s") from error
    except ClipFailed as error:
        if error.is_disk_full:
            raise DiskFull(str(error)) from error
        raise NothingKept(str(error)) from error
