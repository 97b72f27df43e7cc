"""The hub's own key is replaced while it runs: nobody is cut off before the old key's time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from feed_kit import RunningHub, health, wait_for

from ingest.errors import GridwallError, Misconfigured
from ingest.feed.envelope import utc_text
from ingest.feed.keys import (
    HUB_FILE,
    LOCAL_FILE,
    KeyRole,
    hub_keys,
    learn_hub_key,
    new_client_key,
    read_client_key,
    rotate_hub_key,
    write_client_key,
)
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from ingest.feed.reader import FeedReader
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


def in_s(seconds: float) -> str:
    return utc_text(time.time_ns() + round(seconds * 1e9))


def key_file(keys: Path, name: str) -> Path:
    file = keys.parent / f"{name}.key.toml"
    write_client_key(new_client_key(KeyRole.OPERATOR, name, keys), file)
    return file


def is_answered(address: str, key: CurveClient, timeout_s: float = 5.0) -> bool:
    with QueryClient(address, key) as client:
        try:
            return bool(client.ask("hello", timeout_s)["ok"])
        except GridwallError:
            return False


def adopted(hub: RunningHub, keys: Path, public_key: str) -> None:
    """Waits until the hub proves the new key."""
    local = read_client_key(keys / LOCAL_FILE)
    assert local.server_public_key == public_key
    wait_for(lambda: is_answered(hub.addresses.query, local, 0.6), 20)


def test_old_and_new_key_hold_side_by_side(
    start_hub: StartHub, keys: Path, tmp_path: Path, closing: Callable[[object], None]
) -> None:
    """On all three sockets, for who is connected and for who comes; nothing is lost or repeated."""
    hub = start_hub(keys_folder=keys)
    old = read_client_key(key_file(keys, "old"))
    seen: list[int] = []
    reader = FeedReader(
        hub.addresses.query, ("",),
        lambda events: seen.extend(e.sequence for e in events if e.sequence is not None),
        lambda snapshot: None, lambda state, _: None, keys=old,
    )  # fmt: skip
    closing(reader)
    reader.start()
    publisher = Publisher(hub.addresses.intake, "/t", tmp_path / "spool", keys=old)
    closing(publisher)
    publisher.start()
    publisher.publish(health(0))
    assert publisher.wait_acked(10)
    wait_for(lambda: 1 in seen or bool(reader), 10)
    public = rotate_hub_key(keys, in_s(60))
    adopted(hub, keys, public)
    for _ in range(6):
        assert is_answered(hub.addresses.query, old), "the old key opens a new connection"
    newcomer = read_client_key(key_file(keys, "new"))
    assert newcomer.server_public_key == public
    late = Publisher(hub.addresses.intake, "/late", tmp_path / "late", keys=newcomer)
    closing(late)
    late.start()
    for number in range(50):
        publisher.publish(health(number))
        late.publish(health(number, source="/late"))
    assert publisher.wait_acked(20)
    assert late.wait_acked(20)
    wait_for(lambda: bool(seen) and seen[-1] == 101, 20)
    assert seen == list(range(seen[0], 102))
    with QueryClient(hub.addresses.query, old) as client:
        told = client.ask("hello")
    assert told["hub_key"]["public_key"] == public
    assert ["gridwall_previous_hub_key_total", "old"] in [row[:2] for row in told["counts"]]


def test_a_client_learns_the_new_key_over_the_old_one(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    file = key_file(keys, "console")
    public = rotate_hub_key(keys, in_s(60))
    adopted(hub, keys, public)
    with QueryClient(hub.addresses.query, read_client_key(file)) as client:
        assert learn_hub_key(file, client.ask("hello")["hub_key"]["public_key"])
    assert read_client_key(file).server_public_key == public
    assert not learn_hub_key(file, public)
    assert is_answered(hub.addresses.query, read_client_key(file))


def test_the_old_key_ends_for_everybody_when_its_time_is_over(
    start_hub: StartHub, keys: Path
) -> None:
    hub = start_hub(keys_folder=keys)
    old = read_client_key(key_file(keys, "old"))
    with QueryClient(hub.addresses.query, old) as connected:
        assert connected.ask("hello")["hub_key"]["previous_until_utc"] is None
        public = rotate_hub_key(keys, in_s(4))
        adopted(hub, keys, public)
        local = read_client_key(keys / LOCAL_FILE)
        with QueryClient(hub.addresses.query, local) as current:

            def is_over() -> bool:
                try:
                    told = current.ask("hello", 1.0)["hub_key"]
                except GridwallError:
                    return False  # everybody connects anew
                return told["previous_until_utc"] is None

            wait_for(is_over, 20)
            with pytest.raises(GridwallError):
                connected.ask("hello", 1.0)
            assert not is_answered(hub.addresses.query, old, 1.5)
            assert current.ask("hello", 5.0)["ok"] is True


def test_who_is_connected_follows_its_key_file(
    start_hub: StartHub, keys: Path, tmp_path: Path, closing: Callable[[object], None]
) -> None:
    """A gateway or a worker runs for months: it is not cut off when the old key's time is over."""
    hub = start_hub(keys_folder=keys)
    file = key_file(keys, "worker")
    key = read_client_key(file)
    seen: list[int] = []
    reader = FeedReader(
        hub.addresses.query, ("",),
        lambda events: seen.extend(e.sequence for e in events if e.sequence is not None),
        lambda snapshot: seen.extend(range(1, snapshot.sequence + 1)),
        lambda state, _: None, keys=key,
    )  # fmt: skip
    closing(reader)
    reader.start()
    publisher = Publisher(hub.addresses.intake, "/t", tmp_path / "spool", keys=key)
    closing(publisher)
    publisher.start()
    query = QueryClient(hub.addresses.query, key)
    closing(query)
    publisher.publish(health(0))
    wait_for(lambda: seen == [1], 10)
    public = rotate_hub_key(keys, in_s(5))
    adopted(hub, keys, public)
    learn_hub_key(file, public)

    def is_over() -> bool:
        try:
            return query.ask("hello", 1.0)["hub_key"]["previous_until_utc"] is None
        except GridwallError:
            return False

    wait_for(is_over, 30)
    for number in range(20):
        publisher.publish(health(number))
    assert publisher.wait_acked(20)
    wait_for(lambda: len(seen) >= 21, 30)
    assert seen == list(range(1, 22))


