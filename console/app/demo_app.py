"""Assembly of the demonstration: camera server, hub, people, worker, and a console or a scripted operator.

Everything runs on a temporary site folder that is removed at the end. The main thread owns the
supervisor and the headless wall. Children leave when this process is gone, even by kill -9.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from config.load import load_site
from config.site import Site
from console.app.camera_runtime import runtime_of
from console.app.demo_parts import (
    answers_control,
    console_spec,
    free_addresses,
    hub_spec,
    sources_of,
    temporary_site,
    worker_spec,
)
from console.app.supervisor import ChildFailed, ChildSpec, Supervisor
from console.demo.control import ask_control
from console.demo.headless_wall import HeadlessWall
from console.demo.operator import ScriptedOperator
from console.demo.report import DelayReport, KindReport, RaisedAlert, count_only, match
from console.demo.site_files import (
    PARKING_LIMIT_S,
    SMOKE_LIMIT_S,
    STALL_LIMIT_S,
    write_site,
)
from console.demo.truth import TrueEvent
from console.demo.user_videos import write_videos_site
from ingest.feed.envelope import Event, Noun
from ingest.feed.query import QueryClient
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.positions.fix import PositionFixedData
from ingest.stop import StopToken
from vision.alerts import AlertData

log = logging.getLogger(__name__)

#: Freshly rendered clips instead of the shipped ones.
CLIPS_VARIABLE = "GRIDWALL_DEMO_CLIPS"
CLIPS_FOLDER = Path(
    os.environ.get(CLIPS_VARIABLE) or Path(__file__).resolve().parents[2] / "resources" / "demo"
)
LIMIT_S = {
    "smoke": SMOKE_LIMIT_S,
    "fire": SMOKE_LIMIT_S,
    "parking": PARKING_LIMIT_S,
    "stall": STALL_LIMIT_S,
}
#: All cameras must deliver within this time from the start of the hub.
LIVE_S = 60.0
#: The wall looks for new frames this often: four times a frame's interval.
TAKE_S = 0.01
ROUND_S = 0.25


class DemoReport(Struct, frozen=True):
    """The JSON object of CONTRACT §2 and a little more."""

    cameras_live: int
    fps_min: float
    alerts: dict[str, KindReport]
    cases: dict[str, int]
    fixes: int
    alert_delay_s: DelayReport
    cameras: int
    seconds: float
    restarts: int
    acts: int


@dataclass(frozen=True, slots=True)
class DemoOptions:
    headless: bool = False
    seconds: float | None = None
    videos: Path | None = None
    screens: int | None = None


class FeedLog:
    """What came over the feed. Threads: written by the reader's, read by the main thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._raised: list[RaisedAlert] = []
        self.fix_count = 0
        self.state = ReaderState.CONNECTING

    def on_events(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.noun is Noun.ALERT and event.verb == "raised":
                item = RaisedAlert(event.decode_data(AlertData), time.time_ns())
                with self._lock:
                    self._raised.append(item)
            elif event.noun is Noun.POSITION:
                self.fix_count += len(event.decode_data(PositionFixedData).fixes)

    def on_snapshot(self, _snapshot: Snapshot) -> None:
        """A fresh log has nothing before."""

    def on_state(self, state: ReaderState, _text: str) -> None:
        self.state = state

    def raised(self) -> tuple[RaisedAlert, ...]:
        with self._lock:
            return tuple(self._raised)


class Demo:
    """One run. Threads: the main thread."""

    def __init__(self, options: DemoOptions, say: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._feed = FeedLog()

    def run(self, stop: StopToken) -> DemoReport:
        """Runs until `stop`, the window's end or `seconds` after all cameras are live.

        Raises ChildFailed when a part does not start.
        """
        with ExitStack() as stack:
            folder = stack.enter_context(temporary_site())
            site, control_port = self._write_site(folder)
            supervisor = stack.enter_context(Supervisor(folder / "logs", self._say))
            self._start_backend(supervisor, site, control_port, stop)
            wall = HeadlessWall(runtime_of(site), sources_of(site), paints=self._options.headless)
            stack.callback(wall.close)
            wall.start()
            query = stack.enter_context(QueryClient(site.hub.query))
            reader = FeedReader(
                site.hub.query, ("alert.", "position."),
                self._feed.on_events, self._feed.on_snapshot, self._feed.on_state,
            )  # fmt: skip
            reader.start()
            stack.callback(reader.close)
            self._start_front(supervisor, site, stop)
            self._wait_live(supervisor, wall, len(site.cameras), stop)
            _go(control_port)
            operator = self._operator(site)
            if operator is not None:
                stack.callback(operator.close)
                operator.start()
            begun_s = time.monotonic()
            self._watch(supervisor, wall, begun_s, stop)
            return self._report(supervisor, wall, query, control_port, begun_s, operator, site)

    def _write_site(self, folder: Path) -> tuple[Site, int]:
        addresses, control_port = free_addresses()
        if self._options.videos is not None:
            self._say("preparing your clips…")
            write_videos_site(folder, self._options.videos, addresses)
        else:
            if not (CLIPS_FOLDER / "truth.json").exists():
                raise ChildFailed(
                    f"the rendered clips are missing in {CLIPS_FOLDER}: "
                    "python -m console.demo.render makes them again"
                )
            write_site(folder, addresses)
        return load_site(folder), control_port

    def _start_backend(
        self, supervisor: Supervisor, site: Site, control_port: int, stop: StopToken
    ) -> None:
        say, own_pid = self._say, str(os.getpid())
        say(f"site {site.folder} · {len(site.cameras)} cameras")
        say("starting the cameras (RTSP) …")
        clips = ("--videos", str(site.folder / "videos")) if self._options.videos else (
            "--clips", str(CLIPS_FOLDER))  # fmt: skip
        port = site.cameras[0].main_url.split(":")[2].split("/")[0]
        supervisor.start(
            ChildSpec(
                "cameras",
                (sys.executable, "-m", "console.demo.street_server", "--port", port,
                 "--control-port", str(control_port), *clips, "--parent", own_pid),
                ready=lambda: answers_control(control_port),
            ),
            stop,
        )  # fmt: skip
        say("starting the hub …")
        supervisor.start(hub_spec(site), stop)
        say("starting detection …")
        supervisor.start(worker_spec(site, beside_wall=True), stop)
        if self._options.videos is None:
            say("sending the inspectors out …")
            supervisor.start(
                ChildSpec(
                    "people",
                    (sys.executable, "-m", "console.demo.people", "--query", site.hub.query,
                     "--http", site.hub.http, "--control-port", str(control_port), "--parent", own_pid),
                ),
                stop,
            )  # fmt: skip

    def _start_front(self, supervisor: Supervisor, site: Site, stop: StopToken) -> None:
        if self._options.headless:
            return
        self._say("opening the console …")
        supervisor.start(console_spec(site, "subcentre", self._options.screens), stop)

    def _operator(self, site: Site) -> ScriptedOperator | None:
        return ScriptedOperator(site.hub.query) if self._options.headless else None

    def _wait_live(
        self, supervisor: Supervisor, wall: HeadlessWall, wanted: int, stop: StopToken
    ) -> None:
        end_s = time.monotonic() + LIVE_S
        said = -1
        while not stop.stopped and not supervisor.ended:
            wall.take()
            supervisor.look_after()
            live = len(wall.live())
            if live != said:
                self._say(f"cameras live: {live} of {wanted}")
                said = live
            if live >= wanted:
                return
            if time.monotonic() > end_s:
                self._say(
                    f"only {live} of {wanted} cameras are live after {LIVE_S:.0f} s: going on"
                )
                return
            stop.wait(0.05)

    def _watch(
        self, supervisor: Supervisor, wall: HeadlessWall, begun_s: float, stop: StopToken
    ) -> None:
        seconds = self._options.seconds
        self._say("running" + (f" for {seconds:.0f} s …" if seconds else " until you close it …"))
        wall.begin_count()
        next_round_s, said = 0.0, 0
        while not stop.wait(TAKE_S if self._options.headless else ROUND_S):
            wall.take()
            now_s = time.monotonic()
            if now_s >= next_round_s:
                next_round_s = now_s + ROUND_S
                supervisor.look_after()
                said = self._tell_alerts(said)
                if supervisor.ended:
                    return
            if seconds is not None and now_s - begun_s >= seconds:
                return

    def _tell_alerts(self, said: int) -> int:
        raised = self._feed.raised()
        for item in raised[said:]:
            self._say(f"alert: {item.alert.kind.value} at {item.alert.camera_id}")
        return len(raised)

    def _report(
        self, supervisor: Supervisor, wall: HeadlessWall, query: QueryClient,
        control_port: int, begun_s: float, operator: ScriptedOperator | None, site: Site,
    ) -> DemoReport:  # fmt: skip
        seconds = round(time.monotonic() - begun_s, 1)
        raised = self._feed.raised()
        outcome = (
            count_only(raised)
            if self._options.videos
            else match(raised, _truth(control_port), LIMIT_S, time.time_ns())
        )
        return DemoReport(
            cameras_live=len(wall.live()),
            fps_min=wall.fps_min(),
            alerts=outcome.kinds,
            cases=_cases_by_state(query),
            fixes=self._feed.fix_count,
            alert_delay_s=outcome.delay,
            cameras=len(site.cameras),
            seconds=seconds,
            restarts=supervisor.restart_count(),
            acts=0 if operator is None else operator.act_count,
        )


def _go(control_port: int) -> None:
    ask_control(control_port, "go")


def _truth(control_port: int) -> tuple[TrueEvent, ...]:
    return ask_control(control_port, "truth").events


def _cases_by_state(query: QueryClient) -> dict[str, int]:
    reply: dict[str, Any] = query.ask("count", by="state")
    groups = reply.get("by", {})
    if isinstance(groups, dict) and "state" in groups:
        groups = groups["state"]
    return {str(key): int(value) for key, value in dict(groups).items()}


def as_json(report: DemoReport) -> Any:
    """The report as plain values."""
    return json.loads(msgspec.json.encode(report))
