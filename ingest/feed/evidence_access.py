"""`evidence.grant` and `evidence.address`: the query socket knows who asks, the gateway does not.

Evidence is read by whoever may read cases, and stored by whoever may publish. Threads: the read
thread's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ingest.evidence import is_name
from ingest.evidence_grants import GRANT_MOST_S, GRANT_S, EvidenceGrants, Purpose
from ingest.feed.envelope import utc_text
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)

#: Which roles may what.
MAY = {
    Purpose.GET: frozenset({"reader", "operator"}),
    Purpose.PUT: frozenset({"publisher", "operator"}),
}
_Lasts = Annotated[float, Meta(gt=0, le=GRANT_MOST_S)]


class GrantRequest(Struct, frozen=True):
    """`evidence.grant`: for every piece of evidence."""

    purpose: Purpose = Purpose.GET
    lasts_s: _Lasts = GRANT_S


class AddressRequest(Struct, frozen=True):
    """`evidence.address`: addresses that can be handed on, each for one piece."""

    shas: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    lasts_s: _Lasts = GRANT_S


class EvidenceAccessDesk:
    """`guarded` tells whether the door asks for grants at all now."""

    def __init__(self, grants: EvidenceGrants, guarded: Callable[[], bool]) -> None:
        self._grants = grants
        self._guarded = guarded

    def operations(self) -> Mapping[str, Operation]:
        return {
            "evidence.grant": ReadingOperation(self._grant, MAY[Purpose.GET] | MAY[Purpose.PUT]),
            "evidence.address": ReadingOperation(self._address),
        }

    def _grant(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = _converted(request, GrantRequest)
        may = MAY[asked.purpose]
        if not caller.roles & may:
            raise OperationRefused(
                f"{caller.name} may not {asked.purpose.value} evidence",
                who_may=" or ".join(sorted(may)),
            )
        given = self._grants.give(asked.purpose, lasts_s=asked.lasts_s)
        until_utc = utc_text(given.until_utc_ns)
        reply = {"token": given.token, "until_utc": until_utc, "guarded": self._guarded()}
        return OperationResult(reply)

    def _address(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = _converted(request, AddressRequest)
        wrong = next((sha for sha in asked.shas if not is_name(sha)), None)
        if wrong is not None:
            raise OperationRefused(f"{wrong[:80]!r} is no SHA-256 in lower-case hex")
        given = {sha: self._grants.give(Purpose.GET, sha, asked.lasts_s) for sha in asked.shas}
        paths = {sha: f"/evidence/{sha}?token={grant.token}" for sha, grant in given.items()}
        until_utc = utc_text(min(grant.until_utc_ns for grant in given.values()))
        return OperationResult({"paths": paths, "until_utc": until_utc})


def _converted(request: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(request, kind)
    except msgspec.ValidationError as error:
        raise OperationRefused(f"the request does not fit: {error}") from error
