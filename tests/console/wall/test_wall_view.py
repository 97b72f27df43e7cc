"""What a wall window paints, compared pixel by pixel with what the ring holds."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from wall_pictures import FakeSource, PlainNames, plain

from config.site import CameraId
from console.state.layouts import LayoutId
from console.state.tiles import TileAddress, TileAlarm, WindowId
from console.state.wall import WallState
from console.views import theme
from console.views.tile_status import TileMode
from console.views.wall_view import WallView
from ingest.cameras.health import LossCause, StreamHealth, StreamState
from ingest.clock import ManualClock
from vision.alerts import AlertKind

MAIN = WindowId("main")
CAMERAS = [CameraId(f"cam-{i}") for i in range(1, 5)]
GREEN, BLUE = (40, 200, 60), (220, 90, 30)
SECOND_NS = 1_000_000_000


class Stage:
    """A shown 2×2 wall of 962×542 pixels (480×270 a tile) with a fake source and clock."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.clock = ManualClock(mono_ns=1000 * SECOND_NS)
        self.wall = WallState()
        self.wall.open_window(MAIN, LayoutId("2x2"))
        self.source = FakeSource(self.wall)
        self.view = WallView(self.wall, MAIN, self.source, PlainNames(), clock=self.clock)
        self.view.resize(962, 542)
        qtbot.addWidget(self.view, before_close_func=lambda view: view.release())
        self.view.show()
        qtbot.waitExposed(self.view)
        self.wall.fill(CAMERAS)

    def push(self, camera: int, bgr: tuple[int, int, int], age_s: float = 0.0) -> None:
        stamp = self.clock.mono_ns() - round(age_s * SECOND_NS)
        self.source.of(CAMERAS[camera]).push(plain(480, 270, bgr), mono_ns=stamp)

    def colour(self, x_px: int, y_px: int) -> tuple[int, int, int]:
        """Blue, green, red of a painted pixel."""
        found = self.grab().pixelColor(x_px, y_px)
        return found.blue(), found.green(), found.red()

    def grab(self) -> QImage:
        return self.view.grab().toImage()

    def until(self, painted: int, bgr: tuple[int, int, int]) -> None:
        """Waits until a tile's middle has this colour."""
        centre = self.view.tile_painters[painted].rect.center()
        self.qtbot.waitUntil(lambda: self.colour(centre.x(), centre.y()) == bgr, timeout=3000)


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


def test_a_tile_shows_its_ring_pixel_for_pixel(stage: Stage) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (270, 480, 4), np.uint8)
    pixels[..., 3] = 255
    stage.source.of(CAMERAS[1]).push(pixels, mono_ns=stage.clock.mono_ns())
    painter = stage.view.tile_painters[1]
    stage.qtbot.waitUntil(lambda: painter.frame_count == 1, timeout=3000)
    image = stage.grab().convertToFormat(QImage.Format.Format_RGB32)
    r = painter.rect
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(542, 962, 4)
    tile = seen[r.y() : r.y() + 240, r.x() : r.x() + r.width(), :3]
    assert np.array_equal(tile, pixels[:240, :, :3])


def test_a_new_frame_repaints_its_own_tile_only(stage: Stage) -> None:
    for camera in range(4):
        stage.push(camera, GREEN)
    for camera in range(4):
        stage.until(camera, GREEN)
    counts = {i: p.frame_count for i, p in stage.view.tile_painters.items()}
    stage.push(2, BLUE)
    stage.qtbot.waitUntil(lambda: stage.view.tile_painters[2].frame_count == counts[2] + 1)
    assert [stage.view.tile_painters[i].frame_count for i in (0, 1, 3)] == [
        counts[i] for i in (0, 1, 3)
    ]


def test_a_ring_overwritten_under_the_brush_is_painted_again(stage: Stage) -> None:
    feed = stage.source.of(CAMERAS[0])
    feed.overwritten = True
    stage.push(0, GREEN)
    stage.qtbot.waitUntil(lambda: stage.view.repaint_count == 1, timeout=3000)
    stage.until(0, GREEN)


