"""Sockets: the only importer of zmq. Thin, typed, owned by one thread each.

A `Sockets` object owns a context and every socket made from it; it is made, used and closed
in one thread (ZeroMQ sockets are not thread-safe). Other threads only call `Wakeup.wake`.
High-water marks, heartbeats, message sizes and linger are set here, on purpose and once.
"""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Any

import zmq
import zmq.utils.z85 as z85
from msgspec import Struct
from zmq.backend import Socket as BareSocket

from ingest.errors import GridwallError, Misconfigured, RetryLater
from ingest.feed.addresses import reachable
from ingest.feed.listening import shared_listener
from ingest.feed.wakeup import Wakeup

#: ZMTP ping every 500 ms, peer dead after 1.5 s: a frozen peer is seen after about 2 s (PLATFORM).
HEARTBEAT_MS = (500, 1500)
#: Readers may stand still for a while: the feed reaps a dead one after 15 s, not sooner.
FEED_HEARTBEAT_MS = (5_000, 15_000)
#: None on the reader's side: libzmq 4.3.5 aborts the process when a heartbeat runs out while a
#: full queue has stopped a connecting socket's input (libzmq issue 3937; `test_reader`, slow
#: reader). The hub's own heartbeat tells a reader that the hub is gone, and it connects anew.
NO_HEARTBEAT_MS = (0, 0)
#: A dealer's answers are bounded by its own requests; for the reason above it has no mark.
NO_MARK = 0
#: A reconnecting client tries again after 100 ms, then doubling up to 2 s.
RECONNECT_MS = 100
RECONNECT_MAX_MS = 2000
#: Messages a slow reader may be behind before its newest are dropped (it sees the gap and replays).
FEED_MARK = 20_000
#: Requests and replies waiting at a router or dealer, per peer; publishers have 1,000 credits.
ROUTER_MARK = 4_000
#: Answers waiting for one asker: pages of a replay are large.
ANSWERS_MARK = 300
#: A client's key file is looked at this often: the hub's key in it may be a new one, seconds.
KEYS_LOOK_S = 2.0
#: Longest single frame a peer may send; ZeroMQ cuts the connection of one that sends more.
MAX_FRAME_BYTES = 32 << 20
#: An event has at most 1 MiB: one that is somewhat longer is refused in words, a huge one cut off.
INTAKE_BYTES = 4 << 20
#: Messages of one peer that libzmq holds before it leaves the rest in the peer's hands. A request
#: may be long, and askers wait for their answers; publishers have 1,000 events on the way.
INTAKE_MARK, QUERY_MARK = 1_000, 32
#: Longest subscription. libzmq keeps them in a tree that takes some fifty bytes for each of theirs.
SUBSCRIPTION_BYTES = 1024


#: `send_multipart` looks at every frame first, which takes longer than sending it (3.6 instead of
#: 1.0 µs for four frames). libzmq refuses at the first frame or takes all.
_send = BareSocket.send
_LAST = int(zmq.NOBLOCK)
_MORE_FOLLOW = int(zmq.NOBLOCK | zmq.SNDMORE)


class CurveServer(Struct, frozen=True):
    """A server's side of CURVE: its own pair (Z85) and the ZAP domain its sockets ask."""

    public_key: str
    secret_key: str


class CurveClient(Struct, frozen=True):
    """A client's side of CURVE: its own pair and the server's public key, Z85 text.

    `renewed` reads them again where they came from a file: None while they are the same. A hub
    that got a new key is followed by whoever is connected, without a restart.
    """

    public_key: str
    secret_key: str
    server_public_key: str
    renewed: Callable[[], CurveClient | None] = lambda: None


class Message(Struct, frozen=True, gc=False):
    """What arrived: the frames, and the CURVE public key the peer proved to own, if any."""

    frames: list[bytes]
    user_id: str | None = None

    @property
    def byte_count(self) -> int:
        return sum(map(len, self.frames))


class AddressTaken(GridwallError):
    """Another process listens on the address."""


def new_key_pair() -> tuple[str, str]:
    """A fresh CURVE pair (public, secret) in Z85. Raises Misconfigured without CURVE in libzmq."""
    if not zmq.has("curve"):
        raise Misconfigured("this build of libzmq has no CURVE; install pyzmq's own wheel")
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def z85_text(key: bytes) -> str:
    """A 32-byte key as Z85 text."""
    return z85.encode(key).decode()


def _listen(
    raw: zmq.Socket[bytes], address: str, curve: CurveServer, domain: str, *, is_first: bool
) -> None:
    """Binds with a server's key; options set here hold for this listener only. Raises OSError."""
    raw.setsockopt(zmq.CURVE_SERVER, 1)
    raw.setsockopt(zmq.CURVE_SECRETKEY, curve.secret_key.encode())
    raw.setsockopt(zmq.ZAP_DOMAIN, domain.encode())
    shared = shared_listener(address, is_first=is_first)
    if shared is None:
        raw.bind(address)
        return
    descriptor, bound = shared
    raw.setsockopt(zmq.USE_FD, descriptor)
    try:
        raw.bind(bound)
    finally:
        raw.setsockopt(zmq.USE_FD, -1)


