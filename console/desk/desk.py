"""Desk: the hub's participant that turns alerts into cases and people's acts into their history.

Decides nothing itself: proposals, workflow, clocks and dispatch rules are pure modules; here they
meet the hub. Every change of a case is one event, one audit row and one row of the table,
committed together with what caused it. Threads: acts and events run in the hub's acting thread,
lists in its read thread; the desk keeps nothing but the transition table and a calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from config.directory import SiteDirectory
from config.paths import hub_state_folder, state_folder
from config.settings import CalendarSettings
from console.desk import case_store, queries
from console.desk.acts import actor_name, acts_of, perform, propose
from console.desk.audit import chain_end, timeline, verify_chain
from console.desk.candidate_query import candidates_reply
from console.desk.clock_rules import WorkingCalendar
from console.desk.desk_context import DeskContext
from console.desk.duplicates import duplicates_of
from console.desk.evidence.disk import low_mb
from console.desk.evidence.references import references_reply
from console.desk.exchange.importing import import_cases
from console.desk.fence_desk import FenceDesk
from console.desk.field_checkpoints import AddRow
from console.desk.field_desk import FieldDesk
from console.desk.fleet import FleetShelf
from console.desk.intake import take_alert, take_ticket
from console.desk.live_desk import LiveDesk
from console.desk.messages import Message
from console.desk.partners.partner_desk import PartnerDesk
from console.desk.people_desk import PeopleDesk
from console.desk.routes import StreetService
from console.desk.seat_holds import SeatHolds
from console.desk.suggester.shelf import Shelved, SuggesterShelf
from console.desk.suggester.suggestions import suggestions_for, suggestions_reply
from console.desk.tables import NEVER_NS, STEPS, metadata
from console.desk.ticket_desk import TicketDesk
from console.desk.transitions import TransitionsInvalid
from console.desk.unit_desk import UnitDesk
from console.desk.workflow import table_of_site
from ingest.errors import Misconfigured
from ingest.feed.envelope import Event, Noun
from ingest.feed.last_values import LastPositions
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)


class VerifyRequest(Struct, frozen=True):
    """`audit.verify`: from which row on; the answer's `next` goes on where one request ends."""

    from_: Annotated[int, Meta(ge=1, le=NEVER_NS)] = msgspec.field(name="from", default=1)


