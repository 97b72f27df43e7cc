"""What comes and goes in front of a camera: the car, the stall, smoke and fire, the queue. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from console.demo.cameras import Happening
from console.demo.render.figures import STANDING, random_looks, walking
from console.demo.render.light import Light
from console.demo.render.objects import Cast, Stall, Vehicle, random_stall, random_vehicle
from console.demo.render.smoke import Plume, flames, plume
from console.demo.render.stage_frame import (
    CLEARED_S,
    DROVE_OFF_S,
    LOOP_S,
    PACKED_S,
    PUT_UP_S,
    SMOKING_S,
    STOPPED_S,
    WALK_MPS,
    Segment,
    StageFrame,
)


class ComesAndGoes:
    """The event of one camera. `add(cast, segment, t)` is the same on every call."""

    def __init__(self, frame: StageFrame, light: Light, rng: np.random.Generator) -> None:
        self.frame = frame
        self.camera = frame.camera
        self.light = light
        self._guest = random_vehicle(rng, str(rng.choice(["sedan", "suv", "van"])))
        self._stall = random_stall(rng, "cart" if self.camera.number % 2 else "tricycle")
        self._keeper = random_looks(rng)
        self._customers = [random_looks(rng) for _ in range(2)]
        self._queue = [
            random_vehicle(rng, mesh)
            for mesh in ("suv", "sedan", "van", "hatchback", "sedan", "box_truck")
        ]

    def add(self, cast: Cast, segment: Segment, at_s: float) -> None:
        """Puts what is there `at_s` seconds into `segment` on the stage."""
        adders: dict[Happening, Callable[[Cast, Segment, float], None]] = {
            Happening.PARKING: self._add_guest,
            Happening.STALL: self._add_stall,
            Happening.SMOKE: self._add_smoke,
            Happening.FIRE: self._add_smoke,
            Happening.RED_LIGHT: self._add_queue,
        }
        if self.camera.happening in adders:
            adders[self.camera.happening](cast, segment, at_s)

    def _add_guest(self, cast: Cast, segment: Segment, at_s: float) -> None:
        """The car that parks where it must not."""
        if segment is Segment.IDLE:
            return
        here, soon = self._guest_at(segment, at_s), self._guest_at(segment, at_s + 0.1)
        if not -16 < here[0] < 135:
            return
        x, y = self.camera.ahead(*here)
        x2, y2 = self.camera.ahead(*soon)
        moves = math.hypot(x2 - x, y2 - y) > 0.01
        heading = (
            math.atan2(y2 - y, x2 - x) if moves else self.frame.heading(self.camera.happening_side)
        )
        cast.vehicle(x, y, heading, self._guest)

    def _guest_at(self, segment: Segment, at_s: float) -> tuple[float, float]:
        """Where the parking car is, (ahead, offset)."""
        side = self.camera.happening_side
        kerb, lane = (
            side * (self.frame.half_m - 1.25),
            side * (1.05 if self.frame.half_m < 5 else 2.0),
        )
        away = 0.0
        if segment is Segment.ARRIVE:
            left = max(0.0, STOPPED_S - at_s)
            away = -(0.5 * 2.2 * min(left, 3.6) ** 2 + max(0.0, left - 3.6) * 7.9)
        elif segment is Segment.LEAVE:
            since = max(0.0, at_s - DROVE_OFF_S)
            away = 0.5 * 2.0 * min(since, 4.5) ** 2 + max(0.0, since - 4.5) * 9.0
        part = min(1.0, abs(away) / 15.0)
        offset = kerb + (lane - kerb) * part * part * (3 - 2 * part)
        return self.camera.happening_ahead_m + self.frame.direction(side) * away, offset

    def _add_stall(self, cast: Cast, segment: Segment, at_s: float) -> None:
        """The trader who comes along the pavement, sells, and packs up."""
        if segment is Segment.IDLE:
            return
        camera, side = self.camera, self.camera.happening_side
        x, y = camera.happening_place()
        offset = side * (self.frame.half_m + 1.7)
        still_s = {Segment.ARRIVE: PUT_UP_S - at_s, Segment.LEAVE: at_s - PACKED_S}.get(
            segment, 0.0
        )
        travel = max(0.0, still_s) * (2.4 if self._stall.mesh == "tricycle" else WALK_MPS)
        ahead = camera.happening_ahead_m + travel
        if travel <= 0.0:
            facing = math.atan2(
                camera.ahead(0, 0)[1] - camera.ahead(0, offset)[1],
                camera.ahead(0, 0)[0] - camera.ahead(0, offset)[0],
            )
            open_ = (
                segment is Segment.STAY
                or (segment is Segment.ARRIVE and at_s > PUT_UP_S + 1.0)
                or (segment is Segment.LEAVE and at_s < PACKED_S - 1.0)
            )
            stall = Stall(
                self._stall.mesh,
                self._stall.colours,
                ((0.55, 0.04, 0.04), (0.62, 0.5, 0.1)) if open_ else None,
                self._keeper,
                (-0.5, 0.3),
            )
            cast.stall(x, y, facing, stall)
            if segment is Segment.STAY:
                self._add_customers(cast, at_s)
        elif ahead < camera.happening_ahead_m + 42:
            self._push(
                cast,
                ahead,
                offset,
                self.frame.base_rad + math.pi if segment is Segment.ARRIVE else self.frame.base_rad,
                travel,
            )

    def _push(self, cast: Cast, ahead: float, offset: float, heading: float, gone: float) -> None:
        x, y = self.camera.ahead(ahead, offset)
        if self._stall.mesh == "tricycle":
            vehicle = Vehicle("tricycle", self._stall.colours, self._keeper, True)
            cast.vehicle(x, y, heading, vehicle, gone)
            return
        cast.stall(x, y, heading + math.pi / 2, Stall("cart", self._stall.colours, None, None))
        cast.person(
            x - 1.4 * math.cos(heading),
            y - 1.4 * math.sin(heading),
            heading,
            self._keeper,
            walking(gone, self._keeper),
        )

    def _add_customers(self, cast: Cast, at_s: float) -> None:
        """Two people who come out of a door, buy and go back, once a loop."""
        side, spot = self.camera.happening_side, self.camera.happening_ahead_m
        for index, looks in enumerate(self._customers):
            end = 1.0 if index else -1.0
            door = (spot + end * 4.0, side * (self.frame.half_m + self.frame.pavement_m + 2.0))
            stand = (spot + end * 1.75, side * (self.frame.half_m + 1.5 + 0.4 * index))
            length = math.dist(door, stand)
            there_s = length / WALK_MPS
            since = at_s - 0.4
            if 0 < since < there_s:
                self.frame.walk(cast, looks, (door, stand), since * WALK_MPS)
            elif there_s <= since <= 9.0 - there_s:
                x, y = self.camera.ahead(*stand)
                sx, sy = self.camera.ahead(spot, stand[1])
                cast.person(x, y, math.atan2(sy - y, sx - x), looks, STANDING)
            elif 9.0 - there_s < since < 9.0:
                self.frame.walk(cast, looks, (stand, door), (since - 9.0 + there_s) * WALK_MPS)

    def plume_of(self, happening: Happening) -> Plume:
        """The smoke of this camera's event."""
        x, y = self.camera.happening_place()
        light = self.light
        brightness = (
            0.45 * sum(light.zenith) / 3 + 0.45 * sum(light.horizon) / 3 + 0.2 * sum(light.sun) / 3
        )
        burning = happening is Happening.FIRE
        away = np.array(self.camera.view.axes()[0][:2]) * (
            0.55 if self.camera.happening_side * self.camera.forward < 0 else -0.55
        )
        return Plume(
            x,
            y,
            z_m=0.5 if burning else 0.3,
            rise_mps=1.35 if burning else 1.15,
            wind_mps=(float(away[0]), float(away[1])),
            start_radius_m=0.65,
            growth_mps=0.44,
            shade=0.1,  # rubbish burns black; grey on a grey sky is no demonstration
            density=0.85,
            light=brightness,
            seed=self.camera.number,
        )

    def _add_smoke(self, cast: Cast, segment: Segment, at_s: float) -> None:
        """The heap that smokes, or burns."""
        x, y = self.camera.happening_place()
        cast.rubbish(x, y)
        if segment is Segment.IDLE:
            return
        burning = self.camera.happening is Happening.FIRE
        source = self.plume_of(self.camera.happening)
        if segment is Segment.ARRIVE:
            cast.puffs += plume(source, at_s, begin_s=SMOKING_S - 0.5, period_s=LOOP_S)
        else:
            end_s = CLEARED_S - 1.5 if segment is Segment.LEAVE else 1e9
            cast.puffs += plume(source, at_s, end_s=end_s, period_s=LOOP_S)
        if burning:
            growth = {
                Segment.ARRIVE: (at_s - SMOKING_S - 1.0) / 3.0,
                Segment.LEAVE: (CLEARED_S - 1.0 - at_s) / 2.0,
            }.get(segment, 1.0)
            if growth > 0.05:
                cast.puffs += flames(
                    x, y, at_s, size_m=1.9, strength=min(1.0, growth), seed=self.camera.number
                )

    def _add_queue(self, cast: Cast, _segment: Segment, at_s: float) -> None:
        """Cars that come to the red light, wait there 8 s and drive on at green."""
        stop_line = 328.0 - 8.0 - 7.5 - self.camera.along_m
        for index, vehicle in enumerate(self._queue):
            lane, row = (5.3, 1.9)[index % 2], index // 2
            stand = stop_line - row * 6.8 - vehicle.length_m / 2
            stop_s, go_s = 9.0 + row * 1.2 + 0.5 * (index % 2), 17.5 + row * 1.2
            left, since = max(0.0, stop_s - at_s), max(0.0, at_s - go_s)
            back = 0.5 * 2.4 * min(left, 4.0) ** 2 + max(0.0, left - 4.0) * 9.6
            onward = 0.5 * 1.8 * min(since, 6.0) ** 2 + max(0.0, since - 6.0) * 10.8
            ahead = stand - back + onward
            if -14 < ahead < 135:
                cast.vehicle(*self.camera.ahead(ahead, lane), self.frame.heading(1), vehicle)
