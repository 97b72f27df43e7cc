"""`gridwall backup`, `restore`, `audit verify`, `import` and `export` as a user runs them."""

from __future__ import annotations

import contextlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hub_process import HubProcess, write_site
from sqlalchemy import text

from console.app.cli import main
from ingest.evidence import EvidenceStore
from ingest.feed.envelope import Noun, new_event
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from ingest.feed.store import open_store
from tests.console.desk.test_desk_survives_kill import alert

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(300)]


def gridwall(*arguments: object, code: int = 0) -> dict[str, Any]:
    """The command in this process; its last line, and what it said on standard error."""
    out, problems = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(problems):
        found = main([*map(str, arguments), "--json"])
    assert found == code, problems.getvalue()
    lines = out.getvalue().splitlines()
    return {"stderr": problems.getvalue(), **(json.loads(lines[-1]) if lines else {})}


def with_alerts(hub: HubProcess, folder: Path, count: int, first: int = 0) -> None:
    publisher = Publisher(hub.ready["intake"], "worker", folder)
    publisher.start()
    for number in range(first, first + count):
        publisher.publish(
            new_event(Noun.ALERT, "raised", alert(number), source="worker", utc_ns=time.time_ns())
        )
    assert publisher.wait_acked(20)
    publisher.close()


@pytest.mark.logs_warnings("the publisher says that its hub was away")
def test_a_backup_taken_while_the_hub_works_is_restored_with_a_new_epoch(
    tmp_path: Path, new_store_url: Any
) -> None:
    urls = [new_store_url(), new_store_url()]
    more = [f'[store]\nurl = "{url}"\n' if url else "" for url in urls]
    site = write_site(tmp_path / "site", more=more[0])
    hub = HubProcess(site).start()
    try:
        sha = EvidenceStore(site / "state" / "hub" / "evidence").put(b"picture")
        with_alerts(hub, tmp_path / "spool", 20)
        made = gridwall("backup", "--site", site, tmp_path / "saved")
        assert (made["sequence"], made["evidence"]) == (40, 1)
        with_alerts(hub, tmp_path / "spool", 5, first=20)
        refused = gridwall("restore", "--site", site, tmp_path / "saved", code=1)
        assert "another hub" in refused["stderr"]
    finally:
        hub.stop()
    refused = gridwall("restore", "--site", site, tmp_path / "saved", code=2)
    assert "--replace" in refused["stderr"]
    other = write_site(tmp_path / "other", more=more[1])
    for target in (site, other):
        flag = ["--replace"] if target is site else []
        done = gridwall("restore", "--site", target, tmp_path / "saved", *flag)
        assert (done["sequence"], done["epoch"] != made["epoch"]) == (40, True)
        assert EvidenceStore(target / "state" / "hub" / "evidence").has(sha)
        again = HubProcess(target).start()
        try:
            assert again.ready["epoch"] == done["epoch"]
            with QueryClient(again.ready["query"]) as query:
                assert len(query.ask("cases", limit=1000)["cases"]) == 20
            verified = gridwall("audit", "verify", "--site", target)
            assert (verified["intact"], verified["rows"]) == (True, 20)
        finally:
            again.stop()
    (tmp_path / "saved" / "hub.sqlite").write_bytes(b"not this")
    assert (
        "was changed" in gridwall("restore", "--site", site, tmp_path / "saved", code=1)["stderr"]
    )


@pytest.mark.sqlite_only
def test_a_forged_row_is_found_without_the_hub(tmp_path: Path, store_url: str | None) -> None:
    site = write_site(tmp_path / "site")
    hub = HubProcess(site).start()
    try:
        with_alerts(hub, tmp_path / "spool", 3)
    finally:
        hub.stop()
    assert gridwall("audit", "verify", "--site", site)["rows"] == 3
    store = open_store(site / "state" / "hub")
    with store.transaction() as tx:
        tx.execute(text("UPDATE desk_audit SET actor = 'somebody else' WHERE number = 2"))
    store.close()
    found = gridwall("audit", "verify", "--site", site, code=1)
    assert (found["intact"], found["broken"]["number"]) == (False, 2)


@pytest.mark.sqlite_only
def test_tables_go_in_and_come_out_as_files(tmp_path: Path, store_url: str | None) -> None:
    site = write_site(tmp_path / "site")
    table = tmp_path / "old.csv"
    table.write_text("编号,标题,事项代码\n1,占道,0101\n2,游商,9999\n3,堆物,0101\n", "utf-8")
    hub = HubProcess(site, gateway=True).start()
    try:
        assert (
            gridwall("import", "cases", table, "--site", site, "--check", code=1)["imported"] == 2
        )
        taken = gridwall("import", "cases", table, "--site", site, code=1)
        assert (taken["imported"], taken["rejected"]) == (2, 1)
        assert "no item has the code 9999" in Path(taken["report"]).read_text("utf-8-sig")
        for name in ("out.csv", "out.xlsx", "out.zip"):
            assert gridwall("export", "cases", tmp_path / name, "--site", site)["cases"] == 2
        proved = gridwall("export", "verify", tmp_path / "out.zip")
        assert (proved["intact"], proved["cases"]) == (True, 2)
        with QueryClient(hub.ready["query"]) as query:
            case_id = query.ask("cases")["cases"][0]["case_id"]
        gridwall(
            "export", "case", case_id, tmp_path / "case.pdf", "--site", site, "--language", "zh_CN"
        )
        assert (tmp_path / "case.pdf").read_bytes().startswith(b"%PDF-")
        gridwall("export", "cases", tmp_path / "out.doc", "--site", site, code=2)
    finally:
        hub.stop()