@pytest.mark.parametrize(
    ("age_s", "mode", "colour"),
    [(0.4, TileMode.PICTURE, None), (2.0, TileMode.STALE, "amber"), (9.0, TileMode.OLD, "red")],
)
def test_the_age_of_a_picture_is_amber_then_red(
    stage: Stage, age_s: float, mode: TileMode, colour: str | None
) -> None:
    stage.push(0, GREEN, age_s)
    painter = stage.view.tile_painters[0]
    stage.until(0, GREEN)
    stage.qtbot.waitUntil(lambda: painter.mode is mode, timeout=3000)
    corner = stage.grab().copy(painter.rect.right() - 40, painter.rect.bottom() - 20, 40, 20)
    found = {corner.pixelColor(x, y).name() for x in range(40) for y in range(20)}
    lights = {name: QColor(getattr(theme.COLOURS, name)) for name in ("amber", "red")}
    for name, light in lights.items():
        near = any(_distance(QColor(c), light) < 40 for c in found)
        assert near == (name == colour), name


def _distance(a: QColor, b: QColor) -> int:
    return abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue())


def test_a_slow_stream_is_not_called_stale(stage: Stage) -> None:
    feed = stage.source.of(CAMERAS[0])
    feed.state = StreamHealth(CAMERAS[0], StreamState.LIVE, 0.5, 0)
    stage.push(0, GREEN, age_s=5.0)
    stage.until(0, GREEN)
    assert stage.view.tile_painters[0].mode is TileMode.PICTURE


def test_a_lost_camera_has_a_card_over_its_dimmed_last_picture(stage: Stage) -> None:
    stage.push(0, GREEN)
    stage.until(0, GREEN)
    now = stage.clock.mono_ns()
    stage.source.of(CAMERAS[0]).lose(
        LossCause.UNREACHABLE, since_mono_ns=now - 5 * SECOND_NS, next_try_mono_ns=now + SECOND_NS
    )
    painter = stage.view.tile_painters[0]
    stage.qtbot.waitUntil(lambda: painter.mode is TileMode.LOST, timeout=3000)
    blue, green, red = stage.colour(20, 200)
    assert 30 < green < 90
    assert green > blue
    assert green > red
    assert any("next try in" in line for line in painter.status.lines)
    assert "reached" in painter.status.title


@pytest.mark.parametrize(
    ("cause", "relayed_by", "title", "line"),
    [
        (LossCause.BUSY, "", "refuses another viewer", "[relay] of site.toml"),
        (LossCause.UNAUTHORIZED, "", "password", "was right before"),
        (LossCause.CLOSED, "", "closed the connection", "3 times in a row"),
        (LossCause.NOT_FOUND, "10.0.0.5:7464", "relay gets no picture", "relayed by 10.0.0.5:7464"),
        (LossCause.BUSY, "10.0.0.5:7464", "too many viewers", "relayed by 10.0.0.5:7464"),
        (LossCause.BAD_STREAM, "10.0.0.5:7464", "decoded", "relayed by 10.0.0.5:7464"),
    ],
)
def test_a_card_says_who_refused_and_what_to_do(
    stage: Stage, cause: LossCause, relayed_by: str, title: str, line: str
) -> None:
    feed = stage.source.of(CAMERAS[0])
    feed.state = StreamHealth(
        CAMERAS[0],
        StreamState.LOST,
        0.0,
        0,
        cause=cause,
        was_accepted=True,
        short_count=3,
        relayed_by=relayed_by,
    )
    painter = stage.view.tile_painters[0]
    stage.qtbot.waitUntil(lambda: painter.mode is TileMode.LOST, timeout=3000)
    assert title in painter.status.title
    assert line in painter.status.lines[-1]


