"""What lies over a tile's picture, as a list of stamps: plates at places, and frames.

Worked out when something changes, not when a frame arrives: painting a live tile is its picture
and two or three blits. Sizes in device pixels of the window.

Threads: GUI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap

from console.state.tiles import TileAlarm
from console.views import theme
from console.views.tile_look import PLATE_ALPHA, REPLAY_BAR_PX, PlateCache, PlateKey, Span
from console.views.tile_status import TileMode, TileStatus
from console.views.tile_texts import (
    alert_kind_text,
    further_view_text,
    linked_zoom_text,
    pinned_text,
    waiting_text,
)

SELECTED_PX = 2
ALARM_PX = 3
#: The frame of an alarm that is not urgent (parking, a stall).
ALARM_THIN_PX = 2
REPLAY_PX = 4
#: The caption of an alarm is larger than the other texts of its tile: it is read first.
ALARM_TEXT = 1.2
#: Text on the alarm colour: contrast 7.6:1.
ALARM_INK = "#160A04"


@dataclass(frozen=True, slots=True)
class OverlayContent:
    """What the overlays of a tile say.

    Attributes:
        rect: the tile, device pixels of the window.
        size_px: type size.
        number, name: of the camera; both empty for an empty tile.
        badges: texts at the top right, the first outermost.
        hint: the keys of a tool that is at work here.
    """

    rect: QRect
    ratio: float
    size_px: int
    status: TileStatus
    number: str = ""
    name: str = ""
    badges: tuple[str, ...] = ()
    alarm: TileAlarm | None = None
    selected: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Overlays:
    """Ready to paint: pixmaps with their places, plates first, then frames from outside to inside."""

    stamps: tuple[tuple[QPoint, QPixmap], ...]

    def paint(self, painter: QPainter) -> None:
        for place, stamp in self.stamps:
            painter.drawPixmap(place, stamp)


NO_OVERLAYS = Overlays(())


def badge_texts(
    zoom: float, *, pinned: bool, is_linked: bool = False, further: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """What stands at the top right: recording and PTZ owner (`further`), zoom factor, pin.

    `is_linked`: nobody zoomed, the tile follows its alert.
    """
    texts = list(further)
    if zoom > 1.01:
        texts.append(linked_zoom_text(zoom) if is_linked else f"{zoom:.1f}×")
    if pinned:
        texts.append(pinned_text())
    return tuple(texts)


def alarm_band_px(size_px: int) -> int:
    """Height of an alarm's caption in a tile of this type size."""
    return round(round(size_px * ALARM_TEXT) * 1.62)


def captions_px(size_px: int, alarm: TileAlarm | None, status: TileStatus) -> int:
    """Height of what captions a tile: its alarm, its replay."""
    return alarm_band_px(size_px) * ((alarm is not None) + bool(status.replay))


