"""Which camera is turned to a place: the best of those that can show it, and why not the others. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from config.directory import SiteDirectory
from config.geometry import GeoPoint
from config.site import CameraId
from ingest.ptz.aim import Aim, NoAim, Reason, aimed
from ingest.ptz.device import PtzPosition
from ingest.ptz.lease import Lease

#: Cameras whose refusal is told: the nearest ones an operator would have thought of.
TOLD_MOST = 8


class NotThis(Struct, frozen=True):
    """A camera that was not chosen."""

    camera_id: CameraId
    reason: Reason


class Choice(Struct, frozen=True):
    """`best` None: no camera can be turned there, see `others`."""

    best: Aim | None
    others: tuple[NotThis, ...]


def choose(
    directory: SiteDirectory,
    target: GeoPoint,
    range_m: float,
    presets_of: Callable[[CameraId], Mapping[str, PtzPosition] | None],
    holder_of: Callable[[CameraId], Lease | None],
    seat: str,
    priority: int,
    *,
    only: CameraId | None = None,
    without: CameraId | None = None,
) -> Choice:
    """The camera whose picture will be nearest to the place: smallest error, then nearest.

    Args:
        only: this camera or none. without: it sees the place already.
    """
    mounts = {mount.camera_id: mount for mount in directory.site.ptz_mounts}
    found: list[Aim] = []
    others: list[tuple[float, NotThis]] = []
    for camera in directory.site.cameras:
        if camera.ptz_url is None or not camera.enabled or only not in (None, camera.id):
            continue
        try:
            if camera.id == without:
                raise NoAim(Reason("aim_raised_it"))
            aim = aimed(camera, mounts.get(camera.id), presets_of(camera.id), target, range_m)
            lease = holder_of(camera.id)
            if lease is not None and lease.seat != seat and lease.priority >= priority:
                raise NoAim(Reason("aim_held", {"owner": lease.seat}))
        except NoAim as refused:
            away = float(refused.reason.values.get("distance_m", 0.0))
            others.append((away, NotThis(camera.id, refused.reason)))
        else:
            found.append(aim)
    found.sort(key=lambda aim: (aim.error_m, aim.distance_m))
    others.sort(key=lambda item: item[0])
    return Choice(found[0] if found else None, tuple(item for _, item in others[:TOLD_MOST]))
