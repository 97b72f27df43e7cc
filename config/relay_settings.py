"""[relay] of site.toml: cameras that allow one session, opened by one machine for all."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct


class RelaySettings(Struct, frozen=True):
    """[relay]: `gridwall relay` opens these cameras once and passes their packets on as RTSP."""

    #: Ids of the cameras, with * and ?; empty = every machine opens every camera itself.
    cameras: tuple[str, ...] = ()
    #: host:port where every machine of the site reaches the relay.
    address: str = "127.0.0.1:7464"
    #: host:port of further machines, best first: each relays what none before it can get.
    stand_ins: tuple[str, ...] = ()
    #: host:port the relay listens on where that is another one (behind a router); None = `address`.
    listen: str | None = None
    #: What the machines say to the relay (digest), best as "${NAME}"; needed beyond this machine.
    password: str | None = None

    def takes(self, camera_id: str) -> bool:
        """Whether a camera goes through the relay."""
        return any(fnmatchcase(camera_id, pattern) for pattern in self.cameras)

    @property
    def places(self) -> tuple[str, ...]:
        """host:port of every relay, the preferred one first."""
        return (self.address, *self.stand_ins)
