"""Evidence clips become cameras of this seat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from config.site import CameraId
from console.bridge.clips import ClipShelf, SeatNames
from console.bridge.gui_thread import Errands
from console.state.directory import CameraDirectory
from ingest.cameras.source import open_source
from ingest.errors import GridwallError
from tests.media import encode_clip, write_raw

SHA = "ab" * 32


@pytest.fixture
def errands(qtbot: QtBot) -> Iterator[Errands]:
    made = Errands(1)
    yield made
    made.close()


def test_a_clip_is_played_over_rtsp_again_and_again_under_its_name(
    qtbot: QtBot, errands: Errands, tmp_path: Path
) -> None:
    content = write_raw(tmp_path / "made.h264", encode_clip()[1]).read_bytes()
    shelf = ClipShelf(tmp_path / "clips", errands, lambda _sha: content)
    came: list[CameraId] = []
    try:
        shelf.bring(SHA, "Clip · parking", came.append, lambda error: pytest.fail(str(error)))
        qtbot.waitUntil(lambda: bool(came), timeout=5_000)
        camera = shelf.camera(came[0])
        assert camera is not None
        assert SeatNames(CameraDirectory(()), shelf).name_of(camera.id) == "Clip · parking"
        source = open_source(camera.main_url, open_timeout_s=5, read_timeout_s=5)
        packets = source.packets()
        assert next(packets).is_key
        source.close()
        shelf.bring(SHA, "again", came.append, lambda error: pytest.fail(str(error)))
        assert len(came) == 2
    finally:
        shelf.close()


def test_a_clip_that_is_no_video_or_cannot_be_fetched_is_said(
    qtbot: QtBot, errands: Errands, tmp_path: Path
) -> None:
    def gone(_sha: str) -> bytes:
        raise GridwallError("no evidence")

    failed: list[GridwallError] = []
    for number, fetch in enumerate((gone, lambda _sha: b"no video at all")):
        shelf = ClipShelf(tmp_path / str(number), errands, fetch)
        shelf.bring(SHA, "x", lambda _id: pytest.fail("played"), failed.append)
        qtbot.waitUntil(lambda count=number + 1: len(failed) == count, timeout=5_000)
        assert shelf.camera(CameraId("clip-" + SHA[:16])) is None
        shelf.close()
