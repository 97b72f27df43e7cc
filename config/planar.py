"""Flat geometry of small polygons: does a ring cross itself, is a point inside, what is its box.

Standard library only (config imports no geometry package). Pure; any thread. Points are (x, y)
pairs in any one unit; a ring's first point is not repeated at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

XY = tuple[float, float]


def ring_area(ring: Sequence[XY]) -> float:
    """Signed area, positive counter-clockwise."""
    total = 0.0
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        total += x1 * y2 - x2 * y1
    return total / 2


def ring_contains(ring: Sequence[XY], x: float, y: float) -> bool:
    """Even-odd rule; a point on the border may fall on either side."""
    inside = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def box_of(ring: Sequence[XY]) -> tuple[float, float, float, float]:
    """(x min, y min, x max, y max)."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return min(xs), min(ys), max(xs), max(ys)


def crossing_edges(ring: Sequence[XY]) -> tuple[int, int] | None:
    """Indices of two edges that meet where they must not, or None for a simple ring.

    Edge i goes from point i to i+1. Neighbouring edges may share their end only. A sweep over x
    keeps large rings (street outlines of thousands of points) fast.
    """
    count = len(ring)
    edges = [(ring[i], ring[(i + 1) % count]) for i in range(count)]
    order = sorted(range(count), key=lambda i: min(edges[i][0][0], edges[i][1][0]))
    active: list[int] = []
    for i in order:
        left = min(edges[i][0][0], edges[i][1][0])
        active = [j for j in active if max(edges[j][0][0], edges[j][1][0]) >= left]
        for j in active:
            if _meet_wrongly(edges, i, j, count):
                return min(i, j), max(i, j)
        active.append(i)
    return None


def _meet_wrongly(edges: Sequence[tuple[XY, XY]], i: int, j: int, count: int) -> bool:
    a, b = edges[i]
    c, d = edges[j]
    if (i + 1) % count == j or (j + 1) % count == i:
        if count == 2:
            return True
        if (i + 1) % count != j:
            a, b, c, d = c, d, a, b
        return _turn(a, b, d) == 0 and _between(b, a, d)  # folds back on itself
    return segments_meet(a, b, c, d)


def _turn(a: XY, b: XY, c: XY) -> int:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _between(a: XY, b: XY, c: XY) -> bool:
    """Whether c, on the line of a towards b, lies on b's side of a."""
    return (b[0] - a[0]) * (c[0] - a[0]) + (b[1] - a[1]) * (c[1] - a[1]) > 0


def _within_box(a: XY, b: XY, p: XY) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def segments_meet(a: XY, b: XY, c: XY, d: XY) -> bool:
    """Whether the closed segments a–b and c–d share a point."""
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if one != two and three != four:
        return True
    on_ends = ((one, a, b, c), (two, a, b, d), (three, c, d, a), (four, c, d, b))
    return any(turn == 0 and _within_box(p, q, point) for turn, p, q, point in on_ends)


def all_on_one_line(points: Sequence[XY], tolerance: float) -> bool:
    """Whether every point is within `tolerance` of one straight line (same unit as the points).

    The line goes through the two points furthest apart, which bounds the error by a factor of two.
    """
    if len(points) < 3:
        return True
    first = points[0]
    far = max(points, key=lambda p: (p[0] - first[0]) ** 2 + (p[1] - first[1]) ** 2)
    other = max(points, key=lambda p: (p[0] - far[0]) ** 2 + (p[1] - far[1]) ** 2)
    length = ((other[0] - far[0]) ** 2 + (other[1] - far[1]) ** 2) ** 0.5
    if length <= tolerance:
        return True
    for x, y in points:
        across = (other[0] - far[0]) * (y - far[1]) - (other[1] - far[1]) * (x - far[0])
        if abs(across) / length > tolerance:
            return False
    return True
