"""Ticket: what a citizen reported, as it goes onto the feed. Contacts stay behind a reference."""

from __future__ import annotations

from msgspec import Struct

from config.site import ItemCode


class TicketData(Struct, frozen=True):
    """`data` of gridwall.ticket.received.v1 (CONTRACT §5). `media`: SHA-256 of a picture."""

    ticket_id: str
    source: str
    item_code: ItemCode | None
    text: str
    lat_deg: float | None
    lon_deg: float | None
    contact_ref: str | None
    address: str = ""
    media: str | None = None
