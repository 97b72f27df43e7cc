"""A camera at our own seam, whose answers the test decides."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from msgspec import structs

from ingest.ptz.device import (
    CameraAway,
    PtzPosition,
    PtzPreset,
    PtzStatus,
    PtzVelocity,
)


class HandyCamera:
    """A `PtzDevice` that is where it is sent at once. `said` lists what it was told.

    `is_away`: every call raises CameraAway. `gate`: calls wait for it, as for a camera that hangs.
    """

    def __init__(self, presets: Sequence[PtzPreset] = ()) -> None:
        self.said: list[str] = []
        self.position = PtzPosition(0.0, 0.0, 0.0)
        self.stored = list(presets)
        self.is_away = False
        self.deaf_stops = 0
        self.gate = threading.Event()
        self.gate.set()
        self.velocity = PtzVelocity()

    def _hear(self, text: str) -> None:
        self.gate.wait(5.0)
        if self.is_away:
            raise CameraAway("the camera does not answer: no route")
        self.said.append(text)

    def move(self, velocity: PtzVelocity, hold_s: float) -> None:
        self._hear(f"move {velocity.pan:g} {velocity.tilt:g} {velocity.zoom:g}")
        self.velocity = velocity

    def stop(self) -> None:
        if self.deaf_stops:
            self.deaf_stops -= 1
            raise CameraAway("the camera does not answer: lost")
        self._hear("stop")
        self.velocity = PtzVelocity()

    def absolute(self, position: PtzPosition) -> None:
        self._hear("absolute")
        kept = {k: v for k, v in structs.asdict(position).items() if v is not None}
        self.position = structs.replace(self.position, **kept)

    def home(self) -> None:
        self._hear("home")
        self.position = PtzPosition(0.0, 0.0, 0.0)

    def presets(self) -> Sequence[PtzPreset]:
        self._hear("presets")
        return tuple(self.stored)

    def goto(self, token: str) -> None:
        self._hear(f"goto {token}")
        found = next(preset for preset in self.stored if preset.token == token)
        if found.position is not None:
            self.position = found.position

    def save(self, name: str, token: str | None) -> str:
        self._hear(f"save {name}")
        token = token or f"p{len(self.stored) + 1}"
        self.stored.append(PtzPreset(token, name, self.position))
        return token

    def remove(self, token: str) -> None:
        self._hear(f"remove {token}")
        self.stored = [preset for preset in self.stored if preset.token != token]

    def status(self) -> PtzStatus:
        self._hear("status")
        return PtzStatus(self.position, not self.velocity.is_still)

    def close(self) -> None:
        self.gate.set()
