"""What the detector sees in a kept JPEG at its operating points: labels of what nobody judged."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from vision.boxes import Box
from vision.classes import ObjectClass, classes_of_names
from vision.load_detector import load_detector
from vision.models import resolve_model

Labeller = Callable[[bytes], list[tuple[ObjectClass, Box]] | None]


def jpeg_labeller(model_name: str | None) -> Labeller:
    """A function from a JPEG to its boxes (0..1); None where it cannot be decoded.

    Raises:
        ModelMissing: no such model.
    """
    model = resolve_model(model_name)
    detector = load_detector(model)
    classes = classes_of_names(detector.names)

    def look(jpeg: bytes) -> list[tuple[ObjectClass, Box]] | None:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
        if picture is None:
            return None
        height, width = picture.shape[:2]
        found = detector.detect([np.asarray(picture, np.uint8)], model.operating_points.floor)[0]
        boxes = (found.xyxy / np.array([width, height, width, height])).clip(0, 1).tolist()
        return [
            (known, (box[0], box[1], box[2], box[3]))
            for box, score, index in zip(boxes, found.score, found.class_index, strict=True)
            if (known := classes[index]) and score >= model.operating_points.confirm(known)
        ]

    return look
