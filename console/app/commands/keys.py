"""`gridwall keys new ROLE NAME`: a CURVE key for a publisher, a reader or an operator."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from console.app.output import EXIT_GOOD, print_json, print_text

ROLES = ("publisher", "reader", "operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="makes a key pair and authorises its public half")
    new.add_argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))
    new.add_argument("name", metavar="NAME", help="letters, digits, - and _")
    new.add_argument(
        "--site", type=Path, metavar="DIR", help="site folder; default: this folder if it is one"
    )
    new.add_argument("--out", type=Path, metavar="FILE", help="the client's key file")
    new.add_argument("--replace", action="store_true", help="replace a key of that name")
    new.add_argument("--days", type=float, metavar="N", help="the key ends after N days")
    new.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    from config.load import check_site
    from ingest.errors import Misconfigured
    from ingest.feed.envelope import utc_text
    from ingest.feed.keys import KeyRole, keys_folder, new_client_key, write_client_key

    site_folder: Path | None = arguments.site
    if site_folder is None and Path("site.toml").is_file():
        site_folder = Path()
    folder = None
    if site_folder is not None:
        site, _ = check_site(site_folder)
        if site is None:
            raise Misconfigured(f"{site_folder} is no valid site folder; try `gridwall check`")
        folder = keys_folder(site)
    out = arguments.out or Path(f"{arguments.role}-{arguments.name}.key.toml")
    if out.exists():
        raise Misconfigured(f"{out} exists already; choose another with --out")
    if arguments.days is not None and not 0 < arguments.days <= 36_500:
        raise Misconfigured("--days must be above 0 and at most 36500")
    until_ns = 0 if arguments.days is None else time.time_ns() + round(arguments.days * 86_400e9)
    until_utc = utc_text(until_ns) if until_ns else ""
    key = new_client_key(
        KeyRole(arguments.role), arguments.name, folder, replace=arguments.replace,
        until_utc=until_utc,
    )  # fmt: skip
    write_client_key(key, out)
    if arguments.json:
        print_json(
            {
                "role": key.role.value,
                "name": key.name,
                "public_key": key.public_key,
                "hub_public_key": key.hub_public_key or None,
                "file": str(out),
                "authorized": folder is not None,
                "until_utc": until_utc or None,
            }
        )
        return EXIT_GOOD
    print_text(f"{out}: give this file to {key.name} on a safe way; it holds the secret key")
    if folder is None:
        print_text(
            "No site was named, so nobody is authorised yet: give --site, or put role, name and "
            f"public_key = {key.public_key!r} into keys/authorized/ of the site"
        )
    return EXIT_GOOD
