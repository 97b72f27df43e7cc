"""What operators decided, as a data set: boxes of the confirmed, hard negatives of the rejected."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from console.desk.case import CaseData, CaseId, CaseState, Ending
from console.desk.exchange.dataset import (
    CLASSES,
    Verdict,
    samples_of,
    split_of,
    verdict_of,
    write_dataset,
)
from vision.alerts import AlertData, AlertKind


def sha(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()


def case(number: int, state: CaseState, ending: Ending | None = None) -> CaseData:
    return CaseData(
        CaseId(f"c{number}"), state, "x", "wang", None, None, None, None, None, None, None, None, 3,
        (f"a{number}",), "", ending=ending,
    )  # fmt: skip


def alert(number: int, kind: AlertKind = AlertKind.SMOKE, camera: str = "cam-1") -> AlertData:
    return AlertData(
        f"a{number}", kind, camera, "z", "2026-11-23T00:00:00Z", (0.2, 0.4, 0.6, 0.5), 0.8,  # type: ignore[arg-type]
        None, None, None, sha(number), None, "street@1", "smoke/1",
    )  # fmt: skip


def detail(case: CaseData, *alerts: AlertData, act: str = "file", note: str = "") -> dict[str, Any]:
    row = {"act": act, "actor": "wang", "note": note, "utc": "2026-11-23T01:00:00Z"}
    built: dict[str, Any] = msgspec.to_builtins(
        {"case": case, "alerts": alerts, "timeline": [row]}, enc_hook=str
    )
    return built


@pytest.mark.parametrize(
    ("state", "ending", "verdict"),
    [
        (CaseState.PROPOSED, None, None),
        (CaseState.FILED, None, Verdict.CONFIRMED),
        (CaseState.CLOSED, Ending.NORMAL, Verdict.CONFIRMED),
        (CaseState.CLOSED, Ending.OVERDUE, Verdict.CONFIRMED),
        (CaseState.VOID, Ending.VOID, Verdict.REJECTED),
        (CaseState.VOID, Ending.MERGED, None),
    ],
)
def test_what_people_did_is_the_verdict(
    state: CaseState, ending: Ending | None, verdict: Verdict | None
) -> None:
    assert verdict_of(case(1, state, ending)) is verdict


def test_confirmed_alerts_have_their_box_and_rejected_ones_their_reason(tmp_path: Path) -> None:
    details = [
        detail(case(1, CaseState.CLOSED, Ending.NORMAL), alert(1)),
        detail(
            case(2, CaseState.VOID, Ending.VOID), alert(2, camera="cam-2"), act="void", note="蒸汽"
        ),
        detail(case(3, CaseState.PROPOSED), alert(3)),
        detail(case(4, CaseState.FILED), alert(4, AlertKind.PARKING)),
        detail(case(5, CaseState.FILED), alert(5, AlertKind.STALL)),
    ]
    kept = {sha(number): b"jpeg %d" % number for number in (1, 2, 3, 4)}
    written = write_dataset(tmp_path, details, kept.get)
    assert written.counts == {"smoke confirmed": 1, "smoke rejected": 1}
    assert written.missing == 1  # the stall's picture is kept no more
    rows = [json.loads(line) for line in (tmp_path / "index.jsonl").read_text().splitlines()]
    assert [(row["verdict"], row["by"], row["reason"]) for row in rows] == [
        ("confirmed", "wang", ""),
        ("rejected", "wang", "蒸汽"),
    ]
    for row, label in zip(rows, ("0 0.400000 0.450000 0.400000 0.100000\n", ""), strict=True):
        name = Path(row["file"])
        assert (tmp_path / "labels" / row["split"] / name.with_suffix(".txt")).read_text() == label
        assert (tmp_path / "images" / row["split"] / name).read_bytes().startswith(b"jpeg")
    told = yaml.safe_load((tmp_path / "data.yaml").read_text())
    assert list(told["names"].values()) == list(CLASSES)


def test_no_camera_is_in_both_training_and_evaluation() -> None:
    splits = {f"cam-{number}": split_of(f"cam-{number}") for number in range(400)}
    share = sum(split == "val" for split in splits.values()) / len(splits)
    assert 0.12 < share < 0.28
    both = [
        sample.split
        for number in range(2)
        for _, sample in samples_of(detail(case(number, CaseState.FILED), alert(number)))
    ]
    assert len(set(both)) == 1
