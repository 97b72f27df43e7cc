"""Mass failures: one line with its cause, shrinking and ending as one; maintenance counts for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.site import Camera, CameraId, Site
from console.desk.shelf_data import ShelfData, ShelfKind
from console.state.directory import CameraDirectory
from console.state.health import CameraHealth, Mark
from console.state.losses import Losses
from console.state.mass_failure import (
    MOMENT_COUNT_MIN,
    Commons,
    Loss,
    MassFailure,
    Shared,
    mass_failures,
)
from console.state.session import ConsoleSession
from console.state.shelves import Shelves
from console.state.wall import WallState
from ingest.cameras.health import CameraHealthData
from ingest.clock import ManualClock
from tests.console.seat_kit import case, fake_site

S = 1_000_000_000
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _camera(number: int, group: str | None, host: str) -> Camera:
    return Camera(
        CameraId(f"c{number}"), f"camera {number}", f"rtsp://user:pw@{host}/x", group=group
    )


#: 48 cameras on one switch of four groups, one recorder of 16, and twenty all over the town.
CAMERAS = [
    *(_camera(n, f"city/{n % 4}", f"10.1.1.{n + 1}") for n in range(48)),
    *(_camera(n, None, "recorder.example") for n in range(100, 116)),
    *(_camera(n, "town", f"172.16.{n}.9") for n in range(200, 220)),
]
COMMONS = Commons(CameraDirectory(CAMERAS))


def _lost(numbers: range | list[int], at_s: float = 0.0, step_s: float = 0.1) -> list[Loss]:
    return [
        Loss(CameraId(f"c{number}"), round((at_s + place * step_s) * S))
        for place, number in enumerate(numbers)
    ]


def test_a_switch_is_one_line_although_its_cameras_have_four_owners() -> None:
    found = mass_failures(_lost(range(48)), COMMONS)
    assert [(one.shared, one.name, one.lost_count) for one in found] == [
        (Shared.GROUP, "city", 48)  # all of them, and nothing else: the owner's word is told
    ]
    found = mass_failures(_lost([n for n in range(48) if n % 4 < 3]), COMMONS)
    assert [(one.shared, one.lost_count) for one in found] == [(Shared.GROUP, 36)]


def test_a_recorder_is_named_by_its_host() -> None:
    found = mass_failures(_lost(range(100, 116)), COMMONS)
    assert [(one.shared, one.name, one.lost_count) for one in found] == [
        (Shared.HOST, "recorder.example", 16)
    ]


def test_a_network_without_owners_is_named_by_its_addresses() -> None:
    cameras = [_camera(n, None, f"10.7.7.{n + 1}") for n in range(6)]
    found = mass_failures(_lost(range(6)), Commons(CameraDirectory(cameras)))
    assert [(one.shared, one.name) for one in found] == [(Shared.NETWORK, "10.7.7.0/24")]


def test_many_at_once_without_a_common_cause_are_one_line_and_a_few_are_not() -> None:
    town = list(range(200, 200 + MOMENT_COUNT_MIN))
    found = mass_failures(_lost(town), COMMONS)
    assert [(one.shared, one.lost_count) for one in found] == [(Shared.MOMENT, len(town))]
    assert mass_failures(_lost(town[:3]), COMMONS) == []


def test_losses_over_a_whole_day_are_no_mass_failure() -> None:
    assert mass_failures(_lost(range(48), step_s=600.0), COMMONS) == []


def test_what_was_away_before_does_not_hide_a_failure_of_the_rest() -> None:
    before = _lost(range(30), at_s=-90_000, step_s=1_000.0)
    found = mass_failures([*before, *_lost(range(30, 48))], COMMONS)
    assert [one.lost_count for one in found] == [18]


@given(
    st.lists(
        st.tuples(st.integers(0, len(CAMERAS) - 1), st.floats(0, 3600)),
        max_size=60,
        unique_by=lambda one: one[0],
    )
)
@settings(max_examples=100, deadline=None)
def test_every_camera_is_in_one_failure_at_most_and_none_is_invented(
    lost: list[tuple[int, float]],
) -> None:
    losses = [Loss(CAMERAS[place].id, round(at_s * S)) for place, at_s in lost]
    found = mass_failures(losses, COMMONS)
    members = [camera for one in found for camera in one.camera_ids]
    assert len(members) == len(set(members))
    assert set(members) <= {loss.camera_id for loss in losses}
    assert all(one.lost_count == len(one.camera_ids) >= 4 for one in found)


class Board:
    """Health and losses of the cameras above, at a clock of its own."""

    def __init__(self) -> None:
        self.health = CameraHealth(
            CameraDirectory.of_site(Site(Path("."), "x", cameras=tuple(CAMERAS)))
        )
        self.losses = Losses(self.health)
        self.failed: list[MassFailure] = []
        self.recovered: list[MassFailure] = []
        self.losses.failed.connect(self.failed.append)
        self.losses.recovered.connect(self.recovered.append)

    def tell(self, numbers: range, state: str, at_s: float) -> None:
        for place, number in enumerate(numbers):
            since = (NOON + timedelta(seconds=at_s + place * 0.05)).isoformat()
            data = CameraHealthData(CameraId(f"c{number}"), state, 0.0, None, since)
            self.health.apply(data)
            if place % 7 == 0:
                self.losses.refresh()
        self.losses.refresh()


def test_a_failure_grows_is_told_once_shrinks_and_ends_as_one_line() -> None:
    board = Board()
    board.tell(range(48), "lost", 0.0)
    assert board.losses.picture.line_count == 1
    assert board.losses.picture.lost_count == 48
    assert len(board.failed) == 1
    board.tell(range(40), "live", 60.0)
    (failure,) = board.losses.picture.failures
    assert (failure.lost_count, len(failure.camera_ids)) == (8, 48)
    assert board.losses.picture.single == ()
    assert board.recovered == []
    board.tell(range(40, 48), "live", 70.0)
    assert board.losses.picture.line_count == 0
    assert [len(one.camera_ids) for one in board.recovered] == [48]
    assert len(board.failed) == 1


def test_single_losses_stay_single() -> None:
    board = Board()
    board.tell(range(200, 202), "lost", 0.0)
    assert board.losses.picture.failures == ()
    assert [entry.camera_id for entry in board.losses.picture.single] == ["c200", "c201"]


def _shelf(what: ShelfKind, cameras: list[str], kinds: tuple[str, ...] = ()) -> ShelfData:
    ids = tuple(CameraId(camera) for camera in cameras)
    return ShelfData("s1", what, ids, "new switch", "seat 1", "2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z", kinds)  # fmt: skip


def test_cameras_in_maintenance_are_not_lost_until_it_is_over() -> None:
    board = Board()
    board.tell(range(48), "lost", 0.0)
    shelves = Shelves()
    shelves.changed.connect(lambda: board.health.set_maintenance(shelves.in_maintenance))
    shelves.set(_shelf(ShelfKind.MAINTENANCE, [f"c{number}" for number in range(48)]))
    board.losses.refresh()
    assert board.losses.picture.lost_count == 0
    assert board.health.mark_of(CameraId("c1")) is Mark.MAINTENANCE
    shelves.tick(round((NOON + timedelta(minutes=59)).timestamp()) * S)
    assert len(shelves.open) == 1
    shelves.tick(round((NOON + timedelta(minutes=60)).timestamp()) * S)
    assert shelves.open == ()
    board.losses.refresh()
    assert board.losses.picture.lost_count == 48


@pytest.mark.parametrize(
    ("kinds", "asks"), [((), False), (("smoke",), False), (("parking",), True)]
)
def test_alerts_put_aside_do_not_ask_for_attention(
    tmp_path: Path, kinds: tuple[str, ...], asks: bool
) -> None:
    session = ConsoleSession(fake_site(tmp_path), WallState(), ManualClock(utc_ns=round(NOON.timestamp()) * S))  # fmt: skip
    now = session.clock.utc_ns()
    session.cases.apply([case(1, now_utc_ns=now, kind="smoke", priority=1, camera=2)], now)
    assert len(session.asking.urgent()) == 1
    session.shelves.set(_shelf(ShelfKind.ALERTS, ["cam-0002"], kinds))
    assert bool(session.asking.urgent()) is asks
