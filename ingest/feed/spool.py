"""Spool: a publisher's events on disk until the hub has them.

Append-only files of one JSON event a line. An event is in the operating system's hands when
`append` returns (a killed process loses nothing) and on the platter after `sync`, which the
publisher's thread calls at least once a second. A file goes when all its events are done.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import deque
from pathlib import Path

from msgspec import Struct

from ingest.errors import RetryLater
from ingest.feed.envelope import EnvelopeInvalid, decode_event
from ingest.feed.file_lock import FileLock

log = logging.getLogger(__name__)

#: A new file begins after this many bytes: small enough to be removed soon.
FILE_BYTES = 4 << 20
#: Most bytes on disk; then `append` refuses: events never drop silently.
SPOOL_BYTES = 256 << 20
#: Waiting events also held in memory: while the hub keeps up, nothing is read back from the disk.
KEPT_MOST = 1_000
REJECTED_NAME = "rejected.jsonl"
#: Events the hub refused for good are kept for people up to this size, bytes.
REJECTED_BYTES = 4 << 20


class SpoolFull(RetryLater):
    """The spool cannot take more (its bound, or the disk is full): the event is not kept."""


class Entry(Struct, frozen=True, gc=False):
    """Where one event lies. `kept`: its bytes, while few enough wait to hold them in memory."""

    number: int
    file_number: int
    offset: int
    length: int
    id: str
    kept: bytes | None = None


class _File:
    """One spool file. `open_count`: events in it that are not done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600
        )
        self.size = os.lseek(self.fd, 0, os.SEEK_END)
        self.open_count = 0

    def close(self) -> None:
        os.close(self.fd)


class Spool:
    """Events not yet acknowledged, oldest first.

    Threads: `append` any; `take`, `body`, `done`, `sync` the publisher's thread.
    """

    def __init__(self, folder: Path, owner: str, *, bytes_most: int = SPOOL_BYTES) -> None:
        """Raises LockTaken when another process spools here, OSError where it cannot."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._bytes_most = bytes_most
        self._file_lock = FileLock(folder / "lock", owner)
        self._lock = threading.Lock()
        self._files: dict[int, _File] = {}
        self._waiting: deque[Entry] = deque()
        self._next_number = 1
        self._undone_count = 0
        self._dirty = False
        self.rejected_count = 0
        try:
            self._recover()
        except OSError:
            self.close()
            raise

    def __len__(self) -> int:
        """Events not done."""
        return self._undone_count

    def append(self, event_id: str, body: bytes) -> None:
        """Keeps one event. Raises SpoolFull: then it is not kept."""
        line = body + b"\n"
        with self._lock:
            if sum(file.size for file in self._files.values()) + len(line) > self._bytes_most:
                raise SpoolFull(
                    f"{self._undone_count} events wait for the hub already, "
                    f"{self._bytes_most >> 20} MiB: start the hub or free its disk"
                )
            file_number = self._writable_file()
            file = self._files[file_number]
            self._write(file, line)
            kept = body if len(self._waiting) < KEPT_MOST else None
            self._adopt(file_number, file, file.size, len(body), event_id, kept)
            file.size += len(line)
            self._dirty = True

    def take(self) -> Entry | None:
        """The oldest event not yet taken."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def put_back(self, entries: list[Entry]) -> None:
        """Entries to be taken again, before all others, in their order."""
        with self._lock:
            self._waiting.extendleft(reversed(entries))

    def body(self, entry: Entry) -> bytes:
        if entry.kept is not None:
            return entry.kept
        with self._lock:
            file = self._files[entry.file_number]
            os.lseek(file.fd, entry.offset, os.SEEK_SET)
            return os.read(file.fd, entry.length)

    def done(self, entry: Entry) -> None:
        """The hub has the event on disk."""
        with self._lock:
            self._undone_count -= 1
            file = self._files[entry.file_number]
            file.open_count -= 1
            if file.open_count == 0:
                self._forget(entry.file_number)

    def reject(self, entry: Entry, error: str) -> None:
        """The hub will never take the event: kept aside for people, counted."""
        self.rejected_count += 1
        path = self._folder / REJECTED_NAME
        try:
            with path.open("ab") as file:
                if file.tell() < REJECTED_BYTES:
                    file.write(self.body(entry) + b"\n")
        except OSError as problem:
            log.error("a refused event could not be kept in %s: %s", path, problem)
        log.error("the hub refused event %s for good: %s (kept in %s)", entry.id, error, path)
        self.done(entry)

    def sync(self) -> None:
        """Forces what was appended onto the platter."""
        with self._lock:
            if not self._dirty:
                return
            self._dirty = False
            file = self._files.get(max(self._files, default=0))
            if file is not None:
                os.fsync(file.fd)

    def close(self) -> None:
        """Leaves undone events on disk for the next start. Idempotent."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files.clear()
        self._file_lock.close()

    def _write(self, file: _File, line: bytes) -> None:
        """All of `line` or nothing."""
        try:
            written = os.write(file.fd, line)
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes fitted")
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(file.fd, file.size)
            raise SpoolFull(f"the spool in {self._folder} cannot be written: {error}") from error

    def _adopt(
        self,
        file_number: int,
        file: _File,
        offset: int,
        length: int,
        id_: str,
        kept: bytes | None = None,
    ) -> None:
        self._waiting.append(Entry(self._next_number, file_number, offset, length, id_, kept))
        self._next_number += 1
        self._undone_count += 1
        file.open_count += 1

    def _writable_file(self) -> int:
        newest = max(self._files, default=0)
        if newest and self._files[newest].size < FILE_BYTES:
            return newest
        try:
            self._files[newest + 1] = _File(self._folder / f"{newest + 1:08d}.jsonl")
        except OSError as error:
            raise SpoolFull(f"the spool in {self._folder} cannot be written: {error}") from error
        return newest + 1

    def _forget(self, file_number: int) -> None:
        """A file with nothing left: the newest is emptied, older ones are removed."""
        file = self._files[file_number]
        if file_number == max(self._files) and file.size < FILE_BYTES:
            os.ftruncate(file.fd, 0)
            file.size = 0
            return
        file.close()
        del self._files[file_number]
        file.path.unlink(missing_ok=True)

    def _recover(self) -> None:
        """Events a former process left. A line cut short by a crash was never promised."""
        for path in sorted(self._folder.glob("[0-9]*.jsonl")):
            number = int(path.stem)
            file = self._files[number] = _File(path)
            offset = 0
            for line in path.read_bytes().split(b"\n")[:-1]:
                with contextlib.suppress(EnvelopeInvalid):
                    self._adopt(number, file, offset, len(line), decode_event(line).id)
                offset += len(line) + 1
            if offset < file.size:
                os.ftruncate(file.fd, offset)
                file.size = offset
            if file.open_count == 0:
                self._forget(number)
