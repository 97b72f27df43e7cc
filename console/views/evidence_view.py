"""EvidenceView: the pictures an alert stands on — full frame with the box, crop, and the clip's key.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from console.bridge.evidence_cache import EvidenceCache
from console.desk.case import CasePhoto
from console.views import icons, theme, words
from console.views.words import translate


class Face(enum.Enum):
    SNAPSHOT = "snapshot"
    CROP = "crop"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Evidence:
    """SHA-256 names of a case's pictures and clip; `box_norm` in the full frame, 0..1.

    `photos` are those taken on the spot, oldest first.
    """

    snapshot: str | None = None
    crop: str | None = None
    clip: str | None = None
    box_norm: tuple[float, float, float, float] | None = None
    photos: tuple[CasePhoto, ...] = ()


class EvidenceView(QWidget):
    """Evidence of one case. `clip_asked(sha)`: the operator wants to see the clip."""

    clip_asked = Signal(str)

    def __init__(self, cache: EvidenceCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._shown = Evidence()
        self._problem = ""
        self.face = Face.SNAPSHOT
        self.resize_count = 0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self._photo_index = 0
        self._buttons = {name: QToolButton(self) for name in ("snapshot", "crop", "photo", "clip")}
        for name, button in self._buttons.items():
            button.setObjectName("overlay")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCheckable(name != "clip")
        self._buttons["snapshot"].clicked.connect(self._on_snapshot)
        self._buttons["crop"].clicked.connect(self._on_crop)
        self._buttons["photo"].clicked.connect(self._on_photo)
        self._buttons["clip"].clicked.connect(self._on_clip)
        cache.arrived.connect(self._on_arrived)
        cache.failed.connect(self._on_failed)
        self.retranslate()
        self._dress()

    def show_evidence(self, evidence: Evidence) -> None:
        """Shows a case's evidence; a new picture starts with the full frame."""
        if evidence.snapshot != self._shown.snapshot:
            self.face = Face.SNAPSHOT
            self._problem = ""
        if (
            len(evidence.photos) > len(self._shown.photos)
            and self._shown.snapshot == evidence.snapshot
        ):
            self._photo_index = len(evidence.photos) - 1
        if evidence != self._shown:
            self._shown = evidence
            self._photo_index = max(0, min(self._photo_index, len(evidence.photos) - 1))
            self._dress()

    def retranslate(self) -> None:
        self._buttons["snapshot"].setText(translate("Evidence", "Picture"))
        self._buttons["crop"].setText(translate("Evidence", "Close-up"))
        self._name_photo_button()
        self._buttons["clip"].setText(translate("Evidence", "Clip"))
        self._buttons["clip"].setToolTip(
            translate("Evidence", "Play the clip in the selected tile")
        )
        self._buttons["clip"].setIcon(icons.icon("clip", 16, theme.COLOURS.text))
        self._buttons["clip"].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._place()
        self.update()

    def _name_photo_button(self) -> None:
        """Which photo of how many, and what it shows: one press goes on to the next."""
        photos = self._shown.photos
        if not photos:
            return
        kind = words.photo_kind_text(photos[self._photo_index].kind)
        count = f" {self._photo_index + 1}/{len(photos)}" if len(photos) > 1 else ""
        self._buttons["photo"].setText(f"{kind}{count}")

    def _sha(self) -> str | None:
        if self.face is Face.PHOTO and self._shown.photos:
            return self._shown.photos[self._photo_index].sha
        crop = self._shown.crop
        return crop if self.face is Face.CROP and crop else self._shown.snapshot

    def _dress(self) -> None:
        has_crop = self._shown.crop is not None
        photos = self._shown.photos
        self._buttons["snapshot"].setVisible(
            has_crop or (bool(photos) and self._shown.snapshot is not None)
        )
        self._buttons["photo"].setVisible(bool(photos))
        self._name_photo_button()
        if photos and self._shown.snapshot is None:
            self.face = Face.PHOTO
        elif not photos and self.face is Face.PHOTO:
            self.face = Face.SNAPSHOT
        self._buttons["photo"].setChecked(self.face is Face.PHOTO)
        self._buttons["crop"].setVisible(has_crop)
        self._buttons["snapshot"].setChecked(self.face is Face.SNAPSHOT)
        self._buttons["crop"].setChecked(self.face is Face.CROP)
        self._buttons["clip"].setVisible(self._shown.clip is not None)
        self._place()
        self.update()

    def _on_snapshot(self) -> None:
        self.face = Face.SNAPSHOT
        self._dress()

    def _on_crop(self) -> None:
        self.face = Face.CROP
        self._dress()

    def _on_photo(self) -> None:
        if self.face is Face.PHOTO:
            self._photo_index = (self._photo_index + 1) % max(1, len(self._shown.photos))
        self.face = Face.PHOTO
        self._problem = ""
        self._dress()

    def _on_clip(self) -> None:
        if self._shown.clip is not None:
            self.clip_asked.emit(self._shown.clip)

    def _on_arrived(self, sha: str) -> None:
        if sha == self._sha():
            self._problem = ""
            self.update()

    def _on_failed(self, sha: str, reason: str) -> None:
        if sha == self._sha():
            self._problem = reason
            self.update()

    def _place(self) -> None:
        x = 8
        for button in self._buttons.values():
            button.adjustSize()
            if button.isVisibleTo(self):
                button.setGeometry(x, self.height() - 34, button.sizeHint().width() + 12, 26)
                x += button.width() + 4

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resize_count += 1
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour(theme.COLOURS.background))
        sha = self._sha()
        image = self._cache.image(sha) if sha and not self._problem else None
        if image is None:
            painter.setPen(theme.colour(theme.COLOURS.secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, self.words())
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = _fitted(image, QRectF(self.rect()))
        painter.drawImage(area, image)
        if self.face is Face.SNAPSHOT and self._shown.box_norm is not None:
            self._paint_box(painter, area, self._shown.box_norm)

    def words(self) -> str:
        """What stands in the place of a picture that is not there."""
        if self._problem:
            return translate("Evidence", "The picture cannot be fetched:\n{0}").format(
                self._problem
            )
        if self._sha():
            return translate("Evidence", "Fetching the picture…")
        return translate("Evidence", "No picture with this case")

    def _paint_box(
        self, painter: QPainter, area: QRectF, box: tuple[float, float, float, float]
    ) -> None:
        x1, y1, x2, y2 = box
        frame = QRectF(
            area.left() + x1 * area.width(),
            area.top() + y1 * area.height(),
            (x2 - x1) * area.width(),
            (y2 - y1) * area.height(),
        )
        for colour, width in ((theme.COLOURS.background, 4.0), (theme.COLOURS.alarm, 2.0)):
            painter.setPen(QPen(theme.colour(colour), width))
            painter.drawRect(frame)


def _fitted(image: QImage, room: QRectF) -> QRectF:
    """The largest rectangle of the image's shape in the middle of `room`."""
    scale = min(room.width() / image.width(), room.height() / image.height())
    area = QRectF(0, 0, image.width() * scale, image.height() * scale)
    area.moveCenter(room.center())
    return area
