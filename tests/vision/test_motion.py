"""The gate opens for motion, closes over a quiet street, and never closes for good."""

from __future__ import annotations

import numpy as np

from tests.vision.street import Actor, Street
from vision.motion import MotionGate
from vision.pictures import luma
from vision.tuning import GateTuning


def _opened(street: Street, seconds: float, *, smoke: bool = False) -> list[float]:
    gate = MotionGate(GateTuning())
    gate.watch_smoke(smoke)
    times = [step / 2 for step in range(round(seconds * 2))]
    return [at_s for at_s in times if gate.is_open(luma(street.picture(at_s)), at_s)]


def test_a_quiet_street_costs_one_look_every_few_seconds() -> None:
    assert len(_opened(Street(), 60)) <= 18
    assert max(np.diff(_opened(Street(), 60))) <= 4.5


def test_smoke_cameras_are_looked_at_every_second() -> None:
    assert max(np.diff(_opened(Street(), 30, smoke=True))) <= 1.0


def test_a_distant_pedestrian_opens_it() -> None:
    walker = Actor("person", [(10, 0.1, 0.5), (30, 0.9, 0.5)], size=(0.016, 0.06))
    opened = _opened(Street([walker]), 40)
    assert len([at_s for at_s in opened if 11 < at_s < 30]) >= 30


def test_a_cloud_is_no_motion() -> None:
    street = Street(brightness=lambda t: 1.0 - 0.02 * t if t < 20 else 0.6)
    assert len(_opened(street, 40)) <= 16


def test_a_picture_of_another_size_opens_it() -> None:
    gate = MotionGate(GateTuning())
    gate.is_open(np.zeros((360, 640), np.uint8), 0.0)
    assert gate.is_open(np.zeros((480, 640), np.uint8), 0.5)
