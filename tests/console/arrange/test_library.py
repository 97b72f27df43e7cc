"""The hub's library: kept for all seats, never overwritten unseen, announced to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from console.desk.library_items import LibraryKind
from ingest.feed.query import QueryClient, QueryRefused
from tests.feed_kit import RunningHub


@pytest.fixture
def client(hub: RunningHub) -> Iterator[QueryClient]:
    with QueryClient(hub.addresses.query) as made:
        yield made


def put(client: QueryClient, name: str, **more: Any) -> dict[str, Any]:
    fields = {"kind": "layouts", "name": name, "content": {"columns": 2}, "by": "seat 1", **more}
    item: dict[str, Any] = client.ask("library.put", **fields)["item"]
    return item


def names(client: QueryClient, kind: LibraryKind = LibraryKind.LAYOUT) -> list[str]:
    return [item["name"] for item in client.ask("library.list", kind=kind.value)["items"]]


def test_what_one_seat_keeps_every_seat_finds_also_after_a_restart(
    hub: RunningHub, client: QueryClient
) -> None:
    put(client, "路口", number=7)
    hub.stop()
    hub.start()
    with QueryClient(hub.addresses.query) as other:
        (item,) = other.ask("library.list")["items"]
    assert (item["name"], item["number"], item["by"], item["version"]) == ("路口", 7, "seat 1", 1)
    assert item["content"] == {"columns": 2}


def test_every_change_is_an_event_that_says_what_changed(client: QueryClient) -> None:
    put(client, "a")
    client.ask("library.rename", kind="layouts", name="a", to="b", number=3)
    client.ask("library.remove", kind="layouts", name="b")
    page = client.ask("replay", **{"from": 0, "limit": 100})
    assert page["topics"] == ["register.changed.layouts.-"] * 3
    assert [event["data"]["version"] for event in page["events"]] == ["1", "2", "3"]
    assert {event["type"] for event in page["events"]} == {"gridwall.register.changed.v1"}
    assert names(client) == []


def test_who_saves_over_an_unseen_change_is_told_who_was_first(client: QueryClient) -> None:
    seen = put(client, "a", version=0)["version"]
    put(client, "a", version=seen, by="seat 2")
    with pytest.raises(QueryRefused, match="changed by seat 2"):
        put(client, "a", version=seen)
    with pytest.raises(QueryRefused, match="changed by seat 2"):
        put(client, "a", version=0)


def test_a_number_belongs_to_one_name(client: QueryClient) -> None:
    put(client, "a", number=5)
    with pytest.raises(QueryRefused, match="the number 5 is a's"):
        put(client, "b", number=5)
    put(client, "a", number=5)
    assert names(client) == ["a"]


def test_a_rename_never_covers_another_name(client: QueryClient) -> None:
    put(client, "a")
    put(client, "b")
    with pytest.raises(QueryRefused, match="called b already"):
        client.ask("library.rename", kind="layouts", name="a", to="b")
    with pytest.raises(QueryRefused, match="none called c"):
        client.ask("library.remove", kind="layouts", name="c")
    assert names(client) == ["a", "b"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "films"}, {"name": ""}, {"name": "   "}, {"name": "x" * 81}, {"name": "a\nb"},
        {"content": []}, {"content": {"x": "y" * (513 << 10)}}, {"number": 0}, {"number": "7"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_request_is_refused_with_the_reason_and_keeps_nothing(
    client: QueryClient, wrong: dict[str, Any]
) -> None:
    with pytest.raises(QueryRefused, match=r".{10,}"):
        put(client, **{"name": "a", **wrong})
    assert client.ask("library.list")["items"] == []
