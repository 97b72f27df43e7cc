"""Detector: the seam between pictures and detections. Knows no camera, zone or time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.detections import Detections

#: A picture as a detector takes it: (height, width, 3) BGR or (height * 3 // 2, width) I420
#: (limited-range planes Y, U, V, as `ingest.frames.frame.PixelFormat.I420`), uint8.
Picture = NDArray[np.uint8]


class Detector(Protocol):
    """Finds objects in pictures. One thread calls it; it may use more inside.

    Attributes:
        names: class name of every index, as the model's own metadata says.
        stamp: which model this is, for alerts and the model card, e.g. `street-640@1f2e3d4c`.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def stamp(self) -> str: ...

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        """One result per picture, boxes in that picture's pixels, scores ≥ `floor`, best first."""
        ...

    def close(self) -> None:
        """Releases the accelerator; idempotent."""
        ...
