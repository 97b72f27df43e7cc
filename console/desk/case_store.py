"""Reads and writes cases, alerts and serials inside a transaction of the hub's database.

Every statement goes through `Transaction.execute`; the engine belongs to `ingest.feed`. The acting
thread writes; reading transactions may use the look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, or_, select

from console.desk.case import ENDED, CaseData, CaseId
from console.desk.case_text import text_row
from console.desk.proposals import AlertSeen
from console.desk.tables import alerts, case_of, case_row, cases, helpers, serials, texts
from ingest.feed.log import Transaction

_alert_decoder = msgspec.json.Decoder(AlertSeen)


def load_case(tx: Transaction, case_id: str) -> CaseData | None:
    body = tx.execute(select(cases.c.body).where(cases.c.case_id == case_id)).scalar()
    return None if body is None else case_of(body)


def save_case(tx: Transaction, before: CaseData | None, after: CaseData) -> None:
    """Inserts a new case; of a known one only what changed, so that few indices are written."""
    _save_helpers(tx, before, after)
    row = case_row(after)
    if before is None or before.title != after.title:
        tx.execute(texts.insert(), text_row(after.case_id, after.title))
    if before is None:
        tx.execute(cases.insert(), row)
        return
    old = case_row(before)
    changed = {name: value for name, value in row.items() if old[name] != value}
    tx.execute(cases.update().where(cases.c.case_id == after.case_id).values(**changed))


def _save_helpers(tx: Transaction, before: CaseData | None, after: CaseData) -> None:
    was = set(before.helpers) if before is not None and before.state not in ENDED else set()
    now = set(after.helpers) if after.state not in ENDED else set()
    for gone in was - now:
        tx.execute(
            delete(helpers).where(
                helpers.c.case_id == after.case_id, helpers.c.inspector_id == gone
            )
        )
    for new in now - was:
        tx.execute(helpers.insert(), {"case_id": after.case_id, "inspector_id": new})


def next_case_id(tx: Transaction, day: str) -> CaseId:
    """`20261123-0001`: serials of a local day, never used twice."""
    last = tx.execute(select(serials.c.last).where(serials.c.day == day)).scalar()
    serial = 1 if last is None else last + 1
    if last is None:
        tx.execute(serials.insert(), {"day": day, "last": serial})
    else:
        tx.execute(serials.update().where(serials.c.day == day), {"last": serial})
    return CaseId(f"{day}-{serial:04}")


def case_id_of_alert(tx: Transaction, alert_id: str) -> CaseId | None:
    found = tx.execute(select(alerts.c.case_id).where(alerts.c.alert_id == alert_id)).scalar()
    return None if found is None else CaseId(found)


def case_id_of_ticket(tx: Transaction, source: str, ticket_id: str) -> CaseId | None:
    """A ticket that was received before keeps its case."""
    found = tx.execute(
        select(cases.c.case_id)
        .where(cases.c.ticket_id == ticket_id, cases.c.source == f"ticket:{source}")
        .limit(1)
    ).scalar()
    return None if found is None else CaseId(found)


def save_alert(
    tx: Transaction, alert: AlertSeen, case_id: CaseId, *, is_active: bool, is_new: bool
) -> None:
    now_ns = tx.now_utc_ns
    row = {
        "alert_id": alert.alert_id,
        "case_id": case_id,
        "camera_id": alert.camera_id,
        "kind": alert.kind,
        "is_active": is_active,
        "changed_ns": now_ns,
        "body": msgspec.json.encode(alert),
    }
    if is_new:
        tx.execute(alerts.insert(), {**row, "raised_ns": now_ns})
    else:
        tx.execute(alerts.update().where(alerts.c.alert_id == alert.alert_id), row)


def move_alerts(tx: Transaction, from_case: CaseId, to_case: CaseId) -> None:
    """The alerts of a merged case belong to the other one from now on."""
    tx.execute(alerts.update().where(alerts.c.case_id == from_case), {"case_id": to_case})


def move_some_alerts(tx: Transaction, alert_ids: Sequence[str], to_case: CaseId) -> None:
    """The alerts a split gives to a new case."""
    if alert_ids:
        moved = alerts.c.alert_id.in_(alert_ids)
        tx.execute(alerts.update().where(moved), {"case_id": to_case})


def alerts_of_case(tx: Transaction, case_id: str) -> list[AlertSeen]:
    rows = tx.execute(
        select(alerts.c.body).where(alerts.c.case_id == case_id).order_by(alerts.c.raised_ns)
    )
    return [_alert_decoder.decode(row.body) for row in rows]


def has_active_alert(tx: Transaction, case_id: str) -> bool:
    statement = select(alerts.c.alert_id).where(
        alerts.c.case_id == case_id, alerts.c.is_active.is_(True)
    )
    return tx.execute(statement.limit(1)).first() is not None


def burning_alerts_of_camera(
    tx: Transaction, camera_id: str, kinds: frozenset[str], since_ns: int
) -> list[tuple[CaseId, AlertSeen]]:
    """Alerts of these kinds that are active or were heard since, of cases still open."""
    rows = tx.execute(
        select(alerts.c.case_id, alerts.c.body)
        .join(cases, cases.c.case_id == alerts.c.case_id)
        .where(
            alerts.c.camera_id == camera_id,
            alerts.c.kind.in_(sorted(kinds)),
            cases.c.is_open.is_(True),
            alerts.c.is_active.is_(True) | (alerts.c.changed_ns >= since_ns),
        )
        .order_by(alerts.c.changed_ns.desc())
    )
    return [(CaseId(row.case_id), _alert_decoder.decode(row.body)) for row in rows]


#: States in which whoever was sent is busy with the case.
_UNDER_WAY = ("dispatched", "handling")


def commitments(tx: Transaction) -> dict[str, str]:
    """Inspector → the case that keeps them busy, as its lead or as a helper."""
    helping = tx.execute(
        select(helpers.c.inspector_id, helpers.c.case_id)
        .join(cases, cases.c.case_id == helpers.c.case_id)
        .where(cases.c.is_open.is_(True), cases.c.state.in_(_UNDER_WAY))
    )
    found = {row.inspector_id: row.case_id for row in helping}
    leading = tx.execute(
        select(cases.c.inspector_id, cases.c.case_id)
        .where(
            cases.c.is_open.is_(True),
            cases.c.inspector_id.is_not(None),
            cases.c.state.in_(_UNDER_WAY),
        )
        .order_by(cases.c.opened_ns.desc())
    )
    return found | {row.inspector_id: row.case_id for row in leading}


def loads_since(tx: Transaction, since_ns: int) -> dict[str, int]:
    """Inspector → cases opened since then that they lead or led last."""
    rows = tx.execute(
        select(cases.c.inspector_id, func.count().label("count_of"))
        .where(cases.c.opened_ns >= since_ns, cases.c.inspector_id.is_not(None))
        .group_by(cases.c.inspector_id)
    )
    return {row.inspector_id: row.count_of for row in rows}


def cases_of_inspector(tx: Transaction, inspector_id: str, most: int) -> list[CaseData]:
    """Open cases somebody was sent to, as lead or helper, most urgent first."""
    helping = select(helpers.c.case_id).where(helpers.c.inspector_id == inspector_id)
    rows = tx.execute(
        select(cases.c.body)
        .where(
            or_(cases.c.inspector_id == inspector_id, cases.c.case_id.in_(helping)),
            cases.c.is_open.is_(True),
            cases.c.state.in_((*_UNDER_WAY, "verifying", "suspended")),
        )
        .order_by(cases.c.urgency, cases.c.due_ns, cases.c.case_id)
        .limit(most)
    )
    return [case_of(row.body) for row in rows]
