"""Alerts and tickets to proposals: what they are about, where, how urgent, whose.

Pure: values in, values out. An alert of another publisher may lack what ours has; only its id,
kind and camera are needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from config.directory import SiteDirectory
from config.geometry import GeoPoint
from config.settings import DeskSettings
from config.site import GridId, ItemCode, Language
from console.desk.case import CaseData, CaseId, CaseState
from console.desk.dispatch_rules import unit_for

Box = tuple[float, float, float, float]

#: Priority by kind: fire and smoke have the strip of their own (UI.md), the rest wait in the queue.
PRIORITY_BY_KIND = {"fire": 1, "smoke": 1}
ORDINARY_PRIORITY = 3
#: Kinds that are one matter when their boxes overlap.
BURNING_KINDS = frozenset({"smoke", "fire"})
#: Kind → item codes to look for, first one of the site's items wins (DOMAIN §2; a city that
#: numbers otherwise says so in site.toml [desk.items]). Compared by digits: "05/05" is "0505".
DEFAULT_ITEMS: Mapping[str, tuple[str, ...]] = {
    "smoke": ("0115", "0401", "04"),
    "fire": ("0401", "04", "0115"),
    "parking": ("0505",),
    "stall": ("0501", "0504"),
    "cycle_parking": ("0506",),
    "crowd": ("0402", "04"),
}
#: What a kind is called in a title, by the site's language.
KIND_NAMES = {
    "smoke": {Language.CHINESE: "冒烟", Language.ENGLISH: "Smoke"},
    "fire": {Language.CHINESE: "明火", Language.ENGLISH: "Fire"},
    "parking": {Language.CHINESE: "违法停车", Language.ENGLISH: "Illegal parking"},
    "stall": {Language.CHINESE: "占道摊点", Language.ENGLISH: "Street stall"},
    "cycle_parking": {
        Language.CHINESE: "非机动车乱停放",
        Language.ENGLISH: "Cycles parked in the way",
    },
    "crowd": {Language.CHINESE: "人员聚集", Language.ENGLISH: "Crowd"},
    "ticket": {Language.CHINESE: "群众诉求", Language.ENGLISH: "Citizen's report"},
    "manual": {Language.CHINESE: "视频上报", Language.ENGLISH: "Reported from video"},
}


class AlertSeen(Struct, frozen=True):
    """`data` of an alert event, as far as the desk reads it; re-encodes to a whole alert."""

    alert_id: str
    kind: str
    camera_id: str
    zone_id: str | None = None
    since_utc: str = ""
    box_norm: Box = (0.0, 0.0, 0.0, 0.0)
    score: float = 0.0
    lat_deg: float | None = None
    lon_deg: float | None = None
    place_error_m: float | None = None
    snapshot: str | None = None
    clip: str | None = None
    model: str = ""
    rule: str = ""
    crop: str | None = None
    since_before: bool = False
    limit_s: float = 0.0
    score_history: tuple[tuple[str, float], ...] = ()
    reason: str = ""


class TicketSeen(Struct, frozen=True):
    """`data` of gridwall.ticket.received.v1, as far as the desk reads it."""

    ticket_id: str
    source: str = ""
    item_code: str | None = None
    text: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    contact_ref: str | None = None
    media: str | None = None


def item_for(kind: str, directory: SiteDirectory, settings: DeskSettings) -> ItemCode | None:
    """The item of a kind: the site's own mapping, else the first known code of the defaults."""
    configured = settings.items.get(kind)
    if configured is not None:
        return ItemCode(configured)
    by_digits = {_digits(item.code): item.code for item in reversed(directory.site.items)}
    for code in DEFAULT_ITEMS.get(kind, ()):
        if code in by_digits:
            return by_digits[code]
    return None


def _digits(code: str) -> str:
    return "".join(character for character in code if character.isdigit())


def case_of_alert(
    case_id: CaseId, alert: AlertSeen, directory: SiteDirectory, settings: DeskSettings
) -> CaseData:
    """The proposal an alert makes; clocks and version come from the engine."""
    camera = directory.camera(alert.camera_id)
    place = _place(alert.lat_deg, alert.lon_deg) or (camera.place if camera else None)
    grid_id = _grid_of(place, alert.camera_id, directory)
    item_code = item_for(alert.kind, directory, settings)
    return _proposal(
        case_id,
        directory,
        kind=alert.kind,
        place=place,
        grid_id=grid_id,
        item_code=item_code,
        priority=PRIORITY_BY_KIND.get(alert.kind, ORDINARY_PRIORITY),
        title=title_of(alert.kind, camera.name if camera else alert.camera_id, directory),
        source="analysis",
        alert_ids=(alert.alert_id,),
        alert_active=True,
        camera_id=alert.camera_id,
        note=alert.reason,
        **evidence_of(alert),
    )


def case_of_ticket(case_id: CaseId, ticket: TicketSeen, directory: SiteDirectory) -> CaseData:
    """The proposal a citizen's or hotline's ticket makes."""
    place = _place(ticket.lat_deg, ticket.lon_deg)
    item = directory.item(ticket.item_code)
    text = " ".join(ticket.text.split())
    return _proposal(
        case_id,
        directory,
        kind="ticket",
        place=place,
        grid_id=_grid_of(place, None, directory),
        item_code=item.code if item else None,
        priority=ORDINARY_PRIORITY,
        title=text[:80] or title_of("ticket", ticket.source, directory),
        source=f"ticket:{ticket.source}",
        ticket_id=ticket.ticket_id,
        note=ticket.text,
        snapshot=ticket.media,
    )


