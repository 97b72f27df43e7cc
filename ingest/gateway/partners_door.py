"""/exchange/v1: messages of other platforms, signed, each answered with a signed receipt.

The gateway checks who sent it; what it does and whether it came before is the hub's to decide, in one
transaction. Without an answer of the hub there is no receipt, and the sender tries again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec
from aiohttp import web

from config.site import Partner
from ingest.clock import Clock
from ingest.errors import GridwallError, RetryLater
from ingest.evidence import EvidenceInvalid, EvidenceStore
from ingest.feed.query import QueryClient, QueryRefused, checked_answer
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.gateway.evidence_door import PIECE_BYTES, PIECE_S
from ingest.gateway.rate_limit import RateLimit
from ingest.partners.messages import (
    MESSAGE_BYTES_MOST,
    MessageInvalid,
    Receipt,
    decoded,
    json_schemas,
)
from ingest.partners.signing import (
    EVIDENCE_PREFIX,
    SENDER_HEADER,
    SignatureWrong,
    check,
    secrets_of,
    signed_headers,
)

log = logging.getLogger(__name__)

#: How long the hub may take, seconds; requests a minute of one partner or stranger.
HUB_S = 8.0
PER_MINUTE = 1_200.0
#: How long a piece of evidence may take in all, seconds.
EVIDENCE_S = 120.0


class Refused(Exception):
    """An answer that is no receipt."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class PartnersDoor:
    """Threads: the event loop's; files in worker threads."""

    def __init__(
        self,
        service: SiteService,
        query: QueryClient,
        store: EvidenceStore,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._service, self._query, self._store = service, query, store
        self._counters, self._clock = counters, clock
        self._rate = RateLimit(PER_MINUTE, lambda: clock.mono_ns() / 1e9)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/exchange/v1/messages", self.message),
            web.put("/exchange/v1/evidence/{sha}", self.evidence),
            web.get("/exchange/v1/schemas", self.schemas),
        ]

    async def schemas(self, request: web.Request) -> web.Response:
        return web.json_response(json_schemas())

    async def message(self, request: web.Request) -> web.Response:
        """A message → its receipt. No receipt (another status than 200): send it again later."""
        try:
            body = await request.content.read(MESSAGE_BYTES_MOST + 1)
            while len(body) <= MESSAGE_BYTES_MOST and not request.content.at_eof():
                body += await request.content.read(MESSAGE_BYTES_MOST + 1 - len(body))
            if len(body) > MESSAGE_BYTES_MOST:
                raise Refused(413, f"a message has at most {MESSAGE_BYTES_MOST >> 10} KiB")
            partner, secret, message_id = await self._sender(request, body)
            message = decoded(body)
            if message.message_id != message_id or message.sender != partner.id:
                raise Refused(400, "message_id or sender is not the one that was signed for")
            if message.receiver != partner.we:
                raise Refused(400, f"the message is for {message.receiver[:80]!r}, not for us")
            receipt = await self._taken(partner, message)
        except MessageInvalid as error:
            return self._refusal(Refused(400, str(error)))
        except Refused as refusal:
            return self._refusal(refusal)
        answer = msgspec.json.encode(receipt)
        self._count(receipt.result.value)
        headers = signed_headers(secret, message_id, self._now_s(), answer)
        return web.Response(body=answer, content_type="application/json", headers=headers)

    async def evidence(self, request: web.Request) -> web.Response:
        """Content under its SHA-256, before the message that names it."""
        sha = request.match_info["sha"]
        try:
            await self._sender(request, EVIDENCE_PREFIX + sha.encode())
            if await asyncio.to_thread(self._store.is_wanted_again, sha):
                return web.Response(status=200)
            async with asyncio.timeout(EVIDENCE_S):
                await self._keep(request, sha)
        except EvidenceInvalid as error:
            return self._refusal(Refused(400, str(error)))
        except RetryLater as error:
            return self._refusal(Refused(503, str(error)))
        except TimeoutError:
            return self._refusal(Refused(408, "the evidence did not arrive in time"))
        except Refused as refusal:
            return self._refusal(refusal)
        return web.Response(status=201)

    async def _keep(self, request: web.Request, sha: str) -> None:
        incoming = await asyncio.to_thread(self._store.incoming, sha)
        try:
            while True:
                async with asyncio.timeout(PIECE_S):
                    piece = await request.content.read(PIECE_BYTES)
                if not piece:
                    break
                await asyncio.to_thread(incoming.write, piece)
            await asyncio.to_thread(incoming.keep)
        finally:
            await asyncio.to_thread(incoming.__exit__)

    async def _sender(self, request: web.Request, body: bytes) -> tuple[Partner, bytes, str]:
        """Who signed it, the secret we answer with, the id. The same words for every stranger."""
        name = request.headers.get(SENDER_HEADER, "")
        partner = self._service.directory.partner(name)
        known = partner is not None
        if self._rate.take(f"partner:{name}" if known else f"address:{request.remote}") is not None:
            raise Refused(429, "too many messages: try again later")
        if partner is None:
            raise Refused(401, "no partner of ours signs like this")
        try:
            folder = self._service.site.folder
            secrets = await asyncio.to_thread(secrets_of, partner, folder)
            message_id = check(secrets, request.headers, body, self._now_s())
        except SignatureWrong as error:
            log.warning("a message in the name of partner %s was refused: %s", partner.id, error)
            raise Refused(401, str(error)) from error
        except GridwallError as error:
            log.error("partner %s cannot be heard: %s", partner.id, error)
            raise Refused(503, "this site cannot check signatures now") from error
        return partner, secrets[0], message_id

    async def _taken(self, partner: Partner, message: Any) -> Receipt:
        fields = {"partner": partner.id, "message": msgspec.to_builtins(message)}
        try:
            future = self._query.submit("partners.take", HUB_S, **fields)
            answer = checked_answer(await asyncio.wrap_future(future))
        except QueryRefused as error:
            raise Refused(503, f"the hub cannot take it: {error.error}") from error
        except GridwallError as error:
            raise Refused(503, f"try again later: {error}") from error
        return msgspec.convert(answer["receipt"], Receipt)

    def _now_s(self) -> int:
        return self._clock.utc_ns() // 10**9

    def _count(self, result: str) -> None:
        self._counters.add("gridwall_partner_messages_total", direction="in", result=result)

    def _refusal(self, refusal: Refused) -> web.Response:
        results = {401: "forbidden", 429: "too_many", 503: "later"}
        self._count(results.get(refusal.status, "invalid"))
        return web.json_response({"error": refusal.text}, status=refusal.status)
