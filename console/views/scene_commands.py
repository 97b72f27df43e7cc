"""SceneCommands: what the commands of scenes do, for keys, palette, menus and dialogs.

Turns a person's wish into calls of the arrangement's state and of the hub's library. Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from console.bridge.library_line import LibraryLine
from console.desk.library_items import LibraryKind
from console.state.finder import Found, FoundKind
from console.state.keys import CommandId
from console.state.scenes import Scene, call, content_of
from console.state.session import ConsoleSession, Severity
from console.views.arrangement_words import scene_title
from console.views.name_dialog import AskPerson, NameDialog, ask_person
from console.views.push_dialog import PushDialog
from console.views.scenes_dialog import SceneDeed, ScenesDialog
from console.views.words import translate


class SceneCommands(QObject):
    """`ask`: shows a dialog and tells whether it was accepted (tests answer themselves)."""

    def __init__(
        self,
        session: ConsoleSession,
        library: LibraryLine,
        ask: AskPerson = ask_person,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._wall = session.wall
        self._scenes = session.arrangement.scenes
        self._pushes = session.arrangement.pushes
        self._library = library
        self._ask = ask
        library.pushed.connect(self._on_pushed)

    def run(self, command_id: CommandId) -> bool:
        """Does a command of the key table; False for one that is somebody else's."""
        actions: dict[CommandId, Callable[[], None]] = {
            CommandId.SCENES: self.open_list,
            CommandId.SAVE_SCENE: self.save,
            CommandId.PUSH_SCENE: self.send,
            CommandId.SCENE_BACK: self.step_back,
        }
        action = actions.get(command_id)
        if action is not None:
            action()
        return action is not None

    def choose(self, found: Found) -> None:
        """Does what a line of the palette stands for."""
        scene = self._scenes.find(found.id) if found.kind is FoundKind.SCENE else None
        if scene is not None:
            self.call(scene)

    # -- calling

    def call_number(self, number: int) -> None:
        """`*`, digits, Enter."""
        scene = self._scenes.by_number(number)
        if scene is None:
            text = translate("Scene", "No scene has the number {0}").format(number)
            self._session.say(text, Severity.PROBLEM)
            return
        self.call(scene)

    def call(self, scene: Scene) -> None:
        """Shows a scene on this seat; what was sent here gives way, what is pinned does not."""
        self._session.arrangement.spans.end()
        self._pushes.let_go(list(self._wall.windows))
        call(self._wall, scene.content)
        if scene.content.map is not None:
            self._pushes.map_wanted.emit(scene.content.map)
        self._session.say(translate("Scene", "Scene {0}").format(scene_title(scene)))

    def step_back(self) -> None:
        """From a scene that was sent to the selected window, to what was there before."""
        selected = self._wall.selected
        window_ids = [] if selected is None else [selected.window_id]
        for window_id in (*window_ids, *self._wall.windows):
            if self._pushes.shown_on(window_id) is not None:
                self._pushes.dismiss(window_id)
                return
        self._session.say(translate("Scene", "No scene was sent here"))

    # -- keeping

    def save(self, name: str = "") -> None:
        """Asks for a name and keeps what the wall shows now, for all seats."""
        known = self._scenes.find(name)
        number = known.number if known is not None else self._scenes.free_number()
        dialog = NameDialog(
            translate("Scene", "Save scene"),
            self._name_note,
            _parent(),
            name=name,
            number=number,
            asks_number=True,
            asks_check=translate("Scene", "Only the selected window"),
        )
        if not self._ask(dialog):
            return
        selected = self._wall.selected
        windows = [
            window
            for window in self._pushes.without_pushes().values()
            if not dialog.is_checked or selected is None or window.id == selected.window_id
        ]
        map_position = None if dialog.is_checked else self._pushes.map_position()
        content = content_of(windows, map_position)
        self._library.put(LibraryKind.SCENE, dialog.name, content, dialog.number)

    def rename(self, scene: Scene) -> None:
        dialog = NameDialog(
            translate("Scene", "Rename scene"),
            lambda name: "" if name == scene.name else self._rename_note(name),
            _parent(),
            name=scene.name,
            number=scene.number,
            asks_number=True,
        )
        if self._ask(dialog):
            self._library.rename(LibraryKind.SCENE, scene.name, dialog.name, dialog.number)

    def send(self, scene: Scene | None = None) -> None:
        """Asks where a scene shall go, why and for how long, and sends it."""
        if not self._scenes.entries():
            self._session.say(translate("Scene", "There is no scene yet: save one first"))
            return
        dialog = PushDialog(self._session.arrangement, _parent(), scene)
        if self._ask(dialog):
            self._library.push(
                dialog.scene, dialog.to, text=dialog.text, priority=dialog.priority,
                expires_s=dialog.expires_s,
            )  # fmt: skip

    def open_list(self) -> None:
        """All scenes, and what can be done with one."""
        dialog = ScenesDialog(self._session.arrangement, _parent())
        if not self._ask(dialog):
            return
        scene = dialog.scene
        if dialog.deed is SceneDeed.SAVE_NEW:
            self.save()
        elif scene is not None:
            self._do(dialog.deed, scene)

    # -- inside

    def _do(self, deed: SceneDeed, scene: Scene) -> None:
        if deed is SceneDeed.CALL:
            self.call(scene)
        elif deed is SceneDeed.SEND:
            self.send(scene)
        elif deed is SceneDeed.SAVE_OVER:
            self.save(scene.name)
        elif deed is SceneDeed.RENAME:
            self.rename(scene)
        else:
            self._library.remove(LibraryKind.SCENE, scene.name)

    def _name_note(self, name: str) -> str:
        known = self._scenes.find(name)
        if known is None:
            return ""
        return translate("Scene", "Replaces the scene of this name, saved by {0}").format(known.by)

    def _rename_note(self, name: str) -> str:
        taken = self._scenes.find(name) is not None
        return "!" + translate("Scene", "Another scene has this name") if taken else ""

    def _on_pushed(self, scene: str, to: str) -> None:
        self._session.say(translate("Scene", "Scene “{0}” was sent to {1}").format(scene, to))


def _parent() -> QWidget | None:
    """The window the person works in: a dialog belongs over it."""
    return QApplication.activeWindow()
