"""What a citizen is told of their ticket: state in words, GeoReport v2 records. Pure.

https://wiki.open311.org/GeoReport_v2/ (GET service requests).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: State of the case → Chinese, English.
WORDS = {
    "proposed": ("已收到，待受理", "received"),
    "filed": ("已立案", "filed"),
    "dispatched": ("已派遣", "somebody was sent"),
    "handling": ("处置中", "being handled"),
    "verifying": ("核查中", "being verified"),
    "suspended": ("挂账，暂缓处置", "put aside for now"),
    "closed": ("已结案", "closed"),
    "void": ("不予受理", "not taken up"),
}


def words_of(state: str, *, is_chinese: bool) -> str:
    """A state as a citizen reads it; one we do not know as it came."""
    known = WORDS.get(state)
    return state if known is None else known[0 if is_chinese else 1]


def record_of(
    ticket: Mapping[str, Any], names: Mapping[str, str], *, is_chinese: bool
) -> dict[str, Any]:
    """One `request` of GeoReport v2. `names`: item code → name."""
    code = ticket.get("item_code") or ""
    closed_utc = ticket.get("closed_utc")
    return {
        "service_request_id": ticket["ticket_id"],
        "status": "open" if ticket["is_open"] else "closed",
        "status_notes": words_of(str(ticket["state"]), is_chinese=is_chinese),
        "service_name": names.get(code, ""),
        "service_code": code,
        "description": ticket.get("title") or "",
        "agency_responsible": ticket.get("unit") or "",
        "service_notice": "",
        "requested_datetime": ticket.get("opened_utc"),
        "updated_datetime": closed_utc,
        "expected_datetime": ticket.get("expected_utc"),
        "address": "",
        "address_id": "",
        "zipcode": "",
        "lat": ticket.get("lat_deg"),
        "long": ticket.get("lon_deg"),
        "media_url": "",
    }
