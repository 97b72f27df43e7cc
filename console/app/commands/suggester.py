"""`gridwall suggester train|show`: learns items, areas and units from closed cases, and tells how good it is."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.app.output import EXIT_GOOD, print_json, print_problem, print_text

if TYPE_CHECKING:
    from console.desk.case import CaseData
    from console.desk.suggester.model import ModelFacts

#: Cases of one page, and the longest wait for it, seconds.
PAGE_ROWS, PAGE_S = 1_000, 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    train = actions.add_parser("train", help="learns from the closed cases of the site")
    train.add_argument("--since", metavar="UTC", help="opened since, 2025-01-01T00:00:00Z")
    show = actions.add_parser("show", help="the suggester in force and its figures")
    for action in (train, show):
        action.add_argument("--site", type=Path, metavar="DIR", required=True)
        action.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    path, facts = (_train if arguments.action == "train" else _show)(arguments)
    if arguments.json:
        import msgspec

        print_json({"file": str(path), **msgspec.to_builtins(facts)})
    else:
        print_text(f"{path}\n{told(facts)}")
    return EXIT_GOOD


def told(facts: ModelFacts) -> str:
    """The figures as a table for people."""
    lines = [
        f"learned from {facts.cases:,} closed cases, {facts.from_utc} to {facts.until_utc}; "
        f"areas: {facts.area_level}",
        f"asked about those opened after {facts.split_utc}, before it had learned them:",
        f"{'':6}{'cases':>10}{'first':>8}{'of 3':>8}{'majority':>10}{'usual':>8}{'rules':>8}"
        f"{'rules first':>13}{'conf. error':>13}",
    ]
    for name, one in facts.figures.items():
        rules = "".join(
            f"{'-' if share is None else f'{share:.1%}':>{width}}"
            for share, width in ((one.usual, 8), (one.rules, 8), (one.rules_first, 13))
        )
        lines.append(
            f"{name:6}{one.cases:>10,}{one.first:>8.1%}{one.among_three:>8.1%}{one.majority:>10.1%}"
            f"{rules}{one.confidence_error:>13.1%}"
        )
    return "\n".join(lines)


def _show(arguments: argparse.Namespace) -> tuple[Path, ModelFacts]:
    from console.desk.suggester.model_file import load, newest_file
    from ingest.errors import Misconfigured

    path = newest_file(arguments.site)
    if path is None:
        raise Misconfigured(
            f"{arguments.site} has no suggester yet: gridwall suggester train --site {arguments.site}"
        )
    return path, load(path).facts


def _train(arguments: argparse.Namespace) -> tuple[Path, ModelFacts]:
    import contextlib
    import time

    from config.directory import SiteDirectory
    from console.app.hub_app import read_site
    from console.desk.suggester.model_file import save
    from console.desk.suggester.training import train
    from ingest.feed.envelope import utc_text

    site = read_site(arguments.site)
    wanted: dict[str, Any] = {"state": "closed"}
    if arguments.since:
        wanted["since_utc"] = arguments.since
    with contextlib.ExitStack() as stack:
        ask = _hub_asked(arguments, stack) or _store_asked(arguments.site, stack)
        model = train(
            lambda: _closed(ask, wanted),
            SiteDirectory(site),
            utc_text(time.time_ns()),
            print_problem,
        )
    return save(model, site.folder), model.facts


Ask = Callable[[dict[str, Any]], dict[str, Any]]


def _closed(ask: Ask, wanted: dict[str, Any]) -> Iterator[CaseData]:
    """Closed cases, oldest first, page by page."""
    import msgspec

    from console.desk.case import CaseData

    after = None
    while True:
        page = ask({"filter": wanted, "sort": "oldest", "after": after, "limit": PAGE_ROWS})
        for case in page["cases"]:
            if isinstance(case, msgspec.Raw):
                yield msgspec.json.decode(case, type=CaseData)
            else:
                yield msgspec.convert(case, CaseData)
        after = page["after"]
        if after is None:
            return


def _hub_asked(arguments: argparse.Namespace, stack: Any) -> Ask | None:
    """The running hub, of whichever database; None where none answers."""
    from console.app.commands.feed import query_address
    from ingest.errors import RetryLater
    from ingest.feed.query import QueryClient

    arguments.hub = None
    address, keys = query_address(arguments)
    query = stack.enter_context(QueryClient(address, keys))
    try:
        query.ask("hello", 2.0)
    except RetryLater:
        return None
    return lambda request: query.ask("cases", PAGE_S, **request)


def _store_asked(folder: Path, stack: Any) -> Ask:
    """The store itself, while no hub has it."""
    from config.paths import hub_state_folder
    from console.app.hub_app import lock_site, read_site
    from console.desk.queries import list_cases
    from ingest.feed.store import open_store

    site = read_site(folder)
    state = hub_state_folder(site)
    stack.callback(lock_site(state).close)
    store = open_store(state, url=site.settings.store.url)
    stack.callback(store.close)

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        with store.reading() as tx:
            return list_cases(tx, {name: v for name, v in request.items() if v is not None})

    return ask
