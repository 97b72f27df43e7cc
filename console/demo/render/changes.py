"""Where a picture differs from the empty scene: rectangles round movers, shadows and smoke. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from console.demo.cameras import HEIGHT_PX, WIDTH_PX, View
from console.demo.render.light import Light
from console.demo.render.movers import Mover, Puff

#: x, y, width, height in pixels of the finished picture, y from the *bottom* (as OpenGL counts).
Rect = tuple[int, int, int, int]
WHOLE: Rect = (0, 0, WIDTH_PX, HEIGHT_PX)
_MARGIN_PX = 3
#: Divides both sides of the picture.
_TILE_PX = 16


def changed_rects(
    view: View, light: Light, movers: Sequence[Mover], puffs: Sequence[Puff]
) -> list[Rect]:
    """Disjoint rectangles that cover every mover with its shadow, and all puffs."""
    rects = []
    for mover in movers:
        rect = _rect(view, _corners(mover, light))
        if rect is not None:
            rects.append(rect)
    if puffs:
        points = [
            (p.x + a * p.radius_m * 1.5, p.y + b * p.radius_m * 1.5, p.z + c * p.radius_m * 1.5)
            for p in puffs
            for a in (-1, 1)
            for b in (-1, 1)
            for c in (-1, 1)
        ]
        rect = _rect(view, iter(points))
        if rect is not None:
            rects.append(rect)
    return _disjoint(rects)


def _disjoint(rects: Sequence[Rect]) -> list[Rect]:
    """The same area as runs of tiles, so that nothing is drawn twice."""
    rows = [0] * (HEIGHT_PX // _TILE_PX)
    for x, y, width, height in rects:
        first, last = x // _TILE_PX, (x + width - 1) // _TILE_PX
        run = ((1 << (last - first + 1)) - 1) << first
        for row in range(y // _TILE_PX, (y + height - 1) // _TILE_PX + 1):
            rows[row] |= run
    found: list[Rect] = []
    for row, bits in enumerate(rows):
        column = 0
        while bits >> column:
            if not bits >> column & 1:
                column += 1
                continue
            end = column
            while bits >> end & 1:
                end += 1
            found.append((column * _TILE_PX, row * _TILE_PX, (end - column) * _TILE_PX, _TILE_PX))
            column = end
    return _stacked(found)


def _stacked(runs: Sequence[Rect]) -> list[Rect]:
    """Joins equal runs of following rows."""
    open_runs: dict[tuple[int, int], Rect] = {}
    done: list[Rect] = []
    for x, y, width, height in runs:
        above = open_runs.pop((x, width), None)
        if above is not None and above[1] + above[3] == y:
            open_runs[x, width] = (x, above[1], width, above[3] + height)
        else:
            if above is not None:
                done.append(above)
            open_runs[x, width] = (x, y, width, height)
    return done + list(open_runs.values())


def _corners(mover: Mover, light: Light) -> Iterator[tuple[float, float, float]]:
    x, y = float(mover.parts[0].matrix[0, 3]), float(mover.parts[0].matrix[1, 3])
    reach = mover.contact[3] / 2 + 0.5 if mover.contact else 1.9
    reach = max(reach, 1.0)
    height = 3.5 if reach > 3 else 2.8
    sun = light.sun_direction
    throw = height / max(math.tan(math.radians(light.sun_elevation_deg)), 0.2)
    level = max(math.hypot(sun[0], sun[1]), 1e-6)
    for dx in (-reach, reach):
        for dy in (-reach, reach):
            yield x + dx, y + dy, 0.0
            yield x + dx, y + dy, height
            yield x + dx - sun[0] / level * throw, y + dy - sun[1] / level * throw, 0.0


def _rect(view: View, points: Iterator[tuple[float, float, float]]) -> Rect | None:
    seen = [view.project(*point) for point in points]
    inside = [point for point in seen if point is not None]
    if not inside:
        return None
    if len(inside) < len(seen):
        return WHOLE
    x1 = max(0, int(min(p[0] for p in inside) * WIDTH_PX) - _MARGIN_PX)
    x2 = min(WIDTH_PX, int(max(p[0] for p in inside) * WIDTH_PX) + _MARGIN_PX + 1)
    y1 = max(0, int(min(p[1] for p in inside) * HEIGHT_PX) - _MARGIN_PX)
    y2 = min(HEIGHT_PX, int(max(p[1] for p in inside) * HEIGHT_PX) + _MARGIN_PX + 1)
    if x2 <= x1 or y2 <= y1:
        return None
    return x1, HEIGHT_PX - y2, x2 - x1, y2 - y1
