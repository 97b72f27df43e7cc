"""OnvifDevice: PTZ of one camera by ONVIF, through the library onveef (its only importer with discovery).

Credentials come from the address (`http://user:password@host/onvif/device_service#profile`) and
never leave it: every text of the library passes `redacted`. Blocking; used by one thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from ingest.logs import redacted
from ingest.ptz.device import (
    CameraAway,
    CameraRefuses,
    PtzPosition,
    PtzPreset,
    PtzStatus,
    PtzUnavailable,
    PtzVelocity,
)

if TYPE_CHECKING:
    from onveef import OnvifClient

T = TypeVar("T")

#: Where ONVIF devices answer unless their address says otherwise (ONVIF Core, 5.1).
DEVICE_PATH = "/onvif/device_service"
#: A SOAP answer of a PTZ service has a few kB; 256 presets 200 kB.
ANSWER_MOST_BYTES = 1 << 20
PRESETS_MOST = 256


class OnvifAddress(Struct, frozen=True):
    """A `ptz_url`, taken apart. `profile` None: the first one that can be turned."""

    url: str
    user: str
    password: str
    profile: str | None


def address_of(ptz_url: str) -> OnvifAddress:
    """The parts of `ptz_url`; `onvif://` stands for `http://`, an empty path for the usual one."""
    parts = urlsplit(ptz_url)
    scheme = "http" if parts.scheme == "onvif" else parts.scheme
    host = parts.netloc.rpartition("@")[2]
    path = parts.path if parts.path not in ("", "/") else DEVICE_PATH
    return OnvifAddress(
        f"{scheme}://{host}{path}",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.fragment) or None,
    )


def connect(address: OnvifAddress, timeout_s: float) -> OnvifClient:
    """A client that has not spoken yet. Raises PtzUnavailable where the library is missing."""
    try:
        import httpx
        from onveef import OnvifClient
    except ImportError as error:
        raise PtzUnavailable(
            "PTZ needs the Python package onveef beside the hub: install it and start the hub again"
        ) from error
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells every request at INFO
    # Cameras carry certificates they signed themselves; the password goes as a digest only. A
    # transport of its own keeps the machine's proxies out: cameras are never behind one.
    return OnvifClient(
        address.url,
        auto_discover=False,  # its own way swallows errors and never asks again: `know_services`
        username=address.user,
        password=address.password,
        timeout_s=timeout_s,
        retries=0,
        transport=httpx.HTTPTransport(verify=False),
        http_auth="digest",
        max_response_bytes=ANSWER_MOST_BYTES,
    )


def know_services(client: OnvifClient) -> None:
    """Asks the camera once where its services are. Raises as `asked`."""
    from onveef import OnvifEndpoint

    if not client.endpoint.services:
        services = asked(client.discover_services)
        client.set_endpoint(OnvifEndpoint(client.endpoint.device_xaddr, services))


def asked(call: Callable[[], T]) -> T:
    """The library's answer. Raises CameraAway, CameraRefuses, PtzUnavailable for its errors."""
    from onveef import OnvifAuthError, OnvifError

    try:
        return call()
    except OnvifAuthError as error:
        raise PtzUnavailable("the camera refuses user name or password (ONVIF)") from error
    except OnvifError as error:
        text = redacted(str(error))[:300]
        if error.retryable:
            raise CameraAway(f"the camera does not answer: {text}") from error
        raise CameraRefuses(text) from error


class OnvifDevice:
    """A `PtzDevice`."""

    def __init__(self, ptz_url: str, timeout_s: float) -> None:
        """Speaks to nobody yet. Raises PtzUnavailable."""
        address = address_of(ptz_url)
        self._client = connect(address, timeout_s)
        self._profile = address.profile
        self._takes_hold = True

    def move(self, velocity: PtzVelocity, hold_s: float) -> None:
        """Continuous move; a camera that refuses the time limit is moved without one."""
        try:
            self._move(velocity, f"PT{hold_s:g}S" if self._takes_hold else "")
        except CameraRefuses:
            if not self._takes_hold:
                raise
            self._move(velocity, "")
            self._takes_hold = False

    def _move(self, velocity: PtzVelocity, timeout: str) -> None:
        token = self._token()
        asked(
            lambda: self._client.ptz_continuous_move(
                profile_token=token,
                pan=velocity.pan,
                tilt=velocity.tilt,
                zoom=velocity.zoom,
                timeout=timeout,
            )
        )

    def stop(self) -> None:
        token = self._token()
        asked(lambda: self._client.ptz_stop(profile_token=token))

    def absolute(self, position: PtzPosition) -> None:
        token = self._token()
        asked(
            lambda: self._client.ptz_absolute_move(
                profile_token=token,
                pan=position.pan_norm,
                tilt=position.tilt_norm,
                zoom=position.zoom_norm,
            )
        )

    def home(self) -> None:
        token = self._token()
        asked(lambda: self._client.ptz_goto_home_position(profile_token=token))

    def presets(self) -> Sequence[PtzPreset]:
        token = self._token()
        rows = asked(lambda: self._client.ptz_get_presets(profile_token=token))
        return tuple(
            PtzPreset(str(row["token"]), str(row.get("name") or row["token"]), _position(row))
            for row in rows[:PRESETS_MOST]
            if row.get("token")
        )

    def goto(self, token: str) -> None:
        profile = self._token()
        asked(lambda: self._client.ptz_goto_preset(profile_token=profile, preset_token=token))

    def save(self, name: str, token: str | None) -> str:
        profile = self._token()
        return asked(
            lambda: self._client.ptz_set_preset(
                profile_token=profile, preset_name=name, preset_token=token or ""
            )
        )

    def remove(self, token: str) -> None:
        profile = self._token()
        asked(lambda: self._client.ptz_remove_preset(profile_token=profile, preset_token=token))

    def status(self) -> PtzStatus:
        token = self._token()
        row = asked(lambda: self._client.ptz_get_status(profile_token=token))
        states = [str(text).upper() for text in (row.get("move_status") or {}).values() if text]
        known = [text for text in states if text in ("IDLE", "MOVING")]
        return PtzStatus(_position(row), "MOVING" in known if known else None)

    def close(self) -> None:
        """Ends the connection; a call another thread waits in fails."""
        self._client.close()

    def _token(self) -> str:
        """The profile that is turned: the address's, else the first with a PTZ configuration."""
        know_services(self._client)
        if self._profile is None:
            profiles = asked(self._client.get_profiles)
            found = next((p for p in profiles if p.get("ptz")), None)
            if found is None:
                raise PtzUnavailable("the camera has no profile that can be turned")
            self._profile = str(found["token"])
        return self._profile


def _position(row: dict[str, Any]) -> PtzPosition | None:
    if not any(key in row for key in ("pan", "tilt", "zoom")):
        return None
    return PtzPosition(row.get("pan"), row.get("tilt"), row.get("zoom"))
