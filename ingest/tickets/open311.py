"""Open311 GeoReport v2, the part a hotline or an app needs: service list and new requests. Pure.

https://wiki.open311.org/GeoReport_v2/ (POST requests, GET services).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from config.geometry import GeoPoint
from config.site import Item, ItemCode
from ingest.positions.reading import FixInvalid, place
from ingest.tickets.ticket import TicketData

#: Longest description; GeoReport asks for at least 4,000.
TEXT_MOST = 4_000
CONTACT_KEYS = ("email", "phone", "first_name", "last_name", "device_id", "account_id")


class RequestInvalid(ValueError):
    """A service request that cannot be taken; the text says why."""


def discovery(name: str, base: str) -> dict[str, Any]:
    """Where the service is (https://wiki.open311.org/Service_Discovery/). `base`: scheme and host."""
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{base}/open311/v2",
        "changeset": "2026-11-27T00:00:00Z",
        "type": "production",
        "formats": ["application/json", "text/xml"],
    }
    return {
        "changeset": endpoint["changeset"],
        "contact": name,
        "key_service": "",
        "endpoints": [endpoint],
    }


def services(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The service list: one service an item."""
    return [
        {
            "service_code": item.code,
            "service_name": item.name_zh or item.name_en,
            "description": item.name_en,
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": item.unit_rule or "",
        }
        for item in items
    ]


def ticket_from(
    fields: Mapping[str, str], items: Sequence[Item]
) -> tuple[TicketData, dict[str, str]]:
    """A ticket and the contact data that must not go onto the feed. Raises RequestInvalid."""
    code = fields.get("service_code", "").strip()
    if not code:
        raise RequestInvalid("service_code is missing")
    if items and code not in {item.code for item in items}:
        raise RequestInvalid(f"service_code {code[:40]!r} is not in services.json")
    where = _place(fields)
    address = (fields.get("address_string") or fields.get("address_id") or "")[:500]
    if where is None and not address:
        raise RequestInvalid("a request needs lat and long, or address_string")
    contact = {key: fields[key][:200] for key in CONTACT_KEYS if fields.get(key)}
    ticket_id = uuid.uuid4().hex[:16]
    ticket = TicketData(
        ticket_id=ticket_id,
        source="open311",
        item_code=ItemCode(code),
        text=fields.get("description", "")[:TEXT_MOST],
        lat_deg=where.lat_deg if where else None,
        lon_deg=where.lon_deg if where else None,
        contact_ref=ticket_id if contact else None,
        address=address,
    )
    return ticket, contact


def _place(fields: Mapping[str, str]) -> GeoPoint | None:
    lat, lon = fields.get("lat"), fields.get("long") or fields.get("lon")
    if not lat and not lon:
        return None
    try:
        return place(lat, lon)
    except FixInvalid as error:
        raise RequestInvalid(str(error)) from error
