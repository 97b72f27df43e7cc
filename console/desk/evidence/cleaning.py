"""Cleaning: evidence that no case holds any more goes, in two nights, and every file leaves a line.

The first night moves a file out of the store into `leaving/`; the next one removes it, or puts it back
where a case has come to hold it since (reopened, merged). So what is decided on while cases move on can
be undone, and nothing is decided twice from one reading. Files younger than a week are left alone: an
alert may be on its way to a case.

`evidence-removed.jsonl` beside the store: one line a file, each with the SHA-256 of the line before.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from config.store_settings import StoreSettings
from console.desk.evidence.rules import Reference, holds_of
from ingest.errors import GridwallError
from ingest.evidence import is_name
from ingest.feed.envelope import utc_text

LEAVING = "leaving"
RECORD = "evidence-removed.jsonl"
#: A file younger than this is not looked at.
YOUNG_S = 7 * 86_400.0
_DAY_S = 86_400.0
#: Previous hash of the first line.
_FIRST = "0" * 64

#: Asks the hub for a page of references.
Ask = Callable[[dict[str, Any]], dict[str, Any]]


class Report(Struct, kw_only=True):
    """What a clean-up did, or would do. Bytes are of files.

    Attributes:
        held: named by a case that still holds them. young: not looked at yet.
        expired: a case named them, and its days are over, or nobody ever did.
        removed, restored: of those that were leaving since the last run.
    """

    files: int = 0
    bytes: int = 0
    held: int = 0
    young: int = 0
    expired: int = 0
    expired_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    restored: int = 0
    free_bytes: int = 0
    dry_run: bool = False


class RecordBroken(GridwallError):
    """A line of the record was changed, taken out or put in."""


class Removed(Struct, frozen=True):
    """One line of the record; which cases named the file stands in their own history."""

    sha: str
    bytes: int
    utc: str
    previous: str


def held_now(ask: Ask) -> dict[bytes, int]:
    """Every file that a case holds, or held lately, and until when."""
    holds: dict[bytes, int] = {}
    request: dict[str, Any] = {}
    while True:
        page = ask(request)
        holds_of(msgspec.convert(page["references"], list[Reference], strict=False), holds)
        if page["after_id"] is None:
            return holds
        request = {"after_ns": page["after_ns"], "after_id": page["after_id"]}


def clean(
    ask: Ask, state_folder: Path, settings: StoreSettings, now_ns: int, *, dry_run: bool
) -> Report:
    """One run. Raises GridwallError where a file or the record cannot be written."""
    folder = state_folder / "evidence"
    holds = held_now(ask)
    report = Report(dry_run=dry_run)
    leaving = folder / LEAVING
    try:
        record = _Record(state_folder / RECORD)
        for file in _files(leaving):
            _second_night(file, folder, holds, now_ns, record, report)
        for part in sorted(folder.glob("[0-9a-f][0-9a-f]")):
            for file in _files(part):
                _first_night(file, leaving, holds, now_ns, settings, report)
        record.close()
        disk = os.statvfs(state_folder)
        report.free_bytes = disk.f_bavail * disk.f_frsize
    except OSError as error:
        raise GridwallError(f"evidence cannot be cleaned up in {folder}: {error}") from error
    return report


def _first_night(
    file: Path,
    leaving: Path,
    holds: dict[bytes, int],
    now_ns: int,
    settings: StoreSettings,
    report: Report,
) -> None:
    try:
        facts = file.stat()
    except FileNotFoundError:
        return
    report.files += 1
    report.bytes += facts.st_size
    until_ns = holds.get(bytes.fromhex(file.name))
    age_s = now_ns / 1e9 - facts.st_mtime
    if until_ns is not None and until_ns > now_ns:
        report.held += 1
    elif age_s < YOUNG_S or (until_ns is None and age_s < settings.evidence_rejected_days * _DAY_S):
        report.young += 1
    else:
        report.expired += 1
        report.expired_bytes += facts.st_size
        if not report.dry_run:
            leaving.mkdir(exist_ok=True, mode=0o700)
            file.replace(leaving / file.name)


def _second_night(
    file: Path,
    folder: Path,
    holds: dict[bytes, int],
    now_ns: int,
    record: _Record,
    report: Report,
) -> None:
    until_ns = holds.get(bytes.fromhex(file.name))
    if until_ns is not None and until_ns > now_ns:
        report.restored += 1
        if not report.dry_run:
            place = folder / file.name[:2]
            place.mkdir(exist_ok=True, mode=0o700)
            file.replace(place / file.name)
        return
    size = file.stat().st_size
    report.removed += 1
    report.removed_bytes += size
    if not report.dry_run:
        record.add(file.name, size, utc_text(now_ns))
        file.unlink()


def _files(folder: Path) -> Iterator[Path]:
    """Evidence in a folder; half-written files are not ours to judge."""
    with contextlib.suppress(FileNotFoundError):
        yield from sorted(one for one in folder.iterdir() if is_name(one.name) and one.is_file())


class _Record:
    """The chain of lines; a line is on disk before its file is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._previous = _FIRST
        for line in _lines(path):
            self._previous = hashlib.sha256(line).hexdigest()
        self._file: Any = None

    def add(self, sha: str, size: int, utc: str) -> None:
        line = msgspec.json.encode(Removed(sha, size, utc, self._previous))
        if self._file is None:
            self._file = self._path.open("ab")
        self._file.write(line + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._previous = hashlib.sha256(line).hexdigest()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def verify_record(path: Path) -> tuple[int, str]:
    """Lines and the last hash, to keep elsewhere. Raises RecordBroken."""
    previous, count = _FIRST, 0
    for count, line in enumerate(_lines(path), start=1):
        try:
            removed = msgspec.json.decode(line, type=Removed)
        except msgspec.DecodeError as error:
            raise RecordBroken(f"{path.name}:{count} is no line of ours: {error}") from error
        if removed.previous != previous:
            raise RecordBroken(f"{path.name}:{count} does not follow the line before it")
        previous = hashlib.sha256(line).hexdigest()
    return count, previous


def _lines(path: Path) -> Iterator[bytes]:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")
