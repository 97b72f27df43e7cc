"""Addresses as clients may use them: a hub that listens everywhere is reached where it was found."""

from __future__ import annotations

from msgspec import structs

from config.host_port import is_loopback
from config.site import HubAddresses

#: Hosts that mean "every interface of the hub's machine".
EVERYWHERE = ("0.0.0.0", "*", "[::]")


def reachable(address: str, via: str) -> str:
    """`address` (with or without tcp://) whose wildcard host is replaced by `via`'s host."""
    scheme, separator, rest = address.rpartition("://")
    host, _, port = rest.rpartition(":")
    if host not in EVERYWHERE or scheme not in ("", "tcp"):
        return address
    via_host = via.rpartition("://")[2].rpartition(":")[0]
    if via_host in ("", *EVERYWHERE):
        via_host = "127.0.0.1"
    return f"{scheme}{separator}{via_host}:{port}"


def addresses_via(addresses: HubAddresses, query_address: str) -> HubAddresses:
    """All addresses of a hub for a client that reached it at `query_address`."""
    return structs.replace(
        addresses,
        intake=reachable(addresses.intake, query_address),
        feed=reachable(addresses.feed, query_address),
        query=reachable(addresses.query, query_address),
        http=reachable(addresses.http, query_address),
        jt808=reachable(addresses.jt808, query_address),
    )


def is_local(address: str) -> bool:
    """True when only this machine can reach `address`."""
    if not address.startswith("tcp://"):
        return address.startswith(("ipc://", "inproc://"))
    return is_loopback(address[len("tcp://") :].rpartition(":")[0].strip("[]"))
