"""PositionsDoor: what a source reports in another coordinate system is WGS-84 from the door on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config.datum import from_wgs84
from config.geometry import GeoPoint
from config.load import load_site
from config.site import Datum, DeviceId
from ingest.clock import ManualClock
from ingest.feed.envelope import Event
from ingest.feed.registers import SiteService
from ingest.gateway.counters import Counters
from ingest.gateway.positions_door import PositionsDoor
from ingest.positions.fix import Fix, FixSource, PositionFixedData
from tests.config.site_folder import SITE, write_site

TRUE = GeoPoint(31.1997, 121.4997)
NOW_NS = 1_772_359_200 * 10**9


class Published:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish_ephemeral(self, event: Event) -> None:
        self.events.append(event)


def published(tmp_path: Path, source: FixSource, lat_deg: float, lon_deg: float) -> GeoPoint:
    """Where a fix is on the feed; osmand reports in GCJ-02, owntracks in BD-09, the others in WGS-84."""
    more = '[positions]\ncoordinates = { osmand = "gcj02", owntracks = "bd09" }\n'
    service = SiteService(load_site(write_site(tmp_path, site=SITE + more)))
    sink, clock = Published(), ManualClock(utc_ns=NOW_NS)
    door = PositionsDoor(service, sink, Counters(), clock, None)  # type: ignore[arg-type]

    async def take() -> None:
        fix = Fix(DeviceId("861"), GeoPoint(lat_deg, lon_deg), NOW_NS, NOW_NS, source)
        door.accept(fix)
        door.flush()

    asyncio.run(take())
    (entry,) = sink.events[0].decode_data(PositionFixedData).fixes
    return GeoPoint(entry.lat_deg, entry.lon_deg)


@pytest.mark.parametrize(
    ("source", "datum"),
    [
        (FixSource.OSMAND, Datum.GCJ02),
        (FixSource.OWNTRACKS, Datum.BD09),
        (FixSource.JT808, Datum.WGS84),
    ],
)
def test_each_source_is_read_in_its_own_system(
    tmp_path: Path, source: FixSource, datum: Datum
) -> None:
    found = published(tmp_path, source, *from_wgs84(datum, TRUE))
    assert found.lat_deg == pytest.approx(TRUE.lat_deg, abs=2e-6)
    assert found.lon_deg == pytest.approx(TRUE.lon_deg, abs=2e-6)


def test_outside_china_nothing_is_shifted(tmp_path: Path) -> None:
    found = published(tmp_path, FixSource.OSMAND, 48.8566, 2.3522)
    assert (found.lat_deg, found.lon_deg) == (48.8566, 2.3522)
