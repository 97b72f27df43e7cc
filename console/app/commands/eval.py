"""`gridwall eval images DATA.yaml | clips TRUTH.toml | quiet | compose DIR`: accuracy without torch."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from console.app.output import EXIT_GOOD, print_json, print_text

if TYPE_CHECKING:
    from rich.progress import Progress

#: Pictures a second of a camera that `eval clips` analyses: what a worker does by default.
ANALYSIS_FPS = 2.0
DEFAULT_VIDEOS = Path("../shared/data/videos")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="images|clips|quiet|compose", required=True)
    images = kinds.add_parser("images", help="boxes on labelled pictures (YOLO DATA.yaml)")
    images.add_argument("data", type=Path, metavar="DATA.yaml")
    images.add_argument("--split", default="test", help="split of the data set (default: test)")
    images.add_argument(
        "--predictions", type=Path, metavar="OUT.json", help="writes every box, COCO style"
    )
    clips = kinds.add_parser("clips", help="alerts on clips with known events")
    clips.add_argument("truth", type=Path, metavar="TRUTH.toml")
    clips.add_argument(
        "--videos", type=Path, metavar="DIR", help="folder the clips' paths count from"
    )
    clips.add_argument("--fps", type=float, default=ANALYSIS_FPS, help="pictures a second analysed")
    clips.add_argument("--alerts", type=Path, metavar="OUT.json", help="writes every alert event")
    quiet = kinds.add_parser(
        "quiet", help="smoke and fire: false alarms in hours of composed quiet, recall of fires"
    )
    quiet.add_argument("--hours", type=float, default=3.0, help="hours of quiet material (3)")
    quiet.add_argument("--fires", type=int, default=64, help="fires painted over the clips (64)")
    quiet.add_argument("--seed", type=int, default=1, help="other hours, other fires (1)")
    quiet.add_argument(
        "--videos", type=Path, default=DEFAULT_VIDEOS, metavar="DIR",
        help=f"folder of the real clips ({DEFAULT_VIDEOS})",
    )  # fmt: skip
    quiet.add_argument(
        "--truth",
        type=Path,
        metavar="TRUTH.toml",
        help="real clips too, those on which something burns",
    )
    quiet.add_argument(
        "--keep", type=Path, metavar="DIR",
        help="keeps each scene's result there, so that an interrupted run goes on",
    )  # fmt: skip
    quiet.add_argument("--processes", type=int, default=2, help="processes of one core each (2)")
    compose = kinds.add_parser(
        "compose", help="writes clips with known events, made from real ones, and their TRUTH.toml"
    )
    compose.add_argument("folder", type=Path, metavar="DIR", help="new folder to write to")
    compose.add_argument("--videos", type=Path, required=True, help="folder of the real clips")
    compose.add_argument(
        "--quiet-hours", type=float, default=0.0, metavar="H",
        help="hours without smoke instead of parked vehicles",
    )  # fmt: skip
    compose.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    for sub in (images, clips, quiet):
        sub.add_argument("--model", help="name in resources/weights, or a folder or file")
        sub.add_argument(
            "--report", type=Path, metavar="OUT.html",
            help="writes a report with the mistakes as pictures, one file",
        )  # fmt: skip
        sub.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS,
            help="last line of output is one JSON object",
        )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    runs = {
        "images": _run_images,
        "clips": _run_clips,
        "quiet": _run_quiet,
        "compose": _run_compose,
    }
    return runs[arguments.kind](arguments)


def _run_compose(arguments: argparse.Namespace) -> int:
    from vision.learn import composites

    arguments.folder.mkdir(parents=True, exist_ok=True)
    hours = arguments.quiet_hours
    with _progress() as progress:
        total = composites.quiet_count(hours) if hours else composites.parking_count()
        task = progress.add_task(f"{total} clips", total=total)

        def on_clip(count: int) -> None:
            progress.advance(task, count)

        tables = (
            composites.write_quiet(arguments.videos, arguments.folder, hours, on_clip)
            if hours
            else composites.write_parking(arguments.videos, arguments.folder, on_clip)
        )
    truth = composites.write_truth(arguments.folder, tables)
    print_text(f"{len(tables)} clips; now run: gridwall eval clips {truth}")
    if arguments.json:
        print_json({"truth": str(truth), "clips": len(tables)})
    return EXIT_GOOD


def _run_images(arguments: argparse.Namespace) -> int:
    from vision.learn.evaluate import evaluate_images, read_data_set
    from vision.learn.mistakes import Mistakes
    from vision.learn.report import Heading, images_report
    from vision.load_detector import load_detector
    from vision.models import resolve_model

    data = read_data_set(arguments.data, arguments.split)
    model = resolve_model(arguments.model)
    detector = load_detector(model, multi_label=True)
    mistakes = Mistakes(data.names, detector.names, model.operating_points)
    with _progress() as progress:
        task = progress.add_task(f"{len(data.pictures)} pictures", total=len(data.pictures))
        scores, predictions = evaluate_images(
            data, detector, model.operating_points,
            on_batch=lambda n: progress.advance(task, n), on_picture=mistakes.take,
        )  # fmt: skip
    if arguments.predictions is not None:
        arguments.predictions.write_bytes(msgspec.json.encode(predictions))
    pictures = mistakes.scores()
    _print_table(f"{detector.stamp} on {arguments.data} ({arguments.split})", "class", scores)
    _print_table("whole pictures at the operating point", "class", pictures)
    if arguments.report is not None:
        material = f"{arguments.data}, split {arguments.split}, {len(data.pictures)} pictures"
        heading = Heading("Detector on labelled pictures", detector.stamp, material)
        _write_report(arguments.report, images_report(heading, scores, mistakes))
    if arguments.json:
        print_json(
            {"classes": scores, "whole_pictures": pictures, "model": detector.stamp, "pictures": len(data.pictures),
             "split": arguments.split}
        )  # fmt: skip
    return EXIT_GOOD


def _run_clips(arguments: argparse.Namespace) -> int:
    from vision.learn.clip_outcomes import ClipOutcome, Verdict, false_on_held_out, picture_of
    from vision.learn.evaluate_clips import evaluate_clips
    from vision.learn.report import Heading, clips_report
    from vision.learn.truth import read_truth
    from vision.load_detector import load_detector
    from vision.models import resolve_model
    from vision.pipeline import ModelView

    clips = read_truth(arguments.truth, arguments.videos)
    model = resolve_model(arguments.model)
    detector = load_detector(model)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    listed: list[dict[str, Any]] = []
    outcomes: list[ClipOutcome] = []
    with _progress() as progress:
        task = progress.add_task(f"{len(clips)} clips", total=len(clips))

        def on_clip(clip: Any, alerts: Iterable[Any], found: Iterable[ClipOutcome]) -> None:
            progress.advance(task)
            for outcome in found:
                shown = arguments.report and outcome.verdict in (Verdict.FALSE, Verdict.MISS)
                jpeg = picture_of(clip.path, outcome) if shown else b""
                outcomes.append(replace(outcome, jpeg=jpeg))
            listed.extend(
                {"clip": clip.path.name, "at_s": round(alert.at_s, 3), "verb": alert.verb.value,
                 "alert": alert.data}
                for alert in alerts
            )  # fmt: skip

        events = evaluate_clips(clips, detector, view, fps=arguments.fps, on_clip=on_clip)
    if arguments.alerts is not None:
        arguments.alerts.write_bytes(msgspec.json.encode(listed))
    _print_table(f"{detector.stamp} on {arguments.truth}", "kind", events)
    false, held_out = false_on_held_out(clips, outcomes)
    print_text(f"false alarms on the {held_out} clips the recipe holds out: {false}")
    if arguments.report is not None:
        material = f"{arguments.truth}, {len(clips)} clips, {arguments.fps:g} pictures a second"
        heading = Heading("Alerts on clips", detector.stamp, material)
        _write_report(arguments.report, clips_report(heading, events, outcomes))
    if arguments.json:
        print_json(
            {"events": events, "model": detector.stamp, "clips": len(clips),
             "held_out": {"clips": held_out, "false": false}}
        )  # fmt: skip
    return EXIT_GOOD


def _run_quiet(arguments: argparse.Namespace) -> int:
    from vision.learn.composites import QUIET_TRAINED
    from vision.learn.evaluate_quiet import burning_clips, run_scenes, scores_of, tables_of
    from vision.learn.quiet import burning_scenes, quiet_scenes, real_seconds
    from vision.learn.report import Heading, quiet_report
    from vision.learn.truth import read_truth
    from vision.models import resolve_model

    stamp = resolve_model(arguments.model).stamp()
    clips = read_truth(arguments.truth, arguments.videos) if arguments.truth else ()
    scenes = [
        *(quiet_scenes(arguments.hours, arguments.seed) if arguments.hours else ()),
        *burning_scenes(arguments.fires, arguments.seed),
    ]
    work = [*burning_clips(clips), *scenes]
    with _progress() as progress:
        task = progress.add_task(f"{len(work)} streams", total=len(work))
        results = run_scenes(
            work, arguments.videos, arguments.model, arguments.processes,
            lambda _: progress.advance(task), arguments.keep,
        )  # fmt: skip
    sources = real_seconds(arguments.videos, scenes)
    note = (
        f"All hours and painted fires come from {len(sources)} real clips, {sum(sources.values()):.0f} s "
        "together, under other light, weather and look-alikes: they are no independent hours, and "
        f"the intervals hold for these streets only. The recipe `street` trains on "
        f"{', '.join(QUIET_TRAINED)}: false alarms of weights it made count on the clips held out."
    )
    tables = {title: scores_of(results, title) for title in tables_of(results)}
    for title, rows in tables.items():
        _print_table(f"{title} ({stamp})" if title == "material" else title, "kind", rows)
    print_text(note)
    if arguments.report is not None:
        material = f"{arguments.hours:g} h quiet, {arguments.fires} fires, seed {arguments.seed}"
        outcomes = [outcome for result in results for outcome in result.outcomes]
        heading = Heading("Smoke and fire: quiet hours and fires", stamp, material, note)
        _write_report(arguments.report, quiet_report(heading, tables, outcomes))
    if arguments.json:
        print_json({"tables": tables, "model": stamp, "sources_s": sources, "seed": arguments.seed})
    return EXIT_GOOD


def _write_report(file: Path, page: str) -> None:
    from ingest.errors import Misconfigured

    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"report {file} cannot be written: {error.strerror}") from error
    print_text(f"report: {file}")


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True)


def _print_table(title: str, first: str, rows: Mapping[str, Struct]) -> None:
    print_text(title)
    columns = [first, *(next(iter(rows.values())).__struct_fields__ if rows else ())]
    cells = [[name, *(_text(value) for value in msgspec.structs.astuple(row))]
             for name, row in rows.items()]  # fmt: skip
    widths = [max(len(row[i]) for row in [columns, *cells]) for i in range(len(columns))]
    for row in [columns, *cells]:
        print_text("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def _text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
