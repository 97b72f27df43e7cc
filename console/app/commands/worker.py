"""`gridwall worker --site DIR`: detection on a site's cameras, until told to stop."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from console.app.child_life import add_parent_argument, parent_of, stopped_by_signals
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
    add_parent_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    from console.app.worker_app import WorkerApp

    parent = parent_of(arguments)
    stop = stopped_by_signals()
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
