"""Which detector runs a model: OpenVINO for its own format, ultralytics for everything else."""

from __future__ import annotations

from vision.detector import Detector
from vision.models import ModelFolder


def load_detector(
    model: ModelFolder,
    *,
    device: str = "auto",
    thread_count: int | None = None,
    input_px: int = 640,
    multi_label: bool = False,
) -> Detector:
    """A detector ready for pictures.

    Args:
        device: "auto", "CPU" or what ultralytics calls a device ("cuda:0"); OpenVINO models run
            on the CPU whatever it says.
        thread_count: cores for OpenVINO; None = all.
        input_px: input of models without a fixed one.
        multi_label: a box may count for several classes (evaluation).

    Raises:
        ModelMissing: the network cannot be used.
        UltralyticsMissing: the model needs ultralytics and it is not installed.
    """
    if model.is_openvino:
        from vision.openvino_detector import OpenVinoDetector

        return OpenVinoDetector(model, thread_count=thread_count, multi_label=multi_label)
    from vision.ultralytics_detector import UltralyticsDetector

    return UltralyticsDetector(
        model, device=None if device == "auto" else device, input_px=input_px
    )
