"""PtzDevice: what is asked of a camera that can be turned, and what it answers.

Our own seam: `ingest.ptz.onvif` is the one implementation. Positions and velocities are ONVIF's
generic spaces: pan and tilt −1…1 (right and up positive), zoom 0…1 (tele positive). Pure values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from ingest.errors import GridwallError, Misconfigured, RetryLater


class CameraAway(RetryLater):
    """The camera does not answer, or not in time."""


class CameraRefuses(GridwallError):
    """The camera answers and says no."""


class PtzUnavailable(Misconfigured):
    """PTZ cannot be used here: no address, no library, a wrong password."""


class PtzVelocity(Struct, frozen=True):
    """How fast, −1…1 each."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0

    @property
    def is_still(self) -> bool:
        return self.pan == 0 and self.tilt == 0 and self.zoom == 0

    def clamped(self) -> PtzVelocity:
        return PtzVelocity(*(min(1.0, max(-1.0, v)) for v in (self.pan, self.tilt, self.zoom)))


class PtzPosition(Struct, frozen=True):
    """Where a camera looks, in its own units. None: the camera does not tell, or shall keep it."""

    pan_norm: float | None = None
    tilt_norm: float | None = None
    zoom_norm: float | None = None

    def is_near(self, other: PtzPosition, tolerance: float) -> bool:
        """Whether all that both tell is the same within `tolerance`; False where nothing is told."""
        pairs = [
            (a, b)
            for a, b in zip(_parts(self), _parts(other), strict=True)
            if a is not None and b is not None
        ]
        return bool(pairs) and all(abs(a - b) <= tolerance for a, b in pairs)


def _parts(position: PtzPosition) -> tuple[float | None, float | None, float | None]:
    return (position.pan_norm, position.tilt_norm, position.zoom_norm)


class PtzPreset(Struct, frozen=True):
    """A stored view. `token` is the camera's own id of it."""

    token: str
    name: str
    position: PtzPosition | None = None


class PtzStatus(Struct, frozen=True):
    """Where a camera looks now. `is_moving` None: it does not tell."""

    position: PtzPosition | None = None
    is_moving: bool | None = None


class PtzDevice(Protocol):
    """One camera. Every call blocks for a bounded time; one thread uses it.

    Raises (all): CameraAway, CameraRefuses, PtzUnavailable.
    """

    def move(self, velocity: PtzVelocity, hold_s: float) -> None:
        """Moves on until told otherwise; the camera itself stops after `hold_s` where it can."""
        ...

    def stop(self) -> None: ...
    def absolute(self, position: PtzPosition) -> None: ...
    def home(self) -> None: ...
    def presets(self) -> Sequence[PtzPreset]: ...
    def goto(self, token: str) -> None: ...
    def save(self, name: str, token: str | None) -> str: ...
    def remove(self, token: str) -> None: ...
    def status(self) -> PtzStatus: ...
    def close(self) -> None: ...
