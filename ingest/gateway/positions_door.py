"""/osmand and /owntracks: reports in, judged fixes out in batches of at most 50 ms."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web
from msgspec import structs

from config.datum import to_wgs84
from config.site import Datum
from ingest.clock import Clock
from ingest.errors import GridwallError
from ingest.feed.publisher import Publisher
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.positions.batch import FixBatch
from ingest.positions.filter import FixFilter, Verdict
from ingest.positions.fix import Fix, FixSource
from ingest.positions.osmand import fix_from_json, fix_from_query
from ingest.positions.owntracks import fix_from_message
from ingest.positions.quality import QualityBook
from ingest.positions.reading import FixInvalid
from ingest.positions.trails import TrailWriter

log = logging.getLogger(__name__)

#: Fixes wait at most this long for others to travel with, seconds.
BATCH_S = 0.05
#: Longest report; a phone sends some hundred bytes.
BODY_MOST = 64 << 10


class PositionsDoor:
    """Threads: the event loop's."""

    def __init__(
        self,
        service: SiteService,
        publisher: Publisher,
        counters: Counters,
        clock: Clock,
        trails: TrailWriter | None = None,
    ) -> None:
        self._service = service
        self._publisher = publisher
        self._counters = counters
        self._clock = clock
        self._trails = trails
        self.quality = QualityBook()
        self._filter = FixFilter(service.site.settings.positions)
        self._batch = FixBatch("/gateway/positions")
        self._flush: asyncio.TimerHandle | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/osmand", self.osmand),
            web.post("/osmand", self.osmand),
            web.post("/owntracks", self.owntracks),
        ]

    async def osmand(self, request: web.Request) -> web.Response:
        """Query form (GET or POST, also as a form body) and JSON form."""
        return await self._take(FixSource.OSMAND, self._osmand_fix, request)

    async def owntracks(self, request: web.Request) -> web.Response:
        """OwnTracks expects a JSON list back, here an empty one."""
        return await self._take(FixSource.OWNTRACKS, self._owntracks_fix, request, json="[]")

    async def _take(
        self,
        source: FixSource,
        parse: Callable[[web.Request, bytes], Fix | None],
        request: web.Request,
        json: str | None = None,
    ) -> web.Response:
        try:
            fix = parse(request, await request.read())
        except FixInvalid as error:
            self.count(source, "invalid")
            return web.Response(status=400, text=f"{error}\n")
        except (ValueError, UnicodeDecodeError, RecursionError) as error:
            self.count(source, "invalid")
            return web.Response(status=400, text=f"not understood: {error}\n")
        result = "ignored" if fix is None else self.accept(fix).value
        self.count(source, result)
        if json is not None:
            return web.Response(text=json, content_type="application/json")
        return web.Response(text=f"{result}\n")

    def accept(self, fix: Fix) -> Verdict:
        """Judges a fix and gathers it when it is to be published; every door ends here."""
        fix = self._in_wgs84(fix)
        if fix.inspector_id is None:  # the field page's token has named its holder already
            fix = self._carried(fix)
        verdict = self._filter.judge(fix)
        self.quality.note(fix, verdict)
        if verdict.is_published:
            if self._trails is not None and not self._trails.add(fix):
                self._counters.add("gridwall_trail_fixes_dropped_total")
            street = self._service.streets.street_at(fix.place)
            self._batch.add(fix, street, live=verdict is Verdict.LIVE)
            if self._flush is None:
                self._flush = asyncio.get_running_loop().call_later(BATCH_S, self.flush)
        return verdict

    def _in_wgs84(self, fix: Fix) -> Fix:
        """Converted once, here at the edge, where the site says so of the source."""
        named = self._service.site.settings.positions.coordinates.get(fix.source.value)
        if named is None or named == Datum.WGS84.value:
            return fix
        place = to_wgs84(Datum(named), fix.place.lat_deg, fix.place.lon_deg)
        return structs.replace(fix, place=place)

    def _carried(self, fix: Fix) -> Fix:
        """With the inspector who carries the device, where the register knows one."""
        inspector = self._service.directory.inspector_of_device(fix.device_id)
        if inspector is None:
            self._counters.add("gridwall_positions_unknown_device_total", source=fix.source.value)
            return fix
        return structs.replace(fix, inspector_id=inspector.id)

    def flush(self) -> None:
        """Publishes what was gathered."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        try:
            for event in self._batch.take(self._clock.utc_ns()):
                self._publisher.publish_ephemeral(event)
        except GridwallError as error:
            log.error("positions were not published: %s", error)

    def count(self, source: FixSource, result: str) -> None:
        """Every input is counted once, by the door it came in."""
        self._counters.add("gridwall_positions_total", source=source.value, result=result)

    def _osmand_fix(self, request: web.Request, body: bytes) -> Fix:
        now_ns = self._clock.utc_ns()
        if body.lstrip()[:1] == b"{":
            return fix_from_json(msgspec.json.decode(body), now_ns)
        query = dict(request.query)
        if body and not query:
            query = dict(parse_qsl(body.decode(), max_num_fields=100))
        return fix_from_query(query, now_ns)

    def _owntracks_fix(self, request: web.Request, body: bytes) -> Fix | None:
        device = request.headers.get("X-Limit-D") or request.query.get("d")
        return fix_from_message(msgspec.json.decode(body), device, self._clock.utc_ns())
