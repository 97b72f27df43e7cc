"""SuggestionLine: what was learned about the open case, with confidence and reason, under its head.

Marked as learned, so that nobody takes it for a rule. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from config.site import Site
from console.state.candidates import CaseDetail
from console.state.keys import CommandId
from console.state.suggestions import Suggestion, Suggestions, taking_of
from console.views import words
from console.views.act_bar import key_text
from console.views.words import translate

#: Reasons told of the first suggestion; of the others only what and how sure.
REASONS_SHOWN = 2


class SuggestionLine(QLabel):
    """Empty and hidden where the hub has nothing learned to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("secondary")
        self.setWordWrap(True)

    def show_detail(self, detail: CaseDetail | None, site: Site) -> None:
        text = line_text(detail, site) if detail is not None else ""
        self.setText(text)
        self.setVisible(bool(text))


def line_text(detail: CaseDetail, site: Site) -> str:
    """`Learned · item 0504 店外经营 87 %, 0501 … · unit … · because …`, and the key that takes it."""
    found, case = detail.suggestions, detail.case
    if found is None or found.model is None or case.closed_utc is not None:
        return ""
    parts = [
        _part(label, labels, site)
        for label, labels, is_open in (
            (translate("Suggest", "item"), found.item, case.item_code is None),
            (translate("Suggest", "area"), found.area, case.grid_id is None),
            (translate("Suggest", "unit"), found.unit, _unit_matters(found, case.unit)),
        )
        if labels and is_open
    ]
    if not parts:
        return ""
    text = " · ".join((translate("Suggest", "Learned"), *parts))
    amend = detail.offer("amend")
    if taking_of(case, found) is not None and (amend is None or amend.allowed):
        taken = translate("Suggest", "{0}: take over").format(key_text(CommandId.TAKE_SUGGESTION))
        text = f"{text} · {taken}"
    return text


def _unit_matters(found: Suggestions, unit: str | None) -> bool:
    """A unit that the rules and the suggester agree about needs no line."""
    return bool(found.unit) and found.unit[0].label != unit


def _part(label: str, labels: tuple[Suggestion, ...], site: Site) -> str:
    shown = ", ".join(f"{_named(one.label, site)} {one.confidence:.0%}" for one in labels)
    reasons = [
        words.reason_text(reason.id, reason.values) for reason in labels[0].reasons[:REASONS_SHOWN]
    ]
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return f"{label} {shown}{why}"


def _named(label: str, site: Site) -> str:
    """An item's or an area's name beside its code; a unit is its own name."""
    item = next((item for item in site.items if item.code == label), None)
    if item is not None:
        return f"{label} {item.name_zh}"
    cell = next((cell for cell in site.grid if cell.id == label), None)
    return cell.name if cell is not None else label
