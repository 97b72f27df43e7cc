"""Commander: what each command of the key table does, for the router, the palette and buttons.

Turns a person's wish into calls of session, wall, map and desk line, and says why something
is not possible. Holds the one dispatch that may still be taken back.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from config.site import InspectorId
from console.desk.case import CaseId
from console.state.acts import ACTS_WITH_REASON, may_send, refusal_of
from console.state.candidates import Reason
from console.state.cases import CaseRow
from console.state.entry import DISPATCH_HOLD_S, DispatchHold, HeldDispatch
from console.state.finder import Found, FoundKind
from console.state.keys import LAYOUT_COMMANDS, CommandId
from console.state.layouts import LAYOUTS
from console.state.session import ConsoleSession, Severity
from console.state.suggestions import taking_of
from console.views import words
from console.views.act_dialog import AskAct
from console.views.batch_desk import BatchDesk, SendsActs
from console.views.escort_desk import EscortDesk
from console.views.tile_commander import TileCommander
from console.views.words import translate

#: How often the count-down is looked at.
HOLD_TICK_MS = 50

_ACT_OF_COMMAND = {
    CommandId.FILE: "file",
    CommandId.VERIFY: "verify",
    CommandId.CLOSE: "close",
    CommandId.VOID: "void",
}


class Commander(QObject):
    """Signals: `held_changed(held or None)`; `window_command(id)`: something only the window can do;
    `arrangement_chosen(found)`: a line of the palette that is the arranger's."""

    held_changed = Signal(object)
    arrangement_chosen = Signal(object)
    window_command = Signal(object)

    def __init__(
        self,
        session: ConsoleSession,
        desk: SendsActs,
        ask_reason: Callable[[str, CaseRow], str | None],
        ask_act: AskAct = lambda _row, _offers: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk
        self._ask_reason = ask_reason
        self._ask_act = ask_act
        self._hold = DispatchHold()
        self._batch = BatchDesk(session, desk)
        self._disk_is_low = False
        self._dispatch_when_known: CaseId | None = None
        self._tiles = TileCommander(session)
        self.escort = EscortDesk(session)
        self._tick = QTimer(self, interval=HOLD_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        session.candidates.changed.connect(self._on_candidates)
        session.disk_low.changed.connect(self._on_disk_low)

    # -- commands

    def run(self, command_id: CommandId) -> None:
        """Does one command of the key table."""
        if command_id in _ACT_OF_COMMAND:
            self.act(_ACT_OF_COMMAND[command_id])
        elif command_id in LAYOUT_COMMANDS:
            self._set_layout(LAYOUT_COMMANDS.index(command_id))
        elif command_id is CommandId.OPEN:
            self._open()
        elif command_id is CommandId.DISPATCH:
            self._dispatch()
        elif command_id is CommandId.ACKNOWLEDGE:
            self._acknowledge()
        elif command_id is CommandId.ACTS:
            self._choose_act()
        elif command_id is CommandId.TAKE_SUGGESTION:
            self._take_suggestion()
        elif command_id is CommandId.ESCORT:
            self.escort.toggle()
        elif command_id is CommandId.FULL_TILE:
            self._session.wall.toggle_full()
        elif self._tiles.run(command_id):
            return
        elif command_id is CommandId.BACK and self._hold.held is not None:
            self.take_back()
        else:
            self.window_command.emit(command_id)

    def choose(self, found: Found) -> None:
        """Does what a line of the palette stands for."""
        if found.kind is FoundKind.COMMAND:
            self.run(CommandId(found.id))
        elif found.kind is FoundKind.CASE:
            self._session.open(CaseId(found.id))
        elif found.kind is FoundKind.CAMERA:
            self._session.select_camera(found.id)
        elif found.kind is FoundKind.INSPECTOR:
            self._session.select_inspector(found.id)
        elif found.place is not None:
            self._session.select_place(found.place)
            self._session.map_wanted.emit(found.place)
        else:
            self.arrangement_chosen.emit(found)

    def call_camera(self, number: int) -> None:
        """Digits, Enter."""
        if not self._session.call_number(number):
            text = translate("Commands", "No camera has the number {0}.").format(number)
            self._session.say(text, Severity.PROBLEM)

    def act(self, act: str) -> None:
        """An act on the case under the cursor, after its reason where one is needed."""
        row = self._case()
        if row is None:
            return
        is_batch = self._batch.covers(row)
        if act == "dispatch" and not is_batch:
            self._dispatch()
            return
        refusal = None if is_batch else refusal_of(act, row, self._session)
        if refusal is not None:
            self._refuse(refusal)
            return
        fields: dict[str, Any] = {}
        if act in ACTS_WITH_REASON:
            reason = self._ask_reason(act, row)
            if reason is None:
                return
            fields["note"] = reason
        self._send_act(row, act, fields)

    def _send_act(self, row: CaseRow, act: str, fields: dict[str, Any]) -> None:
        if self._batch.covers(row):
            self._batch.start(act, fields)
        else:
            self._desk.act(row.id, act, **fields)

    def _choose_act(self) -> None:
        """X: everything that can be done with the open case, and what must be entered for it."""
        row = self._session.cases.get(self._session.open_case.get())
        detail = self._session.detail.get()
        if row is None or detail is None or detail.case.case_id != row.id:
            self._session.say(translate("Commands", "Open a case first: Enter."))
            return
        if not self._session.feed.get().is_live:
            self._refuse(Reason("hub_away"))
            return
        chosen = self._ask_act(row, detail.acts)
        if chosen is None:
            return
        act, entered = chosen
        if act == "dispatch" and not self._batch.covers(row):
            self._dispatch()  # whom, and five seconds to take it back
        else:
            self._send_act(row, act, entered)

    def _take_suggestion(self) -> None:
        """Ctrl+Enter: what the suggester says of the open case becomes an `amend` of this seat."""
        row = self._session.cases.get(self._session.open_case.get())
        detail = self._session.detail.get()
        taking = taking_of(detail.case, detail.suggestions) if detail is not None else None
        if row is None or detail is None or detail.case.case_id != row.id or taking is None:
            self._session.say(translate("Commands", "There is nothing learned to take over here."))
            return
        offer = detail.offer("amend")
        if not self._session.feed.get().is_live:
            self._refuse(Reason("hub_away"))
        elif offer is not None and not offer.allowed:
            self._refuse(Reason(offer.reason or offer.reason_text, offer.values))
        else:
            self._desk.act(row.id, "amend", suggested=taking.source, **taking.fields)

    def send(self, inspector_id: str) -> None:
        """Dispatches a chosen candidate of the open case, with the same hold."""
        row = self._session.cases.get(self._session.open_case.get())
        if row is not None:
            self._start_hold(row, inspector_id)

    def take_back(self) -> None:
        """Esc during the hold: nothing was sent."""
        held = self._hold.take_back()
        self._tick.stop()
        self.held_changed.emit(None)
        if held is not None:
            text = translate("Commands", "Taken back: {0} was not sent.")
            self._session.say(text.format(held.inspector_name))

    def on_acted(self, act: str, case_id: str) -> None:
        """The hub committed an act of this seat."""
        if self._batch.take(act, case_id, None):
            return
        row = self._session.cases.get(case_id)
        title = words.kind_text(row.case.kind) if row is not None else case_id
        text = translate("Commands", "{0}: {1}").format(title, words.act_text(act))
        self._session.say(text)

    def _on_disk_low(self, low: tuple[int, int] | None) -> None:
        """Told once each time the hub's disk gets low."""
        if low is not None and not self._disk_is_low:
            text = translate(
                "Commands", "The hub's disk has {0} MB left; below {1} MB no evidence is taken."
            )
            self._session.say(text.format(*low), Severity.PROBLEM)
        self._disk_is_low = low is not None

    def on_refused(self, act: str, case_id: str, reason: Reason) -> None:
        """The hub refused or did not answer."""
        if self._batch.take(act, case_id, reason):
            return
        words_of_it = words.reason_text(reason.id, reason.values)
        if act == "read":
            if self._session.feed.get().is_live:
                self._session.say(words_of_it, Severity.PROBLEM)
            return
        text = translate("Commands", "{0} was refused: {1}")
        text = text.format(words.act_text(act), words_of_it)
        self._session.say(text, Severity.PROBLEM)

    # -- inside

    def _case(self) -> CaseRow | None:
        """The case acts are about: under the cursor, else the open one."""
        case_id = self._session.cursor.get() or self._session.open_case.get()
        row = self._session.cases.get(case_id)
        if row is None:
            self._refuse(Reason("no_case"))
        return row

    def _refuse(self, reason: Reason) -> None:
        self._session.say(words.reason_text(reason.id, reason.values), Severity.PROBLEM)

    def _open(self) -> None:
        case_id = self._session.cursor.get()
        first = next(iter(self._session.queue.order), None)
        wanted = case_id if case_id is not None else first
        if wanted is not None:
            self._session.open(wanted)

    def _acknowledge(self) -> None:
        waiting = self._session.asking.rows()
        cursor = self._session.cursor.get()
        if cursor is not None and cursor in self._session.marked:
            self._session.asking.acknowledge(*(row.id for row in self._session.marked.rows()))
        elif cursor is not None and any(row.id == cursor for row in waiting):
            self._session.asking.acknowledge(cursor)
        elif waiting:
            self._session.asking.acknowledge(waiting[0].id)

    def _set_layout(self, place: int) -> None:
        layouts = list(LAYOUTS)
        selected = self._session.wall.selected
        if selected is not None and place < len(layouts):
            self._session.wall.set_layout(selected.window_id, layouts[place])

    def _dispatch(self) -> None:
        row = self._case()
        if row is None:
            return
        if not may_send(row):
            self._refuse(Reason("not_in_state", {"state": row.case.state.value}))
            return
        if self._session.open_case.get() != row.id or not self._session.candidates.get():
            # the operator must see whom they send: open first, go on when the names are there
            self._dispatch_when_known = row.id
            self._session.open(row.id)
            return
        self._dispatch_first(row)

    def _on_candidates(self, found: object) -> None:
        case_id, self._dispatch_when_known = self._dispatch_when_known, None
        if case_id is None or not found:
            self._dispatch_when_known = case_id
            return
        row = self._session.cases.get(case_id)
        if row is not None and self._session.open_case.get() == case_id:
            self._dispatch_first(row)

    def _dispatch_first(self, row: CaseRow) -> None:
        refusal = refusal_of("dispatch", row, self._session)
        if refusal is not None:
            self._refuse(refusal)
            return
        first = next(one for one in self._session.candidates.get() if one.can_go)
        self._start_hold(row, first.inspector_id)

    def _start_hold(self, row: CaseRow, inspector_id: str) -> None:
        due = self._session.clock.mono_ns() + round(DISPATCH_HOLD_S * 1e9)
        held = HeldDispatch(
            case_id=row.id,
            version=row.case.version,
            inspector_id=InspectorId(inspector_id),
            inspector_name=self._session.people.name_of(inspector_id),
            due_mono_ns=due,
        )
        former = self._hold.hold(held)
        if former is not None:
            self._send(former)
        self._tick.start()
        self.held_changed.emit(held)

    def _on_tick(self) -> None:
        due = self._hold.due(self._session.clock.mono_ns())
        if due is not None:
            self._tick.stop()
            self._send(due)
        self.held_changed.emit(self._hold.held)

    def _send(self, held: HeldDispatch) -> None:
        self._desk.act(held.case_id, "dispatch", inspector_id=held.inspector_id)
