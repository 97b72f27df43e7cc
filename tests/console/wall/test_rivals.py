"""The bench's rivals: what is missing is said, and mpv's frames are counted, not guessed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from console.bench import rival_mpv
from console.bench import rivals as rivals_module
from console.bench.clip import ClipShape, encode
from console.bench.processes import Children, cpu_s
from console.bench.rival_job import RivalJob
from console.bench.rival_mpv import mpv_command
from console.bench.rivals import Rival, play_mpv, rivals
from console.bench.wall_runs import BenchFailed, serve

pytestmark = pytest.mark.skipif(os.name != "posix", reason="mpv is asked over a Unix socket")

#: 30 frames a second are shown and one of three is dropped, until nobody listens.
STAND_IN = """#!{python}
import json, socket, sys, time
place = next(w.split("=", 1)[1] for w in sys.argv if w.startswith("--input-ipc-server="))
server = socket.socket(socket.AF_UNIX)
server.bind(place)
server.listen()
peer, _ = server.accept()
lines = peer.makefile("rb")
ids = dict(reversed(json.loads(lines.readline())["command"][1:]) for _ in range(3))
def say(**what):
    peer.sendall(json.dumps(what).encode() + b"\\n")
def tell(name, data):
    say(event="property-change", id=ids[name], name=name, data=data)
say(request_id=0, error="success")
say(event="property-change", id=ids["time-pos"], name="time-pos")
say(event="property-change", id=9, name="video-params", data={{"w": 480}})
tell("current-vo", "gpu")
began = time.monotonic()
for number in range(1, 3000):
    time.sleep(max(0.0, began + number / 30 - time.monotonic()))
    try:
        tell("time-pos", number / 30)
        if number % 3 == 0:
            tell("frame-drop-count", number // 3)
    except OSError:
        break
"""


def rival(name: str) -> Rival:
    return next(each for each in rivals() if each.name == name)


def put_mpv(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    program = folder / "mpv"
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":no-display-is-asked")


def test_frames_are_what_mpv_says_it_showed_less_what_it_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_mpv(tmp_path, monkeypatch, STAND_IN.format(python=sys.executable))
    measured: list[list[int]] = []
    monkeypatch.setattr(rival_mpv, "cpu_s", lambda pids: measured.append(pids) or cpu_s(pids))
    played = play_mpv(RivalJob(("rtsp://a", "rtsp://b"), 480, 270, 0.5, 2.0))
    assert played.shown == "gpu window"
    for fps in played.play.fps:
        assert fps == pytest.approx(20, abs=2)
    assert {len(pids) for pids in measured} == {2}
    assert os.getpid() not in measured[0]  # who counts is not the rival's cost


def test_an_mpv_that_leaves_is_told_and_not_counted_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_mpv(tmp_path, monkeypatch, "#!/bin/sh\nexit 2\n")
    with pytest.raises(BenchFailed, match="left with 2"):
        play_mpv(RivalJob(("rtsp://a",), 480, 270, 0.1, 0.1))


def test_an_mpv_that_leaves_while_it_is_measured_is_no_slow_rival(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = STAND_IN.format(python=sys.executable).replace("range(1, 3000)", "range(1, 30)")
    put_mpv(tmp_path, monkeypatch, text + "sys.exit(3)\n")
    with pytest.raises(BenchFailed, match="left while"):
        play_mpv(RivalJob(("rtsp://a",), 480, 270, 0.2, 2.0))


def test_mpv_decodes_and_scales_as_the_limit_does() -> None:
    job = RivalJob(tuple(f"rtsp://a/{n}" for n in range(9)), 480, 270, 1.0, 1.0)
    bare = mpv_command(job, 4, Path("/s"), has_window=False)
    assert {"--vd-lavc-threads=1", "--hwdec=no", "--rtsp-transport=tcp"} <= set(bare)
    assert "--vf=lavfi=[scale=480:270:flags=fast_bilinear,format=bgra]" in bare
    assert bare[-1] == "rtsp://a/4"
    window = mpv_command(job, 4, Path("/s"), has_window=True)
    assert "--geometry=480x270+482+272" in window
    assert "--vo=null" in bare
    assert "--vo=null" not in window
    assert not any(word.startswith("--vf") for word in window)


def test_what_is_missing_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(rivals_module.importlib.util, "find_spec", lambda _name: None)
    assert rival("mpv_per_tile").missing.startswith("not installed")
    missing = rival("qmediaplayer_per_tile").missing
    assert "not installed: pip install PySide6-Addons==6." in missing
    assert "opencv" in rival("opencv_threads_qlabel").missing


@pytest.mark.skipif(shutil.which("mpv") is None, reason="mpv is not installed")
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("has_window", [False, True])
def test_mpv_shows_every_frame_of_the_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_window: bool
) -> None:
    if not has_window:
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    elif not os.environ.get("DISPLAY"):
        pytest.skip("no display for a window")
    clip = tmp_path / "clip.mp4"
    encode(clip, ClipShape(320, 180, frame_count=50, gop_frames=25))
    with Children() as children:
        streams = serve(children, clip, 2)
        played = play_mpv(RivalJob(streams.urls, 240, 135, 3.0, 3.0))
    assert ("window" in played.shown) is has_window
    for fps in played.play.fps:
        assert fps == pytest.approx(25, rel=0.1)
    assert played.play.cpu_s > 0
