"""Field links: one secret per inspector that opens their tasks and nothing else.

Decides whose token it is and whether it still counts. A token is 256 random bits, shown once when
the link is made and kept as its SHA-256 only; a new link ends the former ones. Runs inside the
hub's transactions; knows no HTTP.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import BigInteger, Column, Index, Table, delete, select

from config.directory import SiteDirectory
from config.site import Inspector, InspectorId
from console.desk.messages import ActRefused, Message
from console.desk.tables import metadata
from ingest.feed.envelope import utc_text
from ingest.feed.log import Transaction
from ingest.feed.tables import EXACT_TEXT

TOKEN_BYTES = 32
#: Answered requests are remembered this long: a phone without network sends again days later.
REQUESTS_KEPT_S = 14 * 86_400.0

tokens = Table(
    "desk_field_tokens",
    metadata,
    Column("token_hash", EXACT_TEXT, primary_key=True),
    Column("inspector_id", EXACT_TEXT, nullable=False),
    Column("made_by", EXACT_TEXT, nullable=False),
    Column("made_ns", BigInteger, nullable=False),
    Column("until_ns", BigInteger, nullable=False),
    Index("desk_field_tokens_inspector", "inspector_id"),
)
#: What a phone sent once: sent again, it is acknowledged, not done twice.
requests = Table(
    "desk_field_requests",
    metadata,
    Column("request_id", EXACT_TEXT, primary_key=True),
    Column("inspector_id", EXACT_TEXT, primary_key=True),
    Column("case_id", EXACT_TEXT, nullable=False),
    Column("done_ns", BigInteger, nullable=False),
    Index("desk_field_requests_done", "done_ns"),
)


def make_token(tx: Transaction, inspector_id: InspectorId, made_by: str, days: float) -> str:
    """A fresh token; those made before for this inspector stop working."""
    revoke(tx, inspector_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": hash_of(token),
        "inspector_id": inspector_id,
        "made_by": made_by,
        "made_ns": tx.now_utc_ns,
        "until_ns": tx.now_utc_ns + round(days * 86_400e9),
    }
    tx.execute(tokens.insert(), row)
    return token


def revoke(tx: Transaction, inspector_id: str) -> int:
    """Ends every link of an inspector; returns how many there were."""
    found = tx.execute(delete(tokens).where(tokens.c.inspector_id == inspector_id))
    return int(found.rowcount)


def links(tx: Transaction) -> list[dict[str, str]]:
    """Who holds a link, since when, until when, and who made it; never the token."""
    rows = tx.execute(select(tokens).order_by(tokens.c.inspector_id))
    return [
        {
            "inspector_id": row.inspector_id,
            "made_by": row.made_by,
            "made_utc": utc_text(row.made_ns),
            "until_utc": utc_text(row.until_ns),
        }
        for row in rows
    ]


def holder_of(tx: Transaction, token: str, directory: SiteDirectory) -> Inspector:
    """Whose token it is. Raises ActRefused: unknown, ended, or the inspector has left."""
    row = tx.execute(select(tokens).where(tokens.c.token_hash == hash_of(token))).first()
    inspector = None
    if row is not None and row.until_ns > tx.now_utc_ns:
        inspector = directory.inspector(row.inspector_id)
    if inspector is None:
        raise ActRefused(Message("field_token"))
    return inspector


def hash_of(token: str) -> str:
    """What is kept of a token: it is long and random, so no salt or slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def case_of_request(tx: Transaction, inspector_id: str, request_id: str) -> str | None:
    """The case a request of this inspector led to, when it was done before."""
    found: str | None = tx.execute(
        select(requests.c.case_id).where(
            requests.c.request_id == request_id, requests.c.inspector_id == inspector_id
        )
    ).scalar()
    return found


def remember_request(tx: Transaction, inspector_id: str, request_id: str, case_id: str) -> None:
    """Notes a request as done, in the transaction that did it."""
    oldest_ns = tx.now_utc_ns - round(REQUESTS_KEPT_S * 1e9)
    tx.execute(delete(requests).where(requests.c.done_ns < oldest_ns))
    row = {
        "request_id": request_id,
        "inspector_id": inspector_id,
        "case_id": case_id,
        "done_ns": tx.now_utc_ns,
    }
    tx.execute(requests.insert(), row)
