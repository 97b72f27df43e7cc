"""RegisterLine: a register read from the hub and written back, for an editor. Decides nothing.

The version read goes back with the change: where somebody else wrote meanwhile the hub refuses, and
nothing is overwritten. Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from console.bridge.desk_line import Asks
from console.bridge.gui_thread import Errands
from ingest.errors import GridwallError
from ingest.feed.query import QueryRefused

T = TypeVar("T")

#: The hub checks the whole site before it writes.
WRITE_S = 15.0
#: Mistakes shown of a refused register; the first says most.
PROBLEMS_SHOWN = 3


class RegisterLine:
    """Reads and writes registers for one seat."""

    def __init__(self, client: Asks, errands: Errands, seat: str) -> None:
        self._client, self._errands, self._seat = client, errands, seat

    def read(
        self,
        name: str,
        kind: type[T],
        then: Callable[[T, str], None],
        failed: Callable[[str], None],
    ) -> None:
        """`then(values, version)`, or `failed(why)`."""

        def ask() -> tuple[T, str]:
            reply = self._client.ask("register.get", timeout_s=WRITE_S, name=name)
            try:
                return msgspec.convert(reply["content"], kind), str(reply["version"])
            except (msgspec.ValidationError, KeyError) as error:
                raise GridwallError(
                    f"the hub's {name} do not fit this console: {error}. Use the same version"
                ) from error

        self._errands.run(ask, lambda found: then(*found), lambda error: failed(_why(error)))

    def write(
        self,
        name: str,
        entries: Sequence[dict[str, Any]],
        version: str,
        then: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Replaces the register; `then()` when it is written, or `failed(why)`: it stands as before."""
        self._errands.run(
            lambda: self._client.ask(
                "register.put", timeout_s=WRITE_S, name=name, content=list(entries),
                version=version, by=self._seat,
            ),
            lambda _reply: then(),
            lambda error: failed(_why(error)),
        )  # fmt: skip


def _why(error: GridwallError) -> str:
    """The hub's words, with the first mistakes it found."""
    problems = error.answer.get("problems") if isinstance(error, QueryRefused) else None
    if not isinstance(problems, list) or not problems:
        return str(error)
    shown = "; ".join(str(problem) for problem in problems[:PROBLEMS_SHOWN])
    return f"{error}: {shown}"
