"""SignedClient: the seat's way to the hub with the operator's pass on every request.

The one place where a pass is held; it is never written to the disk. Threads: any; `lost` may be called
on an errand thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import msgspec
from msgspec import Struct

from console.desk.sign_in_data import PASS_KEY
from ingest.errors import GridwallError
from ingest.feed.query import QueryClient, QueryRefused

#: Argon2 takes its time on purpose, and a busy hub more.
SIGN_IN_S = 10.0


class SignedIn(Struct, frozen=True):
    """Who signed in at this seat, with what they may. `streets` empty: everywhere."""

    name: str
    display: str
    roles: frozenset[str]
    streets: frozenset[str]
    until_ns: int


class _Reply(SignedIn, frozen=True):
    given: str = msgspec.field(name="pass")


class SignedClient:
    """Asks like a `QueryClient`. `lost` is called when the hub does not take the pass (any more)."""

    def __init__(self, client: QueryClient) -> None:
        self._client = client
        self._pass: str | None = None
        self.lost: Callable[[], None] = lambda: None

    @property
    def is_signed_in(self) -> bool:
        return self._pass is not None

    def ask(self, op: str, timeout_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        """As `QueryClient.ask`."""
        given = self._pass
        if given is not None:
            fields[PASS_KEY] = given
        try:
            return self._client.ask(op, timeout_s, **fields)
        except QueryRefused as error:
            if given is not None and error.answer.get("sign_in") is True:
                if self._pass == given:
                    self._pass = None
                self.lost()
            raise

    def submit(self, op: str, timeout_s: float = 5.0, **fields: Any) -> Future[bytes]:
        """As `QueryClient.submit`."""
        given = self._pass
        if given is not None:
            fields[PASS_KEY] = given
        return self._client.submit(op, timeout_s, **fields)

    def is_needed(self) -> bool:
        """Whether the site names its operators. Raises what `ask` raises."""
        return bool(self._client.ask("operator.who")["needed"])

    def sign_in(self, name: str, password: str, seat: str) -> SignedIn:
        """Raises QueryRefused with the hub's words, RetryLater where it does not answer."""
        reply = self._client.ask(
            "operator.sign_in", SIGN_IN_S, name=name, password=password, seat=seat
        )
        try:
            told = msgspec.convert(reply, _Reply)
        except msgspec.ValidationError as error:
            raise GridwallError(f"the hub's answer does not fit this console: {error}") from error
        self._pass = told.given
        return SignedIn(told.name, told.display, told.roles, told.streets, told.until_ns)

    def sign_out(self) -> None:
        """Forgets the pass: the next person signs in."""
        self._pass = None

    def close(self) -> None:
        self._pass = None
        self._client.close()
