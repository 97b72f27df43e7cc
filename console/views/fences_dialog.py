"""FencesDialog: the site's fences, who is inside, and what shall be done with the chosen one.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from config.site import Fence, FenceId, FenceWatch
from console.state.keys import QT_TRANSLATE_NOOP
from console.views.deed_dialog import DeedDialog, DeedKey, DeedTable
from console.views.words import translate


class FenceDeed(enum.Enum):
    SHOW = "show"
    WATCH = "watch"
    RENAME = "rename"
    REMOVE = "remove"
    DRAW = "draw"


_WATCHES = {
    FenceWatch.ENTER: QT_TRANSLATE_NOOP("Fence", "entering"),
    FenceWatch.LEAVE: QT_TRANSLATE_NOOP("Fence", "leaving"),
    FenceWatch.BOTH: QT_TRANSLATE_NOOP("Fence", "entering and leaving"),
}


class FencesDialog(DeedDialog[FenceDeed]):
    """`deed` and `fence` after it was accepted. `inside`: how many are in each now."""

    def __init__(
        self,
        fences: Sequence[Fence],
        inside: Mapping[FenceId, int],
        chosen: FenceId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._fences = tuple(fences)
        ids = [fence.id for fence in self._fences]
        super().__init__(
            translate("Fence", "Fences"),
            QSize(680, 360),
            DeedTable(
                [
                    translate("Fence", "Fence"),
                    translate("Fence", "Told"),
                    translate("Fence", "Hours"),
                    translate("Fence", "Inside now"),
                ],
                wide_column=0,
                empty_text=translate("Fence", "No fence yet: draw one on the map."),
                no_row_hint=translate("Fence", "There is no fence yet: draw one first"),
            ),
            [_line(fence, inside.get(fence.id, 0)) for fence in self._fences],
            [
                DeedKey(FenceDeed.SHOW, "Return", translate("Fence", "On the map")),
                DeedKey(FenceDeed.WATCH, "Space", translate("Fence", "Watch otherwise")),
                DeedKey(FenceDeed.RENAME, "F2", translate("Fence", "Rename…")),
                DeedKey(FenceDeed.REMOVE, "Delete", translate("Fence", "Remove")),
                DeedKey(FenceDeed.DRAW, "Insert", translate("Fence", "Draw one…"), needs_row=False),
            ],
            parent,
            first_row=ids.index(chosen) if chosen in ids else 0,
        )

    @property
    def fence(self) -> Fence | None:
        """The chosen one."""
        row = self.chosen_row
        return None if row is None else self._fences[row]


def _line(fence: Fence, inside: int) -> tuple[str, ...]:
    hours = "" if fence.hours is None else f"{fence.hours.start:%H:%M}–{fence.hours.end:%H:%M}"
    told = translate("Fence", _WATCHES[fence.watch])
    return (fence.name, told, hours, str(inside) if inside else "")
