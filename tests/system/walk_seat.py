"""Child process of the wall's walk: the whole console (`ConsoleApp`) that says what it shows.

Words on standard input, each answered by the state as a JSON line: `state` · `grab FILE` (what is on
the screen, as a PNG) · `quit`. Arguments: folder for exports, profile, seat, site folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSocketNotifier
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from config.site import Language
from console.app.console_app import ConsoleApp
from console.app.console_hooks import install_hooks, remove_hooks
from console.app.console_options import ConsoleOptions
from console.app.seat_entry import enter
from console.state.profiles import Profile
from console.state.tiles import TileAddress
from console.views.camera_panel import CameraPanel
from console.views.key_sheet import KeySheet
from console.views.tile_painter import TilePainter
from tests.console.arrange.seat_state import arrangement_state


class Walked:
    """The console, and what a person would see of it."""

    def __init__(self, application: QApplication, options: ConsoleOptions, exports: Path) -> None:
        self.application = application
        self.console = ConsoleApp(application, options, enter(options))
        self.console.exports.folder = exports

    def state(self) -> dict[str, Any]:
        console = self.console
        found = arrangement_state(
            self.application, console.session, console.arrangement, console.screens
        )
        found["shown"] = {
            window_id: [self._tile(painter) for painter in view.tile_painters.values()]
            for window_id in console.screens.open_windows
            if (view := console.screens.view_of(window_id)) is not None
        }
        mode, overlay = console.session.tools.key_mode(), console.ptz.overlay
        found["key_mode"] = None if mode is None else mode.value
        found["level"] = console.session.tools.marks.level.get().name
        found["ptz"] = None if overlay is None else [preset.name for preset in overlay.presets]
        found["turned"] = {
            state.camera_id: [state.cause.value, state.owner]
            for camera in console.session.site.cameras
            if (state := console.wall.ptz.get(camera.id)) is not None
        }
        found["sheet"] = any(sheet.isVisible() for sheet in self._all(KeySheet))
        found["directory"] = [
            panel.edit.text() for panel in self._all(CameraPanel) if panel.isVisible()
        ]
        found["feed"] = console.session.feed.get().is_live
        popup = self.application.activePopupWidget()
        found["menu"] = [
            [action.text().split("\t")[0], *_middle(popup, action)]
            for action in ([] if popup is None else popup.actions())
            if not action.isSeparator()
        ]
        return found

    def _all(self, kind: type[Any]) -> list[Any]:
        return [widget for widget in self.application.allWidgets() if isinstance(widget, kind)]

    def _tile(self, painter: TilePainter) -> dict[str, Any]:
        """One tile: what it says, and where its picture lies on the screen."""
        view = self.console.screens.view_of(painter.address.window_id)
        assert view is not None
        corner = view.mapToGlobal(QPoint(0, 0))
        feed = self.console.pump.feed(painter.address)
        r = painter.picture_rect
        return {
            "mode": painter.mode.value,
            "title": painter.status.title,
            "lines": painter.status.lines,
            "replay": painter.status.replay,
            "aspect": painter.tile.aspect.value,
            "region": painter.tile.region_norm,
            "is_sharp": feed is not None and getattr(feed, "has_wanted_ring", False),
            "people": [person.name for person in painter.people],
            "foot": [list(painter.placement.box_px((p.x_norm, p.y_norm, 1, 1))[:2]) for p in painter.people],
            "rect": [corner.x() + r.x(), corner.y() + r.y(), r.width(), r.height()],
            "paused": self._is_paused(painter.address),
        }  # fmt: skip

    def _is_paused(self, address: TileAddress) -> bool:
        replay = self.console.session.tools.replays.of(address)
        return replay is not None and replay.is_paused

    def grab(self, file: str) -> None:
        """All monitors as they are on the screen, windows above each other and all."""
        screens = self.application.screens()
        whole = screens[0].virtualGeometry()
        picture = QPixmap(whole.size())
        painter = QPainter(picture)
        for screen in screens:
            painter.drawPixmap(screen.geometry().topLeft(), screen.grabWindow(0))
        painter.end()
        assert picture.save(file)


def _middle(popup: Any, action: Any) -> list[int]:
    """Where a row of a menu is pressed."""
    at = popup.mapToGlobal(popup.actionGeometry(action).center())
    return [at.x(), at.y()]


def main() -> int:
    folder, profile, seat, site = sys.argv[1:5]
    application = QApplication([])
    application.setApplicationName("gridwall")
    language = Language.CHINESE if seat.endswith("-zh") else Language.ENGLISH
    options = ConsoleOptions(Path(site), None, Profile(profile), language=language, seat=seat)
    walked = Walked(application, options, Path(folder))
    install_hooks(walked.console.session, lambda: application.exit(0))

    def heard() -> None:
        words = sys.stdin.readline().split()
        if not words or words[0] == "quit":
            application.exit(0)
            return
        if words[0] == "grab":
            walked.grab(words[1])
        sys.stdout.write(json.dumps(walked.state()) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(heard)
    try:
        walked.console.start()
        sys.stdout.write(json.dumps(walked.state()) + "\n")
        sys.stdout.flush()
        return application.exec()
    finally:
        walked.console.close()
        remove_hooks()


if __name__ == "__main__":
    sys.exit(main())
