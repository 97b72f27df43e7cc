"""A tour's step turns its camera to the preset it names, below every person."""

from __future__ import annotations

from typing import Any

from config.site import CameraId
from console.bridge.tour_presets import TourPresets
from console.state.tiles import TileAddress
from console.state.tours import TourStep
from console.state.wall import MAIN_WINDOW
from ingest.feed.query import QueryRefused
from tests.console.views.conftest import Seat

TILE = TileAddress(MAIN_WINDOW, 0)
CAMERA = CameraId("cam-0001")
PRESETS = {"presets": [{"token": "4", "name": "West gate"}, {"token": "7", "name": "Gate"}]}


def turns(seat: Seat) -> list[dict[str, Any]]:
    return [fields for op, fields in seat.hub.asked if op == "ptz.goto"]


def test_the_camera_looks_where_the_step_says_and_is_let_go(seat: Seat) -> None:
    seat.hub.answers["ptz.presets"] = PRESETS
    presets = TourPresets(seat.session, seat.hub, seat.errands, "seat 1")
    presets.on_step(TILE, TourStep(10.0, CAMERA, preset="west GATE"))
    seat.wait(lambda: any(op == "ptz.release" for op, _ in seat.hub.asked))
    assert [(turn["preset"], turn["priority"]) for turn in turns(seat)] == [("4", 0)]
    presets.on_step(TILE, TourStep(10.0, CAMERA))
    presets.on_step(TILE, TourStep(10.0, CAMERA, preset="7"))
    seat.wait(lambda: len(turns(seat)) == 2)
    assert turns(seat)[1]["preset"] == "7"


def test_a_person_keeps_the_camera_and_a_missing_preset_is_told_once(seat: Seat) -> None:
    seat.hub.answers["ptz.presets"] = PRESETS
    seat.hub.answers["ptz.goto"] = QueryRefused("seat 2 turns this camera", None, {})
    presets = TourPresets(seat.session, seat.hub, seat.errands, "seat 1")
    said: list[str] = []
    seat.session.notice.changed.connect(lambda notice: said.append(notice.text if notice else ""))
    for _ in range(3):
        presets.on_step(TILE, TourStep(10.0, CAMERA, preset="Gate"))
        seat.wait(lambda: bool(turns(seat)))
    presets.on_step(TILE, TourStep(10.0, CameraId("cam-0002"), preset="roof"))
    seat.wait(lambda: len(said) == 2)
    assert said[0] == "seat 2 turns this camera"
    assert "no preset 'roof'" in said[1]
