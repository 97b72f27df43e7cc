"""`gridwall worker --site DIR`: detection on a site's cameras, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

import msgspec

from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument(
        "--cameras", default="*", metavar="GLOB", help="only cameras whose id fits (default: all)"
    )
    parser.add_argument(
        "--beside-wall",
        action="store_true",
        help="half of the cores only: windows are shown on the same machine",
    )
    parser.add_argument(
        "--leave-with-parent",
        type=int,
        nargs="?",
        const=0,
        metavar="PID",
        help="leave when the process PID is gone (default: the one that started this)",
    )


def run(arguments: argparse.Namespace) -> int:
    from console.app.worker_app import WorkerApp
    from ingest.parent import ParentWatch
    from ingest.stop import StopToken

    given = arguments.leave_with_parent
    parent = None if given is None else ParentWatch(given or os.getppid())
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    app = WorkerApp(arguments.site, arguments.cameras, beside_wall=arguments.beside_wall)
    try:
        cameras = app.report().cameras
        if arguments.json:
            print_json({"ready": True, "cameras": cameras, "model": app.model})
        else:
            print_text(f"worker ready: {cameras} cameras · model {app.model}")
        app.run(stop, parent)
        report = app.report()
    finally:
        app.close()
    if arguments.json:
        print_json({"ready": False, "left": True, **msgspec.to_builtins(report)})
    return EXIT_GOOD
