"""PostgreSQL as the store: a server of the district's own, by `[store] url` (psycopg 3).

One hub writes: its writing session holds an advisory lock, which the server frees when the
session ends, so that a second hub is refused and a stand-by can take over. A lost connection is
made again at the next transaction. Decides session settings only.
"""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine

from ingest.errors import Misconfigured
from ingest.feed.engine import StoreBroken

log = logging.getLogger(__name__)

#: "gridwall" in ASCII, as the number of the advisory lock.
LOCK_NUMBER = int.from_bytes(b"gridwall", "big")
#: A hub that was killed a moment ago still holds the lock: tries, and seconds between them.
LOCK_TRIES, LOCK_WAIT_S = 10, 0.2
#: The oldest server tried; 12 is the oldest whose features are used.
SERVER_MIN = 12
#: How long a connection may take to open, and a dead one to be noticed, seconds.
CONNECT_S = 5
_SESSION = (
    # a hub that says "acknowledged" means "on the disk", whatever the server's default is
    "-c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=120s -c timezone=UTC "
    # a machine that vanished holds the lock no longer than this
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


class PostgresDatabase:
    """A `Database` on a server."""

    def __init__(self, url: str) -> None:
        """Raises Misconfigured: no driver, or the URL cannot be read."""
        if importlib.util.find_spec("psycopg") is None:
            raise Misconfigured(
                "[store] url needs the PostgreSQL driver: pip install 'gridwall[postgres]'"
            )
        try:
            address = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg")
        except (sqlalchemy.exc.ArgumentError, ValueError) as error:
            raise Misconfigured(f"[store] url cannot be read: {error}") from error
        shown = address.set(drivername="postgresql")
        self._name = shown.render_as_string(hide_password=True)
        self.writing = _engine(address, read_only=False)
        self.reading = _engine(address, read_only=True)

    @property
    def name(self) -> str:
        return self._name

    def check(self, connection: Connection) -> None:
        """The server checks its own pages; here only that it is one we can work with."""
        number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        if number // 10_000 < SERVER_MIN:
            raise StoreBroken(f"{self._name} is PostgreSQL {number // 10_000}; needs {SERVER_MIN}")
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StoreBroken(f"{self._name} stores text as {encoding}; make it with UTF8")

    def verify_owner(self, connection: Connection) -> None:
        """Takes the lock, or keeps it: taken again by the session that has it, it only counts."""
        held = connection.exec_driver_sql(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() "
            f"AND classid = {LOCK_NUMBER >> 32} AND objid = {LOCK_NUMBER & 0xFFFFFFFF}"
        ).scalar()
        if held is not None:
            return
        for _ in range(LOCK_TRIES):
            locked = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({LOCK_NUMBER})")
            if locked.scalar():
                return
            connection.exec_driver_sql(f"SELECT pg_sleep({LOCK_WAIT_S})")
        raise StoreBroken(f"another hub writes to {self._name}: use that one, or stop it first")

    def close(self) -> None:
        self.reading.dispose()
        self.writing.dispose()


def _engine(address: sqlalchemy.URL, *, read_only: bool) -> Engine:
    engine = sqlalchemy.create_engine(
        address,
        pool_size=1 if not read_only else 2,
        max_overflow=0 if not read_only else 2,
        pool_timeout=10,
        pool_pre_ping=True,  # a server that was restarted costs nobody their first request
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={
            "connect_timeout": CONNECT_S,
            "options": _SESSION,
            "application_name": "gridwall-reads" if read_only else "gridwall-hub",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
    )
    if read_only:

        @sqlalchemy.event.listens_for(engine, "connect")
        def _on_connect(raw: Any, record: Any) -> None:
            raw.read_only = True

    return engine
