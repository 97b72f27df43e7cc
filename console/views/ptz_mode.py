"""PtzMode: turning a camera from this seat — hand, line to the hub, overlay on the tile, keys, joystick.

The mode belongs to one tile and its camera. It ends by `P` or Esc, when another tile or camera is
chosen, and when a seat of higher priority takes the camera over, which is said. A hand lets go
when the window loses the keyboard.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from config.site import CameraId
from console.bridge.discovery_line import DiscoveryLine
from console.bridge.gui_thread import Errands
from console.bridge.joystick import NoSticks, Sticks
from console.bridge.ptz_line import Asks, PtzLine
from console.state.candidates import Reason
from console.state.keys import CommandId
from console.state.mode_keys import PTZ_KEYPAD, PTZ_KEYS, PtzKey
from console.state.ptz_hand import FAST_SPEED, FINE_SPEED, SPEED, PtzHand
from console.state.session import ConsoleSession, Severity
from console.state.tiles import TileAddress, WindowId
from console.views import words
from console.views.commander import Commander
from console.views.discover_dialog import DiscoverDialog
from console.views.key_router import KeyRouter
from console.views.preset_dialog import PresetDialog
from console.views.ptz_overlay import SHOWN_PRESETS, PtzOverlay
from console.views.stick_control import StickControl
from console.views.tile_painter import TilePainter
from console.views.tile_status import CARDS
from console.views.wall_view import WallView
from console.views.words import translate
from ingest.errors import GridwallError
from ingest.ptz.device import PtzPreset
from ingest.ptz.states import PtzCause, PtzStateData

ViewOf = Callable[[WindowId], WallView | None]


class PtzMode(QObject):
    """See module. `view_of` gives the widget of a wall window that is open."""

    def __init__(
        self,
        session: ConsoleSession,
        client: Asks,
        errands: Errands,
        seat: str,
        router: KeyRouter,
        commander: Commander,
        view_of: ViewOf,
        sticks: Sticks | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._router = router
        self._view_of = view_of
        self.hand = PtzHand()
        self.line = PtzLine(client, errands, seat, self.hand, self)
        self.stick = StickControl(session, self.hand, self.line, self.goto, sticks or NoSticks())
        self._discovery = DiscoveryLine(client, errands, seat)
        self.overlay: PtzOverlay | None = None
        self._tile: TileAddress | None = None
        self._watched: tuple[QWidget, ...] = ()
        self.line.held.connect(self._on_held)
        self.line.refused.connect(self._on_refused)
        self.line.presets.connect(self._on_presets)
        self.line.done.connect(self._on_done)
        self.line.aimed.connect(self._on_aimed)
        commander.window_command.connect(self._on_command)
        self._disconnect = [
            session.wall.selected_changed.connect(self._on_selected),
            session.wall.window_changed.connect(self._on_window),
            session.wall.ptz.changed.connect(self._on_state),
            session.aim_wanted.connect(self.line.aim),
        ]

    def close(self) -> None:
        """Leaves the mode and lets go of the wall. Twice is harmless."""
        self.stick.close()
        self.leave()
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = []

    # -- aiming

    def _aim_at_selection(self) -> None:
        selection = self._session.selection.get()
        if selection is None or selection.place is None:
            self._say(translate("Ptz", "Choose a place, a case or an alert first."))
        else:
            self.line.aim(selection.place)

    def _on_aimed(self, camera_id: str, why: Reason) -> None:
        """The camera that turns comes to the wall, and says why it was the one."""
        name = self._session.directory.name_of(camera_id)
        reason = words.reason_text(why.id, why.values)
        self._say(translate("Ptz", "{0} turns there: {1}").format(name, reason))
        wall = self._session.wall
        shown = wall.tiles_of(CameraId(camera_id))
        try:
            if shown:
                wall.select(shown[0])
            else:
                wall.call(CameraId(camera_id))
        except GridwallError as error:
            self._session.say(str(error), Severity.PROBLEM)

    def _discover(self) -> None:
        tile = self._session.wall.selected
        view = None if tile is None else self._view_of(tile.window_id)
        dialog = DiscoverDialog(self._discovery, None if view is None else view.window())
        dialog.exec()
        dialog.deleteLater()

    # -- into the mode and out of it

    def _on_command(self, command_id: CommandId) -> None:
        if command_id is CommandId.PTZ:
            self.toggle()
        elif command_id is CommandId.AIM:
            self._aim_at_selection()
        elif command_id is CommandId.DISCOVER:
            self._discover()

    def toggle(self) -> None:
        """P: the selected tile's camera under this seat's hand, or given back."""
        if self._tile is not None:
            self.leave()
            return
        tile = self._session.wall.selected
        camera_id = None if tile is None else self._session.wall.tile(tile).camera_id
        camera = self._session.directory.camera(camera_id)
        if tile is None or camera is None:
            self._say(translate("Ptz", "Choose a tile with a camera first."))
        elif camera.ptz_url is None:
            self._say(translate("Ptz", "{0} is a fixed camera.").format(camera.name))
        else:
            self._tile = tile
            self.line.take(camera.id)

    def leave(self) -> None:
        """Gives the camera back. Twice is harmless."""
        self._tile = None
        self._router.mode = None
        self.line.leave()
        for watched in self._watched:
            watched.removeEventFilter(self)
        self._watched = ()
        overlay, self.overlay = self.overlay, None
        if overlay is not None:
            overlay.hide()
            overlay.deleteLater()

    def _on_held(self, camera_id: str) -> None:
        tile = self._tile
        view = None if tile is None else self._view_of(tile.window_id)
        if tile is None or view is None or self._is_elsewhere():
            self.leave()
            return
        self.overlay = overlay = PtzOverlay(view, self._has_words)
        overlay.pulled.connect(self._on_pull)
        overlay.let_go.connect(self._on_pull_end)
        overlay.wheeled.connect(self._on_wheel)
        overlay.preset_chosen.connect(self.goto)
        state = self._session.wall.ptz.get(CameraId(camera_id))
        if state is not None:
            overlay.show_current(state.preset_token)
        self._place()
        self._router.mode = self._take_key
        self._watched = (view.window(), view)
        for watched in self._watched:
            watched.installEventFilter(self)
        view.statuses_changed.connect(overlay.look_at_tile)
        self.line.ask_presets()

    def _painter(self) -> TilePainter | None:
        tile = self._tile
        view = None if tile is None else self._view_of(tile.window_id)
        return None if view is None or tile is None else view.tile_painters.get(tile.index)

    def _has_words(self) -> bool:
        """Whether the tile says why it has no picture."""
        painter = self._painter()
        return painter is not None and painter.mode in CARDS

    def _place(self) -> None:
        painter = self._painter()
        if self.overlay is not None and painter is not None:
            ratio = painter.ratio
            r = painter.rect
            left, top = round(r.x() / ratio), round(r.y() / ratio)
            self.overlay.cover(
                QRect(left, top, round(r.width() / ratio), round(r.height() / ratio))
            )
            self.overlay.look_at_tile()

    def _is_elsewhere(self) -> bool:
        """Another tile is selected, or another camera stands in this one."""
        wall, tile = self._session.wall, self._tile
        if tile is None or wall.selected != tile:
            return True
        return wall.tile(tile).camera_id != self.line.camera_id

    def _on_selected(self, _address: TileAddress) -> None:
        if self._tile is not None and self._is_elsewhere():
            self.leave()

    def _on_window(self, window_id: WindowId) -> None:
        if self._tile is None or window_id != self._tile.window_id:
            return
        if self._is_elsewhere():
            self.leave()
        else:
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the window: no keyboard, no hand. Of the view: another size, another place."""
        if event.type() == QEvent.Type.WindowDeactivate:
            self.hand.let_go()
            self.line.hand_moved()
        elif event.type() == QEvent.Type.Resize:
            self._place()
        return False

    # -- the hand

    def _take_key(self, event: QKeyEvent, key: str) -> bool:
        base = key.removeprefix("Ctrl+").removeprefix("Shift+")
        is_pad = bool(event.modifiers() & Qt.KeyboardModifier.KeypadModifier)
        meant = PTZ_KEYPAD.get(base) if is_pad else None
        meant = meant or PTZ_KEYS.get(base)
        is_press = event.type() == QEvent.Type.KeyPress
        if meant is None:
            return self._take_digit(base, is_press=is_press and not event.isAutoRepeat())
        if event.isAutoRepeat():
            return True
        if not is_press:
            self.hand.release(meant)
        elif not self.hand.press(meant, _speed(event)):
            self._do(meant)
            return True
        self.line.hand_moved()
        return True

    def _take_digit(self, key: str, *, is_press: bool) -> bool:
        if len(key) != 1 or not key.isdigit():
            return False
        if is_press:
            self.goto(int(key) - 1)
        return True

    def _do(self, key: PtzKey) -> None:
        if key is PtzKey.LEAVE:
            self.leave()
        elif key is PtzKey.HOME:
            self.line.turn("ptz.home")
        elif key is PtzKey.SAVE:
            self._save()

    def goto(self, index: int) -> None:
        """Calls a preset of the held camera, from 0."""
        presets = self.overlay.presets if self.overlay is not None else ()
        if 0 <= index < min(SHOWN_PRESETS, len(presets)):
            self.line.turn("ptz.goto", preset=presets[index].token)
        else:
            self._say(translate("Ptz", "The camera has no preset {0}.").format(index + 1))

    def _save(self) -> None:
        self.hand.let_go()
        self.line.hand_moved()
        name = self._session.directory.name_of(self.line.camera_id or "")
        dialog = PresetDialog(name, self._watched[0] if self._watched else None)
        if dialog.exec() == int(QDialog.DialogCode.Accepted):
            self.line.turn("ptz.preset.save", name=dialog.name)
        dialog.deleteLater()

    def _on_pull(self, x_share: float, y_share: float) -> None:
        self.hand.pull(x_share, y_share)
        self.line.hand_moved()

    def _on_pull_end(self) -> None:
        self.hand.release_pull()
        self.line.hand_moved()

    def _on_wheel(self, notches: float) -> None:
        self.hand.turn_wheel(notches, time.monotonic())
        self.line.hand_moved()

    # -- answers

    def _on_presets(self, camera_id: str, presets: tuple[PtzPreset, ...]) -> None:
        if self.overlay is not None and camera_id == self.line.camera_id:
            self.overlay.show_presets(presets)

    def _on_done(self, camera_id: str, op: str) -> None:
        if op == "ptz.preset.save":
            self.line.ask_presets()

    def _on_refused(self, camera_id: str, reason: Reason) -> None:
        why = words.reason_text(reason.id, reason.values)
        name = self._session.directory.name_of(camera_id) if camera_id else ""
        text = translate("Ptz", "{0}: {1}").format(name, why) if name else why
        self._session.say(text, Severity.PROBLEM)
        if camera_id != self.line.camera_id:
            return
        if self.overlay is None:
            self.leave()
        else:
            self.overlay.drop()

    def _on_state(self, state: PtzStateData) -> None:
        """The owner changed, or the camera came to rest."""
        if state.camera_id != self.line.camera_id or self.overlay is None:
            return
        if state.owner is not None and state.owner != self.line.seat:
            text = translate("Ptz", "{0} has taken {1} over (priority {2}).").format(
                state.owner, self._session.directory.name_of(state.camera_id), state.owner_priority
            )
            self._session.say(text, Severity.PROBLEM)
            self.leave()
            return
        if state.owner is None and state.cause in (PtzCause.IDLE, PtzCause.RESTARTED):
            self._say(translate("Ptz", "The camera was given back: nobody moved it."))
            self.leave()
            return
        self.overlay.show_current(None if state.is_moving else state.preset_token)
        if state.error is not None and state.by == self.line.seat:
            self._session.say(state.error, Severity.PROBLEM)

    def _say(self, text: str) -> None:
        self._session.say(text)


def _speed(event: QKeyEvent) -> float:
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return FINE_SPEED
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return FAST_SPEED
    return SPEED
