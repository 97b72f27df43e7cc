"""PtzLine: this seat's hand on a camera, as requests to the hub; what it answers, as words for the seat.

A held movement is said five times a second and never waited for; the hub's dead man stops the
camera should this window hang. Decides nothing about rights: the hub does.

Threads: GUI thread; answers that are waited for run on errand threads.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from config.geometry import GeoPoint
from config.site import CameraId
from console.bridge.desk_line import reason_of
from console.bridge.gui_thread import Errands
from console.state.candidates import Reason
from console.state.ptz_hand import PtzHand
from ingest.errors import GridwallError
from ingest.feed.query import checked_answer
from ingest.ptz.device import PtzPreset, PtzVelocity

#: How often a held movement is said; a quarter of the hub's dead man.
SAY_MS = 200
#: How long a camera may take for a preset, home or the list.
TURN_TIMEOUT_S = 8.0
#: Movements on the way at once: more means that the hub is away, and the newest counts anyway.
ON_THE_WAY_MOST = 5


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...
    def submit(self, op: str, timeout_s: float = ..., **fields: Any) -> Future[bytes]: ...


class PtzLine(QObject):
    """Signals: `held(camera_id)` the camera is ours; `refused(camera_id, reason)`; `presets(camera_id, list)`;
    `done(camera_id, op)` a command was taken by the camera; `aimed(camera_id, why)` it turns to the place."""

    held = Signal(str)
    refused = Signal(str, object)
    presets = Signal(str, object)
    done = Signal(str, str)
    aimed = Signal(str, object)

    def __init__(
        self,
        client: Asks,
        errands: Errands,
        seat: str,
        hand: PtzHand,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.seat = seat
        self._client = client
        self._errands = errands
        self._hand = hand
        self._camera_id: CameraId | None = None
        self._said = PtzVelocity()
        self._on_the_way: deque[Future[bytes]] = deque()
        self._timer = QTimer(self, interval=SAY_MS)
        self._timer.timeout.connect(self._say)

    @property
    def camera_id(self) -> CameraId | None:
        """The camera under the hand, None without one."""
        return self._camera_id

    def take(self, camera_id: CameraId) -> None:
        """Asks for the camera; `held` or `refused` follows."""
        self._camera_id = camera_id
        self._said = PtzVelocity()
        self._ask("ptz.take", camera_id, lambda _reply: self._on_taken(camera_id))

    def leave(self) -> None:
        """Lets the camera stand still and gives it back."""
        camera_id, self._camera_id = self._camera_id, None
        self._timer.stop()
        self._hand.let_go()
        self._on_the_way.clear()
        if camera_id is not None:
            self._submit("ptz.release", camera_id)

    def hand_moved(self) -> None:
        """Keys or mouse changed: says it at once, and again until it stands still."""
        if self._camera_id is not None:
            self._say()
            self._timer.start()

    def turn(self, op: str, **fields: Any) -> None:
        """One of `ptz.home`, `ptz.goto`, `ptz.preset.save`, …; `done` or `refused` follows."""
        camera_id = self._camera_id
        if camera_id is not None:
            self._ask(op, camera_id, lambda _reply: self.done.emit(camera_id, op), **fields)

    def ask_presets(self) -> None:
        """Reads the list; `presets` follows."""
        camera_id = self._camera_id
        if camera_id is not None:
            self._ask("ptz.presets", camera_id, lambda reply: self._on_presets(camera_id, reply))

    def aim(self, place: GeoPoint) -> None:
        """Has the best camera turned to a place; `aimed` or `refused` follows."""
        request = {"seat": self.seat, "lat_deg": place.lat_deg, "lon_deg": place.lon_deg}
        self._errands.run(
            lambda: self._client.ask("ptz.aim", timeout_s=TURN_TIMEOUT_S, **request),
            lambda reply: self.aimed.emit(reply["camera_id"], _reason(reply.get("why"))),
            self._on_not_aimed,
        )

    def _on_not_aimed(self, error: GridwallError) -> None:
        """The reason of the nearest camera says more than "none"."""
        answer = getattr(error, "answer", None)
        others = answer.get("others") if isinstance(answer, dict) else None
        first = others[0] if others else {}
        reason = _reason(first.get("reason")) if first else reason_of(error)
        self.refused.emit(str(first.get("camera_id", "")), reason)

    def close(self) -> None:
        """Gives back what is held. Twice is harmless."""
        self.leave()

    def _on_taken(self, camera_id: CameraId) -> None:
        if self._camera_id == camera_id:
            self.held.emit(camera_id)

    def _on_presets(self, camera_id: CameraId, reply: Mapping[str, Any]) -> None:
        found = msgspec.convert(reply.get("presets", ()), list[PtzPreset], strict=False)
        self.presets.emit(camera_id, tuple(found))

    def _ask(
        self, op: str, camera_id: CameraId, then: Callable[[dict[str, Any]], None], **fields: Any
    ) -> None:
        request = {"camera_id": camera_id, "seat": self.seat, **fields}
        self._errands.run(
            lambda: self._client.ask(op, timeout_s=TURN_TIMEOUT_S, **request),
            then,
            lambda error: self.refused.emit(camera_id, reason_of(error)),
        )

    def _say(self) -> None:
        camera_id = self._camera_id
        if camera_id is None:
            self._timer.stop()
            return
        self._look_back(camera_id)
        velocity = self._hand.velocity(time.monotonic())
        if velocity.is_still and self._said.is_still:
            if not self._on_the_way:
                self._timer.stop()
            return
        if len(self._on_the_way) < ON_THE_WAY_MOST or velocity.is_still:
            self._submit(
                "ptz.move", camera_id, pan=velocity.pan, tilt=velocity.tilt, zoom=velocity.zoom
            )
            self._said = velocity

    def _submit(self, op: str, camera_id: CameraId, **fields: Any) -> None:
        try:
            future = self._client.submit(op, 2.0, camera_id=camera_id, seat=self.seat, **fields)
        except GridwallError as error:
            self.refused.emit(camera_id, Reason(str(error)))
        else:
            self._on_the_way.append(future)

    def _look_back(self, camera_id: CameraId) -> None:
        """Movements the hub answered meanwhile; a no is told once."""
        while self._on_the_way and self._on_the_way[0].done():
            future = self._on_the_way.popleft()
            try:
                checked_answer(future.result(0))
            except GridwallError as error:
                self._on_the_way.clear()
                self._said = PtzVelocity()
                self._hand.let_go()
                self.refused.emit(camera_id, reason_of(error))
                return


def _reason(told: Any) -> Reason:
    return msgspec.convert(told, Reason, strict=False)
