"""RingWriter, RingReader: decoded frames from one ingest process to many readers, without a socket.

A ring is one file in a memory file system: a page of header and four slots. Frame `n` goes to
slot `n % 4`, so while one slot is written the newest two are whole. Each slot has a sequence
word, odd while it is written (`2n - 1`) and `2n` when frame `n` is complete; a reader compares
it before and after use. One writer, any number of readers, newest wins; a reader that is
killed leaves nothing locked, a writer that is killed leaves a file whose lock is free, which
`sweep_stale_rings` removes.

Ordering between the processors relies on stores being seen in program order (x86-64, and the
barriers of the interpreter lock elsewhere); readers check the sequence word twice.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId
from ingest.errors import RetryLater
from ingest.frames.file_lock import try_lock, unlock
from ingest.frames.frame import USUAL_COLOURS, Colours, Frame, PixelFormat, WidthClass
from ingest.frames.ring_layout import (
    CLOSED_WORD,
    LATEST_WORD,
    PAGE_BYTES,
    SLOT_COUNT,
    SLOT_WORDS,
    STATIC_BYTES,
    WORDS_PER_SLOT,
    RingGone,
    RingHeader,
    picture_view,
    plane_shapes,
    plane_views,
    split_planes,
)

__all__ = [
    "Plane",
    "RingGone",
    "RingReader",
    "RingUnavailable",
    "RingWriter",
    "Slot",
    "copy_planes",
    "plane_shapes",
    "split_planes",
    "sweep_stale_rings",
]

RING_SUFFIX: Final = ".ring"
_UNFINISHED_SUFFIX: Final = ".ring-new"
#: A ring under construction is finished in milliseconds; older ones belong to a dead process.
_UNFINISHED_LIFE_S: Final = 60.0

#: Where a picture goes: its planes as `plane_shapes` names them, to be written to.
Slot = tuple[NDArray[np.uint8], ...]
#: A plane as the decoder gives it: its bytes and the bytes from one line to the next.
Plane = tuple["memoryview | NDArray[np.uint8] | bytes", int]


def copy_planes(planes: Sequence[Plane], slot: Slot) -> None:
    """Copies a picture into a slot; ValueError where the planes are others than the slot's."""
    for target, (buffer, stride) in zip(slot, planes, strict=True):
        lines, line_bytes = target.shape
        source = np.frombuffer(buffer, dtype=np.uint8, count=(lines - 1) * stride + line_bytes)
        np.copyto(
            target,
            np.lib.stride_tricks.as_strided(source, (lines, line_bytes), (stride, 1))
            if stride != line_bytes
            else source.reshape(lines, line_bytes),
        )


class RingUnavailable(RetryLater):
    """The ring cannot be made (memory file system full, folder not writable)."""


