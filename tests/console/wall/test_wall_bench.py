"""The wall bench measures what it says: picture numbers survive, the quality figure means pixels."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.bench import timecode
from console.bench.clip import ClipShape, encode, pictures
from console.bench.picture_quality import MOST_DB, full_decode, psnr_db
from console.bench.stream_server import turned
from console.bench.wall_runs import Play
from ingest.cameras.source import read_packets

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")


@given(st.integers(0, 4095), st.sampled_from([(576, 704), (270, 480), (180, 320), (1080, 1920)]))
def test_a_picture_number_can_be_read_in_any_size(number: int, size: tuple[int, int]) -> None:
    luma = np.full(size, 90, np.uint8)
    timecode.draw(luma, number)
    assert timecode.read(np.repeat(luma[:, :, None], 4, axis=2)) == number


def test_a_picture_without_a_number_has_none() -> None:
    assert timecode.read(np.full((270, 480, 4), 90, np.uint8)) is None


@needs_ffmpeg
def test_numbers_survive_encoding_and_scaling(tmp_path: Path) -> None:
    shape = ClipShape(frame_count=30, gop_frames=10)
    encode(tmp_path / "clip.mp4", shape)
    decoded = full_decode(tmp_path / "clip.mp4", 480, 270)
    assert [timecode.read(picture) for picture in decoded] == list(range(30))


@needs_ffmpeg
def test_a_stream_that_begins_elsewhere_plays_the_same_pictures(tmp_path: Path) -> None:
    encode(tmp_path / "clip.mp4", ClipShape(frame_count=30, gop_frames=10))
    _, clip = read_packets(tmp_path / "clip.mp4")
    moved = turned(clip, 10)
    assert [p.data for p in moved] == [p.data for p in clip[10:] + clip[:10]]
    times = [p.pts_s for p in moved]
    assert times[0] == 0
    assert np.allclose(np.diff(times), 0.04, atol=1e-4)


@pytest.mark.parametrize("height_px", [135, 270])
def test_quality_is_highest_for_equal_pictures_and_ignores_frames_and_plates(
    height_px: int,
) -> None:
    picture = np.random.default_rng(3).integers(0, 255, (height_px, 480, 4), np.uint8)
    dressed = picture.copy()
    dressed[:28] = 0
    dressed[-28:] = 0
    dressed[:, :3] = 255
    assert psnr_db(dressed, picture) == MOST_DB
    noisy = picture.copy()
    noisy[50:90, :, 0] ^= 8
    assert 25 < psnr_db(noisy, picture) < 45


def test_clip_pictures_move_and_close_their_loop() -> None:
    shape = ClipShape(64, 48, frame_count=24)
    made = list(pictures(shape))
    assert len(made) == 24
    assert made[0].shape == (72, 64)
    assert not np.array_equal(made[0][:20], made[5][:20])


def test_cpu_is_compared_per_frame_so_that_lost_frames_save_nothing() -> None:
    whole, half = Play(10.0, 4.0, (250, 250)), Play(10.0, 2.0, (125, 125))
    assert whole.cpu_ms_per_frame == half.cpu_ms_per_frame
    assert half.fps == (12.5, 12.5)


@needs_ffmpeg
@pytest.mark.slow
@pytest.mark.parametrize(
    ("bench", "keys"),
    [
        ("wall", {"tiles", "fps_per_tile", "cpu_s", "limit_cpu_s", "ratio", "ratio_as_shipped",
                  "tile_psnr_db_min", "rivals", "gui_stall_ms_max"}),
        ("latency", {"p50_ms", "p99_ms"}),
    ],
)  # fmt: skip
def test_the_bench_prints_what_the_contract_names(bench: str, keys: set[str]) -> None:
    command = [sys.executable, "-m", "console.app.cli", "bench", bench]
    found = subprocess.run(
        [*command, "--tiles", "2", "--seconds", "2", "--json"],
        capture_output=True, text=True, timeout=110,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    result = json.loads(found.stdout.splitlines()[-1])
    assert keys <= set(result)
