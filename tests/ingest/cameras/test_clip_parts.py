"""Exports out of the packet ring: parts per connection, whole or not at all, stills of exact pictures."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from ingest.cameras.clip_parts import write_parts
from ingest.cameras.nal import VideoCodec
from ingest.cameras.stills import still_of_tape
from ingest.cameras.stream_info import StreamLost
from tests.ingest.cameras.test_replay import FRAME_NS, segment
from tests.media import encode_clip, read_number

LATER_NS = 10_000_000_000


def _numbers(path: Path) -> list[int]:
    """The numbers painted in a file's pictures."""
    with av.open(str(path)) as container:
        return [read_number(frame.to_ndarray(format="bgra")) for frame in container.decode(video=0)]


def _two() -> list:  # type: ignore[type-arg]
    return [
        segment(encode_clip(picture_count=40, key_interval=10), 1, 0),
        segment(
            encode_clip(
                width_px=480, height_px=360, picture_count=20, key_interval=10,
                codec=VideoCodec.H265, first_number=500,
            ),
            2,
            LATER_NS,
        ),
    ]  # fmt: skip


def test_every_connection_of_the_span_is_a_file_of_its_own_without_transcoding(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.mp4"
    first, second = write_parts(_two(), 25 * FRAME_NS, LATER_NS + 4 * FRAME_NS, path)
    assert (first.path, second.path) == (str(path), str(tmp_path / "x-2.mp4"))
    assert _numbers(path) == list(range(20, 40)), "from the key frame before the span on"
    assert _numbers(Path(second.path)) == list(range(500, 505))
    assert (first.codec, second.codec) == ("h264", "hevc")
    assert first.start_mono_ns == 20 * FRAME_NS
    assert first.packet_count == 20
    assert {p.name for p in tmp_path.iterdir()} == {"x.mp4", "x-2.mp4"}


def test_a_full_disk_is_seen_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 20))
    with pytest.raises(OSError, match="are needed") as caught:
        write_parts(_two(), 0, LATER_NS, tmp_path / "x.mp4")
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_fails_takes_the_others_with_it(tmp_path: Path) -> None:
    (tmp_path / "x-2.mp4").mkdir()  # the second part cannot be put there
    with pytest.raises(OSError, match="x-2"):
        write_parts(_two(), 0, LATER_NS + FRAME_NS, tmp_path / "x.mp4")
    assert {p.name for p in tmp_path.iterdir()} == {"x-2.mp4"}


def test_nothing_of_that_time_is_told(tmp_path: Path) -> None:
    with pytest.raises(StreamLost, match="nothing was received"):
        write_parts(_two(), LATER_NS * 2, LATER_NS * 3, tmp_path / "x.mp4")
    with pytest.raises(StreamLost, match="no picture"):
        still_of_tape((), 0, tmp_path / "x.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_still_is_the_native_picture_of_its_moment(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    made = still_of_tape(tuple(_two()), 27 * FRAME_NS + 5, path)
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="bgra")
    assert picture.shape == (180, 320, 4)
    assert read_number(picture) == 27
    assert (made.width_px, made.height_px, made.start_mono_ns) == (320, 180, 27 * FRAME_NS)
    # full range: black and white blocks are black and white in the file
    assert int(np.min(picture[:, :, 1])) < 12
    assert int(np.max(picture[:, :, 1])) > 243
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
