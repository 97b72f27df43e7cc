"""`gridwall feed tail|replay|ask|webhook|schema`: watch the feed, replay it, act, pass it on, describe it."""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_problem, print_text

if TYPE_CHECKING:
    from ingest.feed.envelope import Event
    from ingest.feed.reader import ReaderState
    from ingest.feed.sockets import CurveClient

#: Events of one page of `replay`.
PAGE = 5_000
#: Longest wait for one page, seconds.
PAGE_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    tail = actions.add_parser("tail", help="events as they happen")
    tail.add_argument(
        "--topic", action="append", default=[], metavar="T", help="prefix, for example alert.smoke."
    )
    tail.add_argument(
        "--from", dest="from_", type=int, metavar="SEQ", help="first what is stored from there on"
    )
    tail.add_argument("--count", type=int, metavar="N", help="leave after N events")
    tail.add_argument("--seconds", type=float, metavar="S", help="leave after S seconds")
    replay = actions.add_parser("replay", help="stored events up to the current one, then leave")
    replay.add_argument("--from", dest="from_", type=int, default=0, metavar="SEQ")
    replay.add_argument("--topic", action="append", default=[], metavar="T", help="prefix")
    ask = actions.add_parser("ask", help="one request of the query socket, for example an act")
    ask.add_argument("op", metavar="OPERATION", help="act, cases, case, count, snapshot, …")
    ask.add_argument(
        "fields", nargs="*", metavar="NAME=VALUE", help="VALUE is JSON, or text where it is none"
    )
    schema = actions.add_parser("schema", help="the AsyncAPI 3 document")
    webhook = actions.add_parser("webhook", help="posts every event to an HTTP address, signed")
    webhook.add_argument("--url", required=True, metavar="URL")
    webhook.add_argument(
        "--secret-file", type=Path, required=True, metavar="FILE", help="shared with the receiver"
    )
    webhook.add_argument(
        "--place", type=Path, required=True, metavar="FILE", help="keeps how far the address is"
    )
    webhook.add_argument("--from", dest="from_", type=int, metavar="SEQ", help="begin here instead")
    webhook.add_argument("--topic", action="append", default=[], metavar="T", help="prefix")
    for action in (tail, replay, ask, webhook, schema):
        add_hub_arguments(action, required=action is not schema)


def add_hub_arguments(
    action: argparse.ArgumentParser, *, required: bool = True, with_json: bool = True
) -> None:
    """What every command needs that asks a running hub; see `query_address`.

    `with_json`: for an action of a command; a command itself has `--json` already.
    """
    where = action.add_mutually_exclusive_group(required=required)
    where.add_argument("--site", type=Path, metavar="DIR", help="the site folder")
    where.add_argument("--hub", metavar="ADDRESS", help="the hub's query address")
    action.add_argument("--keys", type=Path, metavar="FILE", help="key file for a CURVE hub")
    if with_json:
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    actions = {
        "tail": _tail, "replay": _replay, "ask": _ask, "schema": _schema, "webhook": _webhook,
    }  # fmt: skip
    action = actions[arguments.action]
    try:
        return action(arguments)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_GOOD


def query_address(arguments: argparse.Namespace) -> tuple[str, CurveClient | None]:
    """The hub's query address and the keys for it, from --site or --hub. Raises Misconfigured."""
    from config.load import SiteInvalid, load_site
    from ingest.errors import Misconfigured
    from ingest.feed.keys import local_keys, read_client_key

    keys = read_client_key(arguments.keys) if arguments.keys else None
    if arguments.hub is not None:
        hub: str = arguments.hub
        return hub if "://" in hub else f"tcp://{hub}", keys
    try:
        site = load_site(arguments.site)
    except SiteInvalid as error:
        raise Misconfigured(str(error)) from error
    return site.hub.query, keys or local_keys(site)


class _Tail:
    """Prints events from the reader's thread; ends after a count."""

    def __init__(self, count: int | None, from_: int | None, *, as_json: bool) -> None:
        """`from_`: what is stored from there on comes first; None = only what is new."""
        self._next = from_
        self._left = count
        self._as_json = as_json
        self.ended = threading.Event()
        self.failure = ""

    def on_snapshot(self, sequence: int, stored: Callable[[int, int], Iterable[Event]]) -> None:
        """`stored(first, last)`: events of the log; the reader's own begin after `sequence`."""
        if self._next is not None:
            first, self._next = self._next, sequence + 1
            self.on_events(stored(first, sequence))

    def on_events(self, events: Iterable[Event]) -> None:
        for event in events:
            if self.ended.is_set():
                return
            try:
                self._print(event)
            except BrokenPipeError:
                self.ended.set()
                return
            if self._left is not None:
                self._left -= 1
                if self._left <= 0:
                    self.ended.set()

    def on_state(self, state: ReaderState, text: str) -> None:
        if state.value == "failed":
            self.failure = text
            self.ended.set()
        elif not self._as_json:
            print_problem(f"[{state.value}] {text}".rstrip())

    def _print(self, event: Event) -> None:
        from ingest.feed.envelope import encode_event

        if self._as_json:
            print_text(encode_event(event).decode())
        else:
            number = "-" if event.sequence is None else str(event.sequence)
            data = bytes(event.data).decode()
            print_text(f"{number:>8} {event.time} {event.type} {data}")


