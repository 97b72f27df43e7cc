"""LeaseBook: who may turn which camera. Pure: no clock, no camera, no network.

One seat owns a camera at a time. It loses it by giving it back, by doing nothing for `idle_s`, or to
a seat of higher priority. The same or a lower priority is refused and told who has it.
"""

from __future__ import annotations

from msgspec import Struct, structs

from config.site import CameraId


class Lease(Struct, frozen=True):
    """One seat's right to turn one camera; ends at `until_ns` (monotonic) unless it is used."""

    camera_id: CameraId
    seat: str
    priority: int
    since_ns: int
    until_ns: int


class Held(Exception):
    """Another seat has the camera; `free_in_s` until it is free if that seat does nothing."""

    def __init__(self, lease: Lease, free_in_s: float) -> None:
        super().__init__(f"held by {lease.seat}")
        self.lease = lease
        self.free_in_s = free_in_s


class Taking(Struct, frozen=True):
    """A lease that was given. `former`: whose it was; None when it was free or the seat's own."""

    lease: Lease
    former: Lease | None
    is_new: bool


class LeaseBook:
    """All leases. Threads: one."""

    def __init__(self, idle_s: float) -> None:
        self.idle_s = idle_s
        self._leases: dict[CameraId, Lease] = {}

    def holder(self, camera_id: CameraId) -> Lease | None:
        return self._leases.get(camera_id)

    def take(self, camera_id: CameraId, seat: str, priority: int, now_ns: int) -> Taking:
        """Gives the camera to `seat`, or renews what it has. Raises Held."""
        held = self._live(camera_id, now_ns)
        until_ns = now_ns + round(self.idle_s * 1e9)
        if held is not None and held.seat == seat:
            lease = structs.replace(held, priority=priority, until_ns=until_ns)
            self._leases[camera_id] = lease
            return Taking(lease, None, is_new=False)
        if held is not None and held.priority >= priority:
            raise Held(held, (held.until_ns - now_ns) / 1e9)
        lease = Lease(camera_id, seat, priority, now_ns, until_ns)
        self._leases[camera_id] = lease
        return Taking(lease, held, is_new=True)

    def release(self, camera_id: CameraId, seat: str) -> Lease | None:
        """Gives back what `seat` has; None when it has it not."""
        held = self._leases.get(camera_id)
        if held is None or held.seat != seat:
            return None
        return self._leases.pop(camera_id)

    def expired(self, now_ns: int) -> list[Lease]:
        """Takes away and returns the leases that were not used for `idle_s`."""
        gone = [lease for lease in self._leases.values() if lease.until_ns <= now_ns]
        for lease in gone:
            del self._leases[lease.camera_id]
        return gone

    def _live(self, camera_id: CameraId, now_ns: int) -> Lease | None:
        held = self._leases.get(camera_id)
        return held if held is not None and held.until_ns > now_ns else None
