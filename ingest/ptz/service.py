"""PtzService: the hub's participant that lets seats turn cameras, one at a time each.

It decides who may (`lease`), hands the command to the camera's driver and tells what happened. It
never waits for a camera: answers that need one are sent later by the driver's thread.

Threads: operations, `on_event`, `tick` and every change of state run in the hub's acting thread;
drivers report through `soon`, which brings their news back into it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from config.directory import SiteDirectory
from config.settings import PtzSettings
from config.site import Camera, CameraId
from ingest.clock import Clock, SystemClock
from ingest.errors import GridwallError
from ingest.feed.envelope import Event, Noun
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import (
    Answerer,
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
)
from ingest.feed.topics import subject_of
from ingest.ptz.aiming import Choice, choose
from ingest.ptz.device import PtzDevice, PtzPreset
from ingest.ptz.discovery_desk import DiscoveryDesk
from ingest.ptz.driver import (
    CameraDriver,
    Job,
    JobKind,
    News,
    Target,
)
from ingest.ptz.drivers import Drivers, OpenDevice
from ingest.ptz.lease import Held, LeaseBook
from ingest.ptz.record import PtzRecord
from ingest.ptz.requests import (
    AbsoluteRequest,
    AimRequest,
    CameraRequest,
    MoveRequest,
    PresetRequest,
    SaveRequest,
    checked,
)
from ingest.ptz.states import PtzAct, PtzActData, PtzCause
from ingest.ptz.view_watch import ViewWatch

log = logging.getLogger(__name__)

#: How the hub brings news of other threads into its acting thread: `Hub.soon`.
Soon = Callable[[Callable[[], Sequence[Event]]], object]


#: Who turns cameras for alerts, below every person.
AUTO_SEAT = "auto"
AUTO_CALLER = Caller("hub", frozenset({"operator"}))
#: Hands kept free for people: looking around uses no more than the rest.
SEATS_ROOM = 16


class PtzService:
    """A `Participant`. `directory` gives the site as it is now."""

    nouns: frozenset[Noun] = frozenset({Noun.ALERT})

    def __init__(
        self,
        directory: Callable[[], SiteDirectory],
        open_device: OpenDevice,
        clock: Clock | None = None,
    ) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._soon: Soon | None = None
        self._book = LeaseBook(self._settings.idle_s)
        self._record = PtzRecord(self._book, self._clock)
        self._watch = ViewWatch()
        self._discovery = DiscoveryDesk(directory)
        self._drivers = Drivers(open_device, self._on_news, self._clock)

    def start(self, soon: Soon) -> None:
        """From now on drivers can report. Called by the assembly once the hub runs."""
        self._soon = soon

    def close(self) -> None:
        """Stops every camera that still moves and joins the drivers. Before the hub is closed."""
        self._drivers.close()
        self._discovery.close()

    @property
    def _settings(self) -> PtzSettings:
        return self._directory().site.settings.ptz

    # -- participant

    def create_tables(self, tx: Transaction) -> None:
        """Takes over the views known before a restart; what was owned then is free now."""
        self._record.restore(tx.last_values_of(Noun.PTZ))

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        """An alert of a kind the site names turns the best camera, below every person."""
        if event.event.noun is not Noun.ALERT or event.event.verb != "raised":
            return ()
        subject = subject_of(event.event)
        if subject.kind not in self._settings.aim_at or subject.lat_deg is None:
            return ()
        request = {
            "lat_deg": subject.lat_deg, "lon_deg": subject.lon_deg, "seat": AUTO_SEAT,
            "priority": 0, "without": subject.camera_id,
        }  # fmt: skip
        try:
            result = self._aim(tx, request, AUTO_CALLER)
        except OperationRefused as error:
            log.info("no camera was turned to alert %s: %s", subject.alert_id, error)
            return ()
        if result.later is not None:
            result.later(lambda _reply: None)
        return result.events

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "ptz.take": self._take,
            "ptz.release": self._release,
            "ptz.move": self._move,
            "ptz.absolute": self._absolute,
            "ptz.home": self._home,
            "ptz.goto": self._goto,
            "discover": self._discovery.operation,
            "ptz.aim": self._aim,
            "ptz.presets": self._presets,
            "ptz.preset.save": self._save,
            "ptz.preset.remove": self._remove,
        }

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """Leases run out, idle hands let go."""
        self._book.idle_s = self._settings.idle_s
        events = self._record.after_restart()
        for lease in self._book.expired(self._clock.mono_ns()):
            events += self._record.freed(lease, PtzCause.IDLE, PtzAct.LOSE_IDLE)
        self._drivers.tick()
        self._look_around()
        return events

    # -- operations

    def _take(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, CameraRequest)
        camera, events = self._taken(asked, caller)
        return OperationResult({"state": self._record.state(camera.id)}, events)

    def _release(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, CameraRequest)
        lease = self._book.release(asked.camera_id, asked.seat)
        if lease is None:
            return OperationResult({"state": self._record.state(asked.camera_id)})
        self._cut(asked.camera_id)
        events = self._record.freed(lease, PtzCause.RELEASED, PtzAct.RELEASE)
        return OperationResult({"state": self._record.state(asked.camera_id)}, events)

    def _move(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, MoveRequest)
        if asked.velocity.is_still and not self._has(asked):
            return OperationResult({"owner": self._owner(asked.camera_id)})
        driver = self._driver(self._camera(asked.camera_id))
        _camera, events = self._taken(asked, caller)
        driver.move(asked.seat, asked.velocity)
        return OperationResult({"owner": asked.seat}, events)

    def _absolute(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked = checked(request, AbsoluteRequest)
        act = PtzActData(
            camera_id=asked.camera_id, act=PtzAct.ABSOLUTE, by=asked.seat, target=asked.position
        )
        return self._turn(asked, caller, act, lambda device: device.absolute(asked.position))

    def _home(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, CameraRequest)
        act = PtzActData(camera_id=asked.camera_id, act=PtzAct.HOME, by=asked.seat)
        return self._turn(asked, caller, act, lambda device: device.home(), Target(is_home=True))

    def _goto(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, PresetRequest)
        act = PtzActData(
            camera_id=asked.camera_id, act=PtzAct.GOTO, by=asked.seat, preset_token=asked.preset
        )
        return self._turn(
            asked, caller, act, lambda device: device.goto(asked.preset), Target(asked.preset)
        )

    def _aim(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """Turns the best camera to a place; the reply says which, why, and why not the others."""
        place = checked(request, AimRequest)
        asked = CameraRequest(camera_id=CameraId(""), seat=place.seat, priority=place.priority)
        choice = choose(
            self._directory(), place.place, self._settings.aim_range_m,
            self._record.preset_positions, self._book.holder, place.seat,
            self._priority(asked, caller), only=place.camera_id, without=place.without,
        )  # fmt: skip
        best = choice.best
        if best is None:
            raise refused_aim(choice)
        asked = msgspec.structs.replace(asked, camera_id=best.camera_id)
        act = PtzActData(
            camera_id=best.camera_id, act=PtzAct.AIM, by=place.seat, target=best.position,
            lat_deg=place.lat_deg, lon_deg=place.lon_deg, reason=best.reason.english,
        )  # fmt: skip
        more = {"why": best.reason, "others": choice.others}
        return self._turn(
            asked, caller, act, lambda device: device.absolute(best.position), more=more
        )

    def _presets(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, CameraRequest)
        driver = self._driver(self._camera(asked.camera_id))

        def later(answer: Answerer) -> None:
            def done(result: Sequence[PtzPreset] | GridwallError) -> None:
                if isinstance(result, GridwallError):
                    answer(OperationRefused(str(result)))
                else:
                    answer({"presets": result})

            driver.submit(Job(lambda device: device.presets(), done, asked.seat))

        return OperationResult({}, (), later)

    def _save(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, SaveRequest)
        act = PtzActData(
            camera_id=asked.camera_id, act=PtzAct.SAVE_PRESET, by=asked.seat,
            preset_token=asked.preset, preset_name=asked.name,
        )  # fmt: skip
        return self._turn(
            asked, caller, act, lambda device: device.save(asked.name, asked.preset),
            kind=JobKind.EDIT,
        )  # fmt: skip

    def _remove(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked = checked(request, PresetRequest)
        act = PtzActData(
            camera_id=asked.camera_id, act=PtzAct.REMOVE_PRESET, by=asked.seat,
            preset_token=asked.preset,
        )  # fmt: skip
        return self._turn(
            asked, caller, act, lambda device: device.remove(asked.preset), kind=JobKind.EDIT
        )

    # -- rights

    def _camera(self, camera_id: CameraId) -> Camera:
        camera = self._directory().camera(camera_id)
        if camera is None:
            raise OperationRefused(f"there is no camera {camera_id}")
        if camera.ptz_url is None:
            raise OperationRefused(
                f"camera {camera_id} cannot be turned: its ptz_url in cameras.csv is empty",
                fields={"reason": "ptz_none"},
            )
        return camera

    def _driver(self, camera: Camera) -> CameraDriver:
        try:
            return self._drivers.of(camera, self._settings.timeout_s, self._settings.dead_man_s)
        except GridwallError as error:
            raise OperationRefused(str(error)) from error

    def _priority(self, asked: CameraRequest, caller: Caller) -> int:
        """The seat's own; a request may only ask for less."""
        known = self._settings.priorities
        own = known.get(caller.name, known.get(asked.seat, self._settings.priority))
        return own if asked.priority is None else min(own, asked.priority)

    def _owner(self, camera_id: CameraId) -> str | None:
        lease = self._book.holder(camera_id)
        return None if lease is None else lease.seat

    def _has(self, asked: CameraRequest) -> bool:
        return self._owner(asked.camera_id) == asked.seat

    def _taken(self, asked: CameraRequest, caller: Caller) -> tuple[Camera, list[Event]]:
        """The camera is the seat's from now on. Raises OperationRefused with who has it."""
        camera = self._camera(asked.camera_id)
        priority = self._priority(asked, caller)
        try:
            taking = self._book.take(camera.id, asked.seat, priority, self._clock.mono_ns())
        except Held as error:
            raise refused_held(error) from error
        if not taking.is_new:
            return camera, []
        former = taking.former
        if former is not None:
            self._cut(camera.id)
        return camera, self._record.taken(taking.lease, former, caller.name)

    def _cut(self, camera_id: CameraId) -> None:
        driver = self._drivers.existing(camera_id)
        if driver is not None:
            driver.cut()

    # -- commands

    def _turn(
        self,
        asked: CameraRequest,
        caller: Caller,
        act: PtzActData,
        run: Callable[[PtzDevice], Any],
        target: Target | None = None,
        kind: JobKind = JobKind.TURN,
        more: Mapping[str, Any] | None = None,
    ) -> OperationResult:
        """Takes the camera and has its driver do `run`; answers when the camera did."""
        driver = self._driver(self._camera(asked.camera_id))
        camera, events = self._taken(asked, caller)
        start = self._record.state(camera.id).position

        def later(answer: Answerer) -> None:
            def done(result: Any) -> None:
                failed = isinstance(result, GridwallError)
                line = msgspec.structs.replace(
                    act, caller=caller.name, start=start, ok=not failed,
                    error=str(result) if failed else None,
                    preset_token=result if isinstance(result, str) else act.preset_token,
                )  # fmt: skip
                self._tell(lambda: [self._record.act(line)])
                answer(
                    OperationRefused(str(result)) if failed else {**_reply(line), **(more or {})}
                )

            driver.submit(Job(run, done, asked.seat, kind, target))

        return OperationResult({}, events, later)

    def _look_around(self) -> None:
        """Asks cameras whose view matters where they look: others turn them, too."""
        settings = self._settings
        for camera in self._watch.due(self._directory(), settings.watch_s, self._clock.mono_ns()):
            if self._drivers.existing(camera.id) is None and self._drivers.room <= SEATS_ROOM:
                continue
            driver = self._drivers.of(camera, settings.timeout_s, settings.dead_man_s)
            driver.submit(Job(lambda _device: None, lambda _result: None, None, JobKind.LOOK))

    # -- news of drivers

    def _on_news(self, news: News) -> None:
        self._tell(lambda: self._record.news(news))

    def _tell(self, step: Callable[[], Sequence[Event]]) -> None:
        if self._soon is not None:
            self._soon(step)


def refused_aim(choice: Choice) -> OperationRefused:
    """No camera can be turned there, with the reason of each."""
    reasons = "; ".join(f"{other.camera_id}: {other.reason.english}" for other in choice.others)
    return OperationRefused(
        "no camera can be turned there" + (f" ({reasons})" if reasons else ": none has a ptz_url"),
        fields={"reason": "aim_none", "values": {}, "others": choice.others},
    )


def refused_held(error: Held) -> OperationRefused:
    """Who has it, and when it will be free: for a person and, in `reason` and `values`, for a program."""
    lease = error.lease
    values = {
        "camera_id": lease.camera_id,
        "owner": lease.seat,
        "priority": lease.priority,
        "free_in_s": round(error.free_in_s, 1),
    }
    return OperationRefused(
        f"camera {lease.camera_id} is turned by {lease.seat} (priority {lease.priority}), free "
        f"{error.free_in_s:.0f} s after its last use",
        who_may=f"{lease.seat}, or a seat of a priority above {lease.priority}",
        fields={"reason": "ptz_held", "values": values},
    )


def _reply(line: PtzActData) -> dict[str, Any]:
    return {"camera_id": line.camera_id, "preset": line.preset_token, "owner": line.by}
