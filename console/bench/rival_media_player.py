"""Qt's own way: one QMediaPlayer and one QVideoWidget a camera. A rival, not a part.

Started as `python -m console.bench.rival_media_player JOB` (a `RivalJob` as JSON). Needs the wheel
PySide6-Addons (QtMultimedia), which the product does not. Frames are those its sinks are given.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import Any

import msgspec

from console.bench.rival_job import RivalJob, RivalResult


def main(argument: str) -> int:
    """Shows the streams for the job's time."""
    job = msgspec.json.decode(argument, type=RivalJob)
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QTimer, QUrl
    from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

    # not a dependency: absent from a plain installation
    multimedia: Any = importlib.import_module("PySide6.QtMultimedia")
    widgets: Any = importlib.import_module("PySide6.QtMultimediaWidgets")
    application = QApplication([])
    wall = QWidget()
    grid = QGridLayout(wall)
    grid.setSpacing(2)
    frames = [0] * len(job.urls)
    players = []
    side = -(-len(job.urls) // round(len(job.urls) ** 0.5))
    for tile, url in enumerate(job.urls):
        video = widgets.QVideoWidget()
        video.setFixedSize(job.tile_width_px, job.tile_height_px)
        grid.addWidget(video, tile // side, tile % side)
        player = multimedia.QMediaPlayer()
        player.setVideoOutput(video)

        def count(_frame: object, tile: int = tile) -> None:
            frames[tile] += 1

        video.videoSink().videoFrameChanged.connect(count)
        player.setSource(QUrl(url))
        player.play()
        players.append(player)
    wall.show()
    marks: list[tuple[float, list[int]]] = []

    def mark() -> None:
        marks.append((time.monotonic(), list(frames)))
        (began, before), (ended, after) = marks[0], marks[-1]
        counted = tuple(b - a for a, b in zip(before, after, strict=True))
        result = RivalResult(ended - began, counted, application.platformName())
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        sys.stdout.flush()
        if len(marks) == 2:
            os._exit(0)  # players of live streams may take long to stop

    QTimer.singleShot(round(job.warm_up_s * 1000), mark)
    QTimer.singleShot(round((job.warm_up_s + job.seconds) * 1000), mark)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
