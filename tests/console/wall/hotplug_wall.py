"""Child process of test_wall_monitors: a wall on a real display; says what it shows as JSON lines.

Reads words from standard input: `call N` puts camera N into the second monitor's first tile,
`state` prints the windows, `quit` ends.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from wall_pictures import FakeSource, PlainNames

from config.site import CameraId
from console.state.tiles import TileAddress
from console.state.wall import WallState
from console.views.wall_window import WallScreens


def main() -> int:
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    wall = WallState()
    screens = WallScreens(wall, FakeSource(wall), PlainNames())
    screens.start()

    def say() -> None:
        sys.stdout.write(
            json.dumps(
                {
                    "screens": len(QGuiApplication.screens()),
                    "open": {
                        window_id: [
                            window.geometry().x(), window.geometry().y(),
                            window.geometry().width(), window.geometry().height(),
                        ]
                        for window_id, window in screens.windows.items()
                    },
                    "cameras": {
                        window_id: [tile.camera_id for tile in window.tiles[:2]]
                        for window_id, window in wall.windows.items()
                    },
                }
            )
            + "\n"
        )  # fmt: skip
        sys.stdout.flush()

    def heard() -> None:
        words = sys.stdin.readline().split()
        if not words or words[0] == "quit":
            screens.close()
            application.quit()
        elif words[0] == "call":
            window_id = next(iter(screens.windows))
            wall.put_camera(TileAddress(window_id, 0), CameraId(f"cam-{words[1]}"))
            say()
        else:
            say()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(heard)
    say()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
