"""The visible watermark: read back from the pixels of the exported file, at its time, in its place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from console.bridge.stamp_plate import StampPlate, size_px_for, stamp_plate
from console.bridge.watermarking import ENCODINGS, BurnJob, Encoding, burn_clip, burn_still
from console.state.exports import DiskFull, ExportCancelled, ExportFailed
from console.state.watermark import STEP_NS, Watermark, time_code
from ingest.cameras.wants import ClipInfo
from tests.media import paint, read_number

WIDTH, HEIGHT, PICTURES = 640, 360, 75
START_UTC_NS = 1_764_000_000_350_000_000
MARK = Watermark("台东步行街北口 · cam-7 · 登州路街道", "导出人：王芳，席位 seat 1")


def _clip(folder: Path, *, every: int = 1) -> ClipInfo:
    """25 pictures a second with their numbers; of every second half-second only each `every`-th."""
    path = folder / "source.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "qp": "20"}
        numbers = [n for n in range(PICTURES) if n < 12 or n % every == 0]
        for number in numbers:
            frame = av.VideoFrame.from_ndarray(_i420(paint(number, WIDTH, HEIGHT)), "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    length_ns = (numbers[-1] - numbers[0]) * 40_000_000
    return ClipInfo(
        str(path), 0, length_ns, START_UTC_NS, len(numbers), path.stat().st_size, "h264", WIDTH, HEIGHT
    )  # fmt: skip


def _i420(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    return np.vstack((luma, grey))


def _read(path: Path) -> tuple[list[NDArray[np.uint8]], list[float], float]:
    """(I420 pictures, their seconds, the track's length in seconds)."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        length_s = float(stream.duration * stream.time_base)
    times = [float(frame.time) for frame in frames]
    return [frame.to_ndarray(format="yuv420p") for frame in frames], times, length_s


def _plate_at(utc_ns: int) -> tuple[StampPlate, int, int]:
    """What should stand there, its left and its top."""
    margin = round(HEIGHT * 0.02)
    size = size_px_for(MARK.lines(utc_ns), WIDTH - 2 * margin, HEIGHT)
    plate = stamp_plate(MARK.lines(utc_ns), size, WIDTH - 2 * margin)
    return plate, margin // 2 * 2, (HEIGHT - margin - plate.luma.shape[0]) // 2 * 2


def _shown_step(picture: NDArray[np.uint8], around_utc_ns: int) -> int:
    """The tenth of a second that the picture's plate reads, of all within two seconds."""
    errors = {}
    for step in range(-20, 21):
        utc_ns = around_utc_ns + step * STEP_NS
        plate, left, top = _plate_at(utc_ns)
        height, width = plate.luma.shape
        region = picture[top : top + height, left : left + width].astype(np.float32)
        ink = plate.luma > 200
        bare = plate.luma < 40
        errors[step] = float(region[bare].mean() - region[ink].mean())
    return min(errors, key=errors.__getitem__)


@pytest.fixture(autouse=True)
def application(qtbot: QtBot) -> QtBot:
    """Text needs a QGuiApplication."""
    return qtbot


def test_the_time_is_local_with_its_offset_and_cut_to_tenths() -> None:
    text = time_code(1_764_000_000_999_000_000)
    assert text.endswith((":00", ":30", ":45"))
    assert text[19:21] == ".9"
    assert Watermark("", "x").lines(0) == (time_code(0), "x")


def test_chinese_is_written_not_boxed() -> None:
    """A font without the characters draws the same box for each."""
    east, lane = (stamp_plate((text,), 24, 200).luma for text in ("东", "街"))
    assert not np.array_equal(east, lane)
    assert (east > 200).any()


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda e: e.codec)
@pytest.mark.parametrize("every", [1, 3])
def test_every_picture_keeps_its_number_and_time_and_reads_its_moment(
    tmp_path: Path, encoding: Encoding, every: int
) -> None:
    source = _clip(tmp_path, every=every)
    before, times_before, length_before = _read(Path(source.path))
    shares: list[float] = []
    made = burn_clip(source, tmp_path / "marked.mp4", MARK, BurnJob(shares.append), encoding)
    after, times, length = _read(tmp_path / "marked.mp4")

    assert len(after) == len(before) == made.clip.packet_count
    assert [read_number(picture) for picture in after] == [read_number(p) for p in before]
    assert times == pytest.approx(times_before, abs=0.002)
    assert length == pytest.approx(length_before, abs=0.041)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    plate, left, top = _plate_at(START_UTC_NS)
    height, width = plate.luma.shape
    for at in (0, 1, len(after) // 2, len(after) - 1):
        moment = START_UTC_NS + round(times_before[at] * 1e9)
        assert _shown_step(after[at], moment) == 0
        old, new = before[at][:HEIGHT].astype(int), after[at][:HEIGHT].astype(int)
        inside = np.zeros_like(old, bool)
        inside[top : top + height, left : left + width] = True
        change = np.abs(old - new)
        assert change[inside].mean() > 25
        assert change[~inside].mean() < 3
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["marked.mp4", "source.mp4"]


def test_a_still_is_marked_in_place_and_stays_what_it_was_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    picture = np.repeat(paint(5, WIDTH, HEIGHT)[:, :, None], 3, axis=2)
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "rgb24"
    encoder.time_base = Fraction(1, 25)
    packets = [*encoder.encode(av.VideoFrame.from_ndarray(picture, "rgb24")), *encoder.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    source = ClipInfo(str(path), 0, 0, START_UTC_NS, 1, path.stat().st_size, "png", WIDTH, HEIGHT)
    burn_still(source, tmp_path / "marked.png", MARK)
    with av.open(str(tmp_path / "marked.png")) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
    _, _, top = _plate_at(START_UTC_NS)
    assert _shown_step(shown[:, :, 1], START_UTC_NS) == 0
    assert np.array_equal(shown[:top], picture[:top])


def test_a_cancelled_job_leaves_nothing(tmp_path: Path) -> None:
    source = _clip(tmp_path)
    job = BurnJob()
    job.told = lambda share: job.stop.stop() if share > 0.3 else None
    with pytest.raises(ExportCancelled):
        burn_clip(source, tmp_path / "marked.mp4", MARK, job)
    assert [p.name for p in tmp_path.iterdir()] == ["source.mp4"]


def test_a_job_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.bridge.watermarking.LEAST_S", -100.0)
    with pytest.raises(ExportFailed, match="busy"):
        burn_clip(_clip(tmp_path), tmp_path / "marked.mp4", MARK, BurnJob())
    assert [p.name for p in tmp_path.iterdir()] == ["source.mp4"]


def test_a_file_that_is_no_video_is_told(tmp_path: Path) -> None:
    path = tmp_path / "source.mp4"
    path.write_bytes(b"abc")
    source = ClipInfo(str(path), 0, 1, START_UTC_NS, 1, 3, "h264", WIDTH, HEIGHT)
    with pytest.raises(ExportFailed, match="marked"):
        burn_clip(source, tmp_path / "marked.mp4", MARK, BurnJob())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_before_and_while_it_is_written(
    tmp_path: Path, small_disk: Path
) -> None:
    source = _clip(tmp_path)
    fill = small_disk / "fill"

    def filled(_share: float) -> None:
        with fill.open("ab") as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
                    file.flush()
            except OSError:
                return

    with pytest.raises(DiskFull):
        burn_clip(source, small_disk / "marked.mp4", MARK, BurnJob(filled))
    assert [p.name for p in small_disk.iterdir()] == ["fill"]
    with pytest.raises(DiskFull, match="free"):
        burn_clip(source, small_disk / "marked.mp4", MARK, BurnJob())
