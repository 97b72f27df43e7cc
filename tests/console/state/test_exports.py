"""Manifests: what was exported is proven by them, and every change is found. The command's exit code."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from config.site import CameraId
from console.app.cli import main
from console.state.export_ask import SpanKind, spans_of
from console.state.exports import (
    FORMAT,
    MANIFEST_SUFFIX,
    ExportFailed,
    ExportKind,
    Manifest,
    Problem,
    file_stem,
    free_path,
    sealed,
    verified,
)
from console.state.replay import ReplayShown, TileReplay
from ingest.cameras.wants import ClipInfo

CAMERA = CameraId("cam-0412")
SECOND_NS = 1_000_000_000


def _manifest() -> Manifest:
    return Manifest(
        FORMAT, ExportKind.CLIP, "登州路街道", CAMERA, "台东步行街北口", "seat 1",
        "2026-01-02T03:04:05Z", "2026-01-02T03:03:00Z", "2026-01-02T03:04:00Z", False, (),
    )  # fmt: skip


def _clip(path: Path, content: bytes) -> ClipInfo:
    path.write_bytes(content)
    return ClipInfo(
        str(path), 0, 60 * SECOND_NS, 1_700_000_000 * SECOND_NS, 1500, 1, "h264", 704, 576
    )


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    clips = [_clip(tmp_path / "a.mp4", b"one"), _clip(tmp_path / "a-2.mp4", b"two")]
    return sealed(_manifest(), clips)


def test_a_sealed_export_is_verified_with_all_its_parts(manifest: Path) -> None:
    read, findings = verified(manifest)
    assert manifest.name == f"a{MANIFEST_SUFFIX}"
    assert [finding.problem for finding in findings] == [None, None, None]
    assert [file.name for file in read.files] == ["a.mp4", "a-2.mp4"]
    assert read.files[0].to_utc > read.files[0].from_utc
    assert (read.camera_name, read.operator) == ("台东步行街北口", "seat 1")
    assert main(["verify", str(manifest)]) == 0


def test_a_changed_byte_a_missing_file_and_a_changed_manifest_are_found(
    manifest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (manifest.parent / "a.mp4").write_bytes(b"onE")
    (manifest.parent / "a-2.mp4").unlink()
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["operator"] = "somebody else"
    manifest.write_text(json.dumps(content), encoding="utf-8")
    _, findings = verified(manifest)
    expected = [Problem.MANIFEST_CHANGED, Problem.CHANGED, Problem.MISSING]
    assert [finding.problem for finding in findings] == expected
    assert main(["verify", str(manifest.parent), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not answer["ok"]
    assert [problem["problem"] for problem in answer["problems"]] == [p.value for p in expected]


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    clip = _clip(tmp_path / "secret.mp4", b"x")
    made = sealed(_manifest(), [clip])
    content = json.loads(made.read_text(encoding="utf-8"))
    content["files"][0]["name"] = "../secret.mp4"
    moved = inside / made.name
    moved.write_text(json.dumps(content), encoding="utf-8")
    _, findings = verified(moved)
    assert findings[1].problem is Problem.MISSING


def test_an_empty_folder_and_other_files_are_no_proof(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path)]) == 1
    other = tmp_path / f"x{MANIFEST_SUFFIX}"
    for content in (b"{}", b"nonsense", msgspec.json.encode(_manifest()).replace(b".v1", b".v9")):
        other.write_bytes(content)
        with pytest.raises(ExportFailed):
            verified(other)


def test_names_are_safe_and_never_taken_twice(tmp_path: Path) -> None:
    stem = file_stem("../街 1/cam:7", 1_700_000_000 * SECOND_NS)
    assert stem.startswith("1_cam_7_20")
    first = free_path(tmp_path, stem, ".png")
    first.write_bytes(b"")
    assert free_path(tmp_path, stem, ".png").name == f"{stem}-b.png"


def test_a_manifest_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    clip = _clip(tmp_path / "a.mp4", b"one")
    (tmp_path / f".a{MANIFEST_SUFFIX}.part").mkdir()
    with pytest.raises(ExportFailed, match="manifest"):
        sealed(_manifest(), [clip])


def test_marks_come_first_then_what_the_replay_reaches_then_the_last_seconds() -> None:
    now = 1000 * SECOND_NS
    assert [span.seconds for span in spans_of(None, now)] == [10, 30, 60]
    shown = ReplayShown(None, 940 * SECOND_NS, 1000 * SECOND_NS)
    replay = TileReplay("r", CAMERA, 0, shown=shown, mark_from_ns=970 * SECOND_NS)
    spans = spans_of(replay, now)
    assert [span.kind for span in spans[:2]] == [SpanKind.MARKED, SpanKind.KEPT]
    assert [span.seconds for span in spans[:2]] == [30, 60]
