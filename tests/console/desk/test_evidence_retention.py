"""Evidence goes when no case holds it any more: never an open case's, never one that is shared with one."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.store_settings import StoreSettings
from console.app.evidence_night import EvidenceNight
from console.desk.evidence.cleaning import (
    LEAVING,
    RECORD,
    RecordBroken,
    Report,
    clean,
    verify_record,
)
from console.desk.evidence.rules import ALWAYS_NS, longest_days
from ingest.evidence import EvidenceStore
from tests.console.desk.desk_bench import DeskBench

DAY = 86_400.0


class Keeping:
    """A desk with an evidence store; days pass by hand."""

    def __init__(self, bench: DeskBench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.store = EvidenceStore(folder / "evidence")

    def put(self, text: str) -> str:
        sha = self.store.put(text.encode())
        now_s = self.bench.clock.utc_ns() / 1e9
        os.utime(self.store.path(sha), (now_s, now_s))
        return sha

    def case(self, sha: str, **more: Any) -> str:
        return str(self.bench.raised_case(snapshot=sha, **more).case_id)

    def closed(self, sha: str) -> str:
        case_id = self.case(sha)
        for act in ("file", "dispatch", "feedback", "verify", "close"):
            self.bench.act(case_id, act, unit="Duty")
        return case_id

    def night(self, days: float = 0.0, *, dry_run: bool = False) -> Report:
        self.bench.clock.advance(days * DAY)
        settings = self.bench.directory.site.settings.store
        now_ns = self.bench.clock.utc_ns()
        ask = lambda request: self.bench.ask("evidence.references", **request)  # noqa: E731
        return clean(ask, self.folder, settings, now_ns, dry_run=dry_run)


@pytest.fixture
def keeping(bench: DeskBench, tmp_path: Path) -> Keeping:
    return Keeping(bench, tmp_path / "state")


def test_an_open_case_holds_its_evidence_for_years(keeping: Keeping) -> None:
    sha = keeping.put("open")
    keeping.case(sha)
    report = keeping.night(2_000)
    assert (report.held, report.expired) == (1, 0)
    assert keeping.store.has(sha)


def test_a_closed_case_holds_its_days_and_then_lets_go_in_two_nights(keeping: Keeping) -> None:
    sha = keeping.put("closed")
    keeping.closed(sha)
    assert keeping.night(89).held == 1
    assert keeping.night(2).expired == 1
    assert not keeping.store.has(sha)
    assert (keeping.folder / "evidence" / LEAVING / sha).exists()
    assert keeping.night(1).removed == 1
    assert not (keeping.folder / "evidence" / LEAVING / sha).exists()


def test_a_file_of_a_closed_and_an_open_case_stays(keeping: Keeping) -> None:
    sha = keeping.put("shared")
    keeping.closed(sha)
    keeping.case(sha)
    assert keeping.night(400).held == 1


def test_a_rejected_alert_lets_go_sooner(keeping: Keeping) -> None:
    sha = keeping.put("nothing there")
    keeping.bench.act(keeping.case(sha), "void", note="a shadow")
    assert keeping.night(29).held == 1
    assert keeping.night(2).expired == 1


def test_what_the_alerts_of_a_case_name_is_the_cases(keeping: Keeping) -> None:
    first, clip = keeping.put("first"), keeping.put("clip")
    case_id = keeping.case(first, alert_id="a-9")
    keeping.bench.alert("updated", alert_id="a-9", snapshot=keeping.put("second"), clip=clip)
    keeping.bench.act(case_id, "photo", photo=keeping.put("photo"))
    report = keeping.night(2_000)
    assert (report.held, report.expired) == (3, 1)  # the picture the alert replaced goes


def test_a_case_opened_again_gets_its_evidence_back(keeping: Keeping) -> None:
    sha = keeping.put("again")
    case_id = keeping.closed(sha)
    keeping.night(91)
    keeping.bench.act(case_id, "reopen", note="the citizen is right")
    report = keeping.night(1)
    assert (report.restored, report.removed) == (1, 0)
    assert keeping.store.has(sha)


def test_nobodys_files_wait_for_a_case_first_and_wanted_again_is_new(keeping: Keeping) -> None:
    sha = keeping.put("on its way")
    assert keeping.night(20).young == 1
    assert keeping.store.is_wanted_again(sha)
    os.utime(keeping.store.path(sha), (keeping.bench.clock.utc_ns() / 1e9,) * 2)
    assert keeping.night(29).young == 1
    assert keeping.night(2).expired == 1


def test_a_dry_run_tells_the_same_and_changes_nothing(keeping: Keeping) -> None:
    sha = keeping.put("closed")
    keeping.closed(sha)
    report = keeping.night(100, dry_run=True)
    assert (report.expired, report.dry_run) == (1, True)
    assert report.expired_bytes == len("closed")
    assert keeping.store.has(sha)
    assert not (keeping.folder / RECORD).exists()


def test_every_removal_is_a_line_of_a_chain(keeping: Keeping) -> None:
    for number in range(3):
        keeping.closed(keeping.put(f"file {number}"))
    keeping.night(100)
    keeping.night(1)
    path = keeping.folder / RECORD
    lines, last = verify_record(path)
    assert lines == 3
    assert last == hashlib.sha256(path.read_bytes().splitlines()[-1]).hexdigest()
    assert json.loads(path.read_bytes().splitlines()[0])["bytes"] == len("file 0")
    content = path.read_bytes()
    path.write_bytes(b"\n".join(content.splitlines()[1:]) + b"\n")
    with pytest.raises(RecordBroken):
        verify_record(path)
    path.write_bytes(content.replace(b'"bytes":6', b'"bytes":7', 1))
    with pytest.raises(RecordBroken):
        verify_record(path)


def test_pages_cover_every_case(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.desk.evidence.references.PAGE_CASES", 2)
    for number in range(7):
        keeping.case(keeping.put(f"open {number}"))
    assert keeping.night(500).held == 7


def test_the_longest_of_all_settings_bounds_the_reading() -> None:
    settings = StoreSettings(evidence_kind_days={"fire": 400}, evidence_retention_days=90)
    assert longest_days(settings) == 400
    assert longest_days(StoreSettings()) == 90
    assert ALWAYS_NS > 10**18


@pytest.mark.logs_warnings("a hub that is away is told")
def test_a_night_runs_once_in_its_hour_and_a_hub_away_ends_it(
    bench: DeskBench, tmp_path: Path
) -> None:
    moment = datetime(2026, 11, 28, 2, 59).astimezone()
    store = msgspec.structs.replace(bench.directory.site.settings.store, free_space_min_mb=0)
    settings = msgspec.structs.replace(bench.directory.site.settings, store=store)
    site = msgspec.structs.replace(bench.directory.site, settings=settings)
    runs: list[int] = []
    night = EvidenceNight(site, tmp_path, "tcp://127.0.0.1:1", lambda: moment)
    night._run = lambda: runs.append(1)  # type: ignore[method-assign]
    night.look()
    assert runs == []
    moment = moment.replace(hour=3, minute=0)
    for _ in range(3):
        night.look()
        night.wait(5)
    assert runs == [1]


@pytest.mark.logs_warnings("low disk is told")
def test_a_low_disk_is_told(
    bench: DeskBench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = msgspec.structs.replace(
        bench.directory.site.settings.store, free_space_min_mb=9_000_000
    )
    settings = msgspec.structs.replace(bench.directory.site.settings, store=store)
    site = msgspec.structs.replace(bench.directory.site, settings=settings)
    night = EvidenceNight(
        site, tmp_path, "tcp://127.0.0.1:1", lambda: datetime(2026, 11, 28, 12).astimezone()
    )
    night.look()
    night.look()
    assert sum("left on the disk" in record.getMessage() for record in caplog.records) == 1
