"""Discovery on a network of its own, and its way into the register through a real hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from feed_kit import RunningHub
from onvif_kit import CameraNetwork

from config.directory import SiteDirectory
from config.load import load_site
from console.app import cli
from ingest.clock import SystemClock
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.registers import SiteService
from ingest.ptz.adding import AlreadyThere, add_cameras
from ingest.ptz.discovery import FoundCamera, FoundStream, find, register_row
from ingest.ptz.onvif import OnvifDevice
from ingest.ptz.service import PtzService

SMALL = FoundStream("sub", "rtsp://10.0.0.5:554/2", 640, 360)
LARGE = FoundStream("main", "rtsp://10.0.0.5:554/1?x=1", 1920, 1080)


def test_cameras_on_the_network_are_found_with_their_streams_and_ptz(
    camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path / "a", user="operator", password="secret", name="Gate")
    found = find("operator", "secret", interface_ip=camera_network.here, listen_s=1.5)
    assert [camera.host for camera in found] == [camera_network.there]
    camera = found[0]
    assert camera.error is None
    assert camera.can_turn
    assert camera.main is not None
    assert camera.sub is not None
    assert (camera.main.width_px, camera.main.height_px) == (1920, 1080)
    assert (camera.sub.width_px, camera.sub.height_px) == (640, 360)
    assert camera.main.url.startswith(f"rtsp://{camera_network.there}")
    wrong = find("operator", "hunter2", interface_ip=camera_network.here, listen_s=1.5)[0]
    assert wrong.error is not None
    assert wrong.wants_password
    assert "hunter2" not in repr(wrong)
    assert wrong.streams == ()


def test_a_row_refers_to_the_environment_and_holds_no_password() -> None:
    camera = FoundCamera(
        "10.0.0.5", "http://10.0.0.5/onvif/device_service", streams=(SMALL, LARGE), can_turn=True
    )
    row = register_row(camera, "C9", "东门", "CAMERA_USER", "CAMERA_PASSWORD")
    at = "${CAMERA_USER}:${CAMERA_PASSWORD}@10.0.0.5"
    assert row == {
        "id": "C9", "name": "东门", "main_url": f"rtsp://{at}:554/1?x=1",
        "sub_url": f"rtsp://{at}:554/2", "ptz_url": f"http://{at}/onvif/device_service",
    }  # fmt: skip
    with pytest.raises(ValueError, match="no stream"):
        register_row(FoundCamera("h", "http://h"), "C9", "", "", "")


def test_the_hub_searches_and_writes_the_register_with_references_only(
    camera_network: CameraNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera_network.camera(tmp_path / "a", user="operator", password="secret", name="Gate")
    monkeypatch.setenv("CAMERA_USER", "operator")
    monkeypatch.setenv("CAMERA_PASSWORD", "secret")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text('name = "T"\n')
    first = "id,name,switch,main_url\nC1,Old,S7,rtsp://${CAMERA_USER}@10.9.9.9/1\n"
    (folder / "cameras.csv").write_text(first)
    registers = SiteService(load_site(folder))
    service = PtzService(lambda: registers.directory, OnvifDevice)
    hub = RunningHub(tmp_path / "hub", (registers, service), SystemClock()).start()
    client = QueryClient(hub.addresses.query)
    try:
        reply = client.ask(
            "discover", timeout_s=20, user_name="CAMERA_USER", password_name="CAMERA_PASSWORD",
            interface_ip=camera_network.here,
        )  # fmt: skip
        assert [row["is_known"] for row in reply["cameras"]] == [False]
        found = find("operator", "secret", interface_ip=camera_network.here, listen_s=1.0)
        row = register_row(found[0], "C2", "Gate", "CAMERA_USER", "CAMERA_PASSWORD")
        add_cameras(client.ask, [row], "seat 1")
        text = (folder / "cameras.csv").read_text()
        assert first.splitlines()[1] in text
        assert "${CAMERA_USER}:${CAMERA_PASSWORD}@" + camera_network.there in text
        assert "secret" not in text
        added = SiteDirectory(load_site(folder)).camera("C2")
        assert added is not None
        assert added.ptz_url == camera_network.url(credentials="operator:secret")
        with pytest.raises(AlreadyThere, match="C2"):
            add_cameras(client.ask, [row], "seat 1")
    finally:
        client.close()
        service.close()
        hub.stop()


def test_only_variables_of_cameras_may_be_named_and_a_missing_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAMERA_USER", raising=False)
    (tmp_path / "site.toml").write_text('name = "T"\n')
    (tmp_path / "cameras.csv").write_text("id,name,main_url\nC1,Old,rtsp://10.9.9.9/1\n")
    directory = SiteDirectory(load_site(tmp_path))
    service = PtzService(lambda: directory, OnvifDevice)
    hub = RunningHub(tmp_path / "hub", (service,), SystemClock()).start()
    client = QueryClient(hub.addresses.query)
    try:
        with pytest.raises(QueryRefused, match="user_name"):
            client.ask("discover", user_name="PATH")
        with pytest.raises(QueryRefused, match="CAMERA_USER is not set"):
            client.ask("discover", user_name="CAMERA_USER")
    finally:
        client.close()
        service.close()
        hub.stop()


def test_the_command_prints_what_was_found_as_one_object(
    camera_network: CameraNetwork,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    camera_network.camera(tmp_path / "a", user="operator", password="secret")
    monkeypatch.setenv("CAMERA_USER", "operator")
    monkeypatch.setenv("CAMERA_PASSWORD", "secret")
    monkeypatch.setattr(cli, "configure_logging", lambda *_args, **_options: None)
    where = ["--interface", camera_network.here, "--seconds", "1.5"]
    assert cli.main(["discover", *where, "--json"]) == 0
    line = capsys.readouterr().out.strip().splitlines()[-1]
    found = json.loads(line)["cameras"]
    assert [(camera["host"], camera["can_turn"]) for camera in found] == [
        (camera_network.there, True)
    ]
    assert "secret" not in line
    assert cli.main(["discover", "--add", "all"]) == 2
