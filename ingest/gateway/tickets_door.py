"""/open311/v2: the service list, and new requests as ticket.received events."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from ingest.clock import Clock
from ingest.errors import RetryLater
from ingest.feed.envelope import Noun, new_event
from ingest.feed.publisher import Publisher
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.tickets.open311 import RequestInvalid, services, ticket_from


class TicketsDoor:
    """Threads: the event loop's."""

    def __init__(
        self,
        service: SiteService,
        publisher: Publisher,
        contacts_folder: Path,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._service = service
        self._publisher = publisher
        self._contacts = contacts_folder
        self._counters = counters
        self._clock = clock
        contacts_folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/open311/v2/services.json", self.services),
            web.post("/open311/v2/requests.json", self.requests),
        ]

    async def services(self, request: web.Request) -> web.Response:
        return web.json_response(services(self._service.site.items))

    async def requests(self, request: web.Request) -> web.Response:
        try:
            fields = _fields(await request.read())
            ticket, contact = ticket_from(fields, self._service.site.items)
        except (RequestInvalid, ValueError, RecursionError) as error:
            return self._refusal(400, str(error))
        event = new_event(
            Noun.TICKET, "received", ticket, source="/gateway/open311", utc_ns=self._clock.utc_ns()
        )
        try:
            if contact:
                self._keep_contact(ticket.ticket_id, contact)
            self._publisher.publish(event)
        except (RetryLater, OSError) as error:
            return self._refusal(503, f"try again later: {error}")
        self._counters.add("gridwall_tickets_total", source="open311", result="ok")
        answer = {"service_request_id": ticket.ticket_id, "service_notice": "", "account_id": None}
        return web.json_response([answer], status=201)

    def _refusal(self, status: int, text: str) -> web.Response:
        result = "invalid" if status == 400 else "full"
        self._counters.add("gridwall_tickets_total", source="open311", result=result)
        return web.json_response([{"code": status, "description": text}], status=status)

    def _keep_contact(self, ticket_id: str, contact: dict[str, str]) -> None:
        """Who reported stays in a private file of the hub, never on the feed."""
        path = self._contacts / f"{ticket_id}.json"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(contact, file, ensure_ascii=False)


def _fields(body: bytes) -> dict[str, str]:
    """A form (GeoReport's own way) or a JSON object of strings and numbers."""
    if body.lstrip()[:1] != b"{":
        return dict(parse_qsl(body.decode(), max_num_fields=100))
    decoded: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    return {key: str(value) for key, value in decoded.items() if value is not None}
