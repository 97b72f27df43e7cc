"""Journal: how a change becomes lasting: audit row, table row, event, and what partners hear, in one step."""

from __future__ import annotations

from typing import Any

import msgspec

from console.desk.audit import append_audit
from console.desk.case import CaseData
from console.desk.case_store import save_case
from console.desk.partners import outbox
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.feed.log import Transaction

#: `source` of every case event.
SOURCE = "gridwall/desk"


def record(
    tx: Transaction, before: CaseData | None, after: CaseData, detail: dict[str, Any]
) -> tuple[CaseData, Event]:
    """Keeps the case as it is after an act; returns it with its audit hash, and its event.

    Args:
        before: None for a new case.
        detail: what was entered and why somebody was picked, for the audit row.
    """
    audit_hash = append_audit(tx, before, after, utc_text(tx.now_utc_ns), detail)
    final = msgspec.structs.replace(after, audit_hash=audit_hash)
    save_case(tx, before, final)
    outbox.follow(tx, before, final)
    event = new_event(Noun.CASE, final.act, final, source=SOURCE, utc_ns=tx.now_utc_ns)
    return final, event
