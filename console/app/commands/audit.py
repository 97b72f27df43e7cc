"""`gridwall audit verify`: checks the hash chain of every act, by the hub or without it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_text

#: Longest wait for one part of the chain, seconds.
PART_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help="looks for rows changed, taken out or put in")
    where = verify.add_mutually_exclusive_group(required=True)
    where.add_argument("--site", type=Path, metavar="DIR", help="the site folder; hub or not")
    where.add_argument("--hub", metavar="ADDRESS", help="the hub's query address")
    verify.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
    verify.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    result = _verified_by_hub(arguments)
    if result is None:
        result = _verified_here(arguments.site)
    if arguments.json:
        print_json(result)
    elif result["intact"]:
        print_text(
            f"the audit trail is intact: {result['rows']} acts, last hash {result['last_hash']}"
        )
    else:
        broken = result["broken"]
        print_text(
            f"the audit trail is BROKEN at row {broken['number']} (case {broken['case_id']}): "
            f"{broken['cause']}. Keep this database as it is and compare with a backup"
        )
    return EXIT_GOOD if result["intact"] else EXIT_FAILED


def _verified_by_hub(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """None where no hub answers and the site folder is here."""
    from console.app.commands.feed import query_address
    from ingest.errors import RetryLater
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        try:
            query.ask("hello", 2.0)
        except RetryLater:
            if arguments.site is None:
                raise
            return None
        start = 1
        while True:
            part = query.ask("audit.verify", PART_S, **{"from": start})
            if part["next"] is None:
                return {name: part[name] for name in ("intact", "broken", "rows", "last_hash")}
            start = part["next"]


def _verified_here(folder: Path) -> dict[str, Any]:
    import msgspec

    from config.paths import hub_state_folder
    from console.app.hub_app import lock_site, read_site
    from console.desk.audit import chain_end, verify_chain
    from ingest.feed.store import open_store

    site = read_site(folder)
    state = hub_state_folder(site)
    lock = lock_site(state)
    try:
        store = open_store(state, url=site.settings.store.url)
        try:
            start: int | None = 1
            with store.reading() as tx:
                while start is not None:
                    verdict = verify_chain(tx, start)
                    start = verdict.next
                rows, last_hash = chain_end(tx)
        finally:
            store.close()
    finally:
        lock.close()
    return {
        "intact": verdict.broken is None,
        "broken": msgspec.to_builtins(verdict.broken),
        "rows": rows,
        "last_hash": last_hash,
    }
