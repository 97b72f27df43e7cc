"""`gridwall screenshots`: the README's pictures again, from the running demonstration."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("resources/screenshots"),
        metavar="DIR",
        help="where the pictures go (default: resources/screenshots)",
    )
    parser.add_argument(
        "--videos", type=Path, metavar="DIR", help="your own clips instead of the city's"
    )


def run(arguments: argparse.Namespace) -> int:
    from console.app.screenshots_app import take_pictures

    made = take_pictures(arguments.output, arguments.videos)
    if arguments.json:
        print_json({"pictures": [str(path) for path in made]})
    return EXIT_GOOD