def test_a_hub_that_restarts_meanwhile_holds_both(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    old = read_client_key(key_file(keys, "old"))
    rotate_hub_key(keys, in_s(60))
    hub.stop()
    hub.start()
    for _ in range(3):
        assert is_answered(hub.addresses.query, old)
        assert is_answered(hub.addresses.query, read_client_key(keys / LOCAL_FILE))


def test_a_second_change_leaves_the_newest_two(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    first = read_client_key(key_file(keys, "first"))
    adopted(hub, keys, rotate_hub_key(keys, in_s(60)))
    second = read_client_key(keys / LOCAL_FILE)
    adopted(hub, keys, rotate_hub_key(keys, in_s(60)))
    assert is_answered(hub.addresses.query, second)
    assert is_answered(hub.addresses.query, read_client_key(keys / LOCAL_FILE))
    assert not is_answered(hub.addresses.query, first, 1.5)


@pytest.mark.logs_warnings("a key file that cannot be read")
def test_half_a_file_changes_nothing(start_hub: StartHub, keys: Path) -> None:
    hub = start_hub(keys_folder=keys)
    local = read_client_key(keys / LOCAL_FILE)
    (keys / HUB_FILE).write_text("public_key = ")
    time_to_look = time.monotonic() + 2.5
    wait_for(lambda: time.monotonic() > time_to_look, 5)
    assert is_answered(hub.addresses.query, local)


def test_another_hub_cannot_share_the_port(start_hub: StartHub, keys: Path) -> None:
    """Two listeners of one port are for one hub's two keys, not for two hubs."""
    hub = start_hub(keys_folder=keys)
    with pytest.raises(GridwallError, match="in use"):
        start_hub(keys_folder=keys, addresses=hub.addresses)


def test_without_a_key_there_is_nothing_to_rotate(keys: Path) -> None:
    with pytest.raises(Misconfigured, match=HUB_FILE):
        rotate_hub_key(keys, in_s(60))
    hub_keys(keys)
    assert rotate_hub_key(keys, in_s(60)) == hub_keys(keys).public_key
