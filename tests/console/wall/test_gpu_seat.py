"""Which compositor a seat's windows get: by the setting, by what the display can do, by what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from config.settings import WallCompositor
from console.app import console_compositor
from console.app.console_compositor import SeatCompositors
from console.state.notices import Notice, Severity
from console.state.session import ConsoleSession
from console.state.tiles import WindowId
from console.state.wall import WallState
from console.views.compositor import WallScene
from console.views.gpu.capability import GlRenderer
from console.views.raster_painting import RasterCompositor
from console.views.wall_view import WallView
from ingest.clock import ManualClock
from tests.console.seat_kit import fake_site
from tests.console.wall.wall_pictures import FakeSource, PlainNames

CARD = GlRenderer("Mesa Intel(R) UHD Graphics 630 (CFL GT2)")
LLVMPIPE = GlRenderer("llvmpipe (LLVM 15.0.6, 256 bits)")
OLD = GlRenderer("Intel 965GM", has_needed=False)
AUTO, RASTER, GPU = WallCompositor.AUTO, WallCompositor.RASTER, WallCompositor.GPU


class Device(RasterCompositor):
    """Stands for the GPU compositor; fails when a test says so."""

    made: list[Device]

    def __init__(self, widget: QWidget, scene: WallScene, failed: Callable[[str], None]) -> None:
        super().__init__(widget, scene)
        self.fail = failed
        Device.made.append(self)


class SeatOf:
    """A seat's choice, its windows and what its operator was told."""

    def __init__(self, qtbot: QtBot, folder: Path, setting: WallCompositor) -> None:
        self._qtbot = qtbot
        self.wall = WallState()
        site = fake_site(folder)
        wall = structs.replace(site.settings.wall, compositor=setting)
        settings = structs.replace(site.settings, wall=wall)
        site = structs.replace(site, settings=settings)
        self.session = ConsoleSession(site, self.wall, ManualClock(mono_ns=10**12))
        self.told: list[Notice] = []
        self.session.notice.changed.connect(self._on_notice)

    def _on_notice(self, notice: Notice | None) -> None:
        if notice is not None:
            self.told.append(notice)

    def window(self, compositors: SeatCompositors, name: str) -> WallView:
        view = WallView(
            self.wall, WindowId(name), FakeSource(self.wall), PlainNames(),
            compositor=compositors.make,
        )  # fmt: skip
        self._qtbot.addWidget(view, before_close_func=lambda _widget: view.release())
        return view


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[GlRenderer | None]:
    """The first one is what the display has; one more for each time it was looked at."""
    found: list[GlRenderer | None] = [CARD]

    def probe() -> GlRenderer | None:
        found.append(found[0])
        return found[0]

    Device.made = []
    monkeypatch.setattr(console_compositor, "probe", probe)
    monkeypatch.setattr(console_compositor, "GpuCompositor", Device)
    monkeypatch.setattr(
        "console.app.console_compositor.QSurfaceFormat.setDefaultFormat", lambda _format: None
    )
    return found


@pytest.mark.parametrize(
    ("setting", "renderer", "expected", "looks"),
    [
        (AUTO, CARD, Device, 1),
        (AUTO, LLVMPIPE, RasterCompositor, 1),
        (AUTO, None, RasterCompositor, 1),
        (RASTER, CARD, RasterCompositor, 0),
        (GPU, CARD, Device, 1),
        (GPU, LLVMPIPE, Device, 1),
    ],
)
def test_the_setting_and_the_display_choose_for_all_windows_of_a_seat(
    qtbot: QtBot,
    tmp_path: Path,
    probed: list[GlRenderer | None],
    setting: WallCompositor,
    renderer: GlRenderer | None,
    expected: type,
    looks: int,
) -> None:
    probed[0] = renderer
    seat = SeatOf(qtbot, tmp_path, setting)
    compositors = SeatCompositors(seat.session)
    for name in ("one", "two"):
        assert type(seat.window(compositors, name).compositor) is expected
    assert len(probed) - 1 == looks
    assert seat.told == []


def test_the_command_line_comes_before_the_site(
    qtbot: QtBot, tmp_path: Path, probed: list[GlRenderer | None]
) -> None:
    seat = SeatOf(qtbot, tmp_path, RASTER)
    assert type(seat.window(SeatCompositors(seat.session, GPU), "one").compositor) is Device
    assert len(probed) == 2


@pytest.mark.logs_warnings("the operator asked for what is not there")
@pytest.mark.parametrize(
    ("renderer", "reason"),
    [(None, "there is no OpenGL here"), (OLD, "Intel 965GM has too old an OpenGL")],
)
def test_a_device_that_was_asked_for_and_is_not_there_is_told_once(
    qtbot: QtBot,
    tmp_path: Path,
    probed: list[GlRenderer | None],
    renderer: GlRenderer | None,
    reason: str,
) -> None:
    probed[0] = renderer
    seat = SeatOf(qtbot, tmp_path, GPU)
    compositors = SeatCompositors(seat.session)
    for name in ("one", "two"):
        assert type(seat.window(compositors, name).compositor) is RasterCompositor
    (notice,) = seat.told
    assert notice.text.endswith(reason)
    assert notice.severity is Severity.PROBLEM


@pytest.mark.logs_warnings("the device fails")
def test_a_failure_in_one_window_decides_for_the_later_ones_and_is_told_once(
    qtbot: QtBot, tmp_path: Path, probed: list[GlRenderer | None]
) -> None:
    seat = SeatOf(qtbot, tmp_path, AUTO)
    compositors = SeatCompositors(seat.session)
    first, second = seat.window(compositors, "one"), seat.window(compositors, "two")
    Device.made[0].fail("the graphics device was reset")
    assert type(first.compositor) is RasterCompositor
    assert type(second.compositor) is Device  # it works there: what is seen stays
    assert type(seat.window(compositors, "three").compositor) is RasterCompositor
    Device.made[1].fail("the graphics driver reports error 0x0505")
    assert type(second.compositor) is RasterCompositor
    (notice,) = seat.told
    assert notice.text.endswith("the graphics device was reset")
