"""Import and export: what goes out comes in again, wrong rows say why, an archive proves itself."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from config.site import Language
from console.desk.case import CaseData, CaseState, Ending
from console.desk.exchange.case_sheet import FONTS, write_sheet
from console.desk.exchange.columns import COLUMNS, safe_text
from console.desk.exchange.signed_zip import (
    ArchiveInvalid,
    public_text,
    signing_key,
    verify_archive,
    write_archive,
)
from console.desk.exchange.table_files import TableUnreadable, read_rows, write_csv, write_xlsx
from console.desk.exchange.words import act_word, local_time, state_word
from console.desk.workflow import shipped_table
from tests.console.desk.desk_bench import DeskBench


def picture() -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(found, "PNG")
    return found.getvalue()


PNG = picture()


def rows(*cells: dict[str, str]) -> list[dict[str, Any]]:
    return [{"number": n, "cells": c} for n, c in enumerate(cells, start=2)]


def test_rows_become_cases_with_event_and_audit(bench: DeskBench) -> None:
    reply = bench.ask("cases.import", source="12345", rows=rows(
        {"ref": "A1", "title": "占道经营", "item_code": "0501", "grid_id": "S1C1", "state": "已结案",
         "opened_utc": "2026-11-20 09:00", "closed_utc": "2026-11-20 11:30", "satisfaction": "80"},
        {"ref": "A2", "note": "a stall", "lat_deg": "31.2000", "lon_deg": "121.4995", "state": "受理"},
    ))  # fmt: skip
    assert reply == {"imported": 2, "rejected": []}
    closed, open_ = (case for case in bench.case_events())
    assert (closed.state, closed.ending, closed.street_id) == (
        CaseState.CLOSED,
        Ending.NORMAL,
        "S1",
    )
    assert closed.opened_utc.startswith("2026-11-20T01:00:00")  # the site's time, as UTC
    assert (closed.unit, closed.satisfaction, closed.source) == (
        "Street office",
        80,
        "import:12345",
    )
    assert (open_.state, open_.grid_id) == (CaseState.PROPOSED, "S1C1")
    assert open_.step_due_utc is not None
    assert bench.act(open_.case_id, "file", item_code="0501").state is CaseState.FILED
    assert bench.ask("audit.verify")["intact"] is True
    assert bench.ask("cases", filter={"source": "import:12345"})["cases"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"ref": "x"}, "neither title"),
        ({"title": "t", "state": "lost"}, "state is 'lost'"),
        ({"title": "t", "item_code": "9999"}, "no item has the code 9999"),
        ({"title": "t", "grid_id": "nowhere"}, "no grid cell"),
        ({"title": "t", "lat_deg": "31"}, "place 31"),
        ({"title": "t", "lat_deg": "north", "lon_deg": "1"}, "place north"),
        ({"title": "t", "lat_deg": "nan", "lon_deg": "1"}, "place nan"),
        ({"title": "t", "opened_utc": "gestern"}, "opened_utc is 'gestern'"),
        ({"title": "t", "opened_utc": "2099-01-01"}, "in the future"),
        ({"title": "t", "opened_utc": "2026-11-20", "closed_utc": "2026-11-19"}, "is before"),
        ({"title": "t", "priority": "12"}, "priority is '12'"),
        ({"title": "t", "satisfaction": "99"}, "satisfaction is '99'"),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason_and_the_others_are_taken(
    bench: DeskBench, cells: dict[str, str], reason: str
) -> None:
    reply = bench.ask("cases.import", rows=rows(cells, {"ref": "good", "title": "fine"}))
    assert reply["imported"] == 1
    (rejected,) = reply["rejected"]
    assert rejected["number"] == 2
    assert reason in rejected["reason"]


def test_an_import_can_be_repeated_and_checked_first(bench: DeskBench) -> None:
    table = rows({"ref": "A", "title": "one"}, {"ref": "A", "title": "again"}, {"title": "no ref"})
    checked = bench.ask("cases.import", rows=table, check_only=True)
    assert (checked["imported"], len(checked["rejected"])) == (2, 1)
    assert not list(bench.case_events())
    bench.ask("cases.import", rows=table[:2])
    again = bench.ask("cases.import", rows=table[:1])
    assert "was imported before as case 20261123-0001" in again["rejected"][0]["reason"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["ref", "title", "state", "lat_deg", "lon_deg", "opened_utc", "priority"]),
        st.text(max_size=12),
        max_size=7,
    )
)
def test_no_row_however_hostile_makes_the_desk_fail(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[str, str]
) -> None:
    bench = DeskBench(tmp_path_factory.mktemp("desk"))
    try:
        reply = bench.ask("cases.import", rows=rows(cells))
        assert reply["imported"] + len(reply["rejected"]) == 1
    finally:
        bench.close()


def exported(bench: DeskBench) -> list[CaseData]:
    bench.raised_case()
    bench.ask("propose", camera_id="cam-1", title="=HYPERLINK(1)", note="红色轿车\n占道")
    return [bench.case(c["case_id"]) for c in bench.ask("cases", sort="oldest")["cases"]]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
@pytest.mark.parametrize("language", list(Language))
def test_an_exported_table_can_be_read_again(
    bench: DeskBench, tmp_path: Path, name: str, language: Language
) -> None:
    cases = exported(bench)
    write = write_csv if name.endswith("csv") else write_xlsx
    assert write(tmp_path / name, cases, language) == len(cases)
    found = [cells for _, cells in read_rows(tmp_path / name)]
    assert [cells["ref"] for cells in found] == [case.case_id for case in cases]
    assert found[1]["title"] == "'=HYPERLINK(1)"  # a text, no formula
    assert found[1]["note"] == "红色轿车\n占道"
    assert set(found[0]) >= {"state", "kind", "item_code", "opened_utc"}


def test_every_act_and_state_has_its_word_on_paper() -> None:
    acts = {*shipped_table().acts, "import"}
    assert {act for act in acts if act_word(act, Language.CHINESE) == act} == set()
    assert {s for s in CaseState if state_word(s.value, Language.CHINESE) == s.value} == set()
    assert (
        local_time("2026-11-23T01:00:00.000Z", timezone(timedelta(hours=8)))
        == "2026-11-23 09:00:00"
    )
    assert local_time("soon", UTC) == "soon"


def test_what_a_spreadsheet_would_run_is_kept_a_text() -> None:
    assert [safe_text(v) for v in ("=1", "+1", "@x", "-1", "a", 5, None)] == [
        "'=1", "'+1", "'@x", "'-1", "a", 5, None,
    ]  # fmt: skip
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_tables_of_chinese_spreadsheets_are_read(tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(
        "工单编号,问题描述,立案时间,无关\r\nX1,占道经营,2026/11/20 9:00,z\r\n,,,\r\n".encode(
            "gb18030"
        )
    )
    assert list(read_rows(file)) == [
        (2, {"ref": "X1", "note": "占道经营", "opened_utc": "2026/11/20 9:00"})
    ]
    book = openpyxl.Workbook()
    book.active.append(["编号", "标题", "优先级"])
    book.active.append([17.0, "冒烟", 1])
    book.save(tmp_path / "new.xlsx")
    assert list(read_rows(tmp_path / "new.xlsx")) == [
        (2, {"ref": "17", "title": "冒烟", "priority": "1"})
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"colour,size\n1,2\n"),
        ("a.csv", b"\xff\xff\x00"),
        ("a.xlsx", b"no zip"),
        ("gone.csv", None),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableUnreadable):
        list(read_rows(tmp_path / name))


@pytest.fixture
def archive(bench: DeskBench, tmp_path: Path) -> Path:
    details = [bench.ask("case", id=case.case_id) for case in exported(bench)]
    key = signing_key(tmp_path / "keys" / "export.key")
    write_archive(
        tmp_path / "cases.zip", details, {"a" * 64: PNG}.get, key, site="西街", by="seat 1",
        made_utc="2026-11-23T01:00:00Z", audit_end=(2, "f" * 64),
    )  # fmt: skip
    return tmp_path / "cases.zip"


@pytest.mark.sqlite_only
def test_a_signed_archive_proves_itself_and_its_signer(archive: Path, tmp_path: Path) -> None:
    own = public_text(signing_key(tmp_path / "keys" / "export.key"))
    assert (tmp_path / "keys" / "export.key").stat().st_mode & 0o077 == 0
    manifest = verify_archive(archive, own)
    assert (manifest.case_count, manifest.site, manifest.missing_evidence) == (2, "西街", ())
    assert len(manifest.files) == 2
    other = public_text(signing_key(tmp_path / "keys" / "other.key"))
    with pytest.raises(ArchiveInvalid, match="another key"):
        verify_archive(archive, other)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "name", ["cases.jsonl", "manifest.json", "manifest.sig", "evidence/" + "a" * 64]
)
@pytest.mark.parametrize("deed", ["change", "remove"])
def test_an_archive_that_was_touched_is_found_out(archive: Path, name: str, deed: str) -> None:
    with zipfile.ZipFile(archive) as old:
        content = {entry: old.read(entry) for entry in old.namelist()}
    if deed == "remove":
        del content[name]
    else:
        content[name] = bytes([content[name][0] ^ 1]) + content[name][1:]
        if name.startswith("evidence"):
            content[name] = PNG + b"x"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as new:
        for entry, data in content.items():
            new.writestr(entry, data)
    archive.write_bytes(packed.getvalue())
    with pytest.raises(ArchiveInvalid):
        verify_archive(archive)


@pytest.mark.sqlite_only
@pytest.mark.skipif(not any(Path(p).is_file() for p, _ in FONTS), reason="needs a Chinese font")
def test_the_sheet_of_a_case_holds_its_chinese_text_and_pictures(
    bench: DeskBench, tmp_path: Path
) -> None:
    case = exported(bench)[1]
    timeline = bench.ask("case", id=case.case_id)["timeline"]
    file = tmp_path / "case.pdf"
    write_sheet(file, case, timeline, [("a" * 64, PNG), ("b" * 64, None), ("c" * 64, b"broken")], site="西街",
                language=Language.CHINESE, zone=UTC)  # fmt: skip
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"FontFile" in content  # the font is in it
    assert b"/Image" in content
    assert len(content) < 300_000
