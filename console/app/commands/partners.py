"""`gridwall partners list|schema`: how it stands with other platforms; the messages they speak."""

from __future__ import annotations

import argparse
import json

from console.app.commands.feed import add_hub_arguments
from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="partners, and messages by state")
    add_hub_arguments(listed)
    schema = actions.add_parser("schema", help="JSON Schemas of message and receipt")
    schema.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    return {"list": _list, "schema": _schema}[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from console.app.commands.feed import query_address
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as query:
        answer = query.ask("partners.list")
    if arguments.json:
        print_json({name: answer[name] for name in ("partners", "messages")})
        return EXIT_GOOD
    for partner in answer["partners"]:
        print_text(f"{partner['id']}  {partner['name']}  {partner['url']}")
        for row in answer["messages"]:
            if row["partner"] == partner["id"]:
                why = f": {row['problem']}" if row["problem"] else ""
                print_text(
                    f"    {row['state']:9}{row['messages']:>7}  since {row['oldest_utc']}{why}"
                )
    return EXIT_GOOD


def _schema(arguments: argparse.Namespace) -> int:
    from ingest.partners.messages import json_schemas

    schemas = json_schemas()
    if arguments.json:
        print_json(schemas)
    else:
        print_text(json.dumps(schemas, indent=2, ensure_ascii=False))
    return EXIT_GOOD
