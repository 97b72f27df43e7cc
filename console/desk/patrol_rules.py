"""Patrols: which check points were visited in which round, by whom, and which were missed. Pure.

A point counts as visited when a trail passes within `VISIT_M` of it during the round (DOMAIN §1:
two rounds a day, every point fixed to place, person and duty). Trails are walked as lines between
fixes, so that somebody who reports every 30 s is not said to have missed what they passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from config.site import Checkpoint
from console.desk.trail_rules import GAP_S
from ingest.positions.trails import TrailPoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: As near as a phone's receiver can prove it in a street.
VISIT_M = 20.0
#: A walk between two fixes is sampled this densely, metres: a point 20 m away is not jumped over.
SAMPLE_M = 10.0
#: Longer than this between two fixes nobody walks a straight line, metres.
LEG_MOST_M = 300.0
_METRES_PER_DEG = 111_195.0


class Visit(Struct, frozen=True):
    """A check point in a round. `visited_ms` None: missed (so far)."""

    checkpoint_id: str
    name: str
    checkpoint_class: str
    grid_id: str | None
    inspector_id: str | None
    visited_ms: int | None
    visited_by: str | None
    dwell_s: float


def coverage(
    checkpoints: Sequence[Checkpoint], trails: Mapping[str, Sequence[TrailPoint]]
) -> list[Visit]:
    """One row a check point, in the register's order.

    A point with a person counts for that person's trail only: the duty is theirs. Others count for
    anybody's.
    """
    import numpy as np

    times, people, places = _samples(trails)
    names = sorted(trails)
    if not len(times) or not checkpoints:
        return [_missed(point) for point in checkpoints]
    from scipy.spatial import cKDTree

    scale = np.cos(np.radians(checkpoints[0].place.lat_deg))
    flat = places * np.array([1.0, scale]) * _METRES_PER_DEG
    targets = np.array([(c.place.lat_deg, c.place.lon_deg * scale) for c in checkpoints])
    near = cKDTree(flat).query_ball_point(targets * _METRES_PER_DEG, VISIT_M)
    rows = []
    for point, found in zip(checkpoints, near, strict=True):
        indexes = np.array(found, dtype=np.int64)
        if point.inspector_id is not None and len(indexes):
            own = names.index(point.inspector_id) if point.inspector_id in trails else -1
            indexes = indexes[people[indexes] == own]
        rows.append(_visit(point, times, people, indexes, names))
    return rows


def _visit(
    point: Checkpoint,
    times: NDArray[np.int64],
    people: NDArray[np.int64],
    indexes: NDArray[np.int64],
    names: Sequence[str],
) -> Visit:
    import numpy as np

    if not len(indexes):
        return _missed(point)
    first = indexes[int(np.argmin(times[indexes]))]
    stamps = np.sort(times[indexes[people[indexes] == people[first]]])
    steps = np.diff(stamps) / 1000
    dwell_s = float(steps[steps <= GAP_S].sum())
    return Visit(
        point.id, point.name, point.checkpoint_class, point.grid_id, point.inspector_id,
        int(times[first]), names[int(people[first])], round(dwell_s, 1),
    )  # fmt: skip


def _missed(point: Checkpoint) -> Visit:
    return Visit(
        point.id, point.name, point.checkpoint_class, point.grid_id, point.inspector_id,
        None, None, 0.0,
    )  # fmt: skip


def _samples(
    trails: Mapping[str, Sequence[TrailPoint]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Moments (N,), number of the person (N,), places (N, 2) lat, lon along every walk."""
    import numpy as np

    times, people, places = [], [], []
    for number, who in enumerate(sorted(trails)):
        trail = trails[who]
        t = np.array([point.fix_ms for point in trail], dtype=np.int64)
        p = np.array([(point.lat_deg, point.lon_deg) for point in trail]).reshape(-1, 2)
        t, p = _walked(t, p)
        times.append(t)
        places.append(p)
        people.append(np.full(len(t), number, dtype=np.int64))
    if not times:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros((0, 2))
    return np.concatenate(times), np.concatenate(people), np.concatenate(places)


def _walked(
    times: NDArray[np.int64], places: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The fixes and, on legs that can be walks, points every `SAMPLE_M` between them."""
    import numpy as np

    if len(times) < 2:
        return times, places
    scale = np.array([1.0, np.cos(np.radians(places[0, 0]))]) * _METRES_PER_DEG
    metres = np.hypot(*((places[1:] - places[:-1]) * scale).T)
    seconds = np.diff(times) / 1000
    is_walk = (metres <= LEG_MOST_M) & (seconds <= GAP_S)
    parts = np.where(is_walk, np.maximum(1, np.ceil(metres / SAMPLE_M)), 1).astype(np.int64)
    leg = np.repeat(np.arange(len(parts)), parts)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[leg]
    between = places[leg] + (places[leg + 1] - places[leg]) * share[:, None]
    moments = times[leg] + ((times[leg + 1] - times[leg]) * share).astype(np.int64)
    return np.append(moments, times[-1]), np.vstack([between, places[-1:]])
