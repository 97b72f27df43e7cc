"""What is said when scenes are sent: pushes, targets, and which seats are there. Values only: seats import this, too."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

from ingest.feed.envelope import Event, parse_utc_ns

#: `to` for every seat.
ALL_SEATS = "*"

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