class Desk:
    """A `Participant`. `directory` gives the site as it is now; it changes when it is reloaded.

    A site's own transitions.toml is read once: a running loop does not change its rules.
    """

    nouns: frozenset[Noun] = frozenset({Noun.ALERT, Noun.TICKET})

    def __init__(
        self,
        directory: Callable[[], SiteDirectory],
        positions: LastPositions | None = None,
        add_row: AddRow | None = None,
    ) -> None:
        """`positions`: the hub's own memory of where people are (else: its record of it).
        `add_row` writes a register of the site; without it phones register no check points.

        Raises Misconfigured where the site's own transition table is wrong.
        """
        self._directory = directory
        try:
            self._table = table_of_site(directory().site.folder)
        except TransitionsInvalid as error:
            raise Misconfigured(str(error)) from error
        self._streets = StreetService()
        self._fleets = FleetShelf(positions)
        self._units = UnitDesk(self._context)
        self._people = PeopleDesk(self._context, hub_state_folder(directory().site))
        self._holds = SeatHolds()
        self._partners = PartnerDesk(self._context)
        self._suggester = SuggesterShelf()
        self._tickets = TicketDesk(self._context)
        self._fences = FenceDesk(self._context)
        self._live = LiveDesk(self._context, add_row)
        self._field = FieldDesk(self._context, self._units, add_row)
        self._calendar: tuple[CalendarSettings, WorkingCalendar] | None = None

    def create_tables(self, tx: Transaction) -> None:
        """Makes the tables; begins to read streets and suggester, so that the first case has them."""
        tx.migrate("desk", metadata, STEPS)
        self._shelved(tx)

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        """Alerts and tickets make and change cases; everything else is not the desk's."""
        noun = event.event.noun
        if noun is Noun.ALERT:
            return take_alert(tx, event.event.verb, bytes(event.event.data), self._context())
        if noun is Noun.TICKET and event.event.verb == "received":
            return take_ticket(tx, bytes(event.event.data), self._context())
        return ()

    def operations(self) -> Mapping[str, Operation]:
        """The desk's part of the query socket (CONTRACT §5); lists run in the read thread."""
        return {
            "act": self._act,
            **self._units.operations(),
            **self._people.operations(),
            "propose": lambda tx, request, caller: propose(tx, request, caller, self._context()),
            "cases.import": lambda tx, request, caller: import_cases(
                tx, request, actor_name(caller, request.get("actor")), self._context()
            ),
            "cases": ReadingOperation(self._cases),
            **self._field.operations(),
            **self._live.operations(),
            **self._holds.operations(),
            **self._tickets.operations(),
            **self._partners.operations(),
            "case": ReadingOperation(self._case),
            "count": ReadingOperation(self._count),
            "candidates": ReadingOperation(self._candidates),
            "suggest": ReadingOperation(self._suggest),
            "evidence.references": ReadingOperation(self._evidence),
            "audit.verify": ReadingOperation(self._verify_audit),
        }

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        """Open cases, most urgent first, and the head line."""
        day_start_ns = self._context().calendar.day_start_utc_ns(tx.now_utc_ns)
        return {
            "cases": queries.open_cases(tx),
            "case_counts": queries.head_line(tx, day_start_ns),
            **self._units.snapshot(tx),
            **self._live.snapshot(tx),
        }

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """Units, fences, receipts: due times are instants, so that a light changes without an event."""
        return [*self._units.tick(tx), *self._fences.tick(tx), *self._partners.tick(tx)]

    def _context(self) -> DeskContext:
        directory = self._directory()
        settings = directory.site.settings.calendar
        known = self._calendar
        if known is None or known[0] != settings:
            known = self._calendar = (settings, WorkingCalendar(settings))
        routing = self._streets.routing(directory.site.streets_file)
        return DeskContext(directory, known[1], self._table, routing, self._fleets)

    def _act(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        result = perform(tx, request, caller, self._context())
        events = [*result.events, *self._units.follow(tx, result.events)]
        return OperationResult(result.reply, events)

    def _cases(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        return OperationResult(queries.list_cases(tx, request))

    def _case(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        case_id = str(request.get("id") or request.get("case_id") or "")
        case = case_store.load_case(tx, case_id)
        if case is None:
            raise OperationRefused(Message("unknown_case", {"case_id": case_id}).english)
        rows = [
            {**msgspec.structs.asdict(entry), "detail": msgspec.Raw(entry.detail.encode())}
            for entry in timeline(tx, case.case_id)
        ]
        reply = {
            "case": case,
            "acts": acts_of(case, caller, self._context()),
            "timeline": rows,
            "alerts": case_store.alerts_of_case(tx, case.case_id),
            "duplicates": duplicates_of(tx, case, self._context()),
            **self._partners.of_case(tx, case),
            "suggestions": suggestions_for(case, self._context(), self._shelved(tx)),
        }
        return OperationResult(reply)

    def _count(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        day_start_ns = self._context().calendar.day_start_utc_ns(tx.now_utc_ns)
        site = self._directory().site
        least_mb = site.settings.store.free_space_min_mb
        counted = queries.count_cases(tx, request, day_start_ns)
        disk_mb = low_mb(state_folder(site), least_mb)
        return OperationResult({**counted, "disk_low_mb": disk_mb, "disk_least_mb": least_mb})

    def _candidates(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        return OperationResult(candidates_reply(tx, request, self._context()))

    def _evidence(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        settings = self._directory().site.settings.store
        return OperationResult(references_reply(tx, request, settings))

    def _suggest(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        return OperationResult(suggestions_reply(tx, request, self._context(), self._shelved(tx)))

    def _shelved(self, tx: Transaction) -> Shelved:
        """The suggester in force, or why there is none."""
        context = self._context()
        return self._suggester.current(
            context.directory.site.folder, tx.now_utc_ns, context.settings.suggester_days
        )

    def _verify_audit(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked: VerifyRequest = queries.convert(request, VerifyRequest)
        verdict = verify_chain(tx, asked.from_)
        rows, last_hash = chain_end(tx)
        reply = {"intact": verdict.broken is None, "broken": verdict.broken, "next": verdict.next}
        return OperationResult({**reply, "rows": rows, "last_hash": last_hash})
