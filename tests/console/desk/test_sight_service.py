"""What seats ask of the eyes goes through the hub to whoever watches the camera, checked first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.directory import SiteDirectory
from config.geometry import ImagePoint
from config.load import load_site
from config.site import CameraId, Zone, ZoneId, ZoneKind
from console.desk.sight_service import SightService
from ingest.clock import SystemClock
from ingest.feed.envelope import Noun, new_event
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.log import Transaction
from ingest.feed.participant import Caller, Operation, OperationResult
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.store import open_store
from tests.config.site_folder import write_site
from tests.console.desk.test_desk_in_hub import ANY_PORT
from tests.feed_kit import wait_for
from vision.alerts import AlertKind
from vision.asked import TrialAsked
from vision.ears import FeedMark, HubEars
from vision.learnt import Outcome, Verdict
from vision.sight import QuietPlace, Sanity, SightData

CAMERA = CameraId("cam-1")
BOX = (0.1, 0.2, 0.3, 0.4)


def zone(camera: str = "cam-1") -> Zone:
    polygon = tuple(ImagePoint(x, y) for x, y in ((0, 0), (1, 0), (1, 1)))
    return Zone(ZoneId("z"), CameraId(camera), ZoneKind.NO_PARKING, polygon, 60.0)


class Scribe(SightService):
    """Says what the desk would say of a case."""

    def operations(self) -> Mapping[str, Operation]:
        return {"say": self._say}

    def _say(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        data = request["data"]
        event = new_event(Noun.CASE, data["act"], data, source="hub", utc_ns=tx.now_utc_ns)
        return OperationResult({}, (event,))


class Running:
    def __init__(self, folder: Path) -> None:
        write_site(folder / "site")
        directory = SiteDirectory(load_site(folder / "site"))
        self.clock = SystemClock()  # a hub that is heard beats
        self.store = open_store(folder / "state", self.clock)
        service = SightService(lambda: directory)
        self.hub = Hub(
            HubSettings(addresses=ANY_PORT),
            self.store,
            (service, Scribe(lambda: directory)),
            clock=self.clock,
        )
        self.hub.start()
        self.client = QueryClient(self.hub.addresses.query)
        self.publisher = Publisher(self.hub.addresses.intake, "/test", folder / "spool")
        self.publisher.start()
        self.ears: list[HubEars] = []

    def listen(self, mark: FeedMark | None = None) -> HubEars:
        ears = HubEars(self.hub.addresses.query, mark=mark)
        self.ears.append(ears)
        ears.start()
        return ears

    def case(self, act: str, **fields: Any) -> None:
        """A case event as the desk writes it, as far as the eyes read it."""
        self.client.ask("say", data={
            "case_id": "c1", "act": act, "state": "void", "kind": "smoke", "camera_id": "cam-1",
            "box_norm": list(BOX), "alert_ids": ["a1"], "actor": "seat 1", "note": "steam", **fields,
        })  # fmt: skip

    def close(self) -> None:
        for ears in self.ears:
            ears.close()
        self.publisher.close(2.0)
        self.client.close()
        self.hub.close()
        self.store.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    yield found
    found.close()


def heard_by(ears: HubEars, count: int) -> list[Any]:
    found: list[Any] = []

    def enough() -> bool:
        found.extend(ears.heard())
        return len(found) >= count

    wait_for(enough)
    return found


def live(ears: HubEars) -> None:
    wait_for(lambda: ears.mark.epoch != "")


def test_verdicts_of_operators_come_over_the_feed_in_order(running: Running) -> None:
    ears = running.listen()
    live(ears)
    running.case("void")
    running.case("note")
    running.case("void", alert_ids=[])
    running.case("void", kind="ticket")
    running.case("file")
    verdicts = heard_by(ears, 2)
    assert [(each.outcome, each.kind, each.box) for each in verdicts] == [
        (Outcome.REJECTED, AlertKind.SMOKE, BOX),
        (Outcome.CONFIRMED, AlertKind.SMOKE, BOX),
    ]
    assert verdicts[0].note == "steam"


def test_what_was_said_while_the_worker_was_away_is_heard_at_its_return(running: Running) -> None:
    first = running.listen()
    live(first)
    running.case("void")
    heard_by(first, 1)
    mark = first.mark
    first.close()
    running.case("void", note="while away")
    running.client.ask("snapshot")
    second = running.listen(mark)
    (verdict,) = heard_by(second, 1)
    assert verdict.note == "while away"
    running.case("void", note="live again")
    assert [each.note for each in heard_by(second, 1)] == ["live again"]


def test_an_operator_takes_a_quiet_place_back(running: Running) -> None:
    ears = running.listen()
    live(ears)
    fields = {"camera_id": "cam-1", "kind": "smoke", "box_norm": list(BOX), "by": "seat 1"}
    running.client.ask("sight.reset", **fields)
    (verdict,) = heard_by(ears, 1)
    assert isinstance(verdict, Verdict)
    assert (verdict.outcome, verdict.camera_id, verdict.box) == (Outcome.RESET, CAMERA, BOX)


def test_a_trial_reaches_the_worker_with_the_zones_as_drawn(running: Running) -> None:
    ears = running.listen()
    live(ears)
    zones = msgspec.to_builtins([zone()], enc_hook=str)
    running.client.ask("sight.tryout", trial_id="t1", camera_id="cam-1", zones=zones)
    (asked,) = heard_by(ears, 1)
    assert isinstance(asked, TrialAsked)
    assert asked.zones == (zone(),)


@pytest.mark.parametrize(
    ("op", "fields", "word"),
    [
        ("sight.reset", {"camera_id": "nowhere", "kind": "smoke", "box_norm": BOX}, "nowhere"),
        ("sight.reset", {"camera_id": "cam-1", "kind": "ufo", "box_norm": BOX}, "ufo"),
        ("sight.reset", {"camera_id": "cam-1", "kind": "smoke", "box_norm": (0, 0, 7, 1)}, "<= 1"),
        ("sight.tryout", {"trial_id": "t", "camera_id": "nowhere", "zones": []}, "nowhere"),
        ("sight.tryout", {"trial_id": "t", "camera_id": "cam-1", "zones": [{}]}, "zones"),
    ],
)
def test_what_makes_no_sense_is_refused_with_why(
    running: Running, op: str, fields: dict[str, Any], word: str
) -> None:
    with pytest.raises(QueryRefused, match=word):
        running.client.ask(op, **fields)


def test_a_trial_of_another_cameras_zones_is_refused(running: Running) -> None:
    zones = msgspec.to_builtins([zone("cam-2")], enc_hook=str)
    with pytest.raises(QueryRefused, match="cam-1 alone"):
        running.client.ask("sight.tryout", trial_id="t", camera_id="cam-1", zones=zones)


def test_quiet_places_are_in_the_snapshot_and_asking_does_not_push_them_out(
    running: Running,
) -> None:
    quiet = QuietPlace(AlertKind.SMOKE, BOX, 3, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    sight = SightData(CAMERA, Sanity.GOOD, (), "2026-01-02T00:00:00Z", quiet=(quiet,))
    running.publisher.publish(
        new_event(Noun.SIGHT, "changed", sight, source="/test", utc_ns=running.clock.utc_ns())
    )

    def told() -> list[Any]:
        return list(running.client.ask("snapshot")["sights"])

    wait_for(lambda: len(told()) == 1)
    running.client.ask(
        "sight.reset", camera_id="cam-1", kind="smoke", box_norm=list(BOX), by="seat 1"
    )
    assert msgspec.convert(told()[0], SightData).quiet == (quiet,)
