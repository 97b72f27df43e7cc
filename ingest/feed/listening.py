"""One TCP port that is listened on twice: with the hub's new key and, for a while, with its old one.

A CURVE server proves one key per listener. The kernel spreads connections over listeners that share
a port (SO_REUSEPORT, Linux 3.9, macOS, BSD); who meets the other key's listener is turned away in
the handshake and comes again by itself a tenth of a second later. ZeroMQ takes a listening
descriptor by ZMQ_USE_FD.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket

#: Connections the kernel holds until libzmq takes them, as libzmq's own default.
BACKLOG = 100
_EVERYWHERE = {"*": "0.0.0.0", "localhost": "127.0.0.1"}


def shared_listener(address: str, *, is_first: bool) -> tuple[int, str] | None:
    """A descriptor that listens on `tcp://host:port`, and the address with its real port.

    None where this cannot be done here: no TCP, an interface's name, a system without the option.
    `is_first` refuses a port that anybody listens on. Raises OSError.
    """
    place = _place_of(address)
    if place is None or not hasattr(socket, "SO_REUSEPORT"):
        return None
    host, port = place
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if is_first:
        with contextlib.closing(socket.socket(family)) as probe:  # without the option it is refused
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    bound = f"tcp://{shown}:{listening.getsockname()[1]}"
    return listening.detach(), bound


def _place_of(address: str) -> tuple[str, int] | None:
    scheme, _, rest = address.partition("://")
    host, _, port = rest.rpartition(":")
    host = _EVERYWHERE.get(host, host.strip("[]"))
    try:
        ipaddress.ip_address(host)
        return (host, 0 if port == "*" else int(port)) if scheme == "tcp" else None
    except ValueError:
        return None
