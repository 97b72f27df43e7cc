"""Own round: what an inspector's phone shows of their patrol: points in order, visited or not yet, time.

Judged as the centre judges it (`patrol_rules`, `round_rules`), from the holder's own trail alone.
"""

from __future__ import annotations

from typing import Any

from config.paths import hub_state_folder
from config.site import Inspector
from console.desk import round_rules
from console.desk.desk_context import DeskContext
from console.desk.patrol_rules import coverage
from ingest.errors import RetryLater
from ingest.feed.log import Transaction
from ingest.feed.participant import OperationRefused
from ingest.positions.trails import TrailStore

#: 12 h at one fix per 5 s.
POINTS_MOST = 9_000
#: Points of a round a phone is shown.
SHOWN_MOST = 200


def own_round(tx: Transaction, inspector: Inspector, context: DeskContext) -> dict[str, Any] | None:
    """None where no round of today is theirs. Raises OperationRefused: trails cannot be read."""
    site = context.directory.site
    now_ms = tx.now_utc_ns // 1_000_000
    local = context.calendar.local(tx.now_utc_ns)
    found = round_rules.round_of(site.rounds, inspector.id, local, now_ms)
    if found is None:
        return None
    planned, span = found
    try:
        trails = TrailStore(hub_state_folder(site)).read((inspector.id,), *span, POINTS_MOST)
    except RetryLater as error:
        raise OperationRefused(str(error)) from error
    points = [
        point
        for point in round_rules.points_of(planned, context.directory)
        if point.inspector_id in (None, inspector.id)
    ]
    visits = coverage(points, trails)
    is_inside = round_rules.area_of(planned, context.directory)
    return {
        "name": planned.name,
        "from_ms": span[0],
        "until_ms": span[1],
        "state": round_rules.state_at(span, now_ms),
        "least_s": planned.least_s,
        "patrolled_s": round(round_rules.patrolled_s(trails.get(inspector.id, ()), is_inside), 1),
        "visited": sum(visit.visited_ms is not None for visit in visits),
        "count": len(visits),
        "points": [
            {
                "id": point.id,
                "class": point.checkpoint_class,
                "name": point.name,
                "lat_deg": point.place.lat_deg,
                "lon_deg": point.place.lon_deg,
                "visited_ms": visit.visited_ms,
            }
            for point, visit in zip(points[:SHOWN_MOST], visits[:SHOWN_MOST], strict=True)
        ],
    }