def case_by_hand(
    case_id: CaseId,
    directory: SiteDirectory,
    *,
    camera_id: str | None,
    place: GeoPoint | None,
    item_code: str | None,
    title: str,
    note: str,
    priority: int,
    source: str,
) -> CaseData:
    """The proposal of a person who saw something on the wall (`source` video) or on patrol."""
    camera = directory.camera(camera_id) if camera_id else None
    place = place or (camera.place if camera else None)
    return _proposal(
        case_id,
        directory,
        kind="manual",
        place=place,
        grid_id=_grid_of(place, camera_id, directory),
        item_code=ItemCode(item_code) if item_code else None,
        priority=priority,
        title=title or title_of("manual", camera.name if camera else "", directory),
        source=source,
        camera_id=camera_id,
        note=note,
    )


def needs_check(source: str, settings: DeskSettings) -> bool:
    """Whether the site looks at the spot before it files what this source reports."""
    return any(source == name or source.startswith(f"{name}:") for name in settings.check_sources)


def title_of(kind: str, where: str, directory: SiteDirectory) -> str:
    """`Smoke · Harbour Road`, in the site's language."""
    name = KIND_NAMES.get(kind, {}).get(directory.site.language, kind)
    return f"{name} · {where}" if where else name


def evidence_of(alert: AlertSeen) -> dict[str, object]:
    """The fields of a case that an alert's evidence fills."""
    return {
        "snapshot": alert.snapshot,
        "clip": alert.clip,
        "crop": alert.crop,
        "zone_id": alert.zone_id,
        "box_norm": alert.box_norm,
        "score": alert.score,
        "place_error_m": alert.place_error_m,
    }


def newer_evidence(case: CaseData, alert: AlertSeen) -> dict[str, object]:
    """What an update brings that the case does not have yet; scores alone are no news."""
    brought = {"snapshot": alert.snapshot, "clip": alert.clip, "crop": alert.crop}
    changes: dict[str, object] = {
        name: value for name, value in brought.items() if value and value != getattr(case, name)
    }
    if case.lat_deg is None and alert.lat_deg is not None and alert.lon_deg is not None:
        changes |= {"lat_deg": alert.lat_deg, "lon_deg": alert.lon_deg}
        changes["place_error_m"] = alert.place_error_m
    if changes:
        changes |= {"box_norm": alert.box_norm, "score": alert.score}
    return changes


def joined(
    case: CaseData, alert: AlertSeen, directory: SiteDirectory, settings: DeskSettings
) -> dict[str, object]:
    """What a case takes over from a further alert of the same matter; smoke becomes fire."""
    changes: dict[str, object] = {
        "alert_ids": (*case.alert_ids, alert.alert_id),
        "alert_active": True,
        **newer_evidence(msgspec.structs.replace(case, snapshot=None, crop=None), alert),
    }
    if alert.kind == "fire" and case.kind == "smoke":
        camera = directory.camera(alert.camera_id)
        where = camera.name if camera else alert.camera_id
        changes |= {"kind": "fire", "title": title_of("fire", where, directory), "priority": 1}
        if case.state is CaseState.PROPOSED:
            item_code = item_for("fire", directory, settings) or case.item_code
            changes["item_code"] = item_code
            changes["unit"] = unit_for(directory, item_code, case.grid_id).unit or case.unit
    return changes


def overlap_share(a: Box, b: Box) -> float:
    """Common area as a share of the smaller box; 0 where one has none."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    if width <= 0 or height <= 0 or smaller <= 0:
        return 0.0
    return width * height / smaller


def _place(lat_deg: float | None, lon_deg: float | None) -> GeoPoint | None:
    if lat_deg is None or lon_deg is None:
        return None
    try:
        return GeoPoint(lat_deg, lon_deg)
    except ValueError:
        return None


def _grid_of(
    place: GeoPoint | None, camera_id: str | None, directory: SiteDirectory
) -> GridId | None:
    cell = directory.cell_at(place) if place is not None else None
    if cell is None and camera_id is not None:
        cell = directory.cell_of_camera(camera_id)
    return cell.id if cell else None


def _proposal(
    case_id: CaseId,
    directory: SiteDirectory,
    *,
    kind: str,
    place: GeoPoint | None,
    grid_id: GridId | None,
    item_code: ItemCode | None,
    **fields: object,
) -> CaseData:
    values: dict[str, object] = {
        "case_id": case_id,
        "state": CaseState.PROPOSED,
        "act": "propose",
        "actor": "",
        "item_code": item_code,
        "grid_id": grid_id,
        "unit": unit_for(directory, item_code, grid_id).unit,
        "inspector_id": None,
        "lat_deg": place.lat_deg if place else None,
        "lon_deg": place.lon_deg if place else None,
        "step_due_utc": None,
        "whole_due_utc": None,
        "version": 1,
        "alert_ids": (),
        "note": "",
        "kind": kind,
        "street_id": directory.street_of(grid_id),
        "must_rectify": kind in directory.site.settings.desk.rectify_kinds,
        "needs_check": needs_check(str(fields.get("source", "")), directory.site.settings.desk),
        **fields,
    }
    return CaseData(**values)  # type: ignore[arg-type]
