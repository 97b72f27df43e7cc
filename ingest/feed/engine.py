"""Database: what the store needs of a database, whichever it is; which one a site uses.

SQLite in the hub's state folder by default, PostgreSQL by `[store] url`. Everything that differs
between the two stands in `sqlite_engine`, `postgres_engine` and the few functions here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import Connection, Dialect, Engine, Table
from sqlalchemy.exc import DatabaseError, DBAPIError

from config.store_settings import STORE_SCHEMES
from ingest.errors import GridwallError, Misconfigured


class StoreBroken(GridwallError):
    """The database is damaged, belongs to a newer version, or to another hub."""


class Database(Protocol):
    """An open database: one engine that writes, one that reads.

    Threads: `writing` the acting thread's, `reading` the read thread's.
    """

    writing: Engine
    reading: Engine

    @property
    def name(self) -> str:
        """For people: the file, or the URL without its password."""
        ...

    def check(self, connection: Connection) -> None:
        """A damaged database is told at the start. Raises StoreBroken."""
        ...

    def verify_owner(self, connection: Connection) -> None:
        """Raises StoreBroken when this is not the only hub that writes."""
        ...

    def close(self) -> None: ...


def open_database(file: Path, url: str | None) -> Database:
    """The database of a site: `url` where it is given, else the SQLite `file`.

    Raises:
        Misconfigured: a URL of another kind, a missing driver or folder.
    """
    from ingest.feed.postgres_engine import PostgresDatabase
    from ingest.feed.sqlite_engine import SqliteDatabase

    if url is None:
        return SqliteDatabase(file)
    if not url.startswith(STORE_SCHEMES):
        raise Misconfigured(
            f"[store] url begins with {url.partition(':')[0]!r}; expected "
            "postgresql://USER:PASSWORD@HOST/DATABASE, or no url for SQLite"
        )
    return PostgresDatabase(url)


#: What SQLite calls OperationalError although the statement is wrong, not the disk.
_WRONG_STATEMENT = ("no such", "syntax error", "has no column")


def is_store_failure(error: BaseException) -> bool:
    """True when disk, server or connection is to blame; False for a wrong statement of ours."""
    if isinstance(error, sqlalchemy.exc.PendingRollbackError):
        return True  # the connection was lost earlier in this transaction
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, sqlalchemy.exc.InterfaceError):
        return True
    if not isinstance(error, sqlalchemy.exc.OperationalError):
        return False
    return not any(words in str(error.orig) for words in _WRONG_STATEMENT)


def cause_of(error: BaseException) -> str:
    """The database's own words, on one line."""
    original = error.orig if isinstance(error, DatabaseError | DBAPIError) else error
    return " ".join(str(original).split())


#: Rows in one statement: few steps out of and into the interpreter, and few different statements.
ROWS_MOST = 200


def write_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    replace: Sequence[str] = (),
) -> None:
    """Inserts rows, many in a statement; one whose `replace` columns are there already replaces it.

    Every row names the same columns, of plain types: values go to the driver as they are. Row by
    row the driver would give up the interpreter's lock for each, and wait to get it back.
    """
    for start in range(0, len(rows), ROWS_MOST):
        chunk = rows[start : start + ROWS_MOST]
        values = tuple(value for row in chunk for value in row.values())
        connection.exec_driver_sql(
            _insert_text(table, tuple(chunk[0]), len(chunk), tuple(replace), connection.dialect),
            values,
        )


@functools.lru_cache(maxsize=2 * ROWS_MOST)
def _insert_text(
    table: Table, names: tuple[str, ...], count: int, replace: tuple[str, ...], dialect: Dialect
) -> str:
    """The same words on SQLite and PostgreSQL but for the mark of a parameter."""
    quote = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join([mark] * len(names))})"
    text = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES "
    text += ", ".join([row] * count)
    if replace:
        news = ", ".join(f"{quote(n)} = excluded.{quote(n)}" for n in names if n not in replace)
        text += f" ON CONFLICT ({', '.join(map(quote, replace))}) DO UPDATE SET {news}"
    return text
