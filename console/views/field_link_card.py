"""FieldLinkCard: the QR code of a link just made, to be photographed from the screen; never kept.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.bridge.people_line import FieldLink
from console.views.words import translate

QR_PX = 260


class FieldLinkCard(QFrame):
    """Shown over the people sheet until it is closed; the secret leaves with it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._link: FieldLink | None = None
        self._title, self._picture, self._text = QLabel(self), QLabel(self), QLabel(self)
        self._copy, self._close = QPushButton(self), QPushButton(self)
        self._title.setObjectName("title")
        self._text.setObjectName("secondary")
        self._text.setWordWrap(True)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        for part in (self._title, self._picture, self._text):
            column.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self._copy)
        row.addStretch(1)
        row.addWidget(self._close)
        column.addLayout(row)
        self._copy.clicked.connect(self._on_copy)
        self._close.clicked.connect(self.forget)
        self.hide()

    def show_link(self, link: FieldLink) -> None:
        self._link = link
        self._picture.setPixmap(_drawn(link.qr_svg))
        self.retranslate()
        self.place()
        self.show()
        self.raise_()
        self._close.setFocus()

    def forget(self) -> None:
        """Closes the card and forgets the secret."""
        self._link = None
        self._picture.setPixmap(QPixmap())
        self.hide()

    def place(self) -> None:
        parent = self.parentWidget()
        self.setFixedWidth(QR_PX + 120)
        self.adjustSize()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)

    def retranslate(self) -> None:
        self._copy.setText(translate("People", "Copy the link"))
        self._close.setText(translate("People", "Close"))
        self._title.setText(translate("People", "Field page link"))
        until = self._link.until_utc[:10] if self._link is not None else ""
        text = translate(
            "People",
            "Scan with the phone. Whoever holds the link acts in this name; former links have "
            "ended. Valid until {0}.",
        )
        self._text.setText(text.format(until))

    def _on_copy(self) -> None:
        if self._link is not None:
            QGuiApplication.clipboard().setText(self._link.url)


def _drawn(svg: str) -> QPixmap:
    pixmap = QPixmap(QSize(QR_PX, QR_PX))
    pixmap.fill(Qt.GlobalColor.white)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, QR_PX, QR_PX))
    painter.end()
    return pixmap
