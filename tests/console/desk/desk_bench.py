"""A desk on a real log with a clock moved by hand: what the tests of cases act on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.directory import SiteDirectory
from config.load import load_site
from console.desk.case import CaseData
from console.desk.desk import Desk
from ingest.clock import ManualClock
from ingest.feed.envelope import Event, Noun, new_event, parse_utc_ns, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import LOCAL_CALLER, Caller, ReadingOperation
from ingest.feed.store import open_store
from ingest.feed.topics import NoStreets, topic_of
from ingest.positions.fix import PositionEntry
from tests.config.site_folder import write_site
from vision.alerts import AlertData, AlertKind

#: A Monday, 09:00 in Shanghai.
MONDAY_9 = parse_utc_ns("2026-11-23T01:00:00Z")


class DeskBench:
    """A hub's log and its desk without the sockets; every event goes through the real store."""

    def __init__(self, folder: Path, url: str | None = None, **files: str | bytes | None) -> None:
        write_site(folder / "site", **files)
        self.directory = SiteDirectory(load_site(folder / "site"))
        self.clock = ManualClock(utc_ns=MONDAY_9)
        self.store = open_store(folder, self.clock, url)
        self.desk = Desk(lambda: self.directory)
        self.events: list[Event] = []
        self._numbers = itertools.count(1)
        with self.store.transaction() as tx:
            self.desk.create_tables(tx)

    def close(self) -> None:
        self.store.close()

    def publish(self, event: Event) -> list[Event]:
        """As the hub does: stored, offered to the desk, what follows is stored with it."""
        with self.store.transaction() as tx:
            stored = self._append(tx, event)
            return [self._append(tx, own).event for own in self.desk.on_event(tx, stored)]

    def _append(self, tx: Transaction, event: Event) -> StoredEvent:
        stored = tx.append(event, topic_of(event, NoStreets()))
        self.events.append(stored.event)
        return stored

    def alert(self, verb: str = "raised", **fields: Any) -> list[Event]:
        values: dict[str, Any] = {
            "alert_id": f"alert-{next(self._numbers)}",
            "kind": AlertKind.PARKING,
            "camera_id": "cam-1",
            "zone_id": "z1",
            "since_utc": utc_text(self.clock.utc_ns()),
            "box_norm": (0.1, 0.1, 0.4, 0.4),
            "score": 0.9,
            "lat_deg": None,
            "lon_deg": None,
            "place_error_m": None,
            "snapshot": "a" * 64,
            "clip": None,
            "model": "test",
            "rule": "test",
        }
        data = AlertData(**(values | fields))
        event = new_event(Noun.ALERT, verb, data, source="worker", utc_ns=self.clock.utc_ns())
        return self.publish(event)

    def raised_case(self, **fields: Any) -> CaseData:
        events = self.alert(**fields)
        return events[-1].decode_data(CaseData)

    def place(self, inspector_id: str, lat_deg: float, lon_deg: float, age_s: float = 0) -> None:
        """A fix as the hub keeps it."""
        entry = PositionEntry(
            inspector_id=inspector_id,  # type: ignore[arg-type]
            device_id="1",  # type: ignore[arg-type]
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            speed_mps=None,
            course_deg=None,
            accuracy_m=None,
            fix_utc=utc_text(self.clock.utc_ns() - round(age_s * 1e9)),
            source="osmand",
            live=True,
        )
        with self.store.transaction() as tx:
            tx.remember(Noun.POSITION, inspector_id, msgspec.json.encode(entry))

    def ask(self, op: str, caller: Caller = LOCAL_CALLER, **fields: Any) -> dict[str, Any]:
        """The reply as JSON would carry it; raises OperationRefused."""
        operation = self.desk.operations()[op]
        request = msgspec.json.decode(msgspec.json.encode({"op": op, **fields}))
        if isinstance(operation, ReadingOperation):
            with self.store.reading() as tx:
                reply = operation(tx, request, caller).reply
        else:
            with self.store.transaction() as tx, tx.savepoint():
                result = operation(tx, request, caller)
                for event in result.events:
                    self._append(tx, event)
                reply = result.reply
        answer: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(reply))
        return answer

    def act(self, case_id: str, act: str, **fields: Any) -> CaseData:
        reply = self.ask("act", case_id=case_id, act=act, **fields)
        return msgspec.convert(reply["case"], CaseData)

    def case(self, case_id: str) -> CaseData:
        return msgspec.convert(self.ask("case", id=case_id)["case"], CaseData)

    def case_events(self) -> Iterator[CaseData]:
        for event in self.events:
            if event.noun is Noun.CASE:
                yield event.decode_data(CaseData)


@pytest.fixture
def bench(tmp_path: Path, store_url: str | None) -> Iterator[DeskBench]:
    """On each database in turn."""
    desk_bench = DeskBench(tmp_path, store_url)
    yield desk_bench
    desk_bench.close()
