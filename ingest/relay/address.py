"""Where the relay is: the address of a camera for every machine but the relay's own process."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import quote

from msgspec import structs

from config.relay_settings import RelaySettings
from config.site import Camera
from ingest.errors import Misconfigured

RELAY_USER = "gridwall"


def through_relay(camera: Camera, relay: RelaySettings) -> Camera:
    """The camera as other machines open it: one stream, at the relay; unchanged if it takes no part."""
    if not relay.takes(camera.id):
        return camera
    secret = f"{RELAY_USER}:{quote(relay.password, safe='')}@" if relay.password else ""
    url = f"rtsp://{secret}{relay.address}/{quote(camera.id, safe='')}"
    return structs.replace(camera, main_url=url, sub_url=None)


def place_of(relay: RelaySettings) -> tuple[str, int]:
    """Host and port to listen on.

    Raises:
        Misconfigured: no host:port, or an address others reach without a password.
    """
    text = relay.listen or relay.address
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) < 65_536:
        raise Misconfigured(f"[relay] {text!r} is no host:port, so the relay cannot listen there")
    if not relay.password and not _is_loopback(host):
        raise Misconfigured(
            f"[relay] {text} is reached by other machines and has no password: anybody could watch. "
            'Set password = "${GRIDWALL_RELAY}" in site.toml'
        )
    return host.strip("[]"), int(port)


def is_here(relay: RelaySettings) -> bool:
    """Whether the relay's address is one of this machine's. Raises Misconfigured as `place_of`."""
    host, _port = place_of(relay)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
