"""The feed described for others: JSON Schemas and an AsyncAPI 3 document made from the types.

Payload types of later packages are handed in (`Payload`), since nothing here imports forward.
Pure; `gridwall feed schema` prints it, a test checks recorded messages against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from config.site import HubAddresses
from ingest.cameras.health import CameraHealthData
from ingest.feed.envelope import EPHEMERAL, Noun
from ingest.feed.heartbeat import HeartbeatData
from ingest.feed.log import schema_name
from ingest.feed.register_data import RegisterChangedData
from ingest.positions.fix import PositionFixedData
from ingest.tickets.ticket import TicketData

CHANNELS = {
    Noun.ALERT: "alert.{kind}.{street}.{camera}",
    Noun.CASE: "case.{act}.{street}.{case}",
    Noun.TICKET: "ticket.{source}.{street}.{ticket}",
    Noun.CAMERA: "camera.health.{street}.{camera}",
    Noun.SCENE: "scene.pushed.{to}.{scene}",
    Noun.REGISTER: "register.changed.{name}.-",
    Noun.UNIT: "unit.{verb}.{street}.{inspector}",
    Noun.PTZ: "ptz.{verb}.{street}.{camera}",
    Noun.SIGHT: "sight.{verb}.{street}.{camera}",
    Noun.SHELF: "shelf.{verb}.-.{shelf}",
    Noun.ESCALATION: "escalation.{verb}.{to}.{case}",
    Noun.TRACK: "track.{verb}.{street}.{camera}",
    Noun.POSITION: "position.fixed.{street}.-",
    Noun.HEARTBEAT: "heartbeat.hub.-.-",
}
_REF = "#/components/schemas/"


class Payload(Struct, frozen=True):
    """The `data` type of an event type, for example `gridwall.alert.raised.v1`."""

    event_type: str
    kind: type
    summary: str

    @property
    def noun(self) -> Noun:
        return Noun(self.event_type.split(".")[1])

    @property
    def name(self) -> str:
        """Its name in the document; `dataschema` of an event ends with it."""
        return schema_name(self.event_type).rsplit(":", 1)[-1]


OWN_PAYLOADS = (
    Payload("gridwall.camera.health.v1", CameraHealthData, "A camera's stream changed its state."),
    Payload("gridwall.position.fixed.v1", PositionFixedData, "Positions of inspectors."),
    Payload("gridwall.ticket.received.v1", TicketData, "A citizen reported something."),
    Payload("gridwall.register.changed.v1", RegisterChangedData, "A site register changed."),
    Payload("gridwall.heartbeat.v1", HeartbeatData, "Once a second: how far the log is."),
)


def json_schemas(payloads: Sequence[Payload]) -> dict[str, Any]:
    """Name → JSON Schema (2020-12): every data type, and each event as a whole."""
    kinds = tuple(dict.fromkeys(payload.kind for payload in payloads))
    refs, components = msgspec.json.schema_components(kinds, ref_template=_REF + "{name}")
    schemas: dict[str, Any] = dict(components)
    ref_of = dict(zip(kinds, refs, strict=True))
    for payload in payloads:
        schemas[payload.name] = _event_schema(payload, ref_of[payload.kind])
    return schemas


def _event_schema(payload: Payload, data_ref: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": text,
        "source": text,
        "type": {"const": payload.event_type},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": schema_name(payload.event_type)},
        "data": data_ref,
    }
    required = list(properties)
    if payload.noun not in EPHEMERAL:
        properties["sequence"] = {"type": "integer", "minimum": 1}
        properties["prevsequence"] = {"type": "integer", "minimum": 0}
        properties["epoch"] = text
        required += ["sequence", "prevsequence", "epoch"]
    return {
        "type": "object",
        "title": payload.event_type,
        "description": payload.summary,
        "properties": properties,
        "required": required,
    }


def asyncapi(payloads: Sequence[Payload], addresses: HubAddresses, version: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of the feed and the intake."""
    schemas = json_schemas(payloads)
    messages = {
        payload.name: {
            "name": payload.event_type,
            "summary": payload.summary,
            "contentType": "application/cloudevents+json",
            "payload": {"$ref": _REF + payload.name},
        }
        for payload in payloads
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "gridwall event feed",
            "version": version,
            "description": "Two ZeroMQ frames a message: topic, and one CloudEvents 1.0 JSON "
            "object. Durable events carry a gapless sequence and can be replayed by the query "
            "socket. Filters are prefixes of the topic and end with a dot.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": _servers(addresses),
        "channels": {noun.value: _channel(noun, payloads) for noun in CHANNELS},
        "operations": _operations(),
        "components": {"messages": messages, "schemas": schemas},
    }


def _servers(addresses: HubAddresses) -> dict[str, Any]:
    texts = {
        "feed": (addresses.feed, "XPUB: connect a SUB and subscribe to topic prefixes."),
        "intake": (
            addresses.intake,
            "ROUTER: a DEALER sends [empty, id, event] and gets [empty, id, {ok, sequence}] once "
            "the event is on disk; at most 1,000 unacknowledged.",
        ),
        "query": (
            addresses.query,
            "ROUTER: a DEALER sends [empty, id, {op}] and gets [empty, id, answer]: hello, "
            "snapshot, replay, cases, case, count, act, register.get, register.put, ptz.take, "
            "ptz.release, ptz.move, ptz.absolute, ptz.home, ptz.goto, ptz.aim, ptz.presets, "
            "ptz.preset.save, ptz.preset.remove, discover, shelf.set, shelf.end, sight.reset, "
            "sight.tryout, escalate, library.list, "
            "library.put, library.rename, library.remove, scene.push, scene.withdraw, seats.",
        ),
    }
    return {
        name: {
            "host": address.removeprefix("tcp://"),
            "protocol": "zmq",
            "description": description,
        }
        for name, (address, description) in texts.items()
    }


def _channel(noun: Noun, payloads: Sequence[Payload]) -> dict[str, Any]:
    address = CHANNELS[noun]
    words = [word[1:-1] for word in address.split(".") if word.startswith("{")]
    channel: dict[str, Any] = {
        "address": address,
        "servers": [{"$ref": "#/servers/feed"}],
        "messages": {
            payload.name: {"$ref": f"#/components/messages/{payload.name}"}
            for payload in payloads
            if payload.noun is noun
        },
    }
    if words:
        channel["parameters"] = {
            word: {"description": f"{word}; '-' when unknown, dots as %2E"} for word in words
        }
    return channel


def _operations() -> dict[str, Any]:
    return {
        f"publish_{noun.value}": {"action": "send", "channel": {"$ref": f"#/channels/{noun.value}"}}
        for noun in CHANNELS
    }
