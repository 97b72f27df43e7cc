"""A disk that loses its power: every write SQLite makes is recorded, and what a cut may leave is made.

A file's writes up to its last sync are on the platter; of the later ones each 512-byte sector may be
there or not, in any order, as drives with a write cache do. The recorder is a VFS of SQLite's own
(https://sqlite.org/vfs.html) put in front of the system's by ctypes, so that the product's code and
Python's `sqlite3` run unchanged.
"""

from __future__ import annotations

import contextlib
import ctypes
import enum
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

SECTOR = 512
_OK = 0
_POINTER = ctypes.c_void_p


class _File(ctypes.Structure):
    """sqlite3_file."""

    _fields_ = (("methods", _POINTER),)


_FILE = ctypes.POINTER(_File)
_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, _POINTER, _POINTER, _FILE, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_int)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _FILE, _POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _FILE, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _FILE, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3; what stays as it is has no type of its own."""

    _fields_ = (
        ("version", ctypes.c_int), ("file_bytes", ctypes.c_int), ("path_most", ctypes.c_int),
        ("next", _POINTER), ("name", ctypes.c_char_p), ("app_data", _POINTER), ("open", _OPEN),
        ("delete", _DELETE), ("others", _POINTER * 14),
    )  # fmt: skip


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("version", ctypes.c_int), ("close", _POINTER), ("read", _POINTER), ("write", _WRITE),
        ("truncate", _TRUNCATE), ("sync", _SYNC), ("others", _POINTER * 13),
    )  # fmt: skip


class Write(Struct, frozen=True):
    path: str
    offset: int
    content: bytes


class Truncate(Struct, frozen=True):
    path: str
    size: int


class Sync(Struct, frozen=True):
    path: str


class Remove(Struct, frozen=True):
    """Of a whole file; SQLite syncs the folder with it."""

    path: str


Step = Write | Truncate | Sync | Remove


class Cut(enum.Enum):
    """What is left of writes that were not synced."""

    NOTHING = "nothing"
    TORN = "torn"  # all up to a moment, the last one in part
    ANY = "any"  # any sectors of any of them


class RecordedDisk:
    """While it is entered, databases that are opened write through it. Threads: any (SQLite's lock)."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._library: Any = ctypes.CDLL("libsqlite3.so.0")
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._kept: dict[int, _Methods] = {}
        self._open_files: dict[int, str] = {}

    def __enter__(self) -> RecordedDisk:
        self._system = self._library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._system.contents)
        self._vfs.name = b"recorded"
        self._system_open = self._system.contents.open
        self._system_delete = self._system.contents.delete
        self._vfs.open, self._vfs.delete = _OPEN(self._open), _DELETE(self._delete)
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        return self

    def __exit__(self, *error: object) -> None:
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
        self._library.sqlite3_vfs_register(self._system, 1)

    def _open(self, vfs: int, name: int | None, file: Any, flags: int, out: Any) -> int:
        """`name` goes on as the pointer it came as: SQLite keeps it for the file's life."""
        address = ctypes.cast(self._system, ctypes.c_void_p).value
        code: int = self._system_open(address, name, file, flags, out)
        if code == _OK and name is not None and file.contents.methods:
            self._adopt(file, ctypes.string_at(name).decode())
        return code

    def _delete(self, vfs: int, name: bytes, sync_folder: int) -> int:
        address = ctypes.cast(self._system, ctypes.c_void_p).value
        self.steps.append(Remove(name.decode()))
        return int(self._system_delete(address, name, sync_folder))

    def _adopt(self, file: Any, path: str) -> None:
        """The file's methods with ours in front of the three that matter."""
        place = ctypes.addressof(file.contents)
        system = _Methods.from_address(file.contents.methods)
        own = _Methods.from_buffer_copy(system)
        write, truncate, sync = system.write, system.truncate, system.sync

        def written(to: Any, content: int, size: int, offset: int) -> int:
            self.steps.append(Write(path, offset, ctypes.string_at(content, size)))
            return int(write(to, content, size, offset))

        def cut(to: Any, size: int) -> int:
            self.steps.append(Truncate(path, size))
            return int(truncate(to, size))

        def synced(to: Any, flags: int) -> int:
            code = int(sync(to, flags))
            self.steps.append(Sync(path))
            return code

        own.write, own.truncate, own.sync = _WRITE(written), _TRUNCATE(cut), _SYNC(synced)
        self._kept[place] = own
        file.contents.methods = ctypes.addressof(own)


def recorded_disk(folder: Path) -> RecordedDisk:
    """Skips where Python's sqlite3 does not use the system's SQLite, so that nothing is recorded."""
    try:
        disk = RecordedDisk()
    except OSError:
        pytest.skip("needs SQLite as a shared library of the system (libsqlite3.so.0)")
    with disk, contextlib.closing(sqlite3.connect(folder / "probe.sqlite")) as probe:
        probe.execute("CREATE TABLE probe (a)")
    if not disk.steps:
        pytest.skip("Python's sqlite3 brings a SQLite of its own along: its writes are not seen")
    disk.steps.clear()
    return disk


def left_after(
    steps: list[Step], moment: int, how: Cut, chance: random.Random
) -> dict[str, bytearray]:
    """Path → content after a power cut when `moment` steps were made."""
    made = steps[:moment]
    last_sync = {step.path: number for number, step in enumerate(made) if isinstance(step, Sync)}
    files: dict[str, bytearray] = {}
    pending: list[Step] = []
    for number, step in enumerate(made):
        if isinstance(step, Remove):
            files.pop(step.path, None)
            pending = [other for other in pending if other.path != step.path]
            continue
        files.setdefault(step.path, bytearray())
        if number <= last_sync.get(step.path, -1):
            _apply(files, step)
        elif not isinstance(step, Sync):
            pending.append(step)
    if how is Cut.TORN:
        count = chance.randint(0, len(pending))
        for step in pending[:count]:
            _apply(files, step)
        pending = pending[count : count + 1]
    if how is not Cut.NOTHING:
        for step in pending:
            _apply_some(files, step, chance)
    return files


def _apply(files: dict[str, bytearray], step: Step) -> None:
    file = files[step.path]
    if isinstance(step, Truncate):
        del file[step.size :]
    elif isinstance(step, Write):
        _put(file, step.offset, step.content)


def _apply_some(files: dict[str, bytearray], step: Step, chance: random.Random) -> None:
    """A write's sectors each with an even chance; a cut of the file happens or not."""
    if isinstance(step, Write):
        start = 0
        while start < len(step.content):
            end = min(len(step.content), SECTOR - (step.offset + start) % SECTOR + start)
            if chance.random() < 0.5:
                _put(files[step.path], step.offset + start, step.content[start:end])
            start = end
    elif chance.random() < 0.5:
        _apply(files, step)


def _put(file: bytearray, offset: int, content: bytes) -> None:
    if len(file) < offset:
        file.extend(bytes(offset - len(file)))
    file[offset : offset + len(content)] = content


def write_files(files: dict[str, bytearray], folder: Path) -> None:
    """The files under their own names in another folder."""
    folder.mkdir(parents=True)
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)
