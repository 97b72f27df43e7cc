"""Transaction: one atomic step of the durable log, on whichever database; decides the sequence.

Opened by `store.EventStore` only. An event is on disk when its transaction has left the `with`
block without an error, never earlier. Never commits by itself.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy
from msgspec import Raw, Struct, structs
from sqlalchemy import (
    Connection,
    CursorResult,
    Executable,
    NestedTransaction,
    delete,
    func,
    select,
)

from ingest.errors import RetryLater
from ingest.feed import migrations
from ingest.feed.engine import write_rows
from ingest.feed.envelope import Event, Noun, encode_event
from ingest.feed.tables import counters, events, last_values

#: Ids looked up in one statement; SQLite takes 32,766 variables, short statements are cached.
LOOKUP_CHUNK = 500
#: By the index on source and id; by the id alone the whole log would be read.
_STORED = select(events.c.id, events.c.sequence).where(
    events.c.source == sqlalchemy.bindparam("source"),
    events.c.id.in_(sqlalchemy.bindparam("ids", expanding=True)),
)
#: Row of `counters` that counts all nouns.
TOTAL = ""


class StoreFull(RetryLater):
    """The log could not be written (disk full, server away): nobody was told it is stored."""


class StoredEvent(Struct, frozen=True, gc=False):
    """An event with its place in the order. `duplicate`: stored by an earlier transaction."""

    sequence: int
    topic: str
    event: Event
    body: bytes
    duplicate: bool = False


class Position(Struct, frozen=True):
    """How far the log is: the last sequence in all and per noun, and the log's name."""

    epoch: str
    sequence: int
    nouns: Mapping[str, int]


class _Savepoint:
    """What a savepoint goes back to, once something was changed inside it."""

    def __init__(self) -> None:
        self.nested: NestedTransaction | None = None
        self.sequences: dict[str, int] = {}
        self.known: dict[tuple[str, str], int] = {}


