"""Fence desk: who entered or left which fence, from the positions the hub knows (电子围栏).

A crossing is one event and one row (who is inside), in one transaction: a restart tells nothing
twice and forgets nobody. A fix must be more than its own accuracy beyond the line before somebody
has left: who stands at the edge is not told every few seconds. Threads: the hub's acting thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from sqlalchemy import Column, Table, delete, select

from config.geometry import EARTH_RADIUS_M
from config.site import Fence, FenceWatch
from console.desk.desk_context import DeskContext
from console.desk.fence_data import FenceCrossed
from console.desk.tables import metadata
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.feed.log import Transaction
from ingest.feed.tables import EXACT_TEXT

if TYPE_CHECKING:
    pass

SOURCE = "gridwall/desk"
#: Positions are looked at this often: 10,000 take the acting thread 25 ms.
LOOK_S = 5.0
#: So far outside somebody has left; phones in streets are good to 5–20 m.
LEAVE_M = 20.0
#: An older fix says nothing of where somebody is now.
FIX_AGE_MAX_S = 600.0

inside = Table(
    "desk_fence_inside",
    metadata,
    Column("fence_id", EXACT_TEXT, primary_key=True),
    Column("inspector_id", EXACT_TEXT, primary_key=True),
)


class _Area(Struct, frozen=True):
    """A fence ready to be asked: prepared, with the line somebody who leaves must be beyond."""

    fence: Fence
    within: Any
    beyond: Any


class FenceDesk:
    """`tick` looks; everything else follows from the site's fences."""

    def __init__(self, context: Callable[[], DeskContext]) -> None:
        self._context = context
        self._next_look_ns = 0
        self._areas: tuple[tuple[Fence, ...], list[_Area]] = ((), [])

    def tick(self, tx: Transaction) -> list[Event]:
        """Crossings since the last look."""
        if tx.now_utc_ns < self._next_look_ns:
            return []
        self._next_look_ns = tx.now_utc_ns + round(LOOK_S * 1e9)
        context = self._context()
        areas = self._areas_of(tx, context.directory.site.fences)
        if not areas:
            return []
        return self._look(tx, context, areas)

    def _areas_of(self, tx: Transaction, fences: tuple[Fence, ...]) -> list[_Area]:
        """The fences of the site, made anew when they changed; who was in a deleted one is not."""
        if self._areas[0] != fences:
            self._areas = (fences, [_area(fence) for fence in fences])
            known = [fence.id for fence in fences]
            tx.execute(delete(inside).where(inside.c.fence_id.not_in(known)))
        return self._areas[1]

    def _look(self, tx: Transaction, context: DeskContext, areas: list[_Area]) -> list[Event]:
        import numpy as np
        import shapely

        fleet = context.fleets.fleet(tx, context.directory)
        age_ns = tx.now_utc_ns - fleet.fix_ns
        rows = np.flatnonzero(fleet.has_place & (age_ns <= round(FIX_AGE_MAX_S * 1e9)))
        points = shapely.points(fleet.lon_deg[rows], fleet.lat_deg[rows])
        now = context.calendar.local(tx.now_utc_ns).time()
        known: dict[str, set[str]] = {}
        for entry in tx.execute(select(inside)):
            known.setdefault(entry.fence_id, set()).add(entry.inspector_id)
        events: list[Event] = []
        for area in areas:
            before = known.get(area.fence.id, set())
            is_in = shapely.contains(area.within, points)
            is_out = ~shapely.contains(area.beyond, points)
            for index in np.flatnonzero(is_in | is_out).tolist():
                row = int(rows[index])
                inspector_id = fleet.inspectors[row].id
                if bool(is_in[index]) == (inspector_id in before):
                    continue
                data = FenceCrossed(
                    inspector_id, area.fence.id, area.fence.name, bool(is_in[index]),
                    float(fleet.lat_deg[row]), float(fleet.lon_deg[row]),
                    utc_text(int(fleet.fix_ns[row])),
                )  # fmt: skip
                _keep(tx, data)
                if _is_told(area.fence, data.is_inside, now):
                    events.append(
                        new_event(Noun.UNIT, "fence", data, source=SOURCE, utc_ns=tx.now_utc_ns)
                    )
        return events


def _area(fence: Fence) -> _Area:
    import numpy as np
    import shapely

    ring = [(point.lon_deg, point.lat_deg) for point in fence.ring]
    within = shapely.Polygon(ring)
    scale = np.cos(np.radians(fence.ring[0].lat_deg))
    flat = shapely.Polygon([(lon * scale, lat) for lon, lat in ring])
    grown = shapely.get_coordinates(flat.buffer(np.degrees(LEAVE_M / EARTH_RADIUS_M)))
    beyond = shapely.Polygon(grown / np.array([scale, 1.0]))
    shapely.prepare([within, beyond])
    return _Area(fence, within, beyond)


def _is_told(fence: Fence, is_inside: bool, now: time) -> bool:
    if fence.hours is not None and not fence.hours.contains(now):
        return False
    wanted = FenceWatch.ENTER if is_inside else FenceWatch.LEAVE
    return fence.watch in (FenceWatch.BOTH, wanted)


def _keep(tx: Transaction, crossed: FenceCrossed) -> None:
    row = {"fence_id": crossed.fence_id, "inspector_id": crossed.inspector_id}
    if crossed.is_inside:
        tx.execute(inside.insert(), row)
        return
    tx.execute(
        delete(inside).where(
            inside.c.fence_id == crossed.fence_id, inside.c.inspector_id == crossed.inspector_id
        )
    )
