"""Writes the demonstration city as a site folder (CONTRACT §3): the registers of a real centre.

Zones and calibration come from the exact geometry of the cameras. Overwrites the registers it
writes, touches nothing else in the folder. Every limit is ≤ 15 s (CONTRACT §2).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon, box

from config.geometry import GeoPoint
from config.site import GridId, GridLevel
from console.demo.areas import areas, cell_at
from console.demo.cameras import CAMERAS, Happening, StreetCamera
from console.demo.city import SITE_NAME, to_geo
from console.demo.roster import CHECKPOINTS, FENCES, INSPECTORS, ITEMS, ROUNDS, RULES
from console.demo.streets_file import write_streets

#: Limits of the demonstration's zones, seconds.
SMOKE_LIMIT_S = 3.0
PARKING_LIMIT_S = 10.0
STALL_LIMIT_S = 8.0
#: The lane before the traffic lights: longer than a red phase of the film (8 s).
RED_LIGHT_LIMIT_S = 15.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DemoAddresses:
    """Where the demonstration's processes listen; all loopback."""

    intake: str = "tcp://127.0.0.1:7400"
    feed: str = "tcp://127.0.0.1:7401"
    query: str = "tcp://127.0.0.1:7402"
    http: str = "127.0.0.1:7480"
    jt808: str = "127.0.0.1:7408"
    rtsp_port: int = 8554


@dataclass(frozen=True, slots=True)
class ZoneArea:
    """A zone before it is written: polygon in 0..1 of the picture."""

    zone_id: str
    camera_id: str
    kind: str
    limit_s: float
    polygon: tuple[Point, ...]


#: Zones keep away from the picture's edges: a vehicle that is cut off there has no place.
WHOLE_VEHICLES = (0.07, 0.0, 0.93, 0.96)


def picture_polygon(camera: StreetCamera, ground: Sequence[Point]) -> tuple[Point, ...]:
    """A ground polygon (city frame) as seen, cut to the picture; empty when out of sight."""
    points = []
    for (ax, ay), (bx, by) in zip(ground, [*ground[1:], ground[0]], strict=True):
        for step in range(8):
            at = camera.view.project(ax + (bx - ax) * step / 8, ay + (by - ay) * step / 8)
            if at is not None:
                points.append(at)
    if len(points) < 3:
        return ()
    seen = Polygon(points).buffer(0).intersection(box(*WHOLE_VEHICLES)).simplify(0.004)
    if seen.is_empty or seen.geom_type != "Polygon":
        return ()
    ring = list(seen.exterior.coords)[:-1]
    return tuple((round(x, 4), round(y, 4)) for x, y in ring)


def _strip(
    camera: StreetCamera, side: int, inner_m: float, outer_m: float, near_m: float, far_m: float
) -> list[Point]:
    """A ground strip along one side of the camera's street."""
    return [
        camera.ahead(near_m, side * inner_m),
        camera.ahead(far_m, side * inner_m),
        camera.ahead(far_m, side * outer_m),
        camera.ahead(near_m, side * outer_m),
    ]


def zones_of(camera: StreetCamera) -> list[ZoneArea]:
    """Zones of one camera: smoke everywhere, kerbs and pavements by what the street is like."""
    found = []
    profile = camera.street.profile
    half, pavement = profile.half_width_m, profile.pavement_m

    def add(kind: str, suffix: str, limit_s: float, polygon: tuple[Point, ...]) -> None:
        if polygon:
            zone_id = f"{camera.camera_id}-{suffix}"
            found.append(ZoneArea(zone_id, camera.camera_id, kind, limit_s, polygon))

    whole = ((0.0, 0.09), (1.0, 0.09), (1.0, 1.0), (0.0, 1.0))
    add("smoke_watch", "smoke", SMOKE_LIMIT_S, whole)
    side = camera.happening_side
    kerb = _strip(camera, side, half - 2.7, half + 0.5, 10.0, 36.0)
    if camera.happening is not Happening.STALL:
        limit_s = RED_LIGHT_LIMIT_S if camera.happening is Happening.RED_LIGHT else PARKING_LIMIT_S
        add("no_parking", "kerb", limit_s, picture_polygon(camera, kerb))
    trading = _strip(camera, side, half - 0.2, half + pavement, 9.0, 32.0)
    if camera.happening not in {Happening.PARKING, Happening.RED_LIGHT}:
        add("no_trading", "pavement", STALL_LIMIT_S, picture_polygon(camera, trading))
    return found


