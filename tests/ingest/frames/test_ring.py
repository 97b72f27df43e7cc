"""The ring between real processes: newest wins, nothing is torn, nothing is left behind."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from config.site import CameraId
from ingest.frames import ring
from ingest.frames.frame import ColourMatrix, ColourRange, Colours, PixelFormat, WidthClass
from ingest.frames.ring import (
    RingGone,
    RingReader,
    RingUnavailable,
    RingWriter,
    plane_shapes,
    split_planes,
    sweep_stale_rings,
)

CAMERA = CameraId("cam/0001 北")


def make_writer(folder: Path, width_px: int = 64, height_px: int = 36) -> RingWriter:
    return RingWriter.create(
        folder, CAMERA, WidthClass.MEDIUM, width_px, height_px, PixelFormat.BGRA, 25.0
    )


def grey(value: int, width_px: int = 64, height_px: int = 36) -> list[ring.Plane]:
    return [(bytes([value]) * (width_px * 4 * height_px), width_px * 4)]


def test_a_reader_gets_the_newest_frame_with_its_three_times(tmp_path: Path) -> None:
    writer = make_writer(tmp_path)
    reader = RingReader.open(writer.path)
    assert reader.sequence == 0
    assert reader.newest() is None
    for value in (1, 2, 3):
        writer.write(grey(value), media_ns=value, mono_ns=10 * value, utc_ns=100 * value)
    frame = reader.newest()
    assert frame is not None
    assert (frame.number, frame.media_ns, frame.received_mono_ns, frame.received_utc_ns) == (
        3,
        3,
        30,
        300,
    )
    assert frame.camera_id == CAMERA
    assert frame.pixels.shape == (36, 64, 4)
    assert (frame.pixels == 3).all()
    assert not frame.pixels.flags.writeable
    assert reader.dropped_count == 2
    reader.close()
    writer.close()


def test_two_frames_between_two_looks_are_both_seen_and_more_are_skipped(tmp_path: Path) -> None:
    writer = make_writer(tmp_path)
    reader = RingReader.open(writer.path)

    def numbers_after(frames: int) -> list[int]:
        for _ in range(frames):
            writer.write(grey(1), media_ns=1, mono_ns=1, utc_ns=1)
        seen = []
        while not seen or seen[-1] != reader.sequence:
            frame = reader.following()
            assert frame is not None
            seen.append(frame.number)
        return seen

    assert numbers_after(2) == [2]  # the first look begins with the newest
    assert numbers_after(1) == [3]
    assert numbers_after(2) == [4, 5]
    assert numbers_after(3) == [8]
    assert reader.dropped_count == 3
    reader.close()
    writer.close()


def test_a_frame_stays_whole_for_three_more_and_is_then_called_invalid(tmp_path: Path) -> None:
    writer = make_writer(tmp_path)
    reader = RingReader.open(writer.path)
    writer.write(grey(7), 0, 0, 0)
    frame = reader.newest()
    assert frame is not None
    for value in (8, 9, 10):
        writer.write(grey(value), 0, 0, 0)
        assert reader.still_valid(frame)
        assert (frame.pixels == 7).all()
    writer.write(grey(11), 0, 0, 0)
    assert not reader.still_valid(frame)
    reader.close()
    writer.close()


def test_planes_with_padding_land_line_by_line(tmp_path: Path) -> None:
    writer = RingWriter.create(tmp_path, CAMERA, WidthClass.NATIVE, 6, 4, PixelFormat.I420, 2.0)
    shapes = plane_shapes(6, 4, PixelFormat.I420)
    planes: list[ring.Plane] = []
    for value, (lines, line_bytes) in enumerate(shapes, start=1):
        padded = np.full((lines, 32), 99, dtype=np.uint8)
        padded[:, :line_bytes] = value
        planes.append((padded.reshape(-1), 32))
    writer.write(planes, 0, 0, 0)
    reader = RingReader.open(writer.path)
    frame = reader.newest()
    assert frame is not None
    assert frame.pixels.shape == (6, 6)
    assert frame.pixels.reshape(-1).tolist() == [1] * 24 + [2] * 6 + [3] * 6
    reader.close()
    writer.close()


def test_planes_of_any_size_say_how_they_are_meant(tmp_path: Path) -> None:
    colours = Colours(ColourMatrix.BT709, ColourRange.FULL)
    writer = RingWriter.create(
        tmp_path, CAMERA, WidthClass.MEDIUM, 5, 3, PixelFormat.PLANES, 25.0, colours
    )
    shapes = plane_shapes(5, 3, PixelFormat.PLANES)
    assert shapes == ((3, 5), (2, 3), (2, 3))
    planes: list[ring.Plane] = [
        (np.full(shape, value, np.uint8), shape[1]) for value, shape in enumerate(shapes, start=1)
    ]
    writer.write(planes, 0, 0, 0)
    reader = RingReader.open(writer.path)
    frame = reader.newest()
    assert frame is not None
    assert frame.colours == colours
    assert frame.pixels.tolist() == [1] * 15 + [2] * 6 + [3] * 6
    assert [part.shape for part in split_planes(frame.pixels, shapes)] == list(shapes)
    reader.close()
    writer.close()


def test_a_format_nobody_knows_is_not_read(tmp_path: Path) -> None:
    writer = make_writer(tmp_path)
    with writer.path.open("r+b") as file:
        file.seek(16)
        file.write(struct.pack("<I", 99))
    with pytest.raises(RingGone, match="99"):
        RingReader.open(writer.path)
    writer.close()


def test_files_are_private_and_go_with_the_writer(tmp_path: Path) -> None:
    folder = tmp_path / "rings"
    writer = make_writer(folder)
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700
        assert writer.path.stat().st_mode & 0o777 == 0o600
    reader = RingReader.open(writer.path)
    assert reader.writer_alive()
    writer.close()
    writer.close()
    assert list(folder.iterdir()) == []
    assert reader.closed_by_writer
    assert not reader.writer_alive()
    reader.close()
    reader.close()


def test_a_frame_outlives_its_reader_and_its_ring(tmp_path: Path) -> None:
    """A widget may still paint a frame while its tile is being taken away."""
    writer = make_writer(tmp_path)
    writer.write(grey(5), 0, 0, 0)
    reader = RingReader.open(writer.path)
    frame = reader.newest()
    assert frame is not None
    reader.close()
    writer.close()
    assert (frame.pixels == 5).all()


def test_a_full_memory_file_system_is_an_error_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(RingUnavailable, match="No space left"):
        make_writer(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_rubbish_is_not_a_ring(tmp_path: Path) -> None:
    for name, content in {"short.ring": b"x", "long.ring": b"\0" * 9000}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RingGone):
            RingReader.open(tmp_path / name)
    with pytest.raises(RingGone):
        RingReader.open(tmp_path / "absent.ring")


@pytest.mark.parametrize(
    ("width_px", "height_px", "pixel_format"),
    [(0, 2, PixelFormat.BGRA), (3, 2, PixelFormat.I420), (2, 3, PixelFormat.I420)],
)
def test_impossible_sizes_are_refused(
    width_px: int, height_px: int, pixel_format: PixelFormat
) -> None:
    with pytest.raises(ValueError, match="size"):
        plane_shapes(width_px, height_px, pixel_format)


WRITE_FOREVER = """
import sys, time
from pathlib import Path
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.frames.ring import RingWriter
writer = RingWriter.create(Path(sys.argv[1]), "cam", WidthClass.MEDIUM, 320, 180, PixelFormat.BGRA, 25.0)
pictures = [bytes([value]) * (320 * 180 * 4) for value in range(256)]
print(writer.path, flush=True)
number = 0
while True:
    number += 1
    writer.write([(pictures[number % 256], 320 * 4)], number, time.monotonic_ns(), 0)
    time.sleep(0.0005)
