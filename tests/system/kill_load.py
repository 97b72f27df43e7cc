"""A working day under kill -9: publishers and seats that keep books of what they were promised.

Everything a client was answered is written down here, outside the hub, and held against the log
afterwards (`check_day`). Clients are plain sockets: what an integrator writes from the contract.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import zmq
from feed_kit import Plain
from msgspec import Struct, field

from ingest.feed.envelope import parse_utc_ns

#: Events a publisher has on the way at once.
WINDOW = 50
#: A client that hears nothing for this long connects anew and asks again, milliseconds.
SILENCE_MS = 700
#: Every so many events of a publisher one is an alert, which makes a case.
ALERT_EVERY = 50
#: States of cases somebody has taken up: seats mostly go on with these.
STARTED = ["filed", "dispatched", "handling", "verifying", "suspended"]


class Client(threading.Thread):
    """A DEALER that is replaced when the hub is silent."""

    def __init__(self, address: str, name: str, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._address = address
        self._stop_asked = stop
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.failure: BaseException | None = None

    def run(self) -> None:
        self.connect()
        try:
            self.work()
        except BaseException as error:
            self.failure = error
            raise
        finally:
            self.socket.close(linger=0)
            self._context.term()

    def work(self) -> None:
        raise NotImplementedError

    def connect(self) -> None:
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(self._address)

    def connect_anew(self) -> None:
        self.socket.close(linger=0)
        self.connect()


class PlainPublisher(Client):
    """Send, wait for the answer, send again; `acked` is what it was promised."""

    def __init__(self, intake: str, name: str, stop: threading.Event) -> None:
        super().__init__(intake, name, stop)
        self.acked: dict[str, int] = {}
        self.unanswered: set[str] = set()
        self.resent_count = 0
        self._number = 0

    def work(self) -> None:
        while not self._stop_asked.is_set() or self.unanswered:
            while not self._stop_asked.is_set() and len(self.unanswered) < WINDOW:
                self._number += 1
                self.unanswered.add(f"{self.name}-{self._number}")
            for event_id in sorted(self.unanswered):
                self.socket.send_multipart([b"", event_id.encode(), self._body(event_id)])
            if not self._take_answers():
                self.resent_count += len(self.unanswered)
                self.connect_anew()

    def _take_answers(self) -> bool:
        """True when everything that was sent is answered."""
        while self.unanswered:
            if not self.socket.poll(SILENCE_MS):
                return False
            _, event_id, body = self.socket.recv_multipart()
            answer = json.loads(body)
            if answer.get("retry"):
                return False
            assert answer["ok"] is True, answer
            self.acked[event_id.decode()] = answer["sequence"]
            self.unanswered.discard(event_id.decode())
        return True

    def _body(self, event_id: str) -> bytes:
        if int(event_id.rpartition("-")[2]) % ALERT_EVERY:
            noun, data = "camera.health", {"camera_id": event_id}
        else:
            noun, data = "alert.raised", _alert(event_id)
        return json.dumps({
            "specversion": "1.0", "id": event_id, "source": f"/{self.name}",
            "type": f"gridwall.{noun}.v1", "time": "2026-01-01T00:00:00Z",
            "datacontenttype": "application/json", "data": data,
        }).encode()  # fmt: skip


def _alert(alert_id: str) -> dict[str, Any]:
    return {
        "alert_id": alert_id, "kind": "stall", "camera_id": "cam-1", "zone_id": None,
        "since_utc": "2026-01-01T00:00:00Z", "box_norm": [0.1, 0.1, 0.2, 0.2], "score": 0.9,
        "lat_deg": None, "lon_deg": None, "place_error_m": None, "snapshot": None, "clip": None,
        "model": "m", "rule": "r",
    }  # fmt: skip


class Done(Struct, frozen=True):
    """An act a seat was told is done: between these moments of the seat's clock."""

    case_id: str
    version: int
    act: str
    sent_utc_ns: int
    answered_utc_ns: int


