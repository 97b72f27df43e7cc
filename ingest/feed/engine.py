"""The database engine of the event log: SQLite with WAL and full synchronisation, two connections.

One engine writes (the acting thread's), one reads (the read thread's). The only place that makes
engines.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from ingest.errors import Misconfigured


def is_store_failure(error: BaseException) -> bool:
    """True when the disk is to blame; False for a wrong statement of ours."""
    if not isinstance(error, sqlalchemy.exc.OperationalError):
        return False
    return not any(
        words in str(error.orig) for words in ("no such", "syntax error", "has no column")
    )


def cause_of(error: DatabaseError) -> str:
    return str(error.orig)


def make_engine(file: Path, *, read_only: bool) -> Engine:
    """An engine of one connection. The recipe for exact BEGIN is SQLAlchemy's own for pysqlite."""
    if not file.parent.is_dir():
        raise Misconfigured(f"the folder {file.parent} of the event log does not exist")
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(file)),
        poolclass=sqlalchemy.pool.QueuePool if read_only else sqlalchemy.pool.StaticPool,
        connect_args={"check_same_thread": False, "timeout": 5.0},
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def _on_connect(raw: Any, record: Any) -> None:
        raw.isolation_level = None
        for pragma in _PRAGMAS_READ if read_only else _PRAGMAS_WRITE:
            raw.execute(pragma).close()

    @sqlalchemy.event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


_PRAGMAS_WRITE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32000",
    "PRAGMA wal_autocheckpoint=2000",
)
_PRAGMAS_READ = ("PRAGMA query_only=ON", "PRAGMA cache_size=-16000", "PRAGMA mmap_size=0")
