"""What stands in "host:port", and who reaches a host. Pure."""

from __future__ import annotations

import ipaddress


def host_and_port(text: str) -> tuple[str, int] | None:
    """The parts of "host:port", "[::1]:port" without its brackets; None when it is no such text."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        return None
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
