"""/open311/v2: GeoReport v2 for citizens' apps and hotlines, JSON and XML; /status by code and phone.

New requests become ticket.received events; what became of them is asked of the hub
(`tickets.status`), which tells what the public may see and nothing else. Who reported stays in a
private file of the hub. Keys, rates and sizes are bounded here.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from config.settings import Open311Settings
from config.site import Language
from ingest.clock import Clock
from ingest.errors import GridwallError, RetryLater
from ingest.evidence import EvidenceStore
from ingest.feed.envelope import Noun, new_event, parse_utc_ns
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient, QueryRefused, checked_answer
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.gateway.rate_limit import RateLimit
from ingest.gateway.tickets_form import FormInvalid, form_of
from ingest.tickets.open311 import RequestInvalid, discovery, services, ticket_from
from ingest.tickets.open311_xml import xml_of, xml_record
from ingest.tickets.public_status import record_of

#: How long the hub may take, seconds; and how far back requests are listed where nobody says it.
HUB_S = 5.0
LISTED_S = 7 * 86_400.0
_TICKET_ID = re.compile(r"[0-9a-f]{16}\Z")


class Refused(Exception):
    """An answer that is no list: HTTP status and words."""

    def __init__(self, status: int, text: str, wait_s: float | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.wait_s = status, text, wait_s


class TicketsDoor:
    """Threads: the event loop's; files in worker threads."""

    def __init__(
        self,
        service: SiteService,
        publisher: Publisher,
        query: QueryClient,
        contacts_folder: Path,
        store: EvidenceStore,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._service = service
        self._publisher = publisher
        self._query = query
        self._contacts = contacts_folder
        self._store = store
        self._counters = counters
        self._clock = clock
        self._settings: Open311Settings = service.site.settings.open311
        mono_s = self._mono_s
        self._rate = RateLimit(self._settings.per_minute, mono_s)
        self._status_rate = RateLimit(self._settings.status_per_minute, mono_s)
        contacts_folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _mono_s(self) -> float:
        return self._clock.mono_ns() / 1e9

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/open311/discovery.{form:json|xml}", self.discovery),
            web.get("/open311/v2/services.{form:json|xml}", self.services),
            web.get("/open311/v2/services/{code}.{form:json|xml}", self.definition),
            web.post("/open311/v2/requests.{form:json|xml}", self.post),
            web.get("/open311/v2/requests.{form:json|xml}", self.listed),
            web.get("/open311/v2/requests/{id}.{form:json|xml}", self.one),
            web.get("/open311/v2/tokens/{id}.{form:json|xml}", self.token),
            web.get("/status", self.status),
        ]

    # -- what there is

    async def discovery(self, request: web.Request) -> web.Response:
        base = f"{request.scheme}://{request.host}"
        found = discovery(self._service.site.name, base)
        if request.match_info["form"] == "json":
            return web.json_response(found)
        return _xml(xml_record("discovery", found))

    async def services(self, request: web.Request) -> web.Response:
        return _listed(request, "services", "service", services(self._service.site.items))

    async def definition(self, request: web.Request) -> web.Response:
        """No service asks for more than the standard's own fields."""
        code = request.match_info["code"]
        if code not in {item.code for item in self._service.site.items}:
            return self._refusal(request, Refused(404, f"no service has the code {code[:40]!r}"))
        row = {"service_code": code, "attributes": []}
        if request.match_info["form"] == "json":
            return web.json_response(row)
        return _xml(xml_of("service_definitions", "service_definition", [row]))

    # -- new requests

    async def post(self, request: web.Request) -> web.Response:
        try:
            client = self._client(request)
            fields, media = await form_of(request)
            if "api_key" in fields and not client.startswith("key:"):
                client = self._client_of_key(fields["api_key"])
            if self._settings.api_keys and not client.startswith("key:"):
                raise Refused(403, "api_key is missing or unknown")
            self._bounded(self._rate, client)
            ticket, contact = ticket_from(fields, self._service.site.items)
            media_sha = await asyncio.to_thread(self._store.put, media) if media else None
        except Refused as refusal:
            return self._refusal(request, refusal)
        except (RequestInvalid, FormInvalid, ValueError, RecursionError) as error:
            return self._refusal(request, Refused(400, str(error)))
        except RetryLater as error:
            return self._refusal(request, Refused(503, f"try again later: {error}"))
        if media_sha is not None:
            ticket = msgspec.structs.replace(ticket, media=media_sha)
        event = new_event(
            Noun.TICKET, "received", ticket, source="/gateway/open311", utc_ns=self._clock.utc_ns()
        )
        try:
            if contact:
                self._keep_contact(ticket.ticket_id, contact)
            self._publisher.publish(event)
        except (RetryLater, OSError) as error:
            return self._refusal(request, Refused(503, f"try again later: {error}"))
        self._counters.add("gridwall_tickets_total", source="open311", result="ok")
        answer = {"service_request_id": ticket.ticket_id, "service_notice": "", "account_id": None}
        return _listed(request, "service_requests", "request", [answer], status=201)

    def _keep_contact(self, ticket_id: str, contact: dict[str, str]) -> None:
        """Who reported stays in a private file of the hub, never on the feed."""
        path = self._contacts / f"{ticket_id}.json"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(contact, file, ensure_ascii=False)

    # -- what became of them

    async def listed(self, request: web.Request) -> web.Response:
        """`service_request_id` (with commas), or `start_date`, `end_date`, `status`, `service_code`."""
        asked = request.query
        try:
            self._bounded(self._rate, self._client(request))
            wanted: dict[str, Any] = {}
            ids = [one.strip() for one in asked.get("service_request_id", "").split(",") if one]
            if ids:
                wanted["ticket_ids"] = ids[:1_000]
            else:
                until_ns = _moment(asked.get("end_date")) or self._clock.utc_ns()
                from_ns = _moment(asked.get("start_date")) or until_ns - round(LISTED_S * 1e9)
                wanted |= {"from_ns": from_ns, "until_ns": until_ns}
            if asked.get("status") in ("open", "closed"):
                wanted["is_open"] = asked["status"] == "open"
            if asked.get("service_code"):
                wanted["item_code"] = asked["service_code"]
            rows = await self._tickets(**wanted)
        except Refused as refusal:
            return self._refusal(request, refusal)
        return _listed(request, "service_requests", "request", rows)

    async def one(self, request: web.Request) -> web.Response:
        try:
            self._bounded(self._rate, self._client(request))
            rows = await self._tickets(ticket_ids=[request.match_info["id"]])
            if not rows:
                raise Refused(404, "no such service request")
        except Refused as refusal:
            return self._refusal(request, refusal)
        return _listed(request, "service_requests", "request", rows)

    async def token(self, request: web.Request) -> web.Response:
        """Ids are given at once here, so a token is the id itself."""
        ticket_id = request.match_info["id"]
        if not _TICKET_ID.match(ticket_id):
            return self._refusal(request, Refused(404, "no such token"))
        row = {"service_request_id": ticket_id, "token": ticket_id}
        return _listed(request, "service_requests", "request", [row])

    async def status(self, request: web.Request) -> web.Response:
        """`code` and `phone`: what became of one's own report. Wrong in either: the same answer."""
        code, phone = request.query.get("code", ""), request.query.get("phone", "")
        try:
            self._bounded(self._status_rate, self._client(request))
            known = await asyncio.to_thread(self._phone_of, code)
            given = re.sub(r"\D", "", phone)
            if not known or not hmac.compare_digest(known[-11:], given[-11:]):
                raise Refused(404, "no report has this code and phone")
            rows = await self._tickets(ticket_ids=[code])
            if not rows:
                raise Refused(404, "no report has this code and phone")
        except Refused as refusal:
            return self._refusal(request, refusal)
        return web.json_response(rows[0])

    def _phone_of(self, ticket_id: str) -> str:
        """Digits of the phone a ticket was reported with; empty where there is none."""
        if not _TICKET_ID.match(ticket_id):
            return ""
        try:
            contact = json.loads((self._contacts / f"{ticket_id}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return ""
        return re.sub(r"\D", "", str(contact.get("phone", "")))

    async def _tickets(self, **wanted: Any) -> list[dict[str, Any]]:
        """GeoReport records, from the hub. Raises Refused."""
        try:
            future = self._query.submit("tickets.status", HUB_S, **wanted)
            answer = checked_answer(await asyncio.wrap_future(future))
        except QueryRefused as error:
            raise Refused(400, error.error) from error
        except GridwallError as error:
            raise Refused(503, f"try again later: {error}") from error
        site = self._service.site
        is_chinese = site.language is Language.CHINESE
        names = {str(i.code): i.name_zh if is_chinese else i.name_en for i in site.items}
        return [record_of(one, names, is_chinese=is_chinese) for one in answer["tickets"]]

    # -- who asks, and how often

    def _client(self, request: web.Request) -> str:
        key = request.query.get("api_key")
        return self._client_of_key(key) if key else f"address:{request.remote}"

    def _client_of_key(self, key: str) -> str:
        """Raises Refused for a key nobody has; every known one is compared, in equal time."""
        found = ""
        for name, known in self._settings.api_keys.items():
            if hmac.compare_digest(known.encode(), key.encode()):
                found = name
        if not found:
            raise Refused(403, "api_key is unknown")
        return f"key:{found}"

    def _bounded(self, rate: RateLimit, client: str) -> None:
        wait_s = rate.take(client)
        if wait_s is not None:
            raise Refused(429, f"too many requests: try again in {wait_s:.0f} s", wait_s)

    def _refusal(self, request: web.Request, refusal: Refused) -> web.Response:
        result = {400: "invalid", 403: "forbidden", 429: "too_many", 503: "full"}
        counted = result.get(refusal.status, "not_found")
        self._counters.add("gridwall_tickets_total", source="open311", result=counted)
        rows = [{"code": refusal.status, "description": refusal.text}]
        answer = _listed(request, "errors", "error", rows, status=refusal.status)
        if refusal.wait_s is not None:
            answer.headers["Retry-After"] = str(max(1, round(refusal.wait_s)))
        return answer


def _listed(
    request: web.Request,
    root: str,
    item: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    status: int = 200,
) -> web.Response:
    if request.match_info.get("form", "json") == "json":
        return web.json_response(list(rows), status=status)
    return _xml(xml_of(root, item, rows), status=status)


def _xml(body: bytes, *, status: int = 200) -> web.Response:
    return web.Response(body=body, content_type="text/xml", charset="utf-8", status=status)


def _moment(text: str | None) -> int | None:
    """Raises Refused for what is no time."""
    if not text:
        return None
    try:
        return parse_utc_ns(text)
    except ValueError as error:
        raise Refused(400, f"{text[:40]!r} is no time; expected W3C form, UTC") from error
