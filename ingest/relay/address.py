"""Where the relays are: the address of a camera for every machine but the relay's own process."""

from __future__ import annotations

import socket
from urllib.parse import quote

from msgspec import structs

from config.host_port import host_and_port, is_loopback
from config.relay_settings import RelaySettings
from config.site import Camera
from ingest.errors import Misconfigured

RELAY_USER = "gridwall"


def through_relay(camera: Camera, relay: RelaySettings) -> Camera:
    """The camera as other machines open it: one stream, at the relay; unchanged if it takes no part."""
    if not relay.takes(camera.id):
        return camera
    secret = f"{RELAY_USER}:{quote(relay.password, safe='')}@" if relay.password else ""
    urls = tuple(f"rtsp://{secret}{place}/{quote(camera.id, safe='')}" for place in relay.places)
    return structs.replace(camera, main_url=urls[0], sub_url=None, relay_urls=urls)


def place_of(relay: RelaySettings, address: str | None = None) -> tuple[str, int]:
    """Host and port to listen on as `address`, one of the relay's places; None: the first.

    Raises:
        Misconfigured: no host:port, or an address others reach without a password.
    """
    text = address or relay.address
    if relay.listen and text == relay.address:
        text = relay.listen
    place = host_and_port(text)
    if place is None:
        raise Misconfigured(f"[relay] {text!r} is no host:port, so the relay cannot listen there")
    if not relay.password and not is_loopback(place[0]):
        raise Misconfigured(
            f"[relay] {text} is reached by other machines and has no password: anybody could watch. "
            'Set password = "${GRIDWALL_RELAY}" in site.toml'
        )
    return place


def own_address(relay: RelaySettings) -> str | None:
    """The first of the relay's places that is on this machine; None: it relays nothing.

    Raises Misconfigured as `place_of`.
    """
    return next((place for place in relay.places if _is_here(place_of(relay, place)[0])), None)


def _is_here(host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True
