"""LayoutEditor: cutting one wall window by hand, step by step, with a way back.

Decides what is selected and what a step does; the wall behind follows at once, so that the person
sees the pictures in their new tiles. Never touches a widget.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec

from console.state.layout_book import FREE
from console.state.layout_cutting import (
    CANVAS,
    Axis,
    Cut,
    CutProblem,
    CutRefused,
    Gap,
    boxes_of,
    gap_at,
    gap_beside,
    merge,
    move_gap,
    split,
)
from console.state.layout_walk import neighbour
from console.state.layouts import Layout
from console.state.observable import Signal
from console.state.tiles import Window, WindowId
from console.state.wall import WallState

#: A key moves a gap by a 48th of the window.
KEY_STEP = CANVAS // 48


class EditEnd(enum.Enum):
    """How editing ended: kept, taken back, or the window was cut by something else meanwhile."""

    KEPT = "kept"
    TAKEN_BACK = "taken_back"
    OVERTAKEN = "overtaken"


class LayoutEditor:
    """Editing of one window, from construction to `ended`.

    Signals: `changed()`: selection, layout, drag or problem; `ended(how)`, once.
    """

    def __init__(self, wall: WallState, window_id: WindowId) -> None:
        self.changed: Signal[[]] = Signal()
        self.ended: Signal[[EditEnd]] = Signal()
        self.window_id = window_id
        self.problem: CutProblem | None = None
        self._wall = wall
        self._before = wall.window(window_id)
        self._known = self._before.layout
        self._undo: list[Window] = []
        self._gap: Gap | None = None
        self._dragged: Layout | None = None
        self._is_over = False
        self._stepping = False
        if self._before.full_index is not None:
            wall.put_window(msgspec.structs.replace(self._before, full_index=None))
        first = wall.selected
        here = first.index if first is not None and first.window_id == window_id else 0
        self._cursor = min(here, len(self.layout.cells) - 1)
        self._selection: frozenset[int] = frozenset({self._cursor})
        self._disconnect = wall.window_changed.connect(self._on_window)

    # -- what it shows

    @property
    def layout(self) -> Layout:
        """The window's cut now; during a drag as it would become."""
        return self._dragged or self._wall.window(self.window_id).layout

    @property
    def selection(self) -> frozenset[int]:
        return self._selection

    @property
    def cursor(self) -> int:
        """The tile the next step starts from."""
        return self._cursor

    @property
    def gap(self) -> Gap | None:
        """The gap being dragged."""
        return self._gap

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    def merge_problem(self) -> CutProblem | None:
        """Why the selected tiles cannot be merged, None when they can."""
        return _problem_of(lambda: merge(self.layout, self._selection))

    def split_problem(self, axis: Axis) -> CutProblem | None:
        """Why the tile under the cursor cannot be split, None when it can."""
        return _problem_of(lambda: split(self.layout, self._cursor, axis))

    # -- selecting

    def choose(self, index: int, *, more: bool = False) -> None:
        """Selects a tile; `more` adds it or takes it out."""
        chosen = (self._selection ^ {index}) or {index} if more else {index}
        self._select(index, frozenset(chosen))

    def choose_between(self, first: int, last: int) -> None:
        """Every tile in the rectangle around two."""
        boxes = boxes_of(self.layout)
        a, b = boxes[first], boxes[last]
        left, top = min(a.left, b.left), min(a.top, b.top)
        right, bottom = max(a.right, b.right), max(a.bottom, b.bottom)
        inside = {
            index
            for index, box in enumerate(boxes)
            if left <= box.left and box.right <= right and top <= box.top and box.bottom <= bottom
        }
        self._select(last, frozenset(inside | {first, last}))

    def step(self, dx: int, dy: int, *, more: bool = False) -> None:
        """The next tile in a direction; `more` keeps what is selected."""
        found = neighbour(self.layout, self._cursor, dx, dy)
        if found is not None:
            kept = self._selection if more else frozenset()
            self._select(found, kept | {found})

    # -- cutting

    def split(self, axis: Axis) -> None:
        self._do(lambda: split(self.layout, self._cursor, axis))

    def split_longer(self) -> None:
        """A double click: across the tile's longer side."""
        box = boxes_of(self.layout)[self._cursor]
        wide = box.right - box.left >= box.bottom - box.top
        self.split(Axis.COLUMNS if wide else Axis.ROWS)

    def merge(self) -> None:
        """The selected tiles as one, at the place of the first, which is selected then."""
        self._do(lambda: merge(self.layout, self._selection), cursor=min(self._selection))

    def push_edge(self, dx: int, dy: int) -> None:
        """By key: the far edge of the tile under the cursor, or its near one at the window's end."""
        axis, sign = (Axis.COLUMNS, dx) if dx else (Axis.ROWS, dy)
        gap = gap_beside(self.layout, self._cursor, axis, after=True) or gap_beside(
            self.layout, self._cursor, axis, after=False
        )
        if gap is not None:
            moved = move_gap(self.layout, gap, gap.at + sign * KEY_STEP, snaps=False)
            self._cut(Cut(moved, tuple(range(len(moved.cells)))))

    def gap_under(self, x_norm: float, y_norm: float, reach_norm: float) -> Gap | None:
        """The gap near a point of the window, all in 0..1 of its width and height."""
        return gap_at(
            self.layout, round(x_norm * CANVAS), round(y_norm * CANVAS), round(reach_norm * CANVAS)
        )

    def grab(self, gap: Gap) -> None:
        """Begins to drag a gap."""
        self._gap = gap
        self.changed.emit()

    def drag(self, x_norm: float, y_norm: float) -> None:
        """The pointer is here now; the wall follows when it is let go."""
        if self._gap is not None:
            to = round((x_norm if self._gap.axis is Axis.COLUMNS else y_norm) * CANVAS)
            self._dragged = move_gap(self._wall.window(self.window_id).layout, self._gap, to)
            self.changed.emit()

    def drop(self) -> None:
        """Lets the gap go where it is."""
        moved, self._dragged, self._gap = self._dragged, None, None
        if moved is not None:
            self._cut(Cut(moved, tuple(range(len(moved.cells)))))
        self.changed.emit()

    def undo(self) -> None:
        """The last step back; nothing happens without one."""
        if self._undo:
            self._put(self._undo.pop())
            self._select(0, frozenset({0}))

    # -- the end

    def keep(self) -> None:
        """Done: the window stays as it is cut now."""
        self._end(EditEnd.KEPT)

    def take_back(self) -> None:
        """The window as it was before."""
        if not self._is_over:
            self._put(self._before)
        self._end(EditEnd.TAKEN_BACK)

    # -- inside

    def _do(self, made: Callable[[], Cut], cursor: int | None = None) -> None:
        self.problem = None
        try:
            self._cut(made(), cursor)
        except CutRefused as error:
            self.problem = error.problem
            self.changed.emit()

    def _cut(self, cut: Cut, cursor: int | None = None) -> None:
        now = self._wall.window(self.window_id)
        if cut.layout == now.layout:
            return
        self._undo.append(now)
        free = msgspec.structs.replace(cut.layout, id=FREE)
        self._stepping = True
        self._wall.cut(self.window_id, free, cut.order)
        self._stepping = False
        self._known = free
        if cursor is not None:  # before anybody looks: the former one may be gone
            self._cursor, self._selection = cursor, frozenset({cursor})
        self.changed.emit()

    def _put(self, window: Window) -> None:
        self._stepping = True
        self._wall.put_window(window)
        self._stepping = False
        self._known = window.layout

    def _select(self, cursor: int, selection: frozenset[int]) -> None:
        self.problem = None
        self._cursor, self._selection = cursor, selection
        self.changed.emit()

    def _on_window(self, window_id: WindowId) -> None:
        """A camera may change meanwhile; a cut from elsewhere ends the editing."""
        if window_id != self.window_id or self._stepping or self._is_over:
            return
        if self._wall.window(window_id).layout != self._known:
            self._end(EditEnd.OVERTAKEN)

    def _end(self, how: EditEnd) -> None:
        if not self._is_over:
            self._is_over = True
            self._disconnect()
            self.ended.emit(how)


def _problem_of(attempt: Callable[[], object]) -> CutProblem | None:
    try:
        attempt()
    except CutRefused as error:
        return error.problem
    return None
