"""Candidates: whom the desk proposes for a case and why, and why not the others.

Decodes the hub's answers to `candidates` and `case`; the order and the reasons are the
desk's (`console.desk.dispatch_rules`), the words are the views'. Unknown keys are ignored so
that an older console can talk to a newer hub.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from config.site import InspectorId
from console.desk.case import CaseData, CaseId
from console.state.suggestions import Suggestions
from vision.alerts import AlertData


class Reason(Struct, frozen=True):
    """One reason as a message id with its values ("own_grid", {}; "distance", {"metres": 240})."""

    id: str
    values: dict[str, Any] = {}


class Candidate(Struct, frozen=True):
    """One inspector, best first. `shortfall` set: cannot be sent, for that reason."""

    inspector_id: InspectorId
    name: str = ""
    distance_m: float | None = None
    eta_s: float | None = None
    fix_age_s: float | None = None
    reasons: tuple[Reason, ...] = ()
    shortfalls: tuple[Reason, ...] = ()
    by_road: bool = False
    lat_deg: float | None = None
    lon_deg: float | None = None

    @property
    def can_go(self) -> bool:
        return not self.shortfalls


class ActOffer(Struct, frozen=True):
    """An act on a case: may it be done now, and if not, why (message id with its values).

    `who_may`: roles of the transition table; `needs`: what must be entered, names of ActInput.
    """

    act: str
    allowed: bool
    reason: str = ""
    reason_text: str = ""
    values: dict[str, Any] = {}
    who_may: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class AuditRow(Struct, frozen=True):
    """One line of a case's timeline."""

    act: str
    actor: str
    utc: str
    note: str = ""
    state: str = ""


class Duplicate(Struct, frozen=True):
    """An open case that may be the same matter, likeliest first."""

    case_id: CaseId
    title: str = ""
    away_m: float = 0.0
    apart_s: float = 0.0
    is_same_item: bool = False


class PartnerChoice(Struct, frozen=True):
    """Another platform that cases can be handed over to."""

    id: str
    name: str = ""


class Exchanged(Struct, frozen=True):
    """One message about the case to or from another platform, newest first.

    `state`: waiting, accepted, refused or expired; `their_ref`: their number of the case.
    """

    direction: str
    name: str
    kind: str
    state: str
    utc: str = ""
    tries: int = 0
    problem: str = ""
    their_ref: str | None = None
    reason_text: str = ""


class CaseDetail(Struct, frozen=True):
    """All the case view shows of one case."""

    case: CaseData
    acts: tuple[ActOffer, ...] = ()
    timeline: tuple[AuditRow, ...] = ()
    alerts: tuple[AlertData, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    suggestions: Suggestions | None = None
    partners: tuple[PartnerChoice, ...] = ()
    exchange: tuple[Exchanged, ...] = ()

    def offer(self, act: str) -> ActOffer | None:
        return next((offer for offer in self.acts if offer.act == act), None)


def candidates_of(reply: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Raises msgspec.ValidationError where the reply is not what CONTRACT says."""
    return msgspec.convert(reply.get("candidates", ()), tuple[Candidate, ...], strict=False)


def detail_of(reply: Mapping[str, Any]) -> CaseDetail:
    """Raises msgspec.ValidationError where the reply is not what CONTRACT says."""
    return msgspec.convert(reply, CaseDetail, strict=False)
