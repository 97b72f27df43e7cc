"""PTZ through a real hub: seats ask over ZeroMQ, a simulated ONVIF camera turns, the feed tells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from feed_kit import Plain, RunningHub, wait_for
from msgspec import structs
from onvif_kit import CameraNetwork
from ptz_fakes import HandyCamera

from config.directory import SiteDirectory
from config.geometry import GeoPoint, moved
from config.settings import PtzSettings, Settings
from config.site import Camera, CameraId, PtzMount, Site, Zone, ZoneId, ZoneKind
from ingest.clock import SystemClock
from ingest.errors import RetryLater
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.reader import FeedReader, ReaderState
from ingest.ptz.device import PtzPosition, PtzPreset
from ingest.ptz.drivers import OpenDevice
from ingest.ptz.onvif import OnvifDevice
from ingest.ptz.service import PtzService
from ingest.ptz.states import PtzAct, PtzActData, PtzCause, PtzStateData
from ingest.ptz.views import PtzViews

C1 = CameraId("C1")
HERE = GeoPoint(36.0895, 120.3690)


class Stage:
    """A hub with PTZ, a client, and everything the feed told of PTZ."""

    def __init__(
        self, folder: Path, ptz_url: str, open_device: OpenDevice, settings: PtzSettings
    ) -> None:
        cameras = (
            Camera(C1, "Gate", "rtsp://c1", ptz_url=ptz_url),
            Camera(CameraId("C2"), "Fixed", "rtsp://c2"),
        )
        site = Site(folder, "Test", cameras=cameras, settings=Settings(ptz=settings))
        self.directory = SiteDirectory(site)
        self.service = PtzService(lambda: self.directory, open_device)
        self.running = RunningHub(folder / "hub", (self.service,), SystemClock()).start()
        assert self.running.hub is not None
        self.service.start(self.running.hub.soon)
        self.client = QueryClient(self.running.addresses.query)
        live = threading.Event()
        self.states: list[PtzStateData] = []
        self.acts: list[PtzActData] = []
        self.reader = FeedReader(
            self.running.addresses.query, ("ptz.",), self._on_events, self._on_snapshot,
            lambda moved, _detail: live.set() if moved is ReaderState.LIVE else None,
        )  # fmt: skip
        self.reader.start()
        assert live.wait(10)

    def _on_snapshot(self, snapshot: Any) -> None:
        self.states += [msgspec.json.decode(raw, type=PtzStateData) for raw in snapshot.ptz]

    def _on_events(self, events: Any) -> None:
        for event in events:
            if event.verb == "state":
                self.states.append(event.decode_data(PtzStateData))
            else:
                self.acts.append(event.decode_data(PtzActData))

    def ask(self, op: str, seat: str = "seat 1", **fields: Any) -> dict[str, Any]:
        return self.client.ask(f"ptz.{op}", camera_id=C1, seat=seat, **fields)

    def wait_for_state(self, told: Callable[[PtzStateData], bool]) -> PtzStateData:
        wait_for(lambda: any(told(state) for state in self.states))
        return next(state for state in reversed(self.states) if told(state))

    def close(self) -> None:
        self.reader.close()
        self.client.close()
        self.service.close()
        self.running.stop()


def goes_home(stage: Stage) -> bool:
    try:
        stage.ask("home", timeout_s=8.0)
    except (QueryRefused, RetryLater):
        return False
    return True


@pytest.fixture
def stages(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    opened: list[Stage] = []

    def make(
        ptz_url: str = "http://camera", open_device: OpenDevice = OnvifDevice, **settings: Any
    ) -> Stage:
        stage = Stage(tmp_path, ptz_url, open_device, PtzSettings(**settings))
        opened.append(stage)
        return stage

    yield make
    for stage in opened:
        stage.close()


@pytest.fixture
def handy() -> HandyCamera:
    return HandyCamera([PtzPreset("1", "Gate", PtzPosition(0.5, 0.1, 0.0))])


def test_a_seat_turns_a_real_camera_and_the_dead_man_stops_it(
    stages: Callable[..., Stage], camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path / "camera", user="operator", password="secret")
    stage = stages(camera_network.url(credentials="operator:secret"), dead_man_s=0.5)
    stage.ask("move", pan=0.5)
    stopped = stage.wait_for_state(lambda s: s.cause is PtzCause.DEAD_MAN)
    assert stopped.owner == "seat 1"
    rest = stage.wait_for_state(lambda s: s.cause is PtzCause.ARRIVED)
    assert rest.pan_norm is not None
    assert 0.05 < rest.pan_norm < 0.9
    assert not rest.is_moving
    wait_for(lambda: any(act.end == "dead_man" for act in stage.acts))


def test_presets_home_and_absolute_moves_answer_when_the_real_camera_did(
    stages: Callable[..., Stage], camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path / "camera")
    stage = stages(camera_network.url())
    stage.ask("absolute", pan=0.4, tilt=-0.2, zoom=0.1)
    stage.wait_for_state(lambda s: s.pan_norm == 0.4)
    token = stage.ask("preset.save", name="东门")["preset"]
    stage.ask("home")
    assert stage.wait_for_state(lambda s: s.is_home is True).preset_token != token
    names = {row["token"]: row["name"] for row in stage.ask("presets")["presets"]}
    assert names[token] == "东门"
    stage.ask("goto", preset=token)
    at = stage.wait_for_state(lambda s: s.preset_token == token and not s.is_moving)
    assert (at.preset_name, at.pan_norm, at.is_home) == ("东门", 0.4, False)
    with pytest.raises(QueryRefused, match=r"not supported|fault"):
        stage.ask("preset.remove", preset=token)  # the simulator cannot: the camera's no is told
    kinds = [act.act.value for act in stage.acts]
    assert kinds[:4] == ["take", "absolute", "save_preset", "home"]


@pytest.mark.alone
def test_the_cable_is_pulled_and_the_seat_hears_it_within_its_deadline(
    stages: Callable[..., Stage], camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path / "camera")
    stage = stages(camera_network.url(), timeout_s=1.0)
    stage.ask("home")
    camera_network.cut()
    began = time.monotonic()
    with pytest.raises(QueryRefused, match="does not answer"):
        stage.ask("goto", preset="home", timeout_s=8.0)
    assert time.monotonic() - began < 5.0
    assert stage.wait_for_state(lambda s: s.cause is PtzCause.FAILED).error
    camera_network.mend()
    wait_for(lambda: goes_home(stage), 15.0)


def test_the_second_seat_is_told_who_has_the_camera(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy, idle_s=15.0)
    stage.ask("take")
    with pytest.raises(QueryRefused) as refused:
        stage.ask("move", seat="seat 2", pan=0.5)
    values = refused.value.answer["values"]
    assert (values["owner"], values["priority"]) == ("seat 1", 5)
    assert 0 < values["free_in_s"] <= 15
    assert "seat 1" in refused.value.error
    assert handy.said == []


def test_a_higher_priority_takes_over_stops_the_camera_and_the_former_owner_is_told(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(
        open_device=lambda *_: handy, dead_man_s=5.0, priorities={"chief": 8}, idle_s=15.0
    )
    stage.ask("move", pan=1.0)
    stage.wait_for_state(lambda s: s.is_moving and s.owner == "seat 1")
    stage.ask("take", seat="chief")
    taken = stage.wait_for_state(lambda s: s.cause is PtzCause.TAKEN_OVER)
    assert (taken.owner, taken.by, taken.owner_priority) == ("chief", "chief", 8)
    wait_for(lambda: handy.velocity.is_still)
    wait_for(lambda: any(act.taken_from == "seat 1" for act in stage.acts))
    with pytest.raises(QueryRefused):
        stage.ask("move", pan=0.1)


def test_a_seat_that_does_nothing_loses_the_camera(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy, idle_s=2.0)
    stage.ask("take")
    idle = stage.wait_for_state(lambda s: s.cause is PtzCause.IDLE)
    assert idle.owner is None
    stage.ask("take", seat="seat 2")


def test_a_request_may_ask_for_less_than_its_seat_but_never_for_more(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy, priorities={"seat 2": 3})
    stage.ask("take", seat="seat 2", priority=9)
    assert stage.wait_for_state(lambda s: s.owner == "seat 2").owner_priority == 3
    stage.ask("take", seat="seat 1")


def test_what_cannot_be_turned_says_why(stages: Callable[..., Stage]) -> None:
    stage = stages()
    with pytest.raises(QueryRefused, match="ptz_url"):
        stage.client.ask("ptz.take", camera_id="C2", seat="seat 1")
    with pytest.raises(QueryRefused, match="no camera"):
        stage.client.ask("ptz.take", camera_id="C9", seat="seat 1")
    with pytest.raises(QueryRefused, match="pan"):
        stage.ask("move", pan=7)


def test_a_hub_without_the_library_says_so(
    stages: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onveef", None)
    stage = stages()
    with pytest.raises(QueryRefused, match="onveef"):
        stage.ask("home")


def test_after_a_restart_nobody_owns_the_camera_and_its_view_is_remembered(
    stages: Callable[..., Stage], handy: HandyCamera, tmp_path: Path
) -> None:
    first = stages(open_device=lambda *_: handy)
    first.ask("goto", preset="1")
    first.wait_for_state(lambda s: s.preset_token == "1" and not s.is_moving)
    first.close()
    second = stages(open_device=lambda *_: handy)
    told = second.wait_for_state(lambda s: s.cause is PtzCause.RESTARTED)
    assert (told.owner, told.preset_token) == (None, "1")


@pytest.mark.alone
def test_a_camera_that_hangs_holds_neither_the_hub_nor_other_seats(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy)
    handy.gate.clear()
    with pytest.raises(RetryLater):
        stage.ask("home", timeout_s=0.5)
    began = time.monotonic()
    stage.client.ask("snapshot")
    with pytest.raises(QueryRefused):
        stage.ask("take", seat="seat 2")
    assert time.monotonic() - began < 0.5
    handy.gate.set()


def with_mount(stage: Stage, **zone: Any) -> None:
    """Camera 1 hangs 10 m high at HERE, looking east at pan 0."""
    site = stage.directory.site
    cameras = (structs.replace(site.cameras[0], place=HERE), *site.cameras[1:])
    mounts = (PtzMount(C1, height_m=10.0, home_bearing_deg=90.0),)
    stage.directory = SiteDirectory(structs.replace(site, cameras=cameras, ptz_mounts=mounts))


def test_a_place_turns_the_best_camera_and_says_why(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy)
    with_mount(stage)
    south = moved(HERE, 0.0, -100.0)
    reply = stage.client.ask("ptz.aim", seat="seat 1", lat_deg=south.lat_deg, lon_deg=south.lon_deg)
    assert reply["camera_id"] == C1
    assert reply["why"]["values"]["distance_m"] == 100
    assert handy.position.pan_norm == pytest.approx(0.5, abs=0.01)
    wait_for(lambda: any(act.act is PtzAct.AIM and act.reason for act in stage.acts))
    far = moved(HERE, 0.0, -900.0)
    with pytest.raises(QueryRefused, match="limit 400 m") as refused:
        stage.client.ask("ptz.aim", seat="seat 1", lat_deg=far.lat_deg, lon_deg=far.lon_deg)
    assert refused.value.answer["others"][0]["reason"]["id"] == "aim_too_far"


def test_an_alert_of_a_named_kind_turns_a_camera_unless_a_person_has_it(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy, aim_at=("smoke",))
    with_mount(stage)
    publisher = Plain()
    try:
        intake = publisher.dealer(stage.running.addresses.intake)

        def raise_alert(name: str, kind: str) -> None:
            place = moved(HERE, 100.0, 0.0)
            data = {"alert_id": name, "kind": kind, "camera_id": "C2",
                    "lat_deg": place.lat_deg, "lon_deg": place.lon_deg}  # fmt: skip
            body = {"specversion": "1.0", "id": name, "source": "/test", "data": data,
                    "type": "gridwall.alert.raised.v1", "time": "2026-01-01T00:00:00Z"}  # fmt: skip
            assert publisher.push(intake, name, msgspec.json.encode(body))["ok"]

        raise_alert("a1", "parking")
        raise_alert("a2", "smoke")
        told = stage.wait_for_state(lambda s: s.owner == "auto")
        assert told.owner_priority == 0
        wait_for(lambda: "absolute" in handy.said)
        assert handy.said.count("absolute") == 1
        stage.ask("take")  # every person is above the automatic
        raise_alert("a3", "smoke")
        stage.wait_for_state(lambda s: s.owner == "seat 1")
        assert handy.said.count("absolute") == 1
    finally:
        publisher.close()


def test_a_camera_others_turned_is_noticed_and_told_once(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy, watch_s=0.5)
    zone = Zone(ZoneId("z"), C1, ZoneKind.NO_PARKING, (), 60.0)
    stage.directory = SiteDirectory(structs.replace(stage.directory.site, zones=(zone,)))
    stage.wait_for_state(lambda s: s.cause is PtzCause.SEEN and s.preset_token is None)
    handy.position = PtzPosition(0.5, 0.1, 0.0)
    stage.wait_for_state(lambda s: s.cause is PtzCause.SEEN and s.preset_token == "1")
    looks = handy.said.count("status")
    wait_for(lambda: handy.said.count("status") >= looks + 4)
    assert len([state for state in stage.states if state.cause is PtzCause.SEEN]) == 2


def test_a_watcher_of_pictures_knows_when_a_zone_does_not_fit(
    stages: Callable[..., Stage], handy: HandyCamera
) -> None:
    stage = stages(open_device=lambda *_: handy)
    views = PtzViews(stage.running.addresses.query)
    at_gate = Zone(ZoneId("z"), C1, ZoneKind.NO_PARKING, (), 60.0, preset="Gate")
    elsewhere = structs.replace(at_gate, preset="Square")
    try:
        views.start()
        assert views.zone_fits(at_gate)
        stage.ask("goto", preset="1")
        wait_for(lambda: not views.zone_fits(elsewhere))
        wait_for(lambda: views.zone_fits(at_gate))
        stage.ask("move", pan=0.5)
        wait_for(lambda: not views.zone_fits(at_gate))
    finally:
        views.close()