class Transaction:
    """One atomic step of the hub: events, last values and participants' changes together.

    Threads: the one that opened it. Event rows are buffered and written before the next
    statement of anyone, or at the commit.
    """

    def __init__(
        self, connection: Connection, position: Position, now_utc_ns: int, *, writable: bool
    ) -> None:
        self._connection = connection
        self._epoch = position.epoch
        self._sequences = {TOTAL: position.sequence, **position.nouns}
        self._rows: list[dict[str, Any]] = []
        self._values: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._known: dict[tuple[str, str], int] = {}
        self._looked_up: set[tuple[str, str]] = set()
        self._writable = writable
        self._savepoint: _Savepoint | None = None
        self.now_utc_ns = now_utc_ns

    @property
    def position(self) -> Position:
        """How far this transaction's view of the log is."""
        nouns = {noun: value for noun, value in self._sequences.items() if noun != TOTAL}
        return Position(self._epoch, self._sequences[TOTAL], nouns)

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Runs a participant's statement. Raises what the database raises."""
        self._begin_savepoint()
        self.flush()
        return self._connection.execute(statement, parameters)

    def create_all(self, tables: sqlalchemy.MetaData) -> None:
        """Makes the tables of `tables` that are missing."""
        self._begin_savepoint()
        self.flush()
        tables.create_all(self._connection)

    def migrate(
        self, owner: str, tables: sqlalchemy.MetaData, steps: Sequence[migrations.Step]
    ) -> None:
        """Makes or changes an owner's tables. Raises StoreBroken when they are newer than us."""
        self._begin_savepoint()
        self.flush()
        migrations.migrate(self._connection, owner, tables, steps)

    def look_up(self, batch: Sequence[Event]) -> None:
        """Finds which events of `batch` are stored already, in few statements."""
        keys = {(event.source, event.id) for event in batch} - self._looked_up
        ids_of: dict[str, list[str]] = {}
        for source, event_id in sorted(keys):
            ids_of.setdefault(source, []).append(event_id)
        for source, ids in ids_of.items():
            for start in range(0, len(ids), LOOKUP_CHUNK):
                chunk = ids[start : start + LOOKUP_CHUNK]
                found = self._connection.execute(_STORED, {"source": source, "ids": chunk})
                self._known.update({(source, row[0]): row[1] for row in found})
        self._looked_up |= keys

    def append(
        self, event: Event, topic: str, extensions: Mapping[str, Raw] | None = None
    ) -> StoredEvent:
        """Gives a publisher's event its place in the order; the same source and id is stored once."""
        key = (event.source, event.id)
        if key not in self._looked_up:
            self.look_up((event,))
        known = self._known.get(key)
        if known is not None:
            return StoredEvent(known, topic, event, b"", duplicate=True)
        return self.append_new(event, topic, extensions)

    def append_new(
        self, event: Event, topic: str, extensions: Mapping[str, Raw] | None = None
    ) -> StoredEvent:
        """Gives an event its place that the hub itself has just made: its id is fresh."""
        if not self._writable:
            raise RuntimeError("a reading transaction cannot append")
        self._begin_savepoint()
        noun = event.noun_text
        sequence = self._sequences[TOTAL] + 1
        placed = structs.replace(
            event,
            sequence=sequence,
            prevsequence=self._sequences.get(noun, 0),
            epoch=self._epoch,
            dataschema=schema_name(event.type),
        )
        body = encode_event(placed, extensions)
        self._sequences[TOTAL] = self._sequences[noun] = sequence
        self._known[(event.source, event.id)] = sequence
        self._rows.append(
            {
                "sequence": sequence,
                "source": event.source,
                "id": event.id,
                "noun": noun,
                "topic": topic,
                "stored_utc_ns": self.now_utc_ns,
                "body": body,
            }
        )
        return StoredEvent(sequence, topic, placed, body)

    def remember(self, noun: Noun, key: str, data: bytes | None) -> None:
        """Keeps `data` as the last value under `key`, or forgets the key."""
        self._begin_savepoint()
        if data is None:
            self._values[(noun.value, key)] = None
        else:
            self._values[(noun.value, key)] = {
                "noun": noun.value,
                "key": key,
                "stored_utc_ns": self.now_utc_ns,
                "data": data,
            }

    def last_values_of(self, noun: Noun) -> list[Raw]:
        """What is still true of a noun: raw JSON of each key's last data."""
        self.flush()
        rows = self._connection.execute(
            select(last_values.c.data).where(last_values.c.noun == noun.value)
        )
        return [Raw(row[0]) for row in rows]

    def stamp_of(self, noun: Noun) -> tuple[int, int]:
        """Changes with every change of a noun's last values: their number and the newest's time."""
        self.flush()
        row = self._connection.execute(
            select(func.count(), func.max(last_values.c.stored_utc_ns)).where(
                last_values.c.noun == noun.value
            )
        ).one()
        return int(row[0]), int(row[1] or 0)

    def newest_event(self) -> tuple[bytes, bytes] | None:
        """Topic and body of the last event; None when nothing is retained."""
        newest = select(events.c.topic, events.c.body).order_by(events.c.sequence.desc()).limit(1)
        row = self.execute(newest).first()
        return None if row is None else (row.topic.encode(), bytes(row.body))

    def touch(self) -> None:
        """Writes something, so that the commit proves that the log can be written."""
        upsert_counters(self._connection, self._sequences)

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undoes what happens inside, and only that, when it raises. Costs nothing if unused."""
        self._savepoint = _Savepoint()
        try:
            yield
            if self._savepoint.nested is not None:
                self.flush()
        except BaseException:
            self._undo(self._savepoint)
            raise
        finally:
            used, self._savepoint = self._savepoint, None
        if used is not None and used.nested is not None:
            used.nested.commit()

    def _begin_savepoint(self) -> None:
        """The first change inside a savepoint makes it real."""
        savepoint = self._savepoint
        if savepoint is None or savepoint.nested is not None:
            return
        self.flush()
        savepoint.sequences, savepoint.known = dict(self._sequences), dict(self._known)
        savepoint.nested = self._connection.begin_nested()

    def _undo(self, savepoint: _Savepoint | None) -> None:
        if savepoint is None or savepoint.nested is None:
            return
        self._rows.clear()
        self._values.clear()
        self._sequences, self._known = savepoint.sequences, savepoint.known
        if savepoint.nested.is_active:
            savepoint.nested.rollback()

    def flush(self) -> None:
        """Writes buffered rows; called before every statement and at the commit."""
        if self._rows:
            rows, self._rows = self._rows, []
            write_rows(self._connection, events, rows)
            upsert_counters(self._connection, self._sequences)
        if self._values:
            values, self._values = self._values, {}
            self._write_values(values)

    def _write_values(self, values: dict[tuple[str, str], dict[str, Any] | None]) -> None:
        kept = [row for row in values.values() if row is not None]
        gone = [{"gone_noun": n, "gone_key": k} for (n, k), row in values.items() if row is None]
        if kept:
            write_rows(self._connection, last_values, kept, replace=("noun", "key"))
        if gone:
            self._connection.execute(
                delete(last_values).where(
                    last_values.c.noun == sqlalchemy.bindparam("gone_noun"),
                    last_values.c.key == sqlalchemy.bindparam("gone_key"),
                ),
                gone,
            )


@functools.lru_cache(maxsize=256)
def schema_name(event_type: str) -> str:
    """`dataschema` of a type: a name in the AsyncAPI document that `gridwall feed schema` prints."""
    return f"urn:gridwall:schema:{event_type.removeprefix('gridwall.')}"


def upsert_counters(connection: Connection, sequences: Mapping[str, int]) -> None:
    rows = [{"noun": noun, "sequence": value} for noun, value in sequences.items()]
    write_rows(connection, counters, rows, replace=("noun",))


def first_sequence(tx: Transaction) -> int | None:
    """The oldest retained sequence; None when nothing is retained."""
    value = tx.execute(select(func.min(events.c.sequence))).scalar()
    return None if value is None else int(value)
