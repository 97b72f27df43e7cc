"""Drawing zones: every step can be taken back, what is wrong is said, other cameras are left alone."""

from __future__ import annotations

from datetime import time

import pytest

from config.geometry import ImagePoint
from config.site import CameraId, Hours, Zone, ZoneId, ZoneKind
from console.state.zone_draft import ZoneDraft
from console.state.zone_shapes import ZoneProblem, problem_of

CAMERA = CameraId("cam-1")


def square(zone_id: str, camera: str = "cam-1", low: float = 0.2, high: float = 0.6) -> Zone:
    corners = ((low, low), (high, low), (high, high), (low, high))
    polygon = tuple(ImagePoint(x, y) for x, y in corners)
    return Zone(ZoneId(zone_id), CameraId(camera), ZoneKind.NO_PARKING, polygon, 180.0)


@pytest.fixture
def draft() -> ZoneDraft:
    return ZoneDraft(CAMERA, (square("a"), square("elsewhere", "cam-2")))


def test_a_corner_dragged_out_and_back_is_one_step_and_undone_as_one(draft: ZoneDraft) -> None:
    before = draft.zones
    draft.select((0, None))
    draft.select_corner(2)
    draft.steps.open()
    for x in (0.65, 0.7, 0.75):
        draft.drag_corner(x, 0.8)
    draft.steps.close()
    assert draft.zone is not None
    assert draft.zone.polygon[2] == ImagePoint(0.75, 0.8)
    draft.steps.undo()
    assert draft.zones == before
    draft.steps.redo()
    assert draft.zones[0].polygon[2] == ImagePoint(0.75, 0.8)


def test_a_click_that_moves_nothing_is_no_step(draft: ZoneDraft) -> None:
    draft.steps.open()
    draft.steps.close()
    assert not draft.steps.can_undo
    assert not draft.is_changed


def test_a_corner_never_leaves_the_picture_and_a_zone_keeps_its_shape_at_the_edge(
    draft: ZoneDraft,
) -> None:
    draft.select((0, None))
    draft.select_corner(0)
    draft.nudge(-1.0, -1.0)
    assert draft.zones[0].polygon[0] == ImagePoint(0.0, 0.0)
    draft.select((0, None))
    draft.nudge(5.0, 0.0)
    xs = [point.x_norm for point in draft.zones[0].polygon]
    assert max(xs) == 1.0
    assert max(xs) - min(xs) == pytest.approx(0.6)


def test_an_outline_that_crosses_itself_is_told_and_mended_by_undo(draft: ZoneDraft) -> None:
    draft.select((0, None))
    draft.select_corner(0)
    draft.steps.open()
    draft.drag_corner(0.9, 0.5)
    draft.steps.close()
    assert draft.problems == {0: ZoneProblem.CROSSES_ITSELF}
    draft.steps.undo()
    assert draft.problems == {}


