"""`gridwall operators add NAME`: who may sign in at the seats of a site; `list`, `remove`."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from console.app.output import EXIT_GOOD, print_json, print_text

FILE = "operators.toml"
#: Shorter than this is guessed in an evening.
PASSWORD_LEAST = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, default=Path(), metavar="DIR", help="site folder")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="adds somebody, or gives them a new password")
    add.add_argument("name", metavar="NAME", help="the name they type")
    add.add_argument("--display", metavar="TEXT", help="the name others see")
    add.add_argument("--roles", metavar="A,B", help="roles of the case loop; default: all")
    add.add_argument("--streets", metavar="A,B", help="street ids; default: everywhere")
    add.add_argument(
        "--password-stdin", action="store_true", help="reads the password from standard input"
    )
    remove = actions.add_parser("remove", help="ends somebody's access at once")
    remove.add_argument("name", metavar="NAME")
    actions.add_parser("list", help="who may sign in")


def run(arguments: argparse.Namespace) -> int:
    from config.load import load_site
    from config.site import Site

    site: Site = load_site(arguments.site)
    if arguments.action == "list":
        rows = [
            {"name": one.name, "display": one.display, "roles": sorted(one.roles),
             "streets": sorted(one.streets)}
            for one in site.operators
        ]  # fmt: skip
        if getattr(arguments, "json", False):
            print_json({"operators": rows})
            return EXIT_GOOD
        for row in rows:
            print_text(f"{row['name']}  {row['display']}  {', '.join(row['roles'])}")
        if not rows:
            print_text("Nobody is named: every seat may act without signing in.")
        return EXIT_GOOD
    if arguments.action == "remove":
        _remove(arguments.site, arguments.name)
    else:
        _add(arguments.site, arguments)
    load_site(arguments.site)  # what was written can be read
    return EXIT_GOOD


def _add(folder: Path, arguments: argparse.Namespace) -> None:
    import tomlkit

    from config.operators import read_operators
    from config.problems import FileProblems, Problem, SiteInvalid
    from config.writer import replace_file
    from console.desk.sign_in import hashed

    document = _document(folder)
    entry = next((one for one in document["operator"] if one.get("name") == arguments.name), None)
    if entry is None:
        entry = tomlkit.table()
        entry["name"] = arguments.name
        document["operator"].append(entry)
    if arguments.display:
        entry["display"] = arguments.display
    for key in ("roles", "streets"):
        if text := getattr(arguments, key):
            entry[key] = [part.strip() for part in text.split(",") if part.strip()]
    entry["password"] = hashed(_password(arguments))
    content = tomlkit.dumps(document).encode()
    found: list[Problem] = []
    read_operators(content, FileProblems(FILE, found))
    if found:
        raise SiteInvalid(tuple(found))
    replace_file(folder / FILE, content)
    (folder / FILE).chmod(0o600)
    print_text(f"{arguments.name} may sign in at every seat of this site.")


def _remove(folder: Path, name: str) -> None:
    import tomlkit

    from config.writer import replace_file
    from ingest.errors import Misconfigured

    document = _document(folder)
    kept = [one for one in document["operator"] if one.get("name") != name]
    if len(kept) == len(document["operator"]):
        raise Misconfigured(f"nobody called {name!r} may sign in; see gridwall operators list")
    document["operator"].clear()
    document["operator"].extend(kept)
    if not kept:
        del document["operator"]
    replace_file(folder / FILE, tomlkit.dumps(document).encode())
    print_text(f"{name} is signed out everywhere, now.")


def _document(folder: Path) -> Any:
    """The file as tomlkit keeps it, comments and all; one without operators gets the empty list."""
    import tomlkit

    path = folder / FILE
    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else tomlkit.document()
    if "operator" not in document:
        document["operator"] = tomlkit.aot()
    return document


def _password(arguments: argparse.Namespace) -> str:
    from ingest.errors import Misconfigured

    if arguments.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"password of {arguments.name}: ")
        if password != getpass.getpass("again: "):
            raise Misconfigured("the two passwords differ; nothing was written")
    if len(password) < PASSWORD_LEAST:
        raise Misconfigured(
            f"a password of at least {PASSWORD_LEAST} characters; nothing was written"
        )
    return password
