"""What the query socket's `ptz.*` operations ask for, checked. Pure."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from config.geometry import GeoPoint
from config.site import CameraId
from ingest.feed.participant import OperationRefused
from ingest.ptz.device import PtzPosition, PtzVelocity

R = TypeVar("R", bound=Struct)

_Signed = Annotated[float, Meta(ge=-1.0, le=1.0)]
_Share = Annotated[float, Meta(ge=0.0, le=1.0)]
_Text = Annotated[str, Meta(min_length=1, max_length=64)]
Seat = Annotated[str, Meta(min_length=1, max_length=100)]


class CameraRequest(Struct, frozen=True, kw_only=True):
    """`ptz.take`, `ptz.release`, `ptz.home`, `ptz.presets`. `priority` may only be lower than the seat's own."""

    camera_id: CameraId
    seat: Seat
    priority: Annotated[int, Meta(ge=0, le=9)] | None = None


class MoveRequest(CameraRequest, frozen=True, kw_only=True):
    """`ptz.move`: a movement to be said again at least every `dead_man_s`; all zero stops."""

    pan: _Signed = 0.0
    tilt: _Signed = 0.0
    zoom: _Signed = 0.0

    @property
    def velocity(self) -> PtzVelocity:
        return PtzVelocity(self.pan, self.tilt, self.zoom)


class AbsoluteRequest(CameraRequest, frozen=True, kw_only=True):
    """`ptz.absolute`: what is left out stays."""

    pan: _Signed | None = None
    tilt: _Signed | None = None
    zoom: _Share | None = None

    @property
    def position(self) -> PtzPosition:
        return PtzPosition(self.pan, self.tilt, self.zoom)


class PresetRequest(CameraRequest, frozen=True, kw_only=True):
    """`ptz.goto`, `ptz.preset.remove`: `preset` is a token, or a name where no token is so called."""

    preset: _Text


class SaveRequest(CameraRequest, frozen=True, kw_only=True):
    """`ptz.preset.save`: the view of now under `name`; `preset`: the token that is replaced."""

    name: _Text
    preset: _Text | None = None


class AimRequest(Struct, frozen=True, kw_only=True):
    """`ptz.aim`: a place to be seen; `camera_id`: by this camera alone; `without`: not by this one."""

    lat_deg: Annotated[float, Meta(ge=-90.0, le=90.0)]
    lon_deg: Annotated[float, Meta(ge=-180.0, le=180.0)]
    seat: Seat
    priority: Annotated[int, Meta(ge=0, le=9)] | None = None
    camera_id: CameraId | None = None
    without: CameraId | None = None

    @property
    def place(self) -> GeoPoint:
        return GeoPoint(self.lat_deg, self.lon_deg)


def checked(request: dict[str, Any], kind: type[R]) -> R:
    """The request as `kind`. Raises OperationRefused with the field that does not fit."""
    try:
        return msgspec.convert(request, kind)
    except msgspec.ValidationError as error:
        raise OperationRefused(f"the request does not fit: {error}") from error
