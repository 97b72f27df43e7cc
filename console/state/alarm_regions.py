"""AlarmRegions: brings alarms to the tiles the site set apart for their kind, and gives the tiles back.

Decides which alarm has which tile: by priority, then by age; every alarm gets its own camera
before any gets a second view. A camera that stands beside the region in a tile as large stays there. A tile that is pinned, or that an operator touched a moment ago, is
never taken and never given back under their hand. What a tile held before is put back exactly.

One thread; time is passed in (monotonic nanoseconds), so that tests own the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from config.linkage_settings import AlarmRegion, LinkageSettings
from config.site import CameraId
from console.state.layouts import place
from console.state.observable import Value
from console.state.tiles import Tile, TileAddress, TileAlarm, Window, WindowId
from console.state.wall import MAIN_WINDOW, WallState
from vision.alerts import AlertKind

#: A window to compare tiles in; only their proportions count.
_ANY_SIZE_PX = (1920, 1080)


class Demand(Struct, frozen=True):
    """An alarm that wants to be seen. `cameras`: its own first, then the next best views."""

    alarm: TileAlarm
    cameras: tuple[CameraId, ...]

    @property
    def kind(self) -> AlertKind:
        return self.alarm.kind


class Want(Struct, frozen=True):
    """One camera of one alarm; `view` counts from 0, the alarm's own camera."""

    alert_id: str
    view: int
    camera_id: CameraId


@dataclass(slots=True)
class _Life:
    """What became of an alarm since it came."""

    demand: Demand
    since_mono_ns: int
    cleared_mono_ns: int | None = None
    acknowledged: bool = False


def _urgency(life: _Life) -> tuple[int, int, str]:
    alarm = life.demand.alarm
    return alarm.priority, alarm.since_utc_ns, alarm.alert_id


@dataclass(slots=True)
class _Held:
    """A tile lent to an alarm, and what it held before."""

    want: Want
    before: Tile


@dataclass(slots=True)
class _Region:
    settings: AlarmRegion
    kinds: frozenset[AlertKind]
    waiting: int = 0
    slots: list[TileAddress] = field(default_factory=list)


