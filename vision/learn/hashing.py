"""Perceptual hashes: finds the same picture under two names. Pure functions on arrays."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

#: Bits of a hash: 8 rows of 8 brightness differences, horizontal and vertical.
HASH_BITS = 128


def difference_hash(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """16 bytes that differ in few bits for resized, recompressed or re-lit copies.

    Args:
        image: (H, W, 3) BGR or (H, W) grey uint8.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    small = cv2.resize(grey, (9, 9), interpolation=cv2.INTER_AREA).astype(np.int16)
    across = small[:8, 1:] > small[:8, :-1]
    down = small[1:, :8] > small[:-1, :8]
    return np.packbits(np.concatenate([across.ravel(), down.ravel()]))


def mirrored_hash(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The hash of the picture seen in a mirror (data sets add flipped copies)."""
    return difference_hash(np.ascontiguousarray(image[:, ::-1]))


def bit_distances(one: NDArray[np.uint8], many: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Number of differing bits between `one` (16,) and each row of `many` (N, 16)."""
    bits = np.unpackbits(np.bitwise_xor(many, one), axis=1)
    return np.asarray(bits.sum(axis=1, dtype=np.int64))


def near_copies(
    hashes: Sequence[NDArray[np.uint8]],
    references: Sequence[NDArray[np.uint8]],
    bits: int,
) -> list[int | None]:
    """For each hash the index of the nearest reference within `bits`, or None."""
    if not references:
        return [None] * len(hashes)
    table = np.stack(references)
    found: list[int | None] = []
    for value in hashes:
        distances = bit_distances(value, table)
        nearest = int(distances.argmin())
        found.append(nearest if distances[nearest] <= bits else None)
    return found
