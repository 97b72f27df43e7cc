"""ScenesDialog: the site's scenes, and what shall be done with the chosen one.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from console.state.arrangement import Arrangement
from console.state.scenes import Scene
from console.views.arrangement_words import scene_detail
from console.views.deed_dialog import DeedDialog, DeedKey, DeedTable
from console.views.words import translate


class SceneDeed(enum.Enum):
    CALL = "call"
    SEND = "send"
    SAVE_OVER = "save_over"
    RENAME = "rename"
    REMOVE = "remove"
    SAVE_NEW = "save_new"


class ScenesDialog(DeedDialog[SceneDeed]):
    """`deed` and `scene` after it was accepted."""

    def __init__(self, arrangement: Arrangement, parent: QWidget | None = None) -> None:
        self._scenes = arrangement.scenes.entries()
        super().__init__(
            translate("Scene", "Scenes"),
            QSize(680, 420),
            DeedTable(
                [
                    translate("Scene", "No."),
                    translate("Scene", "Scene"),
                    translate("Scene", "Shows"),
                    translate("Scene", "Saved by"),
                ],
                wide_column=1,
                empty_text=translate("Scene", "No scene yet. Arrange the wall, then save it."),
                no_row_hint=translate("Scene", "There is no scene yet: save one first"),
            ),
            [_line(scene) for scene in self._scenes],
            [
                DeedKey(SceneDeed.CALL, "Return", translate("Scene", "Call")),
                DeedKey(SceneDeed.SEND, "Ctrl+Return", translate("Scene", "Send…")),
                DeedKey(SceneDeed.SAVE_OVER, "Ctrl+S", translate("Scene", "Save over…")),
                DeedKey(SceneDeed.RENAME, "F2", translate("Scene", "Rename…")),
                DeedKey(SceneDeed.REMOVE, "Delete", translate("Scene", "Remove")),
                DeedKey(
                    SceneDeed.SAVE_NEW,
                    "Insert",
                    translate("Scene", "Save this wall…"),
                    needs_row=False,
                ),
            ],
            parent,
        )

    @property
    def scene(self) -> Scene | None:
        """The chosen one."""
        row = self.chosen_row
        return None if row is None else self._scenes[row]


def _line(scene: Scene) -> tuple[str, ...]:
    number = "" if scene.number is None else str(scene.number)
    return (number, scene.name, scene_detail(scene), scene.by)
