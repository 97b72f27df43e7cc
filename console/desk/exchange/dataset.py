"""What operators decided about alerts as a YOLO data set: their verdicts teach the detector.

Smoke, fire and stall: a confirmed alert is its box; a rejected one says that this class is not in the
picture, and nothing of any other class. Parking, cycles and crowd are verdicts on a rule: the car of a
rejected parking alert is a car all the same. What nobody judged is therefore labelled with the
detector's own boxes, so that no picture teaches the absence of what it shows.
Split by camera, so that no camera is in both training and evaluation. Pure but for the files it writes.
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
from vision.boxes import Box
from vision.classes import CYCLES, VEHICLES, ObjectClass

#: Classes of the set, in YOLO's order: first those people judge, then what only the detector names.
CLASSES = (
    ObjectClass.SMOKE, ObjectClass.FIRE, ObjectClass.STALL,
    ObjectClass.PERSON, ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.TRICYCLE,
    ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.UMBRELLA,
)  # fmt: skip
#: Alerts whose verdict is about a class of the detector.
JUDGED_CLASS = {
    AlertKind.SMOKE: ObjectClass.SMOKE,
    AlertKind.FIRE: ObjectClass.FIRE,
    AlertKind.STALL: ObjectClass.STALL,
}
#: Alerts whose verdict is about a rule, and what must be seen in their box for the picture to serve.
SUBJECTS = {
    AlertKind.PARKING: VEHICLES,
    AlertKind.CYCLE_PARKING: CYCLES,
    AlertKind.CROWD: frozenset({ObjectClass.PERSON}),
}
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


class SeenBox(Struct, frozen=True):
    """A detection at or above its class's operating point; `box`: x1, y1, x2, y2 in 0..1."""

    object_class: ObjectClass
    box: Box


#: Looks at a JPEG; None = it cannot be decoded.
Looker = Callable[[bytes], Sequence[SeenBox] | None]


class Sample(Struct, frozen=True):
    """One alert with what became of it; a line of index.jsonl.

    Attributes:
        file: its picture; alerts of the same picture share it.
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
    """What was written.

    Attributes:
        counts: alerts by kind and verdict.
        missing: alerts whose picture the site keeps no more, or nobody can decode.
        unseen: alerts left out because the detector sees nothing of what the rule spoke of where it
            was: without that box the picture would teach that there is nothing.
    """

    counts: dict[str, int]
    missing: int
    unseen: int


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
        if alert.snapshot is None:
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


def boxes_of(samples: Sequence[Sample], seen: Sequence[SeenBox]) -> list[SeenBox]:
    """Everything to be found in a picture, by all verdicts on it and the detector's own boxes.

    Of a class somebody judged, confirmed boxes count, and those the detector sees elsewhere only
    where nobody rejected the class; of the others, what the detector sees.
    """
    judged = [
        (JUDGED_CLASS[kind], sample)
        for sample in samples
        if (kind := AlertKind(sample.kind)) in JUDGED_CLASS
    ]
    rejected = {each for each, sample in judged if sample.verdict is Verdict.REJECTED}
    confirmed = [
        SeenBox(each, sample.box_norm)
        for each, sample in judged
        if sample.verdict is Verdict.CONFIRMED
    ]
    rest = [
        each
        for each in seen
        if each.object_class not in rejected
        and not any(
            own.object_class is each.object_class and _meet(own.box, each.box) for own in confirmed
        )
    ]
    return [*confirmed, *rest]


def serves(sample: Sample, seen: Sequence[SeenBox]) -> bool:
    """Whether the detector sees what the alert's rule spoke of; always for smoke, fire and stall."""
    subjects = SUBJECTS.get(AlertKind(sample.kind))
    return subjects is None or any(
        each.object_class in subjects and _meet(sample.box_norm, each.box) for each in seen
    )


def _meet(one: Box, other: Box) -> bool:
    """Whether either box has its centre in the other."""
    return _holds_centre(one, other) or _holds_centre(other, one)


def _holds_centre(outer: Box, inner: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def label_of(boxes: Iterable[SeenBox]) -> str:
    """The YOLO label file: class and box (centre, size), one a line."""
    lines = []
    for each in boxes:
        x1, y1, x2, y2 = each.box
        values = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
        lines.append(
            f"{CLASSES.index(each.object_class)} " + " ".join(f"{value:.6f}" for value in values)
        )
    return "".join(line + "\n" for line in lines)


def write_dataset(
    folder: Path,
    details: Iterable[Mapping[str, Any]],
    picture_of: Callable[[str], bytes | None],
    look: Looker,
) -> Written:
    """Writes images, labels, index.jsonl and data.yaml into an empty or former export's folder.

    Args:
        look: the detector that labels what nobody judged.

    Raises OSError where the folder cannot be written.
    """
    counts: Counter[str] = Counter()
    missing = unseen = 0
    pictures: dict[str, list[Sample]] = {}
    for detail in details:
        for sha, sample in samples_of(detail):
            same = pictures.setdefault(sha, [])
            same.append(msgspec.structs.replace(sample, file=same[0].file) if same else sample)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "index.jsonl").open("wb") as index:
        for sha, samples in pictures.items():
            picture = picture_of(sha)
            seen = None if picture is None else look(picture)
            if picture is None or seen is None:
                missing += len(samples)
                continue
            if not all(serves(sample, seen) for sample in samples):
                unseen += len(samples)
                continue
            _write(folder, samples[0], picture, label_of(boxes_of(samples, seen)))
            for sample in samples:
                index.write(msgspec.json.encode(sample) + b"\n")
                counts[f"{sample.kind} {sample.verdict.value}"] += 1
    (folder / "data.yaml").write_text(_data_yaml())
    return Written(dict(sorted(counts.items())), missing, unseen)


def _write(folder: Path, sample: Sample, picture: bytes, label: str) -> None:
    image = folder / "images" / sample.split / sample.file
    text = folder / "labels" / sample.split / Path(sample.file).with_suffix(".txt").name
    for path in (image, text):
        path.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(picture)
    text.write_text(label)


def _data_yaml() -> str:
    names = "\n".join(f"  {number}: {each.value}" for number, each in enumerate(CLASSES))
    return f"path: .\ntrain: images/train\nval: images/val\nnames:\n{names}\n"


def _decision(timeline: Sequence[Mapping[str, Any]], verdict: Verdict) -> tuple[str, str, str]:
    """Who decided, why, and when: the act that voided or first filed the case."""
    act = "void" if verdict is Verdict.REJECTED else "file"
    rows = [row for row in timeline if row["act"] == act]
    if not rows:
        return "", "", ""
    return str(rows[-1]["actor"]), str(rows[-1]["note"]), str(rows[-1]["utc"])
