"""Scenes sent to seats: the act of sending, what is in force, and which seats are there.

Decides who may be sent what (the scene must lie on the library) and keeps what has not expired, so
that a seat that comes late shows it too. Which one shows is the seat's decision
(`console.state.pushed_scenes`). Expiry is by hub time.

Threads: reads run in the hub's read thread, the rest in its acting thread.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, delete, insert, select

from console.desk.library import LibraryKind, find
from console.desk.queries import convert
from ingest.feed.envelope import Event, Noun, new_event, parse_utc_ns, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationRefused, OperationResult

_log = logging.getLogger(__name__)

SOURCE = "gridwall/scenes"
#: `to` for every seat.
ALL_SEATS = "*"
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

Text = Annotated[str, Meta(max_length=400)]
Priority = Annotated[int, Meta(ge=1, le=9)]


class ScenePushedData(Struct, frozen=True):
    """`data` of gridwall.scene.pushed.v1 (CONTRACT §5).

    Attributes:
        to: a seat, `seat/window`, `seat/window/tiles` (`1-4,7`), or `*` for every seat.
        priority: 1 is the most urgent.
        expires_utc: hub time when it ends by itself; a time that has passed takes it back; null:
            until it is taken back.
    """

    scene: str
    to: str
    by: str
    text: str
    priority: int
    expires_utc: str | None


class PushInForce(Struct, frozen=True):
    """One line of `scenes` in the snapshot; `push_id` is the event's id."""

    push_id: str
    scene: str
    to: str
    by: str
    text: str
    priority: int
    pushed_utc: str
    expires_utc: str | None


class Target(Struct, frozen=True):
    """Where a scene is sent. `tiles`: counted from 0; empty: the whole window."""

    seat: str
    window: str | None = None
    tiles: tuple[int, ...] = ()


class PushRequest(Struct, frozen=True):
    """`scene.push`. One of `expires_s` and `expires_utc`, or neither."""

    scene: Annotated[str, Meta(min_length=1, max_length=80)]
    to: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Text = ""
    priority: Priority = 3
    expires_s: Annotated[float, Meta(gt=0, le=7 * 24 * 3600)] | None = None
    expires_utc: str | None = None
    by: Annotated[str, Meta(max_length=80)] = ""


class WithdrawRequest(Struct, frozen=True):
    """`scene.withdraw`: takes back what was sent."""

    scene: str
    to: str
    by: Annotated[str, Meta(max_length=80)] = ""


class SeatWindow(Struct, frozen=True):
    """A wall window a scene can be sent to."""

    id: Annotated[str, Meta(max_length=100)]
    tile_count: Annotated[int, Meta(ge=1, le=64)]


class SeatHere(Struct, frozen=True):
    """A seat that is there."""

    seat: Annotated[str, Meta(min_length=1, max_length=80)]
    profile: Annotated[str, Meta(max_length=20)] = ""
    windows: Annotated[tuple[SeatWindow, ...], Meta(max_length=64)] = ()


class SeatsRequest(Struct, frozen=True):
    """`seats`: who is there; `here` says that the asker is."""

    here: SeatHere | None = None


class ScenePushes:
    """A `Participant`. Which seats are there is kept in memory only."""

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


def in_force(event: Event) -> PushInForce:
    """A `scene.pushed` event as a line. Raises msgspec.ValidationError, ValueError."""
    data = event.decode_data(ScenePushedData)
    if data.expires_utc is not None:
        parse_utc_ns(data.expires_utc)
    target_of(data.to)
    return PushInForce(
        event.id, data.scene, data.to, data.by, data.text, data.priority, event.time,
        data.expires_utc,
    )  # fmt: skip


_TILES = re.compile(r"\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*\Z")


def target_of(to: str) -> Target:
    """`seat`, `seat/window` or `seat/window/1-4,7` read. Raises ValueError."""
    seat, _, rest = to.partition("/")
    if not seat:
        raise ValueError(f"to is {to!r}; expected a seat, seat/window or seat/window/tiles")
    window, _, tiles = rest.partition("/")
    if not tiles:
        return Target(seat, window or None)
    if not _TILES.match(tiles):
        raise ValueError(f"tiles are {tiles!r}; expected numbers such as 1-4,7")
    found: set[int] = set()
    for piece in tiles.split(","):
        first, _, last = piece.partition("-")
        found.update(range(int(first) - 1, int(last or first)))
    return Target(seat, window, tuple(sorted(index for index in found if 0 <= index < 64)))


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
