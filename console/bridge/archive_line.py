"""ArchiveLine: the archive's questions to the hub, answers into the session.

Threads: GUI thread; the questions run on errand threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from console.bridge.gui_thread import Errands
from console.desk.case import CaseData
from console.state.archive import PAGE_ROWS, PageAsked
from console.state.candidates import Reason
from console.state.session import ConsoleSession
from ingest.errors import GridwallError

#: A page of millions takes some tens of milliseconds; a count of them up to a second.
PAGE_S, COUNT_S = 5.0, 20.0


class Asks(Protocol):
    """The part of `ingest.feed.query.QueryClient` used here."""

    def ask(self, op: str, timeout_s: float = ..., **fields: Any) -> dict[str, Any]: ...


class ArchiveLine:
    """Follows `session.archive.page_wanted`."""

    def __init__(self, session: ConsoleSession, client: Asks, errands: Errands) -> None:
        self._session, self._client, self._errands = session, client, errands
        session.archive.page_wanted.connect(self._read)

    def _read(self, asked: PageAsked) -> None:
        archive = self._session.archive
        wanted = asked.query.filter()

        def read() -> dict[str, Any]:
            return self._client.ask(
                "cases", PAGE_S, filter=wanted, sort=asked.query.order.value,
                after=asked.after, limit=PAGE_ROWS,
            )  # fmt: skip

        self._errands.run(
            read,
            lambda reply: self._take(asked, reply),
            lambda error: archive.fail(asked, Reason(str(error))),
        )

    def _take(self, asked: PageAsked, reply: Mapping[str, Any]) -> None:
        archive = self._session.archive
        try:
            cases = msgspec.convert(reply.get("cases", ()), list[CaseData], strict=False)
        except msgspec.ValidationError as error:
            archive.fail(asked, Reason(f"the hub's answer does not fit this console: {error}"))
            return
        after = reply.get("after")
        now_utc_ns = self._session.clock.utc_ns()
        archive.take(asked, cases, after if isinstance(after, str) else None, now_utc_ns)
        if archive.total is None and not asked.query.text:
            self._count(asked)

    def _count(self, asked: PageAsked) -> None:
        """How many there are; of a text nobody counts, since most of the time goes there."""

        def take(reply: Mapping[str, Any]) -> None:
            if isinstance(reply.get("count"), int):
                self._session.archive.take_total(asked, int(reply["count"]))

        def ignore(_error: GridwallError) -> None:
            """The list stands without its number."""

        self._errands.run(
            lambda: self._client.ask("count", COUNT_S, filter=asked.query.filter()), take, ignore
        )
