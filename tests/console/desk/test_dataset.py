"""What operators decided, as a data set: boxes of the confirmed, hard negatives of the rejected."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
import yaml

from console.app.commands.dataset import _looker
from console.desk.case import CaseData, CaseId, CaseState, Ending
from console.desk.exchange.dataset import (
    CLASSES,
    SeenBox,
    Verdict,
    samples_of,
    split_of,
    verdict_of,
    write_dataset,
)
from vision.alerts import AlertData, AlertKind
from vision.classes import ObjectClass


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
    written = write_dataset(tmp_path, details, kept.get, lambda _: [])
    assert written.counts == {"smoke confirmed": 1, "smoke rejected": 1}
    assert written.missing == 1  # the stall's picture is kept no more
    assert written.unseen == 1  # nobody sees a car where parking was reported
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
    assert list(told["names"].values()) == [each.value for each in CLASSES]


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


CAR = SeenBox(ObjectClass.CAR, (0.25, 0.4, 0.55, 0.5))
ELSEWHERE = SeenBox(ObjectClass.STALL, (0.7, 0.7, 0.9, 0.9))


def labels(folder: Path) -> list[str]:
    """Class names of the only label file."""
    (file,) = (folder / "labels").rglob("*.txt")
    return sorted(CLASSES[int(line.split()[0])].value for line in file.read_text().splitlines())


def written(
    folder: Path, kind: AlertKind, state: CaseState, seen: list[SeenBox], *more: dict[str, Any]
) -> list[str]:
    ending, act = (Ending.VOID, "void") if state is CaseState.VOID else (None, "file")
    first = detail(case(1, state, ending), alert(1, kind), act=act)
    result = write_dataset(folder, [first, *more], lambda _: b"jpeg", lambda _: seen)
    assert not result.missing
    assert not result.unseen
    return labels(folder)


@pytest.mark.parametrize("state", [CaseState.FILED, CaseState.VOID])
@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (AlertKind.PARKING, ObjectClass.CAR),
        (AlertKind.CYCLE_PARKING, ObjectClass.BICYCLE),
        (AlertKind.CROWD, ObjectClass.PERSON),
    ],
)
def test_a_verdict_on_a_rule_leaves_what_the_picture_shows(
    tmp_path: Path, kind: AlertKind, subject: ObjectClass, state: CaseState
) -> None:
    seen = [SeenBox(subject, CAR.box), ELSEWHERE]
    assert written(tmp_path, kind, state, seen) == sorted([subject.value, "stall"])


def test_a_rule_nothing_was_seen_for_is_left_out_and_counted(tmp_path: Path) -> None:
    """Its picture would say that there is no car; a person in the box makes it no car either."""
    parked = detail(case(1, CaseState.FILED), alert(1, AlertKind.PARKING))
    person = SeenBox(ObjectClass.PERSON, CAR.box)
    far = SeenBox(ObjectClass.CAR, (0.8, 0.8, 0.9, 0.9))
    result = write_dataset(tmp_path, [parked], lambda _: b"jpeg", lambda _: [person, far])
    assert (result.unseen, result.counts) == (1, {})
    assert not list(tmp_path.rglob("*.jpg"))


def test_a_rejected_stall_is_a_negative_for_stalls_only(tmp_path: Path) -> None:
    own = SeenBox(ObjectClass.STALL, (0.2, 0.4, 0.6, 0.5))
    fire = SeenBox(ObjectClass.FIRE, (0.1, 0.1, 0.2, 0.2))
    assert written(tmp_path, AlertKind.STALL, CaseState.VOID, [own, CAR, fire, ELSEWHERE]) == [
        "car",
        "fire",
    ]


def test_a_confirmed_stall_has_the_alerts_box_once_and_its_neighbour(tmp_path: Path) -> None:
    own = SeenBox(ObjectClass.STALL, (0.21, 0.4, 0.6, 0.5))
    found = written(tmp_path, AlertKind.STALL, CaseState.FILED, [own, CAR, ELSEWHERE])
    assert found == ["car", "stall", "stall"]


def test_all_verdicts_on_one_picture_share_its_label(tmp_path: Path) -> None:
    """The parking alert of a picture must not say that the smoke confirmed in it is not there."""
    smoke = detail(case(2, CaseState.FILED), alert(1, AlertKind.SMOKE))
    assert written(tmp_path, AlertKind.PARKING, CaseState.VOID, [CAR], smoke) == ["car", "smoke"]
    rows = [json.loads(line) for line in (tmp_path / "index.jsonl").read_text().splitlines()]
    assert {row["file"] for row in rows} == {rows[0]["file"]}
    assert [row["kind"] for row in rows] == ["parking", "smoke"]


def test_the_shipped_detector_looks_at_what_can_be_decoded() -> None:
    grey = np.full((90, 160, 3), 120, np.uint8)
    jpeg = cv2.imencode(".jpg", grey)[1].tobytes()
    look = _looker(None)
    assert look(jpeg) is not None
    assert look(b"no jpeg") is None
