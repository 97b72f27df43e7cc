"""TilePainter: one tile's look (UI.md §Tile). The picture first, everything else from stamps.

Decides nothing about cameras; is told its rectangle, tile, feed and alarm by the wall view.
Works in device pixels of the window. Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.bridge.frame_wants import picture_shape
from console.bridge.tile_image import TileFeed, TileImage
from console.state.tile_geometry import Placement, placement, source_px
from console.state.tiles import Region, Tile, TileAddress, TileAlarm
from console.views import theme
from console.views.tile_card import paint_card
from console.views.tile_look import PlateCache, text_px
from console.views.tile_overlays import (
    OverlayContent,
    Overlays,
    alarm_band_px,
    badge_texts,
    overlays,
)
from console.views.tile_status import CARDS, EMPTY_STATUS, TileMode, TileStatus, tile_status

#: Overlays of an alarm tile come in over this time.
FADE_S = 0.3


class TileNames(Protocol):
    """Numbers and names of cameras, as the operator knows them: `CameraDirectory`."""

    def number_of(self, camera_id: str) -> int | None: ...
    def name_of(self, camera_id: str) -> str: ...


class TilePainter:
    """One tile of one window. `frame_count`: different pictures painted so far."""

    def __init__(self, address: TileAddress, rect: QRect, ratio: float, plates: PlateCache) -> None:
        """`rect`: where the tile lies, device pixels; `ratio`: device pixels per point."""
        self.address = address
        self.rect = rect
        self.ratio = ratio
        self.tile = Tile()
        self.feed: TileFeed | None = None
        self.alarm: TileAlarm | None = None
        self.selected = False
        self.tells_empty = True
        self.frame_count = 0
        self.placement = Placement(0, 0, rect.width(), rect.height())
        self.picture_rect = QRect(rect)
        self.badges: tuple[str, ...] = ()
        self._label: tuple[str, str] = ("", "")
        self._plates = plates
        self._size_px = text_px(rect.height(), ratio)
        self._status: TileStatus = EMPTY_STATUS
        self._overlays: Overlays | None = None
        self._number_painted = -1
        self._alarm_since_ns: int | None = None
        self._fade = 1.0
        self._placement_key: object = None

    # -- what the view tells

    def show(
        self,
        tile: Tile,
        feed: TileFeed | None,
        alarm: TileAlarm | None,
        label: tuple[str, str],
        *,
        selected: bool,
        badges: tuple[str, ...] = (),
    ) -> None:
        """Takes over content; `label` is number and name of the camera."""
        if alarm is None or self.alarm is None or alarm.alert_id != self.alarm.alert_id:
            self._alarm_since_ns = None
            self._fade = 1.0 if alarm is None else 0.0
        self.tile, self.feed, self.alarm, self._label = tile, feed, alarm, label
        self.selected = selected
        self.badges = badges
        self._overlays = None

    def refresh(self, mono_ns: int, utc_ns: int) -> bool:
        """Works out texts and fades anew; True when the tile looks different now."""
        status = tile_status(
            self.tile, self.feed, self.alarm, mono_ns, utc_ns, tells_empty=self.tells_empty
        )
        changed = status != self._status
        if changed:
            self._status = status
            self._overlays = None
        return self._step_fade(mono_ns) or changed

    def forget_overlays(self) -> None:
        """After a change of theme or language."""
        self._overlays = None

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

    @property
    def top_px(self) -> int:
        """Height of the alarm's caption, 0 without one."""
        return 0 if self.alarm is None else alarm_band_px(self._size_px)

    # -- painting

    def paint(self, painter: QPainter) -> None:
        """The whole tile; the caller has clipped to what changed."""
        image = self.feed.image() if self.feed is not None else None
        if image is None:
            painter.fillRect(self.rect, QColor(theme.COLOURS.panel))
        else:
            self._place(image)
            self._paint_picture(painter, image)
            if image.number != self._number_painted:
                self._number_painted = image.number
                self.frame_count += 1
        if self._status.mode in CARDS:
            paint_card(painter, self.rect, self._status, self.ratio, over_picture=image is not None)
        elif self.alarm is not None and self.alarm.box_norm is not None:
            self._paint_box(painter, self.alarm.box_norm)
        if self._overlays is None:
            self._overlays = overlays(self._overlay_content(), self._plates)
        self._overlays.paint(painter)

    def _overlay_content(self) -> OverlayContent:
        number, name = self._label
        further = (*self.badges, self._status.notice) if self._status.notice else self.badges
        badges = badge_texts(self.tile.zoom, pinned=self.tile.pinned, further=further)
        return OverlayContent(
            self.rect, self.ratio, self._size_px, self._status,
            number, name, badges, self.alarm, self.selected,
        )  # fmt: skip

    def _place(self, image: TileImage) -> None:
        width, height = self._natural_size(image)
        key = (width, height, self.tile)
        if key == self._placement_key:
            return
        self._placement_key = key
        self.placement = p = placement(
            self.rect.width(), self.rect.height(), width, height,
            self.tile.aspect, self.tile.region_norm,
        )  # fmt: skip
        self.picture_rect = QRect(
            self.rect.x() + p.x_px, self.rect.y() + p.y_px, p.width_px, p.height_px
        )

    def _natural_size(self, image: TileImage) -> tuple[int, int]:
        """The whole picture's shape, as told by the stream, else as the ring looks."""
        shape = picture_shape(self.feed.health() if self.feed is not None else None)
        return shape if shape[0] else (image.image.width(), image.image.height())

    def _paint_picture(self, painter: QPainter, image: TileImage) -> None:
        target = self.picture_rect
        if target != self.rect:
            self._paint_bars(painter)
        width, height = image.image.width(), image.image.height()
        shown = self.placement.region_norm
        if shown == image.region_norm and width == target.width() and height == target.height():
            painter.drawImage(target.topLeft(), image.image)
            return
        x, y, w, h = source_px(shown, image.region_norm, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(target), image.image, QRectF(x, y, w, h))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def _paint_bars(self, painter: QPainter) -> None:
        """Black beside a picture of another shape; clipped away when only the picture changed."""
        r, p = self.rect, self.picture_rect
        black = Qt.GlobalColor.black
        painter.fillRect(r.x(), r.y(), r.width(), p.y() - r.y(), black)
        painter.fillRect(r.x(), p.bottom() + 1, r.width(), r.bottom() - p.bottom(), black)
        painter.fillRect(r.x(), p.y(), p.x() - r.x(), p.height(), black)
        painter.fillRect(p.right() + 1, p.y(), r.right() - p.right(), p.height(), black)

    def _paint_box(self, painter: QPainter, box: Region) -> None:
        """The alert's box in the picture, coming in gently."""
        x, y, w, h = self.placement.box_px(box)
        area = QRectF(self.rect.x() + x, self.rect.y() + y, w, h)
        painter.save()
        painter.setClipRect(self.picture_rect, Qt.ClipOperation.IntersectClip)
        painter.setOpacity(self._fade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for points, ink in (
            (4.0, theme.colour(theme.DARK.background, 0.6)),
            (2.0, QColor(theme.COLOURS.alarm)),
        ):
            painter.setPen(QPen(ink, points * self.ratio))
            painter.drawRect(area)
        painter.restore()

    def _step_fade(self, mono_ns: int) -> bool:
        if self._fade >= 1.0:
            return False
        if self._alarm_since_ns is None:
            self._alarm_since_ns = mono_ns
        self._fade = min(1.0, (mono_ns - self._alarm_since_ns) / 1e9 / FADE_S)
        return True