class Seat(Client):
    """An operator: looks at the queue, acts, and presses again when nobody answered.

    Every act carries a note of its own. `done`: answered with ok. `refused`: must not have
    happened. `unknown`: may have happened, once at most.
    """

    def __init__(self, query: str, name: str, stop: threading.Event, seed: int) -> None:
        super().__init__(query, name, stop)
        self._chance = random.Random(seed)
        self._number = 0
        self.done: dict[str, Done] = {}
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.pressed_again_count = 0

    def work(self) -> None:
        while not self._stop_asked.is_set():
            states = STARTED if self._chance.random() < 0.7 else ["proposed"]
            listed = self._ask(op="cases", filter={"state": states}, limit=60)
            if listed is None or not listed.get("cases"):
                continue
            case = self._chance.choice(listed["cases"])
            self._number += 1
            note = f"{self.name}/{self._number}"
            act = self._act_on(case)
            if act is not None:
                self._press(case, note, **act)

    def _act_on(self, case: dict[str, Any]) -> dict[str, Any] | None:
        """What somebody does next with a case; everything that touches a clock among it."""
        chance = self._chance.random()
        match case["state"]:
            case "proposed":
                return {"act": "file", "item_code": "0101"} if chance < 0.9 else {"act": "void"}
            case "filed":
                return {"act": "dispatch", "unit": "office"} if chance < 0.8 else {"act": "suspend"}
            case "dispatched" | "handling":
                if chance < 0.3 and not case["extended"]:
                    return {"act": "extend", "minutes": 30}
                return {"act": "feedback"} if chance < 0.8 else {"act": "suspend"}
            case "verifying":
                return {"act": "close"} if case["verified"] else {"act": "verify", "passed": True}
            case "suspended":
                return {"act": "resume"}
        return None

    def _press(self, case: dict[str, Any], note: str, **act: Any) -> None:
        """One act; when nobody answers the very same command once more, as a person would."""
        command = {
            "op": "act", "case_id": case["case_id"], "version": case["version"],
            "actor": self.name, "note": note, **act,
        }  # fmt: skip
        for is_again in (False, True):
            sent_utc_ns = time.time_ns()
            answer = self._ask(**command)
            if answer is None or answer.get("retry"):
                self.unknown.add(note)
                self.pressed_again_count += 1
                continue
            if answer["ok"]:
                self.unknown.discard(note)
                version = answer["case"]["version"]
                self.done[note] = Done(
                    case["case_id"], version, act["act"], sent_utc_ns, time.time_ns()
                )
            elif not is_again:
                self.refused.add(note)
            return

    def _ask(self, **request: Any) -> dict[str, Any] | None:
        """The answer; None when the hub was silent."""
        request_id = f"{self.name}-{self._number}-{time.monotonic_ns()}".encode()
        self.socket.send_multipart([b"", request_id, json.dumps(request).encode()])
        while self.socket.poll(SILENCE_MS):
            _, answered_id, body = self.socket.recv_multipart()
            if answered_id == request_id:
                answer: dict[str, Any] = json.loads(body)
                return answer
        self.connect_anew()
        return None


class Figures(Struct):
    """What a day was made of."""

    kills: int = 0
    kills_at_start: int = 0
    events: int = 0
    acknowledged: int = 0
    resent: int = 0
    cases: int = 0
    acts_done: int = 0
    acts_refused: int = 0
    acts_unknown: int = 0
    unknown_that_happened: int = 0
    audit_rows: int = 0
    acts: dict[str, int] = field(default_factory=dict)


def everything(plain: Plain, query: str) -> list[dict[str, Any]]:
    """The whole log, page by page."""
    socket_ = plain.dealer(query)
    events: list[dict[str, Any]] = []
    start, more = 0, True
    while more:
        page = plain.ask(socket_, op="replay", **{"from": start, "limit": 10_000})
        events += page["events"]
        start, more = page["next"], page["more"]
    return events


def check_order(events: list[dict[str, Any]]) -> None:
    """Gapless from 1 on, in all and per noun, one epoch, nothing twice."""
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["epoch"] for event in events}) == 1
    last: dict[str, int] = {}
    for event in events:
        noun = event["type"].split(".")[1]
        assert event["prevsequence"] == last.get(noun, 0), event["sequence"]
        last[noun] = event["sequence"]
    assert len({(event["source"], event["id"]) for event in events}) == len(events), "stored twice"


def check_publishers(events: list[dict[str, Any]], publishers: list[PlainPublisher]) -> None:
    """What was acknowledged is there once, under the number that was told."""
    by_id = {event["id"]: event["sequence"] for event in events}
    for publisher in publishers:
        assert publisher.failure is None
        assert not publisher.unanswered
        assert {name: by_id.get(name) for name in publisher.acked} == publisher.acked


