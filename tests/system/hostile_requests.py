"""Requests that are right, one for each operation that takes fields: hostile ones are made from them."""

from __future__ import annotations

from typing import Any


def right_requests(case_id: str, token: str) -> list[dict[str, Any]]:
    """`case_id` of a case there is, `token` of a phone's link."""
    place = {"lat_deg": 36.1, "lon_deg": 120.3}
    day = {"from_utc": "2026-01-01T00:00:00Z", "until_utc": "2026-01-02T00:00:00Z"}
    phone = {"token": token, "request_id": "hostile-1", "case_id": case_id}
    acts = [
        "note", "file", "dispatch", "accept", "extend", "suspend", "resume", "feedback", "verify",
        "amend", "split", "merge", "photo", "request", "joint_call", "callback", "reinforce",
    ]  # fmt: skip
    entered = {
        "note": "n", "minutes": 5, "unit": "office", "item_code": "0101", "priority": 2,
        "satisfaction": 80, "photo": "a" * 64, "wanted": "extend", "inspector_id": "p-1",
        "helper_id": "p-2", "co_units": ["a", "b"], "new_title": "t", "alert_ids": ["x"],
        "into": case_id, "title": "t", "passed": True,
    }  # fmt: skip
    return [
        *({"op": "act", "case_id": case_id, "act": act, "actor": "h", **entered} for act in acts),
        {"op": "propose", "camera_id": "cam-1", "title": "t", "note": "n", "priority": 3, **place},
        {"op": "cases", "filter": {"state": ["filed"], "text": "t"}, "sort": "due", "limit": 5},
        {"op": "count", "filter": {"open": True}, "by": ["state", "unit"]},
        {"op": "case", "id": case_id},
        {"op": "case.hold", "seat": "h", "case_id": case_id},
        {"op": "candidates", "case_id": case_id},
        {"op": "candidates", **place},
        {"op": "audit.verify", "from": 1},
        {"op": "replay", "from": 1, "limit": 10, "topics": ["case.", "alert."]},
        {"op": "register.get", "register": "cameras", "name": "cameras"},
        {"op": "register.put", "register": "layers", "name": "x", "content": "y", "text": "z"},
        {"op": "library.put", "kind": "scenes", "name": "s", "content": {"a": [1]}, "version": 0},
        {"op": "library.rename", "kind": "scenes", "name": "s", "to": "r"},
        {"op": "library.remove", "kind": "scenes", "name": "r"},
        {"op": "scene.push", "scene": "s", "to": "*", "text": "t", "priority": 2, "expires_s": 9},
        {"op": "seats", "here": {"seat": "h", "profile": "wall", "windows": [{"id": "w",
            "tile_count": 4}]}},
        {"op": "shelf.set", "what": "maintenance", "camera_ids": ["cam-1"], "reason": "r",
            "duration_s": 1, "kinds": []},
        {"op": "shelf.end", "shelf_id": "x"},
        {"op": "escalate", "case_id": case_id, "waited_s": 1.0, "by": "h", "to": "*"},
        {"op": "unit.set", "inspector_id": "p-1", "state": "free", "minutes": 3},
        {"op": "units"},
        {"op": "trail.read", **day, "inspector_ids": ["p-1"], "matched": False, "actor": "h"},
        {"op": "trail.where", "at_utc": "2026-01-01T00:00:00Z", "window_s": 60, **place},
        {"op": "trail.summary", **day, "actor": "h"},
        {"op": "patrol.coverage", **day, "round_id": "r"},
        {"op": "positions.forget", "inspector_id": "nobody", "actor": "h"},
        {"op": "devices.report", "devices": [{"device_id": "7", "fixes": 1}]},
        {"op": "tickets.status", "ticket_ids": ["0" * 16], "from_ns": 1, "until_ns": 2},
        {"op": "cases.import", "rows": [{"number": 1, "title": "t", "state": "filed"}]},
        {"op": "live.report", "cameras": ["phone-p-1"]},
        {"op": "field.link", "inspector_id": "p-2"},
        {"op": "field.act", **phone, "act": "accept", "note": "n"},
        {"op": "field.report", **phone, "item_code": "0101", "text": "t", **place},
        {"op": "field.route", **phone, **place},
        {"op": "field.checkpoint", **phone, "checkpoint_class": "c", "name": "n", **place,
            "accuracy_m": 5.0},
        {"op": "field.unit", **phone, "state": "busy"},
        {"op": "operator.sign_in", "name": "nobody", "password": "x"},
        {"op": "ptz.move", "camera_id": "cam-1", "seat": "h", "pan": 0.1, "tilt": 0.1},
        {"op": "ptz.take", "camera_id": "cam-1", "seat": "h", "priority": 1},
        {"op": "ptz.aim", "camera_id": "cam-1", "seat": "h", **place},
        {"op": "ptz.preset.save", "camera_id": "cam-1", "seat": "h", "name": "p"},
    ]  # fmt: skip
