"""TilePainter: one tile's look (UI.md §Tile). The picture first, everything else from stamps.

Decides nothing about cameras; is told its rectangle, tile, feed and alarm by the wall view.
Works in device pixels of the window. Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from config.site import Zone
from console.bridge.frame_wants import picture_shape
from console.bridge.tile_image import TileFeed, TileImage
from console.state.people_in_view import PersonInView
from console.state.tile_geometry import Placement, placement
from console.state.tile_marks import TileMarks
from console.state.tiles import Region, Tile, TileAddress, TileAlarm
from console.state.track_trails import Trail
from console.views import theme
from console.views.tile_card import paint_card
from console.views.tile_look import PlateCache, text_px
from console.views.tile_overlays import (
    OverlayContent,
    Overlays,
    badge_texts,
    captions_px,
    overlays,
)
from console.views.tile_people import paint_people
from console.views.tile_picture import (
    PartSource,
    PicturePart,
    overview_place,
    paint_bars,
    paint_overview_marks,
    paint_part,
    picture_parts,
)
from console.views.tile_status import CARDS, EMPTY_STATUS, TileMode, TileStatus, tile_status
from console.views.tile_trails import paint_trails
from console.views.tile_zones import paint_zones

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
        self.hint = ""
        self.zones: tuple[Zone, ...] = ()
        self.trails: tuple[Trail, ...] = ()
        self.people: tuple[PersonInView, ...] = ()
        self.has_box = True
        #: Rectangle the zoom tool is drawing, device pixels of the window.
        self.band: QRect | None = None
        #: Where the little map of a zoomed picture lies; empty while there is none.
        self.overview_rect = QRect()
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
        self._has_picture = False
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
        hint: str = "",
    ) -> None:
        """Takes over content; `label`: number and name of the camera, `hint`: a tool's keys."""
        if alarm is None or self.alarm is None or alarm.alert_id != self.alarm.alert_id:
            self._alarm_since_ns = None
            self._fade = 1.0 if alarm is None else 0.0
        self.tile, self.feed, self.alarm, self._label = tile, feed, alarm, label
        self.selected = selected
        self.badges = badges
        self.hint = hint
        self._overlays = None

    def mark(self, marks: TileMarks) -> bool:
        """Takes over what is drawn into the picture; True when that is something else now."""
        before = (self.zones, self.has_box, self.trails, self.people)
        self.zones, self.has_box = marks.zones_of(self.tile.camera_id), marks.has_boxes
        self.trails = marks.trails_of(self.tile.camera_id)
        self.people = marks.people_of(self.tile.camera_id)
        return (self.zones, self.has_box, self.trails, self.people) != before

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
        """Height of the captions, 0 without any."""
        return captions_px(self._size_px, self.alarm, self._status)

    # -- painting

    def paint(self, painter: QPainter) -> None:
        """The whole tile; the caller has clipped to what changed."""
        for part in self.take_parts():
            paint_part(painter, part)
        self.paint_look(painter)

    def take_parts(self) -> tuple[PicturePart, ...]:
        """The pictures of the tile as they lie now, bottom first; they count as painted."""
        image = self.feed.image() if self.feed is not None else None
        self._has_picture = image is not None
        if image is not None:
            self._place(image)
            if image.number != self._number_painted:
                self._number_painted = image.number
                self.frame_count += 1
        whole = self.feed.overview() if self.feed is not None and image is not None else None
        parts = picture_parts(
            self.rect, self.picture_rect, self.placement.region_norm, image, whole
        )
        self.overview_rect = overview_place(
            self.rect, self.tile.region_norm, None if self._status.mode in CARDS else whole,
            self._size_px, self.ratio,
        )  # fmt: skip
        if self.overview_rect.isEmpty():
            return parts
        return (*parts, PicturePart(PartSource.WHOLE, self.overview_rect, whole))

    @property
    def look_key(self) -> object:
        """Is another one when the parts last taken lie so that the look differs, too."""
        place, overview = self.placement, self.overview_rect
        return (place, self._has_picture, overview.x(), overview.y(), overview.width())

    def paint_look(self, painter: QPainter) -> None:
        """What lies over the parts last taken."""
        if self._has_picture:
            if self.picture_rect != self.rect:
                paint_bars(painter, self.rect, self.picture_rect)
            if not self.overview_rect.isEmpty():
                paint_overview_marks(
                    painter, self.overview_rect, self.placement.region_norm, self.ratio
                )
        if self._status.mode in CARDS:
            paint_card(painter, self.rect, self._status, self.ratio, over_picture=self._has_picture)
        elif self._status.replay:
            pass  # the alert's box is of now, the picture is not
        elif self._has_picture:
            if self.zones:
                paint_zones(
                    painter, self.zones, self.placement, self.rect, self.picture_rect, self._size_px
                )
            if self.trails:
                paint_trails(
                    painter, self.trails, self.placement, self.rect, self.picture_rect, self.ratio
                )
            if self.has_box and self.alarm is not None and self.alarm.box_norm is not None:
                self._paint_box(painter, self.alarm.box_norm)
            if self.people:
                paint_people(
                    painter, self.people, self.placement, self.rect, self.picture_rect,
                    self._size_px, self._plates,
                )  # fmt: skip
        if self._overlays is None:
            self._overlays = overlays(self._overlay_content(), self._plates)
        self._overlays.paint(painter)
        if self.band is not None:
            painter.setPen(QPen(QColor(theme.COLOURS.accent), self.ratio))
            painter.drawRect(self.band)

    def _overlay_content(self) -> OverlayContent:
        number, name = self._label
        further = (*self.badges, self._status.notice) if self._status.notice else self.badges
        badges = badge_texts(
            self.tile.zoom,
            pinned=self.tile.pinned,
            is_linked=self.tile.zoomed_for is not None,
            further=further,
        )
        return OverlayContent(
            self.rect, self.ratio, self._size_px, self._status,
            number, name, badges, self.alarm, self.selected, self.hint,
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
        return shape if shape[0] else image.size

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
