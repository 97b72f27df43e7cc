"""For tests of the feed: a hub in this process on random ports, and plain sockets beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

from config.site import HubAddresses
from ingest.cameras.health import CameraHealthData
from ingest.clock import Clock, SystemClock
from ingest.feed.envelope import Event, Noun, new_event
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.participant import Participant
from ingest.feed.store import open_store

ANY_PORT = HubAddresses(
    intake="tcp://127.0.0.1:*", feed="tcp://127.0.0.1:*", query="tcp://127.0.0.1:*"
)


def health(number: int, *, source: str = "/test") -> Event:
    """A durable event; `number` is in its camera id."""
    data = CameraHealthData(f"cam-{number}", "live", 25.0, 0.1, "2026-01-01T00:00:00Z")
    return new_event(Noun.CAMERA, "health", data, source=source, utc_ns=SystemClock().utc_ns())


def wait_for(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Waits until `condition` holds; fails the test after `timeout_s`."""
    waiter = threading.Event()
    for _ in range(round(timeout_s / 0.01)):
        if condition():
            return
        waiter.wait(0.01)
    pytest.fail("the condition did not come true in time")


class RunningHub:
    """A hub that can be stopped and started on the same addresses and folder."""

    def __init__(
        self, folder: Path, participants: Sequence[Participant], clock: Clock, **settings: Any
    ) -> None:
        self.folder = folder
        self._participants = participants
        self._clock = clock
        self._settings = settings
        self.addresses = settings.pop("addresses", ANY_PORT)
        self.url: str | None = settings.pop("url", None)
        self.hub: Hub | None = None

    def start(self) -> RunningHub:
        self.store = open_store(self.folder, self._clock, self.url)
        self.hub = Hub(
            HubSettings(self.addresses, **self._settings),
            self.store,
            self._participants,
            clock=self._clock,
        )
        try:
            self.hub.start()
        except Exception:
            self.stop()
            raise
        self.addresses = self.hub.addresses
        return self

    def stop(self) -> None:
        if self.hub is not None:
            self.hub.close()
            self.store.close()
            self.hub = None


class Plain:
    """A client of plain pyzmq: what an integrator writes from the contract alone."""

    def __init__(self) -> None:
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._sockets: list[zmq.Socket[bytes]] = []

    def close(self) -> None:
        for socket in self._sockets:
            socket.close(linger=0)
        self.context.term()

    def dealer(self, address: str) -> zmq.Socket[bytes]:
        return self._connected(zmq.DEALER, address)

    def subscriber(self, address: str, topic: str = "") -> zmq.Socket[bytes]:
        socket = self._connected(zmq.SUB, address)
        socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        return socket

    def ask(self, socket: zmq.Socket[bytes], **request: Any) -> dict[str, Any]:
        socket.send_multipart([b"", b"r1", msgspec.json.encode(request)])
        frames = socket.recv_multipart()
        assert frames[:2] == [b"", b"r1"]
        answer: dict[str, Any] = msgspec.json.decode(frames[2])
        return answer

    def push(self, socket: zmq.Socket[bytes], event_id: str, body: bytes) -> dict[str, Any]:
        socket.send_multipart([b"", event_id.encode(), body])
        frames = socket.recv_multipart()
        assert frames[:2] == [b"", event_id.encode()]
        answer: dict[str, Any] = msgspec.json.decode(frames[2])
        return answer

    def _connected(self, kind: int, address: str) -> zmq.Socket[bytes]:
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 5000)
        socket.connect(address)
        self._sockets.append(socket)
        return socket
