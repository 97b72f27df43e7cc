"""Small labelled folders, written into the test's own directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest


def scene_picture(seed: int, height: int = 120, width: int = 160) -> np.ndarray:
    """A picture with structure of its own, so that two seeds are not near copies."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture
def write_source(tmp_path: Path) -> Callable[[str, Mapping[str, tuple[np.ndarray, str]]], Path]:
    """Writes {stem: (picture, label text)} as images/ and labels/ of a source folder."""

    def write(folder: str, files: Mapping[str, tuple[np.ndarray, str]]) -> Path:
        for kind in ("images", "labels"):
            (tmp_path / folder / kind).mkdir(parents=True, exist_ok=True)
        for stem, (picture, label) in files.items():
            cv2.imwrite(str(tmp_path / folder / "images" / f"{stem}.png"), picture)
            (tmp_path / folder / "labels" / f"{stem}.txt").write_text(label)
        return tmp_path

    return write
