"""Signing in at a command line: asked only where the site names its operators."""

from __future__ import annotations

import getpass
import os
import sys

from console.bridge.signed_client import SignedClient
from ingest.errors import Misconfigured
from ingest.feed.query import QueryClient

#: For scripts: who signs in, and their password.
NAME_VARIABLE, PASSWORD_VARIABLE = "GRIDWALL_OPERATOR", "GRIDWALL_PASSWORD"


def signed(query: QueryClient) -> SignedClient:
    """The way to the hub of whoever sits at this terminal.

    Raises QueryRefused where name and password do not fit, Misconfigured where nobody can be asked.
    """
    client = SignedClient(query)
    if not client.is_needed():
        return client
    name, password = os.environ.get(NAME_VARIABLE), os.environ.get(PASSWORD_VARIABLE)
    if not (name and password) and not sys.stdin.isatty():
        raise Misconfigured(
            f"this site names its operators: set {NAME_VARIABLE} and {PASSWORD_VARIABLE}, or run this "
            "command in a terminal"
        )
    name = name or input("operator: ")
    client.sign_in(name, password or getpass.getpass(f"password of {name}: "), "command line")
    return client