def _show_keys(raw: zmq.Socket[bytes], curve: CurveClient) -> None:
    """For connections made from now on."""
    raw.setsockopt(zmq.CURVE_PUBLICKEY, curve.public_key.encode())
    raw.setsockopt(zmq.CURVE_SECRETKEY, curve.secret_key.encode())
    raw.setsockopt(zmq.CURVE_SERVERKEY, curve.server_public_key.encode())


class Endpoint:
    """One socket. Threads: the owner of its `Sockets` only."""

    def __init__(self, raw: zmq.Socket[bytes], *, tells_user: bool) -> None:
        self._raw = raw
        self._tells_user = tells_user

    @property
    def raw(self) -> zmq.Socket[bytes]:
        return self._raw

    @property
    def address(self) -> str:
        """The address bound to, with its real port."""
        return self._raw.get_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def send(self, frames: Sequence[bytes]) -> bool:
        """Sends or returns False at the high-water mark or without a peer; never blocks."""
        try:
            for frame in frames[:-1]:
                _send(self._raw, frame, _MORE_FOLLOW)
            _send(self._raw, frames[-1], _LAST)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno == zmq.EHOSTUNREACH:  # a router's peer has gone
                return False
            raise
        return True

    def receive(self) -> Message | None:
        """The next message that has arrived, or None."""
        try:
            if not self._tells_user:
                return Message(self._raw.recv_multipart(zmq.NOBLOCK))
            frames = self._raw.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        return Message([bytes(frame.buffer) for frame in frames], _user_of(frames[0]))

    def subscribe(self, topic: str) -> None:
        self._raw.setsockopt(zmq.SUBSCRIBE, topic.encode())


def _user_of(frame: zmq.Frame) -> str | None:
    try:
        return str(frame.get("User-Id")) or None
    except zmq.ZMQError:
        return None


