"""GridLoad: how many open cases lie in each grid cell, at the level that fits the map's zoom. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from config.site import GridCell, GridLevel
from console.state.cases import CaseRow

#: From this zoom on cells of a level are coloured; below the first: districts.
_LEVEL_FROM_ZOOM = (
    (15.0, GridLevel.CELL),
    (13.0, GridLevel.COMMUNITY),
    (11.0, GridLevel.STREET),
)
#: Open cases of a cell from which a shade begins; the last is the darkest.
SHADES_FROM = (1, 3, 6, 12)


def level_at(zoom: float, levels: Iterable[GridLevel]) -> GridLevel | None:
    """The level to colour at a zoom, of those the site has; None for a site without a grid."""
    there = set(levels)
    order = list(GridLevel)
    wanted = next((level for start, level in _LEVEL_FROM_ZOOM if zoom >= start), GridLevel.DISTRICT)
    finer_last = sorted(there, key=order.index)
    if not finer_last:
        return None
    at_most = [level for level in finer_last if order.index(level) <= order.index(wanted)]
    return at_most[-1] if at_most else finer_last[0]


def load_of(
    rows: Iterable[CaseRow], cells: Mapping[str, GridCell], level: GridLevel
) -> Counter[str]:
    """Open cases by cell of a level; a case without a cell lies in none."""
    found: Counter[str] = Counter()
    for row in rows:
        cell = cells.get(row.case.grid_id or "")
        while cell is not None and cell.level is not level:
            cell = cells.get(cell.parent or "")
        if cell is not None:
            found[cell.id] += 1
    return found


def shade_of(count: int) -> int:
    """0 … 3; asked for counts from 1 on."""
    return sum(count >= start for start in SHADES_FROM) - 1
