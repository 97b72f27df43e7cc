"""Values for seat tests: a small site, cases, alerts, positions, and the events that carry them. No Qt."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Raw

from config.geometry import GeoPoint, ImagePoint, moved
from config.site import (
    Calibration,
    CalibrationPair,
    Camera,
    CameraId,
    DeviceId,
    GridCell,
    GridId,
    GridLevel,
    Inspector,
    InspectorId,
    Site,
    UnitName,
)
from console.desk.case import CaseData, CaseId, CaseState
from console.state.snapshot_parts import SnapshotParts
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.positions.fix import PositionEntry, PositionFixedData
from vision.alerts import AlertData, AlertKind

CENTRE = GeoPoint(36.0895, 120.3690)
NAMES = (
    "延吉路口东北角",
    "台东步行街北口",
    "登州路中段",
    "威海路桥下",
    "昌平路菜市场",
    "利津路广场",
)
PEOPLE = (("王建国", 0.0), ("李晓梅", 90.0), ("Müller-Şahin Ayşe", 200.0), ("赵磊", 310.0))


def camera_id(number: int) -> CameraId:
    return CameraId(f"cam-{number:04d}")


def fake_site(folder: Path, camera_count: int = 6) -> Site:
    """A small site around `CENTRE`."""
    cameras = tuple(
        Camera(
            id=camera_id(number),
            name=NAMES[(number - 1) % len(NAMES)],
            main_url=f"rtsp://127.0.0.1/{number}",
            place=moved(CENTRE, 140.0 * ((number - 1) % 3), 120.0 * ((number - 1) // 3)),
            bearing_deg=float(number * 50 % 360),
            fov_deg=62.0,
            group="switch A",
        )
        for number in range(1, camera_count + 1)
    )
    first = cameras[0].place
    assert first is not None
    ground = [moved(first, east, north) for east, north in ((10, 10), (30, 10), (30, 40), (10, 40))]
    corners = ((0.1, 0.9), (0.9, 0.9), (0.7, 0.3), (0.3, 0.3))
    pairs = tuple(
        CalibrationPair(ImagePoint(*corner), place)
        for corner, place in zip(corners, ground, strict=True)
    )
    ring = tuple(
        moved(CENTRE, x, y) for x, y in ((-200, -150), (450, -150), (450, 350), (-200, 350))
    )
    return Site(
        folder=folder,
        name="市北区登州路街道",
        cameras=cameras,
        calibrations=(Calibration(cameras[0].id, pairs),),
        grid=(
            GridCell(
                GridId("37020300100000"),
                GridLevel.STREET,
                "登州路街道",
                None,
                UnitName("登州路街道办事处"),
                (ring,),
            ),
        ),
        inspectors=tuple(
            Inspector(InspectorId(f"insp-{number}"), name, phone=f"1380000000{number}")
            for number, (name, _heading) in enumerate(PEOPLE, start=1)
        ),
    )


def case(number: int, *, now_utc_ns: int, kind: str = "parking", state: CaseState = CaseState.PROPOSED,
         age_s: float = 120.0, limit_s: float = 600.0, priority: int = 3, version: int = 1,
         camera: int = 1, inspector_id: str | None = None, with_place: bool = True) -> CaseData:  # fmt: skip
    """A case that was opened `age_s` ago; its step limit began then."""
    place = moved(CENTRE, 20.0 + 61.0 * number % 300, 35.0 * number % 220)
    opened = now_utc_ns - round(age_s * 1e9)
    return CaseData(
        case_id=CaseId(f"2026-{number:06d}"),
        state=state,
        act="propose",
        actor="system",
        item_code=None,
        grid_id=GridId("37020300100000"),
        unit=UnitName("登州路综合执法中队"),
        inspector_id=InspectorId(inspector_id) if inspector_id else None,
        lat_deg=place.lat_deg if with_place else None,
        lon_deg=place.lon_deg if with_place else None,
        step_due_utc=utc_text(opened + round(limit_s * 1e9)),
        whole_due_utc=None,
        version=version,
        alert_ids=(f"alert-{number}",),
        note="",
        opened_utc=utc_text(opened),
        step_started_utc=utc_text(opened),
        kind=kind,
        priority=priority,
        camera_id=camera_id(camera),
        snapshot=picture_sha(number),
    )


def alert(number: int, *, now_utc_ns: int, kind: AlertKind = AlertKind.PARKING, camera: int = 1) -> AlertData:  # fmt: skip
    place = moved(CENTRE, 20.0 + 61.0 * number % 300, 35.0 * number % 220)
    return AlertData(
        alert_id=f"alert-{number}",
        kind=kind,
        camera_id=camera_id(camera),
        zone_id=None,
        since_utc=utc_text(now_utc_ns - 120_000_000_000),
        box_norm=(0.35, 0.4, 0.62, 0.8),
        score=0.9,
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        place_error_m=2.0,
        snapshot=picture_sha(number),
        crop=picture_sha(number + 1000),
        clip=None,
        model="test",
        rule="parking/1",
    )


def position(
    number: int, *, now_utc_ns: int, age_s: float = 3.0, live: bool = True
) -> PositionEntry:
    place = moved(CENTRE, 70.0 * number, 45.0 * number)
    return PositionEntry(
        inspector_id=InspectorId(f"insp-{number}"),
        device_id=DeviceId(f"dev-{number}"),
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        speed_mps=1.2 if number != 2 else 0.0,
        course_deg=PEOPLE[number - 1][1],
        accuracy_m=5.0,
        fix_utc=utc_text(now_utc_ns - round(age_s * 1e9)),
        source="osmand",
        live=live,
    )


def snapshot(cases: Sequence[CaseData], alerts: Sequence[AlertData], people: Sequence[PositionEntry]) -> SnapshotParts:  # fmt: skip
    raw = msgspec.json.encode
    return SnapshotParts(
        cases=tuple(Raw(raw(one)) for one in cases),
        alerts=tuple(Raw(raw(one)) for one in alerts),
        positions=tuple(Raw(raw(one)) for one in people),
    )


def case_event(data: CaseData, now_utc_ns: int) -> Event:
    return new_event(Noun.CASE, data.act, data, source="hub", utc_ns=now_utc_ns)


def position_event(entries: Sequence[PositionEntry], now_utc_ns: int) -> Event:
    data = PositionFixedData(tuple(entries))
    return new_event(Noun.POSITION, "fixed", data, source="gateway", utc_ns=now_utc_ns)


def picture_sha(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()
