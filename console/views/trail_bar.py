"""TrailBar: the time bar under the map while trails are replayed: play, speed, moment, close.

What it shows is not now, and it says so in amber. Threads: GUI thread only.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from console.state.trails import TrailReplay
from console.views import theme
from console.views.words import translate

FRAME_MS = 40
#: Steps of the slider: a day of trails moves by some 9 s a step.
STEPS = 10_000
MARGIN_PX = 12


class TrailBar(QFrame):
    """Shown while a replay is open."""

    def __init__(self, replay: TrailReplay, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._replay = replay
        self._play, self._speed, self._close = (QToolButton(self) for _ in range(3))
        self._moment = QLabel(self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, STEPS)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._play)
        row.addWidget(self._speed)
        row.addWidget(self._slider, 1)
        row.addWidget(self._moment)
        row.addWidget(self._close)
        for part in (self._play, self._speed, self._close, self._slider):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._play.clicked.connect(self._on_play)
        self._speed.clicked.connect(self._on_speed)
        self._close.clicked.connect(self._on_close)
        self._slider.sliderMoved.connect(self._on_slider)
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._on_frame)
        self._elapsed = QElapsedTimer()
        replay.changed.connect(self.refresh)
        self.hide()

    def place(self) -> None:
        """Along the lower edge of its parent."""
        parent = self.parentWidget()
        if parent is not None:
            height = self.sizeHint().height()
            y = parent.height() - height - 3 * MARGIN_PX
            self.setGeometry(MARGIN_PX, y, parent.width() - 2 * MARGIN_PX, height)

    def refresh(self) -> None:
        replay = self._replay
        if not replay.is_open:
            self._timer.stop()
            self.hide()
            return
        if not self.isVisible():
            self.show()
            self.raise_()
        if replay.is_playing and not self._timer.isActive():
            self._elapsed.start()
            self._timer.start()
        self._play.setText("❚❚" if replay.is_playing else "▶")
        self._play.setToolTip(translate("Trails", "Play or pause (Shift+U)"))
        self._speed.setText(f"×{replay.speed}")
        self._speed.setToolTip(translate("Trails", "Speed"))
        self._close.setText(translate("Trails", "Back to now"))
        moment = datetime.fromtimestamp(replay.at_ms / 1000).strftime("%m-%d %H:%M:%S")
        self._moment.setText(translate("Trails", "Replay {0}").format(moment))
        self._moment.setStyleSheet(f"color: {theme.COLOURS.amber}")
        span = max(1.0, replay.until_ms - replay.from_ms)
        if not self._slider.isSliderDown():
            self._slider.setValue(round((replay.at_ms - replay.from_ms) / span * STEPS))
        self.place()

    def _on_frame(self) -> None:
        self._replay.advance(self._elapsed.restart() / 1000)
        if not self._replay.is_playing:
            self._timer.stop()
            self.refresh()

    def _on_play(self) -> None:
        self._replay.toggle()

    def _on_speed(self) -> None:
        self._replay.next_speed()

    def _on_close(self) -> None:
        self._replay.close()

    def _on_slider(self, step: int) -> None:
        span = self._replay.until_ms - self._replay.from_ms
        self._replay.seek(self._replay.from_ms + span * step / STEPS)
