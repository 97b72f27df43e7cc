"""Scenes sent to seats: the act of sending, what is in force, and which seats are there.

Decides who may be sent what (the scene must lie on the library) and keeps what has not expired, so
that a seat that comes late shows it too. Which one shows is the seat's decision
(`console.state.pushed_scenes`). Expiry is by hub time.

Threads: reads run in the hub's read thread, the rest in its acting thread.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, delete, insert, select

from console.desk.library import find
from console.desk.library_items import LibraryKind
from console.desk.queries import convert
from console.desk.scene_messages import (
    PushInForce,
    PushRequest,
    ScenePushedData,
    SeatHere,
    SeatsRequest,
    WithdrawRequest,
    in_force,
    target_of,
)
from ingest.feed.envelope import Event, Noun, new_event, parse_utc_ns, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationRefused, OperationResult

_log = logging.getLogger(__name__)

SOURCE = "gridwall/scenes"
#: A seat tells that it is there every 10 s; after this long it is gone.
SEAT_GONE_S = 35.0
SEATS_MOST = 200
#: A push without an expiry is forgotten by the hub after this long: nobody looks for it any more.
FORGOTTEN_S = 7 * 24 * 3600.0

metadata = MetaData()
pushes = Table(
    "desk_scene_pushes",
    metadata,
    Column("push_id", String, primary_key=True),
    Column("scene", String, nullable=False),
    Column("target", String, nullable=False),
    Column("by", String, nullable=False),
    Column("text", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("pushed_ns", BigInteger, nullable=False),
    Column("expires_ns", BigInteger),
)


class ScenePushes:
    """A `Participant`. Which seats are there is kept in memory only."""

    nouns: frozenset[Noun] = frozenset({Noun.SCENE})

    def __init__(self) -> None:
        self._seats: dict[str, tuple[SeatHere, int]] = {}

    def create_tables(self, tx: Transaction) -> None:
        tx.create_all(metadata)

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        """Keeps what is in force, also what an integrator published by the intake."""
        if event.event.noun is Noun.SCENE and event.event.verb == "pushed":
            try:
                _keep(tx, in_force(event.event))
            except (msgspec.ValidationError, ValueError) as error:
                _log.info("a pushed scene that does not fit is not kept: %s", error)
        return ()

    def operations(self) -> Mapping[str, Operation]:
        return {"scene.push": _push, "scene.withdraw": _withdraw, "seats": self._seats_here}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        rows = tx.execute(select(pushes).order_by(pushes.c.pushed_ns))
        return {
            "scenes": [
                _line(row) for row in rows if (row.expires_ns or tx.now_utc_ns + 1) > tx.now_utc_ns
            ]
        }

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """Forgets what has ended."""
        oldest = now_utc_ns - round(FORGOTTEN_S * 1e9)
        ended = (pushes.c.expires_ns <= now_utc_ns) | (pushes.c.pushed_ns <= oldest)
        if tx.execute(select(pushes.c.push_id).where(ended).limit(1)).scalar() is not None:
            tx.execute(delete(pushes).where(ended))
        return ()

    def _seats_here(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked: SeatsRequest = convert(request, SeatsRequest)
        gone = tx.now_utc_ns - round(SEAT_GONE_S * 1e9)
        self._seats = {name: seen for name, seen in self._seats.items() if seen[1] > gone}
        if asked.here is not None and len(self._seats) < SEATS_MOST:
            self._seats[asked.here.seat] = (asked.here, tx.now_utc_ns)
        seats = [here for here, _seen in sorted(self._seats.values(), key=lambda s: s[0].seat)]
        return OperationResult({"seats": seats, "now_utc": utc_text(tx.now_utc_ns)})


def _push(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: PushRequest = convert(request, PushRequest)
    if find(tx, LibraryKind.SCENE, asked.scene) is None:
        raise OperationRefused(f"there is no scene called {asked.scene}: save it first")
    try:
        target_of(asked.to)
        expires = asked.expires_utc
        if expires is not None:
            parse_utc_ns(expires)
    except ValueError as error:
        raise OperationRefused(str(error)) from error
    if asked.expires_s is not None:
        expires = utc_text(tx.now_utc_ns + round(asked.expires_s * 1e9))
    by = asked.by or caller.name
    return _pushed(
        tx, ScenePushedData(asked.scene, asked.to, by, asked.text, asked.priority, expires)
    )


def _withdraw(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: WithdrawRequest = convert(request, WithdrawRequest)
    row = tx.execute(
        select(pushes).where(pushes.c.scene == asked.scene, pushes.c.target == asked.to)
    ).first()
    if row is None:
        raise OperationRefused(f"{asked.scene} is not in force for {asked.to} any more")
    by, now = asked.by or caller.name, utc_text(tx.now_utc_ns)
    return _pushed(tx, ScenePushedData(asked.scene, asked.to, by, row.text, row.priority, now))


def _pushed(tx: Transaction, data: ScenePushedData) -> OperationResult:
    event = new_event(Noun.SCENE, "pushed", data, source=SOURCE, utc_ns=tx.now_utc_ns)
    _keep(tx, in_force(event))  # an own event is not offered to its participant again
    return OperationResult({"push_id": event.id, "expires_utc": data.expires_utc}, (event,))


def _keep(tx: Transaction, push: PushInForce) -> None:
    tx.execute(delete(pushes).where(pushes.c.scene == push.scene, pushes.c.target == push.to))
    expires = None if push.expires_utc is None else parse_utc_ns(push.expires_utc)
    if expires is not None and expires <= tx.now_utc_ns:
        return
    tx.execute(
        insert(pushes).values(
            push_id=push.push_id, scene=push.scene, target=push.to, by=push.by, text=push.text,
            priority=push.priority, pushed_ns=parse_utc_ns(push.pushed_utc), expires_ns=expires,
        )
    )  # fmt: skip


def _line(row: Any) -> PushInForce:
    expires = None if row.expires_ns is None else utc_text(row.expires_ns)
    return PushInForce(
        row.push_id, row.scene, row.target, row.by, row.text, row.priority,
        utc_text(row.pushed_ns), expires,
    )  # fmt: skip
