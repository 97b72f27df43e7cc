"""TRUTH.toml: clips with their zones and what really happens in them (CONTRACT §2)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from msgspec import Struct

from config.problems import FileProblems, Problem, Severity
from config.site import Zone
from config.zones import read_zones
from ingest.errors import Misconfigured
from vision.alerts import AlertKind
from vision.boxes import Box

#: The camera a clip stands for; zones need not name it.
CLIP_CAMERA = "clip"


class TruthInvalid(Misconfigured):
    """A TRUTH.toml that cannot be used; says what and where."""


class TruthEvent(Struct, frozen=True):
    """Something that should be alerted. `box` 0..1 or None = anywhere; times in clip seconds."""

    kind: AlertKind
    start_s: float
    end_s: float
    box: Box | None = None


class TruthClip(Struct, frozen=True):
    """One clip as a camera.

    `trained`: the recipe `street` trains on its pictures; false alarms on it are counted apart.
    """

    path: Path
    zones: tuple[Zone, ...]
    events: tuple[TruthEvent, ...]
    trained: bool = False


def read_truth(file: Path, videos: Path | None = None) -> tuple[TruthClip, ...]:
    """The clips of a TRUTH.toml; relative paths count from `videos`, else from its own folder.

    Raises:
        TruthInvalid: unreadable, a clip without path, a wrong zone or event.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TruthInvalid(f"{file}: {error}") from error
    clips = document.get("clip")
    if not isinstance(clips, list) or not clips:
        raise TruthInvalid(f"{file}: expected at least one [[clip]]")
    folder = videos or file.parent
    return tuple(_clip(file, folder, number, table) for number, table in enumerate(clips, 1))


def _clip(file: Path, folder: Path, number: int, table: dict[str, Any]) -> TruthClip:
    where = f"{file}: clip {number}"
    if not isinstance(table.get("path"), str):
        raise TruthInvalid(f'{where}: expected path = "clip.mp4"')
    path = (folder / table["path"]).resolve()
    if not path.is_file():
        raise TruthInvalid(f"{where}: {path} does not exist")
    events = tuple(_event(where, event) for event in table.get("event", ()))
    return TruthClip(path, _zones(where, file, table), events, bool(table.get("trained", False)))


def _zones(where: str, file: Path, table: dict[str, Any]) -> tuple[Zone, ...]:
    given = table.get("zones", table.get("zone", []))
    if isinstance(given, str):
        given = tomllib.loads((file.parent / given).read_text(encoding="utf-8")).get("zone", [])
    if isinstance(given, dict):
        given = given.get("zone", [])
    filled = [
        {"id": f"zone-{index}", "camera": CLIP_CAMERA} | dict(zone)
        for index, zone in enumerate(given, 1)
    ]
    problems: list[Problem] = []
    zones = read_zones(tomlkit.dumps({"zone": filled}).encode(), FileProblems(file.name, problems))
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    if wrong:
        raise TruthInvalid(
            f"{where}: {wrong[0].key}: found {wrong[0].found}, expected {wrong[0].expected}"
        )
    return zones


def _event(where: str, table: dict[str, Any]) -> TruthEvent:
    try:
        box = table.get("box")
        return TruthEvent(
            AlertKind(table["kind"]),
            float(table["start_s"]),
            float(table["end_s"]),
            None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise TruthInvalid(
            f"{where}: event needs kind, start_s, end_s and, if any, box = [x1, y1, x2, y2] "
            f"in 0..1 ({error})"
        ) from error
