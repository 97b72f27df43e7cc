"""What happens in front of each camera, second by second: the same on every call.

A camera's film is cut into segments of whole loops. Traffic and passers-by repeat with
`LOOP_S` in every segment, so that segments join at any loop; only what comes and goes differs:
idle → arrive → stay (repeated) → leave → idle. Times are seconds from a segment's start.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from console.demo.cameras import Happening, StreetCamera
from console.demo.city import Axis, StreetClass
from console.demo.render.figures import STANDING, Looks, random_looks, walking
from console.demo.render.light import PRESETS, Light
from console.demo.render.objects import Cast, Stall, Vehicle, random_stall, random_vehicle
from console.demo.render.smoke import Plume, flames, plume

#: Length of a loop of traffic and of every segment, seconds.
LOOP_S = 10.0
#: The camera at the traffic lights needs a whole phase.
RED_LIGHT_LOOP_S = 30.0
#: When a car has stopped, a stall stands, smoke shows, in segment ARRIVE; when it is gone, in LEAVE.
STOPPED_S, PUT_UP_S, SMOKING_S = 6.0, 5.5, 1.5
DROVE_OFF_S, PACKED_S, CLEARED_S = 2.0, 3.0, 4.0
WALK_MPS = 1.3


class Segment(enum.Enum):
    IDLE = "idle"
    ARRIVE = "arrive"
    STAY = "stay"
    LEAVE = "leave"


def segments_of(camera: StreetCamera) -> tuple[Segment, ...]:
    """The segments of a camera's film."""
    if camera.happening in {Happening.NOTHING, Happening.RED_LIGHT}:
        return (Segment.IDLE,)
    return tuple(Segment)


