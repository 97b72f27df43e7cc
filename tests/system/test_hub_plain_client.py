"""An integrator's whole day with pyzmq and json alone: receive, replay, act, be refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from hub_process import HubProcess, write_site

pytestmark = [pytest.mark.system, pytest.mark.beside]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    process = HubProcess(write_site(tmp_path / "site")).start()
    yield process
    process.stop()


class Integrator:
    """Knows the contract and nothing else."""

    def __init__(self, query: str) -> None:
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.sockets: list[zmq.Socket[bytes]] = []
        self.query = self.connect(zmq.DEALER, query)
        addresses = self.ask(op="hello")["addresses"]
        self.feed = self.connect(zmq.SUB, addresses["feed"], subscribe=b"")
        self.feed.recv_multipart()
        self.intake = self.connect(zmq.DEALER, addresses["intake"])

    def connect(self, kind: int, address: str, subscribe: bytes | None = None) -> Any:
        socket = self.context.socket(kind)
        self.sockets.append(socket)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        if subscribe is not None:
            socket.setsockopt(zmq.SUBSCRIBE, subscribe)
        socket.connect(address)
        return socket

    def ask(self, **request: Any) -> dict[str, Any]:
        self.query.send_multipart([b"", b"42", json.dumps(request).encode()])
        empty, request_id, body = self.query.recv_multipart()
        assert (empty, request_id) == (b"", b"42")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def push(self, event: dict[str, Any]) -> dict[str, Any]:
        self.intake.send_multipart([b"", event["id"].encode(), json.dumps(event).encode()])
        answer: dict[str, Any] = json.loads(self.intake.recv_multipart()[2])
        return answer

    def next_event(self, prefix: str) -> tuple[str, dict[str, Any]]:
        while True:
            topic, body = self.feed.recv_multipart()
            if topic.decode().startswith(prefix):
                return topic.decode(), json.loads(body)

    def close(self) -> None:
        for socket in self.sockets:
            socket.close(linger=0)
        self.context.term()


@pytest.fixture
def integrator(hub: HubProcess) -> Iterator[Integrator]:
    client = Integrator(hub.ready["query"])
    yield client
    client.close()


ALERT = {
    "specversion": "1.0",
    "id": "my-alert-1",
    "source": "/neighbour/smoke-detector",
    "type": "gridwall.alert.raised.v1",
    "time": "2026-03-01T10:00:00.000Z",
    "datacontenttype": "application/json",
    "data": {
        "alert_id": "a-1", "kind": "smoke", "camera_id": "cam-1", "zone_id": None,
        "since_utc": "2026-03-01T09:59:50.000Z", "box_norm": [0.1, 0.1, 0.3, 0.4], "score": 0.9,
        "lat_deg": 36.1, "lon_deg": 120.3, "place_error_m": 12.0, "snapshot": None, "clip": None,
        "model": "neighbour", "rule": "smoke",
    },
}  # fmt: skip


def test_an_alert_becomes_a_case_that_is_filed_once(integrator: Integrator) -> None:
    answer = integrator.push(ALERT)
    assert answer["ok"] is True
    topic, alert = integrator.next_event("alert.")
    assert topic == "alert.smoke.-.cam-1"
    assert alert["sequence"] == answer["sequence"] == 1
    assert alert["data"] == ALERT["data"]
    topic, proposal = integrator.next_event("case.")
    case = proposal["data"]
    assert topic == f"case.propose.-.{case['case_id']}"
    assert (case["state"], case["alert_ids"]) == ("proposed", ["a-1"])
    act = {"op": "act", "case_id": case["case_id"], "act": "file", "version": case["version"],
           "actor": "seat 3", "item_code": "0101"}  # fmt: skip
    filed = integrator.ask(**act)
    assert filed["ok"] is True, filed
    assert filed["case"]["state"] == "filed"
    _, event = integrator.next_event("case.file.")
    assert event["data"]["actor"] == "seat 3"
    second = integrator.ask(**{**act, "actor": "seat 4"})
    assert second["ok"] is False
    assert "seat 3" in second["error"], "the second operator is told who was first"
    snapshot = integrator.ask(op="snapshot")
    assert [c["case_id"] for c in snapshot["cases"]] == [case["case_id"]]
    assert [a["alert_id"] for a in snapshot["alerts"]] == ["a-1"]
    page = integrator.ask(op="replay", **{"from": 0, "limit": 100})
    assert [e["sequence"] for e in page["events"]] == [1, 2, 3]
    assert [e["type"].split(".")[1] for e in page["events"]] == ["alert", "case", "case"]
    assert snapshot["sequence"] == page["sequence"] == 3


def test_a_case_survives_kill_nine_of_the_hub(hub: HubProcess, integrator: Integrator) -> None:
    integrator.push(ALERT)
    _, proposal = integrator.next_event("case.propose.")
    hub.kill()
    hub.start()
    again = integrator.push(ALERT)
    assert again == {"ok": True, "sequence": 1}
    page = integrator.ask(op="replay", **{"from": 0, "limit": 100})
    assert [e["sequence"] for e in page["events"]] == [1, 2]
    assert page["epoch"] == proposal["epoch"]
    case_id = proposal["data"]["case_id"]
    assert integrator.ask(op="case", id=case_id)["case"]["state"] == "proposed"
