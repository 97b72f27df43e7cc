"""The camera directory in a real window: keys, drag to a tile, pictures with their age."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import structs
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from config.relay_settings import RelaySettings
from config.site import Language
from console.bridge.camera_tree_model import ROW_ROLE, CameraRow, CameraTreeModel, mime_of
from console.bridge.gui_thread import Errands
from console.bridge.thumbnails import SIZE_PX, ThumbnailShelf
from console.state.camera_tree import Grouping
from console.state.health import Mark
from console.state.layouts import LayoutId
from console.state.tiles import TileAddress, WindowId
from console.state.wall import MAIN_WINDOW
from console.views.wall_directory import WallDirectory
from console.views.wall_drops import WallDrops
from console.views.wall_window import WallWindow
from ingest.cameras.health import CameraHealthData
from tests.console.seat_kit import camera_id, fake_site
from tests.console.views.conftest import Seat
from tests.console.views.fake_seat import FakePictures

SECOND = TileAddress(MAIN_WINDOW, 1)


def _type(seat: Seat, text: str) -> None:
    QTest.keyClicks(seat.window.camera_panel.edit, text)


def _press(seat: Seat, key: Qt.Key) -> None:
    QTest.keyClick(seat.window.camera_panel.edit, key)


def test_a_key_opens_the_directory_and_esc_closes_it_to_nothing(seat: Seat) -> None:
    width = seat.view.width()
    seat.key(Qt.Key.Key_C)
    panel = seat.window.camera_panel
    assert panel.isVisible()
    seat.wait(lambda: seat.view.width() < width)
    assert panel.edit.hasFocus()
    _press(seat, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    seat.wait(lambda: seat.view.width() == width)
    assert seat.window.queue_view.list.hasFocus()


def test_typing_and_enter_call_a_camera_to_the_selected_tile(seat: Seat) -> None:
    seat.wall.select(SECOND)
    seat.key(Qt.Key.Key_C)
    _type(seat, "dzl")
    panel = seat.window.camera_panel
    assert panel.view is panel.list
    _press(seat, Qt.Key.Key_Return)
    assert seat.wall.tile(SECOND).camera_id == camera_id(3)
    assert panel.isVisible()
    _press(seat, Qt.Key.Key_Escape)
    assert panel.edit.text() == ""
    assert panel.view is panel.tree


def test_arrows_walk_the_tree_and_enter_folds_a_branch(seat: Seat) -> None:
    seat.key(Qt.Key.Key_C)
    tree = seat.window.camera_panel.tree
    assert tree.currentIndex().data(ROW_ROLE).camera_id is None
    assert tree.isExpanded(tree.currentIndex())
    _press(seat, Qt.Key.Key_Return)
    assert not tree.isExpanded(tree.currentIndex())
    _press(seat, Qt.Key.Key_Right)
    _press(seat, Qt.Key.Key_Down)
    assert tree.currentIndex().data(ROW_ROLE).camera_id == camera_id(1)
    _press(seat, Qt.Key.Key_Left)
    assert tree.currentIndex().data(ROW_ROLE).camera_id is None
    _press(seat, Qt.Key.Key_PageDown)
    assert tree.currentIndex().data(ROW_ROLE).camera_id == camera_id(6)


def test_losses_roll_up_while_the_directory_is_open(seat: Seat) -> None:
    seat.key(Qt.Key.Key_C)
    panel = seat.window.camera_panel
    now = "2026-01-01T00:00:00Z"
    for number in (1, 2):
        seat.session.health.apply(CameraHealthData(camera_id(number), "lost", 0, None, now))
    branch = panel.tree.model().index(0, 0).data(ROW_ROLE)
    assert branch == CameraRow("switch A", Mark.LOST, None, 2, 0, 6)
    seat.wait(lambda: "2" in panel.counts_text() and "2" in panel._counts.text())


def test_the_models_keep_their_promises_to_qt(seat: Seat) -> None:
    browser = seat.window.camera_panel.browser
    model = CameraTreeModel(browser)
    tester = QAbstractItemModelTester(model)
    browser.group_by(Grouping.GRID)
    now = "2026-01-01T00:00:00Z"
    seat.session.health.apply(CameraHealthData(camera_id(1), "lost", 0, None, now))
    seat.session.set_site(fake_site(Path("."), 9))
    assert model.rowCount(model.index(0, 0)) == 9
    model.close()
    tester.deleteLater()


def _drop(seat: Seat, mime: QMimeData, tile: TileAddress) -> bool:
    at = QPointF(seat.view.tile_painters[tile.index].rect.center())
    action, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    modifier = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), action, mime, buttons, modifier)
    QApplication.sendEvent(seat.view, enter)
    drop = QDropEvent(at, action, mime, buttons, modifier)
    QApplication.sendEvent(seat.view, drop)
    return enter.isAccepted() and drop.isAccepted()


def test_a_camera_dragged_to_a_tile_is_shown_there_unless_it_is_pinned(seat: Seat) -> None:
    drops = WallDrops(seat.session, seat.view)
    assert _drop(seat, mime_of([camera_id(5)]), SECOND)
    assert seat.wall.tile(SECOND).camera_id == camera_id(5)
    seat.wall.set_pinned(SECOND, True)
    assert not _drop(seat, mime_of([camera_id(6)]), SECOND)
    assert seat.wall.tile(SECOND).camera_id == camera_id(5)
    notice = seat.session.notice.get()
    assert notice is not None
    other = QMimeData()
    other.setText("cam-0006")
    assert not _drop(seat, other, TileAddress(MAIN_WINDOW, 2))
    drops.deleteLater()


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the tests' platform has no window manager
def test_a_wall_window_has_a_directory_of_its_own_and_takes_drops(seat: Seat) -> None:
    screen = QApplication.primaryScreen()
    pictures = FakePictures(seat.wall, seat.clock)
    wall_id = WindowId("monitor B")
    window = WallWindow(seat.wall, wall_id, pictures, seat.session.directory, screen)
    directory = WallDirectory(seat.session, window, None)
    window.resize(1200, 700)
    window.show()
    directory.toggle()
    panel = directory.panel
    assert panel is not None
    assert panel.height() == window.height()
    seat.wall.select(TileAddress(wall_id, 3))
    QTest.keyClicks(panel.edit, "5")
    QTest.keyClick(panel.edit, Qt.Key.Key_Return)
    assert seat.wall.tile(TileAddress(wall_id, 3)).camera_id == camera_id(5)
    assert window.view.acceptDrops()
    QTest.keyClick(panel.edit, Qt.Key.Key_Escape)
    QTest.keyClick(panel.edit, Qt.Key.Key_Escape)
    assert directory.panel is None
    directory.toggle()
    window.release()
    assert directory.panel is None
    window.deleteLater()


@pytest.mark.parametrize("language", list(Language))
def test_the_directory_speaks_both_languages(seat: Seat, language: Language) -> None:
    seat.key(Qt.Key.Key_C)
    seat.translators.use(language)
    seat.window.camera_panel.retranslate()
    chinese = language is Language.CHINESE
    assert ("点位" in seat.window.camera_panel.counts_text()) is chinese


class TestThumbnails:
    @pytest.fixture
    def shelf(self, seat: Seat, tmp_path: Path):  # type: ignore[no-untyped-def]
        errands = Errands(1)
        pictures = FakePictures(seat.wall, seat.clock)
        shelf = ThumbnailShelf(seat.wall, pictures, errands, tmp_path / "kept", seat.clock)
        yield shelf
        shelf.close()
        errands.close()

    def test_an_open_camera_gives_its_picture_of_now(
        self, seat: Seat, shelf: ThumbnailShelf
    ) -> None:
        seat.wall.put_camera(SECOND, camera_id(2))
        found = shelf.now(camera_id(2))
        assert found is not None
        assert found.is_open
        assert found.age_s(seat.clock.utc_ns()) == 0.0
        assert found.image.width() <= SIZE_PX[0]

    def test_a_camera_nobody_shows_gives_the_kept_one_with_its_age(
        self, seat: Seat, shelf: ThumbnailShelf, tmp_path: Path
    ) -> None:
        seat.wall.put_camera(SECOND, camera_id(2))
        shelf.keep_one()
        kept = tmp_path / "kept"
        seat.wait(lambda: list(kept.glob("*.jpg")))
        assert os.stat(kept).st_mode & 0o777 == 0o700
        seat.wall.put_camera(SECOND, None)
        seat.clock.advance(600.0)
        other = ThumbnailShelf(seat.wall, FakePictures(seat.wall, seat.clock), seat.errands, kept, seat.clock)  # fmt: skip
        assert other.now(camera_id(2)) is None
        with seat.qtbot.waitSignal(other.arrived):
            pass
        found = other.now(camera_id(2))
        assert found is not None
        assert not found.is_open
        assert found.age_s(seat.clock.utc_ns()) == pytest.approx(600.0, abs=0.1)
        other.sweep([camera_id(1)])
        seat.wait(lambda: not list(kept.glob("*.jpg")))
        other.close()

    def test_a_camera_never_shown_has_none_and_the_preview_says_so(
        self, seat: Seat, shelf: ThumbnailShelf
    ) -> None:
        with seat.qtbot.waitSignal(shelf.arrived):
            assert shelf.now(camera_id(4)) is None
        preview = seat.window.camera_panel.preview
        preview.show_camera(camera_id(4))
        assert "No picture" in preview.age_text()
        assert preview.relay_text() == ""

    def test_the_preview_says_whose_relay_a_camera_comes_by(self, seat: Seat) -> None:
        session = seat.session
        relay = RelaySettings((camera_id(4),), "10.0.0.5:7464", ("10.0.0.6:7464",))
        settings = structs.replace(session.site.settings, relay=relay)
        session.set_site(structs.replace(session.site, settings=settings))
        preview = seat.window.camera_panel.preview
        preview.show_camera(camera_id(4))
        assert preview.relay_text() == "relayed by 10.0.0.5:7464 / 10.0.0.6:7464"
        preview.show_camera(camera_id(3))
        assert preview.relay_text() == ""

    def test_a_broken_kept_file_is_no_picture(
        self, seat: Seat, shelf: ThumbnailShelf, tmp_path: Path
    ) -> None:
        seat.wall.put_camera(SECOND, camera_id(2))
        shelf.keep_one()
        kept = tmp_path / "kept"
        seat.wait(lambda: list(kept.glob("*.jpg")))
        for path in kept.glob("*.jpg"):
            path.write_bytes(b"no picture")
        other = ThumbnailShelf(seat.wall, FakePictures(seat.wall, seat.clock), seat.errands, kept, seat.clock)  # fmt: skip
        seat.wall.put_camera(SECOND, None)
        with seat.qtbot.waitSignal(other.arrived):
            other.now(camera_id(2))
        assert other.now(camera_id(2)) is None
        other.close()


def test_ctrl_enter_brings_a_branch_or_what_was_found_to_the_empty_tiles(seat: Seat) -> None:
    seat.wall.set_layout(MAIN_WINDOW, LayoutId("3x3"))
    seat.wall.put_camera(SECOND, None)
    shown = [seat.wall.tile(address).camera_id for address in seat.wall.addresses()]
    empty = shown.count(None)
    seat.key(Qt.Key.Key_C)
    _type(seat, "dzl")
    panel = seat.window.camera_panel
    assert len(panel.browser.found) >= 1
    QTest.keyClick(panel.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    cameras = [seat.wall.tile(address).camera_id for address in seat.wall.addresses()]
    assert set(panel.browser.found) <= set(cameras)
    _press(seat, Qt.Key.Key_Escape)
    panel.fill_button.click()
    cameras = [seat.wall.tile(address).camera_id for address in seat.wall.addresses()]
    called = [camera for camera in cameras if camera is not None]
    assert len(called) == len(set(called)) == min(6, len(shown))
    assert empty > 0
