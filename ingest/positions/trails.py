"""Trail store: where everybody was, for as long as the site keeps it. A SQLite file of its own.

Written by the gateway (a thread of its own, in batches), read by the hub; beside the hub's log, so
that a trail can be forgotten without touching the history of cases. Personal data: every reading is
written down in the same file (`note_access`), old fixes leave by themselves, `forget` removes one
person. The queue between door and disk is bounded: what does not fit is counted, never waited for.
"""

from __future__ import annotations

import logging
import os
import queue
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

from msgspec import Struct

from ingest.errors import RetryLater
from ingest.positions.fix import Fix
from ingest.stop import StopToken

log = logging.getLogger(__name__)

FILE_NAME = "trails.sqlite"
#: Fixes waiting for the disk: 10,000 devices at one fix per 5 s fill it in 25 s.
WAITING_MOST = 50_000
#: With more waiting after a batch the next one is written at once.
BUSY_FROM = 10_000
#: A batch is written this often, seconds.
WRITE_S = 1.0
#: Old fixes leave in steps of so many, every so often, so that no writer waits for them.
SWEEP_ROWS = 20_000
SWEEP_S = 60.0
CLOSE_S = 5.0
BUSY_S = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (number INTEGER PRIMARY KEY, who TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS fixes (
  person INTEGER NOT NULL, fix_ms INTEGER NOT NULL, lat_e7 INTEGER NOT NULL, lon_e7 INTEGER NOT NULL,
  speed_cmps INTEGER, accuracy_dm INTEGER, PRIMARY KEY (person, fix_ms)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fixes_time ON fixes (fix_ms);
CREATE TABLE IF NOT EXISTS accesses (
  number INTEGER PRIMARY KEY, utc_ms INTEGER NOT NULL, actor TEXT NOT NULL, what TEXT NOT NULL,
  who TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
);
"""


class TrailPoint(Struct, frozen=True, array_like=True):
    """One fix of a trail. `fix_ms`: milliseconds since 1970 by the device's clock."""

    fix_ms: int
    lat_deg: float
    lon_deg: float
    speed_mps: float | None = None
    accuracy_m: float | None = None


class Access(Struct, frozen=True):
    """Who looked at whose trail, when, and which part of it."""

    utc_ms: int
    actor: str
    what: str
    who: tuple[str, ...]
    from_ms: int
    until_ms: int


def person_of(fix: Fix) -> str:
    """Whose trail a fix belongs to; a device nobody carries has one of its own."""
    return str(fix.inspector_id or f"device:{fix.device_id}")


class TrailStore:
    """The file. Threads and processes: any; every call opens its own short transaction."""

    def __init__(self, folder: Path) -> None:
        """Raises RetryLater where the file cannot be used."""
        self._file = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            os.close(handle)
            with self._opened() as base:
                base.execute("PRAGMA journal_mode=WAL")
                base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise RetryLater(f"trails cannot be kept in {self._file}: {error}") from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=BUSY_S)) as base, base:
            base.execute("PRAGMA synchronous=NORMAL")  # a second of trail may go with the power
            base.execute("PRAGMA secure_delete=ON")  # forgotten means overwritten
            yield base

    def write(self, fixes: Sequence[Fix]) -> None:
        """Keeps fixes; the same moment of the same person twice is kept once."""
        with self._opened() as base:
            names = {person_of(fix) for fix in fixes}
            base.executemany("INSERT OR IGNORE INTO people (who) VALUES (?)", ((n,) for n in names))
            numbers = {name: self._number(base, name) for name in names}
            base.executemany(
                "INSERT OR IGNORE INTO fixes VALUES (?, ?, ?, ?, ?, ?)",
                (_row(fix, numbers[person_of(fix)]) for fix in fixes),
            )

    def read(
        self, who: Sequence[str] | None, from_ms: int, until_ms: int, most: int
    ) -> dict[str, list[TrailPoint]]:
        """Trails of some or all, oldest fix first; at most `most` fixes a person, evenly thinned."""
        with self._opened() as base:
            names = [row[0] for row in base.execute("SELECT who FROM people")]
            wanted = names if who is None else [name for name in names if name in set(who)]
            found = {}
            for name in wanted:
                rows = base.execute(
                    "SELECT fix_ms, lat_e7, lon_e7, speed_cmps, accuracy_dm FROM fixes "
                    "WHERE person = ? AND fix_ms >= ? AND fix_ms < ? ORDER BY fix_ms",
                    (self._number(base, name), from_ms, until_ms),
                ).fetchall()
                if rows:
                    found[name] = [_point(row) for row in _thinned(rows, most)]
        return found

    def forget(self, who: str) -> int:
        """Removes a person's trail for good; returns how many fixes that were."""
        with self._opened() as base:
            number = self._number(base, who)
            gone = base.execute("DELETE FROM fixes WHERE person = ?", (number,)).rowcount
            base.execute("DELETE FROM people WHERE number = ?", (number,))
        with closing(sqlite3.connect(self._file, timeout=BUSY_S)) as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(gone)

    def sweep(self, before_ms: int) -> int:
        """Removes some of what is older; returns how many."""
        with self._opened() as base:
            gone = base.execute(
                "DELETE FROM fixes WHERE (person, fix_ms) IN "
                "(SELECT person, fix_ms FROM fixes WHERE fix_ms < ? LIMIT ?)",
                (before_ms, SWEEP_ROWS),
            ).rowcount
            base.execute("DELETE FROM accesses WHERE utc_ms < ?", (before_ms - 366 * 86_400_000,))
        return int(gone)

    def note_access(self, access: Access) -> None:
        """Writes down who looks, before they see anything."""
        with self._opened() as base:
            base.execute(
                "INSERT INTO accesses (utc_ms, actor, what, who, from_ms, until_ms) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (access.utc_ms, access.actor, access.what, "\n".join(access.who),
                 access.from_ms, access.until_ms),
            )  # fmt: skip

    def accesses(self, most: int = 1_000) -> list[Access]:
        """The last readings, newest first."""
        with self._opened() as base:
            rows = base.execute(
                "SELECT utc_ms, actor, what, who, from_ms, until_ms FROM accesses "
                "ORDER BY number DESC LIMIT ?",
                (most,),
            ).fetchall()
        return [Access(row[0], row[1], row[2], tuple(row[3].split("\n")), *row[4:]) for row in rows]

    @staticmethod
    def _number(base: sqlite3.Connection, who: str) -> int:
        row = base.execute("SELECT number FROM people WHERE who = ?", (who,)).fetchone()
        return -1 if row is None else int(row[0])


