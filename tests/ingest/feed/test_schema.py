"""The AsyncAPI document describes what is really sent; every event type has its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import pytest
from feed_kit import Plain, RunningHub, health

from config.site import CameraId, HubAddresses
from console.app.payloads import all_payloads
from ingest.feed.envelope import Event, Noun, encode_event, new_event
from ingest.feed.schema import asyncapi
from ingest.positions.fix import PositionEntry, PositionFixedData
from ingest.tickets.ticket import TicketData
from vision.alerts import AlertData, AlertKind


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    built: dict[str, Any] = json.loads(
        msgspec.json.encode(asyncapi(all_payloads(), HubAddresses(), "0"))
    )
    return built


def check(document: dict[str, Any], message: dict[str, Any]) -> None:
    name = message["dataschema"].removeprefix("urn:gridwall:schema:")
    schema = {**document["components"]["schemas"][name], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(message)


def alert() -> Event:
    data = AlertData(
        "a-1", AlertKind.SMOKE, CameraId("cam-1"), None, "2026-01-01T00:00:00Z",
        (0.1, 0.1, 0.2, 0.2), 0.9, 36.0, 120.0, 5.0, "ab" * 32, None, "m", "r",
    )  # fmt: skip
    return new_event(Noun.ALERT, "raised", data, source="/t", utc_ns=10**18)


def ticket() -> Event:
    data = TicketData("t-1", "open311", None, "text", 36.0, 120.0, None)
    return new_event(Noun.TICKET, "received", data, source="/t", utc_ns=10**18)


def position() -> Event:
    entry = PositionEntry(
        None, "d-1", 36.0, 120.0, None, None, None, "2026-01-01T00:00:00Z", "osmand", True
    )  # type: ignore[arg-type]
    data = PositionFixedData((entry,))
    return new_event(Noun.POSITION, "fixed", data, source="/t", utc_ns=10**18)


@pytest.mark.parametrize("make", [alert, ticket, position, lambda: health(1)])
def test_recorded_messages_fit_their_schema(
    start_hub: Callable[..., RunningHub],
    plain: Plain,
    document: dict[str, Any],
    make: Callable[[], Event],
) -> None:
    hub = start_hub()
    feed = plain.subscriber(hub.addresses.feed)
    check(document, msgspec.json.decode(feed.recv_multipart()[1]))  # the heartbeat
    event = make()
    assert plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))["ok"]
    while True:
        topic, body = feed.recv_multipart()
        if not topic.startswith(b"heartbeat."):
            break
    message = msgspec.json.decode(body)
    check(document, message)
    message["data"] = {}
    with pytest.raises(jsonschema.ValidationError):
        check(document, message)


def test_every_reference_of_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for child in value.values() for ref in references(child)]
        if isinstance(value, list):
            return [ref for child in value for ref in references(child)]
        return []

    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_noun_has_a_channel_with_messages(document: dict[str, Any]) -> None:
    assert set(document["channels"]) == {noun.value for noun in Noun}
    assert all(channel["messages"] for channel in document["channels"].values())
    assert document["asyncapi"] == "3.0.0"


def test_every_act_of_the_workflow_is_described(document: dict[str, Any]) -> None:
    from console.desk.workflow import shipped_table

    table = shipped_table()
    acts = {str(getattr(rule.act, "value", rule.act)) for rule in table.transitions}
    described = {name.split(".")[1] for name in document["channels"]["case"]["messages"]}
    assert acts <= described
