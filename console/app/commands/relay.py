"""`gridwall relay --site DIR`: opens cameras that allow one session, for all machines of the site."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.app.child_life import add_parent_argument, parent_of, stopped_by_signals
from console.app.output import EXIT_GOOD, print_json, print_text

LOOK_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument(
        "--address", metavar="HOST:PORT",
        help="which of address and stand_ins of [relay] this one is (default: the first that is here)",
    )  # fmt: skip
    add_parent_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    from config.load import load_site
    from config.problems import SiteInvalid
    from ingest.clock import SystemClock
    from ingest.errors import Misconfigured
    from ingest.relay.address import own_address
    from ingest.relay.relay import Relay

    parent = parent_of(arguments)
    try:
        site = load_site(arguments.site.resolve())
    except SiteInvalid as error:
        raise Misconfigured(str(error)) from error
    stop = stopped_by_signals()
    settings = site.settings
    places = settings.relay.places
    own = arguments.address or own_address(settings.relay) or places[0]
    if own not in places:
        raise Misconfigured(
            f"{own} is no place of a relay: [relay] of site.toml names {', '.join(places)}"
        )
    relay = Relay(site.cameras, settings.relay, settings.cameras, SystemClock(), own)
    if not relay.camera_count:
        raise Misconfigured(
            "[relay] cameras of site.toml names no enabled camera, so there is nothing to relay"
        )
    relay.start()
    try:
        if arguments.json:
            print_json({"ready": True, "cameras": relay.camera_count, "address": own})
        else:
            role = "stand-in of the relay" if relay.is_stand_in else "relay"
            print_text(f"{role} ready: {relay.camera_count} cameras at rtsp://{own}/ID")
        while not stop.wait(LOOK_S) and (parent is None or not parent.is_gone()):
            pass
    finally:
        relay.close()
    if arguments.json:
        print_json({"ready": False, "left": True, "cameras": relay.camera_count})
    return EXIT_GOOD
