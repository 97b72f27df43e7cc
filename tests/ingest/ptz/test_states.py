"""PtzStateData: what vision and seats may believe of a camera's view."""

from __future__ import annotations

import pytest

from config.site import CameraId
from ingest.ptz.device import PtzPosition, PtzPreset, PtzStatus
from ingest.ptz.driver import Target
from ingest.ptz.states import PtzCause, PtzStateData, PtzView, StateBook, zone_holds

C1 = CameraId("C1")
GATE = PtzPreset("1", "Gate", PtzPosition(0.5, 0.1, 0.0))
AWAY = PtzPosition(-0.5, 0.0, 0.0)


def state(**fields: object) -> PtzStateData:
    return PtzStateData(camera_id=C1, cause=PtzCause.SEEN, view=PtzView.KNOWN, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("preset", "known", "holds"),
    [
        (None, None, True),  # no PTZ camera, or never heard of
        ("1", state(preset_token="1", preset_name="Gate"), True),
        ("Gate", state(preset_token="1", preset_name="Gate"), True),
        ("2", state(preset_token="1", preset_name="Gate"), False),
        ("1", state(), False),
        ("1", state(preset_token="1", is_moving=True), False),
        (None, state(is_home=True), True),
        (None, state(is_home=False), False),
        (None, state(), True),  # nobody sent it home yet: home is unknown
        ("1", PtzStateData(camera_id=C1, cause=PtzCause.FAILED, view=PtzView.LOST), False),
        ("1", PtzStateData(camera_id=C1, cause=PtzCause.FAILED), True),
    ],
)
def test_a_zone_holds_only_at_the_view_it_was_drawn_for(
    preset: str | None, known: PtzStateData | None, holds: bool
) -> None:
    assert zone_holds(preset, known) is holds


def test_a_camera_somebody_else_turned_is_found_at_its_preset_by_its_place() -> None:
    book = StateBook()
    nearly = PtzPosition(0.503, 0.097, 0.0)
    fields = book.view(C1, PtzStatus(nearly, False), (GATE,), None)
    assert (fields["preset_token"], fields["preset_name"]) == ("1", "Gate")
    assert book.view(C1, PtzStatus(AWAY, False), (GATE,), None)["preset_token"] is None


def test_home_is_known_once_the_camera_was_sent_there() -> None:
    book = StateBook()
    assert book.view(C1, PtzStatus(AWAY, False), (), None)["is_home"] is None
    home = book.view(C1, PtzStatus(GATE.position, False), (), Target(is_home=True))
    assert home["is_home"] is True
    assert book.view(C1, PtzStatus(AWAY, False), (), None)["is_home"] is False


def test_a_camera_that_tells_no_place_is_believed_where_it_was_sent() -> None:
    fields = StateBook().view(C1, PtzStatus(), (PtzPreset("1", "Gate"),), Target("1"))
    assert fields["preset_token"] == "1"
    assert fields["view"] is PtzView.KNOWN
