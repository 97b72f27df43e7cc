"""DiscoveryLine: the seat's questions to the hub about cameras that are not in the register yet.

Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from console.bridge.gui_thread import Errands
from ingest.errors import GridwallError
from ingest.ptz.adding import add_cameras
from ingest.ptz.discovery import FoundCamera, register_row

#: Some interfaces, some dozen cameras.
SEARCH_S = 45.0


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


class Found(Struct, frozen=True):
    """A camera that answered; `is_known`: the register has its host."""

    camera: FoundCamera
    is_known: bool


class Wanted(Struct, frozen=True):
    """A camera the operator picked, under the id and name it shall have."""

    camera: FoundCamera
    camera_id: str
    name: str


class DiscoveryLine:
    """See module."""

    def __init__(self, client: Asks, errands: Errands, seat: str) -> None:
        self._client = client
        self._errands = errands
        self._seat = seat

    def search(
        self,
        user_name: str,
        password_name: str,
        then: Callable[[list[Found]], None],
        failed: Callable[[GridwallError], None],
    ) -> None:
        """Has the hub look; the names are environment variables beside the hub, empty for none."""
        request = {"user_name": user_name or None, "password_name": password_name or None}
        self._errands.run(
            lambda: msgspec.convert(
                self._client.ask("discover", timeout_s=SEARCH_S, **request)["cameras"],
                list[Found],
                strict=False,
            ),
            then,
            failed,
        )

    def add(
        self,
        wanted: Sequence[Wanted],
        user_name: str,
        password_name: str,
        then: Callable[[list[str]], None],
        failed: Callable[[GridwallError], None],
    ) -> None:
        """Puts the picked cameras into cameras.csv; `then` gets the site's warnings."""
        rows = [
            register_row(each.camera, each.camera_id, each.name, user_name, password_name)
            for each in wanted
        ]
        self._errands.run(lambda: add_cameras(self._client.ask, rows, self._seat), then, failed)
