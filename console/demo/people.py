"""The inspectors' process of the demonstration: twelve people with devices, and their ways.

`python -m console.demo.people --query Q --http H --control-port C --parent PID`: reports
positions to the real gateway (OsmAnd), follows the feed; who is dispatched goes there, says so to
the hub, and what is there leaves; then reports back. Never files, verifies or closes anything.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from config.geometry import GeoPoint
from console.demo.city import bearing_of, to_city, to_geo
from console.demo.control import ControlAway, ask_control
from console.demo.roster import INSPECTORS, Officer
from console.demo.walking import Walker
from console.desk.case import CaseData, CaseState
from ingest.errors import GridwallError
from ingest.feed.envelope import Event
from ingest.feed.query import QueryClient
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.logs import configure_logging
from ingest.parent import ParentWatch

log = logging.getLogger(__name__)

#: Fixes of one device, seconds apart; faster than a real terminal so that short runs show motion.
REPORT_S = 1.0
#: Time on the spot before reporting back, seconds.
WORK_S = 3.0
KNOT_MPS = 0.514444
#: How long one report may take.
HTTP_S = 4.0


@dataclass
class _Errand:
    """A case somebody was sent to."""

    case_id: str
    camera_id: str | None
    place: tuple[float, float]
    arrived_s: float | None = None
    resolved: bool = False


class People:
    """All inspectors. Threads: one asyncio loop; `dispatched` is called through it."""

    def __init__(self, query: QueryClient, control_port: int, seed: int = 7) -> None:
        self._query = query
        self._control_port = control_port
        self.walkers = {
            officer.inspector_id: Walker((officer.x_m, officer.y_m), random.Random(seed + index))
            for index, officer in enumerate(INSPECTORS)
        }
        self._errands: dict[str, _Errand] = {}

    def dispatched(self, case: CaseData) -> None:
        """A case event: who is named goes; who is on a case that ended or went elsewhere is free."""
        for inspector_id, errand in list(self._errands.items()):
            if errand.case_id == case.case_id and (
                case.inspector_id != inspector_id
                or case.state not in {CaseState.DISPATCHED, CaseState.HANDLING}
            ):
                self._free(inspector_id)
        if case.state is not CaseState.DISPATCHED or case.inspector_id is None:
            return
        walker = self.walkers.get(case.inspector_id)
        if walker is None or case.lat_deg is None or case.lon_deg is None:
            return
        if case.inspector_id in self._errands:
            return
        place = to_city(GeoPoint(case.lat_deg, case.lon_deg))
        self._errands[case.inspector_id] = _Errand(str(case.case_id), case.camera_id, place)
        walker.send(place)
        log.info("%s goes to %s", case.inspector_id, case.case_id)

    def _free(self, inspector_id: str) -> None:
        self._errands.pop(inspector_id, None)
        self.walkers[inspector_id].release()

    async def step(self, seconds: float) -> None:
        """Moves everybody on and does what those who arrived have to do."""
        for walker in self.walkers.values():
            walker.step(seconds)
        for inspector_id, errand in list(self._errands.items()):
            if self.walkers[inspector_id].arrived:
                await self._on_the_spot(inspector_id, errand)

    async def _on_the_spot(self, inspector_id: str, errand: _Errand) -> None:
        now_s = time.monotonic()
        if errand.arrived_s is None:
            errand.arrived_s = now_s
            await self._act(errand.case_id, "arrive", inspector_id)
        if not errand.resolved and errand.camera_id is not None:
            errand.resolved = True
            await self._resolve(errand.camera_id)
        if now_s - errand.arrived_s >= WORK_S and not await self._still_there(errand):
            await self._act(errand.case_id, "feedback", inspector_id, note="现场已处置")
            self._free(inspector_id)

    async def _resolve(self, camera_id: str) -> None:
        with contextlib.suppress(ControlAway):
            await asyncio.to_thread(ask_control, self._control_port, "resolve", camera_id=camera_id)

    async def _still_there(self, errand: _Errand) -> bool:
        """Whether the camera still shows it (an inspector reports back when it is gone)."""
        if errand.camera_id is None:
            return False
        try:
            reply = await asyncio.to_thread(
                ask_control, self._control_port, "truth", camera_id=errand.camera_id
            )
        except ControlAway:
            return False
        return reply.active

    async def _act(self, case_id: str, act: str, inspector_id: str, **fields: Any) -> None:
        try:
            await asyncio.to_thread(
                self._query.ask, "act", 5.0, case_id=case_id, act=act, actor=inspector_id, **fields
            )
        except GridwallError as error:
            log.info("%s could not %s %s: %s", inspector_id, act, case_id, error)

    async def report(self, session: aiohttp.ClientSession, http: str) -> None:
        """One fix of every device."""
        await asyncio.gather(*(self._report_one(session, http, officer) for officer in INSPECTORS))

    async def _report_one(
        self, session: aiohttp.ClientSession, http: str, officer: Officer
    ) -> None:
        walker = self.walkers[officer.inspector_id]
        place = to_geo(*walker.at)
        query = {
            "id": officer.device_id,
            "lat": f"{place.lat_deg:.7f}",
            "lon": f"{place.lon_deg:.7f}",
            "timestamp": str(round(time.time() * 1000)),
            "speed": f"{walker.speed_mps / KNOT_MPS:.2f}",
            "bearing": f"{bearing_of(walker.course_deg):.0f}",
            "accuracy": "5",
        }
        try:
            async with session.get(f"http://{http}/osmand", params=query) as reply:
                await reply.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            log.debug("report of %s: %s", officer.inspector_id, error)


def _case_of(event: Event) -> CaseData:
    return event.decode_data(CaseData)


async def run(arguments: argparse.Namespace) -> None:
    """Walks and reports until told to leave."""
    loop = asyncio.get_running_loop()
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave.set)
    parent = ParentWatch(arguments.parent) if arguments.parent else None
    with QueryClient(arguments.query) as query:
        people = People(query, arguments.control_port)

        def on_events(events: Sequence[Event]) -> None:
            for event in events:
                loop.call_soon_threadsafe(people.dispatched, _case_of(event))

        def on_snapshot(_snapshot: Snapshot) -> None:
            """Who was sent before this process began is sent again by the operator."""

        def on_state(state: ReaderState, text: str) -> None:
            log.info("feed %s: %s", state.value, text)

        reader = FeedReader(arguments.query, ("case.",), on_events, on_snapshot, on_state)
        reader.start()
        timeout = aiohttp.ClientTimeout(total=HTTP_S)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                last_s = time.monotonic()
                while not leave.is_set() and not (parent is not None and parent.is_gone()):
                    now_s = time.monotonic()
                    await people.step(now_s - last_s)
                    last_s = now_s
                    await people.report(session, arguments.http)
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(leave.wait(), REPORT_S)
        finally:
            reader.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--query", required=True)
    parser.add_argument("--http", required=True)
    parser.add_argument("--control-port", type=int, required=True)
    parser.add_argument("--parent", type=int, default=0)
    configure_logging("people")
    asyncio.run(run(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
