"""The feed to an HTTP address: in order, signed, until taken, on from where it was after a kill."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from feed_kit import Plain, health, wait_for

from ingest.errors import GridwallError, Misconfigured
from ingest.feed.envelope import encode_event
from ingest.feed.hub import Hub
from ingest.feed.query import QueryClient
from ingest.feed.webhook import AddressGone, WebhookBridge, read_secret, signature

SECRET = b"a shared secret of some length"
StartHub = Callable[..., Hub]


class Receiver:
    """Somebody else's web server. `answers`: status codes to give, then always 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.taken: list[dict[str, object]] = []
        self.wrong_signatures = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status == 200:
                    receiver.take(dict(self.headers), body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        self._thread = threading.Thread(target=self.server.serve_forever, name="Dummy-receiver")
        self._thread.start()

    def take(self, head: dict[str, str], body: bytes) -> None:
        """Checks the signature as a receiver written from the standard's text does."""
        known = {name.lower(): value for name, value in head.items()}
        content = f"{known['webhook-id']}.{known['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(SECRET, content, hashlib.sha256).digest()).decode()
        if known["webhook-signature"] != f"v1,{wanted}":
            self.wrong_signatures += 1
        assert abs(time.time() - int(known["webhook-timestamp"])) < 60
        event = json.loads(body)
        assert event["id"] == known["webhook-id"]
        self.taken.append(event)

    @property
    def sequences(self) -> list[object]:
        return [event["sequence"] for event in self.taken]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class Running:
    """A bridge in a thread of its own."""

    def __init__(self, hub: Hub, receiver: Receiver, folder: Path, **more: object) -> None:
        self.query = QueryClient(hub.addresses.query)
        self.bridge = WebhookBridge(
            self.query, receiver.url, SECRET, folder / "place.json", retry_s=0.05, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.failure: GridwallError | None = None
        self._thread = threading.Thread(target=self._run, name="bridge")
        self._thread.start()

    def _run(self) -> None:
        try:
            self.bridge.run()
        except GridwallError as error:
            self.failure = error

    def close(self) -> None:
        self.bridge.stop()
        self._thread.join(10)
        self.query.close()


def publish(hub: Hub, plain: Plain, count: int, start: int = 0) -> None:
    intake = plain.dealer(hub.addresses.intake)
    for number in range(start, start + count):
        event = health(f"cam-{number}")
        assert plain.push(intake, event.id, encode_event(event))["ok"]


@pytest.mark.logs_warnings("an address that refuses is told")
def test_every_event_arrives_signed_in_order_and_only_once_it_was_taken(
    start_hub: StartHub, plain: Plain, receiver: Receiver, tmp_path: Path
) -> None:
    hub = start_hub()
    publish(hub, plain, 3)
    receiver.answers = [500, 429, 404]
    running = Running(hub, receiver, tmp_path, start=1)
    try:
        wait_for(lambda: len(receiver.taken) == 3)
        publish(hub, plain, 5, start=3)
        wait_for(lambda: len(receiver.taken) == 8)
    finally:
        running.close()
    assert receiver.sequences == list(range(1, 9))
    assert receiver.wrong_signatures == 0


@pytest.mark.logs_warnings("an address that is away is told")
def test_a_bridge_that_was_away_goes_on_where_it_was(
    start_hub: StartHub, plain: Plain, receiver: Receiver, tmp_path: Path
) -> None:
    hub = start_hub()
    publish(hub, plain, 2)
    running = Running(hub, receiver, tmp_path)  # a new address gets what comes from now on
    wait_for(lambda: b'"next":3' in place_of(tmp_path))
    publish(hub, plain, 2, start=2)
    wait_for(lambda: len(receiver.taken) == 2)
    running.close()
    publish(hub, plain, 4, start=4)
    receiver.answers = [503] * 3
    again = Running(hub, receiver, tmp_path)
    try:
        wait_for(lambda: len(receiver.taken) == 6)
    finally:
        again.close()
    assert receiver.sequences == [3, 4, 5, 6, 7, 8]


def test_topics_choose_and_the_place_moves_on_past_the_others(
    start_hub: StartHub, plain: Plain, receiver: Receiver, tmp_path: Path
) -> None:
    hub = start_hub()
    publish(hub, plain, 4)
    running = Running(hub, receiver, tmp_path, start=1, topics=("alert.",))
    try:
        wait_for(lambda: b'"next":5' in place_of(tmp_path))
    finally:
        running.close()
    assert receiver.taken == []


def place_of(folder: Path) -> bytes:
    path = folder / "place.json"
    return path.read_bytes() if path.exists() else b""


def test_an_address_that_is_gone_ends_the_bridge_with_a_word(
    start_hub: StartHub, plain: Plain, receiver: Receiver, tmp_path: Path
) -> None:
    hub = start_hub()
    publish(hub, plain, 1)
    receiver.answers = [410]
    running = Running(hub, receiver, tmp_path, start=1)
    wait_for(lambda: running.failure is not None)
    running.close()
    assert isinstance(running.failure, AddressGone)
    assert place_of(tmp_path) == b""  # it was not taken, so it is not behind us


def test_the_signature_is_the_standards_own_example() -> None:
    """Standard Webhooks' published test vector."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("text", "words"),
    [("short", "at least"), ("whsec_!!!", "no base64"), (None, "No such file")],
)
def test_a_secret_that_is_none_says_so(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "secret"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Misconfigured, match=words):
        read_secret(path)
