"""Snapshot and export by key: what is asked of the video service, what the operator is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from config.site import CameraId
from console.app.console_exports import SeatExports
from console.state.export_ask import ExportForm, spans_of
from console.state.exports import MANIFEST_SUFFIX, verified
from console.state.keys import CommandId
from console.state.replay import ReplayShown
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.export_dialog import ExportDialog, form_text, note_text, span_text
from console.views.export_progress import ExportProgress
from ingest.cameras.lease import ClipFailed
from ingest.cameras.messages import ClipForm
from ingest.cameras.wants import ClipInfo
from tests.console.views.conftest import Seat
from tests.media import mp4_of_numbers

FIRST = TileAddress(MAIN_WINDOW, 0)

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class FileLease:
    """Writes three bytes where a picture was asked for, or fails as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[CameraId, int, int, ClipForm]] = []
        self.failure: ClipFailed | None = None

    def export(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path, form: ClipForm
    ) -> Future[tuple[ClipInfo, ...]]:
        self.asked.append((camera_id, from_mono_ns, to_mono_ns, form))
        future: Future[tuple[ClipInfo, ...]] = Future()
        if self.failure is not None:
            future.set_exception(self.failure)
            return future
        if form is ClipForm.WHOLE:
            count = mp4_of_numbers(path, (to_mono_ns - from_mono_ns) // 40_000_000)
            made = ClipInfo(str(path), from_mono_ns, to_mono_ns, 0, count, 9, "h264", 640, 360)
        else:
            path.write_bytes(b"abc")
            made = ClipInfo(str(path), from_mono_ns, to_mono_ns, 0, 1, 3, "png", 704, 576)
        future.set_result((made,))
        return future


class Desk:
    def __init__(self, seat: Seat, folder: Path) -> None:
        self.seat = seat
        self.lease = FileLease()
        name_of = seat.session.directory.name_of
        self.exports = SeatExports(seat.session, self.lease, "seat 1", name_of, str(folder))

    def said(self, part: str) -> None:
        self.seat.wait(lambda: part in (self.seat.session.notice.get().text or ""))  # type: ignore[union-attr]


@pytest.fixture
def desk(seat: Seat, tmp_path: Path) -> Iterator[Desk]:
    seat.wall.fill([camera.id for camera in seat.session.site.cameras])
    made = Desk(seat, tmp_path / "out")
    yield made
    made.exports.close()


def test_a_snapshot_is_of_now_or_of_the_replayed_picture_and_sealed(desk: Desk) -> None:
    assert desk.exports.run(CommandId.SNAPSHOT, None)
    desk.said("sealed")
    camera_id, _, _, form = desk.lease.asked[-1]
    assert (camera_id, form) == (desk.seat.wall.tile(FIRST).camera_id, ClipForm.STILL_NOW)
    manifest, findings = verified(next((desk.exports.folder).glob(f"*{MANIFEST_SUFFIX}")))
    assert [finding.problem for finding in findings] == [None, None]
    assert manifest.operator == "seat 1"
    assert manifest.site == desk.seat.session.site.name

    replays, now_ns = desk.seat.session.tools.replays, desk.seat.clock.mono_ns()
    replays.start(FIRST)
    replays.tell(FIRST, ReplayShown(now_ns - 5_000_000_000, now_ns - 60_000_000_000, now_ns))
    desk.exports.run(CommandId.SNAPSHOT, None)
    desk.seat.wait(lambda: len(desk.lease.asked) == 2)
    assert desk.lease.asked[-1][2:] == (now_ns - 5_000_000_000, ClipForm.STILL)


@pytest.mark.parametrize("full", [True, False])
def test_a_full_disk_and_a_time_that_is_gone_are_told_with_the_next_step(
    desk: Desk, full: bool
) -> None:
    desk.lease.failure = ClipFailed("no")
    desk.lease.failure.is_disk_full = full
    desk.exports.run(CommandId.SNAPSHOT, None)
    desk.said("full" if full else "later span")


def test_a_folder_that_cannot_be_made_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    desk.exports.folder = tmp_path / "file" / "below"
    desk.exports.run(CommandId.SNAPSHOT, None)
    desk.said("cannot be written")
    assert desk.lease.asked == []


def test_an_empty_tile_says_why_not(desk: Desk) -> None:
    desk.seat.wall.put_camera(FIRST, None)
    assert desk.exports.run(CommandId.EXPORT, None)
    desk.said("camera")
    assert not desk.exports.run(CommandId.NIGHT, None)


def test_the_dialog_offers_spans_and_wants_a_whole_path(seat: Seat, tmp_path: Path) -> None:
    spans = spans_of(None, seat.clock.mono_ns())
    dialog = ExportDialog("台东步行街北口", spans, tmp_path, seat.window)
    seat.qtbot.addWidget(dialog)
    assert [dialog.choice.itemText(i) for i in range(3)] == [span_text(span) for span in spans]
    dialog.choice.setCurrentIndex(1)
    assert dialog.span.seconds == 30
    dialog.line.setText("not/whole")
    assert not dialog.accept_button.isEnabled()
    assert "path" in dialog.accept_button.toolTip()
    dialog.line.setText(str(tmp_path))
    assert dialog.accept_button.isEnabled()


def _asked(*keys: Qt.Key) -> None:
    """Types into the choice of form as soon as the dialog stands; what it leaves goes to the dialog."""

    def typed() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ExportDialog):
            QTimer.singleShot(20, typed)
            return
        for key in keys:
            QTest.keyClick(dialog.form_choice, key)

    QTimer.singleShot(20, typed)


