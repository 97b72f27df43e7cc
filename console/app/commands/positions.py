"""`gridwall positions forget|accesses|devices|replay`: trails are personal data, devices are listed."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from console.app.commands.feed import add_hub_arguments, query_address
from console.app.output import EXIT_GOOD, print_json, print_text

#: A trail of years is deleted in this time, seconds.
FORGET_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    forget = actions.add_parser("forget", help="deletes an inspector's trail for good")
    forget.add_argument("inspector", metavar="INSPECTOR", help="id in inspectors.csv, or device:ID")
    accesses = actions.add_parser("accesses", help="who looked at whose trail")
    devices = actions.add_parser(
        "devices", help="every device, its fixes by result; unknown ones too"
    )
    replay = actions.add_parser("replay", help="plays a GPX or CSV track into the gateway")
    replay.add_argument("file", type=Path, metavar="FILE", help=".gpx, or .csv with time,lat,lon")
    replay.add_argument("--device", required=True, metavar="ID", help="the device it comes from")
    replay.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="X",
        help="1 = as it was, 60 = a minute a second",
    )
    for action in (forget, accesses, devices, replay):
        add_hub_arguments(action)


def run(arguments: argparse.Namespace) -> int:
    from console.app.signing import signed
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as client:
        query = signed(client)
        if arguments.action == "replay":
            return _replay(arguments, query.ask("hello")["http"])
        if arguments.action == "forget":
            reply = query.ask(
                "positions.forget", FORGET_S, inspector_id=arguments.inspector,
                actor=getpass.getuser(),
            )  # fmt: skip
            text = f"{reply['forgotten']} fixes of {arguments.inspector} are gone"
        elif arguments.action == "accesses":
            reply = query.ask("trail.accesses")
            rows = reply["accesses"]
            text = "\n".join(f"{r['utc_ms']}\t{r['actor']}\t{r['what']}\t{r['who']}" for r in rows)
        else:
            reply = query.ask("devices")
            text = "\n".join(
                f"{d['device_id']}\t{d['inspector_id'] or 'nobody'}\t{d['source']}\t{d['counts']}"
                for d in reply["devices"]
            )
    if arguments.json:
        print_json(reply)
    else:
        print_text(text or "nothing")
    return EXIT_GOOD


def _replay(arguments: argparse.Namespace, http: str) -> int:
    from ingest.positions.replay import play, read_track

    track = read_track(arguments.file)
    counts = play(track, arguments.device, http, speed=max(0.01, arguments.speed))
    if arguments.json:
        print_json({"fixes": len(track), "results": counts})
    else:
        print_text(f"{len(track)} fixes sent: {counts}")
    return EXIT_GOOD
