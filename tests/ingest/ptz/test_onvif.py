"""OnvifDevice against the simulator in its own network namespace."""

from __future__ import annotations

from pathlib import Path

import pytest
from onvif_kit import CameraNetwork

from ingest.ptz.device import CameraAway, PtzPosition, PtzUnavailable, PtzVelocity
from ingest.ptz.onvif import OnvifDevice, address_of


def test_an_address_is_taken_apart_and_keeps_its_credentials_out_of_the_url() -> None:
    address = address_of("onvif://operator:p%40ss@10.0.0.5:8000#Profile_2")
    assert address.url == "http://10.0.0.5:8000/onvif/device_service"
    assert (address.user, address.password, address.profile) == ("operator", "p@ss", "Profile_2")


def test_a_camera_moves_stops_and_tells_where_it_looks(
    camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path, user="operator", password="secret")
    device = OnvifDevice(camera_network.url(credentials="operator:secret"), 3.0)
    try:
        device.absolute(PtzPosition(0.25, -0.5, 0.3))
        assert device.status().position == PtzPosition(0.25, -0.5, 0.3)
        device.move(PtzVelocity(pan=0.5), 2.0)
        assert device.status().is_moving is True
        device.stop()
        resting = device.status()
        assert resting.is_moving is False
        token = device.save("东门", None)
        device.home()
        at_home = device.status().position
        assert at_home is not None
        assert at_home.pan_norm == pytest.approx(0.0)
        saved = next(preset for preset in device.presets() if preset.token == token)
        assert saved.name == "东门"
        device.goto(token)
        assert device.status().position == resting.position
    finally:
        device.close()


def test_a_wrong_password_and_a_dead_address_are_told_apart_without_the_password(
    camera_network: CameraNetwork, tmp_path: Path
) -> None:
    camera_network.camera(tmp_path, user="operator", password="secret")
    wrong = OnvifDevice(camera_network.url(credentials="operator:hunter2"), 3.0)
    dead = OnvifDevice(camera_network.url(port=8999, credentials="operator:hunter2"), 1.0)
    try:
        with pytest.raises(PtzUnavailable, match="user name or password") as refused:
            wrong.status()
        with pytest.raises(CameraAway) as away:
            dead.status()
        assert "hunter2" not in f"{refused.value} {away.value}"
    finally:
        wrong.close()
        dead.close()
