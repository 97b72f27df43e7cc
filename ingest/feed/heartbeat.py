"""HeartbeatData: once a second, how far the log is; a reader finds a loss within one beat."""

from __future__ import annotations

from msgspec import Struct


class HeartbeatData(Struct, frozen=True, omit_defaults=True):
    """`data` of gridwall.heartbeat.v1 (CONTRACT §5).

    `store_error` says in words for the operator why the log cannot be written just now.
    """

    epoch: str
    sequence: int
    nouns: dict[str, int]
    store_error: str | None = None
