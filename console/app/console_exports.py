"""SeatExports: the snapshot and export keys of a seat, from the tile to the line that says where it is.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QDialog, QWidget

from config.site import CameraId
from console.bridge.exporter import DiskFull, Exporter, Exports, FolderUnusable, NothingKept
from console.state.export_ask import ExportAsk, spans_of
from console.state.exports import ExportFailed
from console.state.keys import CommandId
from console.state.session import ConsoleSession, Severity
from console.views.export_dialog import ExportDialog
from console.views.words import translate


class SeatExports(QObject):
    """`folder` is where the last export went; remembered by the seat."""

    def __init__(
        self,
        session: ConsoleSession,
        lease: Exports,
        operator: str,
        name_of: Callable[[CameraId], str],
        folder: str,
    ) -> None:
        super().__init__()
        self._session = session
        self._name_of = name_of
        self.folder = Path(folder) if folder else _first_folder()
        self.exporter = Exporter(lease, session.clock, lambda: session.site.name, operator)
        self.exporter.done.connect(self._on_done)
        self.exporter.failed.connect(self._on_failed)

    def run(self, command_id: CommandId, parent: QWidget | None) -> bool:
        """Does the command; False when it is none of these."""
        if command_id not in (CommandId.SNAPSHOT, CommandId.EXPORT):
            return False
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
        self._begin(ExportAsk(camera_id, self._name_of(camera_id), self.folder, at_mono_ns=at_ns))

    def _clip(self, camera_id: CameraId, parent: QWidget | None) -> None:
        replay = self._session.tools.replays.of(self._session.wall.selected)
        spans = spans_of(replay, self._session.clock.mono_ns())
        name = self._name_of(camera_id)
        dialog = ExportDialog(name, spans, self.folder, parent)
        accepted = dialog.exec() == int(QDialog.DialogCode.Accepted)
        dialog.deleteLater()
        if accepted:
            self.folder = dialog.folder
            self._begin(ExportAsk(camera_id, name, dialog.folder, span=dialog.span))

    def _begin(self, ask: ExportAsk) -> None:
        self._session.say(translate("Export", "Writing {0}…").format(ask.camera_name))
        self.exporter.export(ask)

    def _on_done(self, manifest: Path) -> None:
        self._session.say(translate("Export", "Written and sealed: {0}").format(manifest))

    def _on_failed(self, error: ExportFailed) -> None:
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
