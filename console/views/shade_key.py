"""ShadeKey, HeatKey: what the map's shades mean, in open cases. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.state.grid_load import SHADES_FROM
from console.views import theme
from console.views.map_layers.shading import HEAT_ALPHA, SHADES
from console.views.words import translate

_SWATCH_PX = 16
_STEP_PX = 50
#: Under the words of the switch, not under its box.
_INDENT_PX = 24


class ShadeKey(QWidget):
    """A square of each shade with the counts it stands for; open cases of a cell."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(_INDENT_PX + _STEP_PX * len(SHADES), _SWATCH_PX + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SIZE_DENSE_PX))
        for number, (shade, text) in enumerate(zip(SHADES, shade_texts(), strict=True)):
            box = QRectF(_INDENT_PX + _STEP_PX * number, 2, _SWATCH_PX, _SWATCH_PX)
            painter.fillRect(box, theme.colour(theme.COLOURS.map_land))
            painter.fillRect(box, theme.colour(theme.COLOURS.accent, shade))
            painter.setPen(theme.colour(theme.COLOURS.secondary))
            room = QRectF(box.right() + 4, 0, _STEP_PX - _SWATCH_PX - 4, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


class HeatKey(QWidget):
    """From few to many open cases, as the heat paints them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(_INDENT_PX + _STEP_PX * len(SHADES), _SWATCH_PX + 4))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SIZE_DENSE_PX))
        metrics = painter.fontMetrics()
        few, many = translate("Map", "few"), translate("Map", "many")
        left = _INDENT_PX + metrics.horizontalAdvance(few) + 8
        right = self.width() - metrics.horizontalAdvance(many) - 8
        bar = QRectF(left, 4, right - left, _SWATCH_PX - 4)
        painter.fillRect(bar, theme.colour(theme.COLOURS.map_land))
        glow = QLinearGradient(bar.topLeft(), bar.topRight())
        glow.setColorAt(0.0, theme.colour(theme.COLOURS.amber, 0.05))
        glow.setColorAt(1.0, theme.colour(theme.COLOURS.amber, HEAT_ALPHA))
        painter.fillRect(bar, glow)
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        whole = QRectF(_INDENT_PX, 0, self.width() - _INDENT_PX, self.height())
        painter.drawText(whole, Qt.AlignmentFlag.AlignVCenter, few)
        ends = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(whole, ends, many)


def shade_texts() -> list[str]:
    """The counts of each shade: 1–2, 3–5, 6–11, 12+."""
    ends = (*(start - 1 for start in SHADES_FROM[1:]), None)
    return [
        f"{start}+" if end is None else f"{start}–{end}"
        for start, end in zip(SHADES_FROM, ends, strict=True)
    ]
