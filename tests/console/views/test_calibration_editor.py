"""The calibration editor by hand: picture, map, list, and what the site folder gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from config.geometry import GeoPoint, distance_m, moved
from config.load import load_site
from config.site import CameraId
from config.writer import put_register
from console.state.basemap import BaseMap
from console.state.calibration_draft import CalibrationDraft
from console.views.editors.calibration_editor import CalibrationEditor
from tests.console.state.test_calibration_draft import ORIGIN, SPOTS, place, set_all

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here
CAMERA = CameraId("cam-1")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def draft() -> CalibrationDraft:
    return CalibrationDraft(CAMERA, ())


@pytest.fixture
def saved() -> list[list[dict[str, Any]]]:
    return []


@pytest.fixture
def editor(
    qtbot: QtBot, draft: CalibrationDraft, saved: list[list[dict[str, Any]]]
) -> Iterator[CalibrationEditor]:
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(0)

    def save(
        entries: list[dict[str, Any]], then: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        saved.append(entries)
        then()

    window = CalibrationEditor(
        draft, "West gate", moved(ORIGIN, 0, 15), lambda: picture, BaseMap(), [], save
    )
    qtbot.addWidget(window)
    window.resize(1280, 640)
    window.show()
    yield window
    window.done(0)  # also with unsaved changes


def test_four_pairs_by_mouse_are_saved(
    qtbot: QtBot, editor: CalibrationEditor, saved: list[list[dict[str, Any]]]
) -> None:
    for (x, y), ground in SPOTS:
        spot: QPoint = editor.canvas.to_widget(x, y).toPoint()
        qtbot.mouseClick(editor.canvas, LEFT, pos=spot)
        assert "on the map" in editor.note
        qtbot.mouseClick(editor.map, LEFT, pos=editor.map.point_of(place(*ground)).toPoint())
    qtbot.keyClick(editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    pairs = saved[0][0]["pairs"]
    assert len(pairs) == 4
    where = pairs[2]["place"]
    assert distance_m(GeoPoint(where["lat_deg"], where["lon_deg"]), place(*SPOTS[2][1])) < 2
    assert not editor.isVisible()


def test_a_number_dragged_on_the_map_moves_and_a_dragged_ground_only_pans(
    qtbot: QtBot, editor: CalibrationEditor, draft: CalibrationDraft
) -> None:
    set_all(draft)
    before = draft.pairs[0].place
    at = editor.map.point_of(place(*SPOTS[0][1])).toPoint()
    qtbot.mousePress(editor.map, LEFT, pos=at)
    qtbot.mouseMove(editor.map, at + QPoint(30, 0))
    qtbot.mouseRelease(editor.map, LEFT, pos=at + QPoint(30, 0))
    assert draft.pairs[0].place != before
    count = len(draft.pairs)
    corner = QPoint(10, 10)
    centre = editor.map.place_at(editor.map.rect().center().toPointF())
    qtbot.mousePress(editor.map, LEFT, pos=corner)
    qtbot.mouseMove(editor.map, corner + QPoint(40, 25))
    qtbot.mouseRelease(editor.map, LEFT, pos=corner + QPoint(40, 25))
    assert len(draft.pairs) == count
    assert editor.map.place_at(editor.map.rect().center().toPointF()) != centre


def test_the_list_says_what_each_pair_is_off_by(
    editor: CalibrationEditor, draft: CalibrationDraft
) -> None:
    set_all(draft)
    assert "a fifth" in editor.residual.text()
    draft.set_image(0.5, 0.9)
    assert editor.list.item(4).text().endswith("half")
    draft.set_place(place(0.0, 12.0))
    assert "agree to" in editor.residual.text()
    assert editor.list.item(4).text().endswith(" m")
    editor.canvas.pointed.emit(0.5, 0.9)
    assert "Under the pointer" in editor.residual.text()


def test_what_the_draft_sends_is_what_the_site_folder_takes(
    tmp_path: Path, draft: CalibrationDraft
) -> None:
    (tmp_path / "site.toml").write_text('name = "t"\ncoordinates = "gcj02"\n')
    (tmp_path / "cameras.csv").write_text("id,name,main_url\ncam-1,West,rtsp://h/1\n")
    set_all(draft)
    put_register(tmp_path, "calibration", draft.entries())
    read = load_site(tmp_path).calibrations[0]
    for pair, (_, ground) in zip(read.pairs, SPOTS, strict=True):
        assert distance_m(pair.place, place(*ground)) < 0.1
