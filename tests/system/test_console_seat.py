"""A seat as its user meets it: the real process on a real screen with a real hub, by keyboard."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.load import load_site
from ingest.feed.envelope import Noun, new_event, utc_text
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from tests.console_process import WAIT_S, ConsoleProcess, wait
from tests.hub_process import HubProcess, write_site
from vision.alerts import AlertData, AlertKind

pytestmark = [pytest.mark.system, pytest.mark.gui]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    if shutil.which("xdotool") is None:
        pytest.skip("needs xdotool (Debian package) for real key presses")
    return write_site(tmp_path / "site")


@pytest.fixture
def hub(site: Path) -> Iterator[HubProcess]:
    process = HubProcess(site).start()
    yield process
    process.stop()


@pytest.fixture
def console(
    virtual_screen: str, tmp_path: Path, site: Path, hub: HubProcess
) -> Iterator[ConsoleProcess]:
    seat = ConsoleProcess(virtual_screen, tmp_path, "--site", str(site), "--seat", "seat-1")
    yield seat
    seat.clean()


@pytest.fixture
def client(site: Path, hub: HubProcess) -> Iterator[QueryClient]:
    with QueryClient(load_site(site).hub.query) as asking:
        yield asking


def _raise_alert(site: Path, folder: Path) -> None:
    now = time.time_ns()
    data = AlertData(
        alert_id="alert-1", kind=AlertKind.STALL, camera_id=load_site(site).cameras[0].id,
        zone_id=None, since_utc=utc_text(now), box_norm=(0.2, 0.2, 0.5, 0.5), score=0.9,
        lat_deg=36.1, lon_deg=120.3, place_error_m=2.0, snapshot=None, clip=None, model="test",
        rule="stall/1",
    )  # fmt: skip
    publisher = Publisher(load_site(site).hub.intake, "worker-test", folder)
    publisher.start()
    publisher.publish(new_event(Noun.ALERT, "raised", data, source="worker-test", utc_ns=now))
    assert publisher.wait_acked(WAIT_S)
    publisher.close(1)


def _the_case(client: QueryClient) -> dict[str, Any] | None:
    found = client.ask("cases", timeout_s=10)["cases"]
    return dict(found[0]) if found else None


def _state(client: QueryClient) -> str:
    found = _the_case(client)
    return str(found["state"]) if found else ""


def test_a_case_is_filed_by_keyboard_and_a_killed_seat_comes_back_as_it_was(
    console: ConsoleProcess, client: QueryClient, site: Path, tmp_path: Path
) -> None:
    console.start()
    assert "cv2" not in console.modules()
    _raise_alert(site, tmp_path / "spool")
    case = wait(lambda: _the_case(client), "the proposal")
    console.key("Down", "Return")
    wait(lambda: console.memory().get("open_case") == case["case_id"], "the open case")
    if case["item_code"] is None:
        client.ask("act", case_id=case["case_id"], act="amend", item_code="0101", actor="test")

    def filed() -> bool:
        # right after somebody else's act the seat may still hold the former version: press again
        console.key("shift+Return")
        waiter = threading.Event()
        waiter.wait(0.5)
        return _state(client) == "filed"

    wait(filed, "the filed case")
    timeline = client.ask("case", id=case["case_id"])["timeline"]
    assert timeline[-1]["actor"] == "seat-1"
    before = console.memory()
    console.kill()
    began = time.monotonic()
    console.start()
    took_s = time.monotonic() - began
    after = console.memory()
    assert after["open_case"] == case["case_id"]
    assert after["splitters"] == before["splitters"]
    assert took_s < 3.0 or os.getloadavg()[0] > 4.0, f"the restart took {took_s:.1f} s"
    assert console.leave() == 0


def test_a_killed_hub_is_said_and_the_seat_is_live_again_by_itself(
    console: ConsoleProcess, hub: HubProcess
) -> None:
    console.start()
    hub.kill()
    wait(lambda: "feed: stale" in console.log(), "the stale feed")
    hub.start()
    wait(lambda: console.log().count("feed: live") >= 2, "the live feed after the hub came back")
    assert "Traceback" not in console.log()


def test_a_seat_starts_from_the_hubs_address_alone(
    virtual_screen: str, tmp_path: Path, site: Path, hub: HubProcess
) -> None:
    seat = ConsoleProcess(
        virtual_screen, tmp_path, "--hub", load_site(site).hub.query, "--language", "en"
    )
    try:
        seat.start()
        wait(lambda: seat.memory().get("language") == "en", "the remembered language")
        assert seat.leave() == 0
    finally:
        seat.clean()


def test_seats_of_an_encrypted_hub_are_live_with_the_sites_key_or_their_own(
    virtual_screen: str, tmp_path: Path
) -> None:
    if shutil.which("xdotool") is None:
        pytest.skip("needs xdotool (Debian package) for real key presses")
    site = write_site(tmp_path / "site", more="[curve]\nenabled = true\n")
    hub = HubProcess(site).start()
    key_file = tmp_path / "seat-2.toml"
    command = [sys.executable, "-m", "console.app.cli", "keys", "new", "operator", "seat-2"]
    subprocess.run(
        [*command, "--site", str(site), "--out", str(key_file)], check=True, timeout=WAIT_S
    )
    query = load_site(site).hub.query
    seats = (
        ("local", ("--site", str(site))),
        ("remote", ("--hub", query, "--keys", str(key_file))),
    )
    try:
        for name, arguments in seats:
            folder = tmp_path / name
            folder.mkdir()
            seat = ConsoleProcess(virtual_screen, folder, *arguments)
            try:
                seat.start()
                assert seat.leave() == 0
            finally:
                seat.clean()
    finally:
        hub.stop()
