"""The raster base map in the real map widget: over the streets, under the cells, missing pictures and all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from config.site import Datum
from console.bridge.raster_tiles import KEPT_COUNT, RasterTiles
from console.state.map_layers import MapLayer
from console.state.spans import MonitorPlace
from console.state.tiles import WindowId
from console.views.map_layers.raster import RasterGround
from console.views.map_span_desk import MapSpanDesk
from console.views.map_view import MapView
from console.views.wall_window import WallWindow
from ingest.errors import GridwallError
from tests.console.views.conftest import Seat
from tests.console.wall.wall_pictures import FakeSource, PlainNames


def encoded(colour: str) -> bytes:
    image = QImage(256, 256, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return buffer.data().data()


class Pictures:
    """Every tile one colour, but none where `missing` says so."""

    zooms = (10, 17)
    attribution = "© pictures"

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self.missing: set[int] = set()
        self.broken = False
        self._content = encoded("#C04020")

    def read(self, zoom: int, column: int, row: int) -> bytes | None:
        self.asked.append((zoom, column, row))
        if self.broken:
            raise GridwallError("map tiles: m.mbtiles is damaged: file is not a database")
        return None if zoom in self.missing else self._content

    def close(self) -> None: ...


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def tiles(pictures: Pictures) -> Iterator[RasterTiles]:
    made = RasterTiles(pictures)
    yield made
    made.close()


@pytest.fixture
def view(seat: Seat, tiles: RasterTiles) -> MapView:
    seat.fill()
    view = seat.window.map_view
    for name in view.layers.names:
        view.layers.set(name, on=False)
    view.layers.set(MapLayer.TILES.value, on=True)
    view.base.set_raster(RasterGround(tiles, Datum.WGS84))
    view.show_whole()
    return view


def middle(view: MapView) -> QColor:
    return view.grab().toImage().pixelColor(view.width() // 2, view.height() // 2)


def is_reddish(colour: QColor) -> bool:
    return colour.red() > 80 and colour.red() > 2 * colour.blue()


def test_pictures_arrive_and_are_shown_dimmed_at_night_with_their_attribution(
    seat: Seat, view: MapView
) -> None:
    assert not is_reddish(middle(view))
    seat.wait(lambda: is_reddish(middle(view)))
    assert middle(view).red() < 0xC0  # dimmed
    assert view.base.attribution == "© pictures"
    view.layers.set(MapLayer.TILES.value, on=False)
    assert not is_reddish(middle(view))
    assert view.base.attribution == ""


def test_a_coarser_picture_stands_in_where_one_is_missing(
    seat: Seat, view: MapView, tiles: RasterTiles, pictures: Pictures
) -> None:
    seat.wait(lambda: is_reddish(middle(view)))
    zoom = max(where[0] for where in pictures.asked)
    pictures.missing = {zoom + 1}
    view.zoom_by(1.0)
    view.ground.forget()
    seat.wait(lambda: (zoom + 1) in {where[0] for where in pictures.asked})
    assert is_reddish(middle(view))


def test_a_broken_file_is_told_once_and_the_map_stays(seat: Seat, view: MapView) -> None:
    broken, told = Pictures(), list[str]()
    broken.broken = True
    tiles = RasterTiles(broken)
    tiles.failed.connect(told.append)
    view.base.set_raster(RasterGround(tiles, Datum.WGS84))
    view.grab()
    seat.wait(lambda: len(broken.asked) > 3 and bool(told))
    assert told == ["map tiles: m.mbtiles is damaged: file is not a database"]
    assert not is_reddish(middle(view))
    tiles.close()


def test_what_left_the_window_is_not_read_and_no_more_is_held_than_allowed(
    seat: Seat, tiles: RasterTiles, pictures: Pictures
) -> None:
    tiles.want([(15, n, 0) for n in range(50)])
    tiles.want([(15, n, 1) for n in range(3)])
    seat.wait(lambda: tiles.at_hand((15, 2, 1)) is not None)
    assert len([where for where in pictures.asked if where[2] == 0]) <= 3
    for start in range(0, KEPT_COUNT + 60, 60):
        tiles.want([(17, n, 2) for n in range(start, start + 60)])
        seat.wait(lambda last=start + 59: tiles.at_hand((17, last, 2)) is not None)  # type: ignore[misc]
    assert len(tiles._kept) == KEPT_COUNT


def test_pictures_of_a_chinese_service_are_shifted_under_our_places(
    seat: Seat, view: MapView, tiles: RasterTiles
) -> None:
    plain = RasterGround(tiles, Datum.WGS84)._shift(view.projection.centre)
    shifted = RasterGround(tiles, Datum.GCJ02)._shift(view.projection.centre)
    assert plain == (0.0, 0.0)
    metres = abs(shifted[0]) * view.projection.scale_px * view.projection.metres_per_px
    assert 100 < metres < 1_000


def test_maps_that_share_the_pictures_are_read_in_turn(seat: Seat, tiles: RasterTiles) -> None:
    tiles.want([(15, n, 0) for n in range(200)], "one monitor")
    tiles.want([(15, n, 1) for n in range(3)], "the other")
    seat.wait(lambda: tiles.at_hand((15, 2, 1)) is not None)
    assert tiles.at_hand((15, 199, 0)) is None  # the other did not wait for all of them
    seat.wait(lambda: tiles.at_hand((15, 199, 0)) is not None)


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_map_over_the_wall_stands_on_the_same_pictures(
    seat: Seat, view: MapView, tiles: RasterTiles
) -> None:
    span, wall = seat.session.arrangement.map_span, seat.wall
    ids = [WindowId("left"), WindowId("right")]
    windows = [
        WallWindow(wall, i, FakeSource(wall), PlainNames(), seat.window.screen()) for i in ids
    ]
    for window in windows:
        seat.qtbot.addWidget(window)
        window.resize(500, 400)
        window.show()
    desk = MapSpanDesk(seat.session)
    desk.follow(view)
    desk.set_windows(windows)
    span.set_monitors([MonitorPlace(i, 500 * n, 0, 500, 400) for n, i in enumerate(ids)], 10.0)
    desk.set_raster(RasterGround(tiles, Datum.WGS84))
    desk.toggle()
    maps = [window.findChild(MapView) for window in windows]
    assert all(isinstance(one, MapView) for one in maps)
    seat.wait(lambda: all(is_reddish(middle(one)) for one in maps if one is not None))
    assert [one.base.attribution for one in maps if one is not None] == ["© pictures"] * 2
    desk.set_raster(None)
    assert not any(is_reddish(middle(one)) for one in maps if one is not None)
    desk.release()
    for window in windows:
        window.release()