class AlarmRegions:
    """The alarm tiles of one seat. `waiting`: alarms that have no tile, all regions together.

    Args:
        windows: the wall windows that are on a screen now, the main window first.
    """

    def __init__(
        self,
        wall: WallState,
        settings: LinkageSettings,
        windows: Callable[[], Sequence[WindowId]],
        now_mono_ns: int,
    ) -> None:
        self.waiting: Value[int] = Value(0)
        self._wall = wall
        self._windows = windows
        self._lives: dict[str, _Life] = {}
        self._held: dict[TileAddress, _Held] = {}
        self._touched: dict[TileAddress, int] = {}
        self._seen: dict[WindowId, Window] = dict(wall.windows)
        self._further: dict[str, TileAlarm] = {}
        self._moving = False
        self._now = now_mono_ns
        self.set_settings(settings)
        self._disconnect = (
            wall.window_changed.connect(self._on_window),
            wall.windows_changed.connect(self._on_windows),
            wall.selected_changed.connect(self._on_selected),
        )

    def close(self) -> None:
        """Gives every tile back and lets go of the wall. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()
        self._lives.clear()
        for address in list(self._held):
            self._give_back(address)
        self._tell_waiting()

    def set_settings(self, settings: LinkageSettings) -> None:
        """A changed site; takes effect with the next `tick`."""
        self._settings = settings
        known = {kind.value: kind for kind in AlertKind}
        regions = [
            _Region(one, frozenset(known[kind] for kind in one.kinds if kind in known))
            for one in settings.region
        ]
        self._regions = sorted(regions, key=lambda region: region.settings.priority)

    # -- alarms

    def takes(self, kind: AlertKind) -> bool:
        """Whether the site has set tiles apart for this kind."""
        return self._region_of(kind) is not None

    def views_of(self, kind: AlertKind) -> int:
        """How many cameras of one place are brought at most."""
        region = self._region_of(kind)
        return 0 if region is None else region.settings.views

    def want(self, demands: Iterable[Demand], now_mono_ns: int) -> None:
        """All alarms that are open now; what is not among them any more was cleared."""
        self._now = now_mono_ns
        open_ids = set()
        for demand in demands:
            alert_id = demand.alarm.alert_id
            open_ids.add(alert_id)
            known = self._lives.get(alert_id)
            if known is None:
                self._lives[alert_id] = _Life(demand, now_mono_ns)
            else:
                known.demand, known.cleared_mono_ns = demand, None
        for alert_id, life in self._lives.items():
            if alert_id not in open_ids and life.cleared_mono_ns is None:
                life.cleared_mono_ns = now_mono_ns
        self.tick(now_mono_ns)

    def acknowledge(self, alert_ids: Iterable[str], now_mono_ns: int) -> None:
        """A person has seen them: their tiles go back at once."""
        for alert_id in alert_ids:
            life = self._lives.get(alert_id)
            if life is not None:
                life.acknowledged = True
        self.tick(now_mono_ns)

    def tick(self, now_mono_ns: int) -> None:
        """Once a second and after every change: who has which tile now."""
        self._now = now_mono_ns
        for alert_id in [a for a, life in self._lives.items() if self._is_forgotten(life)]:
            del self._lives[alert_id]
        taken: set[TileAddress] = set()
        for region in self._regions:
            region.slots = [a for a in self._addresses(region) if a not in taken]
            taken.update(region.slots)
        for address in [a for a in self._held if a not in taken and self._is_free(a)]:
            self._give_back(address)  # another layout, a monitor that is gone, another site file
        for region in self._regions:
            self._serve(region)
        self._tell_waiting()

    # -- what others must know

    def holds(self, address: TileAddress) -> bool:
        """Whether a tile is lent to an alarm now."""
        return address in self._held

    def before(self) -> Mapping[TileAddress, Tile]:
        """What the lent tiles hold when nothing is the matter: what a restart brings back."""
        return {address: held.before for address, held in self._held.items()}

    # -- inside: what is wanted

    def _region_of(self, kind: AlertKind) -> _Region | None:
        return next((region for region in self._regions if kind in region.kinds), None)

    def _is_over(self, life: _Life) -> bool:
        """Acknowledged, ended long enough ago, or held long enough."""
        cleared, hold_s = life.cleared_mono_ns, self._settings.hold_s
        if life.acknowledged:
            return True
        if cleared is not None:
            return self._now - cleared >= self._settings.return_after_s * 1e9
        return hold_s > 0 and self._now - life.since_mono_ns >= hold_s * 1e9

    def _is_forgotten(self, life: _Life) -> bool:
        """Over and cleared: an open alarm is remembered, so that it is not brought a second time."""
        return life.cleared_mono_ns is not None and self._is_over(life)

    def _lives_of(self, region: _Region) -> list[_Life]:
        """The region's alarms that are not over, most urgent first, then the oldest."""
        lives = [
            life
            for life in self._lives.values()
            if self._region_of(life.demand.kind) is region and not self._is_over(life)
        ]
        return sorted(lives, key=_urgency)

    def _wants(self, region: _Region) -> list[Want]:
        """Every alarm's own camera, in order of urgency; then the second views, …"""
        lives = self._lives_of(region)
        found: dict[CameraId, Want] = {}
        for view in range(region.settings.views):
            for life in lives:
                cameras = life.demand.cameras
                if view < len(cameras):
                    want = Want(life.demand.alarm.alert_id, view, cameras[view])
                    found.setdefault(want.camera_id, want)
        return list(found.values())

    # -- inside: which tiles

    def _addresses(self, region: _Region) -> list[TileAddress]:
        """The region's tiles as the seat has them now, in the site's order."""
        window_id = self._window_of(region.settings.monitor)
        window = None if window_id is None else self._wall.windows.get(window_id)
        if window is None:
            return []
        shown = self._wall.shown_indexes(window)
        asked = [number - 1 for number in region.settings.tiles] or list(shown)
        return [TileAddress(window.id, i) for i in dict.fromkeys(asked) if i in shown]

    def _window_of(self, monitor: int) -> WindowId | None:
        windows = [w for w in self._windows() if w in self._wall.windows]
        walls = [window for window in windows if window != MAIN_WINDOW]
        if monitor == 0 and MAIN_WINDOW in windows:
            return MAIN_WINDOW
        if not walls:
            return windows[0] if windows else None
        return walls[min(max(monitor, 1), len(walls)) - 1]

    def _is_free(self, address: TileAddress) -> bool:
        """Whether nobody's hand is on the tile."""
        touched = self._touched.get(address)
        if touched is not None and self._now - touched < self._settings.touched_s * 1e9:
            return False
        window = self._wall.windows.get(address.window_id)
        return window is None or not window.tiles[address.index].pinned

    def _serve(self, region: _Region) -> None:
        free = [a for a in region.slots if self._is_free(a)]
        seen = {self._wall.tile(a).camera_id for a in region.slots if a not in free}
        seen |= self._seen_beside(region)
        chosen = [want for want in self._wants(region) if want.camera_id not in seen][: len(free)]
        placed = self._assigned(free, chosen)
        for address in free:
            want = placed.get(address)
            if want is not None:
                self._lend(address, want)
            elif address in self._held:
                self._give_back(address)
        seen.update(want.camera_id for want in chosen)
        region.waiting = sum(
            seen.isdisjoint(life.demand.cameras[: region.settings.views])
            for life in self._lives_of(region)
        )

    def _seen_beside(self, region: _Region) -> set[CameraId | None]:
        """Cameras its window shows in other tiles, as large as its own: a second copy tells nothing."""
        if not region.slots:
            return set()
        window = self._wall.window(region.slots[0].window_id)
        own = {address.index for address in region.slots}
        areas = [rect.width_px * rect.height_px for rect in place(window.layout, *_ANY_SIZE_PX)]
        largest = max(areas[index] for index in own)
        return {
            window.tiles[index].camera_id
            for index, area in enumerate(areas)
            if index not in own and area >= 0.95 * largest
        }

    def _assigned(
        self, free: Sequence[TileAddress], chosen: Sequence[Want]
    ) -> dict[TileAddress, Want]:
        """What is on its tile already stays there; the others take what is left, in order."""
        at = {self._wall.tile(address).camera_id: address for address in reversed(free)}
        placed = {at[want.camera_id]: want for want in chosen if want.camera_id in at}
        left = iter([address for address in free if address not in placed])
        for want in chosen:
            if want.camera_id not in at:
                placed[next(left)] = want
        return placed

    def _lend(self, address: TileAddress, want: Want) -> None:
        held = self._held.get(address)
        if held is not None and held.want == want:
            return
        before = self._wall.tile(address) if held is None else held.before
        self._held[address] = _Held(want, before)
        self._move(lambda: self._wall.put_camera(address, want.camera_id))

    def _give_back(self, address: TileAddress) -> None:
        held = self._held.pop(address)
        window = self._wall.windows.get(address.window_id)
        if window is not None and address.index < len(window.tiles):
            self._move(lambda: self._wall.replace_tile(address, held.before))

    def _move(self, act: Callable[[], None]) -> None:
        """A change of ours, which is not an operator's touch."""
        self._moving = True
        try:
            act()
        finally:
            self._moving = False

    # -- inside: what the tiles say

    def _tell_waiting(self) -> None:
        """Further views get a caption of their own; the region's last tile counts who waits."""
        wanted: dict[str, TileAlarm] = {}
        last = {self._last_alert(region): region.waiting for region in self._regions}
        for held in self._held.values():
            life = self._lives.get(held.want.alert_id)
            if life is None:
                continue
            alarm = life.demand.alarm
            waiting = last.get(held.want, 0)
            if held.want.view:
                alert_id = f"{alarm.alert_id} view {held.want.view}"
                wanted[alert_id] = msgspec.structs.replace(
                    alarm, alert_id=alert_id, camera_id=held.want.camera_id, box_norm=None,
                    is_further_view=True, waiting_count=waiting,
                )  # fmt: skip
            elif alarm.alert_id in self._wall.alarms.by_id:
                self._wall.alarms.raised(msgspec.structs.replace(alarm, waiting_count=waiting))
        for alert_id in self._further.keys() - wanted.keys():
            self._wall.alarms.cleared(alert_id)
        for alarm in wanted.values():
            self._wall.alarms.raised(alarm)
        self._further = wanted
        self.waiting.set(sum(region.waiting for region in self._regions))

    def _last_alert(self, region: _Region) -> Want | None:
        lent = [self._held[a].want for a in region.slots if a in self._held]
        return lent[-1] if lent else None

    # -- inside: what the operator touches

    def _on_window(self, window_id: WindowId) -> None:
        former, now = self._seen.get(window_id), self._wall.windows.get(window_id)
        if now is None:
            return
        self._seen[window_id] = now
        if self._moving or former is None:
            return
        for index, tile in enumerate(now.tiles):
            if index < len(former.tiles) and tile != former.tiles[index]:
                self._on_touched(TileAddress(window_id, index), tile)

    def _on_touched(self, address: TileAddress, tile: Tile) -> None:
        self._touched[address] = self._now
        held = self._held.get(address)
        if held is not None and tile.camera_id != held.want.camera_id:
            del self._held[address]  # the operator put something else there: it is theirs

    def _on_windows(self) -> None:
        self._seen = dict(self._wall.windows)

    def _on_selected(self, address: TileAddress) -> None:
        self._touched[address] = self._now
