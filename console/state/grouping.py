"""Grouping: by what the queue's list is divided, and the head of each part. Pure.

The parts stand in the order of their most urgent case, so that grouping never hides what burns.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from msgspec import Struct

from console.desk.case import CaseId
from console.state.cases import CaseRow


class Grouping(enum.Enum):
    NONE = "none"
    KIND = "kind"
    STATE = "state"
    STREET = "street"
    UNIT = "unit"

    @property
    def next(self) -> Grouping:
        """The one a key goes on to."""
        every = list(Grouping)
        return every[(every.index(self) + 1) % len(every)]


class GroupHead(Struct, frozen=True):
    """What stands over the first case of a part. An empty `value`: not known yet."""

    grouping: Grouping
    value: str
    count: int


def group_value(grouping: Grouping, row: CaseRow) -> str:
    case = row.case
    found = {
        Grouping.NONE: "",
        Grouping.KIND: case.kind,
        Grouping.STATE: case.state.value,
        Grouping.STREET: case.street_id,
        Grouping.UNIT: case.unit,
    }[grouping]
    return str(found or "")


def grouped(grouping: Grouping, rows: Sequence[CaseRow]) -> list[CaseRow]:
    """Rows in parts; `rows` are sorted, and the part of the first row comes first."""
    if grouping is Grouping.NONE:
        return list(rows)
    parts: dict[str, list[CaseRow]] = {}
    for row in rows:
        parts.setdefault(group_value(grouping, row), []).append(row)
    return [row for part in parts.values() for row in part]


def heads_of(grouping: Grouping, rows: Sequence[CaseRow]) -> dict[CaseId, GroupHead]:
    """The case that begins each part as shown, with how many follow.

    A part that is interrupted (nothing moves under the cursor) has a head where it goes on.
    """
    if grouping is Grouping.NONE:
        return {}
    heads: dict[CaseId, GroupHead] = {}
    begun: CaseId | None = None
    for row in rows:
        value = group_value(grouping, row)
        if begun is None or heads[begun].value != value:
            begun = row.id
            heads[begun] = GroupHead(grouping, value, 0)
        heads[begun] = GroupHead(grouping, value, heads[begun].count + 1)
    return heads