def overlays(content: OverlayContent, plates: PlateCache) -> Overlays:
    """The stamps of `content`."""
    margin = max(round(6 * content.ratio), content.size_px // 2)
    stamps: list[tuple[QPoint, QPixmap]] = []
    if content.name or content.number:
        stamps.append(_label(content, plates, margin))
    if content.status.age:
        stamps.append(_age(content, plates, margin))
    stamps.extend(_badges(content, plates, margin))
    if content.hint:
        stamps.append(_hint(content, plates, margin))
    captions = [] if content.alarm is None else [_caption(content, content.alarm, plates)]
    if content.status.replay:
        captions.append(_replay_caption(content, plates))
    return Overlays((*stamps, *_frames(content), *captions))  # frames would cut the text


def _label(content: OverlayContent, plates: PlateCache, margin: int) -> tuple[QPoint, QPixmap]:
    text = theme.DARK.text
    gap = "  " if content.number else ""
    spans = (Span(content.number, text, bold=True), Span(gap + content.name, text))
    room = content.rect.width() - 2 * margin
    if content.status.age:
        room -= content.size_px * 6
    plate = plates.plate(
        PlateKey(spans, content.size_px, _ground(), PLATE_ALPHA, max(content.size_px * 2, room))
    )
    bottom = content.rect.bottom() + 1 - margin
    if content.status.replay:
        bottom -= round(REPLAY_BAR_PX * content.ratio)
    return QPoint(content.rect.x() + margin, bottom - plate.height()), plate


def _age(content: OverlayContent, plates: PlateCache, margin: int) -> tuple[QPoint, QPixmap]:
    old = content.status.mode is TileMode.OLD
    light = theme.COLOURS.red if old else theme.COLOURS.amber
    span = Span(content.status.age, "#FFFFFF" if old else "#161003", bold=True)
    plate = plates.plate(PlateKey((span,), content.size_px, light, 0.96))
    right, bottom = content.rect.right() + 1 - margin, content.rect.bottom() + 1 - margin
    return QPoint(right - plate.width(), bottom - plate.height()), plate


def _badges(
    content: OverlayContent, plates: PlateCache, margin: int
) -> list[tuple[QPoint, QPixmap]]:
    right = content.rect.right() + 1 - margin
    top = content.rect.y() + margin
    top += captions_px(content.size_px, content.alarm, content.status)
    stamps = []
    for text in content.badges:
        spans = (Span(text, theme.DARK.text, bold=True),)
        plate = plates.plate(PlateKey(spans, content.size_px, _ground(), PLATE_ALPHA))
        right -= plate.width()
        stamps.append((QPoint(right, top), plate))
        right -= margin // 2
    return stamps


def _caption(
    content: OverlayContent, alarm: TileAlarm, plates: PlateCache
) -> tuple[QPoint, QPixmap]:
    """Kind, place, age and the key that opens it; that it is another view; how many wait.

    Only what is urgent fills its caption with the alarm colour.
    """
    urgent = alarm.priority == 1
    ink = ALARM_INK if urgent else theme.DARK.text
    kind_ink = ALARM_INK if urgent else theme.COLOURS.alarm
    spans = (
        Span(alert_kind_text(alarm.kind), kind_ink, bold=True),
        *((Span(f"  {further_view_text()}", ink),) if alarm.is_further_view else ()),
        Span(f"  {alarm.place}", ink),
        Span(f"  {content.status.alarm_age}", ink, bold=True),
        *((Span(f"  {waiting_text(alarm.waiting_count)}", ink, bold=True),) if alarm.waiting_count else ()),
        Span(f"  [{alarm.key}]", ink),
    )  # fmt: skip
    size = round(content.size_px * ALARM_TEXT)
    inset = 0 if urgent else alarm_frame_px(alarm, content.ratio)
    ground, alpha = (theme.COLOURS.alarm, 1.0) if urgent else (_ground(), PLATE_ALPHA)
    plate = plates.plate(PlateKey(spans, size, ground, alpha, content.rect.width() - 2 * inset))
    return content.rect.topLeft() + QPoint(inset, inset), plate


def alarm_frame_px(alarm: TileAlarm, ratio: float) -> int:
    """Width of an alarm's frame in device pixels: what is not urgent is framed thinly."""
    return max(1, round((ALARM_PX if alarm.priority == 1 else ALARM_THIN_PX) * ratio))


def _hint(content: OverlayContent, plates: PlateCache, margin: int) -> tuple[QPoint, QPixmap]:
    """Middle of the top, under caption and badges."""
    span = Span(content.hint, theme.DARK.text)
    room = content.rect.width() - 2 * margin
    plate = plates.plate(PlateKey((span,), content.size_px, _ground(), PLATE_ALPHA, room))
    top = content.rect.y() + 2 * margin + 2 * content.size_px
    top += captions_px(content.size_px, content.alarm, content.status)
    return QPoint(content.rect.center().x() - plate.width() // 2, top), plate


def _replay_caption(content: OverlayContent, plates: PlateCache) -> tuple[QPoint, QPixmap]:
    """Dark on light, as nothing live is: the past is told apart without any colour."""
    span = Span(content.status.replay, theme.DARK.background, bold=True)
    size = round(content.size_px * ALARM_TEXT)
    key = PlateKey((span,), size, theme.DARK.text, 1.0, content.rect.width())
    top = alarm_band_px(content.size_px) if content.alarm is not None else 0
    return QPoint(content.rect.x(), content.rect.y() + top), plates.plate(key)


def _frames(content: OverlayContent) -> list[tuple[QPoint, QPixmap]]:
    """Alarm outside, selection inside it, a dark hairline between selection and picture."""
    found: list[tuple[QPoint, QPixmap]] = []
    rect = content.rect
    rows = []
    if content.alarm is not None:
        rows.append((alarm_frame_px(content.alarm, content.ratio), theme.COLOURS.alarm))
    if content.status.replay:
        rows.append((round(REPLAY_PX * content.ratio), theme.DARK.text))
    if content.selected:
        rows.append((round(SELECTED_PX * content.ratio), theme.COLOURS.accent))
        rows.append((max(1, round(content.ratio)), theme.COLOURS.background))
    for width_px, ink in rows:
        found += _frame(rect, width_px, QColor(ink))
        rect = rect.adjusted(width_px, width_px, -width_px, -width_px)
    return found


def _ground() -> str:
    """Plates are dark in every theme: they lie on pictures, not on panels."""
    return theme.DARK.background


def _frame(r: QRect, width_px: int, ink: QColor) -> list[tuple[QPoint, QPixmap]]:
    """As four opaque stamps, which are copied line by line.

    A tall thin fill goes through Qt's span code and its thread pool instead: the frame of one tile
    then costs as much as the pictures of sixteen (measured).
    """
    lying, standing = QPixmap(r.width(), width_px), QPixmap(width_px, r.height() - 2 * width_px)
    for bar in (lying, standing):
        bar.fill(ink)
    return [
        (r.topLeft(), lying),
        (QPoint(r.x(), r.bottom() + 1 - width_px), lying),
        (QPoint(r.x(), r.y() + width_px), standing),
        (QPoint(r.right() + 1 - width_px, r.y() + width_px), standing),
    ]
