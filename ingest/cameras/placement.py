"""Placement: which camera lives in which ingest process, and what a crash changes. Pure.

Cameras stay where they are. A group that crashes twice within a minute is split in halves until
the camera that does it stands alone; suspects never get other cameras again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NewType

from config.site import CameraId

GroupId = NewType("GroupId", int)

#: Threads of one process wait for each other at the interpreter lock: sixteen 704×576@25 cameras
#: drop up to 2 % of their pictures in one process and none in two (two cores).
CAMERAS_PER_GROUP: Final = 8
#: Memory (some 25 MB of its own a process) sets a limit where cores do not.
GROUPS_PER_CORE: Final = 8
_CRASH_WINDOW_NS: Final = 60_000_000_000
_CRASHES_TO_SPLIT: Final = 2
_FIRST_DELAY_S: Final = 0.1
_CEILING_S: Final = 30.0


@dataclass
class Group:
    """Cameras of one process. `crash_times_ns` within the last minute, oldest first."""

    id: GroupId
    cameras: list[CameraId] = field(default_factory=list)
    crash_times_ns: list[int] = field(default_factory=list)
    is_suspect: bool = False


def group_count(camera_count: int, core_count: int) -> int:
    """How many processes so many cameras live in, unless one of them is a suspect."""
    wished = -(-camera_count // CAMERAS_PER_GROUP)
    return min(GROUPS_PER_CORE * core_count, wished)


class Placement:
    """All groups of this machine. Threads: the broker's main one."""

    def __init__(self, core_count: int) -> None:
        self._core_count = max(1, core_count)
        self._ids = itertools.count(1)
        self.groups: dict[GroupId, Group] = {}

    def set_cameras(self, cameras: Iterable[CameraId]) -> None:
        """Removes cameras that are gone, gives new ones a place, drops empty groups."""
        wanted = dict.fromkeys(cameras)
        for group in self.groups.values():
            group.cameras = [camera for camera in group.cameras if camera in wanted]
            for camera in group.cameras:
                del wanted[camera]
        healthy_count = sum(len(g.cameras) for g in self.groups.values() if not g.is_suspect)
        allowed = group_count(healthy_count + len(wanted), self._core_count)
        for camera in wanted:
            self._smallest_group(allowed).cameras.append(camera)
        self.groups = {key: group for key, group in self.groups.items() if group.cameras}

    def crashed(self, group_id: GroupId, mono_ns: int) -> float:
        """Notes a crash, splits the group if it is its second; returns seconds until a restart."""
        group = self.groups[group_id]
        recent = [at for at in group.crash_times_ns if mono_ns - at < _CRASH_WINDOW_NS]
        group.crash_times_ns = [*recent, mono_ns]
        count = len(group.crash_times_ns)
        if count >= _CRASHES_TO_SPLIT and len(group.cameras) > 1:
            self._split(group)
            return _FIRST_DELAY_S
        return min(_CEILING_S, _FIRST_DELAY_S * 4.0 ** (count - 1))

    def _smallest_group(self, allowed_count: int) -> Group:
        healthy = [group for group in self.groups.values() if not group.is_suspect]
        if len(healthy) < allowed_count:
            return self._new_group([])
        return min(healthy, key=lambda group: len(group.cameras))

    def _split(self, group: Group) -> None:
        half = len(group.cameras) // 2
        moved, group.cameras = group.cameras[half:], group.cameras[:half]
        group.is_suspect = True
        group.crash_times_ns = group.crash_times_ns[-1:]
        other = self._new_group(moved)
        other.is_suspect = True
        other.crash_times_ns = list(group.crash_times_ns)

    def _new_group(self, cameras: list[CameraId]) -> Group:
        group = Group(GroupId(next(self._ids)), cameras)
        self.groups[group.id] = group
        return group
