"""Where cameras live, and how a crashing one is found."""

from __future__ import annotations

from config.site import CameraId
from ingest.cameras.placement import Placement

SECOND_NS = 1_000_000_000


def cameras(count: int) -> list[CameraId]:
    return [CameraId(f"cam-{number:04d}") for number in range(count)]


def sizes(placement: Placement) -> list[int]:
    return sorted(len(group.cameras) for group in placement.groups.values())


def test_eight_cameras_share_a_process_and_more_take_another_up_to_a_limit() -> None:
    placement = Placement(core_count=1)
    placement.set_cameras(cameras(3))
    assert sizes(placement) == [3]
    placement.set_cameras(cameras(16))
    assert sizes(placement) == [8, 8]
    placement.set_cameras(cameras(64))
    assert sizes(placement) == [8] * 8


def test_cameras_stay_where_they_are_and_empty_groups_go() -> None:
    placement = Placement(core_count=4)
    placement.set_cameras(cameras(40))
    before = {camera: key for key, group in placement.groups.items() for camera in group.cameras}
    placement.set_cameras(cameras(40)[:30])
    for key, group in placement.groups.items():
        assert all(before[camera] == key for camera in group.cameras)
    placement.set_cameras([])
    assert placement.groups == {}


def test_one_crash_restarts_at_once_and_splits_nothing() -> None:
    placement = Placement(core_count=2)
    placement.set_cameras(cameras(4))
    (group_id,) = placement.groups
    assert placement.crashed(group_id, 0) < 0.2
    assert placement.crashed(group_id, 61 * SECOND_NS) < 0.2
    assert sizes(placement) == [4]


def test_a_group_that_keeps_crashing_is_halved_until_the_bad_camera_stands_alone() -> None:
    bad = CameraId("cam-0005")
    placement = Placement(core_count=2)
    placement.set_cameras(cameras(8))
    now_ns, crash_count = 0, 0
    while len(next(g.cameras for g in placement.groups.values() if bad in g.cameras)) > 1:
        guilty = next(key for key, group in placement.groups.items() if bad in group.cameras)
        placement.crashed(guilty, now_ns)
        now_ns += SECOND_NS
        crash_count += 1
        assert crash_count <= 5
    assert sorted(c for g in placement.groups.values() for c in g.cameras) == cameras(8)
    placement.set_cameras(cameras(10))
    alone = next(group for group in placement.groups.values() if bad in group.cameras)
    assert alone.cameras == [bad]


def test_a_lonely_crashing_camera_is_tried_ever_more_slowly() -> None:
    placement = Placement(core_count=2)
    placement.set_cameras(cameras(1))
    (group_id,) = placement.groups
    delays = [placement.crashed(group_id, at * SECOND_NS) for at in range(8)]
    assert delays == sorted(delays)
    assert delays[-1] == 30.0
