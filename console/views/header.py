"""Header: is it live, what is lost, how much there is to do, search and the clock — one thin line.

Every number is a filter. Threads: GUI thread only.
"""

from __future__ import annotations

import time
from datetime import datetime

from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from console.state.cases import Light
from console.state.feed_status import FeedState, FeedStatus
from console.state.queue import QueueCounts, QueueFilter, Scope
from console.state.session import ConsoleSession
from console.views import icons, loss_texts, theme, words
from console.views.lights import paint_light
from console.views.words import translate

HEIGHT_PX = 40


class _Lamp(QWidget):
    """The feed's state as a light of its own shape."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.light = Light.NONE
        self.setFixedSize(16, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_light(QPainter(self), QPointF(8, 8), self.light, 5.5)


class Header(QFrame):
    """Signals: `search_asked`, `lost_asked`, `keys_asked`, `language_asked`; `today_asked`: ended
    cases of today are wanted, too."""

    search_asked = Signal()
    lost_asked = Signal()
    keys_asked = Signal()
    language_asked = Signal()
    today_asked = Signal()
    mute_asked = Signal()
    hand_over_asked = Signal()

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("panel")
        self.setFixedHeight(HEIGHT_PX)
        self._lamp = _Lamp(self)
        self._state, self._site, self._clock = QLabel(), QLabel(), QLabel()
        self._site.setObjectName("title")
        self._clock.setObjectName("clock")
        self._lost = self._number(checkable=False)
        self._waiting = self._number(checkable=False)
        self._waiting_count = 0
        self._muted = self._number(checkable=False)
        self._muted_left_s = 0.0
        self._scopes = {scope: self._number() for scope in (Scope.TODAY, Scope.OPEN, Scope.LATE)}
        self._search = QToolButton(self)
        self._search.setObjectName("search")
        self._search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._search.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._language = self._number(checkable=False)
        self._keys = self._number(checkable=False)
        self._operator = self._number(checkable=False)
        self._build()
        self._timer = QTimer(self, interval=500)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        self._connect()
        self.retranslate()

    def _number(self, *, checkable: bool = True) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("number")
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _build(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(4)
        layout.addWidget(self._lamp)
        layout.addWidget(self._state)
        layout.addSpacing(8)
        layout.addWidget(self._lost)
        layout.addWidget(self._waiting)
        layout.addWidget(self._line())
        for scope in (Scope.TODAY, Scope.OPEN, Scope.LATE):
            layout.addWidget(self._scopes[scope])
        layout.addStretch(1)
        layout.addWidget(self._site)
        layout.addStretch(1)
        layout.addWidget(self._muted)
        layout.addWidget(self._operator)
        layout.addWidget(self._search)
        layout.addWidget(self._language)
        layout.addWidget(self._keys)
        layout.addWidget(self._line())
        layout.addWidget(self._clock)

    def _line(self) -> QFrame:
        line = QFrame(self)
        line.setObjectName("hairline")
        line.setFixedSize(1, 18)
        return line

    def _connect(self) -> None:
        session = self._session
        self._search.clicked.connect(self.search_asked)
        self._lost.clicked.connect(self.lost_asked)
        self._keys.clicked.connect(self.keys_asked)
        self._muted.clicked.connect(self.mute_asked)
        self._language.clicked.connect(self.language_asked)
        for scope, button in self._scopes.items():
            button.setProperty("scope", scope.value)
            button.clicked.connect(self._on_scope)
        session.feed.changed.connect(self._on_feed)
        session.health.changed.connect(self._refresh_numbers)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self._refresh_numbers)
        session.site_changed.connect(self.retranslate)
        session.operator.changed.connect(self._show_operator)
        self._operator.clicked.connect(self.hand_over_asked)

    def _show_operator(self, name: str | None) -> None:
        """Who sits here; nothing where the site names nobody."""
        self._operator.setVisible(name is not None)
        self._operator.setText(name or "")
        self._operator.setToolTip(translate("Header", "Hand the seat over (Ctrl+Shift+L)"))

    def retranslate(self) -> None:
        self._show_operator(self._session.operator.get())
        self._site.setText(self._session.site.name)
        self._search.setText(translate("Header", "Search  Ctrl+K"))
        self._search.setIcon(icons.icon("search", 16, theme.COLOURS.secondary))
        self._search.setIconSize(QSize(16, 16))
        self._search.setToolTip(
            translate("Header", "Any camera, case, inspector or command, by number, name or pinyin")
        )
        self._language.setText(translate("Header", "中文"))
        self._language.setToolTip(translate("Header", "Switch the language (Ctrl+L)"))
        self._keys.setText("?")
        self._keys.setToolTip(translate("Header", "All keys"))
        self._clock.setToolTip(translate("Header", "Local time, {0}").format(time.strftime("%Z")))
        self._on_feed(self._session.feed.get())
        self._refresh_numbers()
        self.show_waiting(self._waiting_count)
        self.show_mute(self._muted_left_s)
        self._on_tick()

    def texts(self) -> dict[str, str]:
        """What the line says, by part."""
        words_of = {scope.value: button.text() for scope, button in self._scopes.items()}
        return {
            "state": self._state.text(),
            "site": self._site.text(),
            "search": self._search.text(),
            "lost": self._lost.text(),
            "language": self._language.text(),
            **words_of,
        }

    def scope_button(self, scope: Scope) -> QToolButton:
        return self._scopes[scope]

    # -- from the state

    def _on_feed(self, status: FeedStatus) -> None:
        self._lamp.light = {
            FeedState.LIVE: Light.GREEN,
            FeedState.CONNECTING: Light.NONE,
            FeedState.SNAPSHOT: Light.AMBER,
            FeedState.STALE: Light.RED,
            FeedState.FAILED: Light.RED,
        }[status.state]
        self._lamp.update()
        self._state.setText(state_text(status, self._session.clock.mono_ns()))
        self._state.setToolTip(status.detail)

    def _on_cases(self, _ids: object) -> None:
        self._refresh_numbers()

    def _refresh_numbers(self) -> None:
        session = self._session
        counts = session.queue.counts(session.today_since_utc_ns())
        told = session.head.get()
        if told is not None and session.feed.get().is_live:
            today = max(told.today_count, counts.today_count)
            counts = QueueCounts(counts.open_count, counts.late_count, today)
        live = session.feed.get().is_live
        texts = {
            Scope.TODAY: translate("Header", "today {0}").format(counts.today_count),
            Scope.OPEN: translate("Header", "open {0}").format(counts.open_count),
            Scope.LATE: translate("Header", "late {0}").format(counts.late_count),
        }
        for scope, button in self._scopes.items():
            button.setText(texts[scope])
            button.setChecked(session.queue.filter.scope is scope)
            button.setEnabled(live or counts.today_count > 0)
            button.setToolTip(translate("Header", "Show these cases in the queue"))
        late = counts.late_count > 0
        self._tint(self._scopes[Scope.LATE], theme.COLOURS.red if late else "")
        self._refresh_lost()

    def _refresh_lost(self) -> None:
        losses = self._session.losses
        losses.refresh()
        self._lost.setText(loss_texts.header_text(losses.picture))
        self._lost.setVisible(losses.picture.lost_count > 0)
        self._lost.setToolTip(translate("Header", "Which cameras, since when and why (L)"))
        self._tint(self._lost, theme.COLOURS.amber)

    def show_waiting(self, count: int) -> None:
        """How many alarms found no tile of their wall region."""
        self._waiting_count = count
        self._waiting.setVisible(count > 0)
        self._waiting.setText(translate("Header", "{0} alarms wait for a tile").format(count))
        self._waiting.setToolTip(
            translate(
                "Header", "Their region of the wall is full, pinned or in use: Space acknowledges"
            )
        )
        self._tint(self._waiting, theme.COLOURS.alarm)

    @property
    def mute_text(self) -> str:
        """The badge of a mute; empty without one."""
        return self._muted.text() if self._muted_left_s > 0 else ""

    def show_mute(self, left_s: float) -> None:
        """A mute is seen as long as it lasts, with what is left of it."""
        self._muted_left_s = left_s
        self._muted.setVisible(left_s > 0)
        left = f"{int(left_s) // 60}:{int(left_s) % 60:02d}"
        self._muted.setText(translate("Header", "muted {0}").format(left))
        self._muted.setToolTip(translate("Header", "Priority 1 still sounds; M ends the mute"))
        self._tint(self._muted, theme.COLOURS.amber)

    def _tint(self, button: QToolButton, colour: str) -> None:
        style = f"color: {colour};" if colour else ""
        if button.styleSheet() != style:
            button.setStyleSheet(style)

    def _on_tick(self) -> None:
        self._clock.setText(datetime.now().strftime("%m-%d  %H:%M:%S"))
        status = self._session.feed.get()
        if not status.is_live:
            self._state.setText(state_text(status, self._session.clock.mono_ns()))
        self._refresh_numbers()

    def _on_scope(self) -> None:
        scope = Scope(self.sender().property("scope"))
        session = self._session
        since = session.today_since_utc_ns()
        choice = session.filters.shown
        session.queue.set_filter(QueueFilter(scope=scope, choice=choice, since_utc_ns=since))
        if scope is Scope.TODAY:
            self.today_asked.emit()
        self._refresh_numbers()


def state_text(status: FeedStatus, now_mono_ns: int) -> str:
    """The feed's state in words, with its age where it is not live."""
    age = words.duration_text(status.age_s(now_mono_ns))
    return {
        FeedState.LIVE: translate("Header", "live"),
        FeedState.CONNECTING: translate("Header", "connecting {0}").format(age),
        FeedState.SNAPSHOT: translate("Header", "catching up"),
        FeedState.STALE: translate("Header", "stale for {0}").format(age),
        FeedState.FAILED: translate("Header", "stopped"),
    }[status.state]
