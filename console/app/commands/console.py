"""`gridwall console`: the windows of one seat."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--site", type=Path, metavar="DIR", help="site folder")
    where.add_argument("--hub", metavar="ADDRESS", help="query address of the hub, tcp://host:port")
    parser.add_argument(
        "--profile",
        choices=("wall", "desk", "subcentre", "board"),
        default="subcentre",
        help="arrangement of the windows (default: subcentre)",
    )
    parser.add_argument("--screens", type=int, metavar="N", help="use the first N monitors only")
    parser.add_argument(
        "--language", choices=("zh_CN", "en"), help="default: as last time, else the site's"
    )
    parser.add_argument(
        "--seat", metavar="NAME", help="who acts, in the audit (default: user name)"
    )
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="this seat's CURVE key for a hub that uses CURVE"
    )
    parser.add_argument(
        "--compositor",
        choices=("auto", "raster", "gpu"),
        help="who paints the tiles (default: [wall] of site.toml, else auto)",
    )


def run(arguments: argparse.Namespace) -> int:
    from config.settings import WallCompositor
    from config.site import Language
    from console.app.console_options import ConsoleOptions
    from console.app.console_run import run_console
    from console.state.profiles import Profile

    return run_console(
        ConsoleOptions(
            site_folder=arguments.site.resolve() if arguments.site else None,
            hub=arguments.hub,
            profile=Profile(arguments.profile),
            screen_count=arguments.screens,
            language=Language(arguments.language) if arguments.language else None,
            seat=arguments.seat,
            key_file=arguments.keys,
            compositor=WallCompositor(arguments.compositor) if arguments.compositor else None,
        )
    )
