"""What a seat's process says of its arrangement: windows, layouts, dialogs, marks, as plain values."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from console.app.console_arrangement import SeatArrangement
from console.app.console_screens import SeatScreens
from console.state.session import ConsoleSession
from console.views.map_view import MapView
from console.views.push_banner import PushBanner
from console.views.wall_window import WallWindow


def arrangement_state(
    application: QApplication,
    session: ConsoleSession,
    arrangement: SeatArrangement,
    screens: SeatScreens,
) -> dict[str, Any]:
    """Everything the tests of the arrangement look at."""
    selected = session.wall.selected
    notice = session.notice.get()
    return {
        "open": sorted(screens.open_windows),
        "windows": {
            window.id: {
                "layout": window.layout.id,
                "tiles": len(window.layout.cells),
                "regions": [tile.region_norm for tile in window.tiles[:2]],
                "pinned": [i for i, tile in enumerate(window.tiles) if tile.pinned],
                "cameras": [
                    int(tile.camera_id[-4:]) if tile.camera_id else None
                    for tile in window.tiles[: len(window.layout.cells)]
                ],
            }
            for window in session.wall.windows.values()
        },
        "map": _map_parts(application),
        "selected": None if selected is None else [selected.window_id, selected.index],
        "notice": "" if notice is None else notice.text,
        "scenes": [s.name for s in session.arrangement.scenes.entries()],
        "seats": [here.seat for here in session.arrangement.seats.get()],
        "banners": _banners(application),
        "typed": _typed(application),
        "dialog": _is_in_dialog(application),
        "popup": application.activePopupWidget() is not None,
        "tours": [t.name for t in session.arrangement.tours.entries()],
        "marks": arrangement.mark_texts(),
        "editing": arrangement.arranger.overlay is not None,
        "layouts": [e.layout.id for e in session.arrangement.layouts.entries()][20:],
    }


def _map_parts(application: QApplication) -> dict[str, list[float]]:
    """What every wall window shows of the map: world x of both edges, y of the upper, zoom."""
    found = {}
    for map_view in application.allWidgets():
        window = map_view.window()
        if (
            isinstance(map_view, MapView)
            and isinstance(window, WallWindow)
            and map_view.isVisible()
        ):
            shown = map_view.projection
            left, top = shown.world_at(0, 0)
            right, _ = shown.world_at(shown.width_px, 0)
            found[window.window_id] = [left, right, top, shown.zoom]
    return found


def _is_in_dialog(application: QApplication) -> bool:
    """A dialog is there and has the keys: the window manager gives them a moment later."""
    dialog = application.activeModalWidget()
    return dialog is not None and application.activeWindow() is dialog


def _typed(application: QApplication) -> str | None:
    """What stands in the text field that has the focus, None when none has."""
    widget = application.focusWidget()
    if isinstance(widget, QComboBox):
        widget = widget.lineEdit()
    return widget.text() if isinstance(widget, QLineEdit) else None


def _banners(application: QApplication) -> dict[str, str]:
    """What every visible banner says."""
    found = {}
    for widget in application.allWidgets():
        if isinstance(widget, PushBanner) and widget.isVisible():
            found[widget.window_id] = widget.text
    return found
