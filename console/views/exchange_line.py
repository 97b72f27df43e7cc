"""ExchangeLine: how a case stands with other platforms: the last message each way, and its receipt.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from console.state.candidates import CaseDetail, Exchanged
from console.state.keys import QT_TRANSLATE_NOOP
from console.views import theme, words
from console.views.words import translate

_KINDS = {
    "offer": QT_TRANSLATE_NOOP("Exchange", "handed over"),
    "urged": QT_TRANSLATE_NOOP("Exchange", "urged"),
    "rework": QT_TRANSLATE_NOOP("Exchange", "sent back for rework"),
    "withdrawn": QT_TRANSLATE_NOOP("Exchange", "withdrawn"),
    "settled": QT_TRANSLATE_NOOP("Exchange", "settled"),
    "progress": QT_TRANSLATE_NOOP("Exchange", "progress"),
    "closed": QT_TRANSLATE_NOOP("Exchange", "closed there"),
    "declined": QT_TRANSLATE_NOOP("Exchange", "declined"),
}
_STATES = {
    "waiting": QT_TRANSLATE_NOOP("Exchange", "no receipt yet"),
    "accepted": QT_TRANSLATE_NOOP("Exchange", "receipt: accepted"),
    "refused": QT_TRANSLATE_NOOP("Exchange", "receipt: refused"),
    "expired": QT_TRANSLATE_NOOP("Exchange", "no receipt in time"),
}


class ExchangeLine(QLabel):
    """Hidden while nothing went out or came in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("secondary")
        self.setWordWrap(True)

    def show_detail(self, detail: CaseDetail | None) -> None:
        rows = _newest(detail.exchange) if detail is not None else ()
        self.setVisible(bool(rows))
        self.setText(" · ".join(exchanged_text(row) for row in rows))
        troubled = any(row.state != "accepted" and (row.tries or row.problem) for row in rows)
        colour = theme.COLOURS.amber if troubled else theme.COLOURS.secondary
        self.setStyleSheet(f"color: {colour};")


def _newest(rows: tuple[Exchanged, ...]) -> tuple[Exchanged, ...]:
    """The last message of each direction and platform."""
    last: dict[tuple[str, str], Exchanged] = {}
    for row in rows:
        last.setdefault((row.direction, row.name), row)
    return tuple(last.values())


def exchanged_text(row: Exchanged) -> str:
    """`→ City: handed over 10:31, receipt: accepted (20261127-0004)`."""
    arrow = "→" if row.direction == "out" else "←"
    kind = translate("Exchange", _KINDS[row.kind]) if row.kind in _KINDS else row.kind
    state = translate("Exchange", _STATES[row.state]) if row.state in _STATES else row.state
    more = row.their_ref or ""
    why = row.reason_text or row.problem
    text = f"{arrow} {row.name}: {kind} {words.clock_text(row.utc)}, {state}"
    if more:
        text += f" ({more})"
    if row.state == "waiting" and row.tries:
        text += translate("Exchange", ", {0} tries").format(row.tries)
    return f"{text}: {why}" if why else text
