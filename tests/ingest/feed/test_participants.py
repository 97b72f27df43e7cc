"""Participants decide in the same transaction; their faults cost nobody else anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from feed_kit import Plain, RunningHub, health, wait_for
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select

from config.site import CameraId
from ingest.feed.envelope import Event, Noun, encode_event, new_event
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.tickets.ticket import TicketData
from vision.sight import Sanity, SightData

StartHub = Callable[..., RunningHub]
metadata = MetaData()
notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("text", String))


def case_event(case_id: str) -> Event:
    data = TicketData(case_id, "test", None, "", None, None, None)
    event = new_event(Noun.TICKET, "received", data, source="/notebook", utc_ns=10**18)
    return msgspec.structs.replace(event, type="gridwall.case.propose.v1")


class Notebook:
    """Writes a note and an event for every camera event; raises for camera `cam-13`."""

    nouns: frozenset[Noun] = frozenset({Noun.CAMERA})

    def create_tables(self, tx: Transaction) -> None:
        tx.create_all(metadata)

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        camera = msgspec.json.decode(event.event.data)["camera_id"]
        tx.execute(insert(notes).values(text=camera))
        if camera == "cam-13":
            raise RuntimeError("a fault of the participant")
        return (case_event(camera),)

    def operations(self) -> Mapping[str, Operation]:
        return {
            "note": self._note,
            "notes": ReadingOperation(self._notes),
            "wreck": self._wreck,
        }

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {"cases": [row.text for row in tx.execute(select(notes.c.text))]}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        return ()

    def _note(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        tx.execute(insert(notes).values(text=request["text"]))
        if request["text"] == "refuse":
            raise OperationRefused("not now", who_may="supervisor", fields={"version": 3})
        return OperationResult({"by": caller.name}, (case_event(request["text"]),))

    def _notes(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        count = tx.execute(select(func.count()).select_from(notes)).scalar()
        return OperationResult({"count": count})

    def _wreck(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        tx.execute(insert(notes).values(text="half done"))
        raise KeyError("a fault of an operation")


def replayed(plain: Plain, hub: RunningHub) -> list[dict[str, Any]]:
    page = plain.ask(plain.dealer(hub.addresses.query), op="replay", **{"from": 0, "limit": 1000})
    events: list[dict[str, Any]] = page["events"]
    return events


def push(plain: Plain, hub: RunningHub, number: int) -> dict[str, Any]:
    event = health(number)
    return plain.push(plain.dealer(hub.addresses.intake), event.id, encode_event(event))


def test_what_follows_from_an_event_comes_right_after_it(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub((Notebook(),))
    push(plain, hub, 1)
    push(plain, hub, 2)
    types = [event["type"].split(".")[1] for event in replayed(plain, hub)]
    assert types == ["camera", "case", "camera", "case"]
    assert [event["prevsequence"] for event in replayed(plain, hub)] == [0, 0, 1, 2]


@pytest.mark.logs_warnings("the participant's fault is logged")
def test_a_participants_fault_costs_its_own_changes_only(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub((Notebook(),))
    assert push(plain, hub, 13) == {"ok": True, "sequence": 1}
    assert push(plain, hub, 14)["ok"] is True
    assert [event["type"].split(".")[1] for event in replayed(plain, hub)] == [
        "camera", "camera", "case",
    ]  # fmt: skip
    query = plain.dealer(hub.addresses.query)
    assert plain.ask(query, op="notes")["count"] == 1, "the note of cam-13 is undone"
    assert ["gridwall_participant_errors_total", "Notebook", 1] in plain.ask(query, op="hello")[
        "counts"
    ]


def test_an_operation_answers_and_its_events_are_stored(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub((Notebook(),))
    feed = plain.subscriber(hub.addresses.feed, "case.")
    plain.subscriber(hub.addresses.feed, "heartbeat.").recv_multipart()
    query = plain.dealer(hub.addresses.query)
    assert plain.ask(query, op="note", text="hello") == {"ok": True, "by": "local"}
    topic, _ = feed.recv_multipart()
    assert topic.startswith(b"case.propose.")
    assert plain.ask(query, op="snapshot")["cases"] == ["hello"]


def test_a_refused_operation_changes_nothing_and_says_who_may(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub((Notebook(),))
    query = plain.dealer(hub.addresses.query)
    answer = plain.ask(query, op="note", text="refuse")
    assert answer == {"ok": False, "error": "not now", "who_may": "supervisor", "version": 3}
    assert plain.ask(query, op="notes")["count"] == 0
    assert replayed(plain, hub) == []


@pytest.mark.logs_warnings("the operation's fault is logged")
def test_an_operation_that_fails_is_answered_and_undone(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub((Notebook(),))
    query = plain.dealer(hub.addresses.query)
    assert plain.ask(query, op="wreck")["ok"] is False
    assert plain.ask(query, op="notes")["count"] == 0
    assert plain.ask(query, op="note", text="still works")["ok"] is True


def test_an_event_and_its_consequences_are_there_together_after_a_restart(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub((Notebook(),))
    for number in range(1, 6):
        push(plain, hub, number)
    hub.stop()
    hub.start()
    wait_for(lambda: len(replayed(plain, hub)) == 10)
    assert plain.ask(plain.dealer(hub.addresses.query), op="notes")["count"] == 5


def test_what_a_camera_cannot_see_is_in_the_snapshot_until_it_sees_again(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    intake, query = plain.dealer(hub.addresses.intake), plain.dealer(hub.addresses.query)
    for state, rules_off, shown in (
        (Sanity.BLOCKED, (), 1),
        (Sanity.GOOD, ("z1",), 1),
        (Sanity.GOOD, (), 0),
    ):
        sight = SightData(CameraId("cam-1"), state, rules_off, "2026-11-23T00:00:00Z")
        event = new_event(Noun.SIGHT, "changed", sight, source="/worker", utc_ns=10**18)
        assert plain.push(intake, event.id, encode_event(event))["ok"]
        assert len(plain.ask(query, op="snapshot")["sights"]) == shown
