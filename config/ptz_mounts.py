"""ptz.toml to values: how a camera that can be turned is mounted, so that it can be aimed at a place. Pure.

Tells every mistake; returns what is whole.
"""

from __future__ import annotations

from config.csv_register import coordinates_look_swapped
from config.datum import to_wgs84
from config.problems import FileProblems, Noun, shown
from config.site import CameraId, Datum, MountPreset, PtzMount
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

#: Key → (smallest, largest, what it is).
_NUMBERS = {
    "height_m": (0.5, 500.0, "metres above the ground"),
    "home_bearing_deg": (-360.0, 360.0, "degrees clockwise from north at pan 0"),
    "pan_deg": (10.0, 720.0, "degrees from pan 0 to pan 1"),
    "tilt_zero_deg": (-90.0, 90.0, "degrees above the horizon at tilt 0"),
    "tilt_deg": (-180.0, 180.0, "degrees from tilt 0 to tilt 1"),
    "fov_wide_deg": (1.0, 180.0, "degrees across the picture at zoom 0"),
    "fov_tele_deg": (0.1, 180.0, "degrees across the picture at zoom 1"),
}
_KEYS = ("camera", "presets", *_NUMBERS)
#: A pan, a tilt and a height are three unknowns and a scale: fewer presets would fit anything.
PRESETS_LEAST = 4


def read_mounts(content: bytes, datum: Datum, problems: FileProblems) -> tuple[PtzMount, ...]:
    """ptz.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    mounts = [_mount(table, datum) for table in tables_of(document, "mount", problems)]
    return tuple(mount for mount in mounts if mount is not None)


def _mount(table: Table, datum: Datum) -> PtzMount | None:
    table.warn_unknown(_KEYS)
    camera = table.reference("camera", Noun.CAMERA)
    numbers = {key: _number(table, key) for key in _NUMBERS}
    presets = _presets(table, datum)
    if camera is None or presets is None:
        return None
    declared = numbers["height_m"] is not None and numbers["home_bearing_deg"] is not None
    if not declared and len(presets) < PRESETS_LEAST:
        found = f"{len(presets)} presets and no height_m with home_bearing_deg"
        table.error(
            "presets", found, f"both, or at least {PRESETS_LEAST} presets with their places"
        )
        return None
    given = {key: value for key, value in numbers.items() if value is not None}
    return PtzMount(camera_id=CameraId(camera), presets=presets, **given)


def _number(table: Table, key: str) -> float | None:
    value = table.values.get(key)
    if value is None:
        return None
    low, high, what = _NUMBERS[key]
    if not is_number(value) or not low <= value <= high or (key == "tilt_deg" and value == 0):
        table.error(key, shown(value), f"{what}, {low:g} to {high:g}")
        return None
    return float(value)


def _presets(table: Table, datum: Datum) -> tuple[MountPreset, ...] | None:
    raw = table.values.get("presets", [])
    if not isinstance(raw, list):
        table.error("presets", shown(raw), '[["token", lat, lon], …]')
        return None
    found = []
    for index, entry in enumerate(raw):
        name = f"preset {index + 1}"
        is_whole = (
            isinstance(entry, list)
            and len(entry) == 3
            and isinstance(entry[0], str)
            and all(map(is_number, entry[1:]))
        )
        if not is_whole:
            table.error("presets", f"{name} is {shown(entry)}", '["token", lat, lon]')
            return None
        lat, lon = float(entry[1]), float(entry[2])
        if coordinates_look_swapped(lat, lon) or abs(lat) > 90 or abs(lon) > 180:
            table.error("presets", f"{name} has lat, lon = {lat:g}, {lon:g}", "lat, lon in degrees")
            return None
        found.append(MountPreset(entry[0], to_wgs84(datum, lat, lon)))
    return tuple(found)
