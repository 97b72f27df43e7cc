"""CURVE: who has no key, or the wrong role, gets nothing; a new key works at once."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq
from feed_kit import Plain, RunningHub, health, wait_for

from ingest.errors import GridwallError, Misconfigured
from ingest.feed.envelope import encode_event, utc_text
from ingest.feed.keys import (
    AUTHORIZED,
    LOCAL_FILE,
    ClientKey,
    KeyRole,
    new_client_key,
    read_client_key,
    write_client_key,
)
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.reader import FeedReader, ReaderState
from ingest.feed.sockets import CurveClient

StartHub = Callable[..., RunningHub]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def closing() -> Iterator[Callable[[object], None]]:
    things: list[object] = []
    yield things.append
    for thing in things:
        thing.close()  # type: ignore[attr-defined]


def curve(key: ClientKey) -> CurveClient:
    return CurveClient(key.public_key, key.secret_key, key.hub_public_key)


def test_each_role_may_do_its_own(
    start_hub: StartHub, keys: Path, tmp_path: Path, closing: Callable[[object], None]
) -> None:
    hub = start_hub(keys_folder=keys)
    role = {role: curve(new_client_key(role, "one", keys)) for role in KeyRole}
    publisher = Publisher(
        hub.addresses.intake, "/t", tmp_path / "spool", keys=role[KeyRole.PUBLISHER]
    )
    closing(publisher)
    publisher.start()
    publisher.publish(health(1))
    assert publisher.wait_acked(10)
    live: list[ReaderState] = []
    reader = FeedReader(
        hub.addresses.query, ("",), lambda _: None, lambda _: None,
        lambda state, _: live.append(state), keys=role[KeyRole.READER],
    )  # fmt: skip
    closing(reader)
    reader.start()
    wait_for(lambda: ReaderState.LIVE in live)
    asked = {name: QueryClient(hub.addresses.query, key) for name, key in role.items()}
    for client in asked.values():
        closing(client)
    for name, client in asked.items():
        assert name.value in client.ask("hello")["roles"]
    assert asked[KeyRole.READER].ask("snapshot")["sequence"] == 1
    with pytest.raises(QueryRefused, match="may not ask for snapshot"):
        asked[KeyRole.PUBLISHER].ask("snapshot")


@pytest.mark.parametrize("with_key", [True, False])
def test_a_stranger_gets_nothing(
    start_hub: StartHub, keys: Path, plain: Plain, *, with_key: bool
) -> None:
    hub = start_hub(keys_folder=keys)
    known = new_client_key(KeyRole.OPERATOR, "known", keys)
    stranger = new_client_key(KeyRole.OPERATOR, "stranger", None)
    for kind, address in (
        (zmq.DEALER, hub.addresses.intake), (zmq.DEALER, hub.addresses.query),
        (zmq.SUB, hub.addresses.feed),
    ):  # fmt: skip
        socket = plain.context.socket(kind)
        plain._sockets.append(socket)
        if with_key:
            socket.setsockopt(zmq.CURVE_PUBLICKEY, stranger.public_key.encode())
            socket.setsockopt(zmq.CURVE_SECRETKEY, stranger.secret_key.encode())
            socket.setsockopt(zmq.CURVE_SERVERKEY, known.hub_public_key.encode())
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.connect(address)
        if kind == zmq.DEALER:
            socket.send_multipart([b"", b"1", b'{"op":"hello"}'])
        assert socket.poll(700) == 0


def test_a_publisher_may_not_read_the_feed(start_hub: StartHub, keys: Path, plain: Plain) -> None:
    hub = start_hub(keys_folder=keys)
    key = new_client_key(KeyRole.PUBLISHER, "worker", keys)
    socket = plain.context.socket(zmq.SUB)
    plain._sockets.append(socket)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, key.public_key.encode())
    socket.setsockopt(zmq.CURVE_SECRETKEY, key.secret_key.encode())
    socket.setsockopt(zmq.CURVE_SERVERKEY, key.hub_public_key.encode())
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    socket.connect(hub.addresses.feed)
    assert socket.poll(1500) == 0


def test_a_plain_client_with_a_key_file_publishes_over_curve(
    start_hub: StartHub, keys: Path, plain: Plain, tmp_path: Path
) -> None:
    hub = start_hub(keys_folder=keys)
    write_client_key(new_client_key(KeyRole.PUBLISHER, "b", keys), tmp_path / "b.toml")
    key = read_client_key(tmp_path / "b.toml")
    socket = plain.context.socket(zmq.DEALER)
    plain._sockets.append(socket)
    socket.setsockopt(zmq.RCVTIMEO, 5000)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, key.public_key.encode())
    socket.setsockopt(zmq.CURVE_SECRETKEY, key.secret_key.encode())
    socket.setsockopt(zmq.CURVE_SERVERKEY, key.server_public_key.encode())
    socket.connect(hub.addresses.intake)
    event = health(1)
    assert plain.push(socket, event.id, encode_event(event))["ok"] is True


def test_a_removed_key_stops_asking(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    key = new_client_key(KeyRole.READER, "gone", keys)
    with QueryClient(hub.addresses.query, curve(key)) as client:
        assert client.ask("snapshot")["ok"] is True
        (keys / AUTHORIZED / "reader-gone.toml").unlink()
        with pytest.raises(QueryRefused):
            client.ask("snapshot")


def test_a_key_is_replaced_without_a_restart(start_hub: StartHub, keys: Path) -> None:
    """The file is written in place: the folder's own time does not change."""
    hub = start_hub(keys_folder=keys)
    old = new_client_key(KeyRole.READER, "turning", keys)
    with QueryClient(hub.addresses.query, curve(old)) as client:
        assert client.ask("snapshot")["ok"] is True
        new = new_client_key(KeyRole.READER, "turning", keys, replace=True)
        with QueryClient(hub.addresses.query, curve(new)) as other:
            wait_for(lambda: answers(other), 5)
        wait_for(lambda: not answers(client), 5)


