"""The gateway's HTTP server: doors, health, metrics, and limits against slow or greedy peers."""

from __future__ import annotations

import asyncio
import logging
import ssl
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger as server_log
from msgspec import Struct

from ingest.errors import GridwallError, Misconfigured
from ingest.feed.query import QueryClient
from ingest.gateway.counters import Counters, exposition, hub_rows
from ingest.refusal_log import RefusalLog

log = logging.getLogger(__name__)

#: A request must be complete, and a connection without one ends, within this time, seconds.
REQUEST_S = 10.0
IDLE_S = 10.0
SWEEP_S = 1.0
#: Doors whose bodies are long: they bound the time of every piece instead.
LONG_BODIES = ("/evidence/", "/exchange/v1/evidence/", "/field/api/photo")
#: Longest body besides evidence.
BODY_MOST = 256 << 10
#: How long the hub may take to answer for /healthz and /metrics, seconds.
HUB_S = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Status:
    """/healthz and /metrics. Threads: the event loop's; the hub is asked in a worker thread."""

    def __init__(self, counters: Counters, query: QueryClient) -> None:
        self._counters = counters
        self._query = query

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/healthz", self.healthz), web.get("/metrics", self.metrics)]

    async def healthz(self, request: web.Request) -> web.Response:
        """200 when gateway and hub are well; `?self=1` asks for the gateway alone."""
        if "self" in request.query:
            return web.json_response({"gateway": "ok"})
        try:
            hello = await self._hello()
        except GridwallError as error:
            return web.json_response({"gateway": "ok", "hub": str(error)}, status=503)
        problem = hello.get("store_error")
        body = {
            "gateway": "ok",
            "hub": problem or "ok",
            "epoch": hello.get("epoch"),
            "sequence": hello.get("sequence"),
        }
        return web.json_response(body, status=503 if problem else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        rows = self._counters.rows()
        try:
            hello = await self._hello()
            rows += hub_rows(tuple(row) for row in hello["counts"])
            rows.append(("gridwall_feed_sequence", (), float(hello["sequence"])))
            rows.append(("gridwall_hub_up", (), 1.0))
        except GridwallError:
            rows.append(("gridwall_hub_up", (), 0.0))
        return web.Response(text=exposition(rows), content_type="text/plain", charset="utf-8")

    async def _hello(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._query.ask, "hello", HUB_S)


class Refusals:
    """Tells in the log what was refused, a few lines whatever comes. Threads: the event loop's."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._log = RefusalLog(log)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Counts and notes every answer from 400 on by its door; passes it on as it is."""
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            if error.status >= 400:
                self._note(request, error.status, error.text or error.reason)
            raise
        if answer.status >= 400:
            text = answer.text if isinstance(answer, web.Response) else None
            self._note(request, answer.status, text or "")
        return answer

    def _note(self, request: web.Request, status: int, why: str) -> None:
        resource = request.match_info.route.resource
        door = "no door" if resource is None else resource.canonical
        self._counters.add("gridwall_http_refused_total", door=door, status=str(status))
        self._log.note(f"{door} {status}", f"{request.method} from {request.remote}: {why}")

    def is_worth_a_line(self, record: logging.LogRecord) -> bool:
        """Filter of aiohttp's own log: what is no HTTP at all is noted here, not with its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError | ConnectionError):
            return True
        self._counters.add("gridwall_http_refused_total", door="none", status="400")
        self._log.note("no HTTP", f"{type(error).__name__}: {error}")
        return False


class SlowPeers:
    """Ends connections that hold a place without a complete request. Threads: the event loop's."""

    def __init__(self) -> None:
        self._busy: set[asyncio.BaseTransport] = set()
        self._seen_s: weakref.WeakKeyDictionary[asyncio.BaseTransport, float] = (
            weakref.WeakKeyDictionary()
        )

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Marks a connection busy; a body must arrive within the deadline, long ones piecewise."""
        transport = request.transport
        if transport is not None:
            self._busy.add(transport)
        try:
            if request.path.startswith(LONG_BODIES):
                return await handler(request)
            async with asyncio.timeout(REQUEST_S):
                return await handler(request)
        except TimeoutError:
            return web.Response(status=408, text="the request did not arrive in time\n")
        finally:
            if transport is not None:
                self._busy.discard(transport)
                self._seen_s[transport] = asyncio.get_running_loop().time()

    async def sweep(self, server: web.Server) -> None:
        """Runs for ever: looks at every connection once a second."""
        while True:
            await asyncio.sleep(SWEEP_S)
            now_s = asyncio.get_running_loop().time()
            for connection in server.connections:
                transport = connection.transport
                if transport is None or transport in self._busy:
                    continue
                if now_s - self._seen_s.setdefault(transport, now_s) > IDLE_S:
                    transport.abort()


class Listener(Struct, frozen=True):
    """An address (host:port) and what is served there; `tls` where it speaks HTTPS."""

    address: str
    routes: Sequence[web.AbstractRouteDef]
    tls: ssl.SSLContext | None = None


async def serve(
    listeners: Sequence[Listener],
    counters: Counters,
    until: Callable[[], bool],
    on_open: Callable[[], None],
) -> None:
    """Serves until `until` says so. Raises Misconfigured when an address cannot be listened on."""
    slow, refusals = SlowPeers(), Refusals(counters)
    server_log.addFilter(refusals.is_worth_a_line)
    runners: list[web.AppRunner] = []
    sweepers: list[asyncio.Task[None]] = []
    try:
        for listener in listeners:
            runner = await _opened(listener, slow, refusals)
            runners.append(runner)
            if runner.server is not None:
                sweepers.append(asyncio.create_task(slow.sweep(runner.server)))
        on_open()
        while not until():
            await asyncio.sleep(0.2)
    finally:
        server_log.removeFilter(refusals.is_worth_a_line)
        for sweeper in sweepers:
            sweeper.cancel()
        for runner in reversed(runners):
            await runner.cleanup()


async def _opened(listener: Listener, slow: SlowPeers, refusals: Refusals) -> web.AppRunner:
    middlewares = [refusals.middleware, slow.middleware]
    app = web.Application(client_max_size=BODY_MOST, middlewares=middlewares)
    app.add_routes(listener.routes)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_S)
    await runner.setup()
    host, _, port = listener.address.rpartition(":")
    site = web.TCPSite(
        runner, host or None, int(port), shutdown_timeout=2.0, ssl_context=listener.tls
    )
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise Misconfigured(f"the gateway cannot listen on {listener.address}: {error}") from error
    return runner
