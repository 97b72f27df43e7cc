"""`gridwall evidence report|clean|verify`: what may go, taking it away, and the record of what went."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from console.app.output import EXIT_GOOD, print_json, print_text

#: One page of references, seconds.
PAGE_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "report": "what a clean-up would do; changes nothing",
        "clean": "one run now, as every night at three",
        "verify": "checks the record of what was removed",
    }.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("--site", type=Path, metavar="DIR", required=True)
        action.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    result = _verify(arguments) if arguments.action == "verify" else _clean(arguments)
    if arguments.json:
        print_json(result)
    else:
        print_text(", ".join(f"{name} {value}" for name, value in result.items()))
    return EXIT_GOOD


def _clean(arguments: argparse.Namespace) -> dict[str, Any]:
    """With the running hub: it alone knows what its cases hold."""
    import time

    import msgspec

    from config.paths import hub_state_folder
    from console.app.commands.feed import query_address
    from console.app.hub_app import read_site
    from console.desk.evidence.cleaning import clean
    from ingest.feed.query import QueryClient

    site = read_site(arguments.site)
    arguments.hub = None
    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        report = clean(
            lambda request: query.ask("evidence.references", PAGE_S, **request),
            hub_state_folder(site),
            site.settings.store,
            time.time_ns(),
            dry_run=arguments.action == "report",
        )
    found: dict[str, Any] = msgspec.to_builtins(report)
    return found


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    from config.paths import hub_state_folder
    from console.app.hub_app import read_site
    from console.desk.evidence.cleaning import RECORD, verify_record

    lines, last_hash = verify_record(hub_state_folder(read_site(arguments.site)) / RECORD)
    return {"removed": lines, "last_hash": last_hash}
