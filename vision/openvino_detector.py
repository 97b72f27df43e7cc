"""OpenVinoDetector: the CPU detector every installation has. The only importer of openvino.

Pictures are letterboxed in the caller's thread while earlier ones are being inferred (an
asynchronous queue in throughput mode); scaling to 0..1, channel order and layout are part of
the compiled network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np
import openvino as ov
from numpy.typing import NDArray

from vision.classes import BURNING, classes_of_names
from vision.detections import Detections, detections_of
from vision.detector import Picture
from vision.models import ModelFolder, ModelMissing
from vision.pictures import Letterbox, letterboxed

#: Two boxes of one class that overlap more than this are one object (ultralytics' default).
NMS_IOU = 0.7
#: Smoke and flames have no edge of their own: boxes of one plume overlap less. On held-out photos
#: 0.5 against 0.7 raised AP50 of smoke from .15 to .23 and of fire from .15 to .19.
BURNING_NMS_IOU = 0.5
#: More boxes than this in one picture carry no information for any rule (ultralytics' default).
MAX_BOXES = 300


class OpenVinoDetector:
    """A YOLO network on OpenVINO. Threads: one caller; inference uses the runtime's own."""

    def __init__(
        self, model: ModelFolder, *, thread_count: int | None = None, multi_label: bool = False
    ) -> None:
        """Loads and compiles the network.

        Args:
            thread_count: cores to use; None = all.
            multi_label: a box may count for several classes (evaluation as benchmarks do it);
                otherwise its best class only.
        """
        self._names = model.names
        self._stamp = model.stamp()
        self._multi_label = multi_label
        self._burning = tuple(
            index for index, each in enumerate(classes_of_names(model.names)) if each in BURNING
        )
        core = ov.Core()
        network = core.read_model(model.network)
        if not network.input(0).partial_shape.is_static:
            raise ModelMissing(f"{model.path}: export it with a fixed input size")
        self._height_px, self._width_px = tuple(network.input(0).shape)[2:]
        # bf16, which the library takes where a processor has it, is faster by half and moves boxes by
        # pixels: parked or driving would depend on the machine.
        options: dict[str, Any] = {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if thread_count is not None:
            options["INFERENCE_NUM_THREADS"] = thread_count
        self._compiled = core.compile_model(_with_picture_input(network), "CPU", options)
        self._jobs = int(self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        # One request more than run side by side: the next picture is prepared meanwhile.
        self._queue = ov.AsyncInferQueue(self._compiled, self._jobs + 1)
        self._queue.set_callback(self._finish)
        self._floor = 0.0
        self._results: list[Detections | None] = []
        self._failure: Exception | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    @property
    def stamp(self) -> str:
        return self._stamp

    @property
    def input_px(self) -> tuple[int, int]:
        """(width, height) of the network's input."""
        return self._width_px, self._height_px

    @property
    def jobs(self) -> int:
        """Inferences that run side by side; a batch of this size or more fills the machine."""
        return self._jobs

    def detect(self, pictures: Sequence[Picture], floor: float) -> list[Detections]:
        self._floor, self._failure = floor, None
        self._results = [None] * len(pictures)
        for index, picture in enumerate(pictures):
            request = self._queue[self._queue.get_idle_request_id()]
            fit = letterboxed(picture, request.get_input_tensor(0).data[0])
            self._queue.start_async(None, (index, fit))
        self._queue.wait_all()
        if self._failure is not None:
            raise self._failure
        return [result if result is not None else Detections.none() for result in self._results]

    def _finish(self, request: Any, userdata: tuple[int, Letterbox]) -> None:
        """Runs in a thread of OpenVINO: an exception there would be lost, so it is handed over."""
        index, fit = userdata
        try:
            raw = request.get_output_tensor(0).data
            self._results[index] = decode(
                raw[0],
                fit,
                self._floor,
                len(self._names),
                multi_label=self._multi_label,
                burning=self._burning,
            )
        except Exception as error:  # noqa: BLE001 - boundary of a foreign thread, raised in detect
            self._failure = error

    def infer_only(self, count: int) -> None:
        """As many inferences on empty pictures, nothing else: the limit a bench compares with."""
        queue = ov.AsyncInferQueue(self._compiled, self._jobs)
        empty = ov.Tensor(np.zeros((1, self._height_px, self._width_px, 3), np.uint8))
        for _ in range(count):
            queue.start_async(empty)
        queue.wait_all()

    def close(self) -> None:
        self._queue.wait_all()


class _Network(Protocol):
    """What is used of `openvino.Model`, which carries no types."""


def _with_picture_input(network: Any) -> _Network:
    """The network taking (1, h, w, 3) BGR uint8 instead of (1, 3, h, w) RGB floats."""
    steps = ov.preprocess.PrePostProcessor(network)
    tensor = steps.input().tensor()
    tensor.set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    tensor.set_color_format(ov.preprocess.ColorFormat.BGR)
    convert = steps.input().preprocess()
    convert.convert_element_type(ov.Type.f32)
    convert.convert_color(ov.preprocess.ColorFormat.RGB)
    convert.scale(255.0)
    steps.input().model().set_layout(ov.Layout("NCHW"))
    return steps.build()  # type: ignore[no-any-return]


def decode(
    raw: NDArray[np.float32],
    fit: Letterbox,
    floor: float,
    class_count: int,
    *,
    multi_label: bool = False,
    burning: Sequence[int] = (),
) -> Detections:
    """Boxes of one picture from a network's output.

    Args:
        raw: (4 + classes, anchors) centre boxes that still overlap (YOLO11 style), or (n, 6)
            rows left, top, right, bottom, score, class (end-to-end networks).
        burning: indices of classes without a fixed shape.

    Raises:
        ValueError: the output is neither.
    """
    if raw.ndim == 2 and raw.shape[1] == 6:
        return _decode_end_to_end(raw, fit, floor)
    if raw.ndim == 2 and raw.shape[0] == 4 + class_count:
        return _decode_anchors(raw, fit, floor, multi_label, burning)
    raise ValueError(
        f"model output: expected ({4 + class_count}, anchors) or (n, 6), found {raw.shape}; "
        "do the names in metadata.yaml belong to this network?"
    )


def _decode_end_to_end(raw: NDArray[np.float32], fit: Letterbox, floor: float) -> Detections:
    good = raw[raw[:, 4] >= floor]
    good = good[np.argsort(-good[:, 4], kind="stable")]
    return detections_of(fit.to_picture(good[:, :4]), np.clip(good[:, 4], 0, 1), good[:, 5])


def _decode_anchors(
    raw: NDArray[np.float32],
    fit: Letterbox,
    floor: float,
    multi_label: bool,
    burning: Sequence[int],
) -> Detections:
    scores = raw[4:]
    if multi_label:
        class_index, anchor = np.nonzero(scores >= floor)
    else:
        anchor = np.nonzero(scores.max(axis=0) >= floor)[0]
        class_index = scores[:, anchor].argmax(axis=0)
    if not len(anchor):
        return Detections.none()
    score = scores[class_index, anchor]
    centre, half = raw[:2, anchor].T, raw[2:4, anchor].T / 2
    xyxy = np.concatenate((centre - half, centre + half), axis=1).astype(np.float32)
    kept = _suppressed(xyxy, score, class_index, np.isin(class_index, burning))
    return detections_of(fit.to_picture(xyxy[kept]), np.clip(score[kept], 0, 1), class_index[kept])


def _suppressed(
    xyxy: NDArray[np.float32],
    score: NDArray[np.float32],
    class_index: NDArray[Any],
    shapeless: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """Indices of boxes that survive non-maximum suppression within their class, best first."""
    as_xywh = np.concatenate((xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]), axis=1)
    parts: list[NDArray[np.intp]] = []
    for chosen, iou in ((~shapeless, NMS_IOU), (shapeless, BURNING_NMS_IOU)):
        rows = np.flatnonzero(chosen)
        if not len(rows):
            continue
        kept = cv2.dnn.NMSBoxesBatched(
            as_xywh[rows].tolist(), score[rows].tolist(), class_index[rows].tolist(), 0.0, iou
        )
        parts.append(rows[np.asarray(kept, np.intp).reshape(-1)])
    order = np.concatenate(parts)
    return order[np.argsort(-score[order], kind="stable")][:MAX_BOXES]
