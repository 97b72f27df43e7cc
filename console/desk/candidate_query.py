"""Candidates of a case or a place, from the hub's last positions and the open cases."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from config.geometry import GeoPoint
from console.desk import case_store
from console.desk.candidates import CandidateList, Situation, candidates_for
from console.desk.case import CaseData
from console.desk.desk_context import DeskContext
from console.desk.messages import Message
from console.desk.queries import convert
from console.desk.unit_store import units_of
from ingest.feed.log import Transaction
from ingest.feed.participant import OperationRefused


class CandidateRequest(Struct, frozen=True):
    """`candidates`: of a case, or of a place."""

    case_id: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


def candidates_reply(
    tx: Transaction, request: dict[str, Any], context: DeskContext
) -> dict[str, Any]:
    """Ranked inspectors with reasons, then those who cannot go with theirs."""
    asked: CandidateRequest = convert(request, CandidateRequest)
    case = None
    if asked.case_id is not None:
        case = case_store.load_case(tx, asked.case_id)
        if case is None:
            raise OperationRefused(Message("unknown_case", {"case_id": asked.case_id}).english)
    place = _place(asked.lat_deg, asked.lon_deg) or (place_of(case) if case else None)
    if place is None:
        raise OperationRefused(
            "nobody can be near an unknown place: the case has none, and lat_deg, lon_deg are missing"
        )
    found = find_candidates(
        tx,
        place,
        case.grid_id if case else None,
        context,
        but_for=asked.case_id,
        silent=silent_on(case),
    )
    return {
        **msgspec.to_builtins(found),
        "lat_deg": place.lat_deg,
        "lon_deg": place.lon_deg,
        "case_id": asked.case_id,
    }


def find_candidates(
    tx: Transaction,
    place: GeoPoint,
    grid_id: str | None,
    context: DeskContext,
    *,
    but_for: str | None = None,
    silent: frozenset[str] = frozenset(),
) -> CandidateList:
    """Candidates now; who is committed to the case `but_for` counts as free for it.

    `silent`: who was sent to it and does not come.
    """
    busy = {who: case for who, case in case_store.commitments(tx).items() if case != but_for}
    situation = Situation(
        now_utc_ns=tx.now_utc_ns,
        positions=context.fleets.fleet(tx, context.directory),
        commitments=busy,
        calendar=context.calendar,
        settings=context.settings,
        routing=context.routing,
        units=units_of(tx),
        loads=case_store.loads_since(tx, context.calendar.day_start_utc_ns(tx.now_utc_ns)),
        load_m=context.settings_of_units.load_m,
        silent=silent,
    )
    return candidates_for(context.directory, place, grid_id, situation)


def silent_on(case: CaseData | None) -> frozenset[str]:
    """Who was sent to a case and does not come."""
    if case is None or case.attention is None or case.inspector_id is None:
        return frozenset()
    return frozenset({case.inspector_id})


def place_of(case: CaseData) -> GeoPoint | None:
    return _place(case.lat_deg, case.lon_deg)


def _place(lat_deg: float | None, lon_deg: float | None) -> GeoPoint | None:
    if lat_deg is None or lon_deg is None:
        return None
    try:
        return GeoPoint(lat_deg, lon_deg)
    except ValueError as error:
        raise OperationRefused(str(error)) from error