def test_a_tile_says_that_it_waits_for_a_key_frame(stage: Stage) -> None:
    """Before the first picture, over a stale one, and on the card of a connection that came back."""
    painter, feed = stage.view.tile_painters[0], stage.source.of(CAMERAS[0])
    waiting = StreamHealth(CAMERAS[0], StreamState.CONNECTING, 0.0, 0, awaits_key=True)
    feed.state = waiting
    text = "waiting for a key frame"
    stage.qtbot.waitUntil(lambda: text in painter.status.lines, timeout=3000)
    assert painter.mode is TileMode.CONNECTING
    feed.state = structs.replace(waiting, state=StreamState.STALE)
    stage.push(0, GREEN, age_s=2.0)
    stage.qtbot.waitUntil(lambda: painter.mode is TileMode.STALE, timeout=3000)
    assert painter.status.notice == text
    feed.state = structs.replace(waiting, state=StreamState.LOST, cause=LossCause.CLOSED)
    stage.qtbot.waitUntil(lambda: painter.mode is TileMode.LOST, timeout=3000)
    assert text in painter.status.lines


def test_selected_and_alarm_frames_are_where_they_belong(stage: Stage) -> None:
    stage.push(1, GREEN)
    stage.until(1, GREEN)
    stage.wall.select(TileAddress(MAIN, 1))
    left = stage.view.tile_painters[1].rect.left()
    accent, alarm_colour = QColor(theme.COLOURS.accent), QColor(theme.COLOURS.alarm)
    stage.qtbot.waitUntil(lambda: stage.grab().pixelColor(left, 150) == accent)
    stage.wall.alarms.raised(
        TileAlarm(
            "a", CAMERAS[1], AlertKind.FIRE, "gate", stage.clock.utc_ns(), box_norm=(0, 0, 1, 1)
        )
    )
    stage.qtbot.waitUntil(lambda: stage.grab().pixelColor(left, 150) == alarm_colour)
    stage.qtbot.waitUntil(lambda: stage.grab().pixelColor(left + 3, 150) == accent)
    stage.wall.alarms.cleared("a")
    stage.qtbot.waitUntil(lambda: stage.grab().pixelColor(left, 150) == accent)


def test_an_empty_tile_says_what_to_do(stage: Stage) -> None:
    stage.wall.put_camera(TileAddress(MAIN, 3), None)
    painter = stage.view.tile_painters[3]
    assert painter.mode is TileMode.EMPTY
    assert "Enter" in painter.status.lines[0]


def test_click_selects_and_double_click_fills_the_window(stage: Stage) -> None:
    centre = stage.view.tile_painters[3].rect.center()
    stage.qtbot.mouseClick(stage.view, Qt.MouseButton.LeftButton, pos=centre)
    assert stage.wall.selected == TileAddress(MAIN, 3)
    stage.qtbot.mouseDClick(stage.view, Qt.MouseButton.LeftButton, pos=centre)
    assert list(stage.view.tile_painters) == [3]
    stage.qtbot.mouseDClick(stage.view, Qt.MouseButton.LeftButton, pos=centre)
    assert list(stage.view.tile_painters) == [0, 1, 2, 3]


def test_dragging_one_tile_onto_another_swaps_them(stage: Stage) -> None:
    a, b = (stage.view.tile_painters[i].rect.center() for i in (0, 3))
    stage.qtbot.mousePress(stage.view, Qt.MouseButton.LeftButton, pos=a)
    stage.qtbot.mouseMove(stage.view, b)
    stage.qtbot.mouseRelease(stage.view, Qt.MouseButton.LeftButton, pos=b)
    assert stage.wall.tile(TileAddress(MAIN, 0)).camera_id == CAMERAS[3]
    assert stage.wall.tile(TileAddress(MAIN, 3)).camera_id == CAMERAS[0]


def test_a_zoomed_tile_shows_the_part_of_the_picture(stage: Stage) -> None:
    pixels = plain(480, 270, GREEN)
    pixels[:, 240:] = (*BLUE, 255)
    stage.source.of(CAMERAS[0]).push(pixels, mono_ns=stage.clock.mono_ns())
    stage.qtbot.waitUntil(lambda: stage.colour(100, 135) == GREEN)
    stage.wall.set_region(TileAddress(MAIN, 0), (0.5, 0.5, 1.0, 1.0))
    stage.qtbot.waitUntil(lambda: stage.colour(100, 135) == BLUE)


