"""EventStore: the log's database while a hub runs: transactions, views, position, start checks.

`transaction()` belongs to the acting thread of the hub; `reading()` gives the read thread a
consistent view beside it. After a failed commit the position is read again before anything is
added, since the database may have committed what it could not confirm.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from ingest.clock import Clock, SystemClock
from ingest.feed import migrations
from ingest.feed.engine import Database, StoreBroken, cause_of, is_store_failure, open_database
from ingest.feed.log import TOTAL, Position, StoreFull, Transaction
from ingest.feed.restore_mark import RestoreMark
from ingest.feed.tables import counters, events, facts, metadata

log = logging.getLogger(__name__)

#: Changes of the feed's own tables since 0.1.0.
STEPS: tuple[migrations.Step, ...] = ()
#: Newest events whose order is checked at the start.
CHECK_EVENTS = 1_000


class EventStore:
    """The log's database. Threads: `transaction` one, `reading` another, `close` after both."""

    def __init__(self, database: Database, mark: Path, clock: Clock) -> None:
        """Raises StoreBroken. `mark`: file that notes how far the log was, beside the database."""
        self._database = database
        self._clock = clock
        self._mark = RestoreMark(mark)
        self._session: object = None
        self._is_certain = True
        self._position = self._prepare()

    @property
    def name(self) -> str:
        """The database, for people."""
        return self._database.name

    @property
    def position(self) -> Position:
        """As of the last commit. Threads: any (one reference is swapped)."""
        return self._position

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One atomic step; committed with full synchronisation when the block ends.

        Raises:
            StoreFull: the database could not be written; nothing of the block may be confirmed.
        """
        try:
            with self._database.writing.begin() as connection:
                position = self._known_position(connection)
                tx = Transaction(connection, position, self._clock.utc_ns(), writable=True)
                yield tx
                tx.flush()
        except StoreBroken as error:
            self._is_certain = False
            raise StoreFull(str(error)) from error
        except SQLAlchemyError as error:
            self._is_certain = False
            if not is_store_failure(error):
                raise
            raise StoreFull(f"the event log cannot be written: {cause_of(error)}") from error
        self._position = tx.position

    def _known_position(self, connection: Connection) -> Position:
        """The position in memory, unless a commit failed or the session is a new one."""
        session = connection.connection.dbapi_connection
        if self._is_certain and session is self._session:
            return self._position
        self._database.verify_owner(connection)
        position = read_position(connection)
        self._session, self._is_certain = session, True
        return position

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A consistent view of everything committed; changes nothing.

        Raises:
            StoreFull: the database cannot be read now.
        """
        try:
            with self._database.reading.connect() as connection, connection.begin():
                position = read_position(connection)
                yield Transaction(connection, position, self._clock.utc_ns(), writable=False)
        except SQLAlchemyError as error:
            if not is_store_failure(error):
                raise
            raise StoreFull(f"the event log cannot be read: {cause_of(error)}") from error

    def write_mark(self) -> None:
        """Notes how far the log is, for `RestoreMark`."""
        self._mark.write(self._position.epoch, self._position.sequence)

    def close(self) -> None:
        self._database.close()

    def _prepare(self) -> Position:
        try:
            with self._database.writing.begin() as connection:
                self._database.verify_owner(connection)
                self._database.check(connection)
                migrations.migrate(connection, "feed", metadata, STEPS)
                position = ensure_epoch(connection)
                _check_order(connection, position, self.name)
                if self._mark.is_ahead_of(position.epoch, position.sequence):
                    log.warning("the event log is older than it was: a restored copy, new epoch")
                    position = new_epoch(connection)
                return position
        except StoreBroken:
            self.close()
            raise
        except SQLAlchemyError as error:
            self.close()
            raise StoreBroken(
                f"the event log {self.name} cannot be opened: {cause_of(error)}"
            ) from error


def _check_order(connection: Connection, position: Position, name: str) -> None:
    """The newest events must end where the counter says and have no hole.

    Raises:
        StoreBroken: rows were lost or added behind the hub's back.
    """
    newest = (
        select(events.c.sequence).order_by(events.c.sequence.desc()).limit(CHECK_EVENTS).subquery()
    )
    count, first, last = connection.execute(
        select(func.count(), func.min(newest.c.sequence), func.max(newest.c.sequence))
    ).one()
    if not count:
        return  # nothing is retained
    if last != position.sequence or last - first + 1 != count:
        raise StoreBroken(
            f"{name} is damaged: its newest {count} events are {first} to {last}, the log ends at "
            f"{position.sequence}. Restore a backup"
        )


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


def open_store(folder: Path, clock: Clock | None = None, url: str | None = None) -> EventStore:
    """The log of a hub's state folder, made when missing; on a server where `url` names one.

    Raises:
        StoreBroken, Misconfigured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # cases and contacts are nobody else's business
    database = open_database(folder / "hub.sqlite", url)
    return EventStore(database, folder / "hub.mark", clock or SystemClock())
