"""`gridwall up --site DIR`: hub, worker and console of a site on this machine, one terminal."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from console.app.child_life import stopped_by_signals
from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_problem, print_text

ROUND_S = 0.25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, required=True, metavar="DIR", help="the site folder")
    parser.add_argument("--headless", action="store_true", help="no windows: hub and worker only")
    parser.add_argument(
        "--profile",
        choices=("wall", "desk", "subcentre", "board"),
        default="subcentre",
        help="arrangement of the windows (default: subcentre)",
    )


def run(arguments: argparse.Namespace) -> int:
    from config.load import load_site
    from config.paths import state_folder
    from config.problems import SiteInvalid
    from console.app.demo_parts import console_spec, hub_spec, relay_spec, worker_spec
    from console.app.supervisor import Supervisor
    from ingest.errors import Misconfigured
    from ingest.relay.address import own_address

    try:
        site = load_site(arguments.site.resolve())
    except SiteInvalid as error:
        raise Misconfigured(str(error)) from error
    stop = stopped_by_signals()
    begun_s = time.monotonic()
    with Supervisor(state_folder(site) / "logs", print_text) as supervisor:
        print_text(f"{site.name}: starting the hub …")
        supervisor.start(hub_spec(site), stop)
        if site.settings.relay.cameras and own_address(site.settings.relay):
            print_text("starting the relay …")
            supervisor.start(relay_spec(site), stop)
        print_text("starting detection …")
        supervisor.start(worker_spec(site, beside_wall=not arguments.headless), stop)
        if not arguments.headless:
            print_text("opening the console …")
            supervisor.start(console_spec(site, arguments.profile, None), stop)
        print_text(
            f"running: feed {site.hub.feed} · query {site.hub.query} · Ctrl+C ends everything"
        )
        while not stop.wait(ROUND_S) and not supervisor.ended:
            supervisor.look_after()
        restarts, ended = supervisor.restart_count(), dict(supervisor.ended)
    if arguments.json:
        print_json({"seconds": round(time.monotonic() - begun_s, 1), "restarts": restarts})
    failed = {name: code for name, code in ended.items() if code}
    for name, code in failed.items():
        print_problem(f"{name} ended with code {code}: see {state_folder(site) / 'logs'}")
    return EXIT_FAILED if failed else EXIT_GOOD
