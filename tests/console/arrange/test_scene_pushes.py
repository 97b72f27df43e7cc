"""Sending scenes at the hub: the durable event, what is in force for latecomers, who is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from console.desk.scene_messages import ScenePushedData
from ingest.clock import SystemClock
from ingest.feed.envelope import Noun, encode_event, new_event, parse_utc_ns
from ingest.feed.query import QueryClient, QueryRefused
from tests.feed_kit import Plain, RunningHub


@pytest.fixture
def client(hub: RunningHub) -> Iterator[QueryClient]:
    with QueryClient(hub.addresses.query) as made:
        made.ask("library.put", kind="scenes", name="Gate", number=7, content={"windows": []})
        yield made


def in_force(client: QueryClient) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = client.ask("snapshot")["scenes"]
    return lines


def test_a_sent_scene_is_a_durable_event_as_the_contract_says(
    hub: RunningHub, client: QueryClient
) -> None:
    sent = client.ask(
        "scene.push",
        scene="Gate",
        to="wall-1",
        text="look",
        priority=1,
        expires_s=60.0,
        by="seat 2",
    )
    page = client.ask("replay", **{"from": 0, "limit": 10, "topics": ["scene."]})
    (event,), (topic,) = page["events"], page["topics"]
    assert topic == "scene.pushed.wall-1.Gate"
    assert event["type"] == "gridwall.scene.pushed.v1"
    assert event["sequence"] == 2
    assert event["id"] == sent["push_id"]
    data = event["data"]
    assert {k: data[k] for k in ("scene", "to", "by", "text", "priority")} == {
        "scene": "Gate", "to": "wall-1", "by": "seat 2", "text": "look", "priority": 1,
    }  # fmt: skip
    lasts_s = (parse_utc_ns(data["expires_utc"]) - parse_utc_ns(event["time"])) / 1e9
    assert lasts_s == pytest.approx(60.0, abs=0.01)


def test_what_is_in_force_is_in_the_snapshot_also_after_a_restart(
    hub: RunningHub, client: QueryClient
) -> None:
    client.ask("scene.push", scene="Gate", to="wall-1", expires_s=600.0)
    client.ask("scene.push", scene="Gate", to="wall-2/monitor L", priority=1)
    hub.stop()
    hub.start()
    with QueryClient(hub.addresses.query) as other:
        assert [(line["to"], line["priority"]) for line in in_force(other)] == [
            ("wall-1", 3), ("wall-2/monitor L", 1),
        ]  # fmt: skip
        other.ask("scene.withdraw", scene="Gate", to="wall-1", by="seat 2")
        assert [line["to"] for line in in_force(other)] == ["wall-2/monitor L"]


def test_a_withdrawal_is_an_event_whose_time_is_over(client: QueryClient) -> None:
    client.ask("scene.push", scene="Gate", to="wall-1", expires_s=600.0)
    client.ask("scene.withdraw", scene="Gate", to="wall-1")
    last = client.ask("replay", **{"from": 0, "limit": 10, "topics": ["scene."]})["events"][-1]
    assert parse_utc_ns(last["data"]["expires_utc"]) <= parse_utc_ns(last["time"])
    with pytest.raises(QueryRefused, match="not in force"):
        client.ask("scene.withdraw", scene="Gate", to="wall-1")


def test_an_integrators_push_by_the_intake_is_kept_like_ours(
    hub: RunningHub, client: QueryClient
) -> None:
    data = ScenePushedData("Gate", "wall-1", "traffic", "accident", 2, None)
    event = new_event(Noun.SCENE, "pushed", data, source="/traffic", utc_ns=SystemClock().utc_ns())
    plain = Plain()
    answer = plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))
    plain.close()
    assert answer["ok"]
    assert [(line["push_id"], line["by"]) for line in in_force(client)] == [(event.id, "traffic")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scene": "nobody's"}, {"to": ""}, {"to": "/main"}, {"to": "wall/main/x"}, {"priority": 0},
        {"priority": "1"}, {"expires_s": -1}, {"expires_utc": "tomorrow"}, {"text": "x" * 401},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_push_is_refused_with_the_reason(
    client: QueryClient, wrong: dict[str, Any]
) -> None:
    with pytest.raises(QueryRefused, match=r".{10,}"):
        client.ask("scene.push", **{"scene": "Gate", "to": "wall-1", **wrong})
    assert in_force(client) == []


def test_a_push_that_does_not_fit_is_stored_but_in_force_for_nobody(
    hub: RunningHub, client: QueryClient
) -> None:
    class Wrong(msgspec.Struct):
        scene: str = "Gate"
        to: str = "wall-1"

    event = new_event(Noun.SCENE, "pushed", Wrong(), source="/x", utc_ns=SystemClock().utc_ns())
    plain = Plain()
    assert plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))["ok"]
    plain.close()
    assert in_force(client) == []


def test_seats_that_are_there_hear_of_each_other(client: QueryClient) -> None:
    windows = [{"id": "main", "tile_count": 4}]
    client.ask("seats", here={"seat": "wall-1", "profile": "wall", "windows": windows})
    reply = client.ask("seats", here={"seat": "seat 2"})
    assert [seat["seat"] for seat in reply["seats"]] == ["seat 2", "wall-1"]
    assert reply["seats"][1]["windows"] == windows
    assert parse_utc_ns(reply["now_utc"])
