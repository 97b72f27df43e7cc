"""EventStore: the durable log, one writer, SQLAlchemy Core on SQLite (WAL, synchronous=FULL).

Decides the sequence. `transaction()` belongs to the acting thread of the hub; `reading()`
gives the read thread a consistent view beside it. An event is on disk when its transaction
has left the `with` block without an error, never earlier.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
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
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError

from ingest.clock import Clock
from ingest.errors import GridwallError, RetryLater
from ingest.feed.engine import cause_of, is_store_failure, make_engine
from ingest.feed.envelope import Event, Noun, encode_event
from ingest.feed.restore_mark import RestoreMark
from ingest.feed.tables import counters, events, facts, last_values, metadata

log = logging.getLogger(__name__)

#: Ids looked up in one statement; SQLite takes 32,766 variables, short statements are cached.
LOOKUP_CHUNK = 500
#: A longer file is not checked at the start: reading 1 GiB takes some seconds, 20 GiB minutes.
CHECK_BYTES = 1 << 30
#: Row of `counters` that counts all nouns.
TOTAL = ""


class StoreFull(RetryLater):
    """The log could not be written (disk full, I/O error): nothing of the batch is stored."""


class StoreBroken(GridwallError):
    """The database file is damaged or belongs to a newer version."""


class StoredEvent(Struct, frozen=True):
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

    def look_up(self, batch: Sequence[Event]) -> None:
        """Finds which events of `batch` are stored already, in few statements."""
        keys = {(event.source, event.id) for event in batch} - self._looked_up
        ids = sorted({key[1] for key in keys})
        for start in range(0, len(ids), LOOKUP_CHUNK):
            found = self._connection.execute(
                select(events.c.source, events.c.id, events.c.sequence).where(
                    events.c.id.in_(ids[start : start + LOOKUP_CHUNK])
                )
            )
            self._known.update({(row[0], row[1]): row[2] for row in found})
        self._looked_up |= keys

    def append(
        self, event: Event, topic: str, extensions: Mapping[str, Raw] | None = None
    ) -> StoredEvent:
        """Gives `event` its place in the order; the same source and id is stored once."""
        if not self._writable:
            raise RuntimeError("a reading transaction cannot append")
        key = (event.source, event.id)
        if key not in self._looked_up:
            self.look_up((event,))
        known = self._known.get(key)
        if known is not None:
            return StoredEvent(known, topic, event, b"", duplicate=True)
        return self._append_new(event, topic, extensions)

    def _append_new(
        self, event: Event, topic: str, extensions: Mapping[str, Raw] | None
    ) -> StoredEvent:
        self._begin_savepoint()
        noun = event.noun.value
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
            self._connection.execute(events.insert(), rows)
            upsert_counters(self._connection, self._sequences)
        if self._values:
            values, self._values = self._values, {}
            self._write_values(values)

    def _write_values(self, values: dict[tuple[str, str], dict[str, Any] | None]) -> None:
        kept = [row for row in values.values() if row is not None]
        gone = [{"gone_noun": n, "gone_key": k} for (n, k), row in values.items() if row is None]
        if kept:
            statement = sqlite_insert(last_values)
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["noun", "key"],
                    set_={
                        "stored_utc_ns": statement.excluded.stored_utc_ns,
                        "data": statement.excluded.data,
                    },
                ),
                kept,
            )
        if gone:
            self._connection.execute(
                delete(last_values).where(
                    last_values.c.noun == sqlalchemy.bindparam("gone_noun"),
                    last_values.c.key == sqlalchemy.bindparam("gone_key"),
                ),
                gone,
            )


def schema_name(event_type: str) -> str:
    """`dataschema` of a type: a name in the AsyncAPI document that `gridwall feed schema` prints."""
    return f"urn:gridwall:schema:{event_type.removeprefix('gridwall.')}"


def upsert_counters(connection: Connection, sequences: Mapping[str, int]) -> None:
    statement = sqlite_insert(counters)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["noun"], set_={"sequence": statement.excluded.sequence}
        ),
        [{"noun": noun, "sequence": value} for noun, value in sequences.items()],
    )


class EventStore:
    """The log's database. Threads: `transaction` one, `reading` another, `close` after both."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._writing = make_engine(file, read_only=False)
        self._reading = make_engine(file, read_only=True)
        self._mark = RestoreMark(file.with_suffix(".mark"))
        self._position = self._prepare()

    @property
    def position(self) -> Position:
        """As of the last commit. Threads: any (one reference is swapped)."""
        return self._position

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One atomic step; committed with full synchronisation when the block ends.

        Raises:
            StoreFull: the database could not be written; nothing of the block is stored.
        """
        try:
            with self._writing.begin() as connection:
                tx = Transaction(connection, self._position, self._clock.utc_ns(), writable=True)
                yield tx
                tx.flush()
        except DatabaseError as error:
            if not is_store_failure(error):
                raise
            raise StoreFull(f"the event log cannot be written: {cause_of(error)}") from error
        self._position = tx.position

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A consistent view of everything committed; changes nothing."""
        with self._reading.connect() as connection, connection.begin():
            position = read_position(connection)
            yield Transaction(connection, position, self._clock.utc_ns(), writable=False)

    def write_mark(self) -> None:
        """Notes how far the log is, for `RestoreMark`."""
        self._mark.write(self._position.epoch, self._position.sequence)

    def close(self) -> None:
        self._reading.dispose()
        self._writing.dispose()

    def _check(self, connection: Connection) -> None:
        """A damaged file is told at the start, not in the middle of an alarm."""
        if self._file.stat().st_size > CHECK_BYTES:
            log.info("the event log is too long to be checked as a whole at every start")
            return
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise StoreBroken(f"{self._file} is damaged: {verdict}. Restore a backup")

    def _prepare(self) -> Position:
        try:
            with self._writing.begin() as connection:
                self._check(connection)
                metadata.create_all(connection)
                position = ensure_epoch(connection)
                if self._mark.is_ahead_of(position.epoch, position.sequence):
                    log.warning("the event log is older than it was: a restored copy, new epoch")
                    position = new_epoch(connection)
                return position
        except DatabaseError as error:
            raise StoreBroken(
                f"the event log {self._file} cannot be opened: {cause_of(error)}"
            ) from error


def ensure_epoch(connection: Connection) -> Position:
    """How far the log is; names it when it is new."""
    if connection.execute(select(facts.c.value).where(facts.c.name == "epoch")).scalar() is None:
        return new_epoch(connection)
    return read_position(connection)


def new_epoch(connection: Connection) -> Position:
    """Gives the log a new name, so that readers begin again with a snapshot."""
    connection.execute(delete(facts).where(facts.c.name == "epoch"))
    connection.execute(facts.insert(), {"name": "epoch", "value": uuid.uuid4().hex[:16]})
    return read_position(connection)


def read_position(connection: Connection) -> Position:
    """How far the log is in this connection's view."""
    epoch = connection.execute(select(facts.c.value).where(facts.c.name == "epoch")).scalar_one()
    rows = connection.execute(select(counters.c.noun, counters.c.sequence)).all()
    nouns = {row[0]: row[1] for row in rows}
    return Position(epoch, nouns.pop(TOTAL, 0), nouns)


def first_sequence(tx: Transaction) -> int | None:
    """The oldest retained sequence; None when nothing is retained."""
    value = tx.execute(select(func.min(events.c.sequence))).scalar()
    return None if value is None else int(value)
