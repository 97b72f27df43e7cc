"""Tours as a menu for one tile. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from console.state.arrangement import Arrangement
from console.state.keys import CommandId
from console.state.tiles import TileAddress
from console.state.tour_runs import TourState
from console.views.act_bar import key_text
from console.views.arrangement_words import tour_title
from console.views.wall_commands import WallCommands
from console.views.words import translate

SHOWN_MOST = 20


def fill_tour_menu(
    menu: QMenu, arrangement: Arrangement, address: TileAddress, commands: WallCommands
) -> None:
    """Adds what can be done with tours on this tile."""
    menu.clear()
    run = arrangement.runs.run_on(address)
    if run is not None:
        running = run.state is TourState.RUNNING
        toggle = translate("Tour", "Pause") if running else translate("Tour", "Go on")
        end = translate("Tour", "End the tour")
        for text, command_id in ((toggle, CommandId.TOUR), (end, CommandId.TOUR_END)):
            action = menu.addAction(f"{text}\t{key_text(command_id)}")
            action.triggered.connect(lambda _on=False, chosen=command_id: commands.run(chosen))
        menu.addSeparator()
    for tour in [commands.all_cameras(), *arrangement.tours.entries()[:SHOWN_MOST]]:
        action = menu.addAction(tour_title(tour))
        action.triggered.connect(lambda _on=False, chosen=tour: commands.start(chosen, address))
    menu.addSeparator()
    write = translate("Tour", "Choose, write, remove…")
    action = menu.addAction(f"{write}\t{key_text(CommandId.TOURS)}")
    action.triggered.connect(lambda: commands.choose_tour(address))
