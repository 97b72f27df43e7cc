"""Drivers: the hands of all cameras that are turned just now, made when needed and let go when idle.

Threads: one (the hub's acting thread); drivers have their own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from msgspec import Struct

from config.site import Camera, CameraId
from ingest.clock import Clock
from ingest.errors import RetryLater
from ingest.ptz.device import PtzDevice, PtzUnavailable
from ingest.ptz.driver import CameraDriver, News

log = logging.getLogger(__name__)

#: Cameras turned at once; an operator turns one, a district has a dozen operators.
DRIVERS_MOST = 32
#: A hand nobody used for this long lets go of its camera.
LET_GO_S = 60.0
#: How long `close` waits for all threads: each stops its camera, three tries of a timeout.
CLOSE_S = 10.0

OpenDevice = Callable[[str, float], PtzDevice]


class _Hand(Struct):
    driver: CameraDriver
    ptz_url: str


class Drivers:
    """See module."""

    def __init__(self, open_device: OpenDevice, on_news: Callable[[News], None], clock: Clock):
        self._open_device = open_device
        self._on_news = on_news
        self._clock = clock
        self._hands: dict[CameraId, _Hand] = {}
        self._leaving: list[CameraDriver] = []

    def of(self, camera: Camera, timeout_s: float, dead_man_s: float) -> CameraDriver:
        """The hand of a camera. Raises PtzUnavailable (no address), RetryLater (too many)."""
        ptz_url = camera.ptz_url
        if ptz_url is None:
            raise PtzUnavailable(f"camera {camera.id} cannot be turned: it has no ptz_url")
        hand = self._hands.get(camera.id)
        if hand is not None and hand.ptz_url == ptz_url:
            return hand.driver
        if hand is not None:
            self._let_go(camera.id)
        if len(self._hands) >= DRIVERS_MOST:
            raise RetryLater(f"{DRIVERS_MOST} cameras are turned at once: try again in a minute")
        driver = CameraDriver(
            camera.id,
            lambda: self._open_device(ptz_url, timeout_s),
            self._on_news,
            self._clock,
            dead_man_s,
        )
        self._hands[camera.id] = _Hand(driver, ptz_url)
        return driver

    def existing(self, camera_id: CameraId) -> CameraDriver | None:
        hand = self._hands.get(camera_id)
        return None if hand is None else hand.driver

    @property
    def room(self) -> int:
        return DRIVERS_MOST - len(self._hands)

    def tick(self) -> None:
        """Lets go of what nobody used; call about once a second."""
        now_ns = self._clock.mono_ns()
        for camera_id, hand in list(self._hands.items()):
            if now_ns - hand.driver.used_ns > LET_GO_S * 1e9:
                self._let_go(camera_id)
        self._leaving = [driver for driver in self._leaving if not driver.join(0)]

    def _let_go(self, camera_id: CameraId) -> None:
        driver = self._hands.pop(camera_id).driver
        driver.close()
        self._leaving.append(driver)

    def close(self) -> None:
        """Stops every camera and joins the threads. Twice is harmless."""
        for camera_id in list(self._hands):
            self._let_go(camera_id)
        end_s = time.monotonic() + CLOSE_S
        for driver in self._leaving:
            if not driver.join(max(0.0, end_s - time.monotonic())):
                log.warning("camera %s: its PTZ thread did not leave", driver.camera_id)
                driver.abort()
        self._leaving = []
