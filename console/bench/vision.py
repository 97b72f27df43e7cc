"""`gridwall bench vision`: the detector stage against OpenVINO alone, and what a frame costs besides.

Both sides of the ratio run the same network, batch and number of pictures, alternating in the same
run, so that a busy machine is busy for both. The pipeline's cost (gate, tracker, rules) is measured
on a 720p clip with its detections made beforehand.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.bench.report import print_result, say

if TYPE_CHECKING:
    from vision.detections import Detections
    from vision.detector import Picture
    from vision.openvino_detector import OpenVinoDetector

Boxes = list[tuple[float, float, float, float]]

BATCH = 32
#: Zones a busy camera has: all rules are stepped.
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
PIPELINE_WIDTH_PX, PIPELINE_HEIGHT_PX = 1280, 720


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=6, help="alternations of both sides")
    parser.add_argument("--model", help="name in resources/weights, or a folder")
    parser.add_argument(
        "--cameras", type=int, default=32, help="for event → alert; 0: not measured (default 32)"
    )
    parser.add_argument("--clip", type=Path, help="pictures to use (default: a painted street)")


def run(arguments: argparse.Namespace) -> int:
    from vision.models import ModelMissing, resolve_model
    from vision.openvino_detector import OpenVinoDetector

    model = resolve_model(arguments.model)
    if not model.is_openvino:
        raise ModelMissing(f"{model.path}: this bench compares with OpenVINO, choose such a model")
    detector = OpenVinoDetector(model)
    if arguments.clip is not None:
        pictures = _pictures_of_clip(arguments.clip)
        detections = detector.detect(pictures, model.operating_points.floor)
    else:
        pictures, boxes = _painted_street()
        detections = _known(boxes, detector.names)
    say(f"{arguments.rounds} rounds of {BATCH} pictures on both sides …")
    images, limit = _detector_rates(detector, pictures, arguments.rounds)
    costs = _pipeline_costs(detector, model.operating_points, pictures, detections)
    result: dict[str, Any] = {
        "images_per_s": round(images, 2),
        "limit_images_per_s": round(limit, 2),
        "ratio": round(images / limit, 4),
        "pipeline_ms_per_frame": round(costs["all"], 3),
        "gate_ms_per_frame": round(costs["gate"], 3),
        "rules_ms_per_frame": round(costs["rules"], 3),
        "model": detector.stamp,
        "input_px": detector.input_px,
        "batch": BATCH,
        "boxes_per_frame": round(statistics.mean(len(each) for each in detections), 1),
    }
    if arguments.cameras > 0:
        result |= _event_to_alert(arguments.cameras, arguments.model)
    detector.close()
    print_result(result, as_json=arguments.json)
    return 0


def _event_to_alert(cameras: int, model: str | None) -> dict[str, Any]:
    """A worker in real time, with the size of model it would choose for so many cameras."""
    from console.bench.vision_alerts import FPS, alert_delays
    from vision.choose_model import affordable_detector
    from vision.load_detector import load_detector
    from vision.models import resolve_model, shipped_sizes

    models = [resolve_model(model)] if model is not None else shipped_sizes()
    detector = affordable_detector(models, load_detector, cameras * FPS)
    say(f"{cameras} cameras at {FPS:g} pictures/s with {detector.stamp}, 35 s …")
    try:
        delays = alert_delays(detector, models[0].operating_points, cameras)
    finally:
        detector.close()
    return {
        "alert_cameras": delays.cameras,
        "alert_model": detector.stamp,
        "alert_delay_p50_s": delays.p50_s,
        "alert_delay_p95_s": delays.p95_s,
        "alert_delay_max_s": delays.max_s,
        "alerts_missed": delays.missed,
        "longest_wait_s": delays.longest_wait_s,
        "pictures_dropped": delays.dropped,
    }


def _pictures_of_clip(clip: Path) -> list[Picture]:
    """BATCH I420 pictures of a clip, at 720p."""
    import cv2
    import numpy as np

    from vision.learn.evaluate_clips import pictures_of_clip
    from vision.pictures import to_i420

    size = (PIPELINE_WIDTH_PX, PIPELINE_HEIGHT_PX)
    found: list[Picture] = []
    for _, picture in pictures_of_clip(clip, 4.0):
        found.append(to_i420(np.asarray(cv2.resize(picture, size), np.uint8)))
        if len(found) == BATCH:
            break
    return [found[index % len(found)] for index in range(BATCH)]


def _painted_street() -> tuple[list[Picture], list[Boxes]]:
    """BATCH pictures of a street with six parked and six passing vehicles, and their boxes."""
    import cv2
    import numpy as np

    from vision.pictures import to_i420

    size = (PIPELINE_WIDTH_PX, PIPELINE_HEIGHT_PX)
    random = np.random.default_rng(5)
    coarse = random.integers(60, 140, (45, 80, 3), dtype=np.uint8)
    street: Picture = np.asarray(cv2.resize(coarse, size), np.uint8)
    faces = random.integers(0, 255, (12, 6, 12, 3), dtype=np.uint8)
    found, boxes = [], []
    for number in range(BATCH):
        picture = street.copy()
        corners = [(60 + 200 * car, 620) for car in range(6)]
        corners += [((number * 37 + lane * 211) % 1180, 120 + lane * 80) for lane in range(6)]
        for face, (x, y) in zip(faces, corners, strict=True):
            picture[y : y + 45, x : x + 90] = cv2.resize(face, (90, 45))
        found.append(to_i420(np.asarray(picture, np.uint8)))
        boxes.append([(float(x), float(y), x + 90.0, y + 45.0) for x, y in corners])
    return found, boxes


def _known(boxes: list[Boxes], names: tuple[str, ...]) -> list[Detections]:
    """Painted vehicles as detections: what a detector that misses nothing would say."""
    import numpy as np

    from vision.detections import detections_of

    car = names.index("car") if "car" in names else 0
    return [
        detections_of(np.array(each), np.full(len(each), 0.8), np.full(len(each), car))
        for each in boxes
    ]


def _detector_rates(
    detector: OpenVinoDetector, pictures: list[Picture], rounds: int
) -> tuple[float, float]:
    """Pictures per second of the detector stage and of bare inference: medians over the rounds."""
    detector.detect(pictures, 0.25)
    detector.infer_only(len(pictures))
    ours, bare = [], []
    for _ in range(rounds):
        started_s = time.perf_counter()
        detector.detect(pictures, 0.25)
        between_s = time.perf_counter()
        detector.infer_only(len(pictures))
        ended_s = time.perf_counter()
        ours.append(len(pictures) / (between_s - started_s))
        bare.append(len(pictures) / (ended_s - between_s))
    return statistics.median(ours), statistics.median(bare)


def _pipeline_costs(
    detector: OpenVinoDetector,
    points: Any,
    pictures: list[Picture],
    detections: list[Detections],
) -> dict[str, float]:
    """Milliseconds of one core per frame: gate, rules (with tracker and sanity), both."""
    import cv2

    from config.geometry import ImagePoint
    from config.site import Camera, CameraId, Zone, ZoneId, ZoneKind
    from vision.pipeline import CameraPipeline, ModelView
    from vision.rules.rule import Moment

    polygon = tuple(ImagePoint(x, y) for x, y in WHOLE)
    zones = [
        Zone(ZoneId(kind.value), CameraId("bench"), kind, polygon, 30.0)
        for kind in (ZoneKind.NO_PARKING, ZoneKind.NO_TRADING, ZoneKind.SMOKE_WATCH)
    ]
    cv2.setNumThreads(1)  # so that the thread's own clock sees all of the work
    camera = Camera(CameraId("bench"), "bench", "rtsp://bench")
    model = ModelView(detector.names, detector.stamp, points)
    pipeline = CameraPipeline(camera, zones, None, model)
    gate_s, rules_s = [], []
    for number in range(BATCH * 10):
        picture, found = pictures[number % BATCH], detections[number % BATCH]
        now = Moment(number / 2, 1_767_225_600_000_000_000 + number * 500_000_000)
        started_s = time.thread_time()
        pipeline.wants(picture, now)
        between_s = time.thread_time()
        pipeline.process(picture, found, now)
        gate_s.append(between_s - started_s)
        rules_s.append(time.thread_time() - between_s)
    gate, rules = statistics.mean(gate_s) * 1e3, statistics.mean(rules_s) * 1e3
    return {"gate": gate, "rules": rules, "all": gate + rules}