class RingWriter:
    """The one writer of a ring. Threads: one at a time. `path` is the file while it lives."""

    def __init__(self, path: Path, descriptor: int, mapping: mmap.mmap, header: RingHeader) -> None:
        self.path = path
        self.header = header
        self._descriptor = descriptor
        self._mapping = mapping
        self._words = memoryview(mapping)[:PAGE_BYTES].cast("Q")
        self._signed = memoryview(mapping)[:PAGE_BYTES].cast("q")
        self._slots = tuple(plane_views(mapping, header, slot) for slot in range(SLOT_COUNT))
        self._number = 0
        self._closed = False

    @classmethod
    def create(
        cls,
        folder: Path,
        camera_id: CameraId,
        width_class: WidthClass,
        width_px: int,
        height_px: int,
        format: PixelFormat,
        fps: float,
        colours: Colours = USUAL_COLOURS,
    ) -> RingWriter:
        """A new, empty ring of a fresh generation in `folder` (made 0700 if absent).

        Raises RingUnavailable when its space cannot be reserved, ValueError for a bad size.
        """
        header = RingHeader(camera_id, width_class, width_px, height_px, format, fps, colours)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        final_path = folder / (header.file_stem() + f".{_generation()}{RING_SUFFIX}")
        unfinished = final_path.with_suffix(_UNFINISHED_SUFFIX)
        try:
            descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise RingUnavailable(f"no frame ring in {folder}: {error.strerror}") from error
        try:
            try_lock(descriptor)
            _reserve(descriptor, header.file_bytes)
            mapping = mmap.mmap(descriptor, header.file_bytes)
            mapping[:STATIC_BYTES] = header.packed()
            unfinished.rename(final_path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            os.close(descriptor)
            raise RingUnavailable(
                f"no space for a frame ring of {header.file_bytes >> 10} KiB in {folder}: "
                f"{error.strerror}; free memory or show fewer or smaller tiles"
            ) from error
        return cls(final_path, descriptor, mapping, header)

    @property
    def frame_count(self) -> int:
        return self._number

    def write(self, planes: Sequence[Plane], media_ns: int, mono_ns: int, utc_ns: int) -> int:
        """Copies one picture into the next slot and makes it the newest; returns its number.

        `planes` as `plane_shapes` names them, each (buffer, bytes between lines); nothing of
        them is kept.
        """
        return self.fill(lambda slot: copy_planes(planes, slot), media_ns, mono_ns, utc_ns)

    def fill(self, put: Callable[[Slot], None], media_ns: int, mono_ns: int, utc_ns: int) -> int:
        """Has `put` write one picture into the next slot and makes it the newest; its number.

        What `put` raises goes on; the slot then holds no picture.
        """
        number = self._number + 1
        slot = number % SLOT_COUNT
        at = SLOT_WORDS + slot * WORDS_PER_SLOT
        words, signed = self._words, self._signed
        words[at] = 2 * number - 1
        signed[at + 2] = media_ns
        signed[at + 3] = mono_ns
        signed[at + 4] = utc_ns
        put(self._slots[slot])
        words[at + 1] = number
        words[at] = 2 * number
        words[LATEST_WORD] = number
        self._number = number
        return number

    def close(self) -> None:
        """Tells readers that no more frames come and removes the file. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self._words[CLOSED_WORD] = 1
        self._words.release()
        self._signed.release()
        self._slots = ()
        _unlink(self.path)
        os.close(self._descriptor)
        with contextlib.suppress(BufferError):  # whoever failed to fill a slot still holds it
            self._mapping.close()


class RingReader:
    """A reader of a ring. Threads: one at a time. Never writes, never removes the file.

    Attributes:
        path, camera_id, width_class, width_px, height_px, format, fps, colours: as the writer made it.
        dropped_count: frames that were written but never returned by `newest`.
    """

    def __init__(self, path: Path, descriptor: int, mapping: mmap.mmap, header: RingHeader) -> None:
        self.path = path
        self.camera_id = header.camera_id
        self.width_class = header.width_class
        self.width_px = header.width_px
        self.height_px = header.height_px
        self.format = header.format
        self.fps = header.fps
        self.colours = header.colours
        self.dropped_count = 0
        self._descriptor = descriptor
        self._words = memoryview(mapping)[:PAGE_BYTES].cast("Q")
        self._signed = memoryview(mapping)[:PAGE_BYTES].cast("q")
        self._pictures = tuple(picture_view(mapping, header, slot) for slot in range(SLOT_COUNT))
        self._last_number = 0

    @classmethod
    def open(cls, path: Path) -> RingReader:
        """Attaches to a ring. Raises RingGone when it is no longer there or is no ring."""
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise RingGone(f"{path.name}: {error.strerror}") from error
        try:
            size = os.fstat(descriptor).st_size
            if size < PAGE_BYTES:
                raise RingGone(f"{path.name}: {size} bytes are too few for a ring")
            mapping = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
            header = RingHeader.unpacked(mapping[:STATIC_BYTES])
            if header.file_bytes != size:
                raise RingGone(f"{path.name}: {size} bytes, expected {header.file_bytes}")
        except (OSError, ValueError) as error:
            os.close(descriptor)
            raise RingGone(f"{path.name}: {error}") from error
        except RingGone:
            os.close(descriptor)
            raise
        return cls(path, descriptor, mapping, header)

    @property
    def sequence(self) -> int:
        """Number of the newest frame, 0 before the first. Costs one word read: poll it."""
        return self._words[LATEST_WORD]

    @property
    def closed_by_writer(self) -> bool:
        """True once the writer said that no more frames come in this generation."""
        return bool(self._words[CLOSED_WORD])

    def newest(self) -> Frame | None:
        """The newest whole frame as a read-only view into the ring; None before the first.

        The view stays mapped as long as the frame lives, its content changes after three
        more frames: ask `still_valid` after use.
        """
        for _ in range(SLOT_COUNT):
            number = self._words[LATEST_WORD]
            if number == 0:
                return None
            frame = self._whole(number)
            if frame is not None:
                return frame
        return None  # lapped four times over: the reader is stopped and started; next poll

    def following(self) -> Frame | None:
        """The frame after the last one returned, if only one newer came since; else the newest.

        Two frames between two looks are then both seen, a look later at most. Two stay whole while
        a third is written.
        """
        if self._last_number and self._words[LATEST_WORD] == self._last_number + 2:
            frame = self._whole(self._last_number + 1)
            if frame is not None:
                return frame
        return self.newest()

    def _whole(self, number: int) -> Frame | None:
        """Frame `number`, counted as returned; None when it is no longer there."""
        frame = self._frame(number)
        if self._sequence_of(number) != 2 * number:
            return None
        self.dropped_count += max(0, number - self._last_number - 1)
        self._last_number = number
        return frame

    def still_valid(self, frame: Frame) -> bool:
        """Whether `frame`'s pixels are still its own; ask after painting or copying them."""
        return frame.owned or self._sequence_of(frame.number) == 2 * frame.number

    def writer_alive(self) -> bool:
        """Whether the process that writes this ring lives (its lock is held)."""
        if try_lock(self._descriptor, shared=True):
            unlock(self._descriptor)
            return False
        return True

    def close(self) -> None:
        """Detaches; frames handed out stay readable until they are dropped. Twice is harmless."""
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        self._pictures = ()

    def _sequence_of(self, number: int) -> int:
        return self._words[SLOT_WORDS + (number % SLOT_COUNT) * WORDS_PER_SLOT]

    def _frame(self, number: int) -> Frame:
        slot = number % SLOT_COUNT
        at = SLOT_WORDS + slot * WORDS_PER_SLOT
        signed = self._signed
        return Frame(
            self.camera_id,
            self.width_px,
            self.height_px,
            self.format,
            self._pictures[slot],
            number,
            signed[at + 2],
            signed[at + 3],
            signed[at + 4],
            colours=self.colours,
        )


def sweep_stale_rings(folder: Path) -> int:
    """Removes rings whose writer is dead (its lock is free); returns how many."""
    removed_count = 0
    for path in folder.glob(f"*{RING_SUFFIX}"):
        removed_count += _remove_if_stale(path)
    oldest_s = time.time() - _UNFINISHED_LIFE_S
    for path in folder.glob(f"*{_UNFINISHED_SUFFIX}"):
        try:
            if path.stat().st_mtime < oldest_s:
                removed_count += _remove_if_stale(path)
        except FileNotFoundError:
            continue
    return removed_count


def _remove_if_stale(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if not try_lock(descriptor):
            return False
        return _unlink(path)
    finally:
        os.close(descriptor)


def _unlink(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        return False  # Windows: a reader has it open; the next sweep takes it
    return True


def _reserve(descriptor: int, size: int) -> None:
    """Makes `size` bytes really there: a full memory file system fails here, not in a store."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    zeros = bytes(1 << 20)
    for start in range(0, size, len(zeros)):
        os.write(descriptor, zeros[: min(len(zeros), size - start)])


def _generation() -> str:
    return f"{time.time_ns():x}{secrets.token_hex(2)}"
