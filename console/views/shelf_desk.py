"""ShelfDesk: dialogs around what is put aside; joins loss list, open case and shelf line.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from config.site import CameraId
from console.bridge.shelf_line import ShelfLine
from console.desk.shelf_data import ShelfKind
from console.state.mass_failure import MassFailure
from console.state.session import ConsoleSession, Severity
from console.views import loss_texts, words
from console.views.shelf_dialog import ShelfDialog
from console.views.words import translate


class ShelfDesk(QObject):
    """Asks why and how long, then the hub; says when cameras lost together are back."""

    def __init__(self, session: ConsoleSession, line: ShelfLine, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._line, self._window = session, line, window
        session.losses.failed.connect(self._on_failed)
        session.losses.recovered.connect(self._on_recovered)

    def maintenance(self, camera_ids: Sequence[CameraId], about: str) -> None:
        """These cameras are worked on."""
        self._ask(ShelfKind.MAINTENANCE, camera_ids, about)

    def put_alerts_aside(self) -> None:
        """Alerts of the open case's kind and camera."""
        row = self._session.cases.get(self._session.open_case.get())
        if row is None or not row.case.camera_id:
            text = translate("Shelf", "Open a case with a camera first")
            self._session.say(text, Severity.PROBLEM)
            return
        place = words.place_text(row, self._session.site)
        about = f"{words.kind_text(row.case.kind)} · {place}"
        self._ask(ShelfKind.ALERTS, (CameraId(row.case.camera_id),), about, (row.case.kind,))

    def end(self, shelf_id: str) -> None:
        self._line.end(shelf_id)

    def _ask(
        self, what: ShelfKind, cameras: Sequence[CameraId], about: str, kinds: Sequence[str] = ()
    ) -> None:
        dialog = ShelfDialog(what, about, self._window)
        if dialog.exec() == int(QDialog.DialogCode.Accepted):
            self._line.put_aside(what, cameras, dialog.reason, dialog.duration_s, kinds)
        dialog.deleteLater()

    def _on_failed(self, failure: MassFailure) -> None:
        self._session.say(loss_texts.failure_text(failure), Severity.PROBLEM)

    def _on_recovered(self, failure: MassFailure) -> None:
        self._session.say(loss_texts.recovered_text(failure))
