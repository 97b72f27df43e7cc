"""Discovery: ONVIF cameras on the local network and what each has: streams, sizes, PTZ.

WS-Discovery by multicast, then a few questions to each camera that answered, eight at a time. Makes
rows for cameras.csv whose credentials are references to the environment, never the credentials.
Blocking: for a thread of its own or a command. Together with `onvif.py` the importer of onveef.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from config.site import Camera
from ingest.errors import GridwallError
from ingest.logs import redacted
from ingest.ptz.device import PtzUnavailable
from ingest.ptz.onvif import OnvifAddress, asked, connect, know_services

#: Cameras asked at once, and how long each of their answers may take.
AT_ONCE = 8
ANSWER_S = 3.0
#: How long cameras may take to say that they are there (WS-Discovery's own delay is 0.5 s).
LISTEN_S = 3.0
CAMERAS_MOST = 512


class FoundStream(Struct, frozen=True):
    """One profile. `url` without credentials."""

    profile: str
    url: str
    width_px: int
    height_px: int
    codec: str = ""


class FoundCamera(Struct, frozen=True):
    """One camera that answered; `error` says why it told no more. `wants_password`: a right one."""

    host: str
    device_url: str
    name: str = ""
    hardware: str = ""
    streams: tuple[FoundStream, ...] = ()
    can_turn: bool = False
    error: str | None = None
    wants_password: bool = False

    @property
    def main(self) -> FoundStream | None:
        """The largest picture."""
        return max(self.streams, key=_pixels, default=None)

    @property
    def sub(self) -> FoundStream | None:
        """The smallest picture, where there is a smaller one."""
        smallest = min(self.streams, key=_pixels, default=None)
        return None if smallest is None or smallest is self.main else smallest

    @property
    def proposed_id(self) -> str:
        """An id for the register; an operator may write another."""
        return f"onvif-{self.host.replace('.', '-').replace(':', '-')}"


def _pixels(stream: FoundStream) -> int:
    return stream.width_px * stream.height_px


def find(
    user: str, password: str, *, interface_ip: str | None = None, listen_s: float = LISTEN_S
) -> tuple[FoundCamera, ...]:
    """Every ONVIF camera that answers, by address, with what it tells.

    Args:
        interface_ip: own address of the network to ask in; None: all of them, one after another.

    Raises:
        PtzUnavailable: the library is missing.
    """
    try:
        from onveef import wsdiscovery
    except ImportError as error:
        raise PtzUnavailable("discovery needs the Python package onveef") from error
    answered = wsdiscovery.discover(timeout_s=listen_s, interface_ip=interface_ip)
    devices = [device for device in answered if device.device_service][:CAMERAS_MOST]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ThreadPoolExecutor-onvif") as pool:
        found = pool.map(
            lambda device: described(
                device.device_service, user, password, name=device.name, hardware=device.hardware
            ),
            devices,
        )
        return tuple(sorted(found, key=lambda camera: camera.host))


def described(
    device_url: str, user: str, password: str, *, name: str = "", hardware: str = ""
) -> FoundCamera:
    """What one camera tells of itself. Never raises for the camera: `error` says it."""
    host = urlsplit(device_url).hostname or device_url
    client = connect(OnvifAddress(device_url, user, password, None), ANSWER_S)
    try:
        know_services(client)
        profiles = asked(client.get_profiles)
        streams = []
        for profile in profiles:
            token = str(profile.get("token", ""))
            encoder = profile.get("video_encoder") or {}
            if not token or not encoder:
                continue
            url = asked(functools.partial(client.get_stream_uri, profile_token=token))
            streams.append(_stream(token, url, encoder))
        can_turn = any(profile.get("ptz") for profile in profiles) and client.endpoint.has("ptz")
        return FoundCamera(host, device_url, name, hardware, tuple(streams), can_turn)
    except GridwallError as error:
        return FoundCamera(
            host, device_url, name, hardware, error=redacted(str(error)),
            wants_password=isinstance(error, PtzUnavailable),
        )  # fmt: skip
    finally:
        client.close()


def _stream(token: str, url: str, encoder: Mapping[str, object]) -> FoundStream:
    return FoundStream(
        token, _bare(url), _whole(encoder.get("width")), _whole(encoder.get("height")),
        str(encoder.get("encoding") or ""),
    )  # fmt: skip


def _whole(value: object) -> int:
    try:
        return int(float(str(value)))
    except ValueError:
        return 0


def _bare(url: str) -> str:
    """A URL without user and password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))


def with_references(url: str, user_name: str, password_name: str) -> str:
    """`url` with `${USER}:${PASSWORD}@`: names of environment variables, never values."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    at = f"${{{user_name}}}:${{{password_name}}}@" if user_name else ""
    return urlunsplit((parts.scheme, at + host, parts.path, parts.query, parts.fragment))


def register_row(
    camera: FoundCamera, camera_id: str, name: str, user_name: str, password_name: str
) -> dict[str, str]:
    """A row of cameras.csv. Raises ValueError for a camera without a stream."""
    if camera.main is None:
        raise ValueError(f"{camera.host} told no stream: {camera.error or 'no profile'}")
    row = {
        "id": camera_id,
        "name": name,
        "main_url": with_references(camera.main.url, user_name, password_name),
    }
    if camera.sub is not None:
        row["sub_url"] = with_references(camera.sub.url, user_name, password_name)
    if camera.can_turn:
        row["ptz_url"] = with_references(camera.device_url, user_name, password_name)
    return row


def known_hosts(cameras: Iterable[Camera]) -> frozenset[str]:
    """Hosts the register has already."""
    urls = (url for camera in cameras for url in (camera.main_url, camera.ptz_url) if url)
    return frozenset(host for host in (urlsplit(url).hostname for url in urls) if host)
