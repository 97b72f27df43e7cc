"""Tracks from files: GPX 1.0/1.1 and CSV (time, lat, lon …) played into a gateway as a device would.

Times are moved so that the first fix is now: a fix from last year would rightly be called late. Runs
in the caller's thread.
"""

from __future__ import annotations

import csv
import http.client
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

from msgspec import Struct

from config.geometry import GeoPoint
from ingest.errors import Misconfigured, RetryLater
from ingest.positions.reading import FixInvalid, place, utc_ns
from ingest.stop import StopToken

FILE_MOST_BYTES = 64 << 20
HTTP_S = 10.0
#: Names of CSV columns, the first that is there counts.
COLUMNS = {
    "time": ("time", "timestamp", "utc"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
}


class TrackPoint(Struct, frozen=True):
    utc_ns: int
    place: GeoPoint


def read_track(file: Path) -> list[TrackPoint]:
    """The points of a file in the order of their times. Raises Misconfigured."""
    try:
        if file.stat().st_size > FILE_MOST_BYTES:
            raise Misconfigured(f"{file} is longer than {FILE_MOST_BYTES >> 20} MiB")
        read = _gpx if file.suffix.lower() == ".gpx" else _csv
        points = sorted(read(file), key=lambda point: point.utc_ns)
    except (OSError, FixInvalid, ElementTree.ParseError, UnicodeDecodeError, csv.Error) as error:
        raise Misconfigured(f"{file} cannot be read as a track: {error}") from error
    if not points:
        raise Misconfigured(f"{file} holds no points with a time")
    return points


def _gpx(file: Path) -> list[TrackPoint]:
    points = []
    text = file.read_text("utf-8-sig")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FixInvalid("a GPX file needs no document type; this one is not taken")
    for element in ElementTree.fromstring(text).iter():
        if element.tag.rpartition("}")[2] not in ("trkpt", "wpt", "rtept"):
            continue
        stamp = next((c.text for c in element if c.tag.rpartition("}")[2] == "time"), None)
        if stamp is not None:
            points.append(TrackPoint(utc_ns(stamp), place(element.get("lat"), element.get("lon"))))
    return points


def _csv(file: Path) -> list[TrackPoint]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        names = {name.strip().lower(): name for name in rows.fieldnames or ()}
        found = {
            key: next((names[n] for n in known if n in names), None)
            for key, known in COLUMNS.items()
        }
        missing = [key for key, name in found.items() if name is None]
        if missing:
            raise FixInvalid(f"the columns {', '.join(missing)} are missing")
        return [
            TrackPoint(
                utc_ns(row[str(found["time"])]),
                place(row[str(found["lat"])], row[str(found["lon"])]),
            )
            for row in rows
        ]


def play(
    track: list[TrackPoint],
    device_id: str,
    http_address: str,
    *,
    speed: float = 1.0,
    stop: StopToken | None = None,
) -> dict[str, int]:
    """Sends the track to /osmand at `speed` times its own pace; what became of the fixes, counted.

    Raises:
        RetryLater: the gateway is away.
    """
    stop = stop or StopToken()
    began_s, now_ns = time.monotonic(), time.time_ns()
    counts: Counter[str] = Counter()
    connection = http.client.HTTPConnection(http_address, timeout=HTTP_S)
    try:
        for point in track:
            after_s = (point.utc_ns - track[0].utc_ns) / 1e9 / speed
            if stop.wait(max(0.0, began_s + after_s - time.monotonic())):
                break
            query = {
                "id": device_id,
                "lat": f"{point.place.lat_deg:.7f}",
                "lon": f"{point.place.lon_deg:.7f}",
                "timestamp": (now_ns + round(after_s * 1e9)) // 1_000_000,
            }
            connection.request("GET", f"/osmand?{urlencode(query)}")
            counts[connection.getresponse().read().decode(errors="replace").strip()[:40]] += 1
    except (OSError, http.client.HTTPException) as error:
        raise RetryLater(f"the gateway at {http_address} is away: {error}") from error
    finally:
        connection.close()
    return dict(counts)
