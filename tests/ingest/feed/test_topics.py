"""Topics of CONTRACT §5, from events whose places are known, unknown or nonsense."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from config.geometry import GeoPoint
from config.site import CameraId, GridId
from ingest.feed.envelope import Event
from ingest.feed.topics import NoStreets, SubjectInvalid, topic_of


class OneStreet:
    """Camera cam-1 and area cell-1 are in street S3; so is everything east of 120°."""

    def street_of_camera(self, camera_id: CameraId) -> GridId | None:
        return GridId("S3") if camera_id == "cam-1" else None

    def street_of_grid(self, grid_id: GridId) -> GridId | None:
        return GridId("S3") if grid_id == "cell-1" else None

    def street_at(self, place: GeoPoint) -> GridId | None:
        return GridId("S3") if place.lon_deg > 120 else None


def event(type_: str, **data: Any) -> Event:
    return Event(
        id="1", source="/t", type=type_, time="2026-01-01T00:00:00Z",
        data=Raw(msgspec.json.encode(data)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "data", "topic"),
    [
        ("gridwall.alert.raised.v1", {"kind": "smoke", "camera_id": "cam-1"},
         "alert.smoke.S3.cam-1"),
        ("gridwall.alert.cleared.v1", {"kind": "fire", "camera_id": "a.b"}, "alert.fire.-.a%2Eb"),
        ("gridwall.case.file.v1", {"grid_id": "cell-1", "case_id": "C1"}, "case.file.S3.C1"),
        ("gridwall.case.note.v1", {"case_id": "C1", "lat_deg": 36.0, "lon_deg": 121.0},
         "case.note.S3.C1"),
        ("gridwall.ticket.received.v1", {"source": "open311", "ticket_id": "t"},
         "ticket.open311.-.t"),
        ("gridwall.camera.health.v1", {"camera_id": "cam-1"}, "camera.health.S3.cam-1"),
        ("gridwall.scene.pushed.v1", {"to": "wall-1", "scene": "s"}, "scene.pushed.wall-1.s"),
        ("gridwall.register.changed.v1", {"register": "zones"}, "register.changed.zones.-"),
        ("gridwall.position.fixed.v1",
         {"fixes": [{"lat_deg": 36.0, "lon_deg": 121.0}, {"lat_deg": 36.1, "lon_deg": 121.0}]},
         "position.fixed.S3.-"),
        ("gridwall.position.fixed.v1",
         {"fixes": [{"lat_deg": 36.0, "lon_deg": 121.0}, {"lat_deg": 36.1, "lon_deg": 1.0}]},
         "position.fixed.-.-"),
        ("gridwall.alert.raised.v1", {"kind": "smoke", "lat_deg": 1e9, "lon_deg": 0.0},
         "alert.smoke.-.-"),
    ],
)  # fmt: skip
def test_topic_has_the_words_of_the_contract(type_: str, data: dict[str, Any], topic: str) -> None:
    assert topic_of(event(type_, **data), OneStreet()) == topic


def test_a_word_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(SubjectInvalid):
        topic_of(event("gridwall.alert.raised.v1", camera_id=7), NoStreets())