def calibration_pairs(camera: StreetCamera) -> list[tuple[float, float, GeoPoint]]:
    """Spots on the street that the camera sees, in the picture and on the ground."""
    half = camera.street.profile.half_width_m
    pairs = []
    for ahead_m in (9.0, 14.0, 22.0, 36.0, 60.0):
        for offset_m in (-half, 0.0, half):
            x, y = camera.ahead(ahead_m, offset_m)
            seen = camera.view.project(x, y)
            if seen is not None and 0.02 < seen[0] < 0.98 and 0.02 < seen[1] < 0.98:
                pairs.append((round(seen[0], 5), round(seen[1], 5), to_geo(x, y)))
    return pairs


def write_site(folder: Path, addresses: DemoAddresses, *, language: str = "zh_CN") -> None:
    """Writes every register of the demonstration to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_site_toml(folder, addresses, language=language)
    _write_cameras(folder, addresses)
    _write_zones(folder, [zone for camera in CAMERAS for zone in zones_of(camera)])
    _write_calibration(folder)
    _write_grid(folder)
    _write_people_and_rules(folder)
    write_streets(folder / "streets.osm.pbf")


def write_site_toml(
    folder: Path, addresses: DemoAddresses, *, name: str = SITE_NAME, language: str = "zh_CN"
) -> None:
    """site.toml with the demonstration's addresses."""
    lines = [
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f'language = "{language}"',
        'coordinates = "wgs84"',
        "",
        "[hub]",
        f'intake = "{addresses.intake}"',
        f'feed = "{addresses.feed}"',
        f'query = "{addresses.query}"',
        f'http = "{addresses.http}"',
        f'jt808 = "{addresses.jt808}"',
        "",
        "# Smoke and fire come to the last two tiles of the wall: the camera, and the next best view.",
        "[[linkage.region]]",
        'kinds = ["smoke", "fire"]',
        "tiles = [5, 6]",
        "priority = 1",
        "views = 2",
    ]
    (folder / "site.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_rows(path: Path, header: str, rows: Iterable[Sequence[Any]]) -> None:
    """One register as UTF-8 CSV; None is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        for row in rows:
            writer.writerow(["" if cell is None else cell for cell in row])


CAMERA_COLUMNS = (
    "id,name,main_url,sub_url,lat,lon,bearing_deg,fov_deg,grid_id,group,ptz_url,enabled"
)


def _write_cameras(folder: Path, addresses: DemoAddresses) -> None:
    rows = []
    for camera in CAMERAS:
        url = f"rtsp://127.0.0.1:{addresses.rtsp_port}/{camera.camera_id}"
        place, view = camera.place, camera.view
        cell = cell_at(view.x_m, view.y_m)
        rows.append(
            (
                camera.camera_id,
                camera.name,
                url,
                None,
                f"{place.lat_deg:.7f}",
                f"{place.lon_deg:.7f}",
                f"{camera.bearing_deg:.1f}",
                f"{view.fov_deg:.1f}",
                cell,
                camera.street.name,
                None,
                "true",
            )
        )
    write_rows(folder / "cameras.csv", CAMERA_COLUMNS, rows)


def _write_zones(folder: Path, zones: Iterable[ZoneArea]) -> None:
    blocks = ["# Zones of the demonstration city; picture coordinates 0..1.\n"]
    for zone in zones:
        ring = ", ".join(f"[{x}, {y}]" for x, y in zone.polygon)
        blocks.append(
            f'[[zone]]\nid = "{zone.zone_id}"\ncamera = "{zone.camera_id}"\n'
            f'kind = "{zone.kind}"\nlimit_s = {zone.limit_s}\npolygon = [{ring}]\n'
        )
    (folder / "zones.toml").write_text("\n".join(blocks), encoding="utf-8")


def write_default_zones(folder: Path, camera_ids: Iterable[str]) -> None:
    """Every kind of zone over the whole picture, for cameras nobody has drawn zones for."""
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    limits = {"smoke_watch": SMOKE_LIMIT_S, "no_parking": 15.0, "no_trading": 15.0}
    _write_zones(
        folder,
        [
            ZoneArea(f"{camera_id}-{kind}", camera_id, kind, limit_s, whole)
            for camera_id in camera_ids
            for kind, limit_s in limits.items()
        ],
    )


def _write_calibration(folder: Path) -> None:
    blocks = []
    for camera in CAMERAS:
        pairs = ",\n  ".join(
            f"[{x}, {y}, {place.lat_deg:.7f}, {place.lon_deg:.7f}]"
            for x, y, place in calibration_pairs(camera)
        )
        blocks.append(f'[[camera]]\nid = "{camera.camera_id}"\npairs = [\n  {pairs},\n]\n')
    (folder / "calibration.toml").write_text("\n".join(blocks), encoding="utf-8")


def _write_grid(folder: Path) -> None:
    features = []
    for area in areas():
        ring = [[round(p.lon_deg, 7), round(p.lat_deg, 7)] for p in area.ring]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "id": area.grid_id,
                    "level": area.level.value,
                    "name": area.name,
                    "parent": area.parent,
                    "unit": area.unit,
                },
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            }
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / "grid.geojson").write_text(text, encoding="utf-8")


def _write_people_and_rules(folder: Path) -> None:
    write_rows(
        folder / "inspectors.csv",
        "id,name,phone,role,grid_id,device_id,shift",
        [
            (
                person.inspector_id,
                person.name,
                person.phone,
                "网格员",
                cell_at(person.x_m, person.y_m),
                person.device_id,
                None,
            )
            for person in INSPECTORS
        ],
    )
    write_items(folder, _rules())
    _write_patrols(folder)
    write_rows(
        folder / "checkpoints.csv",
        "id,class,name,lat,lon,grid_id,inspector_id",
        [
            (
                number,
                kind,
                name,
                f"{to_geo(x, y).lat_deg:.7f}",
                f"{to_geo(x, y).lon_deg:.7f}",
                cell_at(x, y),
                inspector,
            )
            for number, kind, name, x, y, inspector in CHECKPOINTS
        ],
    )


def _write_patrols(folder: Path) -> None:
    """Two rounds a day and a joint one (DOMAIN §1), and a fence around the square of the old town."""
    rounds = [
        _table("round", id=number, name=name, hours=hours, **more)
        for number, name, hours, more in ROUNDS
    ]
    (folder / "rounds.toml").write_text("\n".join(rounds), encoding="utf-8")
    fences = []
    for number, name, corners in FENCES:
        places = [to_geo(x, y) for x, y in corners]
        ring = [[round(place.lat_deg, 7), round(place.lon_deg, 7)] for place in places]
        fences.append(_table("fence", id=number, name=name, ring=ring))
    (folder / "fences.toml").write_text("\n".join(fences), encoding="utf-8")


def _table(kind: str, **values: Any) -> str:
    """One TOML table; JSON writes such values as TOML does."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([f"[[{kind}]]", *lines, ""])


def write_items(folder: Path, rules: Iterable[Sequence[Any]]) -> None:
    """items.csv and rules.csv."""
    write_rows(
        folder / "items.csv",
        "code,name_zh,name_en,unit_rule,limit_value,limit_unit,standard",
        ITEMS,
    )
    write_rows(folder / "rules.csv", "item_code,grid_id,unit,priority", rules)


def _rules() -> list[tuple[str, GridId | None, str, int]]:
    """Dispatch rules for the whole district, then each subdistrict's own team for street order."""
    rows: list[tuple[str, GridId | None, str, int]] = [
        (code, None, unit, 0) for code, unit in RULES
    ]
    for area in areas():
        if area.level is GridLevel.STREET:
            rows += [
                (code, area.grid_id, f"{area.name}综合执法队", 5)
                for code in ("0505", "0506", "0501", "0504")
            ]
    return rows
