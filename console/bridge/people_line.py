"""PeopleLine: the people sheet's questions to the hub: states, links, devices, coverage, trails.

Sends what the operator asked; decides nothing. Every question about where people were carries this
seat's name, which the hub writes down. Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from console.bridge.desk_line import Asks, reason_of
from console.bridge.gui_thread import Errands
from console.desk.patrol_rules import Visit
from console.desk.round_rules import RoundReport
from console.desk.units import UnitState
from ingest.errors import GridwallError
from ingest.positions.quality import DeviceQuality
from ingest.positions.trails import TrailPoint

T = TypeVar("T")

#: A day of trails of everybody takes a moment.
TRAIL_S = 20.0


class FieldLink(Struct, frozen=True):
    """A link just made: shown once, then gone."""

    inspector_id: str
    url: str
    qr_svg: str
    until_utc: str


class Coverage(Struct, frozen=True):
    """A patrol round as it stands. `back_check`: grid → cases found by patrols and by others."""

    from_ms: int
    until_ms: int
    visits: tuple[Visit, ...]
    visited: int
    back_check: dict[str, dict[str, int]]


class _Rounds(Struct, frozen=True):
    rounds: tuple[RoundReport, ...]


class _Devices(Struct, frozen=True):
    devices: tuple[DeviceQuality, ...]


class _Trails(Struct, frozen=True):
    trails: dict[str, tuple[TrailPoint, ...]]


class PeopleLine(QObject):
    """Signals: `devices_read`, `coverage_read`, `rounds_read`, `link_made`, `trails_read`;
    `refused(reason)`."""

    devices_read = Signal(object)
    coverage_read = Signal(object)
    rounds_read = Signal(object)
    link_made = Signal(object)
    trails_read = Signal(object)
    refused = Signal(object)

    def __init__(
        self, client: Asks, errands: Errands, seat: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._errands = errands
        self._seat = seat

    def set_state(self, inspector_id: str, state: UnitState) -> None:
        """The change comes back on the feed, like everybody else's."""
        self._ask(
            "unit.set", dict[str, Any], lambda _reply: None,
            inspector_id=inspector_id, state=state.value, actor=self._seat,
        )  # fmt: skip

    def make_link(self, inspector_id: str) -> None:
        self._ask(
            "field.link", FieldLink, self.link_made.emit, inspector_id=inspector_id,
            actor=self._seat,
        )  # fmt: skip

    def read_devices(self) -> None:
        self._ask("devices", _Devices, lambda found: self.devices_read.emit(found.devices))

    def read_rounds(self) -> None:
        """Today's planned rounds."""
        self._ask(
            "patrol.rounds", _Rounds, lambda found: self.rounds_read.emit(found.rounds),
            actor=self._seat,
        )  # fmt: skip

    def read_coverage(self, round_id: str | None = None) -> None:
        """Of a planned round, or of the one of the site's hours that runs now."""
        fields = {} if round_id is None else {"round_id": round_id}
        self._ask("patrol.coverage", Coverage, self.coverage_read.emit, actor=self._seat, **fields)

    def read_trails(
        self, inspector_ids: tuple[str, ...] | None, from_utc: str, until_utc: str
    ) -> None:
        """`inspector_ids` None: everybody."""
        self._ask(
            "trail.read", _Trails, lambda found: self.trails_read.emit(found.trails),
            inspector_ids=inspector_ids, from_utc=from_utc, until_utc=until_utc, actor=self._seat,
        )  # fmt: skip

    def _ask(self, op: str, kind: Any, then: Callable[[Any], None], **fields: Any) -> None:
        def asked() -> Any:
            reply = self._client.ask(op, timeout_s=TRAIL_S, **fields)
            try:
                return msgspec.convert(reply, kind, strict=False)
            except msgspec.ValidationError as error:
                raise GridwallError(
                    f"the hub's answer does not fit this console: {error}"
                ) from error

        self._errands.run(asked, then, lambda error: self.refused.emit(reason_of(error)))
