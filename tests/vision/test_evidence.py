"""Evidence is stored before it is named, and never holds or loses an alert when it cannot be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from config.site import CameraId, ZoneId
from ingest.cameras.lease import ClipFailed
from ingest.cameras.wants import ClipInfo
from ingest.clock import SystemClock
from ingest.errors import RetryLater
from ingest.evidence import EvidenceStore
from ingest.feed.envelope import Event
from tests.vision.street import texture
from vision.alert_book import AlertEvent
from vision.alerts import AlertData, AlertKind, AlertVerb
from vision.evidence import EVIDENCE_WAIT_S, EvidenceDesk, EvidenceSettings, Stored

DEADLINE_S = 10.0


class Published:
    """Collects events; notes which evidence existed when each was published."""

    def __init__(self, store: EvidenceStore) -> None:
        self.events: list[tuple[str, AlertData, float]] = []
        self.missing: list[str] = []
        self._store = store
        self._came = threading.Condition()

    def publish(self, event: Event) -> None:
        data = event.decode_data(AlertData)
        with self._came:
            self.missing += [
                name for name in (data.snapshot, data.crop) if name and not self._store.has(name)
            ]
            self.events.append((event.verb, data, time.monotonic()))
            self._came.notify_all()

    def wait(self, count: int) -> None:
        with self._came:
            assert self._came.wait_for(lambda: len(self.events) >= count, DEADLINE_S)


class SlowStore:
    """A store that answers when told to, as a gateway that hangs."""

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store
        self.open = threading.Event()
        self.refuses = False

    def put(self, content: bytes, content_type: str = "", *, deadline_s: float = 20.0) -> str:
        if self.refuses:
            raise RetryLater("the gateway is away")
        if not self.open.wait(DEADLINE_S):
            raise RetryLater("the gateway is away")
        return self._store.put(content)


class Clips:
    """A lease's clip request, answered by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[CameraId, int, int, Path, Future[ClipInfo]]] = []

    def clip(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path
    ) -> Future[ClipInfo]:
        future: Future[ClipInfo] = Future()
        self.asked.append((camera_id, from_mono_ns, to_mono_ns, path, future))
        return future


def event_of(verb: AlertVerb, alert_id: str = "a1") -> AlertEvent:
    data = AlertData(
        alert_id, AlertKind.PARKING, CameraId("cam-1"), ZoneId("z"), "2026-01-01T00:00:00.000Z",
        (0.4, 0.4, 0.6, 0.6), 0.8, None, None, None, None, None, "m@0", "parking/1",
    )  # fmt: skip
    return AlertEvent(verb, data)


PICTURE = np.repeat(texture(320, 180, 3)[..., None], 3, axis=2)
Kit = tuple[EvidenceDesk, Published, SlowStore, Clips, EvidenceStore]


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    store = EvidenceStore(tmp_path / "evidence")
    published, slow, clips = Published(store), SlowStore(store), Clips()
    desk = EvidenceDesk(
        EvidenceSettings("/worker/test", tmp_path / "clips"), published, slow, clips, SystemClock()
    )
    desk.start()
    yield desk, published, slow, clips, store
    slow.open.set()
    desk.close()


def _news(desk: EvidenceDesk, until: Callable[[list[Stored]], bool]) -> list[Stored]:
    found: list[Stored] = []
    end_s = time.monotonic() + DEADLINE_S
    while not until(found) and time.monotonic() < end_s:
        found += desk.news()
        threading.Event().wait(0.01)
    assert until(found)
    return found


def test_pictures_are_stored_before_the_event_that_names_them(kit: Kit) -> None:
    desk, published, slow, _, store = kit
    slow.open.set()
    desk.submit_raised(event_of(AlertVerb.RAISED), PICTURE, 10**9)
    published.wait(1)
    data = published.events[0][1]
    assert data.snapshot is not None
    assert data.crop is not None
    assert data.clip is None
    assert published.missing == []
    assert store.path(data.snapshot).read_bytes()[:2] == b"\xff\xd8"
    assert _news(desk, bool)[0].told


@pytest.mark.alone
def test_a_store_that_hangs_holds_no_alert_and_its_pictures_follow(kit: Kit) -> None:
    desk, published, slow, _, _ = kit
    started_s = time.monotonic()
    desk.submit_raised(event_of(AlertVerb.RAISED), PICTURE, 10**9)
    desk.submit_raised(event_of(AlertVerb.RAISED, "a2"), PICTURE, 10**9)
    desk.submit(event_of(AlertVerb.CLEARED))
    published.wait(3)
    assert published.events[1][2] - started_s < EVIDENCE_WAIT_S + 1.5
    assert [each[0] for each in published.events] == ["raised", "raised", "cleared"]
    assert published.events[0][1].snapshot is None
    slow.open.set()
    stored = _news(desk, lambda found: sum(bool(each.snapshot) for each in found) == 2)
    assert not any(each.told for each in stored)


test_a_store_that_hangs_holds_no_alert_and_its_pictures_follow = pytest.mark.logs_warnings(
    "the store is away on purpose"
)(test_a_store_that_hangs_holds_no_alert_and_its_pictures_follow)


@pytest.mark.logs_warnings("the store is away on purpose")
def test_a_store_that_refuses_loses_no_alert(kit: Kit) -> None:
    desk, published, slow, _, _ = kit
    slow.refuses = True
    desk.submit_raised(event_of(AlertVerb.RAISED), PICTURE, 10**9)
    published.wait(1)
    assert published.events[0][1].snapshot is None


def test_the_clip_has_pre_roll_and_after_and_is_told_as_news(kit: Kit) -> None:
    desk, published, slow, clips, store = kit
    slow.open.set()
    desk.submit_raised(event_of(AlertVerb.RAISED), PICTURE, 100 * 10**9)
    published.wait(1)
    _news(desk, bool)
    camera_id, from_ns, to_ns, path, future = clips.asked[0]
    assert (camera_id, from_ns, to_ns) == ("cam-1", 95 * 10**9, 105 * 10**9)
    path.write_bytes(b"0000ftypmp42")
    future.set_result(ClipInfo(str(path), 95, 105, 0, 10, 12, "h264", 320, 180))
    stored = _news(desk, bool)
    assert stored[0].clip is not None
    assert store.path(stored[0].clip).read_bytes() == b"0000ftypmp42"
    assert not path.exists()


@pytest.mark.logs_warnings("the clip fails on purpose")
def test_a_clip_that_fails_is_news_too(kit: Kit) -> None:
    desk, published, slow, clips, _ = kit
    slow.open.set()
    desk.submit_raised(event_of(AlertVerb.RAISED), PICTURE, 100 * 10**9)
    published.wait(1)
    clips.asked[0][4].set_exception(ClipFailed("no packets"))
    assert any(each.clip_failed for each in _news(desk, lambda found: len(found) >= 2))


@pytest.mark.logs_warnings("the picture is broken on purpose")
def test_one_broken_picture_does_not_stop_the_next_alert(kit: Kit) -> None:
    desk, published, slow, _, _ = kit
    slow.open.set()
    desk.submit_raised(event_of(AlertVerb.RAISED), np.zeros((3, 3), np.uint8), 10**9)
    desk.submit_raised(event_of(AlertVerb.RAISED, "a2"), PICTURE, 10**9)
    published.wait(2)
    assert [each[1].alert_id for each in published.events] == ["a1", "a2"]
    assert published.events[0][1].snapshot is None
