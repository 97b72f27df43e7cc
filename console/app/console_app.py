"""Assembly of the console process: session, lease, feed, windows; ordered start and shutdown.

Owns everything a seat consists of and joins the parts; decides nothing. An exception anywhere in
the GUI thread is logged and shown, the windows go on. Shutdown is idempotent, in reverse order
of start, and gives every camera back.

Threads: the process's main thread is the GUI thread.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from config.paths import runtime_folder, user_state_folder
from config.site import CameraId
from console.app.console_arrangement import SeatArrangement
from console.app.console_compositor import SeatCompositors
from console.app.console_editors import editors_of
from console.app.console_exports import SeatExports
from console.app.console_feed import SeatFeed
from console.app.console_memory import MemoryKeeper, restore_wall
from console.app.console_options import (
    ConsoleOptions,
    keys_of,
    language_of,
    seat_of,
    site_key_of,
)
from console.app.console_screens import SeatScreens
from console.app.console_sign_in import SeatSignIn
from console.app.console_site import SeatSite, camera_to_open
from console.app.console_tiles import SeatTiles
from console.app.console_watch import SeatWatch
from console.app.seat_entry import SeatEntry
from console.bridge.clips import ClipShelf, SeatNames
from console.bridge.desk_line import DeskLine
from console.bridge.evidence_cache import EvidenceCache
from console.bridge.frame_pump import FramePump
from console.bridge.gui_thread import Errands
from console.bridge.people_line import PeopleLine
from console.bridge.sdl_sticks import installed_sticks
from console.bridge.shelf_line import ShelfLine
from console.bridge.signed_client import SignedClient
from console.bridge.thumbnails import ThumbnailShelf, thumbnail_folder
from console.state.candidates import ActOffer
from console.state.cases import CaseRow
from console.state.keys import CommandId
from console.state.profiles import FIRST_LAYOUT, Profile
from console.state.seat_memory import SeatMemory, memory_path
from console.state.session import ConsoleSession, Severity
from console.state.tiles import WindowId
from console.state.wall import MAIN_WINDOW, WallState
from console.views import theme, words
from console.views.act_dialog import asked_act
from console.views.batch_words import subject_text
from console.views.commander import Commander
from console.views.key_router import KeyRouter
from console.views.language import Translators
from console.views.main_window import MainWindow
from console.views.map_layers.raster import RasterGround
from console.views.ptz_mode import PtzMode
from console.views.reason_dialog import asked_reason
from console.views.wall_drops import WallDrops
from console.views.wall_view import WallView
from ingest.clock import SystemClock
from ingest.errors import GridwallError
from ingest.feed.envelope import utc_text
from ingest.feed.evidence_tokens import evidence_reader
from ingest.heap import settle_heap

if TYPE_CHECKING:
    from console.views.board.board_window import BoardWindow

_log = logging.getLogger(__name__)

#: Lights and ages move with this.
TICK_MS = 1_000
#: The header's numbers are asked for every so many ticks.
HEAD_TICKS = 10
#: Who could go to the open case is read again this often: people move.
CANDIDATE_TICKS = 3


class ConsoleApp:
    """One seat. `start` opens the windows, `close` takes everything down again."""

    def __init__(
        self, application: QApplication, options: ConsoleOptions, entry: SeatEntry
    ) -> None:
        self._application = application
        self._options = options
        self.clock = SystemClock()
        site = entry.site
        self.client = SignedClient(entry.client)
        seat = seat_of(options)
        self._memory = MemoryKeeper(
            memory_path(user_state_folder(), site_key_of(options, site), options.profile.value)
        )
        memory = self._memory.first
        self.translators = Translators(application)
        self.translators.use(language_of(options, memory, site))
        theme.use(application, theme.LIGHT if memory.light_theme else theme.DARK)
        self.wall = WallState(self._camera_of_number)
        self.session = ConsoleSession(site, self.wall, self.clock)
        self.session.fills_tiles = options.profile is Profile.DESK
        restore_wall(self.wall, memory, site, options.profile)
        self.errands = Errands(2)
        fetch = evidence_reader(site.hub, keys_of(options, site)).get
        self.clips = ClipShelf(runtime_folder(site.folder) / "clips", self.errands, fetch)
        self.names = SeatNames(self.session.directory, self.clips)
        self.lease = entry.lease
        self.pump = FramePump(
            self.wall,
            self.lease,
            partial(camera_to_open, self.session, self.clips),
            replays=self.session.tools.replays,
        )
        self.evidence = EvidenceCache(self.errands, fetch)
        self.thumbnails = ThumbnailShelf(
            self.wall, self.pump, self.errands,
            thumbnail_folder(user_state_folder(), site_key_of(options, site)), self.clock,
        )  # fmt: skip
        self.site = SeatSite(self.session, self.client, self.errands, options, self._on_problem)
        self.sign_in = SeatSignIn(self.session, self.client, self.errands, seat)
        self.desk = DeskLine(self.session, self.client, self.errands, seat)
        self.people = PeopleLine(self.client, self.errands, seat)
        self.feed = SeatFeed(self.session, memory, keys_of(options, site))
        self.exports = SeatExports(
            self.session, self.lease, seat,
            lambda camera_id: self.names.name_of(camera_id), memory.export_folder, memory.export_form,
        )  # fmt: skip
        self.editors = editors_of(self.session, self.client, self.errands, seat, self.pump)
        self.arrangement = SeatArrangement(
            self.session, self.client, self.errands, seat, options.profile, memory,
            self.lease.status,
        )  # fmt: skip
        self.commander = Commander(self.session, self.desk, self._ask_reason, self._ask_act)
        self.router = KeyRouter(application, self.clock, self.session.tools.key_mode)
        self.compositors = SeatCompositors(self.session, options.compositor)
        self.window: MainWindow | None = None
        self.tiles = SeatTiles(self.session, self.errands, self._show_tiles)
        self.wall_view: WallView | None = None
        self.board: BoardWindow | None = None
        self.screens = SeatScreens(
            application, self.session, self.pump, self.names, self.router, self.arrangement, self.commander,
            profile=options.profile, screen_count=options.screen_count,
            thumbnails=self.thumbnails, compositor=self.compositors.make,
        )  # fmt: skip
        shelf_line = ShelfLine(self.session, self.client, self.errands, seat)
        self.watch = SeatWatch(
            application,
            self.session,
            self.screens,
            shelf_line,
            lambda: self.translators.language.value,
        )
        self.ptz = PtzMode(
            self.session, self.client, self.errands, seat, self.router, self.commander,
            self._wall_view_of, installed_sticks(),
        )  # fmt: skip
        self._ticks = 0
        self._closed = False
        self._tick = QTimer(interval=TICK_MS)
        self._connect()

    # -- start

    def _connect(self) -> None:
        session = self.session
        self._tick.timeout.connect(self._on_tick)
        self.feed.registers_changed.connect(self.site.read_again)
        for basemap_taker in (self.editors, self.arrangement.map_span):
            self.site.basemap_read.connect(basemap_taker.set_basemap)
        self.site.layers_read.connect(self.arrangement.map_span.set_site_layers)
        self.feed.restored.connect(settle_heap)
        self.arrangement.follow(self.feed, self.commander, self.router)
        self.desk.acted.connect(self.commander.on_acted)
        self.desk.refused.connect(self.commander.on_refused)
        self.router.command.connect(self.commander.run)
        self.router.camera_called.connect(self.commander.call_camera)
        self.commander.window_command.connect(self._on_window_command)
        session.site_changed.connect(self._on_site)

    def start(self) -> None:
        """Opens the windows and begins to follow cameras and feed."""
        if self._options.profile in FIRST_LAYOUT:
            self._open_main_window()
        if self._options.profile is Profile.BOARD:
            self._open_board()
        self.screens.start()
        if self._options.profile is not Profile.BOARD:
            self.tiles.start()
        if self.window is not None:
            self.window.activateWindow()
        self.site.prepare()
        self._sweep_thumbnails()
        self.feed.start()
        self._tick.start()
        self.watch.start(self.board)
        self._memory.start(self._remembered)
        if self.window is not None:  # a wall or a board is watched, nobody sits at it
            self.sign_in.start(self.window)

    def _open_main_window(self) -> None:
        self.wall_view = WallView(
            self.wall, MAIN_WINDOW, self.pump, self.names, clock=self.clock,
            show_clock=False, tools=self.session.tools, compositor=self.compositors.make,
        )  # fmt: skip
        WallDrops(self.session, self.wall_view)
        window = MainWindow(
            self.session, self.evidence, self.wall_view, self._options.profile, self.thumbnails
        )
        self.window = window
        case_view = window.case_view
        case_view.act_asked.connect(self.commander.act)
        case_view.send_asked.connect(self.commander.send)
        case_view.clip_asked.connect(self._play_clip)
        window.people_sheet.connect_line(self.people)
        window.palette_card.chosen.connect(self.commander.choose)
        window.header.search_asked.connect(window.palette_card.open)
        window.header.keys_asked.connect(window.key_sheet.open)
        window.header.language_asked.connect(self._toggle_language)
        window.header.today_asked.connect(self._read_today)
        window.header.hand_over_asked.connect(self.sign_in.hand_over)
        window.closed.connect(self._application.quit)
        self.watch.open_main(window)
        self.commander.held_changed.connect(window.hold_bar.show_held)
        self.router.digits_changed.connect(window.digit_badge.show_digits)
        self.arrangement.attach(self.wall_view, window.map_view)
        self.site.basemap_read.connect(window.map_view.set_basemap)
        self.site.layers_read.connect(window.map_view.set_site_layers)
        self.editors.attach(window.map_view)
        window.restore_map(self._memory.first)
        window.arrange(self._memory.first)
        self.router.watch(window)

    def _show_tiles(self, raster: RasterGround | None) -> None:
        """The base map of the main window and of the map over the wall."""
        if self.window is not None:
            self.window.map_view.base.set_raster(raster)
        self.arrangement.map_span.set_raster(raster)

    def _wall_view_of(self, window_id: WindowId) -> WallView | None:
        return self.wall_view if window_id == MAIN_WINDOW else self.screens.view_of(window_id)

    def _open_board(self) -> None:
        from console.views.board.board_window import BoardWindow  # pyqtgraph only where it is shown

        board = BoardWindow(self.session)
        board.closed.connect(self._application.quit)
        self.board = board
        board.showMaximized()
        self.router.watch(board)

    # -- registers and time

    def _on_site(self) -> None:
        self.names = SeatNames(self.session.directory, self.clips)
        if self.wall_view is not None:
            self.wall_view.set_names(self.names)
        self.screens.set_names(self.names)
        self._sweep_thumbnails()
        settle_heap()

    def _sweep_thumbnails(self) -> None:
        self.thumbnails.sweep(camera.id for camera in self.session.directory.cameras)

    def _on_problem(self, error: GridwallError) -> None:
        self.session.say(str(error), Severity.PROBLEM)

    def _on_tick(self) -> None:
        self.session.tick()
        self.watch.tick()
        self._ticks += 1
        if self._ticks % CANDIDATE_TICKS == 0 and self.session.feed.get().is_live:
            self.desk.look()
        if self._ticks % HEAD_TICKS == 1 and self.session.feed.get().is_live:
            self.desk.read_head()
            if self.board is not None:
                self.desk.read_board(self.board.show_numbers)

    def _read_today(self) -> None:
        self.desk.read_since(utc_text(self.session.today_since_utc_ns()))

    # -- cameras

    def _play_clip(self, sha: str) -> None:
        row = self.session.cases.get(self.session.open_case.get())
        about = words.kind_text(row.case.kind) if row is not None else ""
        name = words.translate("Evidence", "Clip · {0}").format(about)
        self.clips.bring(sha, name, self._show_clip, self._on_problem)

    def _show_clip(self, camera_id: CameraId) -> None:
        self.wall.call(camera_id)

    def _camera_of_number(self, number: int) -> CameraId | None:
        camera = self.session.directory.by_number(number)
        return None if camera is None else camera.id

    # -- window commands

    def _on_window_command(self, command_id: CommandId) -> None:
        # a wall window has no main window: its dialogs belong to the monitor somebody works at
        parent = self.window or self._application.activeWindow()
        if self.exports.run(command_id, parent) or self.editors.run(command_id, parent):
            return
        if command_id is CommandId.HAND_OVER:
            self.sign_in.hand_over()
        elif command_id is CommandId.LANGUAGE:
            self._toggle_language()
        elif command_id is CommandId.THEME:
            self._toggle_theme()
        elif self.watch.run_command(command_id):
            return
        elif self.window is None and command_id is CommandId.CAMERA_DIRECTORY:
            self.screens.toggle_directory()
        elif self.arrangement.run(command_id) or self.screens.run_command(command_id):
            return
        elif self.window is not None:
            self.window.run_command(command_id)
        elif self.board is not None and command_id is CommandId.FULL_SCREEN:
            self.board.toggle_full_screen()

    def _toggle_language(self) -> None:
        self.translators.toggle()

    def _toggle_theme(self) -> None:
        light = theme.COLOURS is theme.LIGHT
        theme.use(self._application, theme.DARK if light else theme.LIGHT)
        if self.window is not None:
            self.window.retheme()

    def _ask_reason(self, act: str, row: CaseRow) -> str | None:
        return asked_reason(act, subject_text(row, self.session), self.window)

    def _ask_act(
        self, row: CaseRow, offers: tuple[ActOffer, ...]
    ) -> tuple[str, dict[str, object]] | None:
        return asked_act(row, offers, self.session, self.window)

    # -- memory and end

    def _remembered(self) -> SeatMemory:
        session = self.session
        memory = SeatMemory(
            language=self.translators.language.value,
            light_theme=theme.COLOURS is theme.LIGHT,
            open_case=session.open_case.get(),
            acknowledged=tuple(sorted(session.asking.acknowledged & set(session.queue.order))),
            export_folder=str(self.exports.folder),
            export_form=self.exports.form,
        )
        memory = self.arrangement.remembered(memory, self.watch.before())
        return memory if self.window is None else self.window.remembered(memory)

    def close(self) -> None:
        """Takes the seat down in reverse order of start. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self._memory.close(self._remembered)
        self._tick.stop()
        self.feed.close()
        self.watch.close()
        self.ptz.close()
        self.router.close()
        self.screens.close()
        self.arrangement.close()
        if self.wall_view is not None:
            self.wall_view.release()
        if self.window is not None:
            self.window.hide()
        self.thumbnails.close()
        self.tiles.close()
        self.exports.close()
        self.pump.close()
        self.lease.close()
        self.clips.close()
        self.errands.close()
        self.client.close()
        for window in (self.window, self.board):
            if window is not None:
                window.hide()
                window.deleteLater()
