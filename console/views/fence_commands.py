"""FenceCommands: fences drawn, listed and changed, and every crossing told to the seat.

A change goes to the hub, which checks the whole site and writes fences.toml; what another seat
wrote meanwhile is not overwritten (the version goes with the change). Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from config.geometry import GeoPoint
from config.site import Fence, FenceId
from console.bridge.register_line import RegisterLine
from console.desk.fence_data import FenceCrossed
from console.state import fences
from console.state.session import ConsoleSession, Severity
from console.views.fences_dialog import FenceDeed, FencesDialog
from console.views.name_dialog import AskPerson, NameDialog, ask_person
from console.views.words import translate

Change = Callable[[tuple[Fence, ...]], list[Fence]]


class FenceCommands:
    """`draw`: takes the map's measure up. `ask`: shows a dialog (tests answer themselves)."""

    def __init__(
        self,
        session: ConsoleSession,
        line: RegisterLine,
        draw: Callable[[], None],
        ask: AskPerson = ask_person,
    ) -> None:
        self._session, self._line, self._draw, self._ask = session, line, draw, ask
        session.fence_crossed.connect(self._on_crossed)

    def open_list(self, chosen: FenceId | None = None) -> None:
        """Every fence and who is inside; then what was chosen there."""
        session = self._session
        now_utc_ns = session.clock.utc_ns()
        people = session.people.all()
        known = session.site.fences
        inside = {each.id: len(fences.inside(each, people, now_utc_ns)) for each in known}
        dialog = FencesDialog(known, inside, chosen, QApplication.activeWindow())
        if not self._ask(dialog):
            return
        if dialog.deed is FenceDeed.DRAW:
            self._draw()
            text = translate("Fence", "Set the corners, then F keeps the area as a fence.")
            session.say(text)
        elif dialog.fence is not None:
            self._do(dialog.deed, dialog.fence)

    def keep(self, ring: tuple[GeoPoint, ...]) -> None:
        """A drawn area becomes a fence, under the name that is asked for."""
        dialog = NameDialog(
            translate("Fence", "Keep as a fence"), self._note, QApplication.activeWindow()
        )
        if self._ask(dialog):
            name = dialog.name
            told = translate("Fence", "Fence “{0}” kept: who enters or leaves is told.")
            self._change(lambda known: fences.added(known, name, ring), told.format(name))

    def _do(self, deed: FenceDeed, fence: Fence) -> None:
        if deed is FenceDeed.SHOW:
            self._session.map_wanted.emit(fences.middle(fence))
        elif deed is FenceDeed.WATCH:
            self._change(lambda known: fences.watched_otherwise(known, fence.id), "")
        elif deed is FenceDeed.REMOVE:
            told = translate("Fence", "Fence “{0}” removed.").format(fence.name)
            self._change(lambda known: fences.removed(known, fence.id), told)
        else:
            self._rename(fence)

    def _rename(self, fence: Fence) -> None:
        title = translate("Fence", "Rename fence")
        parent = QApplication.activeWindow()
        dialog = NameDialog(title, self._note, parent, name=fence.name)
        if self._ask(dialog):
            name = dialog.name
            self._change(lambda known: fences.renamed(known, fence.id, name), "")

    def _note(self, name: str) -> str:
        taken = any(each.name == name for each in self._session.site.fences)
        return translate("Fence", "Another fence has this name, too") if taken else ""

    def _change(self, change: Change, told: str) -> None:
        """Reads the register, changes it, writes it back; a refusal is said with its reason."""

        def write(known: tuple[Fence, ...], version: str) -> None:
            entries = fences.entries(change(known))
            self._line.write(
                "fences", entries, version, lambda: self._session.say(told), self._fail
            )

        self._line.read("fences", tuple[Fence, ...], write, self._fail)

    def _fail(self, why: str) -> None:
        self._session.say(why, Severity.PROBLEM)

    def _on_crossed(self, crossed: FenceCrossed) -> None:
        name = self._session.people.name_of(crossed.inspector_id)
        text = (
            translate("Fence", "{0} entered {1}")
            if crossed.is_inside
            else translate("Fence", "{0} left {1}")
        )
        self._session.say(text.format(name, crossed.fence))
