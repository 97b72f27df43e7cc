"""Fixtures of the PTZ tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from onvif_kit import CameraNetwork


@pytest.fixture
def camera_network() -> Iterator[CameraNetwork]:
    network = CameraNetwork()
    network.open()
    yield network
    network.close()
