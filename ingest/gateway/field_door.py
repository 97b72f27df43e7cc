"""/field: the page inspectors open on their phones, and what it asks, each time with its token.

Decides nothing about cases: a request goes to the hub with the token it came with, and the hub
(`console.desk.field_desk`) knows whose it is. Without a token only the page's own files are served.
A wrong token is 401, a refusal 409 with the hub's reason, a hub that is away 503: the page keeps
what it wants to send and tries again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from importlib import resources
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from config.geometry import GeoPoint
from config.site import DeviceId, InspectorId
from ingest.clock import Clock
from ingest.errors import GridwallError, RetryLater
from ingest.evidence import EvidenceInvalid, EvidenceStore
from ingest.feed.query import QueryClient, QueryRefused, checked_answer
from ingest.gateway.counters import Counters
from ingest.gateway.evidence_door import PIECE_BYTES, PIECE_S, content_type_of
from ingest.gateway.positions_door import PositionsDoor
from ingest.positions.fix import Fix, FixSource
from ingest.positions.reading import FixInvalid, optional_number, place, utc_ns

log = logging.getLogger(__name__)

#: The page's files → content type.
FILES = {
    "index.html": "text/html",
    "field.css": "text/css",
    "app.js": "text/javascript",
    "queue.js": "text/javascript",
    "words.js": "text/javascript",
    "map.js": "text/javascript",
    "screens.js": "text/javascript",
    "findings.js": "text/javascript",
    "live.js": "text/javascript",
    "round.js": "text/javascript",
    "shared.js": "text/javascript",
    "where.js": "text/javascript",
    "sw.js": "text/javascript",
    "manifest.webmanifest": "application/manifest+json",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
#: A photo from a phone; the page makes them smaller than this by far.
PHOTO_MOST = 12 << 20
PHOTO_TYPES = ("image/jpeg", "image/png")
#: Fixes of one request: a phone that was without network for an hour sends several.
FIXES_MOST = 500
#: What a phone may say of an act and of a finding.
ACT_FIELDS = frozenset({"request_id", "case_id", "report_id", "act", "note", "happened_utc"})
REPORT_FIELDS = frozenset({"request_id", "item_code", "text", "lat_deg", "lon_deg", "happened_utc"})
CHECKPOINT_FIELDS = frozenset(
    {"request_id", "checkpoint_class", "name", "lat_deg", "lon_deg", "accuracy_m", "happened_utc"}
)
#: How long the hub may take, and how long a known token's holder is believed, seconds.
HUB_S = 5.0
HOLDER_S = 15.0
HOLDERS_MOST = 5_000


class FieldFix(Struct, frozen=True):
    """One position as the page sends it; units in the names, `utc` as the phone's clock says."""

    utc: str | float
    lat_deg: float
    lon_deg: float
    speed_mps: float | None = None
    course_deg: float | None = None
    accuracy_m: float | None = None


class _Fixes(Struct, frozen=True):
    fixes: tuple[FieldFix, ...]


