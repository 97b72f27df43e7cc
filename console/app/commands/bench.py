"""`gridwall bench NAME`: measures the product and its limit or rivals in the same run.

A bench is a module `console.bench.<name>` with `add_arguments(parser)` and
`run(arguments) -> exit code`; only the chosen one is imported.
"""

from __future__ import annotations

import argparse
import importlib

from console.app.output import add_json_argument

#: name → one line of help.
BENCHES = {
    "wall": "tiles: frames per second and CPU against ffmpeg alone",
    "compositor": "CPU of a painted wall frame, QPainter against the graphics device",
    "latency": "camera to tile, 16 tiles",
    "soak": "memory, handles and stalls over a long time while cameras die",
    "vision": "detector and pipeline against the bare model",
    "feed": "event log, fan-out and latency against bare pyzmq",
    "cases": "queue pages, filters and acts against bare SQL",
    "directory": "a keystroke among ten thousand cameras against a bare scan of their names",
    "map": "moving markers against other ways to draw them",
    "positions": "reports of terminals and phones to feed and disk, against only reading them",
    "suggester": "items, areas and units learned from closed cases, against rules and habits",
    "dispatch": "nearest inspectors by road with reasons, routes, coverage; against scipy and networkx",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = "; ".join(f"{name}: {text}" for name, text in BENCHES.items())
    parser.add_argument("bench", metavar="NAME", choices=BENCHES, help=names)
    parser.add_argument(
        "rest", nargs=argparse.REMAINDER, metavar="…", help="the bench's own options (NAME --help)"
    )


def run(arguments: argparse.Namespace) -> int:
    module = importlib.import_module(f"console.bench.{arguments.bench}")
    parser = argparse.ArgumentParser(
        prog=f"gridwall bench {arguments.bench}", description=BENCHES[arguments.bench]
    )
    add_json_argument(parser)
    parser.set_defaults(json=arguments.json)
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(arguments.rest)))
