"""SQLite as the store: one file, WAL, full synchronisation, one connection that writes.

The default: no server, nothing to administer. Decides pragmas only.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine

from ingest.errors import Misconfigured
from ingest.feed.engine import StoreBroken

log = logging.getLogger(__name__)

#: A longer file is not checked at the start: reading 1 GiB takes some seconds, 20 GiB minutes.
CHECK_BYTES = 1 << 30
_PRAGMAS_WRITE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32000",
    "PRAGMA wal_autocheckpoint=2000",
)
_PRAGMAS_READ = ("PRAGMA query_only=ON", "PRAGMA cache_size=-16000", "PRAGMA mmap_size=0")


class SqliteDatabase:
    """A `Database` in one file."""

    def __init__(self, file: Path) -> None:
        """Raises Misconfigured."""
        self._file = file
        self.writing = make_engine(file, read_only=False)
        self.reading = make_engine(file, read_only=True)

    @property
    def name(self) -> str:
        return str(self._file)

    def check(self, connection: Connection) -> None:
        if self._file.stat().st_size > CHECK_BYTES:
            log.info("the event log is too long to be checked as a whole at every start")
            return
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise StoreBroken(f"{self._file} is damaged: {verdict}. Restore a backup")

    def verify_owner(self, connection: Connection) -> None:
        """The hub's file lock sees to it."""

    def close(self) -> None:
        self.reading.dispose()
        self.writing.dispose()


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