def test_a_hidden_window_tells_its_source_and_stops_ticking(stage: Stage) -> None:
    assert stage.source.views[MAIN].visible
    assert (stage.source.views[MAIN].width_px, stage.source.views[MAIN].height_px) == (962, 542)
    stage.view.hide()
    assert not stage.source.views[MAIN].visible
    paints = stage.view.painting.paint_count
    stage.push(0, BLUE)
    stage.qtbot.wait(60)
    assert stage.view.painting.paint_count == paints


def test_the_clock_of_the_window_runs(stage: Stage) -> None:
    before = stage.grab().copy(0, 0, 120, 40)
    stage.clock.advance(1.0)
    stage.qtbot.waitUntil(lambda: stage.grab().copy(0, 0, 120, 40) != before, timeout=3000)


def test_wheel_zooms_at_the_pointer(stage: Stage, qtbot: QtBot) -> None:
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    stage.push(0, GREEN)
    stage.until(0, GREEN)
    at = QPointF(stage.view.tile_painters[0].rect.topLeft() + QPoint(360, 200))
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, 360), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(stage.view, event)
    x1, y1, x2, y2 = stage.wall.tile(TileAddress(MAIN, 0)).region_norm
    assert x2 - x1 == pytest.approx(1 / 1.25**3)
    assert (0.75 - x1) / (x2 - x1) == pytest.approx(0.75, abs=0.01)
    assert (0.74 - y1) / (y2 - y1) == pytest.approx(0.74, abs=0.01)


def test_a_tile_that_lost_rate_under_overload_says_so(stage: Stage) -> None:
    feed = stage.source.of(CAMERAS[0])
    feed.shed = 1.0
    stage.push(0, GREEN, age_s=2.0)
    stage.until(0, GREEN)
    painter = stage.view.tile_painters[0]
    assert painter.mode is TileMode.PICTURE, "a rate we reduced ourselves is not a stale camera"
    assert "1 fps" in painter.status.notice


def test_a_minimised_window_sleeps_and_wakes_with_pictures(stage: Stage) -> None:
    stage.push(0, GREEN)
    stage.until(0, GREEN)
    stage.view.showMinimized()
    stage.qtbot.waitUntil(lambda: not stage.source.views[MAIN].visible, timeout=3000)
    stage.view.showNormal()
    stage.qtbot.waitUntil(lambda: stage.source.views[MAIN].visible, timeout=3000)
    stage.push(0, BLUE)
    stage.until(0, BLUE)


def test_tiles_that_do_not_fit_in_one_paint_are_painted_in_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for camera in range(4):
        stage.push(camera, GREEN)
    for camera in range(4):
        stage.until(camera, GREEN)
    monkeypatch.setattr("console.views.raster_painting.PAINT_BUDGET_S", 0.0)
    stage.wall.set_layout(MAIN, LayoutId("1+5"))  # every tile is another one now
    for camera in range(4):
        stage.push(camera, BLUE)
    paints = stage.view.painting.paint_count
    tiles = stage.view.tile_painters
    stage.qtbot.waitUntil(lambda: all(tiles[i].frame_count for i in range(4)), timeout=3000)
    assert stage.view.painting.paint_count - paints >= 4
    # the window's own picture: a grab would paint by itself
    monkeypatch.undo()
    for camera in range(4):
        stage.until(camera, BLUE)


def test_a_tile_keeps_its_turn_over_paints_of_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.views.raster_painting.PAINT_BUDGET_S", 0.0)
    tiles = stage.view.tile_painters
    for camera in range(4):
        stage.push(camera, GREEN)
        stage.source.of(CAMERAS[camera]).advance()
    for _ in range(4):
        stage.view.repaint()  # at once, one tile of four
        stage.view.repaint(tiles[0].rect)
    assert all(tiles[i].frame_count for i in range(4))
