"""Import: rows of another system's table to cases, or to a reason why not. Part of the desk.

A row that is taken over is an event and an audit row like every act. Ended cases keep their times;
open ones come in as proposals, whose clock starts now. The same reference of the same source is
taken once, so that an import can be repeated. Runs in the hub's acting thread.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import select

from config.datum import to_wgs84
from config.geometry import GeoPoint
from config.settings import parse_timezone
from config.site import CameraId, GridId, ItemCode, UnitName
from console.desk import case_store, proposals, step_clocks
from console.desk.case import ENDED, CaseData, CaseId, CaseState, Ending, Step
from console.desk.desk_context import DeskContext
from console.desk.dispatch_rules import unit_for
from console.desk.journal import record
from console.desk.queries import convert
from console.desk.tables import cases
from console.desk.workflow import SATISFACTION_SCORES
from ingest.feed.envelope import Event, utc_text
from ingest.feed.log import Transaction
from ingest.feed.participant import OperationResult

#: Rows of one request: they are one transaction, and acts wait for it.
ROWS_MOST = 200


class Row(Struct, frozen=True):
    """One row; every cell is text."""

    number: int
    cells: dict[str, str]


class ImportRequest(Struct, frozen=True):
    """`cases.import`. `check_only`: nothing is kept, the answer says what would be."""

    rows: Annotated[tuple[Row, ...], Meta(max_length=ROWS_MOST)]
    source: Annotated[str, Meta(min_length=1, max_length=60)] = "file"
    check_only: bool = False


class Rejected(Struct, frozen=True):
    number: int
    reason: str


def import_cases(
    tx: Transaction, request: dict[str, Any], actor: str, context: DeskContext
) -> OperationResult:
    """Takes over rows; the answer counts them and names every one that was not taken."""
    asked: ImportRequest = convert(request, ImportRequest)
    events: list[Event] = []
    rejected: list[Rejected] = []
    taken = 0
    seen: set[str] = set()
    source = f"import:{asked.source}"
    for row in asked.rows:
        try:
            case = _case_of(row.cells, source, context, tx.now_utc_ns)
            _refuse_known(tx, case, seen)
        except ValueError as error:
            rejected.append(Rejected(row.number, str(error)))
            continue
        taken += 1
        if not asked.check_only:
            events.append(_keep(tx, case, actor, context, row))
    return OperationResult({"imported": taken, "rejected": rejected}, events)


def _keep(tx: Transaction, case: CaseData, actor: str, context: DeskContext, row: Row) -> Event:
    case_id = case_store.next_case_id(tx, context.day(tx))
    case = msgspec.structs.replace(case, case_id=case_id, actor=actor, decided_version=1)
    if case.state not in ENDED:
        case = step_clocks.started(case, Step.FILE, context.around(tx))
    return record(tx, None, case, {"row": row.number, "cells": row.cells})[1]


def _refuse_known(tx: Transaction, case: CaseData, seen: set[str]) -> None:
    if case.ticket_id is None:
        return
    known = select(cases.c.case_id).where(
        cases.c.ticket_id == case.ticket_id, cases.c.source == case.source
    )
    found = tx.execute(known.limit(1)).scalar()
    if found is not None:
        raise ValueError(f"{case.ticket_id} was imported before as case {found}")
    if case.ticket_id in seen:
        raise ValueError(f"{case.ticket_id} stands twice in the file")
    seen.add(case.ticket_id)


def _case_of(cells: dict[str, str], source: str, context: DeskContext, now_utc_ns: int) -> CaseData:
    """Raises ValueError with what is wrong, in the words of the file."""
    directory = context.directory
    state = _state(cells.get("state", ""))
    place = _place(cells, context)
    grid_id = _grid(cells, place, context)
    item_code = _item(cells, context)
    zone = parse_timezone(directory.site.settings.calendar.timezone)
    opened_utc = _instant(cells, "opened_utc", zone, now_utc_ns) or utc_text(now_utc_ns)
    closed_utc = _instant(cells, "closed_utc", zone, now_utc_ns)
    if closed_utc is not None and closed_utc < opened_utc:
        raise ValueError(f"closed_utc {closed_utc} is before opened_utc {opened_utc}")
    is_ended = state in ENDED
    title = cells.get("title") or cells.get("note", "")[:80]
    if not title and item_code is None:
        raise ValueError("neither title, note nor item_code says what it is about")
    unit = cells.get("unit") or unit_for(directory, item_code, grid_id).unit
    camera_id = cells.get("camera_id")
    return CaseData(
        case_id=CaseId(""),
        state=state,
        act="import",
        actor="",
        item_code=item_code,
        grid_id=grid_id,
        unit=UnitName(unit) if unit else None,
        inspector_id=None,
        lat_deg=place.lat_deg if place else None,
        lon_deg=place.lon_deg if place else None,
        step_due_utc=None,
        whole_due_utc=None,
        version=1,
        alert_ids=(),
        note=cells.get("note", ""),
        opened_utc=opened_utc,
        kind=cells.get("kind", "import")[:40],
        priority=_whole(cells, "priority", 1, 9, proposals.ORDINARY_PRIORITY),
        title=title[:120],
        camera_id=CameraId(camera_id) if camera_id else None,
        source=source,
        street_id=directory.street_of(grid_id),
        ticket_id=cells.get("ref"),
        closed_utc=(closed_utc or opened_utc) if is_ended else None,
        ending=_ending(state, is_ended=is_ended),
        satisfaction=_satisfaction(cells),
    )


def _ending(state: CaseState, *, is_ended: bool) -> Ending | None:
    if not is_ended:
        return None
    return Ending.VOID if state is CaseState.VOID else Ending.NORMAL


#: How other systems call a state.
_STATES = {
    "": CaseState.CLOSED, "closed": CaseState.CLOSED, "结案": CaseState.CLOSED, "已结案": CaseState.CLOSED,
    "办结": CaseState.CLOSED, "void": CaseState.VOID, "作废": CaseState.VOID,
    "proposed": CaseState.PROPOSED, "open": CaseState.PROPOSED, "受理": CaseState.PROPOSED,
    "处理中": CaseState.PROPOSED, "未结案": CaseState.PROPOSED,
}  # fmt: skip


def _state(text: str) -> CaseState:
    found = _STATES.get(text.strip().lower())
    if found is None:
        raise ValueError(f"state is {text!r}; expected closed, void or proposed")
    return found


def _place(cells: dict[str, str], context: DeskContext) -> GeoPoint | None:
    """In the coordinate system of the site's registers; WGS-84 afterwards."""
    if "lat_deg" not in cells and "lon_deg" not in cells:
        return None
    try:
        lat_deg, lon_deg = float(cells.get("lat_deg", "")), float(cells.get("lon_deg", ""))
        return to_wgs84(context.directory.site.datum, lat_deg, lon_deg)
    except ValueError as error:
        shown = f"{cells.get('lat_deg')}, {cells.get('lon_deg')}"
        raise ValueError(f"place {shown}: {error}") from error