def _tail(arguments: argparse.Namespace) -> int:
    from ingest.feed.reader import FeedReader, Snapshot

    address, keys = query_address(arguments)
    tail = _Tail(arguments.count, arguments.from_, as_json=arguments.json)
    topics = tuple(arguments.topic)

    def on_snapshot(snapshot: Snapshot) -> None:
        stored = functools.partial(_stored, address, keys, topics)
        tail.on_snapshot(snapshot.sequence, stored)

    reader = FeedReader(address, topics, tail.on_events, on_snapshot, tail.on_state, keys)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: tail.ended.set())
    reader.start()
    try:
        tail.ended.wait(arguments.seconds)
    finally:
        reader.close()
    if tail.failure:
        print_problem(tail.failure)
        return EXIT_FAILED
    return EXIT_GOOD


def _stored(
    address: str, keys: CurveClient | None, topics: Sequence[str], first: int, last: int
) -> Iterator[Event]:
    """Events of the log from `first` to `last`, page by page."""
    import msgspec

    from ingest.feed.envelope import decode_event
    from ingest.feed.query import QueryClient

    with QueryClient(address, keys) as query:
        while first <= last:
            page = query.ask("replay", PAGE_S, **{"from": first, "limit": PAGE, "topics": topics})
            for event in page["events"]:
                if event["sequence"] > last:
                    return
                yield decode_event(msgspec.json.encode(event))
            first = int(page["next"])


def _ask(arguments: argparse.Namespace) -> int:
    import json

    from ingest.errors import Misconfigured
    from ingest.feed.query import QueryClient, QueryRefused

    fields: dict[str, Any] = {}
    for text in arguments.fields:
        name, separator, value = text.partition("=")
        if not name or not separator:
            raise Misconfigured(f"{text!r} is no NAME=VALUE, for example case_id=20260301-0001")
        try:
            fields[name] = json.loads(value)
        except ValueError:
            fields[name] = value
    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        try:
            print_json(query.ask(arguments.op, PAGE_S, **fields))
        except QueryRefused as error:
            print_json(error.answer)
            return EXIT_FAILED
    return EXIT_GOOD


def _replay(arguments: argparse.Namespace) -> int:
    import msgspec

    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        last = int(query.ask("hello")["sequence"])
        start = max(0, arguments.from_)
        while start <= last:
            page = query.ask(
                "replay", PAGE_S, **{"from": start, "limit": PAGE, "topics": arguments.topic}
            )
            for event in page["events"]:
                if event["sequence"] > last:
                    return EXIT_GOOD
                if arguments.json:
                    print_json(event)
                else:
                    data = msgspec.json.encode(event["data"]).decode()
                    print_text(f"{event['sequence']:>8} {event['time']} {event['type']} {data}")
            start = int(page["next"])
    return EXIT_GOOD


def _webhook(arguments: argparse.Namespace) -> int:
    from ingest.feed.query import QueryClient
    from ingest.feed.webhook import WebhookBridge, read_secret

    address, keys = query_address(arguments)
    secret = read_secret(arguments.secret_file)
    with QueryClient(address, keys) as query:
        bridge = WebhookBridge(
            query, arguments.url, secret, arguments.place, arguments.topic, start=arguments.from_
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: bridge.stop())
        print_problem(f"[webhook] {arguments.url}")
        bridge.run()
    return EXIT_GOOD


def _schema(arguments: argparse.Namespace) -> int:
    import json
    from importlib.metadata import version

    from config.load import SiteInvalid, load_site
    from config.site import HubAddresses
    from console.app.payloads import all_payloads
    from ingest.errors import Misconfigured
    from ingest.feed.query import QueryClient
    from ingest.feed.schema import asyncapi

    addresses = HubAddresses()
    if arguments.site is not None:
        try:
            addresses = load_site(arguments.site).hub
        except SiteInvalid as error:
            raise Misconfigured(str(error)) from error
    elif arguments.hub is not None:
        address, keys = query_address(arguments)
        with QueryClient(address, keys) as query:
            addresses = HubAddresses(**query.ask("hello")["addresses"])
    document = asyncapi(all_payloads(), addresses, version("gridwall"))
    if arguments.json:
        print_json(document)
    else:
        print_text(json.dumps(document, indent=2, ensure_ascii=False))
    return EXIT_GOOD
