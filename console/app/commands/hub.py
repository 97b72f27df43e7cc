"""`gridwall hub --site DIR`: event log, cases and feed of a site, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("--no-gateway", action="store_true", help="without the HTTP doors")
    parser.add_argument(
        "--leave-with-parent",
        type=int,
        nargs="?",
        const=0,
        metavar="PID",
        help="leave when the process PID is gone (default: the one that started this)",
    )


def run(arguments: argparse.Namespace) -> int:
    from console.app.hub_app import HubApp
    from ingest.parent import ParentWatch
    from ingest.stop import StopToken

    given = arguments.leave_with_parent
    parent = None if given is None else ParentWatch(given or os.getppid())
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    app = HubApp(arguments.site, with_gateway=not arguments.no_gateway)
    try:
        ready = app.start(stop)
        if arguments.json:
            print_json({"ready": True, **ready})
        else:
            print_text(
                f"hub ready: {ready['site']} · intake {ready['intake']} · feed {ready['feed']} · "
                f"query {ready['query']} · http {ready['http']}"
            )
        app.run(stop, parent)
    finally:
        app.close()
    if arguments.json:
        print_json({"ready": False, "left": True})
    return EXIT_GOOD
