"""TourRuns: the tours that run on this seat's wall, several at once, each on its own tiles.

Decides whose turn it is and when a tour stops for a person: whoever touches its tile pauses it, until
it is told to go on. A pinned tile is left alone. Runs on the wall's state, not on windows: a tour goes
on while its monitor is unplugged.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from config.site import CameraId
from console.state.observable import Signal
from console.state.scenes import SceneBook, matched, window_with
from console.state.tiles import TileAddress, WindowId
from console.state.tours import Tour, TourBook, TourContent, TourStep
from console.state.wall import WallState


class TourState(enum.Enum):
    RUNNING = "running"
    PAUSED = "paused"


class TourRun(Struct, frozen=True):
    """One running tour. `step`: the first of those shown now; `left_ns`: of the pause."""

    tour: Tour
    tiles: tuple[TileAddress, ...]
    step: int
    due_mono_ns: int
    state: TourState = TourState.RUNNING
    left_ns: int = 0


class TourMemory(Struct, frozen=True):
    """A running tour for the next start."""

    name: str
    tiles: tuple[TileAddress, ...]
    step: int
    is_paused: bool


class TourRuns:
    """Signals: `changed()`; `step_shown(address, step)`: for whoever turns PTZ cameras."""

    def __init__(self, wall: WallState, tours: TourBook, scenes: SceneBook) -> None:
        self.changed: Signal[[]] = Signal()
        self.step_shown: Signal[[TileAddress, TourStep]] = Signal()
        self._wall, self._tours, self._scenes = wall, tours, scenes
        self._runs: list[TourRun] = []
        self._waiting: tuple[TourMemory, ...] = ()
        self._now_ns = 0
        self._stepping = False
        wall.window_changed.connect(self._on_window)
        tours.changed.connect(self._take_up)

    @property
    def runs(self) -> tuple[TourRun, ...]:
        return tuple(self._runs)

    def run_on(self, address: TileAddress | None) -> TourRun | None:
        """The tour that has this tile."""
        return next((run for run in self._runs if address in run.tiles), None)

    # -- commands

    def start(self, tour: Tour, tiles: Sequence[TileAddress], now_mono_ns: int) -> None:
        """Begins a tour on these tiles; a tour that had one of them ends."""
        self._now_ns = now_mono_ns
        free = tuple(tile for tile in tiles if not self._wall.tile(tile).pinned)
        if not tour.steps or not free:
            return
        self._runs = [run for run in self._runs if not set(run.tiles) & set(free)]
        self._runs.append(TourRun(tour, free, 0, 0))
        self._show(len(self._runs) - 1, 0)

    def stop(self, address: TileAddress) -> None:
        """Ends the tour on a tile; what it shows stays."""
        self._runs = [run for run in self._runs if address not in run.tiles]
        self.changed.emit()

    def toggle(self, address: TileAddress, now_mono_ns: int) -> None:
        """T: pauses, or goes on."""
        self._now_ns = now_mono_ns
        for place, run in enumerate(self._runs):
            if address in run.tiles and run.state is TourState.RUNNING:
                self._pause(place)
            elif address in run.tiles:
                self._go_on(place)

    def step(self, address: TileAddress, by: int, now_mono_ns: int) -> None:
        """One step on or back, by hand."""
        self._now_ns = now_mono_ns
        for place, run in enumerate(self._runs):
            if address in run.tiles:
                width = len(run.tiles) if by > 0 else 1
                self._show(place, (run.step + by * width) % len(run.tour.steps))

    def touched(self, address: TileAddress) -> None:
        """A person put the hand on a tile: its tour waits."""
        for place, run in enumerate(self._runs):
            if address in run.tiles and run.state is TourState.RUNNING:
                self._pause(place)

    def tick(self, now_mono_ns: int) -> None:
        """Whose time is over shows the next step."""
        self._now_ns = now_mono_ns
        for place, run in enumerate(list(self._runs)):
            if run.state is TourState.RUNNING and run.due_mono_ns <= now_mono_ns:
                self._show(place, (run.step + self._width(run)) % len(run.tour.steps))

    # -- memory

    def remember(self) -> tuple[TourMemory, ...]:
        running = tuple(
            TourMemory(run.tour.name, run.tiles, run.step, run.state is TourState.PAUSED)
            for run in self._runs
            if run.tour.name
        )
        return running + self._waiting

    def restore(self, memory: Iterable[TourMemory]) -> None:
        """Tours of the last start; they begin when the hub has told what they are."""
        self._waiting = tuple(memory)
        self._take_up()

    def _take_up(self) -> None:
        still: list[TourMemory] = []
        for one in self._waiting:
            tour = self._tours.find(one.name)
            if tour is None:
                still.append(one)
                continue
            known = set(self._wall.addresses())
            tiles = tuple(tile for tile in one.tiles if tile in known)
            self.start(tour, tiles, self._now_ns)
            for place, run in enumerate(self._runs):
                if run.tour == tour and run.tiles == tiles:
                    self._show(place, one.step % len(tour.steps))
                    if one.is_paused:
                        self._pause(place)
        self._waiting = tuple(still)

    # -- inside

    def _width(self, run: TourRun) -> int:
        """How many steps are shown at once: one camera a tile, a scene alone."""
        return len(self._page(run, run.step))

    def _page(self, run: TourRun, first: int) -> list[TourStep]:
        steps = run.tour.steps
        if steps[first].scene is not None:
            return [steps[first]]
        page: list[TourStep] = []
        for offset in range(min(len(run.tiles), len(steps))):
            step = steps[(first + offset) % len(steps)]
            if step.scene is not None:
                break
            page.append(step)
        return page

    def _show(self, place: int, first: int) -> None:
        run = self._runs[place]
        page = self._page(run, first)
        dwell_s = max(step.dwell_s for step in page)
        due = self._now_ns + round(dwell_s * 1e9)
        self._runs[place] = msgspec.structs.replace(
            run, step=first, due_mono_ns=due, state=TourState.RUNNING
        )
        self._stepping = True
        for address, step in zip(run.tiles, page, strict=False):
            self._put(address, step)
        self._stepping = False
        self.changed.emit()

    def _put(self, address: TileAddress, step: TourStep) -> None:
        window = self._wall.windows.get(address.window_id)
        if window is None or address.index >= len(window.tiles):
            return
        if step.scene is not None:
            scene = self._scenes.find(step.scene)
            part = None if scene is None else matched(scene.content, [window.id]).get(window.id)
            if part is not None:
                self._wall.put_window(window_with(window, part))
        elif not window.tiles[address.index].pinned:
            self._wall.put_camera(address, step.camera_id)
        self.step_shown.emit(address, step)

    def _pause(self, place: int) -> None:
        run = self._runs[place]
        left = max(0, run.due_mono_ns - self._now_ns)
        self._runs[place] = msgspec.structs.replace(run, state=TourState.PAUSED, left_ns=left)
        self.changed.emit()

    def _go_on(self, place: int) -> None:
        run = self._runs[place]
        self._runs[place] = msgspec.structs.replace(
            run, state=TourState.RUNNING, due_mono_ns=self._now_ns + run.left_ns
        )
        self.changed.emit()

    def _on_window(self, window_id: WindowId) -> None:
        """Somebody else put another camera into a tour's tile: the tour waits."""
        if self._stepping:
            return
        window = self._wall.windows.get(window_id)
        for place, run in enumerate(self._runs):
            page = self._page(run, run.step)
            if run.state is not TourState.RUNNING or page[0].scene is not None:
                continue
            for address, step in zip(run.tiles, page, strict=False):
                if address.window_id != window_id or window is None:
                    continue
                tiles = window.tiles
                if address.index >= len(tiles) or tiles[address.index].camera_id != step.camera_id:
                    self._pause(place)
                    break


def all_cameras(camera_ids: Iterable[CameraId]) -> Tour:
    """The tour that every seat has: each camera for ten seconds."""
    steps = tuple(TourStep(camera_id=camera_id) for camera_id in camera_ids)
    return Tour("", None, TourContent(steps))
