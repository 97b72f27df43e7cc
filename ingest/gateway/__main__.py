"""`python -m ingest.gateway`: the process the hub starts and watches; leaves with its parent."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import ssl
import sys
from pathlib import Path

from aiohttp import web

from config.load import SiteInvalid, load_site
from config.paths import hub_state_folder
from config.site import Site
from ingest.clock import Clock, SystemClock
from ingest.errors import FailureKind, GridwallError, Misconfigured, RetryLater
from ingest.evidence import EvidenceStore
from ingest.evidence_grants import SECRET_FILE, EvidenceGrants, is_guarded
from ingest.feed.keys import local_keys
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.gateway.evidence_door import EvidenceDoor
from ingest.gateway.field_door import FieldDoor
from ingest.gateway.field_push import FieldPush
from ingest.gateway.gpsd_door import GpsdDoor
from ingest.gateway.jt808_door import Jt808Door
from ingest.gateway.live_door import LiveDoor
from ingest.gateway.mqtt_door import MqttDoor
from ingest.gateway.partners_door import PartnersDoor
from ingest.gateway.partners_sender import PartnersSender
from ingest.gateway.positions_door import PositionsDoor
from ingest.gateway.server import Listener, Status, serve
from ingest.gateway.tickets_door import TicketsDoor
from ingest.logs import configure_logging
from ingest.open_files import allow_open_files
from ingest.parent import ParentWatch
from ingest.phones.address import password as phone_password
from ingest.positions.trails import TrailStore, TrailWriter
from ingest.secret_file import secret_of
from ingest.stop import StopToken

log = logging.getLogger("ingest.gateway")

#: Terminals (`jt808_door`), phones and files.
OPEN_FILES = 12_000


class Gateway:
    """Assembly of the gateway process. Threads: the main thread runs the event loop."""

    def __init__(self, site_folder: Path, query: str, stop: StopToken, parent: ParentWatch) -> None:
        site = load_site(site_folder)
        folder = hub_state_folder(site)
        clock = SystemClock()
        self._stop = stop
        self._parent = parent
        self._http = site.hub.http
        self._service = SiteService(site, clock)
        self._counters = Counters()
        keys = local_keys(site)
        self._query = QueryClient(query, keys)
        self._publisher = Publisher(
            site.hub.intake, "/gateway", folder / "gateway-spool", keys=keys
        )
        self._trails = open_trails(folder, site.settings.positions.trail_days)
        self._positions = PositionsDoor(
            self._service, self._publisher, self._counters, clock, self._trails
        )
        self._jt808_address = site.hub.jt808
        self._push = FieldPush(self._query, self._service, self._counters)
        self._jt808 = Jt808Door(
            self._positions, self._service, self._counters, clock, self._push.pressed
        )
        self._query_address, self._keys = query, keys
        settings = site.settings
        self._gpsd = GpsdDoor(settings.positions.gpsd, self._positions, clock)
        self._mqtt: MqttDoor | None = None
        if settings.mqtt.url is not None:
            self._mqtt = MqttDoor(settings.mqtt, self._positions, self._counters, clock)
        store = EvidenceStore(
            folder / "evidence", free_space_min_mb=site.settings.store.free_space_min_mb
        )
        self._partners = PartnersSender(
            self._query,
            lambda partner: self._service.directory.partner(partner),
            site.folder,
            store,
            lambda result: self._counters.add(
                "gridwall_partner_messages_total", direction="out", result=result
            ),
        )
        field = FieldDoor(self._query, self._positions, store, self._counters, clock)
        routes = field.routes()
        self._live: LiveDoor | None = None
        if settings.field_page.live:
            self._live = LiveDoor(field, self._query, settings.field_page, phone_password(folder))
            routes = [*self._live.routes(), *routes]
        self._listeners = [
            Listener(site.hub.http, [*self._doors(store, folder, clock), *routes]),
            *own_field_door(site, routes),
        ]

    def _doors(
        self, store: EvidenceStore, folder: Path, clock: Clock
    ) -> list[web.AbstractRouteDef]:
        return [
            *self._positions.routes(),
            *self._evidence_door(store, folder, clock).routes(),
            *TicketsDoor(
                self._service,
                self._publisher,
                self._query,
                folder / "contacts",
                store,
                self._counters,
                clock,
            ).routes(),
            *PartnersDoor(self._service, self._query, store, self._counters, clock).routes(),
            *Status(self._counters, self._query).routes(),
        ]

    def _evidence_door(self, store: EvidenceStore, folder: Path, clock: Clock) -> EvidenceDoor:
        grants = EvidenceGrants(secret_of(folder / SECRET_FILE), clock)
        guarded = lambda: is_guarded(self._service.site)  # noqa: E731 - read anew each time
        return EvidenceDoor(store, self._counters, grants, guarded)

    async def run(self) -> None:
        """Serves until told to stop or until the hub is gone."""
        watching = asyncio.create_task(self._watch())
        terminals = await self._open_jt808()
        self._gpsd.open()
        if self._mqtt is not None:
            self._mqtt.open()
        self._push.open(self._query_address, self._keys, self._jt808)
        if self._live is not None:
            self._live.open()
        self._partners.start()
        try:
            await serve(self._listeners, self._counters, self._leaves, self._opened)
        finally:
            watching.cancel()
            if terminals is not None:
                terminals.close()
                await self._jt808.close()
            self._positions.flush()
            if self._live is not None:
                await self._live.close()
            await self._gpsd.close()
            if self._mqtt is not None:
                await asyncio.to_thread(self._mqtt.close)
            await asyncio.to_thread(self._partners.close)
            await asyncio.to_thread(self._push.close)

    async def _open_jt808(self) -> asyncio.Server | None:
        """A taken JT808 port costs the terminals, not the phones."""
        try:
            return await self._jt808.open(self._jt808_address)
        except OSError as error:
            log.error("no JT808 terminals: cannot listen on %s: %s", self._jt808_address, error)
            return None

    def close(self) -> None:
        if self._trails is not None:
            self._trails.close()
        self._publisher.close(timeout_s=1.0)
        self._query.close()

    def _opened(self) -> None:
        self._publisher.start()
        log.info("doors open on http://%s", self._http)

    def _leaves(self) -> bool:
        return self._stop.stopped or self._parent.is_gone()

    async def _watch(self) -> None:
        """Registers are followed as the hub does: who carries which device may change."""
        while True:
            try:
                await asyncio.to_thread(self._service.poll)
            except Exception:
                log.exception("looking at the site folder failed")
            self._push.report_devices(self._positions.quality)
            await asyncio.sleep(1.0)


def open_trails(folder: Path, keep_days: float) -> TrailWriter | None:
    """A trail file that cannot be used costs the trails, not the positions; 0 days = none kept."""
    if keep_days <= 0:
        return None
    try:
        writer = TrailWriter(TrailStore(folder), keep_days)
    except RetryLater as error:
        log.error("%s; positions go on without a trail", error)
        return None
    writer.start()
    return writer


def own_field_door(site: Site, routes: list[web.AbstractRouteDef]) -> list[Listener]:
    """The door for phones alone, where the site has one. Raises Misconfigured."""
    settings = site.settings.field_page
    if settings.listen is None:
        return []
    tls = None
    if settings.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        key = site.folder / settings.private_key if settings.private_key else None
        try:
            tls.load_cert_chain(site.folder / settings.certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(f"[field_page] certificate cannot be used: {error}") from error
    return [Listener(settings.listen, routes, tls)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ingest.gateway", description=__doc__)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--query", required=True)
    parser.add_argument("--parent", type=int, required=True, help="pid of the hub")
    arguments = parser.parse_args()
    configure_logging("gateway")
    allow_open_files(OPEN_FILES)
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    try:
        gateway = Gateway(arguments.site, arguments.query, stop, ParentWatch(arguments.parent))
        try:
            asyncio.run(gateway.run())
        finally:
            gateway.close()
    except SiteInvalid as error:
        log.error("%s", error)
        return 2
    except GridwallError as error:
        log.error("%s", error)
        return 2 if error.kind is FailureKind.MISCONFIGURED else 1
    except OSError as error:
        log.error("the gateway's folders cannot be used: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
