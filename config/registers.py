"""CSV registers to values: cameras, inspectors, items, dispatch rules, checkpoints.

Each reader tells every mistake of its file and returns the rows that are whole. References
between registers are checked in `config.references`. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from config.csv_register import Row, read_rows
from config.environment import expanded
from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.site import (
    Camera,
    CameraId,
    Checkpoint,
    Datum,
    DeviceId,
    DispatchRule,
    GridId,
    Inspector,
    InspectorId,
    Item,
    ItemCode,
    LimitUnit,
    UnitName,
)
from config.travel import Travel

#: File name → (columns, required columns). The order is the order in which files are written.
REGISTER_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cameras.csv": (
        ("id", "name", "main_url", "sub_url", "lat", "lon", "bearing_deg", "fov_deg", "grid_id",
         "group", "ptz_url", "enabled"),
        ("id", "name", "main_url"),
    ),
    "inspectors.csv": (
        ("id", "name", "phone", "role", "grid_id", "device_id", "shift", "travel"),
        ("id", "name"),
    ),
    "items.csv": (
        ("code", "name_zh", "name_en", "unit_rule", "limit_value", "limit_unit", "standard"),
        ("code", "name_zh"),
    ),
    "rules.csv": (("item_code", "grid_id", "unit", "priority"), ("item_code", "unit")),
    "checkpoints.csv": (
        ("id", "class", "name", "lat", "lon", "grid_id", "inspector_id"),
        ("id", "class", "name", "lat", "lon"),
    ),
}  # fmt: skip
STREAM_SCHEMES = ("rtsp", "rtsps", "rtmp", "http", "https", "udp", "srt", "file")
PTZ_SCHEMES = ("http", "https", "onvif")
#: How limit units are also written in Chinese tables (GB/T 30428 working systems).
_LIMIT_ALIASES = {
    "分钟": LimitUnit.MINUTE,
    "工作时": LimitUnit.WORKING_HOUR,
    "紧急工作时": LimitUnit.URGENT_WORKING_HOUR,
    "工作日": LimitUnit.WORKING_DAY,
}


#: How an inspector travels, as the register may say it.
_TRAVEL = {travel.value: travel for travel in Travel} | {
    "步行": Travel.WALKING,
    "电动车": Travel.E_BIKE,
    "电动自行车": Travel.E_BIKE,
}


def _rows(file: str, content: bytes, problems: FileProblems) -> list[Row]:
    columns, required = REGISTER_COLUMNS[file]
    return list(read_rows(content, columns, required, problems))


def read_cameras(
    content: bytes, datum: Datum, environment: Mapping[str, str], problems: FileProblems
) -> tuple[Camera, ...]:
    """cameras.csv; URLs with their secrets filled in."""
    cameras = []
    for row in _rows("cameras.csv", content, problems):
        camera = _camera(row, datum, environment)
        if camera is not None:
            cameras.append(camera)
    return tuple(cameras)


def _camera(row: Row, datum: Datum, environment: Mapping[str, str]) -> Camera | None:
    identity, name = row.identity("id"), row.required("name")
    main_url = _url(row, "main_url", STREAM_SCHEMES, environment)
    if main_url is None and row.text("main_url") is None:
        row.required("main_url")
    sub_url = _url(row, "sub_url", STREAM_SCHEMES, environment)
    place = row.place(datum)
    bearing_deg = row.number("bearing_deg", -360, 360, "degrees clockwise from north")
    fov_deg = row.number("fov_deg", 0.1, 360, "an angle in degrees")
    ptz_url = _url(row, "ptz_url", PTZ_SCHEMES, environment)
    enabled = row.flag("enabled", True)
    grid_id = row.reference("grid_id", Noun.CELL)
    if identity is None or name is None or main_url is None:
        return None
    return Camera(
        id=CameraId(identity),
        name=name,
        main_url=main_url,
        sub_url=sub_url,
        place=place,
        bearing_deg=None if bearing_deg is None else bearing_deg % 360,
        fov_deg=fov_deg,
        grid_id=GridId(grid_id) if grid_id else None,
        group=row.text("group"),
        ptz_url=ptz_url,
        enabled=enabled,
    )


def _url(
    row: Row, column: str, schemes: tuple[str, ...], environment: Mapping[str, str]
) -> str | None:
    """The URL with its environment references filled in; a message never shows credentials."""
    cell = row.text(column)
    if cell is None:
        return None
    url, missing = expanded(cell, environment)
    for name in missing:
        row.error(column, f"${{{name}}}, which is not set", f"environment variable {name}")
    if missing:
        return None
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        row.error(column, f"a URL that cannot be read ({error})", "scheme://host:port/path")
        return None
    if parts.scheme not in schemes:
        found = f"scheme {shown(parts.scheme)}" if "://" in url else "text without a scheme"
        row.error(column, found + did_you_mean(parts.scheme, schemes), f"{one_of(schemes)}://…")
        return None
    if not host and parts.scheme != "file":
        row.error(column, f"{parts.scheme}:// without a host", f"{parts.scheme}://host/path")
        return None
    return url


def canonical_device_id(device_id: str) -> str:
    """Device ids compare without leading zeros (CONTRACT §3)."""
    return device_id.lstrip("0") or "0"


def read_inspectors(content: bytes, problems: FileProblems) -> tuple[Inspector, ...]:
    """inspectors.csv; of two rows with one device the first keeps it."""
    devices: dict[str, int] = {}
    inspectors = []
    for row in _rows("inspectors.csv", content, problems):
        inspector = _inspector(row, devices)
        if inspector is not None:
            inspectors.append(inspector)
    return tuple(inspectors)


def _travel(row: Row) -> Travel | None:
    word = row.text("travel")
    if word is None:
        return None
    known = _TRAVEL.get(word.strip().lower())
    if known is None:
        row.error("travel", shown(word), one_of([travel.value for travel in Travel]))
    return known


def _inspector(row: Row, devices: dict[str, int]) -> Inspector | None:
    identity, name = row.identity("id"), row.required("name")
    device_id, shift, grid_id = (
        row.text("device_id"),
        row.hours("shift"),
        row.reference("grid_id", Noun.CELL),
    )
    if device_id is not None:
        first = devices.setdefault(canonical_device_id(device_id), row.line)
        if first != row.line:
            found = f"device {shown(device_id)} again (line {first} keeps it)"
            row.warning("device_id", found, "each device once")
            device_id = None
    travel = _travel(row)
    if identity is None or name is None:
        return None
    return Inspector(
        travel=travel,
        id=InspectorId(identity),
        name=name,
        phone=row.text("phone"),
        role=row.text("role"),
        grid_id=GridId(grid_id) if grid_id else None,
        device_id=DeviceId(device_id) if device_id else None,
        shift=shift,
    )


def read_items(content: bytes, problems: FileProblems) -> tuple[Item, ...]:
    """items.csv; an item without an English name uses the Chinese one."""
    items = []
    for row in _rows("items.csv", content, problems):
        code, name_zh = row.identity("code"), row.required("name_zh")
        limit_value = row.number("limit_value", 0.01, 100_000, "a limit above 0,")
        limit_unit = row.choice("limit_unit", LimitUnit, _LIMIT_ALIASES)
        if code is None or name_zh is None:
            continue
        items.append(
            Item(
                code=ItemCode(code),
                name_zh=name_zh,
                name_en=row.text("name_en") or name_zh,
                unit_rule=row.text("unit_rule"),
                limit_value=4.0 if limit_value is None else limit_value,
                limit_unit=limit_unit or LimitUnit.WORKING_HOUR,
                standard=row.text("standard"),
            )
        )
    return tuple(items)


#: `item_code` of a dispatch rule that holds for every item.
ANY_ITEM = ItemCode("*")


def read_rules(content: bytes, problems: FileProblems) -> tuple[DispatchRule, ...]:
    """rules.csv; item `*` means every item, an empty grid cell means everywhere."""
    rules = []
    for row in _rows("rules.csv", content, problems):
        item_code, unit = row.required("item_code"), row.required("unit")
        grid_id = row.reference("grid_id", Noun.CELL)
        if item_code != ANY_ITEM:
            row.reference("item_code", Noun.ITEM)
        priority = row.number("priority", -1_000_000, 1_000_000, "a whole number")
        if priority is not None and priority != int(priority):
            row.error("priority", shown(row.text("priority")), "a whole number")
        if item_code is None or unit is None:
            continue
        rules.append(
            DispatchRule(
                item_code=ItemCode(item_code),
                grid_id=GridId(grid_id) if grid_id else None,
                unit=UnitName(unit),
                priority=int(priority or 0),
            )
        )
    return tuple(rules)


def read_checkpoints(
    content: bytes, datum: Datum, problems: FileProblems
) -> tuple[Checkpoint, ...]:
    """checkpoints.csv (实测点)."""
    checkpoints = []
    for row in _rows("checkpoints.csv", content, problems):
        identity, kind, name = row.identity("id"), row.required("class"), row.required("name")
        grid_id = row.reference("grid_id", Noun.CELL)
        inspector_id = row.reference("inspector_id", Noun.INSPECTOR)
        place = row.place(datum)
        if place is None and row.text("lat") is None and row.text("lon") is None:
            row.error("lat", "an empty cell", "a place: a check point is nothing without one")
        if identity is None or kind is None or name is None or place is None:
            continue
        checkpoints.append(
            Checkpoint(
                id=identity,
                checkpoint_class=kind,
                name=name,
                place=place,
                grid_id=GridId(grid_id) if grid_id else None,
                inspector_id=InspectorId(inspector_id) if inspector_id else None,
            )
        )
    return tuple(checkpoints)
