"""Mass failures: cameras lost together are one line with a cause, not fifty.

Decides what many losses have in common: the owner's group, the device (one host, a recorder), the
network (one switch), or only the moment. Pure; times are UTC nanoseconds.
"""

from __future__ import annotations

import enum
import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from config.site import Camera, CameraId
from console.state.directory import CameraDirectory, owner_of

#: Losses further apart than this do not belong together: streams of one switch run into their
#: time-outs one after the other, within a few seconds (health waits 3 s before it tells).
TOGETHER_S = 10.0
#: This many cameras, and this share of what is behind the same thing, are one failure.
COUNT_MIN = 4
SHARE_MIN = 0.6
#: Without a common cause this many at once are one line all the same.
MOMENT_COUNT_MIN = 8
#: Bits of an address that a switch's cameras share.
NETWORK_BITS = {4: 24, 6: 64}


class Shared(enum.IntEnum):
    """What the cameras have in common; of two that explain the same the lower is told."""

    GROUP = 0
    HOST = 1
    NETWORK = 2
    MOMENT = 3


class Loss(Struct, frozen=True):
    """One camera that is lost, and since when."""

    camera_id: CameraId
    since_utc_ns: int


class MassFailure(Struct, frozen=True):
    """Cameras lost together: one line. `name`: of the group, host or network; empty for a moment.

    `camera_ids`: all that belong to it, in order of their loss; `lost_count` of them still are.
    """

    shared: Shared
    name: str
    camera_ids: tuple[CameraId, ...]
    since_utc_ns: int
    lost_count: int

    @property
    def key(self) -> tuple[Shared, str]:
        return self.shared, self.name

    @property
    def is_over(self) -> bool:
        return self.lost_count == 0


_Key = tuple[Shared, str]


class Commons:
    """What every camera shares with others. Made once a register; any thread."""

    def __init__(self, directory: CameraDirectory) -> None:
        self._keys = {
            camera.id: tuple(_keys_of(camera)) for camera in directory.cameras if camera.enabled
        }
        self._sizes = Counter(key for keys in self._keys.values() for key in keys)

    def keys_of(self, camera_id: CameraId) -> tuple[_Key, ...]:
        return self._keys.get(camera_id, ())

    def size_of(self, key: _Key) -> int:
        """How many cameras in use are behind it."""
        return self._sizes[key]


def _keys_of(camera: Camera) -> Iterable[_Key]:
    owner = owner_of(camera)
    for depth in range(1, len(owner) + 1):
        yield Shared.GROUP, "/".join(owner[:depth])
    try:
        host = urlsplit(camera.main_url).hostname or ""
    except ValueError:
        return
    if not host:
        return
    yield Shared.HOST, host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    bits = NETWORK_BITS[address.version]
    yield Shared.NETWORK, str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def mass_failures(
    losses: Sequence[Loss], commons: Commons, away_before: Mapping[_Key, int] | None = None
) -> list[MassFailure]:
    """The failures that explain these losses, the largest first.

    Args:
        away_before: cameras behind a thing that were lost earlier and count to no share.
    """
    found: list[MassFailure] = []
    gone: Counter[_Key] = Counter(away_before or {})
    for burst in _bursts(losses):
        found += _explained(burst, commons, gone)
        for loss in burst:
            gone.update(commons.keys_of(loss.camera_id))
    return sorted(found, key=lambda failure: (-failure.lost_count, failure.name))


def _bursts(losses: Sequence[Loss]) -> list[list[Loss]]:
    """Losses that follow each other closely, oldest burst first."""
    bursts: list[list[Loss]] = []
    last_ns: int | None = None
    for loss in sorted(losses, key=lambda loss: (loss.since_utc_ns, loss.camera_id)):
        if last_ns is None or loss.since_utc_ns - last_ns > TOGETHER_S * 1e9:
            bursts.append([])
        bursts[-1].append(loss)
        last_ns = loss.since_utc_ns
    return bursts


def _explained(burst: Sequence[Loss], commons: Commons, gone: Counter[_Key]) -> list[MassFailure]:
    """The thing that explains most losses, then the next one for the rest, …"""
    rest = {loss.camera_id: loss for loss in burst}
    found = []
    while True:
        behind: defaultdict[_Key, list[Loss]] = defaultdict(list)
        for loss in rest.values():
            for key in commons.keys_of(loss.camera_id):
                behind[key].append(loss)
        best = min(
            (
                (-len(lost), -_share(len(lost), key, commons, gone), key)
                for key, lost in behind.items()
                if len(lost) >= COUNT_MIN and _share(len(lost), key, commons, gone) >= SHARE_MIN
            ),
            default=None,
        )
        if best is None:
            break
        key = best[2]
        found.append(_failure(key, behind[key]))
        for loss in behind[key]:
            del rest[loss.camera_id]
    if len(rest) >= MOMENT_COUNT_MIN:
        found.append(_failure((Shared.MOMENT, ""), list(rest.values())))
    return found


def _share(count: int, key: _Key, commons: Commons, gone: Counter[_Key]) -> float:
    return count / max(1, commons.size_of(key) - gone[key])


def _failure(key: _Key, lost: Sequence[Loss]) -> MassFailure:
    ids = tuple(loss.camera_id for loss in lost)
    return MassFailure(*key, ids, min(loss.since_utc_ns for loss in lost), len(ids))
