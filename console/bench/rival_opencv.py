"""The usual do-it-yourself wall: one OpenCV thread and one QLabel a camera. A rival, not a part.

Started as `python -m console.bench.rival_opencv JOB` (a `RivalJob` as JSON) in a process of its own:
importing cv2 changes Qt's plugin paths. Prints one JSON line with the frames shown per tile.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import msgspec

from console.bench.rival_job import RivalJob, RivalResult


def main(argument: str) -> int:
    """Shows the streams for the job's time."""
    job = msgspec.json.decode(argument, type=RivalJob)
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp|threads;1"
    import cv2

    cv2.setNumThreads(1)
    if "DISPLAY" not in os.environ:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        os.environ.pop(name, None)
    from PySide6.QtCore import QObject, QTimer, Signal, Slot
    from PySide6.QtGui import QImage, QPixmap
    from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

    stop = threading.Event()

    class Reader(QObject):
        ready = Signal(int, QImage)

        def run(self, tile: int, url: str) -> None:
            capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
            while not stop.is_set():
                good, picture = capture.read()
                if not good:
                    break
                small = cv2.resize(
                    picture, (job.tile_width_px, job.tile_height_px), interpolation=cv2.INTER_LINEAR
                )
                image = QImage(
                    small.data, job.tile_width_px, job.tile_height_px, small.strides[0],
                    QImage.Format.Format_BGR888,
                ).copy()  # fmt: skip
                self.ready.emit(tile, image)
            capture.release()

    class Wall(QWidget):
        def __init__(self) -> None:
            super().__init__()
            grid = QGridLayout(self)
            grid.setSpacing(2)
            grid.setContentsMargins(0, 0, 0, 0)
            self.labels = [QLabel() for _ in job.urls]
            self.frames = [0] * len(job.urls)
            side = -(-len(job.urls) // round(len(job.urls) ** 0.5))
            for number, label in enumerate(self.labels):
                label.setFixedSize(job.tile_width_px, job.tile_height_px)
                grid.addWidget(label, number // side, number % side)

        @Slot(int, QImage)
        def show_picture(self, tile: int, image: QImage) -> None:
            self.labels[tile].setPixmap(QPixmap.fromImage(image))
            self.frames[tile] += 1

    application = QApplication([])
    wall = Wall()
    wall.show()
    readers = [Reader() for _ in job.urls]
    threads = []
    for tile, (reader, url) in enumerate(zip(readers, job.urls, strict=True)):
        reader.ready.connect(wall.show_picture)
        threads.append(threading.Thread(target=reader.run, args=(tile, url), daemon=True))
        threads[-1].start()
    marks: list[tuple[float, list[int]]] = []

    def mark() -> None:
        marks.append((time.monotonic(), list(wall.frames)))
        result = RivalResult(*_between(marks), application.platformName())
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
        sys.stdout.flush()
        if len(marks) == 2:
            stop.set()
            application.quit()

    QTimer.singleShot(round(job.warm_up_s * 1000), mark)
    QTimer.singleShot(round((job.warm_up_s + job.seconds) * 1000), mark)
    application.exec()
    for thread in threads:
        thread.join(3.0)
    # threads that still hang in a read must not keep the process
    os._exit(0)


def _between(marks: list[tuple[float, list[int]]]) -> tuple[float, tuple[int, ...]]:
    (began, before), (ended, after) = marks[0], marks[-1]
    return ended - began, tuple(b - a for a, b in zip(before, after, strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