def duration_s(camera: StreetCamera) -> float:
    return RED_LIGHT_LOOP_S if camera.happening is Happening.RED_LIGHT else LOOP_S


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
        self._half = camera.street.profile.half_width_m
        self._pavement = camera.street.profile.pavement_m
        base = math.pi / 2 if camera.street.axis is Axis.LONG else 0.0
        self._base = base if camera.forward > 0 else base + math.pi
        self._travellers = self._traffic(rng)
        self._walkers = self._passers_by(rng)
        self._parked = self._legally_parked(rng)
        self._standing = [
            (
                float(rng.uniform(9, 34)),
                float(rng.choice([-1, 1])) * (self._half + self._pavement * 0.8),
                float(rng.uniform(0, 6.28)),
                random_looks(rng),
            )
            for _ in range(int(rng.integers(1, 4)))
        ]
        self._guest = random_vehicle(rng, str(rng.choice(["sedan", "suv", "van"])))
        self._stall = random_stall(rng, "cart" if camera.number % 2 else "tricycle")
        self._keeper = random_looks(rng)
        self._customers = [random_looks(rng) for _ in range(2)]
        self._queue = [
            random_vehicle(rng, mesh)
            for mesh in ("suv", "sedan", "van", "hatchback", "sedan", "box_truck")
        ]

    def cast(self, segment: Segment, at_s: float) -> Cast:
        """Everything on the street `at_s` seconds into `segment`."""
        cast = Cast()
        loop_s = duration_s(self.camera)
        for traveller in self._travellers:
            self._add_traveller(cast, traveller, at_s, loop_s)
        for walker in self._walkers:
            self._add_walker(cast, walker, at_s, loop_s)
        for ahead, offset, vehicle, side in self._parked:
            cast.vehicle(*self.camera.ahead(ahead, offset), self._heading(side), vehicle)
        for ahead, offset, heading, looks in self._standing:
            cast.person(*self.camera.ahead(ahead, offset), heading, looks, STANDING)
        add: dict[Happening, Callable[[Cast, Segment, float], None]] = {
            Happening.PARKING: self._add_guest,
            Happening.STALL: self._add_stall,
            Happening.SMOKE: self._add_smoke,
            Happening.FIRE: self._add_smoke,
            Happening.RED_LIGHT: self._add_queue,
        }
        if self.camera.happening in add:
            add[self.camera.happening](cast, segment, at_s)
        return cast

    # --- geometry ------------------------------------------------------------------------

    def _direction(self, side: int) -> int:
        """+1 where traffic of that side moves away from the camera (right-hand traffic)."""
        return side * self.camera.forward

    def _heading(self, side: int) -> float:
        return self._base if self._direction(side) > 0 else self._base + math.pi

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
            before_s = (20.0 / speed if events_here else 0.0) * self._direction(side)
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
                        side * (self._half - 0.8),
                        4.2 if mesh != "scooter" else 6.0,
                        float(rng.uniform(0, 10)),
                    )
                )
        return found

    def _add_traveller(self, cast: Cast, traveller: _Traveller, at_s: float, loop_s: float) -> None:
        direction = self._direction(traveller.side)
        for lap in range(-3, 4):
            gone = (at_s - traveller.pass_s + lap * loop_s) * traveller.speed_mps
            ahead = direction * gone
            if -14.0 < ahead < 135.0:
                sway = 0.12 * math.sin(gone / 9.0)
                cast.vehicle(
                    *self.camera.ahead(ahead, traveller.offset_m + sway),
                    self._heading(traveller.side),
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
                side * (self._half - 1.1),
                random_vehicle(rng, str(rng.choice(["sedan", "suv", "hatchback", "van"]))),
                side,
            )
            for ahead in spots
            if rng.random() < 0.8
        ]

    # --- passers-by ------------------------------------------------------------------------

    def _passers_by(self, rng: np.random.Generator) -> list[_Walker]:
        found = []
        door, way = self._half + self._pavement + 2.2, self._half + self._pavement * 0.72
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
                    (start + 8.4, side * self._half),
                    (start + 9.2, -side * self._half),
                    (start + 9.6, -side * door),
                )
            found.append(_Walker(random_looks(rng), points, float(rng.uniform(0, LOOP_S))))
        return found

    def _add_walker(self, cast: Cast, walker: _Walker, at_s: float, loop_s: float) -> None:
        length = _path_length(walker.points)
        laps = math.ceil(length / WALK_MPS / loop_s)
        for lap in range(laps):
            gone = ((at_s - walker.start_s) % loop_s + lap * loop_s) * WALK_MPS
            if gone < length:
                self._walk(cast, walker.looks, walker.points, gone)

    def _walk(
        self, cast: Cast, looks: Looks, points: tuple[tuple[float, float], ...], gone: float
    ) -> None:
        (ahead, offset), (da, do) = _along(points, gone)
        x, y = self.camera.ahead(ahead, offset)
        x2, y2 = self.camera.ahead(ahead + da, offset + do)
        cast.person(x, y, math.atan2(y2 - y, x2 - x), looks, walking(gone, looks))

    # --- what comes and goes -------------------------------------------------------------------

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
        heading = math.atan2(y2 - y, x2 - x) if moves else self._heading(self.camera.happening_side)
        cast.vehicle(x, y, heading, self._guest)

    def _guest_at(self, segment: Segment, at_s: float) -> tuple[float, float]:
        """Where the parking car is, (ahead, offset)."""
        side = self.camera.happening_side
        kerb, lane = side * (self._half - 1.25), side * (1.05 if self._half < 5 else 2.0)
        away = 0.0
        if segment is Segment.ARRIVE:
            left = max(0.0, STOPPED_S - at_s)
            away = -(0.5 * 2.2 * min(left, 3.6) ** 2 + max(0.0, left - 3.6) * 7.9)
        elif segment is Segment.LEAVE:
            since = max(0.0, at_s - DROVE_OFF_S)
            away = 0.5 * 2.0 * min(since, 4.5) ** 2 + max(0.0, since - 4.5) * 9.0
        part = min(1.0, abs(away) / 15.0)
        offset = kerb + (lane - kerb) * part * part * (3 - 2 * part)
        return self.camera.happening_ahead_m + self._direction(side) * away, offset

    def _add_stall(self, cast: Cast, segment: Segment, at_s: float) -> None:
        """The trader who comes along the pavement, sells, and packs up."""
        if segment is Segment.IDLE:
            return
        camera, side = self.camera, self.camera.happening_side
        x, y = camera.happening_place()
        offset = side * (self._half + 1.7)
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
                self._base + math.pi if segment is Segment.ARRIVE else self._base,
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
            door = (spot + end * 4.0, side * (self._half + self._pavement + 2.0))
            stand = (spot + end * 1.75, side * (self._half + 1.5 + 0.4 * index))
            length = math.dist(door, stand)
            there_s = length / WALK_MPS
            since = at_s - 0.4
            if 0 < since < there_s:
                self._walk(cast, looks, (door, stand), since * WALK_MPS)
            elif there_s <= since <= 9.0 - there_s:
                x, y = self.camera.ahead(*stand)
                sx, sy = self.camera.ahead(spot, stand[1])
                cast.person(x, y, math.atan2(sy - y, sx - x), looks, STANDING)
            elif 9.0 - there_s < since < 9.0:
                self._walk(cast, looks, (stand, door), (since - 9.0 + there_s) * WALK_MPS)

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
            0.5 if burning else 0.3,
            6.0,
            1.35 if burning else 1.15,
            (float(away[0]), float(away[1])),
            0.5,
            0.36,
            0.2 if burning else 0.5,
            0.6,
            brightness,
            self.camera.number,
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
        """Cars that come to the red light, wait there 12 s and drive on at green."""
        stop_line = 328.0 - 8.0 - 7.5 - self.camera.along_m
        for index, vehicle in enumerate(self._queue):
            lane, row = (5.3, 1.9)[index % 2], index // 2
            stand = stop_line - row * 6.8 - vehicle.length_m / 2
            stop_s, go_s = 4.0 + row * 1.6 + 0.5 * (index % 2), 16.0 + row * 1.3
            left, since = max(0.0, stop_s - at_s), max(0.0, at_s - go_s)
            back = 0.5 * 2.4 * min(left, 4.0) ** 2 + max(0.0, left - 4.0) * 9.6
            onward = 0.5 * 1.8 * min(since, 6.0) ** 2 + max(0.0, since - 6.0) * 10.8
            ahead = stand - back + onward
            if -14 < ahead < 135:
                cast.vehicle(*self.camera.ahead(ahead, lane), self._heading(1), vehicle)


def _path_length(points: tuple[tuple[float, float], ...]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def _along(
    points: tuple[tuple[float, float], ...], gone: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    for a, b in itertools.pairwise(points):
        length = math.dist(a, b)
        if gone <= length:
            part = gone / max(length, 1e-6)
            step = ((b[0] - a[0]) / length, (b[1] - a[1]) / length)
            return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part), step
        gone -= length
    return points[-1], (0.0, 1.0)
