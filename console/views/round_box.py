"""RoundBox: which patrol round is looked at: a planned one of today, or that of the site's hours.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from console.desk.round_rules import RoundReport
from console.views import people_words
from console.views.key_router import OWN_KEYS
from console.views.words import translate


class RoundBox(QComboBox):
    """`activated` when somebody chose; hidden by its owner where there are no rounds."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty(OWN_KEYS, True)
        self.rounds: Sequence[RoundReport] = ()

    def show_rounds(self, found: Sequence[RoundReport]) -> None:
        """The rounds of today; the chosen one stays chosen."""
        chosen, self.rounds = self.round_id, found
        self.clear()
        self.addItem(translate("People", "By working hours"), None)
        for each in found:
            self.addItem(people_words.round_text(each), each.round_id)
        self.setCurrentIndex(max(0, self.findData(chosen)))

    @property
    def round_id(self) -> str | None:
        """The planned round that is chosen; None: the one of the site's hours."""
        found: str | None = self.currentData()
        return found

    @property
    def round(self) -> RoundReport | None:
        return next((each for each in self.rounds if each.round_id == self.round_id), None)
