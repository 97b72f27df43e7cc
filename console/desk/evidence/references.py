"""`evidence.references`: which files the cases hold and until when, page by page, for the clean-up.

A page walks so many cases in the order of their opening, whether or not they hold anything: no page
takes long, however many cases there are. Runs in the hub's read thread.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import and_, or_, select

from config.store_settings import StoreSettings
from console.desk.evidence.rules import ALWAYS_NS, Reference, held_until_ns, longest_days, named_by
from console.desk.partners.outbox import waiting_evidence
from console.desk.proposals import AlertSeen
from console.desk.queries import convert
from console.desk.tables import alerts, case_of, cases
from ingest.feed.log import Transaction

PAGE_CASES = 2_000
_DAY_NS = 86_400 * 10**9


class ReferencesRequest(Struct, frozen=True):
    """`evidence.references`: after the last of the page before."""

    after_ns: int = -(2**62)
    after_id: Annotated[str, Meta(max_length=80)] = ""


def references_reply(
    tx: Transaction, request: dict[str, Any], settings: StoreSettings
) -> dict[str, Any]:
    """`references`, and `after_ns`, `after_id` of the next page (null at the end)."""
    asked: ReferencesRequest = convert(request, ReferencesRequest)
    since_ns = tx.now_utc_ns - longest_days(settings) * _DAY_NS
    walked = tx.execute(
        select(cases.c.case_id, cases.c.opened_ns, cases.c.is_open, cases.c.closed_ns)
        .where(
            or_(
                cases.c.opened_ns > asked.after_ns,
                and_(cases.c.opened_ns == asked.after_ns, cases.c.case_id > asked.after_id),
            )
        )
        .order_by(cases.c.opened_ns, cases.c.case_id)
        .limit(PAGE_CASES)
    ).all()
    holding = [
        row.case_id for row in walked if row.is_open or (row.closed_ns or row.opened_ns) >= since_ns
    ]
    found = [one for start in range(0, len(holding), 500)
             for one in _of_cases(tx, holding[start : start + 500], settings)]  # fmt: skip
    if not asked.after_id:
        found += [Reference("-", ALWAYS_NS, waiting_evidence(tx))]
    last = walked[-1] if len(walked) == PAGE_CASES else None
    return {
        "references": found,
        "after_ns": last.opened_ns if last is not None else None,
        "after_id": last.case_id if last is not None else None,
    }


def _of_cases(tx: Transaction, ids: list[str], settings: StoreSettings) -> list[Reference]:
    """What they name themselves, and what the alerts of each name."""
    shas: dict[str, list[str]] = {}
    until_ns: dict[str, int] = {}
    for row in tx.execute(select(cases.c.body).where(cases.c.case_id.in_(ids))):
        case = case_of(row.body)
        until_ns[case.case_id] = held_until_ns(case, settings)
        shas[case.case_id] = list(named_by(case))
    for row in tx.execute(select(alerts.c.case_id, alerts.c.body).where(alerts.c.case_id.in_(ids))):
        alert = msgspec.json.decode(row.body, type=AlertSeen)
        named = (alert.snapshot, alert.crop, alert.clip)
        shas.setdefault(row.case_id, []).extend(sha for sha in named if sha)
    return [
        Reference(case_id, until_ns[case_id], tuple(dict.fromkeys(named)))
        for case_id, named in shas.items()
        if named and case_id in until_ns
    ]
