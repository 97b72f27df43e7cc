"""Areas of responsibility of the demonstration city: district → subdistrict → community → cell.

Codes have 14 digits: district 6, subdistrict 3, community 3, serial 2 (DOMAIN §2). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from shapely.geometry import Polygon, box
from shapely.ops import unary_union

from config.geometry import GeoPoint
from config.site import GridId, GridLevel
from console.demo.city import (
    DISTRICT_CODE,
    DISTRICT_NAME,
    EXTENT_M,
    SUBDISTRICTS,
    block_bounds,
    to_geo,
)


@dataclass(frozen=True, slots=True)
class Area:
    """One area; `ring` WGS-84 without the closing point; `bounds` of a cell in the city frame."""

    grid_id: GridId
    level: GridLevel
    name: str
    parent: GridId | None
    unit: str
    ring: tuple[GeoPoint, ...]
    bounds: tuple[float, float, float, float] | None = None


def _code(street: int = 0, community: int = 0, serial: int = 0) -> GridId:
    return GridId(f"{DISTRICT_CODE}{street:03d}{community:03d}{serial:02d}")


def _ring(blocks: Iterable[tuple[int, int]]) -> tuple[GeoPoint, ...]:
    shape = unary_union([box(*block_bounds(column, row)) for column, row in blocks]).simplify(0.01)
    if not isinstance(shape, Polygon):
        raise ValueError("blocks of one area must touch")
    return tuple(to_geo(x, y) for x, y in list(shape.exterior.coords)[:-1])


@cache
def areas() -> tuple[Area, ...]:
    """All areas, parents first."""
    district = _code()
    x0, y0, x1, y1 = EXTENT_M
    outline = tuple(to_geo(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    found = [Area(district, GridLevel.DISTRICT, DISTRICT_NAME, None, "区城市运行管理中心", outline)]
    for street_number, (street_name, communities) in enumerate(SUBDISTRICTS, start=1):
        street = _code(street_number)
        blocks = [
            (column, row) for _, columns, rows in communities for column in columns for row in rows
        ]
        found.append(
            Area(
                street,
                GridLevel.STREET,
                street_name,
                district,
                f"{street_name}办事处",
                _ring(blocks),
            )
        )
        for number, (name, columns, rows) in enumerate(communities, start=1):
            found += _community(street, street_number, number, name, columns, rows)
    return tuple(found)


def _community(
    street: GridId,
    street_number: int,
    number: int,
    name: str,
    columns: tuple[int, ...],
    rows: tuple[int, ...],
) -> list[Area]:
    community = _code(street_number, number)
    blocks = [(column, row) for row in rows for column in columns]
    found = [Area(community, GridLevel.COMMUNITY, name, street, f"{name}居委会", _ring(blocks))]
    for serial, (column, row) in enumerate(blocks, start=1):
        found.append(
            Area(
                _code(street_number, number, serial),
                GridLevel.CELL,
                f"{name}第{serial}网格",
                community,
                f"{name}居委会",
                _ring([(column, row)]),
                block_bounds(column, row),
            )
        )
    return found


def cell_at(x_m: float, y_m: float) -> GridId | None:
    """The unit grid cell at a city point."""
    for area in areas():
        if area.bounds is not None:
            x0, y0, x1, y1 = area.bounds
            if x0 <= x_m < x1 and y0 <= y_m < y1:
                return area.grid_id
    return None
