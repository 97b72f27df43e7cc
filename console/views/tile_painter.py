"""TilePainter: one tile's look (UI.md §Tile). The picture first, everything else from cached plates.

Decides nothing about cameras; is told its rectangle, tile, feed and alarm by the wall view.
Works in device pixels of the window. Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from config.site import CameraId
from console.bridge.tile_image import TileFeed, TileImage
from console.state.tiles import Tile, TileAddress, TileAlarm
from console.views import theme
from console.views.tile_geometry import Placement, placement, source_px
from console.views.tile_look import PLATE_ALPHA, PlateCache, PlateKey, Span, text_px
from console.views.tile_status import CARDS, EMPTY_STATUS, TileMode, TileStatus, tile_status
from console.views.tile_texts import alert_kind_text

SELECTED_PX = 2
ALARM_PX = 3
#: Overlays of an alarm tile come in over this time.
FADE_S = 0.3
#: How dark the last picture lies behind a card.
DIM_ALPHA = 0.78


class TileNames(Protocol):
    """Numbers and names of cameras, as the operator knows them."""

    def number_text(self, camera_id: CameraId) -> str: ...
    def name(self, camera_id: CameraId) -> str: ...


class TilePainter:
    """One tile of one window. `frame_count`: different pictures painted so far."""

    def __init__(self, address: TileAddress, rect: QRect, ratio: float, plates: PlateCache) -> None:
        """`rect`: where the tile lies, device pixels; `ratio`: device pixels per point."""
        self.address = address
        self.rect = rect
        self.tile = Tile()
        self.feed: TileFeed | None = None
        self.alarm: TileAlarm | None = None
        self.selected = False
        self.frame_count = 0
        self._number_painted = -1
        self.badges: tuple[str, ...] = ()
        self.top_inset_px = 0
        self._label: tuple[str, str] = ("", "")
        self.ratio = ratio
        self._plates = plates
        self._size_px = text_px(rect.height(), ratio)
        self._status: TileStatus = EMPTY_STATUS
        self._alarm_since_ns: int | None = None
        self._fade = 1.0
        self._placement = Placement(0, 0, rect.width(), rect.height())
        self._placement_key: object = None

    # -- what the view tells

    def show(
        self, tile: Tile, feed: TileFeed | None, alarm: TileAlarm | None, label: tuple[str, str]
    ) -> None:
        """Takes over content; `label` is number and name of the camera."""
        if alarm is None or self.alarm is None or alarm.alert_id != self.alarm.alert_id:
            self._alarm_since_ns = None
            self._fade = 1.0 if alarm is None else 0.0
        self.tile, self.feed, self.alarm, self._label = tile, feed, alarm, label

    def refresh(self, mono_ns: int, utc_ns: int) -> bool:
        """Works out texts and fades anew; True when the tile looks different now."""
        status = tile_status(self.tile, self.feed, self.alarm, mono_ns, utc_ns)
        changed = status != self._status
        self._status = status
        return self._step_fade(mono_ns) or changed

    @property
    def fading(self) -> bool:
        return self._fade < 1.0

    @property
    def status(self) -> TileStatus:
        """What the tile says, as last worked out."""
        return self._status

    @property
    def mode(self) -> TileMode:
        return self._status.mode

    def picture_rect(self) -> QRect:
        """What a new frame changes, device pixels of the window."""
        p = self._placement
        return QRect(self.rect.x() + p.x_px, self.rect.y() + p.y_px, p.width_px, p.height_px)

    @property
    def placement(self) -> Placement:
        return self._placement

    # -- painting

    def paint(self, painter: QPainter) -> None:
        """The whole tile; the caller has clipped to what changed."""
        image = self.feed.image() if self.feed is not None else None
        self._place(image)
        if image is not None:
            self._paint_picture(painter, image)
            self.frame_count += image.number != self._number_painted
            self._number_painted = image.number
        else:
            painter.fillRect(self.rect, QColor(theme.COLOURS.panel))
        if self._status.mode in CARDS:
            self._paint_card(painter, dimmed=image is not None)
        self._paint_overlays(painter)

    def _place(self, image: TileImage | None) -> None:
        width, height = (0, 0) if image is None else self._natural_size(image)
        key = (width, height, self.tile.aspect, self.tile.region_norm)
        if key != self._placement_key:
            self._placement_key = key
            self._placement = placement(
                self.rect.width(), self.rect.height(), width, height,
                self.tile.aspect, self.tile.region_norm,
            )  # fmt: skip

    def _natural_size(self, image: TileImage) -> tuple[int, int]:
        health = self.feed.health() if self.feed is not None else None
        if health is not None and health.width_px > 0 and health.height_px > 0:
            return health.width_px, health.height_px
        return image.image.width(), image.image.height()

    def _paint_picture(self, painter: QPainter, image: TileImage) -> None:
        target = self.picture_rect()
        if target != self.rect:
            painter.fillRect(self.rect, Qt.GlobalColor.black)
        width, height = image.image.width(), image.image.height()
        shown = self._placement.region_norm
        if shown == image.region_norm and width == target.width() and height == target.height():
            painter.drawImage(target.topLeft(), image.image)
            return
        x, y, w, h = source_px(shown, image.region_norm, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(target), image.image, QRectF(x, y, w, h))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def _paint_card(self, painter: QPainter, *, dimmed: bool) -> None:
        """Title and lines in the middle, over the dimmed last picture."""
        if dimmed:
            painter.fillRect(self.rect, theme.colour(theme.COLOURS.background, DIM_ALPHA))
        status, colours = self._status, theme.COLOURS
        lost = status.mode is TileMode.LOST
        title_px = round(self._size_px * 1.35)
        title_colour = colours.red if lost else colours.secondary
        rows = [(status.title, title_px, colours.text if lost else title_colour, True)]
        rows += [(line, self._size_px, colours.secondary, False) for line in status.lines]
        total = sum(round(size * 1.6) for _, size, _, _ in rows)
        mark_px = title_px if lost else 0
        y = self.rect.center().y() - (total + mark_px * 2) / 2
        if lost:
            self._paint_lost_mark(
                painter, QPointF(self.rect.center().x(), y + mark_px / 2), mark_px
            )
            y += mark_px * 1.6
        for text, size, colour, bold in rows:
            self._paint_row(painter, text, y, size, colour, bold=bold)
            y += round(size * 1.6)

    def _paint_row(
        self, painter: QPainter, text: str, y: float, size_px: int, colour: str, *, bold: bool
    ) -> None:
        font = theme.font(size_px, bold=bold)
        area = QRectF(self.rect.x() + 8, y, self.rect.width() - 16, size_px * 1.6)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_lost_mark(self, painter: QPainter, centre: QPointF, size_px: float) -> None:
        """A red disc with a bar: loss is told by shape as well as by colour."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(QColor(theme.COLOURS.red)))
        painter.drawEllipse(centre, size_px / 2, size_px / 2)
        painter.setBrush(QBrush(QColor(theme.COLOURS.background)))
        painter.drawRect(
            QRectF(
                centre.x() - size_px * 0.28,
                centre.y() - size_px * 0.07,
                size_px * 0.56,
                size_px * 0.14,
            )
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # -- overlays

    def _paint_overlays(self, painter: QPainter) -> None:
        if self.tile.camera_id is not None:
            self._paint_label(painter)
        if self._status.age:
            self._paint_age(painter)
        if self.alarm is not None:
            self._paint_alarm(painter, self.alarm)
        self._paint_badges(painter)
        if self.selected:
            inset = ALARM_PX if self.alarm is not None else 0
            _paint_frame(
                painter, self.rect, theme.COLOURS.accent, self._line(SELECTED_PX), self._line(inset)
            )

    def _line(self, points: int) -> int:
        return round(points * self.ratio)

    def _margin(self) -> int:
        return max(self._line(6), self._size_px // 2)

    def _paint_label(self, painter: QPainter) -> None:
        number, name = self._label
        spans = (Span(number, theme.COLOURS.text, bold=True), Span("  " + name, theme.COLOURS.text))
        room = (
            self.rect.width() - 2 * self._margin() - (self._size_px * 6 if self._status.age else 0)
        )
        plate = self._plates.plate(
            PlateKey(spans, self._size_px, theme.COLOURS.background, PLATE_ALPHA, max(20, room))
        )
        painter.drawPixmap(
            QPoint(
                self.rect.x() + self._margin(),
                self.rect.bottom() + 1 - self._margin() - plate.height(),
            ),
            plate,
        )

    def _paint_age(self, painter: QPainter) -> None:
        old = self._status.mode is TileMode.OLD
        colours = theme.COLOURS
        span = Span(self._status.age, "#FFFFFF" if old else colours.background, bold=True)
        plate = self._plates.plate(
            PlateKey((span,), self._size_px, colours.red if old else colours.amber, 0.95)
        )
        painter.drawPixmap(
            QPoint(
                self.rect.right() + 1 - self._margin() - plate.width(),
                self.rect.bottom() + 1 - self._margin() - plate.height(),
            ),
            plate,
        )

    def _paint_badges(self, painter: QPainter) -> None:
        right = self.rect.right() + 1 - self._margin()
        top = self.rect.y() + self._margin() + (self.band_px() if self.alarm is not None else 0)
        for text in self._badge_texts():
            plate = self._plates.plate(
                PlateKey(
                    (Span(text, theme.COLOURS.text, bold=True),),
                    self._size_px, theme.COLOURS.background, PLATE_ALPHA,
                )
            )  # fmt: skip
            right -= plate.width()
            painter.drawPixmap(QPoint(right, top), plate)
            right -= self._margin() // 2

    def _badge_texts(self) -> list[str]:
        texts = list(self.badges)
        if self.tile.zoom > 1.01:
            texts.append(f"{self.tile.zoom:.1f}×")
        if self.tile.pinned:
            texts.append("📌")
        return texts

    # -- alarm

    def band_px(self) -> int:
        """Height of an alarm's band."""
        return round(self._size_px * 1.62)

    def _paint_alarm(self, painter: QPainter, alarm: TileAlarm) -> None:
        """Frame, band with kind, place, age and key, and the box in the picture."""
        colours = theme.COLOURS
        if alarm.box_norm is not None and self._status.mode not in CARDS:
            self._paint_box(painter, alarm.box_norm)
        _paint_frame(painter, self.rect, colours.alarm, self._line(ALARM_PX))
        ink = "#12090A"
        spans = (
            Span(alert_kind_text(alarm.kind), ink, bold=True),
            Span(f"  {alarm.place}", ink),
            Span(f"  {self._status.alarm_age}", ink, bold=True),
            Span(f"   ⏎ {alarm.key}" if alarm.key == "Enter" else f"   {alarm.key}", ink),
        )
        plate = self._plates.plate(
            PlateKey(
                spans, self._size_px, colours.alarm, 1.0, self.rect.width() - self.top_inset_px
            )
        )
        painter.drawPixmap(QPoint(self.rect.x(), self.rect.y()), plate)

    def _paint_box(self, painter: QPainter, box: tuple[float, float, float, float]) -> None:
        x, y, w, h = self._placement.box_px(box)
        area = QRectF(self.rect.x() + x, self.rect.y() + y, w, h)
        painter.save()
        painter.setClipRect(self.picture_rect(), Qt.ClipOperation.IntersectClip)
        painter.setOpacity(self._fade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(theme.COLOURS.background, 0.6), self._line(4)))
        painter.drawRect(area)
        painter.setPen(QPen(QColor(theme.COLOURS.alarm), self._line(2)))
        painter.drawRect(area)
        painter.restore()

    def _step_fade(self, mono_ns: int) -> bool:
        if self._fade >= 1.0:
            return False
        if self._alarm_since_ns is None:
            self._alarm_since_ns = mono_ns
        self._fade = min(1.0, (mono_ns - self._alarm_since_ns) / 1e9 / FADE_S)
        return True


def _paint_frame(
    painter: QPainter, rect: QRect, colour: str, width_px: int, inset_px: int = 0
) -> None:
    """A frame inside `rect`, as four fills: no antialiasing, no path."""
    ink = QColor(colour)
    r = rect.adjusted(inset_px, inset_px, -inset_px, -inset_px)
    painter.fillRect(r.x(), r.y(), r.width(), width_px, ink)
    painter.fillRect(r.x(), r.bottom() + 1 - width_px, r.width(), width_px, ink)
    painter.fillRect(r.x(), r.y(), width_px, r.height(), ink)
    painter.fillRect(r.right() + 1 - width_px, r.y(), width_px, r.height(), ink)
