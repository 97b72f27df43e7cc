"""PushedScenes: scenes that somebody sent to this seat, which of them shows, and the way back.

Decides by priority (1 is the most urgent), then the newer one; expiry is by hub time. Every window
remembers what was there before the first one; when nothing is in force any more it shows that again.
What the operator pins meanwhile stays. Never touches the hub.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct

from console.desk.scene_messages import ALL_SEATS, PushInForce, Target, target_of
from console.state.observable import Signal
from console.state.scenes import (
    MapPosition,
    Scene,
    SceneBook,
    SceneWindow,
    matched,
    region_with,
    scene_window,
    window_with,
)
from console.state.tiles import Window, WindowId
from console.state.wall import WallState
from ingest.feed.envelope import parse_utc_ns

_log = logging.getLogger(__name__)


class Push(Struct, frozen=True):
    """One sent scene as this seat holds it. `expires_utc_ns`: hub time; None until taken back."""

    id: str
    scene: str
    target: Target
    by: str
    text: str
    priority: int
    pushed_utc_ns: int
    expires_utc_ns: int | None

    @property
    def key(self) -> tuple[str, Target]:
        """A newer push of the same scene to the same place takes the place of the former."""
        return (self.scene, self.target)

    @property
    def rank(self) -> tuple[int, int]:
        """What shows is the greatest: the most urgent, of equal ones the newest."""
        return (-self.priority, self.pushed_utc_ns)


class PushedScenes:
    """Signals: `changed()`: what is in force or shown; `arrived(push)`: once for each new one;
    `map_wanted(position)`: the map follows a scene, and goes back."""

    def __init__(self, wall: WallState, scenes: SceneBook) -> None:
        self.changed: Signal[[]] = Signal()
        self.arrived: Signal[[Push]] = Signal()
        self.map_wanted: Signal[[MapPosition]] = Signal()
        self.map_position: Callable[[], MapPosition | None] = lambda: None
        #: What windows show that is not the person's own already (a span): it is never brought back.
        self.own_windows: Callable[[], Mapping[WindowId, Window]] = dict
        self.seat = ""
        self._wall, self._scenes = wall, scenes
        self._pushes: dict[tuple[str, Target], Push] = {}
        self._dismissed: set[str] = set()
        self._before: dict[WindowId, Window] = {}
        self._put: dict[WindowId, Window] = {}
        self._cover: dict[WindowId, tuple[Push, ...]] = {}
        self._map_before: MapPosition | None = None
        self._map_push: str | None = None
        self._hub_offset_ns = 0
        self._now_utc_ns = 0
        scenes.changed.connect(self._refresh)
        wall.windows_changed.connect(self._refresh)

    # -- from the hub

    def set_hub_offset(self, offset_ns: int) -> None:
        """Hub clock minus this seat's."""
        self._hub_offset_ns = offset_ns

    def replace(self, pushes: Iterable[PushInForce], now_utc_ns: int) -> None:
        """The hub's snapshot: everything in force."""
        known = {push.id for push in self._pushes.values()}
        self._pushes = {}
        for one in pushes:
            self._hold(one)
        self.tick(now_utc_ns)
        self._refresh()
        self._tell(known)

    def take(self, pushed: PushInForce, now_utc_ns: int) -> None:
        """One push as it happened; one that is over already takes the former back."""
        known = {push.id for push in self._pushes.values()}
        self._hold(pushed)
        self.tick(now_utc_ns)
        self._refresh()
        self._tell(known)

    def tick(self, now_utc_ns: int) -> None:
        """Lets go of what expired, by hub time."""
        self._now_utc_ns = now_utc_ns + self._hub_offset_ns
        over = [
            key
            for key, push in self._pushes.items()
            if push.expires_utc_ns is not None and push.expires_utc_ns <= self._now_utc_ns
        ]
        for key in over:
            del self._pushes[key]
        if over:
            self._refresh()

    # -- what shows

    def shown_on(self, window_id: WindowId) -> Push | None:
        """The push whose scene a window shows (on top), None when it shows its own."""
        cover = self._cover.get(window_id)
        return cover[-1] if cover else None

    def waiting_on(self, window_id: WindowId) -> int:
        """How many further ones lie under the shown one."""
        return max(0, len(self._cover.get(window_id, ())) - 1)

    def left_s(self, push: Push) -> float | None:
        """Seconds until a push ends by itself."""
        if push.expires_utc_ns is None:
            return None
        return max(0.0, (push.expires_utc_ns - self._now_utc_ns) / 1e9)

    def dismiss(self, window_id: WindowId) -> None:
        """The operator goes back from what a window shows, on this seat only."""
        shown = self.shown_on(window_id)
        if shown is not None:
            self._dismissed.add(shown.id)
            self._refresh()

    def let_go(self, window_ids: Iterable[WindowId]) -> None:
        """The operator arranges these windows himself: nothing comes back there any more."""
        for window_id in window_ids:
            for push in self._cover.pop(window_id, ()):
                self._dismissed.add(push.id)
            self._before.pop(window_id, None)
            self._put.pop(window_id, None)
        self._refresh()

    def without_pushes(self) -> dict[WindowId, Window]:
        """Every window as it is the person's own."""
        return {**self._wall.windows, **self.had_before()}

    def had_before(self) -> dict[WindowId, Window]:
        """Windows that show something else now, as the person had them: what is remembered."""
        under = {window_id: self._renewed_before(window_id) for window_id in self._before}
        return {**self.own_windows(), **under}

    # -- inside

    def _hold(self, one: PushInForce) -> None:
        try:
            target = target_of(one.to)
            expires = None if one.expires_utc is None else parse_utc_ns(one.expires_utc)
            pushed = parse_utc_ns(one.pushed_utc)
        except ValueError as error:
            _log.info("a pushed scene is left out: %s", error)
            return
        if target.seat not in (ALL_SEATS, self.seat):
            return
        push = Push(one.push_id, one.scene, target, one.by, one.text, one.priority, pushed, expires)
        self._pushes[push.key] = push

    def _tell(self, known: set[str]) -> None:
        for push in list(self._pushes.values()):
            if push.id not in known and push.id not in self._dismissed:
                self.arrived.emit(push)

    def _covers(self, window_id: WindowId) -> tuple[Push, ...]:
        """What is in force for a window, the one on top last."""
        found = [
            push
            for push in self._pushes.values()
            if push.id not in self._dismissed
            and push.target.window in (None, window_id)
            and self._part_of(push, window_id) is not None
        ]
        return tuple(sorted(found, key=lambda push: push.rank))

    def _part_of(self, push: Push, window_id: WindowId) -> SceneWindow | None:
        """What of a pushed scene a window would show."""
        scene = self._scenes.find(push.scene)
        if scene is None:
            return None
        targets = [window_id] if push.target.window else list(self._wall.windows)
        return matched(scene.content, targets).get(window_id)

    def _refresh(self) -> None:
        moved = False
        for window_id in list(self._wall.windows):
            cover = self._covers(window_id)
            if cover == self._cover.get(window_id, ()) and self._is_current(window_id, cover):
                continue
            moved = True
            self._show(window_id, cover)
        self._follow_map()
        if moved:
            self.changed.emit()

    def _is_current(self, window_id: WindowId, cover: tuple[Push, ...]) -> bool:
        """False where a scene itself was saved anew while it shows."""
        return not cover or self._put[window_id] == self._folded(window_id, cover)

    def _show(self, window_id: WindowId, cover: tuple[Push, ...]) -> None:
        if not cover:
            self._cover.pop(window_id, None)
            if window_id in self._before:
                before = self._renewed_before(window_id)
                del self._before[window_id]
                self._put.pop(window_id, None)
                self._wall.put_window(before)
            return
        self._cover[window_id] = cover
        if window_id in self._before:
            self._before[window_id] = self._renewed_before(window_id)
        else:
            own = self.own_windows().get(window_id)
            self._before[window_id] = own or self._wall.window(window_id)
        self._put[window_id] = self._folded(window_id, cover)
        self._wall.put_window(self._put[window_id])

    def _folded(self, window_id: WindowId, cover: tuple[Push, ...]) -> Window:
        """What was there before with every scene in force laid over it, the top one last."""
        window = self._before[window_id]
        for push in cover:
            part = self._part_of(push, window_id)
            if part is None:
                continue
            indexes = push.target.tiles
            window = region_with(window, part, indexes) if indexes else window_with(window, part)
        return window

    def _renewed_before(self, window_id: WindowId) -> Window:
        """What was there before, with what the operator pinned since."""
        before, put, now = (
            self._before[window_id],
            self._put.get(window_id),
            self._wall.window(window_id),
        )
        pins = {
            index
            for index, tile in enumerate(now.tiles)
            if tile.pinned and not (put is not None and _is_pinned_same(put, index, now))
        }
        if not pins:
            return before
        only_new = tuple(
            msgspec.structs.replace(tile, pinned=index in pins)
            for index, tile in enumerate(now.tiles)
        )
        part = scene_window(before)
        return window_with(msgspec.structs.replace(now, tiles=only_new), part)

    def _follow_map(self) -> None:
        """The map of the top scene sent to the whole seat, and back to what it showed."""
        wanted: tuple[Push, Scene] | None = None
        for push in sorted(self._pushes.values(), key=lambda p: p.rank):
            scene = self._scenes.find(push.scene)
            if (
                scene is not None
                and scene.content.map is not None
                and push.target.window is None
                and push.id not in self._dismissed
            ):
                wanted = (push, scene)
        if wanted is None:
            if self._map_push is not None and self._map_before is not None:
                self.map_wanted.emit(self._map_before)
            self._map_push = self._map_before = None
            return
        push, scene = wanted
        if push.id != self._map_push and scene.content.map is not None:
            if self._map_push is None:
                self._map_before = self.map_position()
            self._map_push = push.id
            self.map_wanted.emit(scene.content.map)


def _is_pinned_same(put: Window, index: int, now: Window) -> bool:
    """A pin that the scene itself brought."""
    return (
        index < len(put.tiles)
        and put.tiles[index].pinned
        and put.tiles[index].camera_id == now.tiles[index].camera_id
    )
