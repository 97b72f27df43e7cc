"""Library: what seats keep at the hub for each other: layouts, scenes and tours, by name and number.

Decides who may overwrite whom (by version) and what is announced (`register.changed.<library>`); what
an arrangement means is the seats' business, so its content is kept as it came, a JSON object.

Threads: lists run in the hub's read thread, changes in its acting thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from console.desk.library_items import (
    LibraryItem,
    LibraryKind,
    ListRequest,
    PutRequest,
    RemoveRequest,
    RenameRequest,
)
from console.desk.queries import convert
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.feed.register_data import RegisterChangedData

#: `source` of the library's events.
SOURCE = "gridwall/library"
#: A scene of eight windows of 64 tiles is some 60 kB.
CONTENT_BYTES_MOST = 512 << 10
ITEMS_MOST = 500

metadata = MetaData()
library = Table(
    "desk_library",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Integer),
    Column("version", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("saved_utc", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
)


class Library:
    """A `Participant`."""

    nouns: frozenset[Noun] = frozenset()

    def create_tables(self, tx: Transaction) -> None:
        tx.create_all(metadata)

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        return ()

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        return ()

    def operations(self) -> Mapping[str, Operation]:
        return {
            "library.list": ReadingOperation(_list),
            "library.put": _put,
            "library.rename": _rename,
            "library.remove": _remove,
        }


def items(tx: Transaction, kind: LibraryKind | None = None) -> list[LibraryItem]:
    """What lies there, by kind, number and name."""
    wanted = select(library).order_by(library.c.kind, library.c.number, library.c.name)
    if kind is not None:
        wanted = wanted.where(library.c.kind == kind.value)
    return [_item(row) for row in tx.execute(wanted)]


def find(tx: Transaction, kind: LibraryKind, name: str) -> LibraryItem | None:
    row = tx.execute(
        select(library).where(library.c.kind == kind.value, library.c.name == name)
    ).one_or_none()
    return None if row is None else _item(row)


def _item(row: Any) -> LibraryItem:
    return LibraryItem(
        LibraryKind(row.kind), row.name, row.number, row.version, row.by, row.saved_utc,
        Raw(row.content),
    )  # fmt: skip


def _list(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: ListRequest = convert(request, ListRequest)
    return OperationResult({"items": items(tx, asked.kind)})


def _put(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: PutRequest = convert(request, PutRequest)
    content = msgspec.json.encode(asked.content)
    if len(content) > CONTENT_BYTES_MOST:
        raise OperationRefused(f"content is longer than {CONTENT_BYTES_MOST} bytes")
    known = find(tx, asked.kind, asked.name)
    _check_version(asked, known)
    if known is None and _count(tx, asked.kind) >= ITEMS_MOST:
        raise OperationRefused(f"{asked.kind.value}: {ITEMS_MOST} are kept at most; remove some")
    _check_number(tx, asked.kind, asked.number, asked.name)
    item = LibraryItem(
        asked.kind, asked.name, asked.number, 1 if known is None else known.version + 1,
        asked.by or caller.name, utc_text(tx.now_utc_ns), Raw(content),
    )  # fmt: skip
    _drop(tx, asked.kind, asked.name)
    _insert(tx, item)
    return OperationResult({"item": item}, (_changed(tx, item.kind, item.by, item.version),))


def _rename(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: RenameRequest = convert(request, RenameRequest)
    known = _known(tx, asked.kind, asked.name)
    if asked.to != asked.name and find(tx, asked.kind, asked.to) is not None:
        raise OperationRefused(f"there is one called {asked.to} already")
    _check_number(tx, asked.kind, asked.number, asked.name)
    item = msgspec.structs.replace(
        known, name=asked.to, number=asked.number, version=known.version + 1
    )
    _drop(tx, asked.kind, asked.name)
    _insert(tx, item)
    by = asked.by or caller.name
    return OperationResult({"item": item}, (_changed(tx, item.kind, by, item.version),))


def _remove(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    asked: RemoveRequest = convert(request, RemoveRequest)
    known = _known(tx, asked.kind, asked.name)
    _drop(tx, asked.kind, asked.name)
    by = asked.by or caller.name
    return OperationResult({"name": known.name}, (_changed(tx, asked.kind, by, known.version + 1),))


def _known(tx: Transaction, kind: LibraryKind, name: str) -> LibraryItem:
    found = find(tx, kind, name)
    if found is None:
        raise OperationRefused(f"{kind.value}: there is none called {name}")
    return found


def _check_version(asked: PutRequest, known: LibraryItem | None) -> None:
    if asked.version is None or asked.version == (0 if known is None else known.version):
        return
    if known is None:
        raise OperationRefused(f"{asked.name} was removed meanwhile: save it under a new name")
    raise OperationRefused(
        f"{asked.name} was changed by {known.by} meanwhile: look at it, then save again",
        fields={"item": known},
    )


def _check_number(tx: Transaction, kind: LibraryKind, number: int | None, name: str) -> None:
    if number is None:
        return
    holder = tx.execute(
        select(library.c.name).where(
            library.c.kind == kind.value, library.c.number == number, library.c.name != name
        )
    ).scalar()
    if holder is not None:
        raise OperationRefused(f"the number {number} is {holder}'s: choose another one")


def _count(tx: Transaction, kind: LibraryKind) -> int:
    return int(tx.execute(select(func.count()).where(library.c.kind == kind.value)).scalar_one())


def _drop(tx: Transaction, kind: LibraryKind, name: str) -> None:
    tx.execute(delete(library).where(library.c.kind == kind.value, library.c.name == name))


def _insert(tx: Transaction, item: LibraryItem) -> None:
    row = {**msgspec.structs.asdict(item), "kind": item.kind.value, "content": bytes(item.content)}
    tx.execute(insert(library).values(**row))


def _changed(tx: Transaction, kind: LibraryKind, by: str, version: int) -> Event:
    data = RegisterChangedData(kind.value, by, str(version))
    return new_event(Noun.REGISTER, "changed", data, source=SOURCE, utc_ns=tx.now_utc_ns)
