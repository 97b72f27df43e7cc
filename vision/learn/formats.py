"""Other formats of a checkpoint, by ultralytics' exporter. Needs the extra `train`."""

from __future__ import annotations

import os
from pathlib import Path

from ultralytics import YOLO


def export_checkpoint(checkpoint: Path, wanted: str, size_px: int, *, half: bool) -> Path:
    """Exports a .pt beside itself and returns the file or folder.

    Raises:
        RuntimeError: ultralytics could not (e.g. TensorRT without a GPU); its text says why.
    """
    os.environ.setdefault("YOLO_OFFLINE", "1")
    made = YOLO(str(checkpoint)).export(format=wanted, imgsz=size_px, half=half, verbose=False)
    return Path(str(made))
