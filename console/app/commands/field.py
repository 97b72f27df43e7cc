"""`gridwall field link|list|revoke`: the links that open the field page on inspectors' phones."""

from __future__ import annotations

import argparse
import getpass

from console.app.commands.feed import add_hub_arguments, query_address
from console.app.output import EXIT_GOOD, print_json, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    link = actions.add_parser("link", help="a new link for an inspector; former ones stop working")
    listed = actions.add_parser("list", help="who holds a link, and until when")
    revoke = actions.add_parser("revoke", help="ends an inspector's link")
    for action in (link, revoke):
        action.add_argument("inspector", metavar="INSPECTOR", help="id in inspectors.csv")
    for action in (link, listed, revoke):
        add_hub_arguments(action)


def run(arguments: argparse.Namespace) -> int:
    from console.app.signing import signed
    from ingest.feed.query import QueryClient

    address, keys = query_address(arguments)
    with QueryClient(address, keys) as client:
        query = signed(client)
        if arguments.action == "list":
            reply = query.ask("field.links")
            lines = [f"{row['inspector_id']}\t{row['until_utc']}" for row in reply["links"]]
            text = "\n".join(lines) or "nobody holds a link"
        elif arguments.action == "revoke":
            reply = query.ask("field.revoke", inspector_id=arguments.inspector)
            text = f"{reply['revoked']} link(s) of {arguments.inspector} ended"
        else:
            reply = query.ask(
                "field.link", inspector_id=arguments.inspector, actor=getpass.getuser()
            )
            text = link_text(reply["url"], reply["until_utc"])
    if arguments.json:
        print_json(reply)
    else:
        print_text(text)
    return EXIT_GOOD


def link_text(url: str, until_utc: str) -> str:
    """The link and its QR code for a terminal."""
    import io

    import segno

    code = io.StringIO()
    segno.make(url, error="m").terminal(code, compact=True)
    return f"{code.getvalue()}\n{url}\nvalid until {until_utc}; whoever holds it acts in this name"
