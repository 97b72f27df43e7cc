"""TourPresets: turns PTZ cameras to the preset a tour's step names, below every person.

Decides nothing: who holds the camera keeps it, and the seat is told once. Threads: GUI thread; the hub is
asked on errand threads.
"""

from __future__ import annotations

from typing import Any

import msgspec

from config.site import CameraId
from console.bridge.desk_line import Asks
from console.bridge.gui_thread import Errands
from console.state.session import ConsoleSession, Severity
from console.state.tiles import TileAddress
from console.state.tours import TourStep
from ingest.errors import GridwallError
from ingest.ptz.device import PtzPreset

#: A camera that is asked for its presets and turned may take this long, seconds.
TURN_S = 10.0


class NoSuchPreset(GridwallError):
    """A tour names a preset that the camera does not have."""


class TourPresets:
    """Listens to `TourRuns.step_shown`."""

    def __init__(self, session: ConsoleSession, client: Asks, errands: Errands, seat: str) -> None:
        self._session, self._client, self._errands = session, client, errands
        self._seat = f"{seat} · tour"
        self._told: set[str] = set()

    def on_step(self, _address: TileAddress, step: TourStep) -> None:
        """A step is shown now."""
        camera_id, preset = step.camera_id, step.preset
        if camera_id is None or not preset:
            return
        self._errands.run(
            lambda: self._turn(camera_id, preset),
            lambda _none: self._told.discard(camera_id),
            lambda error: self._tell(camera_id, error),
        )

    def _turn(self, camera_id: CameraId, preset: str) -> None:
        """On an errand thread: by name or token, and the camera is let go at once."""
        who: dict[str, Any] = {"camera_id": camera_id, "seat": self._seat, "priority": 0}
        known = msgspec.convert(
            self._client.ask("ptz.presets", TURN_S, **who)["presets"], tuple[PtzPreset, ...]
        )
        found = [one for one in known if preset.casefold() in (one.name.casefold(), one.token)]
        if not found:
            raise NoSuchPreset(f"camera {camera_id} has no preset {preset!r}; the tour goes on")
        self._client.ask("ptz.goto", TURN_S, **who, preset=found[0].token)
        self._client.ask("ptz.release", **who)

    def _tell(self, camera_id: CameraId, error: GridwallError) -> None:
        if camera_id not in self._told:
            self._told.add(camera_id)
            self._session.say(str(error), Severity.PROBLEM)
