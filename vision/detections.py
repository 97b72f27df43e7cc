"""Detections: what a detector saw in one picture, as a validated struct of arrays.

Decides nothing about time or zones. Arrays are read-only; a selection copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: `track` of a detection that no track has taken.
NO_TRACK = -1


def _checked(
    field: str, value: NDArray[Any], shape: tuple[int, ...], dtype: type[np.generic]
) -> None:
    if value.shape != shape:
        raise ValueError(f"{field}: expected shape {shape}, found {value.shape}")
    if value.dtype != np.dtype(dtype):
        raise ValueError(f"{field}: expected dtype {np.dtype(dtype)}, found {value.dtype}")


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N boxes of one picture.

    Attributes:
        xyxy: (N, 4) float32, left, top, right, bottom in pixels of the picture given to the
            detector; right ≥ left, bottom ≥ top.
        score: (N,) float32, 0..1.
        class_index: (N,) int32, index into the detector's `names`.
        track: (N,) int64, id of the track, NO_TRACK where there is none.

    Raises:
        ValueError: a shape, dtype or value outside the above, with expected and found.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    class_index: NDArray[np.int32]
    track: NDArray[np.int64]

    def __post_init__(self) -> None:
        count = len(self.xyxy)
        _checked("xyxy", self.xyxy, (count, 4), np.float32)
        _checked("score", self.score, (count,), np.float32)
        _checked("class_index", self.class_index, (count,), np.int32)
        _checked("track", self.track, (count,), np.int64)
        if count:
            self._check_values()
        for value in (self.xyxy, self.score, self.class_index, self.track):
            value.flags.writeable = False

    def _check_values(self) -> None:
        if not np.isfinite(self.xyxy).all():
            raise ValueError("xyxy: expected finite pixels, found nan or infinity")
        if (self.xyxy[:, 2:] < self.xyxy[:, :2]).any():
            raise ValueError("xyxy: expected right ≥ left and bottom ≥ top, found a turned box")
        if not ((self.score >= 0) & (self.score <= 1)).all():
            raise ValueError(f"score: expected 0..1, found {self.score.min()}..{self.score.max()}")
        if (self.class_index < 0).any():
            raise ValueError(f"class_index: expected ≥ 0, found {self.class_index.min()}")

    def __len__(self) -> int:
        return len(self.xyxy)

    def select(self, mask_or_indices: NDArray[Any]) -> Detections:
        """The chosen rows, in that order, as a copy."""
        return Detections(
            self.xyxy[mask_or_indices].copy(),
            self.score[mask_or_indices].copy(),
            self.class_index[mask_or_indices].copy(),
            self.track[mask_or_indices].copy(),
        )

    def moved(self, right_px: float, down_px: float) -> Detections:
        """The same boxes in a picture whose origin lies elsewhere (a crop, seen from the whole)."""
        shift = np.array([right_px, down_px, right_px, down_px], np.float32)
        return Detections(
            self.xyxy + shift, self.score.copy(), self.class_index.copy(), self.track.copy()
        )

    @staticmethod
    def none() -> Detections:
        """No boxes."""
        return detections_of(
            np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int32)
        )


def detections_of(xyxy: NDArray[Any], score: NDArray[Any], class_index: NDArray[Any]) -> Detections:
    """Detections without tracks, from arrays of any numeric type (copied and converted)."""
    return Detections(
        np.array(xyxy, np.float32).reshape(-1, 4),
        np.array(score, np.float32).reshape(-1),
        np.array(class_index, np.int32).reshape(-1),
        np.full(len(score), NO_TRACK, np.int64),
    )


def iou_matrix(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of every box of `a` (N, 4) with every box of `b` (M, 4): (N, M)."""
    overlap = intersection_matrix(a, b)
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    union = area_a[:, None] + area_b[None, :] - overlap
    return (overlap / np.maximum(union, 1e-9)).astype(np.float32)


def intersection_matrix(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection areas, px², of every box of `a` (N, 4) with every box of `b` (M, 4): (N, M)."""
    left_top = np.maximum(a[:, None, :2], b[None, :, :2])
    right_bottom = np.minimum(a[:, None, 2:], b[None, :, 2:])
    size = np.clip(right_bottom - left_top, 0.0, None)
    return np.asarray(size[..., 0] * size[..., 1], np.float32)