"""


def start_writer(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_FOREVER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    return process, path


def stop_hard(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=10)


def test_no_torn_frame_is_called_valid_while_another_process_writes(tmp_path: Path) -> None:
    process, path = start_writer(tmp_path)
    try:
        reader = RingReader.open(path)
        valid_count = 0
        deadline_s = time.monotonic() + 10
        while valid_count < 300 and time.monotonic() < deadline_s:
            frame = reader.newest()
            if frame is None:
                continue
            values = np.unique(frame.pixels)
            if reader.still_valid(frame):
                valid_count += 1
                assert values.tolist() == [frame.number % 256]
        assert valid_count == 300
        reader.close()
    finally:
        stop_hard(process)


def test_a_killed_writer_is_seen_and_swept_and_living_rings_are_not(tmp_path: Path) -> None:
    process, path = start_writer(tmp_path)
    living = make_writer(tmp_path)
    reader = RingReader.open(path)
    try:
        assert reader.writer_alive()
        assert sweep_stale_rings(tmp_path) == 0
    finally:
        stop_hard(process)
    assert not reader.writer_alive()
    assert path.exists()
    assert sweep_stale_rings(tmp_path) == 1
    assert list(tmp_path.iterdir()) == [living.path]
    reader.close()
    living.close()


READ_FOREVER = """
import sys
from pathlib import Path
from ingest.frames.ring import RingReader
reader = RingReader.open(Path(sys.argv[1]))
print(reader.newest().number, flush=True)
while True:
    reader.newest()
"""


def test_a_killed_reader_harms_nobody(tmp_path: Path) -> None:
    """CPython's own shared memory is destroyed by the tracker of whoever attached and died."""
    writer = make_writer(tmp_path)
    writer.write(grey(1), 0, 0, 0)
    victim = subprocess.Popen(
        [sys.executable, "-c", READ_FOREVER, str(writer.path)], stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout is not None
    assert victim.stdout.readline().strip() == "1"
    stop_hard(victim)
    writer.write(grey(2), 0, 0, 0)
    reader = RingReader.open(writer.path)
    frame = reader.newest()
    assert frame is not None
    assert (frame.pixels == 2).all()
    reader.close()
    writer.close()
