"""BoardWindow: today's numbers, the trend of a day, and who and what has most cases.

Shows what the hub counted and when; no gauge, no glow. Threads: GUI thread only.
"""

from __future__ import annotations

from datetime import datetime

import pyqtgraph
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMainWindow, QVBoxLayout, QWidget

from config.site import GridId
from console.desk.case import CaseState
from console.state.board import TREND_HOURS, BoardNumbers
from console.state.feed_status import FeedState, FeedStatus
from console.state.session import ConsoleSession
from console.views import theme, words
from console.views.board.bar_list import BarList
from console.views.header import state_text
from console.views.priority_strip import FeedBanner
from console.views.words import translate

_NUMBER_PX = 64


class BoardWindow(QMainWindow):
    """`closed` fires when the person closes it."""

    closed = Signal()

    def __init__(self, session: ConsoleSession) -> None:
        super().__init__()
        self._session = session
        self._numbers = BoardNumbers()
        self._read_at = ""
        self._title, self._state = QLabel(), QLabel()
        self._counts = {name: QLabel() for name in ("today", "open", "late")}
        self._names = {name: QLabel() for name in ("today", "open", "late")}
        self._lists = {name: BarList() for name in ("state", "kind", "street", "unit")}
        self._titles = {name: QLabel() for name in (*self._lists, "trend")}
        self._plot: pyqtgraph.PlotWidget = pyqtgraph.PlotWidget()
        self._banner = FeedBanner(session)
        self.setCentralWidget(self._built())
        self.resize(1600, 900)
        session.feed.changed.connect(self._on_feed)
        self._is_built = True
        self.retranslate()

    def _built(self) -> QWidget:
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(40, 28, 40, 28)
        grid.setHorizontalSpacing(56)
        grid.setVerticalSpacing(12)
        grid.addLayout(self._head(), 0, 0, 1, 3)
        for place, name in enumerate(self._counts):
            grid.addLayout(self._number(name), 1, place)
        self._add_section(grid, "trend", self._dressed_plot(), 2, 0, 2)
        self._add_section(grid, "state", self._lists["state"], 2, 2)
        for place, name in enumerate(("kind", "street", "unit")):
            self._add_section(grid, name, self._lists[name], 4, place)
        for place in range(3):
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(3, 1)
        grid.setRowStretch(5, 1)
        column.addWidget(body, 1)
        return central

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self._title.setFont(theme.font(theme.SIZE_SECTION_PX, bold=True))
        self._title.setStyleSheet(f"font-size: {theme.SIZE_SECTION_PX}px; font-weight: 600;")
        self._state.setObjectName("secondary")
        line.addWidget(self._title)
        line.addStretch(1)
        line.addWidget(self._state)
        return line

    def _number(self, name: str) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        colour = theme.COLOURS.red if name == "late" else theme.COLOURS.text
        self._counts[name].setStyleSheet(
            f"font-size: {_NUMBER_PX}px; font-weight: 300; color: {colour};"
        )
        self._names[name].setObjectName("secondary")
        column.addWidget(self._counts[name])
        column.addWidget(self._names[name])
        return column

    def _add_section(
        self, grid: QGridLayout, name: str, part: QWidget, row: int, column: int, span: int = 1
    ) -> None:
        self._titles[name].setObjectName("title")
        self._titles[name].setContentsMargins(0, 16, 0, 0)
        grid.addWidget(self._titles[name], row, column, 1, span)
        grid.addWidget(part, row + 1, column, 1, span)

    def _dressed_plot(self) -> QWidget:
        self._plot.setBackground(None)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setMenuEnabled(False)
        self._plot.showGrid(y=True, alpha=0.12)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.COLOURS.line)
            axis.setTextPen(theme.COLOURS.secondary)
        plot: QWidget = self._plot
        return plot

    # -- content

    def show_numbers(self, numbers: BoardNumbers) -> None:
        """What the hub counted just now."""
        self._numbers = numbers
        self._read_at = datetime.now().strftime("%H:%M:%S")
        self._refresh()

    def _refresh(self) -> None:
        numbers = self._numbers
        for name, count in (
            ("today", numbers.today_count),
            ("open", numbers.open_count),
            ("late", numbers.late_count),
        ):
            self._counts[name].setText(str(count))
        accent = theme.COLOURS.accent
        known = {state.value: state for state in CaseState}
        self._lists["state"].show_rows(
            [
                (words.state_text(known[name]) if name in known else name, count, accent)
                for name, count in numbers.by_state
            ]
        )
        self._lists["kind"].show_rows(
            [(words.kind_text(name), count, accent) for name, count in numbers.by_kind]
        )
        cells = {cell.id: cell.name for cell in self._session.site.grid}
        elsewhere = translate("Board", "elsewhere")
        self._lists["street"].show_rows(
            [
                (cells.get(GridId(name), name or elsewhere), count, accent)
                for name, count in numbers.by_street
            ]
        )
        nobody = translate("Board", "no unit yet")
        self._lists["unit"].show_rows(
            [(name or nobody, count, accent) for name, count in numbers.by_unit]
        )
        self._draw_trend()
        self._on_feed(self._session.feed.get())

    def _draw_trend(self) -> None:
        self._plot.clear()
        hours = list(range(TREND_HOURS))
        now = datetime.now().hour
        for counts, colour, offset in (
            (self._numbers.opened_by_hour, theme.COLOURS.accent, -0.2),
            (self._numbers.closed_by_hour, theme.COLOURS.green, 0.2),
        ):
            bars = pyqtgraph.BarGraphItem(
                x=[hour + offset for hour in hours],
                height=counts,
                width=0.36,
                brush=colour,
                pen=None,
            )
            self._plot.addItem(bars)
        ticks = [(hour, f"{(now - TREND_HOURS + 1 + hour) % 24:02d}") for hour in hours]
        self._plot.getAxis("bottom").setTicks([ticks])
        most = max(1, *self._numbers.opened_by_hour, *self._numbers.closed_by_hour)
        self._plot.setYRange(0, most * 1.1, padding=0)
        self._plot.setXRange(-0.6, TREND_HOURS - 0.4, padding=0)

    def _on_feed(self, status: FeedStatus) -> None:
        state = state_text(status, self._session.clock.mono_ns())
        counted = translate("Board", "counted {0}").format(self._read_at) if self._read_at else ""
        colour = theme.COLOURS.secondary if status.state is FeedState.LIVE else theme.COLOURS.red
        self._state.setStyleSheet(f"color: {colour};")
        self._state.setText(" · ".join(part for part in (state, counted) if part))

    def retranslate(self) -> None:
        name = self._session.site.name
        self._title.setText(name)
        self.setWindowTitle(translate("Window", "{0} — gridwall").format(name))
        self._names["today"].setText(translate("Board", "cases today"))
        self._names["open"].setText(translate("Board", "open now"))
        self._names["late"].setText(translate("Board", "late now"))
        titles = {
            "trend": translate("Board", "Last 24 hours: opened (blue) and closed (green)"),
            "state": translate("Board", "By state"),
            "kind": translate("Board", "By kind"),
            "street": translate("Board", "By subdistrict"),
            "unit": translate("Board", "By unit"),
        }
        for part, text in titles.items():
            self._titles[part].setText(text)
        for bars in self._lists.values():
            bars.empty_text = translate("Board", "No case yet")
        self._banner.refresh()
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_is_built"):
            self.retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showMaximized()
        else:
            self.showFullScreen()
