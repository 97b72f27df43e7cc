"""What happens in front of each camera, second by second: the same on every call.

A camera's film is cut into segments of whole loops. Traffic and passers-by repeat with
`LOOP_S` in every segment, so that segments join at any loop; only what comes and goes differs:
idle → arrive → stay (repeated) → leave → idle. Times are seconds from a segment's start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from console.demo.cameras import Happening, StreetCamera
from console.demo.city import StreetClass
from console.demo.render.figures import STANDING, Looks, random_looks
from console.demo.render.happenings import ComesAndGoes
from console.demo.render.light import PRESETS, Light
from console.demo.render.objects import Cast, Vehicle, random_vehicle
from console.demo.render.stage_frame import (
    LOOP_S,
    WALK_MPS,
    Segment,
    StageFrame,
    duration_s,
    path_length,
)


@dataclass(frozen=True, slots=True)
class _Traveller:
    """A vehicle on a lane: at `pass_s` it passes the point `ahead 0`; repeats with the loop."""

    vehicle: Vehicle
    side: int
    offset_m: float
    speed_mps: float
    pass_s: float


@dataclass(frozen=True, slots=True)
class _Walker:
    """A passer-by from a door to a door: corner points (ahead, offset), started at `start_s`."""

    looks: Looks
    points: tuple[tuple[float, float], ...]
    start_s: float


class Staging:
    """The stage of one camera. Pure: `cast(segment, t)` gives the same cast for the same time."""

    def __init__(self, camera: StreetCamera) -> None:
        self.camera = camera
        self.light: Light = PRESETS[camera.weather]
        rng = np.random.default_rng(camera.number * 7 + 1)
        self._rng = rng
        self.frame = StageFrame(camera)
        self._travellers = self._traffic(rng)
        self._walkers = self._passers_by(rng)
        self._parked = self._legally_parked(rng)
        self._standing = [
            (
                float(rng.uniform(9, 34)),
                float(rng.choice([-1, 1])) * (self.frame.half_m + self.frame.pavement_m * 0.8),
                float(rng.uniform(0, 6.28)),
                random_looks(rng),
            )
            for _ in range(int(rng.integers(1, 4)))
        ]
        self._comes = ComesAndGoes(self.frame, self.light, rng)

    def cast(self, segment: Segment, at_s: float) -> Cast:
        """Everything on the street `at_s` seconds into `segment`."""
        cast = Cast()
        loop_s = duration_s(self.camera)
        for traveller in self._travellers:
            self._add_traveller(cast, traveller, at_s, loop_s)
        for walker in self._walkers:
            self._add_walker(cast, walker, at_s, loop_s)
        for ahead, offset, vehicle, side in self._parked:
            cast.vehicle(*self.camera.ahead(ahead, offset), self.frame.heading(side), vehicle)
        for ahead, offset, heading, looks in self._standing:
            cast.person(*self.camera.ahead(ahead, offset), heading, looks, STANDING)
        self._comes.add(cast, segment, at_s)
        return cast

    # --- traffic that never stops -----------------------------------------------------------

    def _traffic(self, rng: np.random.Generator) -> list[_Traveller]:
        camera, found = self.camera, []
        wide = camera.street.street_class is not StreetClass.RESIDENTIAL
        kinds = ["sedan", "suv", "hatchback", "van", "sedan"] + (
            ["bus", "box_truck"] if wide else []
        )
        for side in (-1, 1):
            events_here = side == camera.happening_side and camera.happening is Happening.PARKING
            slots = (
                [9.3]
                if events_here or (camera.happening is Happening.RED_LIGHT and side == 1)
                else ([1.5, 6.5] if wide else [3.0])
            )
            if camera.happening is Happening.RED_LIGHT:
                slots = [] if side == 1 else [2.0, 9.0, 14.0, 23.0]
            offset = side * (
                1.05
                if not wide
                else (
                    2.0
                    if camera.street.street_class is StreetClass.SECONDARY
                    else float(rng.choice([1.9, 5.0]))
                )
            )
            speed = 11.5 if wide else 8.0
            before_s = (20.0 / speed if events_here else 0.0) * self.frame.direction(side)
            found += [
                _Traveller(
                    random_vehicle(rng, str(rng.choice(kinds))),
                    side,
                    offset,
                    speed,
                    slot - before_s + float(rng.uniform(-0.3, 0.3)),
                )
                for slot in slots
            ]
            if not events_here:
                mesh = str(rng.choice(["scooter", "bicycle", "scooter", "tricycle"]))
                found.append(
                    _Traveller(
                        random_vehicle(rng, mesh),
                        side,
                        side * (self.frame.half_m - 0.8),
                        4.2 if mesh != "scooter" else 6.0,
                        float(rng.uniform(0, 10)),
                    )
                )
        return found

    def _add_traveller(self, cast: Cast, traveller: _Traveller, at_s: float, loop_s: float) -> None:
        direction = self.frame.direction(traveller.side)
        for lap in range(-4, 7):
            gone = (at_s - traveller.pass_s + lap * loop_s) * traveller.speed_mps
            ahead = direction * gone
            if -14.0 < ahead < 135.0:
                sway = 0.12 * math.sin(gone / 9.0)
                cast.vehicle(
                    *self.camera.ahead(ahead, traveller.offset_m + sway),
                    self.frame.heading(traveller.side),
                    traveller.vehicle,
                    gone,
                )

    def _legally_parked(self, rng: np.random.Generator) -> list[tuple[float, float, Vehicle, int]]:
        """Cars at the other kerb, where parking is allowed; they never move."""
        side = -self.camera.happening_side
        if self.camera.street.street_class is StreetClass.PRIMARY:
            return []
        spots = (17.0, 30.0, 36.5, 49.0) if rng.random() < 0.6 else (23.0, 42.0)
        return [
            (
                ahead,
                side * (self.frame.half_m - 1.1),
                random_vehicle(rng, str(rng.choice(["sedan", "suv", "hatchback", "van"]))),
                side,
            )
            for ahead in spots
            if rng.random() < 0.8
        ]

    # --- passers-by ------------------------------------------------------------------------

    def _passers_by(self, rng: np.random.Generator) -> list[_Walker]:
        found = []
        door, way = (
            self.frame.half_m + self.frame.pavement_m + 2.2,
            self.frame.half_m + self.frame.pavement_m * 0.72,
        )
        for index in range(10):
            side = int(rng.choice([-1, 1]))
            start = float(rng.uniform(7, 48))
            if index < 7:
                end = start + float(rng.choice([-1, 1])) * 7.5
                lane = side * (way + float(rng.uniform(-0.4, 0.4)))
                points = ((start, side * door), (start, lane), (end, lane), (end, side * door))
            else:
                points = (
                    (start + 8, side * door),
                    (start + 8.4, side * self.frame.half_m),
                    (start + 9.2, -side * self.frame.half_m),
                    (start + 9.6, -side * door),
                )
            found.append(_Walker(random_looks(rng), points, float(rng.uniform(0, LOOP_S))))
        return found

    def _add_walker(self, cast: Cast, walker: _Walker, at_s: float, loop_s: float) -> None:
        length = path_length(walker.points)
        laps = math.ceil(length / WALK_MPS / loop_s)
        for lap in range(laps):
            gone = ((at_s - walker.start_s) % loop_s + lap * loop_s) * WALK_MPS
            if gone < length:
                self.frame.walk(cast, walker.looks, walker.points, gone)
