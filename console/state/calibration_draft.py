"""CalibrationDraft: point pairs picture ↔ ground of one camera while somebody sets them.

Decides which pair is in the hand, what a step does and how well the pairs fit (by `vision.ground`, as
the worker will). Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from config.geometry import GeoPoint, ImagePoint, distance_m
from config.planar import XY
from config.site import Calibration, CalibrationPair, CameraId
from console.state.observable import Signal
from console.state.steps import Steps
from vision.ground import CalibrationUnusable, Ground

#: A plane needs so many pairs; with exactly so many the fit says nothing about its error.
PAIRS_MIN = 4
#: A key moves a point by this share of the picture.
KEY_STEP_NORM = 0.002


class HalfPair(Struct, frozen=True):
    """A pair that may still lack its spot in the picture or its place on the ground."""

    image: ImagePoint | None = None
    place: GeoPoint | None = None

    @property
    def is_whole(self) -> bool:
        return self.image is not None and self.place is not None


class Fit(Struct, frozen=True):
    """How well the pairs agree.

    Attributes:
        residual_m: of all pairs; None with the fewest possible, which always agree.
        errors_m: per whole pair, how far the picture's point lies from its place; None beyond the
            horizon.
        problem: the fitter's words where the pairs give no plane.
    """

    residual_m: float | None = None
    errors_m: tuple[float | None, ...] = ()
    problem: str = ""


class _Set(Struct, frozen=True):
    pairs: tuple[HalfPair, ...]
    selected: int | None


class CalibrationDraft:
    """What is set. `changed` tells every change of pairs or selection."""

    def __init__(self, camera_id: CameraId, calibrations: Sequence[Calibration]) -> None:
        self.changed: Signal[[]] = Signal()
        self.camera_id = camera_id
        self._others = tuple(one for one in calibrations if one.camera_id != camera_id)
        own = next((one for one in calibrations if one.camera_id == camera_id), None)
        pairs = tuple(HalfPair(pair.image, pair.place) for pair in own.pairs) if own else ()
        self._fit: tuple[tuple[HalfPair, ...], Fit] | None = None
        self.steps = Steps(
            _Set(pairs, None), self.changed.emit, lambda one, other: one.pairs == other.pairs
        )

    @property
    def pairs(self) -> tuple[HalfPair, ...]:
        return self.steps.now.pairs

    @property
    def selected(self) -> int | None:
        return self.steps.now.selected

    @property
    def whole(self) -> tuple[HalfPair, ...]:
        """The pairs that are set on both sides."""
        return tuple(pair for pair in self.pairs if pair.is_whole)

    @property
    def half(self) -> HalfPair | None:
        """The pair in the hand while it waits for its other half: the next click is that."""
        pair = None if self.selected is None else self.pairs[self.selected]
        return None if pair is None or pair.is_whole else pair

    @property
    def is_empty(self) -> bool:
        """No pair at all: the camera loses its calibration."""
        return not self.pairs

    @property
    def can_be_saved(self) -> bool:
        if self.is_empty:
            return True
        is_whole = len(self.whole) == len(self.pairs) >= PAIRS_MIN
        return is_whole and not self.fit.problem

    @property
    def fit(self) -> Fit:
        """How well the whole pairs agree now."""
        whole = self.whole
        if self._fit is None or self._fit[0] != whole:
            self._fit = whole, _fit_of(self.camera_id, whole)
        return self._fit[1]

    def place_of(self, x: float, y: float) -> tuple[GeoPoint, float] | None:
        """The ground under a point of the picture and its error in metres, where the pairs fit."""
        ground = _ground_of(self.camera_id, self.whole)
        found = None if isinstance(ground, str) else ground.place(x, y)
        return None if found is None else (found.point, found.error_m)

    def entries(self) -> list[dict[str, Any]]:
        """All calibrations of the site with this draft in place, as `register.put` takes them."""
        pairs = tuple(
            CalibrationPair(pair.image, pair.place)
            for pair in self.pairs
            if pair.image is not None and pair.place is not None
        )
        mine = (Calibration(self.camera_id, pairs),) if pairs else ()
        built: list[dict[str, Any]] = msgspec.to_builtins([*self._others, *mine], enc_hook=str)
        return built

    # -- steps

    def select(self, index: int | None) -> None:
        if index is None or 0 <= index < len(self.pairs):
            self.steps.look(structs.replace(self.steps.now, selected=index))

    def select_next(self, step: int = 1) -> None:
        if self.pairs:
            before = self.selected if self.selected is not None else -1 if step > 0 else 0
            self.select((before + step) % len(self.pairs))

    def set_image(self, x: float, y: float) -> None:
        """A spot in the picture: of the pair in the hand where it lacks one, else of a new pair."""
        self._set(image=ImagePoint(*_inside(x, y)))

    def set_place(self, place: GeoPoint) -> None:
        """A place on the ground: of the pair in the hand where it lacks one, else of a new pair."""
        self._set(place=place)

    def move_image(self, x: float, y: float) -> None:
        """The spot of the pair in the hand elsewhere (a drag, or keys)."""
        if self.selected is not None and self.pairs[self.selected].image is not None:
            self._replace(
                structs.replace(self.pairs[self.selected], image=ImagePoint(*_inside(x, y)))
            )

    def move_place(self, place: GeoPoint) -> None:
        """The place of the pair in the hand elsewhere."""
        if self.selected is not None and self.pairs[self.selected].place is not None:
            self._replace(structs.replace(self.pairs[self.selected], place=place))

    def nudge(self, dx: float, dy: float) -> None:
        """The spot of the pair in the hand by so much of the picture."""
        image = None if self.selected is None else self.pairs[self.selected].image
        if image is not None:
            self.move_image(image.x_norm + dx, image.y_norm + dy)

    def remove(self) -> None:
        """Takes the pair in the hand away."""
        index = self.selected
        if index is not None:
            pairs = (*self.pairs[:index], *self.pairs[index + 1 :])
            self.steps.step(_Set(pairs, min(index, len(pairs) - 1) if pairs else None))

    def _set(self, image: ImagePoint | None = None, place: GeoPoint | None = None) -> None:
        half = None if self.selected is None else self.pairs[self.selected]
        lacks = half is not None and (half.image if image is not None else half.place) is None
        if half is None or not lacks:
            pairs = (*self.pairs, HalfPair(image, place))
            self.steps.step(_Set(pairs, len(pairs) - 1))
        elif image is not None:
            self._replace(structs.replace(half, image=image))
        else:
            self._replace(structs.replace(half, place=place))

    def _replace(self, pair: HalfPair) -> None:
        index = self.selected
        if index is not None:
            pairs = (*self.pairs[:index], pair, *self.pairs[index + 1 :])
            self.steps.step(_Set(pairs, index))


def _inside(x: float, y: float) -> XY:
    return round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4)


def _ground_of(camera_id: CameraId, pairs: Sequence[HalfPair]) -> Ground | str:
    """The fitted plane, or why there is none."""
    whole = tuple(
        CalibrationPair(pair.image, pair.place)
        for pair in pairs
        if pair.image is not None and pair.place is not None
    )
    try:
        return Ground(Calibration(camera_id, whole))
    except CalibrationUnusable as error:
        return str(error)


def _fit_of(camera_id: CameraId, pairs: Sequence[HalfPair]) -> Fit:
    if len(pairs) < PAIRS_MIN:
        return Fit()
    ground = _ground_of(camera_id, pairs)
    if isinstance(ground, str):
        return Fit(problem=ground)
    errors: list[float | None] = []
    for pair in pairs:
        assert pair.image is not None
        assert pair.place is not None
        found = ground.place(pair.image.x_norm, pair.image.y_norm)
        errors.append(None if found is None else distance_m(found.point, pair.place))
    residual = ground.residual_m if len(pairs) > PAIRS_MIN else None
    return Fit(residual, tuple(errors))
