"""LayoutMenu: every layout of the book, and what can be done with it, as a menu.

Threads: GUI thread only.
"""

from __future__ import annotations

from itertools import zip_longest

from PySide6.QtWidgets import QMenu

from console.state.keys import LAYOUT_COMMANDS, CommandId
from console.state.layout_book import LayoutBook, LayoutEntry, LayoutOrigin
from console.state.tiles import Window
from console.views.act_bar import key_text
from console.views.arrangement_words import layout_detail, layout_name
from console.views.arranger import Arranger
from console.views.layout_icon import layout_icon
from console.views.words import translate


def fill_layout_menu(menu: QMenu, book: LayoutBook, window: Window, arranger: Arranger) -> None:
    """Adds the layouts for `window`; the one it has is checked."""
    menu.clear()
    own: list[LayoutEntry] = []
    for entry, command_id in zip_longest(book.entries(), LAYOUT_COMMANDS):
        if entry.origin is not LayoutOrigin.BUILT_IN and not own:
            menu.addSeparator()
        action = menu.addAction(layout_icon(entry.layout), layout_name(entry.layout))
        if entry.origin is not LayoutOrigin.BUILT_IN:
            own.append(entry)
            action.setText(f"{layout_name(entry.layout)}\t{layout_detail(entry)}")
        elif command_id is not None:
            action.setText(f"{layout_name(entry.layout)}\t{key_text(command_id)}")
        action.setCheckable(True)
        action.setChecked(entry.layout.id == window.layout.id)
        action.triggered.connect(
            lambda _on=False, chosen=entry.layout.id: arranger.set_layout(chosen, window.id)
        )
    menu.addSeparator()
    cut_freely = translate("Layout", "Cut freely…")
    edit = menu.addAction(f"{cut_freely}\t{key_text(CommandId.EDIT_LAYOUT)}")
    edit.triggered.connect(lambda: arranger.edit_layout(window.id))
    save = menu.addAction(translate("Layout", "Save layout…"))
    save.triggered.connect(lambda: arranger.save_layout(window.id))
    if own:
        remove = menu.addMenu(translate("Layout", "Remove layout"))
        for entry in own:
            action = remove.addAction(f"{layout_name(entry.layout)}\t{layout_detail(entry)}")
            action.triggered.connect(
                lambda _on=False, chosen=entry.layout.id: arranger.forget_layout(chosen)
            )
