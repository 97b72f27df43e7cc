"""SeatExports: the snapshot and export keys of a seat, from the tile to the line that says where it is.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QDialog, QWidget

from config.site import CameraId
from console.bridge.exporter import Exporter, Exports, FolderUnusable, NothingKept
from console.state.export_ask import ExportAsk, ExportForm, Span, spans_of
from console.state.exports import DiskFull, ExportCancelled, ExportFailed
from console.state.keys import CommandId
from console.state.session import ConsoleSession, Severity
from console.state.watermark import Watermark
from console.views.export_dialog import ExportDialog
from console.views.export_progress import ExportProgress, ProgressChoice
from console.views.words import translate

#: The status line tells a long job's progress in such steps, per cent.
SAID_STEP = 10


class SeatExports(QObject):
    """`folder` and `form` are those of the last export; remembered by the seat."""

    def __init__(
        self,
        session: ConsoleSession,
        lease: Exports,
        seat: str,
        name_of: Callable[[CameraId], str],
        folder: str,
        form: ExportForm = ExportForm.AS_RECEIVED,
    ) -> None:
        super().__init__()
        self.form = form
        self._seat = seat
        self._at_work: list[ExportAsk] = []
        self._share = 0.0
        self.progress: ExportProgress | None = None
        self._session = session
        self._name_of = name_of
        self.folder = Path(folder) if folder else _first_folder()
        self.exporter = Exporter(lease, session.clock, lambda: session.site.name)
        self.exporter.done.connect(self._on_done)
        self.exporter.failed.connect(self._on_failed)
        self.exporter.progress.connect(self._on_progress, Qt.ConnectionType.QueuedConnection)

    def run(self, command_id: CommandId, parent: QWidget | None) -> bool:
        """Does the command; False when it is none of these."""
        if command_id not in (CommandId.SNAPSHOT, CommandId.EXPORT):
            return False
        if command_id is CommandId.EXPORT and not self._may_begin(parent):
            return True
        selected = self._session.wall.selected
        camera_id = None if selected is None else self._session.wall.tile(selected).camera_id
        if camera_id is None:
            text = translate(
                "Export", "Select a tile with a camera first: there is nothing to export."
            )
            self._session.say(text, Severity.PROBLEM)
        elif command_id is CommandId.SNAPSHOT:
            self._snapshot(camera_id)
        else:
            self._clip(camera_id, parent)
        return True

    def close(self) -> None:
        self.exporter.close()

    def _snapshot(self, camera_id: CameraId) -> None:
        replay = self._session.tools.replays.of(self._session.wall.selected)
        at_ns = None if replay is None else replay.position_mono_ns
        self._begin(self._asked(camera_id, self.folder, at_mono_ns=at_ns))

    def _clip(self, camera_id: CameraId, parent: QWidget | None) -> None:
        replay = self._session.tools.replays.of(self._session.wall.selected)
        spans = spans_of(replay, self._session.clock.mono_ns())
        name = self._name_of(camera_id)
        dialog = ExportDialog(name, spans, self.folder, parent, self.form)
        accepted = dialog.exec() == int(QDialog.DialogCode.Accepted)
        dialog.deleteLater()
        if accepted:
            self.folder, self.form = dialog.folder, dialog.form
            self._begin(self._asked(camera_id, dialog.folder, span=dialog.span))

    def _asked(
        self,
        camera_id: CameraId,
        folder: Path,
        span: Span | None = None,
        at_mono_ns: int | None = None,
    ) -> ExportAsk:
        mark = None if self.form is ExportForm.AS_RECEIVED else self._mark(camera_id)
        keeps = self.form is not ExportForm.MARKED
        name = self._name_of(camera_id)
        return ExportAsk(camera_id, name, folder, self._asked_by(), span, at_mono_ns, mark, keeps)

    def _asked_by(self) -> str:
        """Who is signed in, and where; the seat alone on a site without named operators."""
        who = self._session.operator.get()
        return self._seat if who is None else f"{who} ({self._seat})"

    def _mark(self, camera_id: CameraId) -> Watermark:
        """In the language of the moment: whoever exports reads it."""
        session = self._session
        head = f"{self._name_of(camera_id)} · {camera_id} · {session.site.name}"
        who = session.operator.get()
        if who is None:
            return Watermark(head, translate("Export", "Exported at seat {0}").format(self._seat))
        text = translate("Export", "Exported by {0} at seat {1}")
        return Watermark(head, text.format(who, self._seat))

    def _may_begin(self, parent: QWidget | None) -> bool:
        """While a clip is being marked the key shows how far it is, with the way to end it."""
        marking = [ask for ask in self._at_work if ask.mark is not None and ask.span is not None]
        if not marking:
            return True
        self.progress = ExportProgress(marking[0].camera_name, self._share, parent)
        self.progress.exec()
        choice = self.progress.choice
        self.progress.deleteLater()
        self.progress = None
        if choice is ProgressChoice.CANCEL:
            self.exporter.cancel()
        return choice is ProgressChoice.ANOTHER

    def _begin(self, ask: ExportAsk) -> None:
        self._session.say(translate("Export", "Writing {0}…").format(ask.camera_name))
        self._at_work.append(ask)
        self.exporter.export(ask)

    @Slot(float)
    def _on_progress(self, share: float) -> None:
        before, self._share = self._share, share
        if self.progress is not None:
            self.progress.show_share(share)
        if int(share * 100) // SAID_STEP > int(before * 100) // SAID_STEP and share < 1.0:
            text = translate("Export", "Watermark: {0} % (E shows it and can end it)")
            self._session.say(text.format(round(share * 100)))

    def _ended(self) -> None:
        """Exports end in the order they were asked for."""
        del self._at_work[:1]
        self._share = 0.0
        if self.progress is not None:
            self.progress.reject()

    def _on_done(self, manifest: Path) -> None:
        self._ended()
        self._session.say(translate("Export", "Written and sealed: {0}").format(manifest))

    def _on_failed(self, error: ExportFailed) -> None:
        self._ended()
        if isinstance(error, ExportCancelled):
            self._session.say(translate("Export", "The export was cancelled: nothing stays."))
            return
        self._session.say(failure_text(error, self.folder), Severity.PROBLEM)


def failure_text(error: ExportFailed, folder: Path) -> str:
    """Cause, effect and next step of an export that failed."""
    if isinstance(error, DiskFull):
        text = translate(
            "Export",
            "The disk of {0} is full: nothing was exported. Free space or choose another folder.",
        )
    elif isinstance(error, FolderUnusable):
        text = translate(
            "Export", "{0} cannot be written to: nothing was exported. Choose another folder (E)."
        )
    elif isinstance(error, NothingKept):
        text = translate(
            "Export", "No picture of that time is kept: nothing was exported. Choose a later span."
        )
    else:
        text = translate("Export", "Nothing was exported: {0}").format(str(error))
    return text.format(folder)


def _first_folder() -> Path:
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(pictures or Path.home()) / "gridwall"
