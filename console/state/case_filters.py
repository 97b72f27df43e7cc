"""CaseFilters: which cases a seat's list shows, choices kept by name, and which ask for its attention.

A subscription quietens the rest, never priority 1: smoke asks at every seat. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from console.desk.case import CaseState
from console.state.cases import CaseRow
from console.state.observable import Signal

#: Kept choices; a list nobody scrolls.
KEPT_MOST = 30


class CaseChoice(Struct, frozen=True):
    """Some cases. An empty list means every; `name`: under which it is kept."""

    name: str = ""
    kinds: tuple[str, ...] = ()
    states: tuple[CaseState, ...] = ()
    streets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not (self.kinds or self.states or self.streets or self.items)

    def admits(self, row: CaseRow) -> bool:
        case = row.case
        return (
            (not self.kinds or case.kind in self.kinds)
            and (not self.states or case.state in self.states)
            and (not self.streets or case.street_id in self.streets)
            and (not self.items or case.item_code in self.items)
        )


EVERYTHING = CaseChoice()


class CaseFilters:
    """`changed` when the list, the kept choices or the subscription are others."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.kept: tuple[CaseChoice, ...] = ()
        #: What the list shows, and what this seat is asked for.
        self.shown = EVERYTHING
        self.subscription = EVERYTHING

    def restore(
        self, kept: Iterable[CaseChoice], shown: CaseChoice, subscription: CaseChoice
    ) -> None:
        """As the seat remembered."""
        self.kept = tuple(kept)[:KEPT_MOST]
        self.shown, self.subscription = shown, subscription
        self.changed.emit()

    def show(self, choice: CaseChoice) -> None:
        self.shown = choice
        self.changed.emit()

    def subscribe(self, choice: CaseChoice) -> None:
        """Only these ask for attention here, and every case of priority 1."""
        self.subscription = choice
        self.changed.emit()

    def clear(self) -> None:
        """Every case is shown, and asks."""
        self.shown = self.subscription = EVERYTHING
        self.changed.emit()

    def keep(self, choice: CaseChoice) -> None:
        """Under its name, over the former one of that name; the newest first."""
        others = [each for each in self.kept if each.name != choice.name]
        self.kept = (choice, *others)[:KEPT_MOST]
        self.changed.emit()

    def remove(self, name: str) -> None:
        """Forgets a kept choice; what is shown stays shown, without the name."""
        self.kept = tuple(each for each in self.kept if each.name != name)
        if self.shown.name == name:
            self.shown = structs.replace(self.shown, name="")
        self.changed.emit()
