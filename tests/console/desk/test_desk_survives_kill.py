"""A hub killed in the middle of acts: cases, log and audit still tell one story."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.site import CameraId
from ingest.errors import GridwallError
from ingest.feed.envelope import Noun, new_event
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from tests.hub_process import HubProcess, write_site
from vision.alerts import AlertData, AlertKind

pytestmark = [pytest.mark.system, pytest.mark.beside]

NEXT = {"proposed": "file", "filed": "dispatch", "dispatched": "feedback"}


def alert(number: int) -> AlertData:
    return AlertData(
        f"alert-{number}", AlertKind.STALL, CameraId("cam-1"), None, "2026-11-23T01:00:00Z", (0.1, 0.1, 0.2, 0.2),
        0.9, None, None, None, "a" * 64, None, "m", "r",
    )  # fmt: skip


class Operator(threading.Thread):
    """Moves every open case one step, over and over, until told to stop or the hub is gone."""

    def __init__(self, query_address: str) -> None:
        super().__init__(name="operator", daemon=True)
        self._address = query_address
        self.stop = threading.Event()
        self.done: list[tuple[str, int]] = []

    def run(self) -> None:
        with QueryClient(self._address) as query:
            while not self.stop.is_set():
                try:
                    self._round(query)
                except GridwallError:
                    return  # the hub was killed: what it answered before must hold

    def _round(self, query: QueryClient) -> None:
        for case in query.ask("cases", 3.0, filter={"open": True}, limit=500)["cases"]:
            act = NEXT.get(case["state"], "urge")
            fields = {"item_code": "0101", "unit": "office"}
            reply = query.ask(
                "act", 3.0, case_id=case["case_id"], act=act, version=case["version"], **fields
            )
            self.done.append((case["case_id"], reply["case"]["version"]))


def test_a_hub_killed_between_acts_keeps_one_story(tmp_path: Path) -> None:
    hub = HubProcess(write_site(tmp_path / "site")).start()
    publisher = Publisher(hub.ready["intake"], "worker", tmp_path / "spool")
    publisher.start()
    try:
        for number in range(30):
            event = new_event(
                Noun.ALERT, "raised", alert(number), source="worker", utc_ns=time.time_ns()
            )
            publisher.publish(event)
        assert publisher.wait_acked(20)
        operator = Operator(hub.ready["query"])
        operator.start()
        deadline_s = time.monotonic() + 20
        while len(operator.done) < 40 and time.monotonic() < deadline_s:
            operator.join(0.05)
        hub.kill()
        operator.stop.set()
        operator.join(20)
        assert len(operator.done) >= 40
        hub.start()
        with QueryClient(hub.ready["query"]) as query:
            check_story(query, operator.done)
    finally:
        publisher.close(1.0)
        hub.stop()


def check_story(query: QueryClient, done: list[tuple[str, int]]) -> None:
    """Every act that was answered is there, the table is the log, the chain is whole."""
    kept = {case["case_id"]: case for case in query.ask("cases", limit=1000)["cases"]}
    assert len(kept) == 30
    for case_id, version in done:
        assert kept[case_id]["version"] >= version
    told: dict[str, dict[str, Any]] = {}
    for event in query.ask("replay", **{"from": 0, "limit": 10_000})["events"]:
        if event["type"].startswith("gridwall.case."):
            case = event["data"]
            assert case["version"] == told.get(case["case_id"], {"version": 0})["version"] + 1
            told[case["case_id"]] = case
    assert told == kept
    assert query.ask("audit.verify")["intact"] is True
    assert msgspec.json.encode(kept)
