"""The demonstration city: where its streets, blocks and areas of responsibility lie.

One small district at plausible coordinates in north China; all names are invented. Everything
else of the demonstration (site folder, rendered clips, walking inspectors, ground truth) is
derived from the values here, so that a car in a picture and a pin on the map are one thing.

City frame: metres, x along the cross streets, y along the long streets, z up; y points at
`ROTATION_DEG` clockwise from true north. Pure values and functions; no files, no threads.
`python -m console.demo.city FOLDER` writes the site folder.
"""

from __future__ import annotations

import enum
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from config.geometry import GeoPoint, east_north_m, moved

#: Geographic place of the city frame's zero point.
ORIGIN = GeoPoint(36.0921, 120.3684)
ROTATION_DEG = 7.0

DISTRICT_CODE = "370299"
DISTRICT_NAME = "青澜区"
SITE_NAME = "青澜区城市运行管理指挥中心"

#: Outer edge of the district in the city frame: x0, y0, x1, y1.
EXTENT_M = (-95.0, -95.0, 1025.0, 765.0)


class StreetClass(enum.Enum):
    """Class of a street; the value is its OSM highway tag."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    RESIDENTIAL = "residential"


@dataclass(frozen=True, slots=True)
class StreetProfile:
    """Cross-section: half of the carriageway and one pavement, metres."""

    half_width_m: float
    pavement_m: float
    lanes_per_side: int


PROFILES = {
    StreetClass.PRIMARY: StreetProfile(8.0, 5.5, 2),
    StreetClass.SECONDARY: StreetProfile(5.5, 4.5, 1),
    StreetClass.RESIDENTIAL: StreetProfile(4.2, 3.8, 1),
}


class Axis(enum.Enum):
    """Direction of a street: LONG runs along y at a fixed x, CROSS along x at a fixed y."""

    LONG = "long"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Street:
    """A straight street; `at_m` is its fixed coordinate in the city frame."""

    name: str
    axis: Axis
    at_m: float
    street_class: StreetClass

    @property
    def profile(self) -> StreetProfile:
        return PROFILES[self.street_class]

    def point(self, along_m: float, offset_m: float = 0.0) -> tuple[float, float]:
        """The city point `along_m` down the street, `offset_m` to the right of growing `along_m`."""
        if self.axis is Axis.LONG:
            return self.at_m + offset_m, along_m
        return along_m, self.at_m - offset_m


LONG_STREETS = (
    Street("平澜路", Axis.LONG, 0.0, StreetClass.PRIMARY),
    Street("柳园街", Axis.LONG, 190.0, StreetClass.RESIDENTIAL),
    Street("东关路", Axis.LONG, 370.0, StreetClass.SECONDARY),
    Street("文昌街", Axis.LONG, 560.0, StreetClass.RESIDENTIAL),
    Street("海泊路", Axis.LONG, 740.0, StreetClass.PRIMARY),
    Street("枣园街", Axis.LONG, 930.0, StreetClass.SECONDARY),
)
CROSS_STREETS = (
    Street("滨河路", Axis.CROSS, 0.0, StreetClass.SECONDARY),
    Street("延和街", Axis.CROSS, 160.0, StreetClass.RESIDENTIAL),
    Street("建设路", Axis.CROSS, 330.0, StreetClass.PRIMARY),
    Street("槐树街", Axis.CROSS, 500.0, StreetClass.RESIDENTIAL),
    Street("新民路", Axis.CROSS, 670.0, StreetClass.SECONDARY),
)
STREETS = LONG_STREETS + CROSS_STREETS

#: The block (column, row) that is a park instead of buildings.
PARK_BLOCK = (2, 1)

#: Subdistricts (街道): name, its columns, and its communities as (name, columns, rows).
SUBDISTRICTS = (
    (
        "平澜街道",
        (("平澜社区", (0, 1), (0, 1)), ("柳园社区", (0, 1), (2, 3))),
    ),
    (
        "文昌街道",
        (("滨河社区", (2, 3, 4), (0,)), ("东关社区", (2, 3, 4), (1,))),
    ),
    (
        "新民街道",
        (("槐树社区", (2, 3, 4), (2,)), ("枣园社区", (2, 3, 4), (3,))),
    ),
)


def to_geo(x_m: float, y_m: float) -> GeoPoint:
    """WGS-84 place of a city point."""
    turn = math.radians(ROTATION_DEG)
    east = x_m * math.cos(turn) + y_m * math.sin(turn)
    north = -x_m * math.sin(turn) + y_m * math.cos(turn)
    return moved(ORIGIN, east, north)


def to_city(place: GeoPoint) -> tuple[float, float]:
    """City point of a WGS-84 place; the inverse of `to_geo` within millimetres."""
    east, north = east_north_m(ORIGIN, place)
    turn = math.radians(ROTATION_DEG)
    # moved() scales longitude by the origin's latitude and so does east_north_m(): exact inverse.
    return (
        east * math.cos(turn) - north * math.sin(turn),
        east * math.sin(turn) + north * math.cos(turn),
    )


def bearing_of(heading_deg: float) -> float:
    """True bearing of a heading of the city frame (0 = +y, clockwise)."""
    return (heading_deg + ROTATION_DEG) % 360.0


def block_bounds(column: int, row: int) -> tuple[float, float, float, float]:
    """Cell of a block between street centre lines (outer ones reach the district's edge)."""
    xs = [street.at_m for street in LONG_STREETS]
    ys = [street.at_m for street in CROSS_STREETS]
    x0, y0, x1, y1 = EXTENT_M
    return (
        x0 if column == 0 else xs[column],
        y0 if row == 0 else ys[row],
        x1 if column == len(xs) - 2 else xs[column + 1],
        y1 if row == len(ys) - 2 else ys[row + 1],
    )


def junctions() -> list[tuple[Street, Street, float, float]]:
    """Every crossing of a long and a cross street with its city point."""
    return [(a, b, a.at_m, b.at_m) for a in LONG_STREETS for b in CROSS_STREETS]


def main() -> int:
    """Writes the demonstration's site folder to the path given."""
    from console.demo.site_files import DemoAddresses, write_site

    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m console.demo.city FOLDER\n")
        return 2
    write_site(Path(sys.argv[1]), DemoAddresses())
    return 0


if __name__ == "__main__":
    sys.exit(main())
