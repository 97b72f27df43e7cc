"""Snapshot and clip of a real camera: native picture of the main stream, packets as they came."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.bridge.exporter import Exporter
from console.state.export_ask import ExportAsk, Span, SpanKind
from console.state.exports import verified
from console.state.watermark import Watermark
from console.views.tile_status import TileMode
from tests.media import looping_feed, read_number
from tests.system.live_wall import LiveTiles

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="/dev/shm is POSIX"),
]

CAMERA = CameraId("cam-1")
PICTURES = 500


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[LiveTiles]:
    made = LiveTiles(qtbot)
    for name, width in (("main", 640), ("sub", 320)):
        feed = looping_feed(
            width_px=width, height_px=width * 9 // 16, picture_count=PICTURES, key_interval=12
        )
        made.server.mount(name, feed)
    urls = (made.server.url("main"), made.server.url("sub"))
    made.cameras.append(Camera(CAMERA, "crossing", *urls))
    made.open()
    yield made
    made.close()


@pytest.mark.timeout(110)
def test_a_small_tile_gives_a_native_snapshot_and_a_clip_as_received(
    rig: LiveTiles, tmp_path: Path
) -> None:
    rig.until(lambda: rig.view.tile_painters[0].mode is TileMode.PICTURE)
    exporter = Exporter(rig.lease, rig.clock, lambda: "site")
    found: list[Path] = []
    failures: list[object] = []
    exporter.done.connect(found.append)
    exporter.failed.connect(failures.append)
    try:
        exporter.export(ExportAsk(CAMERA, "crossing", tmp_path, "seat 1"))
        rig.until(lambda: bool(found or failures))
        assert failures == []
        still, findings = verified(found[0])
        assert all(finding.problem is None for finding in findings)
        assert (still.files[0].width_px, still.files[0].height_px) == (640, 360)
        with av.open(str(tmp_path / still.files[0].name)) as container:
            picture = next(container.decode(video=0)).to_ndarray(format="bgra")
        assert picture.shape == (360, 640, 4)

        rig.qtbot.wait(2500)
        now_ns = rig.clock.mono_ns()
        span = Span(SpanKind.LAST, now_ns - 2_000_000_000, now_ns)
        exporter.export(ExportAsk(CAMERA, "crossing", tmp_path, "seat 1", span=span))
        rig.until(lambda: len(found) == 2 or bool(failures))
        assert failures == []
        clip, findings = verified(found[1])
        assert all(finding.problem is None for finding in findings)
        assert not clip.is_transcoded
        with av.open(str(tmp_path / clip.files[0].name)) as container:
            numbers = [
                read_number(frame.to_ndarray(format="bgra")) for frame in container.decode(video=0)
            ]
        assert 45 <= len(numbers) <= 70
        assert numbers == [(numbers[0] + n) % PICTURES for n in range(len(numbers))]

        shares: list[float] = []
        exporter.progress.connect(shares.append, Qt.ConnectionType.QueuedConnection)
        mark = Watermark("crossing · cam-1 · site", "导出人：王芳，席位：seat 1")
        exporter.export(ExportAsk(CAMERA, "crossing", tmp_path, "seat 1", span=span, mark=mark))
        rig.until(lambda: len(found) == 3 or bool(failures))
        assert failures == []
        both, findings = verified(found[2])
        assert all(finding.problem is None for finding in findings)
        original, marked = both.files
        assert marked.is_watermarked
        assert not original.is_watermarked
        assert marked.made_from_sha256 == original.sha256
        pictures = []
        for file in (original, marked):
            with av.open(str(tmp_path / file.name)) as container:
                pictures.append([f.to_ndarray(format="bgra") for f in container.decode(video=0)])
        assert [read_number(p) for p in pictures[0]] == [read_number(p) for p in pictures[1]]
        assert shares[-1] == 1.0
    finally:
        exporter.close()
