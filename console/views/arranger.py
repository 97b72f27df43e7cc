"""Arranger: what the commands of layouts do, for keys, palette, menus and the wall's bar.

Turns a person's wish into calls of the arrangement's state and of the hub's library, and says why
something is not possible. Decides nothing of its own.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from console.bridge.library_line import LibraryLine
from console.desk.library_items import LibraryKind
from console.state.finder import Found, FoundKind
from console.state.keys import CommandId
from console.state.layout_book import LayoutOrigin
from console.state.layout_editor import EditEnd, LayoutEditor
from console.state.layouts import LayoutId
from console.state.session import ConsoleSession, Severity
from console.state.tiles import WindowId
from console.views.layout_overlay import LayoutOverlay
from console.views.name_dialog import AskPerson, NameDialog, ask_person
from console.views.words import translate
from ingest.errors import GridwallError


class Arranger(QObject):
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
        self._layouts = session.arrangement.layouts
        self._library = library
        self._ask = ask
        self._views: dict[WindowId, QWidget] = {}
        self.overlay: LayoutOverlay | None = None
        library.kept.connect(self._on_kept)
        library.removed.connect(self._on_removed)
        library.refused.connect(self._on_refused)

    def attach(self, window_id: WindowId, view: QWidget) -> None:
        """The widget that shows a wall window, while it is there."""
        self._views[window_id] = view

    def detach(self, window_id: WindowId) -> None:
        """The widget goes: what was being edited on it is kept as it is."""
        self._views.pop(window_id, None)
        if self.overlay is not None and self.overlay.editor.window_id == window_id:
            self.overlay.editor.keep()

    def run(self, command_id: CommandId) -> bool:
        """Does a command of the key table; False for one that is somebody else's."""
        if command_id is CommandId.EDIT_LAYOUT:
            self.edit_layout()
            return True
        return False

    def choose(self, found: Found) -> None:
        """Does what a line of the palette stands for."""
        if found.kind is FoundKind.LAYOUT:
            self.set_layout(LayoutId(found.id))

    # -- layouts

    def set_layout(self, layout_id: LayoutId, window_id: WindowId | None = None) -> None:
        """Cuts a window (default: the selected tile's) by a layout of the book."""
        target = window_id or self._selected_window()
        entry = self._layouts.find(layout_id)
        if target is not None and entry is not None:
            self._wall.cut(target, entry.layout)

    def edit_layout(self, window_id: WindowId | None = None) -> None:
        """Begins to cut a window freely; a second call ends it and keeps what is there."""
        if self.overlay is not None:
            self.overlay.editor.keep()
            return
        target = window_id or self._selected_window()
        view = self._views.get(target) if target is not None else None
        if target is None or view is None:
            self._say(translate("Editor", "Select a tile of the wall first"))
            return
        editor = LayoutEditor(self._wall, target)
        self.overlay = LayoutOverlay(editor, view, lambda: self.save_layout(target))
        editor.ended.connect(self._on_edited)

    def save_layout(self, window_id: WindowId | None = None) -> None:
        """Asks for a name and keeps the window's cut under it, here or for all seats."""
        target = window_id or self._selected_window()
        if target is None:
            return
        layout = self._wall.window(target).layout
        known = self._layouts.find(layout.id)
        own_name = "" if known is None or known.origin is LayoutOrigin.BUILT_IN else str(layout.id)
        dialog = NameDialog(
            translate("Layout", "Save layout"),
            self._layout_name_problem,
            self._views.get(target),
            name=own_name,
            asks_check=translate("Layout", "For all seats of the site"),
        )
        if not self._ask(dialog):
            return
        if dialog.is_checked:
            self._library.put(LibraryKind.LAYOUT, dialog.name, layout)
        else:
            self._wall.cut(target, self._layouts.keep(dialog.name, layout))
            self._say(translate("Layout", "Layout “{0}” is kept on this seat").format(dialog.name))

    def forget_layout(self, layout_id: LayoutId) -> None:
        """Removes an own layout, or the site's; windows that show it keep it."""
        entry = self._layouts.find(layout_id)
        if entry is not None and entry.origin is LayoutOrigin.SITE:
            self._library.remove(LibraryKind.LAYOUT, layout_id)
        elif entry is not None and entry.origin is LayoutOrigin.OWN:
            self._layouts.forget(layout_id)
            self._say(translate("Layout", "Layout “{0}” was removed").format(layout_id))

    # -- inside

    def _layout_name_problem(self, name: str) -> str:
        if self._layouts.is_taken(name):
            return "!" + translate("Name", "Every wall knows a layout of this name")
        if self._layouts.find(name) is not None:
            return translate("Name", "Replaces the one of this name")
        return ""

    def _selected_window(self) -> WindowId | None:
        selected = self._wall.selected
        return None if selected is None else selected.window_id

    def _on_edited(self, how: EditEnd) -> None:
        self.overlay = None
        if how is EditEnd.OVERTAKEN:
            self._say(translate("Editor", "The window was cut by something else: editing ended"))

    def _on_kept(self, _kind: LibraryKind, name: str) -> None:
        self._say(translate("Name", "“{0}” is kept for all seats").format(name))

    def _on_removed(self, _kind: LibraryKind, name: str) -> None:
        self._say(translate("Name", "“{0}” was removed for all seats").format(name))

    def _on_refused(self, error: GridwallError) -> None:
        text = translate("Name", "The hub did not keep it: {0}")
        self._session.say(text.format(error), Severity.PROBLEM)

    def _say(self, text: str) -> None:
        self._session.say(text)
