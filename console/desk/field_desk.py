"""Field desk: what an inspector's phone may ask of the hub, each time with its token.

The holder of the token acts in the role `inspector`, on their own cases only, with the acts that
are done on the spot; everything else goes through the same rules as a seat's acts. A request
carries an id of its own, so that a phone that lost the answer sends it again without doing it
twice. Runs in the hub's acting and read threads; holds nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from config.geometry import GeoPoint, distance_m
from config.site import Inspector
from config.travel import Travel
from console.desk import case_store, field_access, unit_store
from console.desk.acts import actor_name, perform, propose, refused
from console.desk.case import CaseData
from console.desk.desk_context import DeskContext
from console.desk.field_checkpoints import AddRow, classes_of, register_checkpoint
from console.desk.messages import ActRefused, Message
from console.desk.own_round import own_round
from console.desk.queries import convert
from console.desk.unit_desk import SetRequest, UnitDesk
from console.desk.units import SetBy, UnitState
from console.desk.workflow import offers
from ingest.feed.envelope import utc_text
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)

#: What is done on the spot. Verifying one's own work is not among it.
FIELD_ACTS = frozenset({"accept", "arrive", "feedback", "return", "note", "photo"})
#: Who helps leaves the case's state to who leads.
HELPER_ACTS = frozenset({"note", "photo"})
ROLES = frozenset({"inspector"})
#: Tasks a phone shows at once, most urgent first.
TASKS_MOST = 100
#: Streets around a route: this far beyond its bounding box, metres, and at most so many pieces.
MARGIN_M = 150.0
PIECES_MOST = 2_000

Context = Callable[[], DeskContext]
_RequestId = Annotated[str, Meta(min_length=8, max_length=64)]


class _Asked(Struct, frozen=True):
    token: str


class _Act(Struct, frozen=True):
    """`field.act`. `report_id`: the request that made the case, where the phone knows no other."""

    token: str
    request_id: _RequestId
    act: str
    case_id: str | None = None
    report_id: str | None = None
    happened_utc: str = ""


class _Report(Struct, frozen=True):
    token: str
    request_id: _RequestId
    item_code: str | None = None
    text: Annotated[str, Meta(max_length=4_000)] = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    happened_utc: str = ""


class _Way(Struct, frozen=True):
    token: str
    case_id: str
    lat_deg: float
    lon_deg: float


class _Unit(Struct, frozen=True):
    token: str
    state: UnitState


class _Link(Struct, frozen=True):
    inspector_id: str
    actor: str | None = None


class FieldDesk:
    """Operations of the field page. `context` as the desk's own; `add_row` writes registers."""

    def __init__(self, context: Context, units: UnitDesk, add_row: AddRow | None = None) -> None:
        self._context = context
        self._units = units
        self._add_row = add_row

    def operations(self) -> Mapping[str, Operation]:
        """`field.link` and `field.revoke` are an operator's; the others need a token."""
        return {
            "field.link": self._link,
            "field.revoke": self._revoke,
            "field.links": ReadingOperation(self._links),
            "field.me": ReadingOperation(self._me),
            "field.tasks": ReadingOperation(self._tasks),
            "field.route": ReadingOperation(self._route),
            "field.act": self._act,
            "field.report": self._report,
            "field.unit": self._unit,
            "field.checkpoint": self._checkpoint,
            "field.round": ReadingOperation(self._round),
        }

    def _link(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Link = convert(request, _Link)
        context = self._context()
        inspector = context.directory.inspector(asked.inspector_id)
        if inspector is None:
            message = Message("unknown_inspector", {"inspector_id": asked.inspector_id})
            raise refused(message, None)
        settings = context.directory.site.settings.field_page
        made_by = actor_name(caller, asked.actor)
        token = field_access.make_token(tx, inspector.id, made_by, settings.token_days)
        base = (settings.public_url or f"http://{context.directory.site.hub.http}").rstrip("/")
        url = f"{base}/field/#t={token}"
        until_ns = tx.now_utc_ns + round(settings.token_days * 86_400e9)
        reply = {
            "inspector_id": inspector.id,
            "url": url,
            "qr_svg": qr_svg(url),
            "until_utc": utc_text(until_ns),
        }
        return OperationResult(reply)

    def _revoke(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Link = convert(request, _Link)
        return OperationResult({"revoked": field_access.revoke(tx, asked.inspector_id)})

    def _links(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        return OperationResult({"links": field_access.links(tx)})

    def _holder(self, tx: Transaction, token: str, context: DeskContext) -> Inspector:
        try:
            return field_access.holder_of(tx, token, context.directory)
        except ActRefused as refusal:
            raise refused(refusal.message, None) from refusal

    def _me(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Asked = convert(request, _Asked)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        site = context.directory.site
        cell = context.directory.cell(inspector.grid_id)
        reply = {
            "inspector_id": inspector.id,
            "name": inspector.name,
            "grid": cell.name if cell else "",
            "site": site.name,
            "language": site.language.value,
            "items": [
                {"code": item.code, "zh": item.name_zh, "en": item.name_en} for item in site.items
            ],
            "checkpoint_classes": classes_of(context.directory),
            "may_register": self._registrar(context) is not None,
        }
        return OperationResult(reply)

    def _tasks(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Asked = convert(request, _Asked)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        found = [
            self._task(case, inspector, context)
            for case in case_store.cases_of_inspector(tx, inspector.id, TASKS_MOST)
        ]
        unit = unit_store.unit_of(tx, inspector.id)
        return OperationResult({"inspector_id": inspector.id, "unit": unit, "tasks": found})

    def _task(self, case: CaseData, inspector: Inspector, context: DeskContext) -> dict[str, Any]:
        """What a phone needs of a case: not who else worked on it, nor where it came from."""
        possible = FIELD_ACTS if case.inspector_id == inspector.id else HELPER_ACTS
        shown = offers(context.table, case, ROLES)
        cell = context.directory.cell(case.grid_id)
        return {
            "case_id": case.case_id,
            "title": case.title,
            "kind": case.kind,
            "item_code": case.item_code,
            "state": case.state.value,
            "priority": case.priority,
            "lat_deg": case.lat_deg,
            "lon_deg": case.lon_deg,
            "grid": cell.name if cell else "",
            "note": case.note,
            "step_due_utc": case.step_due_utc,
            "step_amber_utc": case.step_amber_utc,
            "arrived_utc": case.arrived_utc,
            "version": case.version,
            "pictures": [sha for sha in (case.crop, case.snapshot) if sha],
            "photos": case.photos,
            "acts": [o.act for o in shown if o.allowed and o.act in possible],
            "is_helper": case.inspector_id != inspector.id,
        }

    def _act(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Act = convert(request, _Act)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        done = field_access.case_of_request(tx, inspector.id, asked.request_id)
        if done is not None:
            return OperationResult({"case_id": done, "repeated": True})
        case = self._own_case(tx, asked, inspector)
        if asked.act not in FIELD_ACTS:
            raise refused(Message("not_in_field", {"act": asked.act}), None)
        more = {"field": {"happened_utc": asked.happened_utc[:40], "request": asked.request_id}}
        entered = {
            key: request[key] for key in ("note", "photo", "photo_kind") if key in request
        } | {"case_id": case.case_id, "act": asked.act}
        result = perform(tx, entered, Caller(inspector.id, ROLES), context, more)
        field_access.remember_request(tx, inspector.id, asked.request_id, case.case_id)
        events = [*result.events, *self._units.follow(tx, result.events)]
        return OperationResult({"case_id": case.case_id}, events)

    def _own_case(self, tx: Transaction, asked: _Act, inspector: Inspector) -> CaseData:
        """The case meant, if it is this inspector's. Raises OperationRefused."""
        case_id = asked.case_id
        if asked.report_id is not None:
            case_id = field_access.case_of_request(tx, inspector.id, asked.report_id)
        case = case_store.load_case(tx, case_id) if case_id else None
        is_own = case is not None and (
            asked.report_id is not None
            or case.inspector_id == inspector.id
            or (inspector.id in case.helpers and asked.act in HELPER_ACTS)
        )
        if case is None or not is_own:
            raise refused(Message("not_yours", {"case_id": case_id or asked.report_id}), None)
        return case

    def _report(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """A finding of a patrol: a proposal in the queue like any other."""
        asked: _Report = convert(request, _Report)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        done = field_access.case_of_request(tx, inspector.id, asked.request_id)
        if done is not None:
            return OperationResult({"case_id": done, "repeated": True})
        proposal = {
            "lat_deg": asked.lat_deg,
            "lon_deg": asked.lon_deg,
            "item_code": asked.item_code,
            "title": " ".join(asked.text.split())[:80],
            "note": asked.text,
        }
        result = propose(tx, proposal, Caller(inspector.id, ROLES), context, source="patrol")
        case_id = result.reply["case"].case_id
        field_access.remember_request(tx, inspector.id, asked.request_id, case_id)
        return OperationResult({"case_id": case_id}, result.events)

    def _registrar(self, context: DeskContext) -> AddRow | None:
        """What writes check points; None where the site does not want it."""
        allowed = context.directory.site.settings.field_page.register_checkpoints
        return self._add_row if allowed else None

    def _checkpoint(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked: _Asked = convert(request, _Asked)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        add_row = self._registrar(context)
        if add_row is None:
            raise refused(Message("no_registration"), None)
        return register_checkpoint(request, inspector, context.directory, add_row)

    def _round(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """The holder's own round of today: its points in order, and which are visited."""
        asked: _Asked = convert(request, _Asked)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        return OperationResult({"round": own_round(tx, inspector, context)})

    def _unit(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """What the inspector says of themselves: available, busy, off."""
        asked: _Unit = convert(request, _Unit)
        inspector = self._holder(tx, asked.token, self._context())
        wanted = SetRequest(inspector.id, asked.state, by=SetBy.PHONE)
        unit, events = self._units.set_state(tx, wanted, inspector.id)
        return OperationResult({"unit": unit}, events)

    def _route(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: _Way = convert(request, _Way)
        context = self._context()
        inspector = self._holder(tx, asked.token, context)
        wanted = _Act(asked.token, "", "note", case_id=asked.case_id)
        case = self._own_case(tx, wanted, inspector)
        if case.lat_deg is None or case.lon_deg is None:
            raise OperationRefused("the case has no place")
        try:
            start = GeoPoint(asked.lat_deg, asked.lon_deg)
        except ValueError as error:
            raise OperationRefused(str(error)) from error
        travel = inspector.travel or context.settings.travel
        end = GeoPoint(case.lat_deg, case.lon_deg)
        return OperationResult(way_reply(start, end, context, travel))


def way_reply(
    start: GeoPoint, end: GeoPoint, context: DeskContext, travel: Travel
) -> dict[str, Any]:
    """`distance_m, eta_s, by_road, points [[lat, lon]]` and the `streets` around."""
    routing = context.routing
    route = routing.route(start, end, travel) if routing.route else None
    points = route.points if route else (start, end)
    straight_m = distance_m(start, end) * context.settings.detour_factor
    metres = route.distance_m if route else straight_m
    streets = routing.streets_near(points, MARGIN_M, PIECES_MOST) if routing.streets_near else ()
    return {
        "distance_m": round(metres, 1),
        "eta_s": round(metres / context.settings.speed_mps(travel), 1),
        "by_road": route is not None,
        "points": [_pair(point) for point in points],
        "streets": [[_pair(a), _pair(b)] for a, b in streets],
    }


def _pair(point: GeoPoint) -> tuple[float, float]:
    return round(point.lat_deg, 6), round(point.lon_deg, 6)


def qr_svg(text: str) -> str:
    """`text` as a QR code, one SVG element."""
    import segno

    buffer = io.BytesIO()
    segno.make(text, error="m").save(
        buffer, kind="svg", scale=4, border=4, xmldecl=False, dark="#000", light="#fff"
    )
    return buffer.getvalue().decode()
