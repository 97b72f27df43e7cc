"""`gridwall relay --site DIR`: opens cameras that allow one session, for all machines of the site."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text

LOOK_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument(
        "--leave-with-parent",
        type=int,
        nargs="?",
        const=0,
        metavar="PID",
        help="leave when the process PID is gone (default: the one that started this)",
    )


def run(arguments: argparse.Namespace) -> int:
    from config.load import load_site
    from config.problems import SiteInvalid
    from ingest.clock import SystemClock
    from ingest.errors import Misconfigured
    from ingest.parent import ParentWatch
    from ingest.relay.relay import Relay
    from ingest.stop import StopToken

    given = arguments.leave_with_parent
    parent = None if given is None else ParentWatch(given or os.getppid())
    try:
        site = load_site(arguments.site.resolve())
    except SiteInvalid as error:
        raise Misconfigured(str(error)) from error
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    settings = site.settings
    relay = Relay(site.cameras, settings.relay, settings.cameras, SystemClock())
    if not relay.camera_count:
        raise Misconfigured(
            "[relay] cameras of site.toml names no enabled camera, so there is nothing to relay"
        )
    relay.start()
    try:
        address = settings.relay.listen or settings.relay.address
        if arguments.json:
            print_json({"ready": True, "cameras": relay.camera_count, "address": address})
        else:
            print_text(f"relay ready: {relay.camera_count} cameras at rtsp://{address}/ID")
        while not stop.wait(LOOK_S) and (parent is None or not parent.is_gone()):
            pass
    finally:
        relay.close()
    if arguments.json:
        print_json({"ready": False, "left": True, "cameras": relay.camera_count})
    return EXIT_GOOD
