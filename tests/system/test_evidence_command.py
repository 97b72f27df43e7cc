"""`gridwall evidence` beside a running hub, as an administrator runs it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from console.app.cli import main
from ingest.evidence import EvidenceStore
from tests.hub_process import HubProcess, write_site

pytestmark = [pytest.mark.system, pytest.mark.beside]

YEAR_S = 365 * 86_400.0


def test_old_files_go_in_two_runs_and_the_record_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_site(tmp_path / "site")
    store = EvidenceStore(site / "state" / "hub" / "evidence")
    old, new = store.put(b"old"), store.put(b"new")
    os.utime(store.path(old), (time.time() - YEAR_S,) * 2)
    hub = HubProcess(site).start()
    try:
        told = []
        for action in ("report", "clean", "clean", "verify"):
            assert main(["evidence", action, "--site", str(site), "--json"]) == 0
            told.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    finally:
        hub.stop()
    report, first, second, verified = told
    assert (report["files"], report["expired"], report["dry_run"]) == (2, 1, True)
    assert (first["expired"], first["removed"]) == (1, 0)
    assert (second["expired"], second["removed"]) == (0, 1)
    assert verified["removed"] == 1
    assert not store.has(old)
    assert store.has(new)
