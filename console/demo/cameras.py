"""The sixteen cameras of the demonstration city: where they hang and what they see.

Gives the exact pinhole geometry of each camera, from which the renderer draws, the site folder
gets its zones and calibration, and ground truth gets its boxes. Pure values and functions.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from config.geometry import GeoPoint
from config.site import CameraId
from console.demo.city import STREETS, Street, bearing_of, to_geo

WIDTH_PX = 848
HEIGHT_PX = 480


class Happening(enum.Enum):
    """What comes and goes in front of a camera, beside traffic and passers-by."""

    NOTHING = "nothing"
    PARKING = "parking"
    STALL = "stall"
    SMOKE = "smoke"
    FIRE = "fire"
    RED_LIGHT = "red_light"


class Weather(enum.Enum):
    SUN = "sun"
    LOW_SUN = "low_sun"
    OVERCAST = "overcast"
    RAIN = "rain"
    DUSK = "dusk"


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera without distortion. City frame; heading 0 = +y, clockwise; pitch down."""

    x_m: float
    y_m: float
    height_m: float
    heading_deg: float
    pitch_deg: float
    fov_deg: float

    @property
    def focal_px(self) -> float:
        return WIDTH_PX / 2 / math.tan(math.radians(self.fov_deg) / 2)

    def axes(self) -> tuple[tuple[float, float, float], ...]:
        """Unit vectors right, up, forward of the camera in the city frame."""
        heading, pitch = math.radians(self.heading_deg), math.radians(self.pitch_deg)
        sin_h, cos_h, sin_p, cos_p = (
            math.sin(heading),
            math.cos(heading),
            math.sin(pitch),
            math.cos(pitch),
        )
        return (
            (cos_h, -sin_h, 0.0),
            (sin_h * sin_p, cos_h * sin_p, cos_p),
            (sin_h * cos_p, cos_h * cos_p, -sin_p),
        )

    def project(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float] | None:
        """Picture point (may lie outside 0..1) of a city point; None behind the camera."""
        relative = (x_m - self.x_m, y_m - self.y_m, z_m - self.height_m)
        right, up, forward = (
            sum(a * b for a, b in zip(axis, relative, strict=True)) for axis in self.axes()
        )
        if forward < 0.5:
            return None
        return (
            0.5 + self.focal_px * right / forward / WIDTH_PX,
            0.5 - self.focal_px * up / forward / HEIGHT_PX,
        )

    def ground(self, x_norm: float, y_norm: float) -> tuple[float, float] | None:
        """City point on the ground under a picture point; None at or above the horizon."""
        across = (x_norm - 0.5) * WIDTH_PX / self.focal_px
        upward = (0.5 - y_norm) * HEIGHT_PX / self.focal_px
        right, up, forward = self.axes()
        ray = [across * r + upward * u + f for r, u, f in zip(right, up, forward, strict=True)]
        if ray[2] > -1e-3:
            return None
        reach = -self.height_m / ray[2]
        return self.x_m + reach * ray[0], self.y_m + reach * ray[1]


@dataclass(frozen=True, slots=True)
class StreetCamera:
    """A camera looking along a street.

    Attributes:
        along_m: where on `street` its pole stands.
        side: +1 right of growing `along_m`, −1 left; the pole stands on that pavement.
        forward: +1 looks to growing `along_m`, −1 the other way.
        turn_deg: turned from the street's direction, clockwise.
        happening_ahead_m, happening_side: place of what comes and goes, from the pole along the
            view and on which side of the street (as `side`).
    """

    number: int
    name: str
    street: Street
    along_m: float
    side: int
    forward: int
    height_m: float
    pitch_deg: float
    turn_deg: float
    fov_deg: float
    weather: Weather
    happening: Happening = Happening.NOTHING
    happening_ahead_m: float = 20.0
    happening_side: int = 1

    @property
    def camera_id(self) -> CameraId:
        return CameraId(f"cam-{self.number}")

    @property
    def view(self) -> View:
        profile = self.street.profile
        x, y = self.street.point(self.along_m, self.side * (profile.half_width_m + 1.0))
        base = {("long", 1): 0.0, ("long", -1): 180.0, ("cross", 1): 90.0, ("cross", -1): 270.0}
        heading = base[(self.street.axis.value, self.forward)] + self.turn_deg
        return View(x, y, self.height_m, heading % 360, self.pitch_deg, self.fov_deg)

    @property
    def place(self) -> GeoPoint:
        return to_geo(self.view.x_m, self.view.y_m)

    @property
    def bearing_deg(self) -> float:
        return bearing_of(self.view.heading_deg)

    def ahead(self, ahead_m: float, offset_m: float) -> tuple[float, float]:
        """City point `ahead_m` down the view; `offset_m` from the centre line, right of growing along."""
        return self.street.point(self.along_m + self.forward * ahead_m, offset_m)

    def happening_place(self) -> tuple[float, float]:
        """City point of what comes and goes: at the kerb, on the pavement or on the ground."""
        profile = self.street.profile
        outward = {
            Happening.PARKING: profile.half_width_m - 1.25,
            Happening.STALL: profile.half_width_m + 1.7,
        }.get(self.happening, profile.half_width_m + profile.pavement_m * 0.6)
        return self.ahead(self.happening_ahead_m, self.happening_side * outward)


