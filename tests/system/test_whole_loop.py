"""What the product is for, over real processes: an alert in the demonstration city becomes a closed case.

The operator has a keyboard only (real keys on a virtual screen), the inspector a phone (real Chromium), a
second seat watches. Hub, gateway, cameras and console are the real processes; only the worker is
played, so that the alert comes when the test wants it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from phone import phone
from pytestqt.qtbot import QtBot

from config.geometry import GeoPoint, distance_m, moved
from config.load import load_site
from config.site import Site
from console.app.console_feed import SeatFeed
from console.app.demo_app import CLIPS_FOLDER
from console.bridge.desk_line import DeskLine
from console.bridge.gui_thread import Errands
from console.demo.site_files import DemoAddresses, write_site
from console.desk.case import CaseId
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.wall import WallState
from ingest.clock import SystemClock
from ingest.feed.envelope import Noun, new_event, utc_text
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from tests.console_process import WAIT_S, ConsoleProcess, wait
from tests.hub_process import HubProcess, free_ports
from vision.alerts import AlertData, AlertKind

pytestmark = [pytest.mark.system, pytest.mark.gui, pytest.mark.timeout(300)]

CAMERA = "cam-109"
#: The picture and the place are on the operator's screen after the alert within this time.
LINK_S = 2.0


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Site]:
    """The demonstration city's site with its cameras, hub and gateway."""
    if shutil.which("xdotool") is None:
        pytest.skip("needs xdotool (Debian package) for real key presses")
    intake, feed, query, http, jt808, rtsp, control = free_ports(7)
    host = "127.0.0.1"
    folder = tmp_path / "city"
    folder.mkdir()
    addresses = DemoAddresses(
        f"tcp://{host}:{intake}", f"tcp://{host}:{feed}", f"tcp://{host}:{query}",
        f"{host}:{http}", f"{host}:{jt808}", rtsp,
    )  # fmt: skip
    write_site(folder, addresses)
    cameras = subprocess.Popen(
        [sys.executable, "-m", "console.demo.street_server", "--port", str(rtsp),
         "--control-port", str(control), "--clips", str(CLIPS_FOLDER), "--parent", str(os.getpid())],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    hub = HubProcess(folder, gateway=True).start()
    try:
        yield load_site(folder)
    finally:
        hub.stop()
        cameras.terminate()
        cameras.wait(20)


@pytest.fixture
def client(city: Site) -> Iterator[QueryClient]:
    with QueryClient(city.hub.query) as asking:
        yield asking


@pytest.fixture
def operator(virtual_screen: str, tmp_path: Path, city: Site) -> Iterator[ConsoleProcess]:
    seat = ConsoleProcess(virtual_screen, tmp_path, "--site", str(city.folder), "--seat", "seat-1")
    yield seat
    seat.clean()


class Watcher:
    """Another seat: its session as the feed keeps it, and what the hub answers to its acts."""

    def __init__(self, site: Site) -> None:
        self.session = ConsoleSession(site, WallState(), SystemClock())
        self._errands = Errands(1)
        self._client = QueryClient(site.hub.query)
        self.desk = DeskLine(self.session, self._client, self._errands, "seat-2")
        self._feed = SeatFeed(self.session, SeatMemory())
        self._feed.start()
        self.seen: list[str] = []
        self.session.cases.changed.connect(self._note)

    def _note(self, ids: frozenset[CaseId]) -> None:
        for case_id in ids:
            row = self.session.cases.get(case_id)
            if row is not None and row.case.state.value not in self.seen[-1:]:
                self.seen.append(row.case.state.value)

    def close(self) -> None:
        self._feed.close()
        self._errands.close()
        self._client.close()


@pytest.fixture
def watcher(qtbot: QtBot, city: Site) -> Iterator[Watcher]:
    seat = Watcher(city)
    qtbot.waitUntil(lambda: seat.session.feed.get().is_live, timeout=round(WAIT_S * 1000))
    yield seat
    seat.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    picture = np.zeros((900, 1200, 3), np.uint8)
    picture[:] = (90, 120, 140)
    file = tmp_path / "after.jpg"
    cv2.imwrite(str(file), picture)
    return file


def scene_of(site: Site) -> GeoPoint:
    """Ground that the camera sees, from its own calibration."""
    calibration = next(one for one in site.calibrations if one.camera_id == CAMERA)
    return calibration.pairs[0].place


def raise_alert(site: Site, folder: Path) -> float:
    """A worker's alert; when it was sent (monotonic)."""
    place, now = scene_of(site), time.time_ns()
    zone = next(zone for zone in site.zones if zone.camera_id == CAMERA)
    data = AlertData(
        alert_id="alert-loop", kind=AlertKind.STALL, camera_id=CAMERA, zone_id=zone.id,
        since_utc=utc_text(now), box_norm=(0.3, 0.4, 0.6, 0.8), score=0.9, lat_deg=place.lat_deg,
        lon_deg=place.lon_deg, place_error_m=2.0, snapshot=None, clip=None, model="test", rule="stall/1",
    )  # fmt: skip
    publisher = Publisher(site.hub.intake, "/worker/test", folder)
    publisher.start()
    sent_s = time.monotonic()
    publisher.publish(new_event(Noun.ALERT, "raised", data, source="/worker/test", utc_ns=now))
    assert publisher.wait_acked(WAIT_S)
    publisher.close(1)
    return sent_s


def case_of(client: QueryClient) -> dict[str, Any] | None:
    found = client.ask("cases", timeout_s=10)["cases"]
    return dict(found[0]) if found else None


def state_of(client: QueryClient) -> str:
    case = case_of(client)
    return str(case["state"]) if case else ""


def press_until(
    seat: ConsoleProcess, client: QueryClient, keys: tuple[str, ...], state: str
) -> None:
    """Presses a key; again where the seat still held the version before somebody else's act."""

    def arrived() -> bool:
        if state_of(client) == state:
            return True
        seat.key(*keys)
        end_s = time.monotonic() + 7.0  # a dispatch can be taken back for five seconds
        while time.monotonic() < end_s and state_of(client) != state:
            time.sleep(0.1)
        return state_of(client) == state

    wait(arrived, f"the case {state}", 60.0)


def test_an_alert_is_taken_to_its_end_by_keyboard_phone_and_camera(
    operator: ConsoleProcess,
    watcher: Watcher,
    client: QueryClient,
    city: Site,
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
) -> None:
    inspector = city.inspectors[0]
    scene = scene_of(city)
    start = moved(scene, -120.0, 0.0)
    operator.start()
    url = client.ask("field.link", inspector_id=inspector.id)["url"]
    with phone() as page:
        page.open(url)
        page.wait_text("暂无任务")
        page.stand_at(start.lat_deg, start.lon_deg)
        page.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["geolocation"]})
        page.tap("[data-do=share]")
        page.wait_text("已开启")
        wait(lambda: near(client, inspector.id, start), "the phone's position")

        # smoke rises: proposed, seen by the other seat at once
        sent_s = raise_alert(city, tmp_path / "spool")
        qtbot.waitUntil(lambda: bool(watcher.session.cases.rows()), timeout=10_000)
        assert time.monotonic() - sent_s < LINK_S
        case = wait(lambda: case_of(client), "the proposal")

        # picture, place, people: one key opens it; the nearest come with reasons and their way
        operator.key("Down", "Return")
        wait(lambda: operator.memory().get("open_case") == case["case_id"], "the open case")

        def nearest() -> list[dict[str, Any]]:
            found = client.ask("candidates", case_id=case["case_id"])["candidates"]
            return [one for one in found if not one["shortfalls"]]

        first = wait(nearest, "somebody who can go")[0]
        assert first["inspector_id"] == inspector.id
        assert first["by_road"]
        assert first["reasons"]
        operator.picture(tmp_path / "1-alert.png")
        press_until(operator, client, ("shift+Return",), "filed")
        press_until(operator, client, ("d",), "dispatched")
        qtbot.waitUntil(lambda: watcher.seen[-1:] == ["dispatched"], timeout=10_000)

        # the phone has it, accepts, walks there: its position alone says that it arrived
        page.tap(f"[data-case='{case['case_id']}']")
        page.wait_text("约")
        page.picture(tmp_path / "2-phone.png")
        page.tap("[data-do=accept]")
        wait(lambda: state_of(client) == "handling", "the accepted case")
        for share in (0.35, 0.7, 1.0):
            at = moved(start, 120.0 * share, 0.0)
            page.stand_at(at.lat_deg, at.lon_deg)
            wait(lambda at=at: near(client, inspector.id, at), "the phone's position", 40.0)
        arrived = wait(lambda: arrival(client, case["case_id"]), "the arrival", 60.0)
        assert arrived == "system"
        page.tap("[data-do=photo_after]")
        page.give_photo(photo)
        wait(lambda: bool((case_of(client) or {})["photos"]), "the after-picture")
        page.tap("[data-do=feedback]")
        page.write("textarea", "已劝离，现场清理完毕")
        page.tap("[data-do=send]")
        wait(lambda: state_of(client) == "verifying", "the report back")

        # the operator looks through the camera and closes; the other seat is told, not overwritten
        operator.picture(tmp_path / "3-verify.png")
        operator.key("ctrl+shift+v")
        wait(lambda: verified(client, case["case_id"]), "the verification")
        press_until(operator, client, ("ctrl+shift+c",), "closed")
        operator.picture(tmp_path / "4-closed.png")
        qtbot.waitUntil(lambda: watcher.seen[-1:] == ["closed"], timeout=10_000)
        assert watcher.seen == [
            "proposed", "filed", "dispatched", "handling", "verifying", "closed",
        ]  # fmt: skip
        page.wait_text("暂无任务")
    timeline = client.ask("case", id=case["case_id"])["timeline"]
    who = {row["act"]: row["actor"] for row in timeline}
    for act in ("file", "dispatch", "verify", "close"):
        assert who[act] == "seat-1"
    assert who["accept"] == who["feedback"] == inspector.id
    assert client.ask("audit.verify")["intact"]
    assert "Traceback" not in operator.log()


def near(client: QueryClient, inspector_id: str, place: GeoPoint) -> bool:
    last = client.ask("snapshot")["positions"]
    mine = [one for one in last if one["inspector_id"] == inspector_id]
    return bool(mine) and distance_m(GeoPoint(mine[0]["lat_deg"], mine[0]["lon_deg"]), place) < 1.0


def arrival(client: QueryClient, case_id: str) -> str:
    rows = client.ask("case", id=case_id)["timeline"]
    return next((str(row["actor"]) for row in rows if row["act"] == "arrive"), "")


def verified(client: QueryClient, case_id: str) -> bool:
    return any(row["act"] == "verify" for row in client.ask("case", id=case_id)["timeline"])
