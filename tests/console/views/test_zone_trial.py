"""Trying zones before saving, at the seat: what is asked, what is shown, what is admitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from config.geometry import ImagePoint
from config.site import CameraId, Zone, ZoneId, ZoneKind
from console.state.zone_draft import ZoneDraft
from console.state.zone_trial import TrialState, ZoneTrial
from console.views.editors.trial_panel import TrialPanel
from console.views.editors.zone_editor import ZoneEditor
from vision.alerts import AlertKind
from vision.asked import TrialDone, TriedAlert
from vision.sight import QuietPlace

CAMERA = CameraId("cam-1")
CONTROL = Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here
QUIET = QuietPlace(
    AlertKind.SMOKE, (0.1, 0.1, 0.2, 0.2), 4, "2026-01-01T00:00:00Z", "2026-01-03T08:30:00Z", 2,
    "2026-01-04T08:00:00Z",
)  # fmt: skip


class Eyes:
    """Stands for the hub and the worker behind it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Zone, ...]]] = []
        self.taken_back: list[QuietPlace] = []
        self.refusal = ""

    def tryout(self, trial_id: str, camera_id: CameraId, zones: Sequence[Zone], failed) -> None:  # type: ignore[no-untyped-def]
        self.asked.append((trial_id, tuple(zones)))
        if self.refusal:
            failed(self.refusal)


@pytest.fixture
def eyes() -> Eyes:
    return Eyes()


@pytest.fixture
def trial(eyes: Eyes) -> ZoneTrial:
    return ZoneTrial(CAMERA, eyes.tryout)


@pytest.fixture
def editor(qtbot: QtBot, eyes: Eyes, trial: ZoneTrial) -> Iterator[ZoneEditor]:
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(0)
    polygon = tuple(ImagePoint(x, y) for x, y in ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6)))
    zone = Zone(ZoneId("a"), CAMERA, ZoneKind.NO_PARKING, polygon, 180.0)
    window = ZoneEditor(
        ZoneDraft(CAMERA, (zone,)), "West gate", lambda: picture, lambda *_: None,
        trial=trial, watch_again=eyes.taken_back.append,
    )  # fmt: skip
    qtbot.addWidget(window)
    window.show()
    yield window
    window.done(0)


def panel_of(editor: ZoneEditor) -> TrialPanel:
    assert editor.trial_panel is not None
    return editor.trial_panel


def done(trial_id: str, **fields: object) -> TrialDone:
    whole: dict[str, object] = {
        "asked_s": 600.0, "stored_s": 600.0, "from_utc": "2026-01-01T00:00:00Z",
        "to_utc": "2026-01-01T00:10:00Z", **fields,
    }  # fmt: skip
    return TrialDone(trial_id, CAMERA, **whole)  # type: ignore[arg-type]


ALERT = TriedAlert(
    "a", AlertKind.PARKING, "2026-01-01T00:05:00Z", "2026-01-01T00:02:00Z", None,
    (0.2, 0.2, 0.3, 0.3), "parking.stopped dwell_s=180 limit_s=180",
)  # fmt: skip


def test_zones_are_tried_as_drawn_and_the_alerts_are_listed_with_their_times(
    qtbot: QtBot, editor: ZoneEditor, eyes: Eyes, trial: ZoneTrial
) -> None:
    panel = panel_of(editor)
    assert not panel.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_T, CONTROL)
    assert "Trying" in panel.summary.text()
    (trial_id, zones) = eyes.asked[0]
    assert [zone.id for zone in zones] == ["a"]
    trial.answer(done("somebody else's"))
    assert trial.state is TrialState.ASKED
    trial.answer(done(trial_id, alerts=(ALERT,)))
    assert panel.alerts.count() == 1
    line = panel.alerts.item(0).text()
    assert "Illegal parking" in line
    assert "05:00 –" in line
    assert "standing for 180 s" in line
    assert "1 alert(s) in 10 min 00 s" in panel.summary.text()
    assert "Only" not in panel.summary.text()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"stored_s": 95.0}, "Only 1 min 35 s of 10 min 00 s"),
        ({"gap_s": 30.0}, "30 s of it were not analysed"),
        ({"from_utc": None, "stored_s": 0.0}, "Nothing of this camera is kept"),
        ({"error": "the trial took too long"}, "took too long"),
        ({"alerts": (ALERT,), "more_count": 3}, "4 alert(s)"),
    ],
)
def test_what_is_missing_is_said(
    editor: ZoneEditor, eyes: Eyes, trial: ZoneTrial, fields: dict[str, object], word: str
) -> None:
    editor.try_out()
    trial.answer(done(eyes.asked[0][0], **fields))
    assert word in panel_of(editor).summary.text()


def test_a_result_of_zones_that_were_changed_since_says_so(
    editor: ZoneEditor, eyes: Eyes, trial: ZoneTrial
) -> None:
    editor.try_out()
    trial.answer(done(eyes.asked[0][0]))
    panel_of(editor)._draft.nudge(0.01, 0.0)
    assert "try again" in panel_of(editor).summary.text()


def test_a_refusal_and_a_worker_that_is_away_leave_no_one_waiting(
    editor: ZoneEditor, eyes: Eyes, trial: ZoneTrial
) -> None:
    eyes.refusal = "who may: operator"
    editor.try_out()
    assert panel_of(editor).summary.text() == "who may: operator"
    eyes.refusal = ""
    editor.try_out()
    trial.give_up(eyes.asked[0][0])  # the former trial's patience: nothing to this one
    assert trial.state is TrialState.ASKED
    trial.give_up(eyes.asked[1][0])
    assert "No worker answered" in panel_of(editor).summary.text()
    trial.answer(done(eyes.asked[1][0]))  # too late: it was given up
    assert trial.state is TrialState.SILENT


def test_zones_that_are_wrong_are_not_tried(editor: ZoneEditor, eyes: Eyes) -> None:
    draft = panel_of(editor)._draft
    draft.set_limit(0.0)
    editor.try_out()
    assert eyes.asked == []


def test_quiet_places_say_why_and_are_taken_back(
    qtbot: QtBot, editor: ZoneEditor, eyes: Eyes
) -> None:
    panel = panel_of(editor)
    panel.show_quiet((QUIET,))
    assert panel.again.isVisible()
    text = panel.quiet_list.item(0).text()
    assert "4 rejected here since 01-01" in text
    assert "2 held back" in text
    qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert eyes.taken_back == [QUIET]
    panel.show_quiet(())
    assert not panel.isVisible()