class FieldDoor:
    """Threads: the event loop's; files are touched in worker threads."""

    def __init__(
        self,
        query: QueryClient,
        positions: PositionsDoor,
        store: EvidenceStore,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._query = query
        self._positions = positions
        self._store = store
        self._counters = counters
        self._clock = clock
        self._holders: OrderedDict[str, tuple[float, str]] = OrderedDict()
        folder = resources.files("resources") / "field"
        self._files = {name: (folder / name).read_bytes() for name in FILES}
        version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]
        self._files["sw.js"] = self._files["sw.js"].replace(b"@VERSION@", version.encode())

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/field", self.home),
            web.get("/field/", self.file),
            web.get("/field/{name}", self.file),
            web.get("/field/api/me", self.me),
            web.get("/field/api/tasks", self.tasks),
            web.get("/field/api/route", self.route),
            web.get("/field/api/round", self.round),
            web.get("/field/api/evidence/{sha}", self.picture),
            web.post("/field/api/act", self.act),
            web.post("/field/api/report", self.report),
            web.post("/field/api/unit", self.unit),
            web.post("/field/api/checkpoint", self.checkpoint),
            web.post("/field/api/fixes", self.fixes),
            web.put("/field/api/photo", self.photo),
        ]

    async def home(self, request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/field/")

    async def file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name") or "index.html"
        content = self._files.get(name)
        if content is None:
            return web.Response(status=404, text="no such file\n", headers=HEADERS)
        return web.Response(
            body=content, content_type=FILES[name], charset="utf-8", headers=HEADERS
        )

    async def me(self, request: web.Request) -> web.Response:
        return await self._asked("field.me", request, {})

    async def tasks(self, request: web.Request) -> web.Response:
        return await self._asked("field.tasks", request, {})

    async def round(self, request: web.Request) -> web.Response:
        return await self._asked("field.round", request, {})

    async def route(self, request: web.Request) -> web.Response:
        try:
            start = place(request.query.get("lat"), request.query.get("lon"))
        except FixInvalid as error:
            return self.refusal(400, str(error))
        where = {"lat_deg": start.lat_deg, "lon_deg": start.lon_deg}
        case_id = request.query.get("case_id", "")
        return await self._asked("field.route", request, {"case_id": case_id, **where})

    async def act(self, request: web.Request) -> web.Response:
        """Any act but a photo, whose picture must come with it."""
        asked = await self.body(request)
        if asked.get("act") == "photo":
            return self.refusal(400, "a photo is sent to /field/api/photo")
        return await self._asked("field.act", request, _only(asked, ACT_FIELDS))

    async def report(self, request: web.Request) -> web.Response:
        asked = _only(await self.body(request), REPORT_FIELDS)
        return await self._asked("field.report", request, asked)

    async def checkpoint(self, request: web.Request) -> web.Response:
        """Where the holder stands becomes a check point of theirs."""
        asked = _only(await self.body(request), CHECKPOINT_FIELDS)
        return await self._asked("field.checkpoint", request, asked)

    async def unit(self, request: web.Request) -> web.Response:
        """What the inspector says of themselves; said now or not at all, so it is not queued."""
        body = await self.body(request)
        return await self._asked("field.unit", request, {"state": body.get("state")})

    async def photo(self, request: web.Request) -> web.Response:
        """The picture first, then the act that names it: an event never names what is not there."""
        holder = await self.holder(request)
        if isinstance(holder, web.Response):
            return holder
        try:
            sha = await self._keep(request)
        except EvidenceInvalid as error:
            return self.refusal(400, str(error))
        except TimeoutError:
            return self.refusal(408, "the picture did not arrive in time")
        except RetryLater as error:
            return self.refusal(503, str(error))
        named = ("request_id", "case_id", "report_id", "photo_kind", "happened_utc")
        fields: dict[str, Any] = {key: request.query[key] for key in named if key in request.query}
        return await self._asked("field.act", request, {**fields, "act": "photo", "photo": sha})

    async def _keep(self, request: web.Request) -> str:
        """Takes the body into the evidence store; returns its name. Bounded in size and time."""
        pieces: list[bytes] = []
        size = 0
        while True:
            async with asyncio.timeout(PIECE_S):
                piece = await request.content.read(PIECE_BYTES)
            if not piece:
                break
            size += len(piece)
            if size > PHOTO_MOST:
                raise EvidenceInvalid(f"a photo may have at most {PHOTO_MOST >> 20} MiB")
            pieces.append(piece)
        content = b"".join(pieces)
        if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise EvidenceInvalid("a photo must be a JPEG or PNG picture")
        return await asyncio.to_thread(self._store.put, content)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Evidence of the holder's own open cases, nothing else."""
        answer = await self.ask("field.tasks", request, {})
        if isinstance(answer, web.Response):
            return answer
        sha = request.match_info["sha"]
        own = {
            name
            for task in answer["tasks"]
            for name in (*task["pictures"], *(photo["sha"] for photo in task["photos"]))
        }
        if sha not in own:
            return self.refusal(404, "no picture of your cases has that name")
        path = self._store.path(sha)
        kind = await asyncio.to_thread(content_type_of, path)
        if kind not in PHOTO_TYPES:
            return self.refusal(404, "the picture is not there")
        headers = {**HEADERS, "Content-Type": kind, "Cache-Control": "private, max-age=86400"}
        return web.FileResponse(path, headers=headers)

    async def fixes(self, request: web.Request) -> web.Response:
        """Positions of the holder; each judged by itself, `results` counts what became of them."""
        holder = await self.holder(request)
        if isinstance(holder, web.Response):
            return holder
        try:
            asked = msgspec.json.decode(await request.read(), type=_Fixes)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self.refusal(400, f"not understood: {error}")
        results: dict[str, int] = {}
        for entry in asked.fixes[:FIXES_MOST]:
            try:
                result = self._positions.accept(self._fix(entry, holder)).value
            except FixInvalid:
                result = "invalid"
            self._positions.count(FixSource.FIELD, result)
            results[result] = results.get(result, 0) + 1
        return web.json_response({"ok": True, "results": results}, headers=HEADERS)

    def _fix(self, entry: FieldFix, inspector_id: str) -> Fix:
        where: GeoPoint = place(entry.lat_deg, entry.lon_deg)
        now_ns = self._clock.utc_ns()
        return Fix(
            device_id=DeviceId(f"field-{inspector_id}"),
            place=where,
            fix_utc_ns=utc_ns(entry.utc),
            received_utc_ns=now_ns,
            source=FixSource.FIELD,
            speed_mps=optional_number("speed", entry.speed_mps, 0, 400),
            course_deg=optional_number("course", entry.course_deg, 0, 360),
            accuracy_m=optional_number("accuracy", entry.accuracy_m, 0, 100_000),
            inspector_id=InspectorId(inspector_id),
        )

    async def holder(self, request: web.Request) -> str | web.Response:
        """Whose token the request carries; a holder is believed for `HOLDER_S`."""
        key = hashlib.sha256(token_of(request).encode()).hexdigest()
        now_s = asyncio.get_running_loop().time()
        known = self._holders.get(key)
        if known is not None and known[0] > now_s:
            return known[1]
        answer = await self.ask("field.me", request, {})
        if isinstance(answer, web.Response):
            return answer
        holder = str(answer["inspector_id"])
        self._holders[key] = (now_s + HOLDER_S, holder)
        while len(self._holders) > HOLDERS_MOST:
            self._holders.popitem(last=False)
        return holder

    async def body(self, request: web.Request) -> dict[str, Any]:
        """The request's JSON object. Raises HTTPBadRequest."""
        try:
            decoded: dict[str, Any] = msgspec.json.decode(await request.read(), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise web.HTTPBadRequest(text=f"not understood: {error}\n") from error
        return decoded

    async def _asked(self, op: str, request: web.Request, fields: dict[str, Any]) -> web.Response:
        answer = await self.ask(op, request, fields)
        if isinstance(answer, web.Response):
            return answer
        return self.reply(answer)

    def reply(self, answer: dict[str, Any]) -> web.Response:
        """A good answer."""
        return web.Response(
            body=msgspec.json.encode(answer), content_type="application/json", headers=HEADERS
        )

    async def ask(
        self, op: str, request: web.Request, fields: dict[str, Any]
    ) -> dict[str, Any] | web.Response:
        """The hub's answer, or what the phone is told instead."""
        token = token_of(request)
        if not token:
            return self.refusal(401, "a link of the command centre is needed")
        try:
            future = self._query.submit(op, HUB_S, token=token, **fields)
            answer = checked_answer(await asyncio.wrap_future(future))
        except QueryRefused as error:
            reason = str(error.answer.get("reason", ""))
            status = 401 if reason == "field_token" else 409
            values = error.answer.get("values", {})
            return self.refusal(status, error.error, reason=reason, values=values)
        except GridwallError as error:
            return self.refusal(503, str(error))
        self._counters.add("gridwall_field_requests_total", op=op, result="ok")
        return answer

    def refusal(self, status: int, text: str, **more: Any) -> web.Response:
        """What the phone is told instead, counted."""
        self._counters.add("gridwall_field_requests_total", op="refused", result=str(status))
        body = {"ok": False, "error": text, **more}
        return web.json_response(body, status=status, headers=HEADERS)


def _only(asked: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """What a phone may say; anything else it sends goes no further."""
    return {name: value for name, value in asked.items() if name in names}


def token_of(request: web.Request) -> str:
    """The bearer token; empty where there is none. It never stands in an address."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip()[:200] if kind.lower() == "bearer" else ""