def _street(name: str) -> Street:
    return next(street for street in STREETS if street.name == name)


def _camera(
    number: int,
    name: str,
    street: str,
    along_m: float,
    side: int,
    forward: int,
    weather: Weather,
    happening: Happening = Happening.NOTHING,
    **more: float,
) -> StreetCamera:
    """A camera with the usual mounting; turned towards the middle of the street."""
    inward = -side * forward
    defaults: dict[str, float] = {
        "height_m": 6.8,
        "pitch_deg": 15.0,
        "turn_deg": 9.0 * inward,
        "fov_deg": 62.0,
    }
    extra = {"happening_ahead_m": 21.0, "happening_side": -side}
    values = {**defaults, **extra, **more}
    return StreetCamera(
        number=number,
        name=name,
        street=_street(street),
        along_m=along_m,
        side=side,
        forward=forward,
        weather=weather,
        happening=happening,
        height_m=values["height_m"],
        pitch_deg=values["pitch_deg"],
        turn_deg=values["turn_deg"],
        fov_deg=values["fov_deg"],
        happening_ahead_m=values["happening_ahead_m"],
        happening_side=int(values["happening_side"]),
    )


CAMERAS = (
    _camera(
        101,
        "平澜路建设路口南",
        "平澜路",
        268.0,
        1,
        1,
        Weather.SUN,
        Happening.RED_LIGHT,
        height_m=8.5,
        pitch_deg=16.0,
        fov_deg=66.0,
        happening_side=1,
    ),
    _camera(
        102,
        "柳园街中段",
        "柳园街",
        205.0,
        1,
        1,
        Weather.SUN,
        Happening.PARKING,
        happening_ahead_m=20.0,
    ),
    _camera(
        103,
        "延和街便民市场",
        "延和街",
        235.0,
        -1,
        1,
        Weather.OVERCAST,
        Happening.STALL,
        happening_ahead_m=16.0,
    ),
    _camera(
        104,
        "槐树街西段",
        "槐树街",
        60.0,
        1,
        1,
        Weather.OVERCAST,
        Happening.SMOKE,
        happening_ahead_m=24.0,
    ),
    _camera(
        105,
        "文昌街小学门前",
        "文昌街",
        395.0,
        1,
        1,
        Weather.LOW_SUN,
        Happening.PARKING,
        happening_ahead_m=18.0,
    ),
    _camera(
        106,
        "枣园街北口",
        "枣园街",
        645.0,
        -1,
        -1,
        Weather.SUN,
        Happening.FIRE,
        happening_ahead_m=22.0,
    ),
    _camera(
        107,
        "东关路商业街",
        "东关路",
        190.0,
        1,
        1,
        Weather.LOW_SUN,
        Happening.STALL,
        happening_ahead_m=24.0,
    ),
    _camera(
        108,
        "新民路东段",
        "新民路",
        830.0,
        1,
        -1,
        Weather.RAIN,
        happening_ahead_m=21.0,
    ),
    _camera(
        109, "建设路海泊路口西", "建设路", 675.0, 1, 1, Weather.SUN, height_m=8.0, fov_deg=66.0
    ),
    _camera(110, "滨河路桥头", "滨河路", 300.0, -1, 1, Weather.OVERCAST),
    _camera(111, "海泊路北段", "海泊路", 560.0, 1, 1, Weather.DUSK, height_m=8.0),
    _camera(112, "柳园街南口", "柳园街", 60.0, -1, 1, Weather.LOW_SUN),
    _camera(113, "文昌街北段", "文昌街", 540.0, -1, 1, Weather.RAIN),
    _camera(114, "槐树街东段", "槐树街", 830.0, -1, -1, Weather.DUSK),
    _camera(115, "延和街东口", "延和街", 880.0, 1, -1, Weather.SUN),
    _camera(116, "东关路新民路口", "东关路", 610.0, 1, 1, Weather.OVERCAST, height_m=8.0),
)


def camera_by_id(camera_id: str) -> StreetCamera:
    """Raises KeyError for an id that is not of the demonstration."""
    for camera in CAMERAS:
        if camera.camera_id == camera_id:
            return camera
    raise KeyError(camera_id)
