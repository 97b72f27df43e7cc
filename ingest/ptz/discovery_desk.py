"""DiscoveryDesk: `discover` of the query socket: the hub looks for cameras where it will turn them.

Credentials are named, not sent: `user_name` and `password_name` are environment variables of the
hub's process, which cameras.csv then refers to. One search at a time, in a thread of its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from config.directory import SiteDirectory
from ingest.errors import GridwallError
from ingest.feed.log import Transaction
from ingest.feed.participant import Answerer, Caller, OperationRefused, OperationResult
from ingest.ptz.discovery import FoundCamera, find, known_hosts
from ingest.ptz.requests import checked

#: Only such variables are read: a request must not name another secret of the hub.
VariableName = Annotated[str, Meta(pattern=r"^CAMERA[A-Z0-9_]{0,60}$")]
#: How long `close` waits for a search: a hub that leaves does not wait for cameras.
CLOSE_S = 2.0


class DiscoverRequest(Struct, frozen=True):
    """`discover`. Without names cameras are asked without a password: most tell nothing then."""

    user_name: VariableName | None = None
    password_name: VariableName | None = None
    interface_ip: Annotated[str, Meta(max_length=64)] | None = None


Finder = Callable[..., tuple[FoundCamera, ...]]


class DiscoveryDesk:
    """Threads: `operation` the acting thread; the search its own."""

    def __init__(
        self,
        directory: Callable[[], SiteDirectory],
        finder: Finder = find,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._directory = directory
        self._find = finder
        self._environment = environment
        self._thread: threading.Thread | None = None

    def operation(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked = checked(request, DiscoverRequest)
        user, password = (self._secret(name) for name in (asked.user_name, asked.password_name))
        if self._thread is not None and self._thread.is_alive():
            raise OperationRefused("a search for cameras is running already: wait for its end")
        known = known_hosts(self._directory().site.cameras)

        def later(answer: Answerer) -> None:
            def search() -> None:
                try:
                    found = self._find(user, password, interface_ip=asked.interface_ip)
                    answer({"cameras": [reply_of(camera, known) for camera in found]})
                except (GridwallError, OSError) as error:
                    answer(OperationRefused(f"the search failed: {error}"))

            self._thread = threading.Thread(target=search, name="discovery", daemon=True)
            self._thread.start()

        return OperationResult({}, (), later)

    def close(self) -> None:
        """Waits a little for a search that runs; it ends by its own deadlines, heard by nobody."""
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _secret(self, name: str | None) -> str:
        if name is None:
            return ""
        value = self._environment.get(name)
        if value is None:
            raise OperationRefused(
                f"the environment variable {name} is not set where the hub runs: set it and start "
                "the hub again"
            )
        return value


def reply_of(camera: FoundCamera, known: frozenset[str]) -> dict[str, Any]:
    """A found camera as the answer has it; `is_known`: its host is in the register."""
    return {"camera": camera, "is_known": camera.host in known}
