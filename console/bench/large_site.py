"""A made-up district of any size: cameras with Chinese names, owners and areas, for benches and tests."""

from __future__ import annotations

import random
from pathlib import Path

from config.site import Camera, CameraId, GridCell, GridId, GridLevel, Site

_STREETS = ("登州路", "延吉路", "台东一路", "威海路", "昌平路", "利津路", "辽宁路", "聊城路", "热河路", "上海路")  # fmt: skip
_SPOTS = ("东门", "路口球机", "步行街北口", "菜市场", "广场枪机", "停车场")
_OWNERS = ("公安/一所", "公安/二所", "城管/市北", "物业/万科", "教育/实验小学", "")
_COMMUNITIES, _CELLS = 10, 5
#: Streets of the district, as many as Gulou has (DOMAIN §1).
_STREET_COUNT = 7


def large_site(folder: Path, camera_count: int = 10_000) -> Site:
    """A site without places: streets, communities and cells by id, cameras spread over them."""
    chance = random.Random(4)
    cells = []
    for street in range(_STREET_COUNT):
        above = GridId(f"S{street}")
        name = f"{_STREETS[street]}街道"
        cells.append(GridCell(above, GridLevel.STREET, name, None, None, ()))
        for community in range(_COMMUNITIES):
            middle = GridId(f"{above}C{community}")
            name = f"{_STREETS[(street + community) % 10]}第{community + 1}社区"
            cells.append(GridCell(middle, GridLevel.COMMUNITY, name, above, None, ()))
            for cell in range(_CELLS):
                name = f"单元网格{cell + 1}"
                below = GridId(f"{middle}G{cell}")
                cells.append(GridCell(below, GridLevel.CELL, name, middle, None, ()))
    homes = [cell.id for cell in cells if cell.level is GridLevel.CELL]
    cameras = tuple(
        Camera(
            CameraId(f"cam-{number:05d}"),
            f"{chance.choice(_STREETS)}{chance.randint(1, 400)}号{chance.choice(_SPOTS)}",
            f"rtsp://10.{number // 4096}.{number // 16 % 256}.{number % 16}/main",
            group=chance.choice(_OWNERS) or None,
            grid_id=homes[number % len(homes)],
        )
        for number in range(1, camera_count + 1)
    )
    return Site(folder, "市北区", cameras=cameras, grid=tuple(cells))
