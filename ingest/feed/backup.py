"""Backup and restore of the hub's database: one SQLite file, whichever database it comes from or goes to.

A backup is a consistent copy taken beside the running hub; it harms nobody and waits for nobody.
A restored log gets a new epoch, so that readers begin again with a snapshot. Restoring a backup
of SQLite into PostgreSQL, or the other way round, is how a site changes its database.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy
from msgspec import Struct
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import GridwallError, Misconfigured
from ingest.feed.engine import StoreBroken, cause_of, open_database
from ingest.feed.log import Position
from ingest.feed.migrations import Step, migrate
from ingest.feed.store import new_epoch, read_position

#: Rows copied at once between two databases.
COPY_ROWS = 2_000


class Owner(Struct, frozen=True):
    """Somebody with tables in the hub's database: the feed, the desk, …"""

    name: str
    tables: sqlalchemy.MetaData
    steps: Sequence[Step]


class BackupFailed(GridwallError):
    """No backup was made, or none that can be restored."""


def back_up(file: Path, url: str | None, owners: Sequence[Owner], target: Path) -> Position:
    """Copies the database as it is at one moment into the new SQLite file `target`.

    Raises:
        BackupFailed: the copy could not be made, or holds tables nobody here knows.
    """
    try:
        if url is None:
            _copy_sqlite(file, target)
        else:
            _copy_from_server(file, url, owners, target)
        return _checked_copy(target, owners)
    except (sqlite3.Error, OSError, SQLAlchemyError) as error:
        raise BackupFailed(f"the backup was not made: {cause_of(error)}") from error


def _copy_sqlite(file: Path, target: Path) -> None:
    if not file.is_file():
        raise BackupFailed(f"there is no database {file} yet: start the hub once")
    with (
        contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)  # in one step: one moment; the hub goes on writing
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_from_server(file: Path, url: str, owners: Sequence[Owner], target: Path) -> None:
    database = open_database(file, url)
    copy = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(target)))
    try:
        with database.reading.connect() as source, copy.begin() as written:
            _refuse_unknown(source, owners)
            for owner in owners:
                migrate(written, owner.name, owner.tables, owner.steps)
            _copy_rows(source, written, owners)
    finally:
        copy.dispose()
        database.close()


def _refuse_unknown(connection: Connection, owners: Sequence[Owner]) -> None:
    """A table nobody knows would be missing from the copy without a word."""
    known = {name for owner in owners for name in owner.tables.tables}
    extra = set(sqlalchemy.inspect(connection).get_table_names()) - known
    ours = {name for name in extra if name.startswith(("feed_", "desk_"))}
    if ours:
        raise BackupFailed(f"tables of a newer version: {', '.join(sorted(ours))}")


def _copy_rows(source: Connection, target: Connection, owners: Sequence[Owner]) -> None:
    for table in (table for owner in owners for table in owner.tables.sorted_tables):
        target.execute(table.delete())
        streaming = source.execution_options(yield_per=COPY_ROWS)
        for rows in streaming.execute(select(table)).mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in rows])
        if _count(source, table) != _count(target, table):
            raise BackupFailed(f"not every row of {table.name} was copied")


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _checked_copy(target: Path, owners: Sequence[Owner]) -> Position:
    """Position of a backup whose pages are whole. Raises BackupFailed."""
    engine = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(target)))
    try:
        with engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if verdict != "ok":
                raise BackupFailed(f"{target} is damaged: {verdict}")
            return read_position(connection)
    except SQLAlchemyError as error:
        raise BackupFailed(f"{target} is no backup of a hub: {cause_of(error)}") from error
    finally:
        engine.dispose()


def restore(
    backup: Path, file: Path, url: str | None, owners: Sequence[Owner], *, replace: bool
) -> Position:
    """Puts a backup in the place of the site's database; the hub must not be running.

    Returns:
        how far the restored log is, with its new epoch.

    Raises:
        BackupFailed: the backup is damaged.
        Misconfigured: there is a log already and `replace` was not asked for.
        StoreBroken: another hub writes, or the backup is of a newer version.
    """
    _checked_copy(backup, owners)
    if url is None:
        _place_file(backup, file, replace=replace)
    database = open_database(file, url)
    try:
        with database.writing.begin() as connection:
            database.verify_owner(connection)
            if url is not None:
                _refuse_filled(connection, database.name, replace=replace)
                _fill(connection, backup, owners)
            for owner in owners:
                migrate(connection, owner.name, owner.tables, owner.steps)
            position = new_epoch(connection)
    except SQLAlchemyError as error:
        raise StoreBroken(f"{database.name} was not restored: {cause_of(error)}") from error
    finally:
        database.close()
    file.with_suffix(".mark").unlink(missing_ok=True)
    return position


def _place_file(backup: Path, file: Path, *, replace: bool) -> None:
    """The old database stays beside the new one, under another name."""
    if file.exists():
        if not replace:
            raise Misconfigured(f"{file} exists already: add --replace (it is kept beside)")
        for suffix in ("", "-wal", "-shm"):
            old = file.with_name(file.name + suffix)
            if old.exists():
                old.replace(file.with_name(f"before-restore.{file.name}{suffix}"))
    fresh = file.with_name(file.name + ".restoring")
    shutil.copyfile(backup, fresh)
    with fresh.open("rb") as handle:
        os.fsync(handle.fileno())
    fresh.replace(file)


def _refuse_filled(connection: Connection, name: str, *, replace: bool) -> None:
    if sqlalchemy.inspect(connection).has_table("feed_facts") and not replace:
        raise Misconfigured(f"{name} holds a log already: add --replace to put the backup there")


def _fill(connection: Connection, backup: Path, owners: Sequence[Owner]) -> None:
    engine = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(backup)))
    try:
        with engine.connect() as source:
            for owner in owners:
                owner.tables.create_all(connection)
            _copy_rows(source, connection, owners)
    finally:
        engine.dispose()
