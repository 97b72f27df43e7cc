"""Clients that behave, while others do not: each measures how long it was kept waiting at worst."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import threading
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import zmq
from feed_kit import health
from hub_process import HubProcess

from ingest.evidence import EvidenceClient
from ingest.feed.envelope import encode_event

#: Between two rounds of an honest client, seconds.
PACE_S = 0.05


class HonestClient(threading.Thread):
    """Does its round over and over; `worst_s` is its longest wait, `failure` what went wrong."""

    def __init__(self, hub: HubProcess, stop: threading.Event) -> None:
        super().__init__(name=type(self).__name__, daemon=True)
        self.hub = hub
        self._stop_asked = stop
        self.worst_s = 0.0
        self.rounds = 0
        self.failure: str | None = None

    def run(self) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self.open(context)
            while True:
                started_s = time.monotonic()
                self.round()
                self.worst_s = max(self.worst_s, time.monotonic() - started_s)
                self.rounds += 1
                if self._stop_asked.wait(PACE_S):
                    return
        except Exception as error:  # noqa: BLE001 - the test tells it
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            context.destroy(linger=0)

    def open(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        """Connects."""

    def round(self) -> None:
        raise NotImplementedError


def dealer(context: zmq.Context[zmq.Socket[bytes]], address: str) -> zmq.Socket[bytes]:
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.RCVTIMEO, 30_000)
    socket.connect(address)
    return socket


class HonestPublisher(HonestClient):
    """An event is acknowledged with the number it then has in the log."""

    def open(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._socket = dealer(context, self.hub.ready["intake"])
        self.acked: dict[str, int] = {}

    def round(self) -> None:
        event = health(self.rounds, source="/honest")
        self._socket.send_multipart([b"", event.id.encode(), encode_event(event)])
        frames = self._socket.recv_multipart()
        answer = msgspec.json.decode(frames[2])
        assert frames[1] == event.id.encode()
        assert answer["ok"] is True, answer
        self.acked[event.id] = answer["sequence"]


class HonestSeat(HonestClient):
    """A seat lists, proposes a case of its own and writes notes on it."""

    def open(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._socket = dealer(context, self.hub.ready["query"])
        self._case: dict[str, Any] = {}

    def round(self) -> None:
        self._ask(op="cases", limit=20)
        if not self._case:
            self._case = self._ask(op="propose", camera_id="cam-1", title="honest")["case"]
        note = {"case_id": self._case["case_id"], "act": "note", "note": f"round {self.rounds}"}
        self._ask(op="act", **note)

    def _ask(self, **request: Any) -> dict[str, Any]:
        self._socket.send_multipart([b"", b"%d" % self.rounds, msgspec.json.encode(request)])
        answer: dict[str, Any] = msgspec.json.decode(self._socket.recv_multipart()[2])
        assert answer["ok"] is True or answer.get("retry"), answer
        return answer


class HonestReader(HonestClient):
    """The feed beats; a beat that is late by more than its second counts as waiting."""

    def open(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._socket = context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVTIMEO, 30_000)
        self._socket.subscribe(b"heartbeat.")
        self._socket.connect(self.hub.ready["feed"])

    def round(self) -> None:
        self._socket.recv_multipart()


class HonestPhone(HonestClient):
    """A position, a picture and the list of services, over one connection each time."""

    def open(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._evidence = EvidenceClient(self.hub.ready["http"])

    def round(self) -> None:
        now = int(time.time())
        assert self._get(f"/osmand?id=7&lat=36.1&lon=120.3&timestamp={now}") == 200
        assert self._get("/open311/v2/services.json") == 200
        picture = b"\xff\xd8\xff" + hashlib.sha256(b"%d" % self.rounds).digest()
        self._evidence.put(picture)

    def _get(self, path: str) -> int:
        connection = http.client.HTTPConnection(self.hub.ready["http"], timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status


@contextlib.contextmanager
def honest_crowd(hub: HubProcess, deadline_s: float) -> Iterator[list[HonestClient]]:
    """One of each at work inside the block; afterwards all were served within `deadline_s`."""
    stop = threading.Event()
    crowd: list[HonestClient] = [HonestPublisher(hub, stop), HonestSeat(hub, stop)]
    crowd.append(HonestReader(hub, stop))
    if hub.ready["gateway"]:
        crowd.append(HonestPhone(hub, stop))
    for client in crowd:
        client.start()
    try:
        yield crowd
    finally:
        stop.set()
        for client in crowd:
            client.join(40)
    for client in crowd:
        assert client.failure is None, f"{client.name}: {client.failure}"
        assert client.rounds > 0, f"{client.name} was never served"
        assert client.worst_s <= deadline_s, f"{client.name} waited {client.worst_s:.1f} s"
