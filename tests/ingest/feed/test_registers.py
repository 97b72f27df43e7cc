"""Registers over the query socket: read, written with checks, watched; secrets for operators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from feed_kit import Plain, RunningHub
from hub_process import write_site

from config.load import load_site
from ingest.clock import ManualClock
from ingest.feed.envelope import Event
from ingest.feed.log import Transaction
from ingest.feed.participant import Caller, OperationRefused
from ingest.feed.registers import SiteService

StartHub = Callable[..., RunningHub]
READER = Caller("r", frozenset({"reader"}))


@pytest.fixture
def service(tmp_path: Path) -> SiteService:
    return SiteService(load_site(write_site(tmp_path / "site")), ManualClock(mono_ns=10**12))


def test_a_register_is_read_as_values(
    start_hub: StartHub, plain: Plain, service: SiteService
) -> None:
    hub = start_hub((service,))
    query = plain.dealer(hub.addresses.query)
    answer = plain.ask(query, op="register.get", name="cameras")
    assert answer["content"][0]["id"] == "cam-1"
    assert answer["content"][0]["main_url"] == "rtsp://127.0.0.1/one"
    assert answer["version"]
    for name in ("zones", "calibration", "grid", "inspectors", "items", "rules", "checkpoints",
                 "site"):  # fmt: skip
        assert plain.ask(query, op="register.get", name=name)["ok"] is True


def test_camera_addresses_are_for_operators(service: SiteService, tmp_path: Path) -> None:
    get = service.operations()["register.get"]
    tx: Any = None
    content: Any = get(tx, {"name": "cameras", "text": True}, READER).reply
    assert "main_url" not in content["content"][0]
    assert "text" not in content
    assert "settings" not in get(tx, {"name": "site"}, READER).reply["content"]
    with pytest.raises(OperationRefused):
        service.operations()["register.put"](tx, {"name": "zones", "content": ""}, READER)


def test_a_put_is_checked_written_and_told(
    start_hub: StartHub, plain: Plain, service: SiteService
) -> None:
    hub = start_hub((service,))
    query = plain.dealer(hub.addresses.query)
    before = plain.ask(query, op="register.get", name="zones")
    zones = [{"id": "z-1", "camera": "cam-1", "kind": "no_parking", "limit_s": 60,
              "polygon": [[0, 0], [1, 0], [1, 1]]}]  # fmt: skip
    answer = plain.ask(query, op="register.put", name="zones", content=zones, by="seat 2",
                       version=before["version"])  # fmt: skip
    assert answer["ok"] is True, answer
    content = plain.ask(query, op="register.get", name="zones")["content"]
    assert content[0]["limit_s"] == 60
    page = plain.ask(query, op="replay", topics=["register."], **{"from": 0})
    assert [event["data"]["by"] for event in page["events"]] == ["seat 2"]
    stale = plain.ask(query, op="register.put", name="zones", content=[], version=before["version"])
    assert stale["ok"] is False
    assert "meanwhile" in stale["error"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zones", [{"id": "z", "camera": "none", "kind": "no_parking", "polygon": [[0, 0]]}]),
        ("zones", "[[zone"),
        ("zones", 7),
        ("zones", [7]),
        ("zones", [{"no": "id"}]),
        ("cameras", [{"id": "x"}]),
        ("no-such", ""),
        (None, ""),
        ("grid", "{}"),
    ],
)
def test_a_wrong_put_is_refused_and_writes_nothing(
    start_hub: StartHub, plain: Plain, service: SiteService, name: Any, content: Any
) -> None:
    hub = start_hub((service,))
    files = {path: path.read_bytes() for path in service.site.folder.glob("*.*")}
    query = plain.dealer(hub.addresses.query)
    answer = plain.ask(query, op="register.put", name=name, content=content)
    assert answer["ok"] is False
    assert answer["error"]
    assert {path: path.read_bytes() for path in service.site.folder.glob("*.*")} == files


def test_a_file_changed_by_hand_becomes_an_event(service: SiteService) -> None:
    tx: Any = None
    assert ticks(service, tx) == []
    path = service.site.folder / "inspectors.csv"
    path.write_text(path.read_text() + "p-3,Sun,,,,0009,\n")
    service.poll()
    events = ticks(service, tx)
    assert [msgspec.json.decode(event.data)["register"] for event in events] == ["inspectors"]
    assert service.directory.inspector_of_device("9") is not None
    assert ticks(service, tx) == []


@pytest.mark.logs_warnings("an invalid folder is told")
def test_an_invalid_change_keeps_the_former_state(service: SiteService) -> None:
    (service.site.folder / "cameras.csv").write_text("id\n")
    service.poll()
    tx: Any = None
    assert ticks(service, tx) == []
    assert service.directory.camera("cam-1") is not None
    assert "main_url" in service.problem_text


def ticks(service: SiteService, tx: Transaction) -> list[Event]:
    return list(service.tick(tx, 0))
