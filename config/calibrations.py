"""calibration.toml to values. Tells every mistake; returns what is whole. Pure."""

from __future__ import annotations

from config.csv_register import coordinates_look_swapped
from config.datum import to_wgs84
from config.geometry import ImagePoint
from config.planar import all_on_one_line
from config.problems import FileProblems, Noun, shown
from config.site import Calibration, CalibrationPair, CameraId, Datum
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

_CALIBRATION_KEYS = ("id", "pairs")
#: Pairs nearer to one line than this give no usable ground plane (1 % of the picture).
_COLLINEAR_NORM = 0.01


def read_calibrations(
    content: bytes, datum: Datum, problems: FileProblems
) -> tuple[Calibration, ...]:
    """calibration.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    found = []
    for table in tables_of(document, "camera", problems):
        table.warn_unknown(_CALIBRATION_KEYS)
        camera, pairs = table.identity("id"), _pairs(table, datum)
        if camera is not None:
            table.reference("id", Noun.CAMERA)
        if camera is not None and pairs is not None:
            found.append(Calibration(CameraId(camera), pairs))
    return tuple(found)


def _pairs(table: Table, datum: Datum) -> tuple[CalibrationPair, ...] | None:
    raw = table.values.get("pairs")
    if not isinstance(raw, list):
        table.error("pairs", "nothing" if raw is None else shown(raw), "[[x, y, lat, lon], …]")
        return None
    pairs = [_pair(table, index, entry, datum) for index, entry in enumerate(raw)]
    whole = tuple(pair for pair in pairs if pair is not None)
    if len(whole) < len(pairs):
        return None
    if len(whole) < 4:
        table.error("pairs", f"{len(whole)} pairs", "at least 4 pairs")
        return None
    picture = [(pair.image.x_norm, pair.image.y_norm) for pair in whole]
    ground = [(pair.place.lon_deg, pair.place.lat_deg) for pair in whole]
    spread_deg = max(max(values) - min(values) for values in zip(*ground, strict=True))
    if all_on_one_line(picture, _COLLINEAR_NORM) or all_on_one_line(
        ground, _COLLINEAR_NORM * spread_deg
    ):
        table.error("pairs", "points on one line", "points spread over the ground")
        return None
    return whole


def _pair(table: Table, index: int, entry: object, datum: Datum) -> CalibrationPair | None:
    name = f"pair {index + 1}"
    if not isinstance(entry, list) or len(entry) != 4 or not all(map(is_number, entry)):
        table.error("pairs", f"{name} is {shown(entry)}", "[x, y, lat, lon]")
        return None
    x, y, lat, lon = (float(value) for value in entry)
    if not (0 <= x <= 1 and 0 <= y <= 1):
        table.error("pairs", f"{name} has x, y = {x:g}, {y:g}", "x and y in 0..1 of the picture")
        return None
    if coordinates_look_swapped(lat, lon):
        table.error("pairs", f"{name}: lat and lon look swapped", "[x, y, lat, lon]")
        return None
    if abs(lat) > 90 or abs(lon) > 180:
        table.error("pairs", f"{name} has lat, lon = {lat:g}, {lon:g}", "degrees on the globe")
        return None
    return CalibrationPair(ImagePoint(x, y), to_wgs84(datum, lat, lon))
