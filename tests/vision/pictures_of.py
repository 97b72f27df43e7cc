"""Small synthetic pictures and detections for the tests of vision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def noise(width_px: int, height_px: int, seed: int = 1) -> NDArray[np.uint8]:
    """A BGR picture of smooth random texture, so that edges and chroma exist everywhere."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (height_px // 8 + 1, width_px // 8 + 1, 3))
    fine = np.kron(coarse, np.ones((8, 8, 1)))[:height_px, :width_px]
    return fine.astype(np.uint8)
