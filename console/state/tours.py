"""Tours: steps of cameras and scenes, and how a person writes them down. Pure values.

A tour is written as one step a line: camera number (or `*` and a scene's number), seconds, and where
the camera has presets the preset's name: `12 10`, `*3 20`, `7 15 gate`.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from config.site import CameraId
from console.state.entry import SCENE_SIGN
from console.state.library_book import LibraryBook

DWELL_S = 10.0
DWELL_LEAST_S = 1.0
DWELL_MOST_S = 3600.0
STEPS_MOST = 500


class TourStep(Struct, frozen=True, omit_defaults=True):
    """One step: a camera or a scene. `preset`: where a PTZ camera looks meanwhile."""

    dwell_s: float = DWELL_S
    camera_id: CameraId | None = None
    scene: str | None = None
    preset: str | None = None


class TourContent(Struct, frozen=True):
    """A tour as it lies on the hub's library."""

    steps: tuple[TourStep, ...]


class Tour(Struct, frozen=True):
    """A tour with its name; the tour of all cameras has none."""

    name: str
    number: int | None
    content: TourContent
    by: str = ""
    version: int = 0

    @property
    def steps(self) -> tuple[TourStep, ...]:
        return self.content.steps


class TourBook(LibraryBook[Tour]):
    """The site's tours."""


class StepProblem(Struct, frozen=True):
    """A line that cannot be read; `line` counts from 1, `found` is what stands there."""

    line: int
    found: str


def steps_of_text(
    text: str,
    camera_of: Callable[[int], CameraId | None],
    scene_of: Callable[[int], str | None],
) -> tuple[list[TourStep], list[StepProblem]]:
    """What was written, step by step, and every line that cannot be read."""
    steps: list[TourStep] = []
    problems: list[StepProblem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        step = _step(line.split(maxsplit=2), camera_of, scene_of)
        if step is None or len(steps) >= STEPS_MOST:
            problems.append(StepProblem(number, line.strip()[:60]))
        else:
            steps.append(step)
    return steps, problems


def text_of_steps(
    steps: tuple[TourStep, ...],
    number_of_camera: Callable[[CameraId], int | None],
    number_of_scene: Callable[[str], int | None],
) -> str:
    """The steps as a person writes them; a step of something that is gone is left out."""
    lines = []
    for step in steps:
        if step.scene is not None:
            number = number_of_scene(step.scene)
            head = None if number is None else f"{SCENE_SIGN}{number}"
        else:
            known = None if step.camera_id is None else number_of_camera(step.camera_id)
            head = None if known is None else str(known)
        if head is not None:
            lines.append(" ".join(p for p in (head, f"{step.dwell_s:g}", step.preset or "") if p))
    return "\n".join(lines)


def _step(
    words: list[str],
    camera_of: Callable[[int], CameraId | None],
    scene_of: Callable[[int], str | None],
) -> TourStep | None:
    try:
        dwell_s = float(words[1].rstrip("sS秒")) if len(words) > 1 else DWELL_S
        number = int(words[0].removeprefix(SCENE_SIGN))
    except ValueError:
        return None
    if not DWELL_LEAST_S <= dwell_s <= DWELL_MOST_S:
        return None
    preset = words[2] if len(words) > 2 else None
    if words[0].startswith(SCENE_SIGN):
        scene = scene_of(number)
        return None if scene is None or preset else TourStep(dwell_s, scene=scene)
    camera_id = camera_of(number)
    return None if camera_id is None else TourStep(dwell_s, camera_id, preset=preset)
