"""`gridwall keys`: CURVE keys of publishers, readers and operators, and a new one for the hub.

`new ROLE NAME` makes a client's; `rotate` gives a running hub another while the old one still
holds for a time; `refresh FILE` writes the hub's new key into a client's file, over the old one.
"""

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
    rotate = actions.add_parser("rotate", help="gives the hub a new key, without a restart")
    rotate.add_argument("--site", type=Path, metavar="DIR", help="site folder")
    rotate.add_argument(
        "--days", type=float, metavar="N", default=30.0,
        help="the old key holds beside it for N days (30), for clients to learn the new one",
    )  # fmt: skip
    refresh = actions.add_parser("refresh", help="learns the hub's new key, over the old one")
    refresh.add_argument("file", type=Path, metavar="FILE", help="the client's key file")
    refresh.add_argument("--hub", required=True, metavar="ADDRESS", help="query address")
    for one in (new, rotate, refresh):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    return {"new": _new, "rotate": _rotate, "refresh": _refresh}[arguments.action](arguments)


def _folder(arguments: argparse.Namespace) -> Path | None:
    """The site's folder of keys; None where no site is named and this folder is none."""
    from config.load import check_site
    from ingest.errors import Misconfigured
    from ingest.feed.keys import keys_folder

    site_folder: Path | None = arguments.site
    if site_folder is None and Path("site.toml").is_file():
        site_folder = Path()
    if site_folder is None:
        return None
    site, _ = check_site(site_folder)
    if site is None:
        raise Misconfigured(f"{site_folder} is no valid site folder; try `gridwall check`")
    return keys_folder(site)


def _until(days: float | None) -> str:
    """When something ends that holds for so many days; empty: never."""
    from ingest.errors import Misconfigured
    from ingest.feed.envelope import utc_text

    if days is None:
        return ""
    if not 0 < days <= 36_500:
        raise Misconfigured("--days must be above 0 and at most 36500")
    return utc_text(time.time_ns() + round(days * 86_400e9))


def _rotate(arguments: argparse.Namespace) -> int:
    from ingest.errors import Misconfigured
    from ingest.feed.keys import rotate_hub_key

    folder = _folder(arguments)
    if folder is None:
        raise Misconfigured("which hub? Give --site DIR")
    until_utc = _until(arguments.days)
    public_key = rotate_hub_key(folder, until_utc)
    if arguments.json:
        print_json({"hub_public_key": public_key, "previous_until_utc": until_utc})
        return EXIT_GOOD
    print_text(f"The hub's new public key is {public_key}; a running hub has it within a second")
    print_text(
        f"The old one holds until {until_utc}. By then every client needs the new one: "
        "`gridwall keys refresh FILE --hub ADDRESS` on its machine, or hub_public_key in its file"
    )
    return EXIT_GOOD


def _refresh(arguments: argparse.Namespace) -> int:
    from ingest.errors import Misconfigured
    from ingest.feed.keys import learn_hub_key, read_client_key
    from ingest.feed.query import QueryClient

    with QueryClient(arguments.hub, read_client_key(arguments.file)) as query:
        told = query.ask("hello").get("hub_key")
    if told is None:
        raise Misconfigured(f"the hub at {arguments.hub} speaks in the clear: it has no key")
    is_new = learn_hub_key(arguments.file, told["public_key"])
    if arguments.json:
        print_json({"file": str(arguments.file), "changed": is_new, **told})
        return EXIT_GOOD
    print_text(f"{arguments.file}: " + ("knows the new key" if is_new else "is up to date"))
    return EXIT_GOOD


def _new(arguments: argparse.Namespace) -> int:
    from ingest.errors import Misconfigured
    from ingest.feed.keys import KeyRole, new_client_key, write_client_key

    folder = _folder(arguments)
    out = arguments.out or Path(f"{arguments.role}-{arguments.name}.key.toml")
    if out.exists():
        raise Misconfigured(f"{out} exists already; choose another with --out")
    until_utc = _until(arguments.days)
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
