"""Trying zones on the last minutes: the same rules over what was kept, bounded and honest."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.site import CameraId, Zone, ZoneKind
from tests.vision.street import CAMERA, MODEL, START_UTC_NS, Actor, Street, moment, zone
from vision.alerts import AlertKind
from vision.asked import TrialAsked, TrialDone
from vision.recent import BYTES_MAX, KEPT_S, RecentLife, detections_in, read_recent
from vision.trial import TrialDesk, TrialStage, run_trial
from vision.tuning import Tuning

NS = 1_000_000_000


def recorded(
    folder: Path, street: Street, to_s: float, *, from_s: float = 0, view: str = "", still: bool = True
) -> RecentLife:  # fmt: skip
    """The street's life as the worker keeps it: every third picture with a closed gate."""
    life = RecentLife(folder, CAMERA.id)
    for step in range(round((to_s - from_s) * 2)):
        at_s = from_s + step / 2
        closed = still and step % 3 == 0 and at_s > 10
        detections = None if closed else street.detections(at_s)
        life.take(street.picture(at_s), detections, moment(at_s).utc_ns, view)
    life.close()
    return life


def tried(life: RecentLife, *zones: Zone, at_s: float) -> TrialDone:
    stage = TrialStage(
        CAMERA, None, MODEL, Tuning(), None, life.folder, START_UTC_NS + round(at_s * NS)
    )
    return run_trial(TrialAsked("t1", CameraId("cam-1"), zones), stage)


def parked(to_s: float = 300) -> Street:
    path = [(12, -0.1, 0.6), (15, 0.5, 0.6), (to_s, 0.5, 0.6), (to_s + 3, 1.1, 0.6)]
    return Street([Actor("car", path)])


def test_what_a_zone_would_have_raised_is_told_with_its_times(tmp_path: Path) -> None:
    life = recorded(tmp_path, parked(to_s=60), 90)
    done = tried(life, zone(ZoneKind.NO_PARKING, 20.0), at_s=90)
    (alert,) = done.alerts
    assert (alert.kind, alert.zone_id) == (AlertKind.PARKING, "zone-1")
    assert "2026-01-01T00:00:34" < alert.raised_utc < "2026-01-01T00:00:39"
    assert alert.cleared_utc is not None
    assert "2026-01-01T00:01:00" < alert.cleared_utc < "2026-01-01T00:01:12"
    assert done.error == ""


@pytest.mark.parametrize(
    "area",
    [
        zone(ZoneKind.NO_PARKING, 20.0, ((0, 0), (0.3, 0), (0.3, 0.3), (0, 0.3))),
        zone(ZoneKind.NO_PARKING, 200.0),
        zone(ZoneKind.NO_TRADING, 20.0),
    ],
    ids=["elsewhere", "longer limit", "another rule"],
)
def test_an_edited_zone_that_would_have_raised_nothing_says_so(tmp_path: Path, area: Zone) -> None:
    life = recorded(tmp_path, parked(), 90)
    done = tried(life, area, at_s=90)
    assert done.alerts == ()
    assert done.stored_s == pytest.approx(89.5, abs=1)


def test_it_is_honest_about_how_much_is_stored(tmp_path: Path) -> None:
    nothing = tried(RecentLife(tmp_path, CAMERA.id), zone(ZoneKind.NO_PARKING, 20.0), at_s=0)
    assert (nothing.stored_s, nothing.asked_s, nothing.from_utc) == (0.0, KEPT_S, None)
    life = recorded(tmp_path, parked(), 20)
    recorded(tmp_path, parked(), 80, from_s=50)
    done = tried(life, zone(ZoneKind.NO_PARKING, 20.0), at_s=80)
    assert done.stored_s == pytest.approx(79.5, abs=1)
    assert done.gap_s == pytest.approx(30, abs=1)


def test_a_camera_that_turned_is_tried_on_the_view_it_has_now(tmp_path: Path) -> None:
    recorded(tmp_path, parked(), 60, view="preset 2")
    life = recorded(tmp_path, Street(), 80, from_s=61, view="home")
    done = tried(life, zone(ZoneKind.NO_PARKING, 20.0), at_s=80)
    assert done.alerts == ()
    assert done.stored_s == pytest.approx(18.5, abs=1)


def test_only_the_last_ten_minutes_are_kept(tmp_path: Path) -> None:
    life = RecentLife(tmp_path, CAMERA.id)
    street = Street()
    for at_s in range(0, 1200, 4):
        life.take(street.picture(0), street.detections(0), moment(at_s).utc_ns)
    life.close()
    files = list(life.folder.glob("*.life"))
    assert len(files) <= 12
    assert sum(path.stat().st_size for path in files) < BYTES_MAX
    records = list(read_recent(life.folder, moment(1196).utc_ns))
    assert records[0].utc_ns >= moment(1196 - KEPT_S).utc_ns


def test_a_torn_segment_costs_its_last_record_only(tmp_path: Path) -> None:
    life = recorded(tmp_path, parked(), 30)
    whole = list(read_recent(life.folder, moment(30).utc_ns))
    (path,) = life.folder.glob("*.life")
    path.write_bytes(path.read_bytes()[:-7])
    assert list(read_recent(life.folder, moment(30).utc_ns)) == whole[:-1]
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff\x7f garbage")
    assert len(list(read_recent(life.folder, moment(30).utc_ns))) == len(whole) - 1


def test_detections_come_back_as_they_were(tmp_path: Path) -> None:
    street = parked()
    life = recorded(tmp_path, street, 18, from_s=16, still=False)
    record = list(read_recent(life.folder, moment(18).utc_ns))[-1]
    found = detections_in(record, 320, 180)
    assert found is not None
    expected = street.detections(17.5)
    assert found.xyxy == pytest.approx(expected.xyxy, abs=0.1)
    assert found.class_index.tolist() == expected.class_index.tolist()


@pytest.mark.logs_warnings("the disk refuses on purpose")
def test_a_disk_that_refuses_costs_the_trial_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    life = RecentLife(tmp_path / "file", CAMERA.id)
    street = Street()
    for at_s in range(3):
        life.take(street.picture(at_s), street.detections(at_s), moment(at_s).utc_ns)
    assert not life.folder.exists()


def test_trials_beyond_the_bound_are_refused_with_a_word(tmp_path: Path) -> None:
    life = recorded(tmp_path, parked(), 90)
    told: list[TrialDone] = []
    desk = TrialDesk(told.append)
    stage = TrialStage(CAMERA, None, MODEL, Tuning(), None, life.folder, moment(90).utc_ns)
    for number in range(8):
        desk.ask(TrialAsked(f"t{number}", CAMERA.id, (zone(ZoneKind.NO_PARKING, 20.0),)), stage)
    refused = [done for done in told if "try again" in done.error]
    assert 2 <= len(refused) <= 4
    desk.close()


def test_a_trial_that_breaks_tells_why(tmp_path: Path) -> None:
    life = recorded(tmp_path, parked(), 30)
    told: list[TrialDone] = []
    desk = TrialDesk(told.append)
    masked = zone(ZoneKind.MASK, 0.0)
    stage = TrialStage(CAMERA, None, MODEL, Tuning(), None, life.folder, moment(30).utc_ns)
    desk.ask(TrialAsked("t", CAMERA.id, (masked,)), stage)
    desk.ask(TrialAsked("u", CAMERA.id, ()), stage)
    desk.close()
    assert all(done.error == "" and done.alerts == () for done in told)
