"""The wall as its user meets it: one real seat on two monitors, sixty-four cameras over RTSP, real keys.

Every step is asked for by keys or mouse (xdotool) and seen by what the seat says or what is on the screen.
The seat is shared by all tests here; each begins at `home`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.state.exports import verified
from tests.console_process import wait
from tests.monitors import RIGHT as RIGHT_MONITOR
from tests.monitors import monitors
from tests.system.walk_kit import LEFT, PICTURES, RIGHT, SEAT, SEEN, TURNED, Walk, walked

pytestmark = [
    pytest.mark.system,
    pytest.mark.gui,
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.name != "posix", reason="needs an X server"),
]

#: Keys of the first eight layouts and how many tiles each has.
LAYOUT_KEYS = {"F1": 1, "F3": 6, "F4": 9, "F5": 16, "F6": 6, "F7": 8, "F8": 10}
#: Others by name, as the palette finds them.
LAYOUT_NAMES = {"1 + 12": 13, "corridor": 3, "5x5": 25, "6x6": 36, "7x7": 49, "8x8": 64}


@pytest.fixture(scope="module")
def walk(virtual_screen: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(folder / "user")
    try:
        with walked(virtual_screen, folder) as seat:
            yield seat
    finally:
        if before is None:
            del os.environ["XDG_STATE_HOME"]
        else:
            os.environ["XDG_STATE_HOME"] = before


def _window(state: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = state["windows"][RIGHT]
    return found


def _is_live(tile: dict[str, Any]) -> bool:
    """A live picture; on a busy machine one of many may be seconds old, which it says."""
    return tile["mode"] in ("picture", "stale", "old")


def _all_live(state: dict[str, Any]) -> bool:
    return all(_is_live(tile) for tile in state["shown"][RIGHT])


# -- layouts, scenes, tours


def test_every_layout_up_to_sixty_four_tiles_has_pictures(walk: Walk) -> None:
    walk.home()
    for key, tiles in LAYOUT_KEYS.items():
        walk.keys(key)
        walk.until(lambda s, n=tiles: _window(s)["tiles"] == n)
    walk.until(_all_live)
    for name, tiles in LAYOUT_NAMES.items():
        walk.keys("ctrl+k")
        walk.type(name)
        walk.keys("Return")
        walk.until(lambda s, n=tiles: _window(s)["tiles"] == n)
    walk.keys("c")
    walk.until(lambda s: s["directory"] and s["typed"] is not None)
    walk.keys("ctrl+Return")
    state = walk.until(lambda s: None not in _window(s)["cameras"])
    assert "48 cameras came to empty tiles" in state["notice"]
    walk.keys("Escape")
    state = walk.until(lambda s: len(s["shown"][RIGHT]) == 64 and _all_live(s))
    assert sorted(_window(state)["cameras"]) == list(range(1, 65))


def test_a_window_is_cut_saved_by_name_and_called_back(walk: Walk) -> None:
    walk.home()
    walk.until(lambda s: _window(s)["layout"] == "2x2")
    walk.keys("shift+e", "h")
    walk.until(lambda s: s["editing"] and _window(s)["tiles"] == 5)
    walk.keys("Right", "shift+Down", "m")
    walk.until(lambda s: _window(s)["tiles"] == 4)
    walk.keys("ctrl+s")
    walk.type("Gate")
    walk.keys("Tab", "space", "Return")
    walk.until(lambda s: "Gate" in s["layouts"])
    walk.keys("Return", "F1")
    walk.until(lambda s: not s["editing"] and _window(s)["tiles"] == 1)
    walk.choose("Layout", "Gate")
    walk.until(lambda s: _window(s)["layout"] == "Gate" and _all_live(s))


def test_a_scene_is_saved_called_by_number_and_sent_to_a_window(walk: Walk) -> None:
    walk.home("F1")
    walk.keys("3", "0", "Return")
    walk.until(lambda s: _window(s)["cameras"] == [30])
    walk.keys("ctrl+s")
    walk.type("Market")
    walk.keys("Tab", "7", "Tab", "space", "Return")
    walk.until(lambda s: "Market" in s["scenes"])
    walk.keys("F2")
    walk.until(lambda s: _window(s)["tiles"] == 4)
    walk.keys("asterisk", "7", "Return")
    walk.until(lambda s: _window(s)["cameras"] == [30])
    walk.home()
    before = walk.until(lambda s: _window(s)["layout"] == "2x2")["windows"]
    walk.keys("ctrl+shift+s")
    walk.type(f"{SEAT}/{RIGHT}")
    walk.keys("Tab")
    walk.until(lambda s: s["typed"] == "")
    walk.type("Watch the market")
    walk.keys("Tab", "1", "Tab", "1", "Return")
    shown = walk.until(lambda s: _window(s)["cameras"] == [30])
    assert "Watch the market" in shown["banners"][RIGHT]
    assert shown["windows"][LEFT] == before[LEFT]
    walk.keys("ctrl+BackSpace")
    assert walk.until(lambda s: not s["banners"])["windows"] == before


def test_a_tour_outlives_the_monitor_that_is_unplugged_while_it_runs(
    walk: Walk, virtual_screen: str
) -> None:
    walk.home()
    left = walk.state()["windows"][LEFT]
    walk.keys("shift+t")
    walk.until(lambda s: s["dialog"])
    walk.keys("Tab")
    walk.until(lambda s: s["typed"] is not None)
    walk.type("Round")
    walk.keys("Tab", "Tab", "ctrl+a")
    for number in ("20", "21", "22", "23"):
        walk.keys(*number, "space", "2", "Return")
    walk.keys("ctrl+s")
    walk.until(lambda s: s["tours"] == ["Round"])
    walk.choose("Tour", "Round")
    walk.until(lambda s: s["marks"].get(RIGHT, {}).get("0", "").startswith("▶"))
    first = walk.state()["windows"][RIGHT]
    walk.until(lambda s: _window(s)["cameras"][0] != first["cameras"][0])
    walk.click(1920 + 100, 200)
    walk.until(lambda s: "paused" in s["marks"][RIGHT]["0"])
    walk.keys("t")
    walk.until(lambda s: s["marks"][RIGHT]["0"].startswith("▶"))

    monitors(virtual_screen, "--delmonitor", "RIGHT")
    gone = walk.until(lambda s: s["open"] == [LEFT])
    assert gone["windows"][LEFT] == left, "the monitor that stays keeps what it showed"
    here = _window(gone)["cameras"][0]
    walk.until(lambda s: _window(s)["cameras"][0] != here)  # the tour goes on unseen
    monitors(virtual_screen, "--setmonitor", *RIGHT_MONITOR)
    back = walk.until(lambda s: RIGHT in s["open"] and _all_live(s))
    assert _window(back)["cameras"][1:] == first["cameras"][1:]
    assert _window(back)["layout"] == first["layout"]
    walk.until(lambda s: s["marks"].get(RIGHT, {}).get("0", "").startswith("▶"))
    at = walk.state()["windows"][RIGHT]["cameras"][0]
    walk.until_tile(_is_live)
    walk.until(lambda s: _window(s)["cameras"][0] not in (at,) and _all_live(s))
    walk.click(1920 + 100, 160)
    walk.keys("ctrl+t")
    walk.until(lambda s: not s["marks"].get(RIGHT))


def test_hotspot_pin_and_the_last_cameras_of_a_tile(walk: Walk) -> None:
    walk.home()
    before = walk.state()["windows"][RIGHT]["cameras"][0]
    walk.keys("4", "0", "Return")
    walk.until(lambda s: _window(s)["cameras"][0] == 40)
    walk.keys("h")
    walk.until(lambda s: s["popup"])
    walk.keys("1")
    walk.until(lambda s: _window(s)["cameras"][0] == before)
    walk.choose("Last cameras", "40 ")
    walk.until(lambda s: _window(s)["cameras"][0] == 40)
    walk.keys("shift+h", "Right")
    walk.until(lambda s: s["selected"] == [RIGHT, 1])
    walk.until(lambda s: _window(s)["cameras"][0] == _window(s)["cameras"][1])
    walk.keys("k")
    walk.until(lambda s: _window(s)["pinned"] == [1])
    pinned = walk.state()["windows"][RIGHT]["cameras"][1]
    walk.keys("4", "1", "Return")
    assert _window(walk.until(lambda s: 41 in _window(s)["cameras"]))["cameras"][1] == pinned
    walk.click(1920 + 1100, 160)
    walk.choose("Pinned", at=(1920 + 1100, 300))
    walk.until(lambda s: not _window(s)["pinned"])
    walk.click(1920 + 100, 160)
    walk.keys("shift+h", "4", "2", "Return")
    walk.until(lambda s: _window(s)["cameras"][0] == 42)


def test_cameras_are_found_by_name_initials_and_number_and_called(walk: Walk) -> None:
    walk.home()
    for text, number in (("tdbxjbk 38", 38), ("昌平路菜市场 41", 41), ("37", 37)):
        walk.click(1920 + 100, 160)
        walk.keys("c")
        walk.until(lambda s: s["directory"] and s["typed"] is not None)
        walk.type(text)
        walk.keys("Return")
        walk.until(lambda s, n=number: n in _window(s)["cameras"])
        walk.keys("Escape", "Escape")
        walk.until(lambda s: not s["directory"])


def test_the_map_lies_over_both_monitors_and_goes_again(walk: Walk) -> None:
    walk.home()
    before = walk.state()["windows"]
    walk.keys("ctrl+shift+g")
    shown = walk.until(lambda s: len(s["map"]) == 2)["map"]
    assert shown[LEFT][1] == pytest.approx(shown[RIGHT][0], abs=1e-12)
    walk.keys("Escape")
    walk.until(lambda s: not s["map"])
    walk.choose("Map over all monitors")
    walk.until(lambda s: len(s["map"]) == 2)
    walk.keys("ctrl+shift+g")
    assert walk.until(lambda s: not s["map"])["windows"] == before
    walk.keys("question")
    walk.until(lambda s: s["sheet"])
    walk.keys("Escape")
    walk.until(lambda s: not s["sheet"])


# -- pictures


def _first_camera(walk: Walk) -> None:
    """The camera whose ground is known, whole and live, alone on the right monitor."""
    walk.home("F1")
    walk.keys("3", "0", "Return")
    walk.until(lambda s: _window(s)["cameras"] == [SEEN])
    walk.until_tile(lambda tile: _is_live(tile) and tile["is_sharp"])


def test_the_picture_is_zoomed_by_keys_and_by_the_wheel_and_whole_again(walk: Walk) -> None:
    _first_camera(walk)
    walk.keys("z", "plus", "plus", "Left")
    near = walk.until_tile(lambda tile: tile["region"][2] - tile["region"][0] < 0.8)
    walk.until_tile(lambda tile: tile["is_sharp"] and _is_live(tile))
    walk.keys("Escape")
    walk.until_tile(lambda tile: tile["region"] == [0, 0, 1, 1])
    walk.click(1920 + 480, 540, button=4)
    wheeled = walk.until_tile(lambda tile: tile["region"] != [0, 0, 1, 1])
    assert wheeled["region"] != near["region"]
    walk.choose("Whole picture", at=(1920 + 480, 540))
    walk.until_tile(lambda tile: tile["region"] == [0, 0, 1, 1])


def test_a_replay_is_scrubbed_stepped_and_left_while_live_goes_on(walk: Walk) -> None:
    walk.home()
    walk.keys("alt+Right")
    walk.until(lambda s: s["selected"] == [RIGHT, 1])
    at, other = 1, 3  # the clock lies over the first tile
    walk.until_tile(lambda tile: _is_live(tile) and tile["is_sharp"], at)
    walk.keys("r")
    walk.until(lambda s: s["key_mode"] == "replay")
    walk.until_tile(lambda tile: tile["mode"] == "replay", at)
    walk.keys("space")
    walk.until_tile(lambda tile: tile["paused"], at)
    wait(lambda: len({walk.number(at) for _ in range(4)}) == 1, "the picture stands")
    here = walk.number(at)
    for key, step in (("Right", 1), ("Right", 2), ("Left", 1)):
        walk.keys(key)
        wait(lambda want=here + step: walk.number(at) == want % PICTURES, f"{key}: {step} after it")
    walk.keys("Home")
    wait(lambda: (here + 1 - walk.number(at)) % PICTURES > 2, "the oldest picture")
    oldest = walk.number(at)
    walk.keys("shift+Right")
    wait(lambda: 2 <= (walk.number(at) - oldest) % PICTURES < PICTURES // 2, "further on")
    before = walk.number(other)
    wait(lambda: walk.number(other) != before, "live goes on beside it")
    walk.keys("Escape")
    walk.until_tile(lambda tile: _is_live(tile) and not tile["replay"], at)


def test_a_snapshot_and_a_marked_clip_are_written_and_sealed(walk: Walk) -> None:
    _first_camera(walk)
    known = set(walk.folder.glob("*.json"))
    walk.keys("s")
    walk.until(lambda s: "sealed" in s["notice"])
    still = wait(lambda: set(walk.folder.glob("*.json")) - known, "the snapshot's manifest").pop()
    _assert_sealed(still, (640, 360), is_marked=False)
    known.add(still)
    walk.choose("Export a clip")
    walk.until(lambda s: s["dialog"])
    walk.keys("Tab", "Down", "Tab", "Tab", "Tab", "Return")
    walk.until(lambda s: not s["dialog"])
    clip = wait(lambda: set(walk.folder.glob("*.json")) - known, "the clip's manifest").pop()
    _assert_sealed(clip, (640, 360), is_marked=True)


def _assert_sealed(manifest: Path, size: tuple[int, int], *, is_marked: bool) -> None:
    found, findings = verified(manifest)
    assert all(finding.problem is None for finding in findings)
    (file,) = found.files
    assert file.is_watermarked is is_marked
    if not is_marked:
        assert (file.width_px, file.height_px) == size


def test_overlays_go_round_and_an_inspector_stands_in_the_picture(walk: Walk) -> None:
    _first_camera(walk)
    walk.fix(1, 20.0, 22.0)
    walk.choose("Boxes, zones, trails", "In the pictures: boxes of alerts, zones, trails, people")
    tile = walk.until_tile(lambda tile: tile["people"] == ["Wang"])
    x, y = tile["foot"][0]
    left, top, _, _ = tile["rect"]
    ring = walk.screen()[
        top + int(y) - 30 : top + int(y) + 30, left + int(x) - 60 : left + int(x) + 60, :3
    ]
    assert ring.max() > 225, "a light ring on a street of greys"
    walk.keys("o")
    walk.until(lambda s: s["level"] == "NONE")
    walk.until_tile(lambda tile: not tile["people"])
    walk.keys("o")
    walk.until(lambda s: s["level"] == "BOXES")


def test_the_shape_of_the_picture_goes_round(walk: Walk) -> None:
    _first_camera(walk)
    seen = []
    for _ in range(4):
        before = walk.tile()["aspect"]
        walk.keys("a")
        seen.append(walk.until_tile(lambda tile, was=before: tile["aspect"] != was)["aspect"])
    assert len(set(seen)) == 4


def test_a_camera_is_turned_by_keys_and_given_back(walk: Walk) -> None:
    if not walk.turns:
        pytest.skip("needs ipycam and the right to make a network namespace")
    walk.home("F1")
    walk.keys("3", "1", "Return")
    walk.until(lambda s: _window(s)["cameras"] == [TURNED])
    walk.choose("Turn the selected camera")
    walk.until(lambda s: s["ptz"] is not None)
    walk._do("keydown", "Right")
    camera = f"cam-{TURNED:04d}"
    walk.until(lambda s: s["turned"].get(camera) == ["moving", SEAT])
    walk._do("keyup", "Right")
    walk.until(lambda s: s["turned"][camera][0] != "moving")
    walk.keys("p")
    walk.until(lambda s: s["ptz"] is None and s["turned"][camera][1] is None)