class Sockets:
    """A context with its sockets. Threads: the one that made it; `wakeup.wake` from any."""

    def __init__(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._poller = zmq.Poller()
        self._endpoints: dict[Any, Endpoint] = {}
        self._keyed: dict[Any, tuple[str, CurveClient]] = {}
        self._next_look_s = 0.0
        self.wakeup = Wakeup()
        self._poller.register(self.wakeup.fileno(), zmq.POLLIN)

    def __enter__(self) -> Sockets:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes every socket without waiting for unsent messages. Idempotent."""
        for endpoint in list(self._endpoints.values()):
            self.drop(endpoint)
        self._context.destroy(linger=0)
        self.wakeup.close()

    def drop(self, endpoint: Endpoint) -> None:
        """Closes one socket before the others."""
        self._poller.unregister(endpoint.raw)
        del self._endpoints[endpoint.raw]
        self._keyed.pop(endpoint.raw, None)
        endpoint.raw.close(linger=0)

    def router(
        self,
        address: str,
        *,
        curve: CurveServer | None = None,
        domain: str = "",
        send_mark: int = ROUTER_MARK,
        receive_mark: int = INTAKE_MARK,
        frame_bytes: int = MAX_FRAME_BYTES,
    ) -> Endpoint:
        """A bound ROUTER. Raises AddressTaken, Misconfigured."""
        raw = self._make(zmq.ROUTER, send_mark, receive_mark, HEARTBEAT_MS)
        raw.setsockopt(zmq.MAXMSGSIZE, frame_bytes)
        raw.setsockopt(zmq.ROUTER_MANDATORY, 1)  # a reply to a peer that left is told, not lost
        return self._bind(raw, address, curve, domain)

    def publisher(
        self, address: str, *, curve: CurveServer | None = None, domain: str = ""
    ) -> Endpoint:
        """A bound XPUB that reports every subscription. Raises AddressTaken, Misconfigured."""
        raw = self._make(zmq.XPUB, FEED_MARK, FEED_MARK, FEED_HEARTBEAT_MS)
        raw.setsockopt(zmq.MAXMSGSIZE, SUBSCRIPTION_BYTES)
        raw.setsockopt(zmq.XPUB_VERBOSE, 1)
        return self._bind(raw, address, curve, domain)

    def dealer(self, address: str, *, curve: CurveClient | None = None) -> Endpoint:
        """A connected DEALER that queues nothing for a hub that is away."""
        raw = self._make(zmq.DEALER, ROUTER_MARK, NO_MARK, HEARTBEAT_MS)
        raw.setsockopt(zmq.IMMEDIATE, 1)
        return self._connect(raw, address, curve)

    def subscriber(
        self, address: str, topics: Sequence[str], *, curve: CurveClient | None = None
    ) -> Endpoint:
        """A connected SUB with its filters."""
        raw = self._make(zmq.SUB, FEED_MARK, FEED_MARK, NO_HEARTBEAT_MS)
        for topic in topics:
            raw.setsockopt(zmq.SUBSCRIBE, topic.encode())
        return self._connect(raw, address, curve)

    def reply(self, address: str) -> Endpoint:
        """A bound REP inside this process: libzmq asks it who may connect (ZAP, RFC 27)."""
        raw = self._make(zmq.REP, ROUTER_MARK, ROUTER_MARK, NO_HEARTBEAT_MS)
        return self._bind(raw, address, None, "")

    def listen_also(self, endpoint: Endpoint, curve: CurveServer, domain: str) -> None:
        """One more key at the address an endpoint is bound to. Raises Misconfigured."""
        self._listen_on(endpoint, curve, domain)

    def listen_anew(self, endpoint: Endpoint, curve: CurveServer, domain: str) -> None:
        """This key alone from now on; every connection ends and may come again."""
        address = endpoint.address
        with contextlib.suppress(zmq.ZMQError):  # not bound any more: then there is nothing to end
            endpoint.raw.unbind(address)
        self._listen_on(endpoint, curve, domain, address)

    def _listen_on(
        self, endpoint: Endpoint, curve: CurveServer, domain: str, address: str | None = None
    ) -> None:
        address = address or endpoint.address
        try:
            _listen(endpoint.raw, address, curve, domain, is_first=False)
        except OSError as error:
            raise Misconfigured(f"cannot listen on {address} with another key: {error}") from error

    def wait(
        self,
        timeout_s: float,
        *,
        writable: Endpoint | None = None,
        deaf: Endpoint | None = None,
    ) -> Collection[Endpoint]:
        """Endpoints with a message, or `writable` ready to send, within `timeout_s` seconds.

        `deaf` is left unread this time: what it holds stays with its senders (back-pressure).
        """
        if self._keyed and time.monotonic() >= self._next_look_s:
            self._follow_keys()
        if writable is not None:
            self._poller.modify(writable.raw, zmq.POLLIN | zmq.POLLOUT)
        if deaf is not None:
            self._poller.unregister(deaf.raw)
        try:
            ready = self._poller.poll(max(0, round(timeout_s * 1000)))
        finally:
            if writable is not None:
                self._poller.modify(writable.raw, zmq.POLLIN)
            if deaf is not None:
                self._poller.register(deaf.raw, zmq.POLLIN)
        self.wakeup.drain()
        return [self._endpoints[raw] for raw, _ in ready if raw in self._endpoints]

    def _make(
        self, kind: int, send_mark: int, receive_mark: int, heartbeat_ms: tuple[int, int]
    ) -> zmq.Socket[bytes]:
        raw = self._context.socket(kind)
        for option, value in (
            (zmq.SNDHWM, send_mark),
            (zmq.RCVHWM, receive_mark),
            (zmq.LINGER, 0),
            (zmq.MAXMSGSIZE, MAX_FRAME_BYTES),
            (zmq.HEARTBEAT_IVL, heartbeat_ms[0]),
            (zmq.HEARTBEAT_TIMEOUT, heartbeat_ms[1]),
            (zmq.TCP_KEEPALIVE, 1),
            (zmq.RECONNECT_IVL, RECONNECT_MS),
            (zmq.RECONNECT_IVL_MAX, RECONNECT_MAX_MS),
        ):
            raw.setsockopt(option, value)
        return raw

    def _bind(
        self, raw: zmq.Socket[bytes], address: str, curve: CurveServer | None, domain: str
    ) -> Endpoint:
        try:
            if curve is None:
                raw.bind(address)
            else:
                _listen(raw, address, curve, domain, is_first=True)
        except OSError as error:  # ZMQError is one
            raw.close(linger=0)
            if error.errno in (zmq.EADDRINUSE, errno.EADDRINUSE):
                raise AddressTaken(
                    f"{address} is in use: another hub runs here, or another program took the "
                    "port. Stop it, or choose another port in site.toml [hub]"
                ) from error
            raise Misconfigured(f"cannot listen on {address}: {error}") from error
        return self._adopt(raw, tells_user=curve is not None)

    def _connect(self, raw: zmq.Socket[bytes], address: str, curve: CurveClient | None) -> Endpoint:
        target = reachable(address, "")
        try:
            if curve is not None:
                _show_keys(raw, curve)
                self._keyed[raw] = (target, curve)
            raw.connect(target)
        except zmq.ZMQError as error:
            raw.close(linger=0)
            raise Misconfigured(f"{address!r} is no address to connect to: {error}") from error
        return self._adopt(raw, tells_user=False)

    def _follow_keys(self) -> None:
        """Connects anew with other keys; what was on the way is asked or sent again by its owner."""
        self._next_look_s = time.monotonic() + KEYS_LOOK_S
        for raw, (target, curve) in list(self._keyed.items()):
            renewed = curve.renewed()
            if renewed is not None:
                self._keyed[raw] = (target, renewed)
                _show_keys(raw, renewed)
                raw.disconnect(target)
                raw.connect(target)

    def _adopt(self, raw: zmq.Socket[bytes], *, tells_user: bool) -> Endpoint:
        endpoint = Endpoint(raw, tells_user=tells_user)
        self._endpoints[raw] = endpoint
        self._poller.register(raw, zmq.POLLIN)
        return endpoint


class HubAway(RetryLater):
    """The hub did not answer in time; the request may be tried again."""
