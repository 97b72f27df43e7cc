"""Tracks from files: GPX and CSV, and what is no track says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import Misconfigured
from ingest.positions.replay import read_track

GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="36.1" lon="120.3"><time>2025-06-01T08:00:10Z</time></trkpt>
<trkpt lat="36.2" lon="120.4"><ele>3</ele><time>2025-06-01T08:00:00Z</time></trkpt>
<trkpt lat="36.3" lon="120.5"></trkpt></trkseg></trk></gpx>"""


def test_points_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    file = tmp_path / "a.gpx"
    file.write_text(GPX)
    assert [point.place.lat_deg for point in read_track(file)] == [36.2, 36.1]


def test_a_table_may_name_its_columns_as_it_likes(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("\ufeffTimestamp,Latitude,lng\n1748764800,36.1,120.3\n", "utf-8")
    assert read_track(file)[0].place.lon_deg == 120.3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.gpx", "<gpx>"),
        ("a.gpx", "<!DOCTYPE x [<!ENTITY a 'b'>]><gpx>&a;</gpx>"),
        ("a.gpx", "<gpx/>"),
        ("a.csv", "time,lat\n1,2\n"),
        ("a.csv", "time,lat,lon\nnever,1,2\n"),
        ("a.csv", "time,lat,lon\n1748764800,91,2\n"),
        ("a.csv", ""),
    ],
)
def test_what_is_no_track_says_so(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(Misconfigured):
        read_track(file)
