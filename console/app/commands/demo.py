"""`gridwall demo`: the whole system on a demonstration city, or on the user's own clips."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.child_life import stopped_by_signals
from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_problem, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--screens", type=int, metavar="N", help="use N monitors")
    parser.add_argument(
        "--headless", action="store_true", help="no windows; a scripted operator handles the cases"
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="end S seconds after all cameras are live"
    )
    parser.add_argument(
        "--videos", type=Path, metavar="DIR", help="your own clips become the cameras"
    )


def run(arguments: argparse.Namespace) -> int:
    from console.app.demo_app import Demo, DemoOptions, as_json

    stop = stopped_by_signals()
    options = DemoOptions(
        arguments.headless, arguments.seconds, arguments.videos, arguments.screens
    )
    report = Demo(options, print_text).run(stop)
    if arguments.json:
        print_json(as_json(report))
    else:
        _tell(report)
    if report.cameras_live < report.cameras:
        print_problem(
            f"only {report.cameras_live} of {report.cameras} cameras were live at the end"
        )
        return EXIT_FAILED
    return EXIT_GOOD


def _tell(report: object) -> None:
    from console.app.demo_app import DemoReport

    assert isinstance(report, DemoReport)
    print_text(
        f"{report.cameras_live} cameras live · slowest tile {report.fps_min} frames/s · "
        f"{report.fixes} fixes · cases "
        + (", ".join(f"{state} {count}" for state, count in report.cases.items()) or "none")
    )
    for kind, line in report.alerts.items():
        print_text(
            f"{kind}: {line.raised} raised, {line.hits} right, {line.misses} missed, {line.false} false"
        )
    if report.alert_delay_s.p50 is not None:
        print_text(
            f"from the limit to the alert: p50 {report.alert_delay_s.p50} s, "
            f"p95 {report.alert_delay_s.p95} s"
        )
