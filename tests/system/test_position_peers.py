"""Positions from real peers: a mosquitto broker with OwnTracks, gpsd fed by NMEA."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from feed_kit import Plain, wait_for
from hub_process import HubProcess, free_port, write_site
from paho.mqtt.enums import CallbackAPIVersion

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]


def positions(hub: HubProcess, plain: Plain) -> dict[str, dict[str, Any]]:
    found = plain.ask(plain.dealer(hub.ready["query"]), op="snapshot")["positions"]
    return {entry["device_id"]: entry for entry in found}


@contextmanager
def broker(folder: Path, port: int) -> Iterator[None]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("needs Debian's mosquitto")
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    process = subprocess.Popen(
        [program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: listens(port))
        yield
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def report(device: str, lat: float, port: int) -> None:
    """What the OwnTracks app publishes, from a client of its own."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    body = {
        "_type": "location",
        "lat": lat,
        "lon": 120.3,
        "tst": int(time.time()),
        "acc": 7,
        "vel": 18,
    }
    client.publish(f"owntracks/wang/{device}", json.dumps(body), qos=1).wait_for_publish(10)
    client.publish(f"owntracks/wang/{device}", b"\xff{not json", qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_owntracks_reports_come_through_a_broker_that_may_come_back(tmp_path: Path) -> None:
    port, plain = free_port(), Plain()
    site = write_site(tmp_path / "site", more=f'[mqtt]\nurl = "mqtt://127.0.0.1:{port}"')
    hub = HubProcess(site, gateway=True).start()
    try:
        for lat in (36.1, 36.1001):  # the broker is not there at first, and goes away between
            with broker(tmp_path, port):

                def arrived(lat: float = lat) -> bool:
                    report("0007", lat, port)
                    return positions(hub, plain).get("0007", {}).get("lat_deg") == lat

                wait_for(arrived, 30)
        entry = positions(hub, plain)["0007"]
        assert (entry["inspector_id"], entry["source"]) == ("p-1", "owntracks")
        assert entry["speed_mps"] == pytest.approx(5.0)
    finally:
        hub.stop()
        plain.close()


def sentence(body: str) -> str:
    check = 0
    for letter in body:
        check ^= ord(letter)
    return f"${body}*{check:02X}\r\n"


def nmea(minutes: int) -> str:
    """A receiver standing at 36°06' N 120°18' E, a fix a second, ending about now."""
    begin = datetime.now(UTC) - timedelta(minutes=minutes)
    lines = []
    for second in range(minutes * 60):
        at = begin + timedelta(seconds=second)
        clock, day = at.strftime("%H%M%S.00"), at.strftime("%d%m%y")
        lines.append(sentence(f"GPGGA,{clock},3606.0000,N,12018.0000,E,1,08,0.9,12.0,M,0.0,M,,"))
        lines.append(sentence(f"GPRMC,{clock},A,3606.0000,N,12018.0000,E,3.0,90.0,{day},,,A"))
    return "".join(lines)


def test_a_receiver_behind_gpsd_is_followed(tmp_path: Path) -> None:
    if shutil.which("gpsfake") is None:
        pytest.skip("needs Debian's gpsd and gpsd-clients (gpsfake)")
    port, plain = free_port(), Plain()
    log = tmp_path / "walk.nmea"
    log.write_text(nmea(minutes=2))
    site = write_site(
        tmp_path / "site", more=f'[positions]\ngpsd = {{ "0008" = "127.0.0.1:{port}" }}'
    )
    hub = HubProcess(site, gateway=True).start()
    daemon = subprocess.Popen(
        ["gpsfake", "-q", "-c", "0.2", "-P", str(port), str(log)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(lambda: "0008" in positions(hub, plain), 60)
        entry = positions(hub, plain)["0008"]
        assert (entry["inspector_id"], entry["source"]) == ("p-2", "gpsd")
        assert entry["lat_deg"] == pytest.approx(36.1, abs=1e-4)
        assert entry["lon_deg"] == pytest.approx(120.3, abs=1e-4)
    finally:
        daemon.send_signal(signal.SIGINT)
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait(10)
        hub.stop()
        plain.close()
