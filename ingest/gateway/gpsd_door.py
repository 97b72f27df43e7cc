"""gpsd: receivers of vehicles and stations by gpsd's JSON protocol (NMEA is gpsd's own business).

Connects to each daemon of `[gpsd]`, asks for reports (`?WATCH`) and takes TPV objects with at least a
2D fix. A daemon that is away or silent is tried again with back-off. Threads: the event loop's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from config.site import DeviceId
from ingest.clock import Clock
from ingest.gateway.positions_door import PositionsDoor
from ingest.positions.fix import Fix, FixSource
from ingest.positions.reading import FixInvalid, optional_number, place, utc_ns

log = logging.getLogger(__name__)

WATCH = b'?WATCH={"enable":true,"json":true};\n'
LINE_MOST = 64 << 10
#: gpsd reports once a second; this long without a line and the connection is given up.
SILENT_S = 30.0
RETRY_MIN_S, RETRY_MAX_S = 1.0, 60.0
#: TPV mode with a place (gpsd_json(5)): 2 = 2D, 3 = 3D.
MODE_2D = 2


class _Report(Struct, frozen=True, tag_field="class", tag="TPV"):
    mode: int = 0
    time: str | None = None
    lat: float | None = None
    lon: float | None = None
    speed: float | None = None
    track: float | None = None
    eph: float | None = None


def fix_of_report(line: bytes, device_id: str, received_utc_ns: int) -> Fix | None:
    """A fix from a line of gpsd; None for other reports and without a fix. Raises FixInvalid."""
    if b'"class":"TPV"' not in line:
        return None
    try:
        report = msgspec.json.decode(line, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FixInvalid(f"no TPV report: {error}") from error
    if report.mode < MODE_2D or report.time is None:
        return None
    return Fix(
        device_id=DeviceId(device_id),
        place=place(report.lat, report.lon),
        fix_utc_ns=utc_ns(report.time),
        received_utc_ns=received_utc_ns,
        source=FixSource.GPSD,
        speed_mps=optional_number("speed", report.speed, 0, 400),
        course_deg=optional_number("track", report.track, 0, 360),
        accuracy_m=optional_number("eph", report.eph, 0, 100_000),
    )


class GpsdDoor:
    """One task a daemon. `daemons`: device id → host:port."""

    def __init__(self, daemons: Mapping[str, str], positions: PositionsDoor, clock: Clock) -> None:
        self._daemons = dict(daemons)
        self._positions = positions
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        self._tasks = [
            asyncio.create_task(self._follow(device, address))
            for device, address in self._daemons.items()
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _follow(self, device_id: str, address: str) -> None:
        host, _, port = address.rpartition(":")
        wait_s = RETRY_MIN_S
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, int(port), limit=LINE_MOST)
                log.info("following gpsd at %s for %s", address, device_id)
                wait_s = RETRY_MIN_S
                try:
                    await self._read(device_id, reader, writer)
                finally:
                    writer.close()
                    with contextlib.suppress(OSError):
                        await writer.wait_closed()
            except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
                log.info("gpsd at %s: %s; trying again in %.0f s", address, error, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(RETRY_MAX_S, 2 * wait_s)

    async def _read(
        self, device_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(WATCH)
        await writer.drain()
        while True:
            async with asyncio.timeout(SILENT_S):
                line = await reader.readline()
            if not line:
                return
            try:
                fix = fix_of_report(line, device_id, self._clock.utc_ns())
            except FixInvalid as error:
                self._positions.count(FixSource.GPSD, "invalid")
                log.debug("gpsd of %s: %s", device_id, error)
                continue
            if fix is not None:
                self._positions.count(FixSource.GPSD, self._positions.accept(fix).value)
