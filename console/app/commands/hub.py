"""`gridwall hub --site DIR`: event log, cases and feed of a site, until told to stop."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.child_life import add_parent_argument, parent_of, stopped_by_signals
from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("--no-gateway", action="store_true", help="without the HTTP doors")
    add_parent_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    from console.app.hub_app import HubApp

    parent = parent_of(arguments)
    stop = stopped_by_signals()
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