def _grid(cells: dict[str, str], place: GeoPoint | None, context: DeskContext) -> GridId | None:
    named = cells.get("grid_id")
    if named is not None:
        if context.directory.cell(GridId(named)) is None:
            raise ValueError(f"no grid cell has the id {named}")
        return GridId(named)
    cell = context.directory.cell_at(place) if place is not None else None
    return cell.id if cell else None


def _item(cells: dict[str, str], context: DeskContext) -> ItemCode | None:
    code = cells.get("item_code")
    if code is None:
        return None
    if context.directory.site.items and context.directory.item(code) is None:
        raise ValueError(f"no item has the code {code}")
    return ItemCode(code)


def _instant(cells: dict[str, str], name: str, zone: tzinfo | None, now_utc_ns: int) -> str | None:
    """A time as RFC 3339 UTC; one without a zone is the site's."""
    text = cells.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(f"{name} is {text!r}; expected a time like 2026-11-23 09:30") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()
    utc_ns = round(moment.timestamp()) * 10**9
    if utc_ns > now_utc_ns + 86_400 * 10**9:
        raise ValueError(f"{name} {text} lies in the future")
    return utc_text(utc_ns)


def _whole(cells: dict[str, str], name: str, low: int, high: int, default: int) -> int:
    text = cells.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{name} is {text!r}; expected {low} to {high}")
    return int(text)


def _satisfaction(cells: dict[str, str]) -> int | None:
    text = cells.get("satisfaction")
    if text is None:
        return None
    if text not in {str(score) for score in SATISFACTION_SCORES}:
        expected = ", ".join(str(score) for score in SATISFACTION_SCORES)
        raise ValueError(f"satisfaction is {text!r}; expected {expected}")
    return int(text)