@pytest.mark.parametrize(
    ("zone", "problem"),
    [
        (Zone(ZoneId("z"), CAMERA, ZoneKind.MASK, (ImagePoint(0, 0),), 0.0), "too_few_corners"),
        (
            Zone(ZoneId("z"), CAMERA, ZoneKind.MASK, tuple(ImagePoint(x, x) for x in (0, 0.5, 1)), 0.0),
            "crosses_itself",
        ),
        (square("z", low=0.5, high=0.5001), "no_area"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_says_why(zone: Zone, problem: str) -> None:
    found = problem_of(zone)
    assert found is not None
    assert found.value == problem


def test_corners_come_and_go_but_three_stay(draft: ZoneDraft) -> None:
    draft.select((0, None))
    draft.select_corner(1)
    draft.split_edge()
    assert draft.zone is not None
    assert len(draft.zone.polygon) == 5
    assert draft.zone.polygon[2] == ImagePoint(0.6, 0.4)
    for _ in range(4):
        draft.remove_corner()
    assert len(draft.zone.polygon) == 3


def test_a_new_zone_gets_a_free_id_and_its_rules_own_limit(draft: ZoneDraft) -> None:
    draft.add(ZoneKind.SMOKE_WATCH)
    draft.add(ZoneKind.NO_TRADING)
    assert [zone.id for zone in draft.zones] == ["a", "cam-1-z1", "cam-1-z2"]
    assert [zone.limit_s for zone in draft.zones] == [180.0, 3.0, 120.0]
    draft.set_kind(ZoneKind.NO_PARKING)
    assert draft.zones[2].limit_s == 180.0
    draft.set_limit(45.0)
    draft.set_kind(ZoneKind.NO_TRADING)
    assert draft.zones[2].limit_s == 45.0  # somebody's own limit stays


def test_hours_and_days_are_changed_and_the_last_day_stays(draft: ZoneDraft) -> None:
    draft.set_hours(time(7), time(22))
    for day in range(7):
        draft.set_day(day, holds=False)
    assert draft.zones[0].hours.contains(time(8))
    assert not draft.zones[0].hours.contains(time(23))
    assert draft.zones[0].days == {6}


def test_entries_hold_every_zone_of_the_site(draft: ZoneDraft) -> None:
    draft.remove()
    assert [entry["id"] for entry in draft.entries()] == ["elsewhere"]
    assert draft.selected is None
    draft.steps.undo()
    assert {entry["id"] for entry in draft.entries()} == {"a", "elsewhere"}


def test_the_smallest_zone_under_the_pointer_is_taken() -> None:
    draft = ZoneDraft(
        CAMERA, (square("large", low=0.1, high=0.9), square("small", low=0.4, high=0.5))
    )
    assert draft.row_at(0.45, 0.45) == (1, None)
    assert draft.row_at(0.2, 0.2) == (0, None)
    assert draft.row_at(0.95, 0.95) is None


def trading_draft() -> ZoneDraft:
    draft = ZoneDraft(CameraId("cam-1"), ())
    draft.add(ZoneKind.NO_TRADING)
    return draft


def test_a_licensed_place_is_drawn_in_its_zone_and_steps_go_to_what_is_in_the_hand() -> None:
    draft = trading_draft()
    draft.add_licence()
    assert draft.rows == ((0, None), (0, 0))
    assert (draft.selected, draft.licence) == (0, 0)
    draft.set_name("breakfast cart 12")
    draft.set_hours(time(6), time(9))
    draft.select_corner(0)
    draft.nudge(-0.01, 0.0)
    zone = draft.zones[0]
    assert zone.hours == Hours()
    assert zone.licences[0].name == "breakfast cart 12"
    assert zone.licences[0].hours == Hours(time(6), time(9))
    assert zone.licences[0].polygon[0].x_norm == pytest.approx(0.415)
    draft.remove()
    assert draft.zones[0].licences == ()
    draft.steps.undo()
    assert draft.zones[0].licences == zone.licences


def test_a_zone_that_is_moved_takes_its_licensed_places_along() -> None:
    draft = trading_draft()
    draft.add_licence()
    before = draft.zones[0].licences[0].polygon[0]
    draft.select((0, None))
    draft.drag_zone(0.1, -0.05)
    after = draft.zones[0].licences[0].polygon[0]
    assert after.x_norm - before.x_norm == pytest.approx(0.1)
    assert after.y_norm - before.y_norm == pytest.approx(-0.05)


def test_only_a_no_trading_zone_has_licences_and_only_a_crowd_zone_a_number_of_people() -> None:
    draft = trading_draft()
    draft.add_licence()
    draft.set_kind(ZoneKind.CROWD_WATCH)
    assert draft.zones[0].licences == ()
    assert draft.zones[0].people_max == 15
    assert not draft.may_license
    draft.set_people(100_000)
    assert draft.zones[0].people_max == 300
    draft.set_kind(ZoneKind.NO_PARKING)
    assert draft.zones[0].people_max == 0


def test_a_licence_that_crosses_itself_makes_its_zone_wrong() -> None:
    draft = trading_draft()
    draft.add_licence()
    draft.select_corner(0)
    draft.drag_corner(0.9, 0.5)
    assert draft.problems == {0: ZoneProblem.CROSSES_ITSELF}