def check_seats(events: list[dict[str, Any]], seats: list[Seat]) -> int:
    """Acts that were answered happened once and then; refused ones never. How many unknown did."""
    stories = [event for event in events if event["type"].startswith("gridwall.case.")]
    happened = Counter(event["data"]["note"] for event in stories)
    by_version = {(e["data"]["case_id"], e["data"]["version"]): e for e in stories}
    assert len(by_version) == len(stories), "two acts gave a case the same version"
    for seat in seats:
        assert seat.failure is None
        for note, done in seat.done.items():
            event = by_version[(done.case_id, done.version)]
            told = (event["data"]["note"], event["data"]["act"], event["data"]["actor"])
            assert told == (note, done.act, seat.name)
            assert happened[note] == 1
            moment_ms = _ms(event["time"])
            assert done.sent_utc_ns // 10**6 <= moment_ms <= done.answered_utc_ns // 10**6 + 1
        assert not [note for note in seat.refused if happened[note]], "a refused act happened"
        assert not [note for note in seat.unknown if happened[note] > 1]
    return sum(happened[note] for seat in seats for note in seat.unknown)


def check_story(plain: Plain, query: str, events: list[dict[str, Any]]) -> tuple[int, int]:
    """The table is the log, the audit chain is whole, every clock stands where the acts put it."""
    told: dict[str, dict[str, Any]] = {}
    count = 0
    for event in events:
        if event["type"].startswith("gridwall.case."):
            case = event["data"]
            before = told.get(case["case_id"])
            assert case["version"] == (before or {"version": 0})["version"] + 1
            check_clocks(before, case, _ms(event["time"]))
            told[case["case_id"]] = case
            count += 1
    socket_ = plain.dealer(query)
    kept = {case["case_id"]: case for case in _all_cases(plain, socket_)}
    assert kept == told
    assert verified_rows(plain, socket_) == count, "an act without its audit row, or one too many"
    raised = {e["data"]["alert_id"] for e in events if e["type"] == "gridwall.alert.raised.v1"}
    assert raised == {name for case in told.values() for name in case["alert_ids"]}
    return len(told), count


def verified_rows(plain: Plain, socket_: zmq.Socket[bytes]) -> int:
    """Rows of the audit chain, every one verified."""
    start: int | None = 1
    while start is not None:
        verdict = plain.ask(socket_, op="audit.verify", **{"from": start})
        assert verdict["intact"] is True, verdict
        start = verdict["next"]
    return int(verdict["rows"])


def check_clocks(before: dict[str, Any] | None, after: dict[str, Any], now_ms: int) -> None:
    """By plain arithmetic: the site of these tests works around the clock."""
    due, left = after["step_due_utc"], after["step_left_s"]
    if before is None or after["step_started_utc"] != before["step_started_utc"]:
        assert _ms(after["step_started_utc"]) == now_ms
        assert _ms(due) == now_ms + round(after["step_limit_s"] * 1000)
        assert left is None
        return
    match after["act"]:
        case "extend":
            more_ms = round((after["step_limit_s"] - before["step_limit_s"]) * 1000)
            assert more_ms == 30 * 60_000
            assert _ms(due) == _ms(before["step_due_utc"]) + more_ms
            assert _ms(after["whole_due_utc"]) == _ms(before["whole_due_utc"]) + more_ms
        case "suspend":
            assert due is after["whole_due_utc"] is None
            _near(left, (_ms(before["step_due_utc"]) - now_ms) / 1000)
            _near(after["whole_left_s"], (_ms(before["whole_due_utc"]) - now_ms) / 1000)
        case "resume":
            _near(_ms(due) / 1000, now_ms / 1000 + before["step_left_s"])
            _near(_ms(after["whole_due_utc"]) / 1000, now_ms / 1000 + before["whole_left_s"])
        case "close" | "void":
            assert due is None
            assert left is None
            assert after["whole_due_utc"] == before["whole_due_utc"]
        case _:
            for name in ("step_due_utc", "whole_due_utc", "step_left_s", "step_limit_s"):
                assert after[name] == before[name], (after["act"], name)


def _near(found_s: float, expected_s: float) -> None:
    """Times are told in milliseconds; the two ends of a difference may each lose one."""
    assert abs(found_s - expected_s) <= 0.0021, (found_s, expected_s)


def _ms(utc: str) -> int:
    return parse_utc_ns(utc) // 10**6


def _all_cases(plain: Plain, socket_: zmq.Socket[bytes]) -> Iterator[dict[str, Any]]:
    after: Any = None
    while True:
        fields = {} if after is None else {"after": after}
        page = plain.ask(socket_, op="cases", limit=1000, **fields)
        yield from page["cases"]
        after = page["after"]
        if after is None:
            return
