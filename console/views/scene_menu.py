"""The site's scenes as a menu, with what can be done. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from console.state.arrangement import Arrangement
from console.state.keys import CommandId
from console.views.act_bar import key_text
from console.views.arrangement_words import scene_title
from console.views.scene_commands import SceneCommands
from console.views.words import translate

#: More are found by the list and the palette.
SHOWN_MOST = 20


def fill_scene_menu(menu: QMenu, arrangement: Arrangement, commands: SceneCommands) -> None:
    """Adds the scenes and what can be done with them."""
    menu.clear()
    for scene in arrangement.scenes.entries()[:SHOWN_MOST]:
        keys = "" if scene.number is None else f"\t* {scene.number}"
        action = menu.addAction(scene_title(scene) + keys)
        action.triggered.connect(lambda _on=False, chosen=scene: commands.call(chosen))
    menu.addSeparator()
    save = translate("Scene", "Save this wall…")
    send = translate("Scene", "Send a scene…")
    every = translate("Scene", "All scenes…")
    for text, command_id in (
        (save, CommandId.SAVE_SCENE),
        (send, CommandId.PUSH_SCENE),
        (every, CommandId.SCENES),
    ):
        action = menu.addAction(f"{text}\t{key_text(command_id)}")
        action.triggered.connect(lambda _on=False, chosen=command_id: commands.run(chosen))