def _row(fix: Fix, number: int) -> tuple[int | None, ...]:
    place = fix.place
    return (
        number,
        fix.fix_utc_ns // 1_000_000,
        round(place.lat_deg * 1e7),
        round(place.lon_deg * 1e7),
        None if fix.speed_mps is None else round(fix.speed_mps * 100),
        None if fix.accuracy_m is None else round(fix.accuracy_m * 10),
    )


def _point(row: tuple[int, int, int, int | None, int | None]) -> TrailPoint:
    fix_ms, lat_e7, lon_e7, speed, accuracy = row
    return TrailPoint(
        fix_ms,
        lat_e7 / 1e7,
        lon_e7 / 1e7,
        None if speed is None else speed / 100,
        None if accuracy is None else accuracy / 10,
    )


def _thinned(
    rows: list[tuple[int, int, int, int | None, int | None]], most: int
) -> Iterable[tuple[int, int, int, int | None, int | None]]:
    """Every n-th row, the last one always."""
    step = max(1, -(-len(rows) // max(1, most)))
    kept = rows[::step]
    return kept if kept[-1] is rows[-1] else [*kept, rows[-1]]


class TrailWriter:
    """Fixes to the disk, a batch a second. Threads: `add` any; one writer that `close` joins."""

    def __init__(self, store: TrailStore, keep_days: float, stop: StopToken | None = None) -> None:
        self._store = store
        self._keep_ms = round(keep_days * 86_400_000)
        self._waiting: queue.Queue[Fix] = queue.Queue(WAITING_MOST)
        self._stop = stop or StopToken()
        self._thread = Thread(target=self._run, name="trail-writer", daemon=True)
        self.dropped_count = 0
        self.written_count = 0

    def start(self) -> None:
        self._thread.start()

    def add(self, fix: Fix) -> bool:
        """Never waits: with a full queue the fix is dropped and counted; False then."""
        try:
            self._waiting.put_nowait(fix)
        except queue.Full:
            self.dropped_count += 1
            return False
        return True

    def close(self) -> None:
        """Writes what waits and ends the thread. Idempotent."""
        self._stop.stop()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def _run(self) -> None:
        next_sweep_s = time.monotonic() + WRITE_S
        while True:
            is_busy = self._waiting.qsize() > BUSY_FROM
            is_last = self._stop.wait(0.0 if is_busy else WRITE_S)
            try:
                self._write()
                if time.monotonic() >= next_sweep_s:
                    more = self._store.sweep(time.time_ns() // 1_000_000 - self._keep_ms)
                    pause_s = WRITE_S if more >= SWEEP_ROWS else SWEEP_S
                    next_sweep_s = time.monotonic() + pause_s
            except sqlite3.Error as error:  # a full disk costs trails, never positions
                log.error("trails are not written: %s; free the disk of the hub", error)
            if is_last:
                return

    def _write(self) -> None:
        batch: list[Fix] = []
        while not self._waiting.empty() and len(batch) < WAITING_MOST:
            batch.append(self._waiting.get_nowait())
        if batch:
            self._store.write(batch)
            self.written_count += len(batch)
