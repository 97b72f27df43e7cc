"""Between hub and terminals: routes go down as texts, event keys go up as unit states.

Follows `unit.routed.` on the feed in the reader's own thread and hands each to the event loop; a
terminal that is not connected misses the text, which is counted (its field page has the task).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future

import msgspec
from msgspec import Struct

from ingest.errors import GridwallError
from ingest.feed.envelope import Event
from ingest.feed.query import QueryClient, checked_answer
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.feed.registers import SiteService
from ingest.feed.sockets import CurveClient
from ingest.gateway.counters import Counters
from ingest.gateway.jt808_door import Jt808Door
from ingest.positions.quality import QualityBook

log = logging.getLogger(__name__)

HUB_S = 5.0
#: Devices are told of this often, and at most so many at once.
REPORT_S = 5.0
REPORT_MOST = 5_000


class Routed(Struct, frozen=True):
    """The part of `gridwall.unit.routed.v1` a terminal is told."""

    inspector_id: str
    device_id: str | None = None
    text: str = ""


class FieldPush:
    """Threads: `open`, `close`, `pressed` the event loop's; the feed has its reader's."""

    def __init__(self, query: QueryClient, service: SiteService, counters: Counters) -> None:
        self._query = query
        self._service = service
        self._counters = counters
        self._reader: FeedReader | None = None
        self._next_report_s = 0.0

    def open(self, address: str, keys: CurveClient | None, terminals: Jt808Door) -> None:
        """Begins to follow the feed."""
        loop = asyncio.get_running_loop()

        def on_events(events: Sequence[Event]) -> None:
            for event in events:
                if event.verb == "routed":
                    loop.call_soon_threadsafe(self._tell, event, terminals)

        def on_snapshot(_snapshot: Snapshot) -> None:
            """What was sent before is on the field page; a terminal is not told twice."""

        def on_state(state: ReaderState, text: str) -> None:
            log.debug("feed %s: %s", state.value, text)

        self._reader = FeedReader(address, ("unit.",), on_events, on_snapshot, on_state, keys=keys)
        self._reader.start()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def pressed(self, inspector_id: str, number: int) -> None:
        """An event key of a terminal: the state the site gives it, if any."""
        state = self._service.site.settings.jt808.event_states.get(str(number))
        if state is None:
            return
        try:
            asked = self._query.submit(
                "unit.set", HUB_S, inspector_id=inspector_id, state=state, by="terminal",
                actor=inspector_id,
            )  # fmt: skip
        except GridwallError as error:
            log.info("the hub did not take what was said of %s: %s", inspector_id, error)
            return
        asked.add_done_callback(lambda done: _told(inspector_id, done))

    def report_devices(self, book: QualityBook) -> None:
        """Tells the hub which devices spoke and what became of it; every few seconds."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._next_report_s:
            return
        self._next_report_s = now_s + REPORT_S
        rows = book.take_changed(REPORT_MOST)
        if not rows:
            return
        try:
            asked = self._query.submit("devices.report", HUB_S, devices=rows)
        except GridwallError as error:
            log.info("the hub was not told about devices: %s", error)
            return
        asked.add_done_callback(lambda done: _told("devices", done))

    def _tell(self, event: Event, terminals: Jt808Door) -> None:
        try:
            routed = event.decode_data(Routed)
        except msgspec.ValidationError as error:
            log.info("a route without a device: %s", error)
            return
        if routed.device_id is None or not terminals.send_text(routed.device_id, routed.text):
            self._counters.add("gridwall_jt808_texts_total", result="away")


def _told(about: str, done: Future[bytes]) -> None:
    try:
        checked_answer(done.result())
    except GridwallError as error:
        log.info("the hub did not take what was said of %s: %s", about, error)
