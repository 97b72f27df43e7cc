"""WallDirectory: the camera directory over the left edge of a wall window, made when it is asked for.

A wall window has no chrome: closed, nothing of it is left. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from console.state.session import ConsoleSession
from console.views.camera_panel import WIDTH_PX, CameraPanel
from console.views.camera_preview import Thumbnails
from console.views.wall_drops import WallDrops
from console.views.wall_window import WallWindow


class WallDirectory(QObject):
    """Directory and drops of one wall window, whose child it is."""

    def __init__(
        self, session: ConsoleSession, window: WallWindow, thumbnails: Thumbnails | None
    ) -> None:
        super().__init__(window)
        self._session, self._window, self._thumbnails = session, window, thumbnails
        self.panel: CameraPanel | None = None
        WallDrops(session, window.view)
        window.installEventFilter(self)

    def toggle(self) -> None:
        """Opens the directory, or closes it to nothing."""
        if self.panel is not None:
            self.panel.close_panel()
            return
        self.panel = CameraPanel(self._session, self._thumbnails, self._window)
        self.panel.closed.connect(self._on_closed)
        self._place()
        self.panel.open()
        self.panel.raise_()

    def _place(self) -> None:
        if self.panel is not None:
            self.panel.setGeometry(0, 0, WIDTH_PX, self._window.height())

    def _on_closed(self) -> None:
        panel, self.panel = self.panel, None
        if panel is not None:
            panel.release()
            panel.deleteLater()
            self._window.view.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize:
                self._place()
            elif event.type() == QEvent.Type.Close and self.panel is not None:
                self.panel.close_panel()
        return False
