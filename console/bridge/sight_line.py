"""SightLine: what a seat asks of the eyes, through the hub. Decides nothing; hands on why it refused.

Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from config.site import CameraId, Zone
from console.bridge.desk_line import ACT_TIMEOUT_S, Asks
from console.bridge.gui_thread import Errands
from ingest.errors import GridwallError
from vision.sight import QuietPlace

Failed = Callable[[str], None]


class SightLine:
    """Asks for one seat; what comes of it arrives with the feed."""

    def __init__(self, client: Asks, errands: Errands, seat: str) -> None:
        self._client, self._errands, self._seat = client, errands, seat

    def tryout(
        self, trial_id: str, camera_id: CameraId, zones: Sequence[Zone], failed: Failed
    ) -> None:
        """Asks the camera's worker what these zones would have raised lately."""
        built = msgspec.to_builtins(list(zones), enc_hook=str)
        fields = {"trial_id": trial_id, "camera_id": str(camera_id), "zones": built}
        self._ask("sight.tryout", fields, failed)

    def watch_again(self, camera_id: CameraId, place: QuietPlace, failed: Failed) -> None:
        """Takes back what was learnt about a place."""
        fields = {
            "camera_id": str(camera_id), "kind": place.kind.value,
            "box_norm": list(place.box_norm),
        }  # fmt: skip
        self._ask("sight.reset", fields, failed)

    def _ask(self, op: str, fields: dict[str, Any], failed: Failed) -> None:
        def refused(error: GridwallError) -> None:
            failed(str(error))

        self._errands.run(
            lambda: self._client.ask(op, timeout_s=ACT_TIMEOUT_S, by=self._seat, **fields),
            lambda _reply: None,
            refused,
        )
