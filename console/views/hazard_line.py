"""HazardLine: what must be put right before a case is closed (隐患整改), until when, and how far it is.

Threads: GUI thread only.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QLabel, QWidget

from console.desk.case import ENDED, CaseData
from console.views import theme
from console.views.words import translate
from ingest.feed.envelope import parse_utc_ns


class HazardLine(QLabel):
    """Hidden while the case knows of no hazard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("secondary")
        self.setWordWrap(True)
        self.hide()

    def show_case(self, case: CaseData, now_utc_ns: int) -> None:
        text, ink = _told(case, now_utc_ns)
        self.setVisible(bool(text))
        self.setText(text)
        self.setStyleSheet(f"color: {ink};")


def _told(case: CaseData, now_utc_ns: int) -> tuple[str, str]:
    """The words and their colour; empty words where there is nothing to say."""
    hazard, colours = case.rectification, theme.COLOURS
    if hazard is None:
        if not case.must_rectify or case.state in ENDED:
            return "", colours.secondary
        text = translate("Hazard", "Closed only once a hazard was put right and written off")
        return text, colours.secondary
    due_ns = parse_utc_ns(hazard.due_utc)
    day = datetime.fromtimestamp(due_ns / 1e9).strftime("%m-%d %H:%M")
    if not hazard.is_open:
        return translate("Hazard", "Hazard written off: {0}").format(hazard.what), colours.secondary
    if hazard.reported_utc is not None:
        text = translate("Hazard", "Hazard put right, to be looked at: {0}")
        return text.format(hazard.what), colours.amber
    if now_utc_ns > due_ns:
        text = translate("Hazard", "Hazard not put right since {0}: {1}")
        return text.format(day, hazard.what), colours.alarm
    return translate("Hazard", "Hazard until {0}: {1}").format(day, hazard.what), colours.amber
