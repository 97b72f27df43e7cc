"""ShelfLine: what a seat puts aside, or cannot answer in time, to the hub. Decides nothing; says why the hub refused.

Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.site import CameraId
from console.bridge.desk_line import ACT_TIMEOUT_S, Asks
from console.bridge.gui_thread import Errands
from console.desk.shelf_data import ShelfKind
from console.state.session import ConsoleSession, Severity
from ingest.errors import GridwallError


class ShelfLine:
    """Asks for shelves; what the hub committed arrives with the feed."""

    def __init__(self, session: ConsoleSession, client: Asks, errands: Errands, seat: str) -> None:
        self._session, self._client, self._errands, self._seat = session, client, errands, seat

    def put_aside(
        self,
        what: ShelfKind,
        camera_ids: Sequence[CameraId],
        reason: str,
        duration_s: float,
        kinds: Sequence[str] = (),
    ) -> None:
        fields = {
            "what": what.value, "camera_ids": list(camera_ids), "reason": reason,
            "duration_s": duration_s, "kinds": list(kinds), "by": self._seat,
        }  # fmt: skip
        self._ask("shelf.set", fields)

    def escalate(self, case_id: str, waited_s: float, to: str) -> None:
        """Nobody at this seat acknowledged the case; the hub tells everybody once."""
        fields = {"case_id": case_id, "waited_s": waited_s, "to": to, "by": self._seat}
        self._ask("escalate", fields)

    def end(self, shelf_id: str) -> None:
        self._ask("shelf.end", {"shelf_id": shelf_id, "by": self._seat})

    def _ask(self, op: str, fields: dict[str, Any]) -> None:
        self._errands.run(
            lambda: self._client.ask(op, timeout_s=ACT_TIMEOUT_S, **fields),
            lambda _reply: None,
            self._on_refused,
        )

    def _on_refused(self, error: GridwallError) -> None:
        self._session.say(str(error), Severity.PROBLEM)
