"""Confirmed and rejected alerts as a YOLO data set: what operators decide teaches the detector.

A confirmed alert is a picture with its box; a rejected one the same picture without (a hard negative)
with the operator's reason. Split by camera, so that no camera is in both training and evaluation.
Pure but for the files it writes.
"""

from __future__ import annotations

import enum
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from console.desk.case import CaseData, CaseState, Ending
from vision.alerts import AlertData, AlertKind

#: Classes of the set, in YOLO's order. Parking boxes are vehicles of an unknown kind: they are no class.
CLASSES = ("smoke", "fire", "stall")
#: One camera in so many is for evaluation.
EVALUATION_SHARE = 5
#: States somebody who filed the case brings it to.
_CONFIRMED = frozenset(
    {CaseState.FILED, CaseState.DISPATCHED, CaseState.HANDLING, CaseState.VERIFYING,
     CaseState.SUSPENDED, CaseState.CLOSED}
)  # fmt: skip


class Verdict(enum.Enum):
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Sample(Struct, frozen=True):
    """One alert with what became of it; a line of index.jsonl.

    Attributes:
        box_norm: x1, y1, x2, y2 in 0..1 of the picture.
        by, reason: who decided, and why it was rejected.
        split: train or val, by camera.
    """

    file: str
    alert_id: str
    case_id: str
    camera_id: str
    zone_id: str | None
    kind: str
    verdict: Verdict
    box_norm: tuple[float, float, float, float]
    score: float
    by: str
    reason: str
    decided_utc: str
    model: str
    split: str


class Written(Struct, frozen=True):
    """What was written. `missing`: pictures the site keeps no more."""

    counts: dict[str, int]
    missing: int


def verdict_of(case: CaseData) -> Verdict | None:
    """What people decided; None while nobody did, or where the case says nothing of the alert."""
    if case.ending is Ending.MERGED:
        return None  # the case it went into says it
    if case.state is CaseState.VOID:
        return Verdict.REJECTED
    return Verdict.CONFIRMED if case.state in _CONFIRMED else None


def split_of(camera_id: str) -> str:
    """The same for every export, whatever other cameras there are."""
    number = int(hashlib.sha256(camera_id.encode()).hexdigest()[:8], 16)
    return "val" if number % EVALUATION_SHARE == 0 else "train"


def samples_of(detail: Mapping[str, Any]) -> Iterator[tuple[str, Sample]]:
    """(picture's SHA-256, sample) of every alert of a case, as the `case` operation tells it."""
    case = msgspec.convert(detail["case"], CaseData)
    verdict = verdict_of(case)
    if verdict is None:
        return
    by, reason, decided_utc = _decision(detail["timeline"], verdict)
    for raw in detail["alerts"]:
        alert = msgspec.convert(raw, AlertData)
        if alert.snapshot is None or alert.kind.value not in CLASSES:
            continue
        yield (
            alert.snapshot,
            Sample(
                file=f"{alert.kind.value}-{alert.snapshot[:16]}.jpg",
                alert_id=alert.alert_id,
                case_id=case.case_id,
                camera_id=alert.camera_id,
                zone_id=alert.zone_id,
                kind=alert.kind.value,
                verdict=verdict,
                box_norm=alert.box_norm,
                score=alert.score,
                by=by,
                reason=reason,
                decided_utc=decided_utc,
                model=alert.model,
                split=split_of(alert.camera_id),
            ),
        )


def label_of(sample: Sample) -> str:
    """The YOLO label file: class and box (centre, size), or nothing for a rejected alert."""
    if sample.verdict is Verdict.REJECTED:
        return ""
    x1, y1, x2, y2 = sample.box_norm
    box = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return (
        f"{CLASSES.index(AlertKind(sample.kind).value)} " + " ".join(f"{v:.6f}" for v in box) + "\n"
    )


def write_dataset(
    folder: Path,
    details: Iterable[Mapping[str, Any]],
    picture_of: Callable[[str], bytes | None],
) -> Written:
    """Writes images, labels, index.jsonl and data.yaml into an empty or former export's folder.

    Raises OSError where the folder cannot be written.
    """
    counts: Counter[str] = Counter()
    missing = 0
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.jsonl").open("wb") as index:
        for detail in details:
            for sha, sample in samples_of(detail):
                picture = picture_of(sha)
                if picture is None:
                    missing += 1
                    continue
                _write(folder, sample, picture)
                index.write(msgspec.json.encode(sample) + b"\n")
                counts[f"{sample.kind} {sample.verdict.value}"] += 1
    (folder / "data.yaml").write_text(_data_yaml())
    return Written(dict(sorted(counts.items())), missing)


def _write(folder: Path, sample: Sample, picture: bytes) -> None:
    image = folder / "images" / sample.split / sample.file
    label = folder / "labels" / sample.split / Path(sample.file).with_suffix(".txt").name
    for path in (image, label):
        path.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(picture)
    label.write_text(label_of(sample))


def _data_yaml() -> str:
    names = "\n".join(f"  {number}: {name}" for number, name in enumerate(CLASSES))
    return f"path: .\ntrain: images/train\nval: images/val\nnames:\n{names}\n"


def _decision(timeline: Sequence[Mapping[str, Any]], verdict: Verdict) -> tuple[str, str, str]:
    """Who decided, why, and when: the act that voided or first filed the case."""
    act = "void" if verdict is Verdict.REJECTED else "file"
    rows = [row for row in timeline if row["act"] == act]
    if not rows:
        return "", "", ""
    return str(rows[-1]["actor"]), str(rows[-1]["note"]), str(rows[-1]["utc"])