KEYS = {
    ExportForm.MARKED: (Qt.Key.Key_Down, Qt.Key.Key_Return),
    ExportForm.BOTH: (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return),
}


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform, for a dialog with a size
@pytest.mark.parametrize("form", list(KEYS))
def test_a_marked_clip_by_keys_says_what_was_encoded_again_and_from_what(
    desk: Desk, form: ExportForm
) -> None:
    desk.seat.session.operator.set("王芳")
    _asked(*KEYS[form])
    assert desk.exports.run(CommandId.EXPORT, desk.seat.window)
    assert desk.exports.form is form
    desk.said("sealed")
    manifest, findings = verified(next(desk.exports.folder.glob(f"*{MANIFEST_SUFFIX}")))
    assert all(finding.problem is None for finding in findings)
    assert manifest.operator == "王芳 (seat 1)"
    assert manifest.is_transcoded
    marked = manifest.files[-1]
    assert marked.is_watermarked
    assert "王芳" in marked.watermark
    assert "seat 1" in marked.watermark
    assert marked.picture_count == 250
    assert "CRF" in marked.quality or "quantiser" in marked.quality
    files = sorted(path.name for path in desk.exports.folder.iterdir())
    if form is ExportForm.BOTH:
        original = manifest.files[0]
        assert not original.is_watermarked
        assert original.sha256 == marked.made_from_sha256
        assert files == sorted(
            [original.name, marked.name, Path(original.name).stem + MANIFEST_SUFFIX]
        )
    else:
        assert len(manifest.files) == 1
        assert len(marked.made_from_sha256) == 64
        assert files == sorted([marked.name, Path(marked.name).stem + MANIFEST_SUFFIX])


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_marking_job_is_shown_by_the_same_key_and_ended_there(desk: Desk) -> None:
    _asked(*KEYS[ExportForm.BOTH])
    desk.exports.run(CommandId.EXPORT, desk.seat.window)
    desk.said("Watermark: 10")

    def ended() -> None:
        progress = QApplication.activeModalWidget()
        if not isinstance(progress, ExportProgress):
            QTimer.singleShot(20, ended)
            return
        assert progress.bar.value() >= 10
        progress.cancel.setFocus()
        QTest.keyClick(progress.cancel, Qt.Key.Key_Space)

    QTimer.singleShot(20, ended)
    desk.exports.run(CommandId.EXPORT, desk.seat.window)
    desk.said("cancelled")
    assert list(desk.exports.folder.iterdir()) == []


def test_the_dialog_keeps_the_last_form_and_says_what_it_means(seat: Seat, tmp_path: Path) -> None:
    spans = spans_of(None, seat.clock.mono_ns())
    dialog = ExportDialog("x", spans, tmp_path, seat.window, ExportForm.MARKED)
    seat.qtbot.addWidget(dialog)
    assert dialog.form_choice.currentText() == form_text(ExportForm.MARKED)
    assert dialog.note.text() == note_text(ExportForm.MARKED)
    dialog.form_choice.setCurrentIndex(0)
    assert dialog.form is ExportForm.AS_RECEIVED
    assert dialog.note.text() == note_text(ExportForm.AS_RECEIVED)