def answers(client: QueryClient) -> bool:
    try:
        return bool(client.ask("snapshot", timeout_s=1.0)["ok"])
    except (QueryRefused, GridwallError):
        return False


def test_a_key_ends_when_its_time_is_over(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    soon = utc_text(time.time_ns() + 2 * 10**9)
    key = new_client_key(KeyRole.READER, "guest", keys, until_utc=soon)
    with QueryClient(hub.addresses.query, curve(key)) as client:
        assert client.ask("snapshot")["ok"] is True
        wait_for(lambda: not answers(client), 6)
    over = new_client_key(KeyRole.READER, "over", keys, until_utc="2020-01-01T00:00:00Z")
    mistaken = new_client_key(KeyRole.READER, "mistaken", keys, until_utc="next week")
    for each in (over, mistaken):
        with QueryClient(hub.addresses.query, curve(each)) as client:
            assert not answers(client)


def test_key_files_are_for_their_owner_only(start_hub: StartHub, keys: Path) -> None:
    start_hub(keys_folder=keys)
    for file in (keys / LOCAL_FILE, keys / "hub.toml"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_network_address_is_bound_with_keys(start_hub: StartHub, keys: Path) -> None:
    from config.site import HubAddresses

    every = "tcp://0.0.0.0:*"
    hub = start_hub(keys_folder=keys, addresses=HubAddresses(every, every, every))
    assert hub.addresses.query.startswith("tcp://0.0.0.0:")


def test_a_name_is_taken_once(keys: Path) -> None:
    new_client_key(KeyRole.READER, "one", keys)
    with pytest.raises(Misconfigured, match="already"):
        new_client_key(KeyRole.READER, "one", keys)
    new_client_key(KeyRole.READER, "one", keys, replace=True)


@pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 65, "名"])
def test_a_name_that_is_no_file_name_is_refused(keys: Path, name: str) -> None:
    with pytest.raises(Misconfigured):
        new_client_key(KeyRole.READER, name, keys)
