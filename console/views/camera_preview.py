"""CameraPreview: the last picture of the camera under the cursor, and how old it is.

Never opens a stream: what nobody has shown yet has no picture, and says so.
Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from config.site import CameraId
from console.bridge.thumbnails import Thumbnail
from console.state.session import ConsoleSession
from console.views import theme, tile_texts, words
from console.views.camera_marks import mark_text
from console.views.words import translate

#: A picture younger than this is the live one.
LIVE_S = 2.0
_REFRESH_MS = 1_000
_CAPTION_PX = 40
_MARGIN_PX = 8


class Thumbnails(Protocol):
    """The part of `ThumbnailShelf` used here."""

    def now(self, camera_id: CameraId) -> Thumbnail | None: ...


class CameraPreview(QWidget):
    """A picture 16:9 and two lines: which camera, and of when the picture is."""

    def __init__(
        self, session: ConsoleSession, thumbnails: Thumbnails | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._thumbnails = thumbnails
        self._camera_id: CameraId | None = None
        self._shown: Thumbnail | None = None
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def show_camera(self, camera_id: CameraId | None) -> None:
        """The camera under the cursor; None (a branch): the place stays and says what to do."""
        self._camera_id = camera_id
        if camera_id is None:
            self._timer.stop()
        else:
            self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Looks for the picture again; called by itself once a second while it is shown."""
        if self._camera_id is not None and self._thumbnails is not None:
            self._shown = self._thumbnails.now(self._camera_id)
        else:
            self._shown = None
        self.setFixedHeight(self._picture_rect().height() + _CAPTION_PX + 2 * _MARGIN_PX)
        self.update()

    def age_text(self) -> str:
        """Of when the picture is, in words."""
        if self._shown is None:
            return translate("Cameras", "No picture kept yet: show the camera once")
        age_s = self._shown.age_s(self._session.clock.utc_ns())
        if self._shown.is_open and age_s < LIVE_S:
            return translate("Cameras", "picture of now, from the wall")
        return translate("Cameras", "picture {0} old").format(words.duration_text(age_s))

    def relay_text(self) -> str:
        """Whose relay the camera's pictures come by, stand-ins too; empty: it is asked itself."""
        relay = self._session.site.settings.relay
        if self._camera_id is None or not relay.takes(self._camera_id):
            return ""
        return tile_texts.relayed_text(" / ".join(relay.places))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def _picture_rect(self) -> QRect:
        width = max(1, self.width() - 2 * _MARGIN_PX)
        return QRect(_MARGIN_PX, _MARGIN_PX, width, round(width * 9 / 16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = self._picture_rect()
        painter.fillRect(box, theme.colour(theme.COLOURS.background))
        if self._shown is not None:
            self._paint_picture(painter, self._shown, box)
        if self._camera_id is not None:
            self._paint_lines(painter, box, self._camera_id)
        else:
            self._paint_hint(painter, box)

    def _paint_hint(self, painter: QPainter, box: QRect) -> None:
        painter.setFont(theme.font(theme.SIZE_DENSE_PX))
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        text = translate("Cameras", "Enter calls a camera to the selected tile; or drag it there")
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(16, 0, -16, 0), flags, text)

    def _paint_picture(self, painter: QPainter, shown: Thumbnail, box: QRect) -> None:
        size = shown.image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        area = QRect(box.topLeft(), size)
        area.moveCenter(box.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        is_live = shown.is_open and shown.age_s(self._session.clock.utc_ns()) < LIVE_S
        painter.setOpacity(1.0 if is_live else 0.62)
        painter.drawImage(QRectF(area), shown.image)
        painter.setOpacity(1.0)

    def _paint_lines(self, painter: QPainter, box: QRect, camera_id: CameraId) -> None:
        directory, health = self._session.directory, self._session.health
        number = directory.number_of(camera_id)
        name = directory.name_of(camera_id)
        state = mark_text(health.mark_of(camera_id))
        lines = (
            (name if number is None else f"{number}  {name}", theme.COLOURS.text, True),
            (
                " · ".join(part for part in (state, self.age_text(), self.relay_text()) if part),
                theme.COLOURS.secondary,
                False,
            ),
        )
        top = box.bottom() + 4
        for text, ink, bold in lines:
            painter.setFont(theme.font(theme.SIZE_DENSE_PX, bold=bold))
            painter.setPen(theme.colour(ink))
            area = QRect(box.left(), top, box.width(), _CAPTION_PX // 2)
            shown = QFontMetrics(painter.font()).elidedText(
                text, Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)
            top += _CAPTION_PX // 2
