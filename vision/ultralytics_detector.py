"""UltralyticsDetector: any .pt, .engine or .onnx ultralytics can run, on any device it knows.

Needs the extra `train` (torch); imported only where a site chooses such a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ingest.errors import Misconfigured
from vision.detections import Detections, detections_of
from vision.detector import Picture
from vision.models import ModelFolder
from vision.pictures import as_bgr


class UltralyticsMissing(Misconfigured):
    """The site's model needs a package that is not installed."""


def _yolo(path: str) -> Any:
    try:
        from ultralytics import YOLO  # type: ignore[attr-defined,unused-ignore]
    except ImportError as error:
        raise UltralyticsMissing(
            f"{path} needs ultralytics, which is not installed: "
            "run `pip install 'gridwall[train]'`, or choose an OpenVINO model in site.toml"
        ) from error
    return YOLO(path)


class UltralyticsDetector:
    """A network run by ultralytics. Threads: one caller."""

    def __init__(
        self, model: ModelFolder, *, device: str | None = None, input_px: int = 640
    ) -> None:
        self._network = _yolo(str(model.path))
        self._device = device
        self._input_px = input_px
        self._stamp = model.stamp()
        names: dict[int, str] = dict(self._network.names)
        self._names = tuple(names[index] for index in sorted(names))

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    @property
    def stamp(self) -> str:
        return self._stamp

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        if not pictures:
            return []
        results = self._network.predict(
            [np.ascontiguousarray(as_bgr(picture)) for picture in pictures],
            conf=floor,
            imgsz=self._input_px,
            device=self._device,
            verbose=False,
        )
        return [_detections(result.boxes) for result in results]

    def close(self) -> None:
        self._network = None


def _detections(boxes: Any) -> Detections:
    return detections_of(
        boxes.xyxy.cpu().numpy(), boxes.conf.cpu().numpy(), boxes.cls.cpu().numpy()
    )
