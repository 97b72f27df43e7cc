"""A small whole site on disk, for tests to break in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SITE = 'name = "Test street"\nlanguage = "en"\n'
CAMERAS = (
    "id,name,main_url,sub_url,lat,lon,bearing_deg,fov_deg,grid_id,group,ptz_url,enabled\n"
    "cam-1,Harbour Road,rtsp://127.0.0.1/1,,31.2000,121.5000,90,60,S1C1,road,,true\n"
    "cam-2,Market,rtsp://127.0.0.1/2,rtsp://127.0.0.1/2s,31.2010,121.5010,,,S1C2,,,\n"
)
ZONES = """# drawn by the duty head
[[zone]]
id = "z1"
camera = "cam-1"
kind = "no_parking"
polygon = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]  # the bus stop
limit_s = 60
hours = "07:00-22:00"
days = "mon-fri"

[[zone]]
id = "z2"
camera = "cam-2"
kind = "no_trading"
polygon = [[0, 0], [1, 0], [1, 1]]
"""
CALIBRATION = """[[camera]]
id = "cam-1"
pairs = [[0.1, 0.9, 31.2000, 121.5000], [0.9, 0.9, 31.2000, 121.5003],
         [0.8, 0.5, 31.2003, 121.5003], [0.2, 0.5, 31.2003, 121.5000]]
"""
INSPECTORS = (
    "id,name,phone,role,grid_id,device_id,shift\n"
    "p1,Li,,patrol,S1C1,0861,08:00-20:00\n"
    "p2,Wang,,patrol,S1C2,862,22:00-06:00\n"
)
ITEMS = (
    "code,name_zh,name_en,unit_rule,limit_value,limit_unit,standard\n"
    "0505,机动车乱停放,Illegal parking,,2,working_hour,cleared\n"
    "0501,无照经营游商,Street stall,,1,urgent_working_hour,gone\n"
)
RULES = (
    "item_code,grid_id,unit,priority\n0505,,Traffic police,0\n0501,S1,Street office,1\n*,,Duty,-1\n"
)
CHECKPOINTS = (
    "id,class,name,lat,lon,grid_id,inspector_id\nk1,hydrant,Hydrant 1,31.2001,121.5001,S1C1,p1\n"
)


def square(west: float, south: float, size: float) -> list[list[float]]:
    """A closed ring of [lon, lat]."""
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(
    identity: str, level: str, parent: str | None, ring: list[list[float]]
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "id": identity,
            "level": level,
            "name": identity,
            "parent": parent,
            "unit": "U",
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def grid_features() -> list[dict[str, Any]]:
    return [
        feature("S1", "street", None, square(121.499, 31.199, 0.004)),
        feature("S1C1", "cell", "S1", square(121.499, 31.199, 0.0015)),
        feature("S1C2", "cell", "S1", square(121.5005, 31.2, 0.0015)),
        feature("S1C3", "cell", "S1", square(121.5025, 31.2025, 0.0005)),
    ]


def grid_text(features: list[dict[str, Any]]) -> str:
    """One feature a line, the first in line 2."""
    lines = ",\n".join(json.dumps(entry) for entry in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def write_site(folder: Path, **changed: str | bytes | None) -> Path:
    """A valid site; `cameras="…"` replaces a file's text, None leaves the file out."""
    files: dict[str, str | bytes | None] = {
        "site": SITE,
        "cameras": CAMERAS,
        "zones": ZONES,
        "calibration": CALIBRATION,
        "grid": grid_text(grid_features()),
        "inspectors": INSPECTORS,
        "items": ITEMS,
        "rules": RULES,
        "checkpoints": CHECKPOINTS,
    }
    files.update(changed)
    suffixes = {
        "site": "toml",
        "zones": "toml",
        "calibration": "toml",
        "grid": "geojson",
        "fences": "toml",
        "rounds": "toml",
        "partners": "toml",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if content is not None:
            path = folder / f"{name}.{suffixes.get(name, 'csv')}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
