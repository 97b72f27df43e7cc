"""[store] of site.toml: where state lives, how long it is kept, and who gets evidence. Pure values."""

from __future__ import annotations

import enum
from typing import Annotated

from msgspec import Meta, Struct, field

#: What `[store] url` may begin with.
STORE_SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")


class EvidenceAccess(enum.Enum):
    """Who gets evidence from the gateway: AUTO asks for a grant where the site has keys or operators."""

    AUTO = "auto"
    OPEN = "open"
    GUARDED = "guarded"


class StoreSettings(Struct, frozen=True):
    """[store]: where state lives and how long it is kept."""

    #: Base folder of all state, relative to the site folder; `hub` and `worker-<host>` are inside.
    folder: str = "state"
    #: PostgreSQL URL of the log and the cases; None = SQLite in the hub's state folder.
    url: str | None = None
    #: Events older than this leave the log; 400 keeps a year for the yearly comparison.
    retention_days: Annotated[int, Meta(ge=1, le=36_500)] = 400
    #: Pictures and clips of a closed case are held so long; 90 days is the usual video rule. Open
    #: cases hold theirs always.
    evidence_retention_days: Annotated[int, Meta(ge=1, le=36_500)] = 90
    #: Whether pictures and clips need a grant of the query socket (`evidence.grant`).
    evidence_access: EvidenceAccess = EvidenceAccess.AUTO
    #: The same for kinds that are held otherwise, e.g. { fire = 365 }.
    evidence_kind_days: dict[str, Annotated[int, Meta(ge=1, le=36_500)]] = field(
        default_factory=dict
    )
    #: Of rejected cases at most so long, and of alerts no case came of.
    evidence_rejected_days: Annotated[int, Meta(ge=7, le=36_500)] = 30
    #: Below this free space the hub refuses new evidence and says so.
    free_space_min_mb: Annotated[int, Meta(ge=0, le=10_000_000)] = 500
    #: SQLite's locks do not work on network file systems: only for people who know theirs does.
    allow_network_file_system: bool = False
