"""The hub as a plain pyzmq client sees it: order, acknowledgement, replay, refusals."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq
from feed_kit import Plain, RunningHub, health, wait_for

from config.site import CameraId, HubAddresses
from ingest.cameras.health import CameraHealthData
from ingest.clock import ManualClock, SystemClock
from ingest.errors import Misconfigured
from ingest.feed.engine import StoreBroken
from ingest.feed.envelope import Event, Noun, encode_event, new_event, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationResult, ReadingOperation
from ingest.feed.sockets import AddressTaken
from ingest.feed.store import open_store
from ingest.positions.fix import PositionEntry, PositionFixedData

StartHub = Callable[..., RunningHub]


def next_durable(socket: zmq.Socket[bytes]) -> tuple[str, dict[str, Any]]:
    while True:
        topic, body = socket.recv_multipart()
        if not topic.startswith(b"heartbeat."):
            return topic.decode(), msgspec.json.decode(body)


def test_event_is_acknowledged_published_and_replayed_alike(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    feed = plain.subscriber(hub.addresses.feed)
    feed.recv_multipart()  # the welcome heartbeat: the subscription is there
    event = health(1)
    answer = plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))
    assert answer == {"ok": True, "sequence": 1}
    topic, live = next_durable(feed)
    assert topic == "camera.health.-.cam-1"
    assert live["id"] == event.id
    assert (live["sequence"], live["prevsequence"]) == (1, 0)
    assert live["dataschema"].endswith("camera.health.v1")
    query = plain.dealer(hub.addresses.query)
    replay = plain.ask(query, op="replay", **{"from": 0, "limit": 10})
    assert replay["events"] == [live]
    assert replay["epoch"] == live["epoch"] == plain.ask(query, op="hello")["epoch"]


def test_the_same_id_is_acknowledged_with_the_first_sequence(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    first, other = health(1), health(2)
    assert plain.push(intake, first.id, encode_event(first))["sequence"] == 1
    assert plain.push(intake, other.id, encode_event(other))["sequence"] == 2
    assert plain.push(intake, first.id, encode_event(first))["sequence"] == 1
    query = plain.dealer(hub.addresses.query)
    assert plain.ask(query, op="hello")["sequence"] == 2


def test_the_same_id_twice_in_one_batch_is_stored_once(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    event = health(1)
    for _ in range(50):
        intake.send_multipart([b"", event.id.encode(), encode_event(event)])
    answers = [msgspec.json.decode(intake.recv_multipart()[2]) for _ in range(50)]
    assert answers == [{"ok": True, "sequence": 1}] * 50


def test_sequence_goes_on_after_a_restart_and_epoch_stays(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    event = health(1)
    plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))
    before = plain.ask(plain.dealer(hub.addresses.query), op="hello")
    hub.stop()
    hub.start()
    event = health(2)
    answer = plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))
    assert answer["sequence"] == 2
    assert plain.ask(plain.dealer(hub.addresses.query), op="hello")["epoch"] == before["epoch"]


def test_prevsequence_is_the_last_of_the_same_noun(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    ticket = {
        "specversion": "1.0", "id": "t-1", "source": "/t", "time": "2026-01-01T00:00:00Z",
        "type": "gridwall.ticket.received.v1", "data": {"ticket_id": "t-1", "source": "x"},
    }  # fmt: skip
    for event in (health(1), health(2)):
        plain.push(intake, event.id, encode_event(event))
    plain.push(intake, "t-1", msgspec.json.encode(ticket))
    event = health(3)
    plain.push(intake, event.id, encode_event(event))
    query = plain.dealer(hub.addresses.query)
    events = plain.ask(query, op="replay", **{"from": 0})["events"]
    assert [event["prevsequence"] for event in events] == [0, 1, 0, 2]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[1, 2]", "JSON"),
        (b'{"id": "x"}', "missing"),
        (b'{"specversion":"1.0","id":"other","source":"/","type":"gridwall.alert.raised.v1",'
         b'"time":"2026-01-01T00:00:00Z","data":{}}', "id"),
        (b'{"specversion":"1.0","id":"x","source":"/","type":"gridwall.case.file.v1",'
         b'"time":"2026-01-01T00:00:00Z","data":{}}', "hub"),
    ],
)  # fmt: skip
def test_a_wrong_event_is_answered_with_what_is_wrong(
    start_hub: StartHub, plain: Plain, body: bytes, says: str
) -> None:
    hub = start_hub()
    answer = plain.push(plain.dealer(hub.addresses.intake), "x", body)
    assert answer["ok"] is False
    assert says in answer["error"]


def test_wrong_frames_are_answered_and_harm_nobody(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    for address in (hub.addresses.intake, hub.addresses.query):
        socket = plain.dealer(address)
        for frames in ([b""], [b"x"], [b"", b"id"], [b"a", b"b", b"c"], [b""] * 9):
            socket.send_multipart(frames)
            answer = msgspec.json.decode(socket.recv_multipart()[-1])
            assert answer["ok"] is False
    assert plain.ask(plain.dealer(hub.addresses.query), op="hello")["ok"] is True


@pytest.mark.parametrize(
    "request_",
    [
        {"op": "no-such"},
        {},
        {"op": 7},
        {"op": "replay", "from": "x"},
        {"op": "replay", "from": 0, "limit": 10_001},
        {"op": "replay", "from": 0, "limit": 0},
        {"op": "replay", "from": -5},
        {"op": "replay", "from": 10**30},
    ],
)
def test_a_wrong_request_is_refused_with_a_reason(
    start_hub: StartHub, plain: Plain, request_: dict[str, Any]
) -> None:
    hub = start_hub()
    answer = plain.ask(plain.dealer(hub.addresses.query), **request_)
    assert answer["ok"] is False
    assert answer["error"]


def test_replay_pages_through_everything(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    for number in range(250):
        event = health(number)
        intake.send_multipart([b"", event.id.encode(), encode_event(event)])
    for _ in range(250):
        assert msgspec.json.decode(intake.recv_multipart()[2])["ok"]
    query = plain.dealer(hub.addresses.query)
    seen: list[int] = []
    start, more = 0, True
    while more:
        page = plain.ask(query, op="replay", **{"from": start, "limit": 100})
        seen += [event["sequence"] for event in page["events"]]
        start, more = page["next"], page["more"]
    assert seen == list(range(1, 251))


def test_replay_filters_by_topic(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    for number in (1, 2, 12):
        event = health(number)
        plain.push(intake, event.id, encode_event(event))
    query = plain.dealer(hub.addresses.query)
    page = plain.ask(query, op="replay", topics=["camera.health.-.cam-1", "alert."], **{"from": 0})
    assert [event["data"]["camera_id"] for event in page["events"]] == ["cam-1", "cam-12"]


def position(inspector: str, lat_deg: float, *, live: bool = True) -> bytes:
    entry = PositionEntry(
        inspector, f"d-{inspector}", lat_deg, 120.0, 1.0, None, None, "2026-01-01T00:00:00Z",
        "osmand", live,
    )  # fmt: skip
    data = PositionFixedData((entry,))  # type: ignore[arg-type]
    return encode_event(new_event(Noun.POSITION, "fixed", data, source="/t", utc_ns=10**18))


def test_positions_are_passed_on_without_sequence_and_the_last_is_in_the_snapshot(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    feed = plain.subscriber(hub.addresses.feed)
    feed.recv_multipart()
    intake = plain.dealer(hub.addresses.intake)
    for lat_deg, live in ((36.1, True), (36.2, True), (36.0, False)):
        body = position("p-1", lat_deg, live=live)
        assert plain.push(intake, msgspec.json.decode(body)["id"], body)["ok"] is True
        topic, event = next_durable(feed)
        assert topic == "position.fixed.-.-"
        assert "sequence" not in event
    snapshot = plain.ask(plain.dealer(hub.addresses.query), op="snapshot")
    assert [fix["lat_deg"] for fix in snapshot["positions"]] == [36.2]
    assert snapshot["sequence"] == 0


def test_snapshot_holds_what_is_still_true(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    for verb, alert in (
        ("raised", "a-1"),
        ("raised", "a-2"),
        ("updated", "a-2"),
        ("cleared", "a-1"),
    ):
        body = msgspec.json.encode({
            "specversion": "1.0", "id": f"{verb}-{alert}", "source": "/t",
            "time": "2026-01-01T00:00:00Z", "type": f"gridwall.alert.{verb}.v1",
            "data": {"alert_id": alert, "kind": "smoke", "verb": verb},
        })  # fmt: skip
        assert plain.push(intake, f"{verb}-{alert}", body)["ok"] is True
    event = health(5)
    plain.push(intake, event.id, encode_event(event))
    snapshot = plain.ask(plain.dealer(hub.addresses.query), op="snapshot")
    assert [(a["alert_id"], a["verb"]) for a in snapshot["alerts"]] == [("a-2", "updated")]
    assert [h["camera_id"] for h in snapshot["camera_health"]] == ["cam-5"]
    assert snapshot["sequence"] == 5


def test_heartbeat_carries_the_last_sequence_in_all_and_per_noun(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    event = health(1)
    plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))
    beat = msgspec.json.decode(
        plain.subscriber(hub.addresses.feed, "heartbeat.").recv_multipart()[1]
    )
    assert beat["type"] == "gridwall.heartbeat.v1"
    assert beat["data"]["sequence"] == 1
    assert beat["data"]["nouns"] == {"camera": 1}
    assert beat["data"]["epoch"]


def test_an_address_in_use_is_told_in_words(start_hub: StartHub) -> None:
    taken = start_hub().addresses
    with pytest.raises(AddressTaken, match="in use"):
        start_hub(addresses=taken)


@pytest.mark.parametrize("address", ["tcp://0.0.0.0:*", "tcp://*:*", "tcp://192.0.2.1:7400"])
def test_a_network_address_in_the_clear_is_refused(start_hub: StartHub, address: str) -> None:
    loop = "tcp://127.0.0.1:*"
    for addresses in (
        HubAddresses(intake=address, feed=loop, query=loop),
        HubAddresses(intake=loop, feed=address, query=loop),
        HubAddresses(intake=loop, feed=loop, query=address),
    ):
        with pytest.raises(Misconfigured, match="in the clear"):
            start_hub(addresses=addresses)


@pytest.mark.logs_warnings("a restored log is told")
def test_a_restored_copy_of_the_log_gets_a_new_epoch(tmp_path_factory: Any) -> None:
    """Readers would take new events for ones they have seen."""
    folder = tmp_path_factory.mktemp("log")
    store = open_store(folder)
    epoch = store.position.epoch
    with store.transaction() as tx:
        tx.append(health(1), "t")
    store.close()
    backup = (folder / "hub.sqlite").read_bytes()
    store = open_store(folder)
    with store.transaction() as tx:
        tx.append(health(2), "t")
    store.write_mark()
    store.close()
    (folder / "hub.sqlite").write_bytes(backup)
    store = open_store(folder)
    assert store.position.epoch != epoch
    assert store.position.sequence == 1
    store.close()


def test_a_clock_that_steps_back_an_hour_breaks_nothing(start_hub: StartHub, plain: Plain) -> None:
    clock = ManualClock()
    hub = start_hub(clock=clock)
    intake = plain.dealer(hub.addresses.intake)
    sequences = []
    for step_s in (0.0, -3600.0, 7200.0):
        clock.step_utc(step_s)
        event = health(1)
        sequences.append(plain.push(intake, event.id, encode_event(event))["sequence"])
    assert sequences == [1, 2, 3]


def test_positions_with_words_of_the_wrong_type_are_refused(
    start_hub: StartHub, plain: Plain
) -> None:
    """One of them used to fail the whole batch it travelled with."""
    hub = start_hub()
    body = position("p-1", 36.0).replace(b'"p-1"', b"7")
    answer = plain.push(plain.dealer(hub.addresses.intake), msgspec.json.decode(body)["id"], body)
    assert answer["ok"] is False


def test_a_publisher_with_a_wrong_clock_is_shown(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    ahead = msgspec.structs.replace(
        health(1, source="/ahead"), time=utc_text(SystemClock().utc_ns() + 90 * 10**9)
    )
    late = msgspec.structs.replace(health(2, source="/spooled"), time="2020-01-01T00:00:00Z")
    for event in (ahead, late, health(3, source="/spooled")):
        plain.push(intake, event.id, encode_event(event))
    query = plain.dealer(hub.addresses.query)
    wait_for(lambda: "/ahead" in plain.ask(query, op="hello")["clock_offsets_s"])
    offsets = plain.ask(query, op="hello")["clock_offsets_s"]
    assert offsets["/ahead"] == pytest.approx(90, abs=5)
    assert "/spooled" not in offsets


def test_cameras_that_come_back_are_counted(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    intake = plain.dealer(hub.addresses.intake)
    for state in ("live", "lost", "lost", "live", "stale", "live"):
        data = CameraHealthData(CameraId("c"), state, 0.0, None, "2026-01-01T00:00:00Z")
        event = new_event(Noun.CAMERA, "health", data, source="/t", utc_ns=10**18)
        plain.push(intake, event.id, encode_event(event))
    counts = plain.ask(plain.dealer(hub.addresses.query), op="hello")["counts"]
    assert ["gridwall_camera_reconnects_total", "", 1] in counts


def test_old_events_leave_the_log_and_readers_are_told_where_it_begins(
    start_hub: StartHub, plain: Plain
) -> None:
    clock = ManualClock()
    hub = start_hub(clock=clock, keep_s=1800.0)
    intake = plain.dealer(hub.addresses.intake)
    for _ in range(3):
        event = health(1)
        plain.push(intake, event.id, encode_event(event))
        clock.advance(1000)
    query = plain.dealer(hub.addresses.query)

    def first() -> int | None:
        clock.advance(0.5)
        found: int | None = plain.ask(query, op="replay", **{"from": 0})["first"]
        return found

    wait_for(lambda: first() == 3)
    event = health(2)
    assert plain.push(intake, event.id, encode_event(event))["sequence"] == 4


@pytest.mark.logs_warnings("the jump of the clock is told")
def test_a_clock_set_ten_years_ahead_erases_nothing(start_hub: StartHub, plain: Plain) -> None:
    clock = ManualClock()
    hub = start_hub(clock=clock, keep_s=1800.0)
    intake = plain.dealer(hub.addresses.intake)
    event = health(1)
    plain.push(intake, event.id, encode_event(event))
    clock.step_utc(10 * 365 * 86_400)
    clock.advance(30)
    event = health(2)
    plain.push(intake, event.id, encode_event(event))
    clock.advance(30)
    event = health(3)
    plain.push(intake, event.id, encode_event(event))
    page = plain.ask(plain.dealer(hub.addresses.query), op="replay", **{"from": 0})
    assert page["first"] == 1


def test_a_damaged_log_is_told_at_the_start(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.transaction() as tx:
        for number in range(500):
            tx.append(health(number), "t")
    store.close()
    file = tmp_path / "hub.sqlite"
    content = bytearray(file.read_bytes())
    content[8_000:60_000] = b"\xa5" * 52_000
    file.write_bytes(content)
    with pytest.raises(StoreBroken, match=r"damaged|malformed|cannot be opened"):
        open_store(tmp_path)


class Slow:
    """A participant whose act takes long."""

    nouns: frozenset[Noun] = frozenset()

    def create_tables(self, tx: Transaction) -> None: ...

    def on_event(self, tx: Transaction, event: StoredEvent) -> tuple[Event, ...]:
        return ()

    def operations(self) -> dict[str, Operation]:
        return {"slow": self._slow, "slow.read": ReadingOperation(self._slow)}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {}

    def tick(self, tx: Transaction, now_utc_ns: int) -> tuple[Event, ...]:
        return ()

    def _slow(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        threading.Event().wait(2.5)
        return OperationResult({})


@pytest.mark.parametrize("op", ["slow", "slow.read"])
def test_a_slow_operation_delays_no_heartbeat(start_hub: StartHub, plain: Plain, op: str) -> None:
    hub = start_hub((Slow(),))
    beats = plain.subscriber(hub.addresses.feed, "heartbeat.")
    beats.recv_multipart()
    query = plain.dealer(hub.addresses.query)
    query.send_multipart([b"", b"s", msgspec.json.encode({"op": op})])
    beats.setsockopt(zmq.RCVTIMEO, 1500)
    for _ in range(2):
        beats.recv_multipart()
    assert query.poll(0) == 0
    assert msgspec.json.decode(query.recv_multipart()[2])["ok"] is True
