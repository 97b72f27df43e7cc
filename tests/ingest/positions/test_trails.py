"""The trail store on a real file: kept, thinned, forgotten, swept, and every reading written down."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from config.geometry import GeoPoint, moved
from config.site import DeviceId, InspectorId
from ingest.errors import RetryLater
from ingest.positions.filter import Verdict
from ingest.positions.fix import Fix, FixSource
from ingest.positions.quality import QualityBook
from ingest.positions.trails import FILE_NAME, Access, TrailStore, TrailWriter

HERE = GeoPoint(36.1, 120.3)
START_MS = 1_767_225_600_000


def fix(who: str | None, second: float, east_m: float = 0.0, device: str = "d1") -> Fix:
    moment_ns = (START_MS + round(second * 1000)) * 1_000_000
    return Fix(
        DeviceId(device), moved(HERE, east_m, 0), moment_ns, moment_ns, FixSource.OSMAND,
        speed_mps=1.4, accuracy_m=5.0, inspector_id=None if who is None else InspectorId(who),
    )  # fmt: skip


def test_a_trail_is_read_back_in_the_order_of_the_fixes(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    store.write([fix("p1", 20, 28), fix("p1", 0), fix("p2", 5), fix(None, 1, device="stray")])
    store.write([fix("p1", 10, 14), fix("p1", 10, 14)])
    trails = store.read(None, START_MS, START_MS + 60_000, 100)
    assert sorted(trails) == ["device:stray", "p1", "p2"]
    assert [point.fix_ms - START_MS for point in trails["p1"]] == [0, 10_000, 20_000]
    point = trails["p1"][2]
    assert (point.lat_deg, point.speed_mps, point.accuracy_m) == (pytest.approx(36.1), 1.4, 5.0)
    assert list(store.read(["p2"], START_MS, START_MS + 60_000, 100)) == ["p2"]
    assert store.read(["p1"], START_MS + 15_000, START_MS + 16_000, 100) == {}


def test_a_long_trail_is_thinned_evenly_and_keeps_its_end(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    store.write([fix("p1", second) for second in range(1000)])
    thin = store.read(["p1"], 0, 2**50, 100)["p1"]
    assert len(thin) <= 101
    assert thin[-1].fix_ms == START_MS + 999_000


def test_who_is_forgotten_is_in_no_file(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    store.write([fix("inspector-wang", second) for second in range(50)] + [fix("p2", 1)])
    assert store.forget("inspector-wang") == 50
    assert list(store.read(None, 0, 2**50, 10)) == ["p2"]
    for file in tmp_path.iterdir():
        assert b"inspector-wang" not in file.read_bytes(), file


def test_old_fixes_leave_and_new_ones_stay(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    store.write([fix("p1", 0), fix("p1", 100)])
    assert store.sweep(START_MS + 50_000) == 1
    assert len(store.read(None, 0, 2**50, 10)["p1"]) == 1


def test_readings_are_written_down_and_the_file_is_private(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    store.note_access(Access(1, "seat 3", "read", ("p1", "p2"), 5, 9))
    assert store.accesses() == [Access(1, "seat 3", "read", ("p1", "p2"), 5, 9)]
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_the_writer_keeps_what_was_added_before_it_ends(tmp_path: Path) -> None:
    store = TrailStore(tmp_path)
    writer = TrailWriter(store, keep_days=30)
    writer.start()
    now_s = time.time() - START_MS / 1000
    for second in range(500):
        writer.add(fix("p1", now_s - second))
    writer.close()
    assert len(store.read(None, 0, 2**50, 1_000)["p1"]) == 500
    assert (writer.written_count, writer.dropped_count) == (500, 0)


def test_a_file_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is no database, but some other file" * 10)
    with pytest.raises(RetryLater, match="trails cannot be kept"):
        TrailStore(tmp_path)


def test_the_quality_of_a_device_is_counted_by_reason() -> None:
    book = QualityBook()
    book.note(fix("p1", 0), Verdict.LIVE)
    book.note(fix("p1", 900), Verdict.FUTURE)
    book.note(fix(None, 3, device="stray"), Verdict.LIVE)
    rows = {row.device_id: row for row in book.take_changed(10)}
    assert rows["d1"].counts == {"ok": 1, "future": 1}
    assert rows["d1"].last_fix_ms == START_MS, "a refused fix says nothing of where they are"
    assert rows["stray"].inspector_id is None
    assert book.take_changed(10) == []
    book.note(fix("p1", 1), Verdict.LIVE)
    assert [row.device_id for row in book.take_changed(10)] == ["d1"]
