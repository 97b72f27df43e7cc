"""`gridwall discover`: ONVIF cameras on this machine's networks; `--add` puts them into the register."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from console.app.commands.feed import add_hub_arguments, query_address
from console.app.output import EXIT_FAILED, EXIT_GOOD, print_json, print_text

if TYPE_CHECKING:
    from ingest.ptz.discovery import FoundCamera

USER_NAME, PASSWORD_NAME = "CAMERA_USER", "CAMERA_PASSWORD"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--user-env", default=USER_NAME, metavar="NAME",
        help="environment variable with the cameras' user (default %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--password-env", default=PASSWORD_NAME, metavar="NAME",
        help="environment variable with their password (default %(default)s)",
    )  # fmt: skip
    parser.add_argument("--interface", metavar="IP", help="own address of the network to ask in")
    parser.add_argument(
        "--seconds", type=float, default=3.0, metavar="S", help="how long to listen"
    )
    parser.add_argument(
        "--add",
        metavar="HOST,…",
        help="put these into cameras.csv through the hub; all = every one",
    )
    add_hub_arguments(parser, required=False, with_json=False)


def run(arguments: argparse.Namespace) -> int:
    from ingest.errors import Misconfigured
    from ingest.ptz.discovery import find

    if arguments.add and not (arguments.site or arguments.hub):
        raise Misconfigured(
            "--add needs the hub that writes the register: --site DIR or --hub ADDRESS"
        )
    user = os.environ.get(arguments.user_env, "")
    password = os.environ.get(arguments.password_env, "")
    found = find(user, password, interface_ip=arguments.interface, listen_s=arguments.seconds)
    added: list[str] = []
    warnings: list[str] = []
    if arguments.add:
        added, warnings = _add(arguments, found)
    if arguments.json:
        print_json({"cameras": found, "added": added, "warnings": warnings})
    else:
        _print(found, added, warnings)
    return EXIT_GOOD if found else EXIT_FAILED


def _add(
    arguments: argparse.Namespace, found: tuple[FoundCamera, ...]
) -> tuple[list[str], list[str]]:
    from ingest.feed.query import QueryClient
    from ingest.ptz.adding import add_cameras
    from ingest.ptz.discovery import register_row

    wanted = None if arguments.add == "all" else set(arguments.add.split(","))
    rows = [
        register_row(
            camera, camera.proposed_id, camera.name or camera.host, arguments.user_env,
            arguments.password_env,
        )
        for camera in found
        if camera.main is not None and (wanted is None or camera.host in wanted)
    ]  # fmt: skip
    if not rows:
        return [], []
    address, keys = query_address(arguments)
    with QueryClient(address, keys) as client:
        warnings = add_cameras(client.ask, rows, "gridwall discover")
    return [row["id"] for row in rows], warnings


def _print(found: tuple[FoundCamera, ...], added: list[str], warnings: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not found:
        print_text(
            "No ONVIF camera answered. Cameras answer on their own network segment only; some have "
            "ONVIF switched off until an ONVIF user is made on their web page."
        )
        return
    table = Table("address", "name", "model", "main", "sub", "PTZ", "says")
    for camera in found:
        sizes = [f"{s.width_px}×{s.height_px}" if s else "–" for s in (camera.main, camera.sub)]
        turns = "yes" if camera.can_turn else "no"
        table.add_row(
            camera.host, camera.name, camera.hardware, *sizes, turns, camera.error or "ok"
        )
    Console().print(table)
    for text in (*(f"added: {camera_id}" for camera_id in added), *warnings):
        print_text(text)
