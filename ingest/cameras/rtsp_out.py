"""RtspServer: RTSP 1.0 (RFC 2326) over TCP for the relay, the demonstration city and fault tests.

One task per mount paces its feed and hands the same bytes to every client; a client begins with
the last key frame. Media is interleaved in the RTSP connection (UDP is refused with 461, after
which players ask for TCP). Runs in one asyncio loop; `RtspServerThread` owns a loop for others.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ingest.cameras.packet_feed import EncodedPacket, PacketFeed
from ingest.cameras.rtp_out import RtpPacketizer
from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_session import RtspSession
from ingest.errors import GridwallError

log = logging.getLogger(__name__)
T = TypeVar("T")

#: A feed that fell behind further than this is not hurried through its past.
_LATE_S: Final = 1.0
#: Sender reports: often enough for a client to map times soon after it joined.
_REPORT_S: Final = 2.0
_THREAD_S: Final = 10.0
_OPENED_COUNT: Final = 10_000


class ServerUnusable(GridwallError):
    """The address cannot be listened on."""


@dataclass
class Faults:
    """What goes wrong with a mount. Threads: the server's loop.

    Attributes:
        is_stalled: connections stay, no media is sent.
        is_silent: requests are read and never answered.
        is_dropped: answered with 404.
        corrupt_share: 0..1 of the RTP packets get broken bytes.
        session_limit: at most so many players; others are told `limit_status`.
        limit_status: 453, or what else cameras say: 401, 454, 503; 0: PLAY is granted, then closed.
        reports_only: with `is_stalled`: sender reports go on, as from a hung encoder.
        begins_late: as from most cameras, the pictures go on without a player, and a new one gets
            nothing it can begin with before the next key frame.
    """

    is_stalled: bool = False
    is_silent: bool = False
    is_dropped: bool = False
    corrupt_share: float = 0.0
    session_limit: int | None = None
    limit_status: int = 453
    reports_only: bool = False
    begins_late: bool = False


class Mount:
    """One path of the server: its feed, its players, its faults. Threads: the server's loop."""

    def __init__(self, path: str, feed: PacketFeed, utc_ns: Callable[[], int]) -> None:
        self.path = path
        self.feed = feed
        self.faults = Faults()
        self.players: set[RtspSession] = set()
        self.connection_count = 0
        #: Times it was asked what it has: the first question of every attempt to play.
        self.attempt_count = 0
        self.packetizer = RtpPacketizer(feed.parameters.codec, random.getrandbits(32))
        self.last_pts_s = 0.0
        self._utc_ns = utc_ns
        self._random = random.Random(0)
        self._task: asyncio.Task[None] | None = None
        self._report_due_s = 0.0
        #: RTP packets of every picture since the last key frame: a new player starts with them.
        self._since_key: list[list[bytes]] = []

    @property
    def is_full(self) -> bool:
        limit = self.faults.session_limit
        return limit is not None and len(self.players) >= limit

    def join(self, player: RtspSession) -> None:
        """A player begins with the pictures since the last key frame; the first starts the feed."""
        self.players.add(player)
        if self._task is None or self._task.done():
            self._since_key = []
            self._task = asyncio.create_task(self._pump(self.feed), name=f"rtsp {self.path}")
        elif self.faults.begins_late:
            player.begin_anywhere()
        elif not self.faults.is_stalled:
            for index, rtp_packets in enumerate(self._since_key):
                player.send_media(rtp_packets, {}, is_key=index == 0)

    def leave(self, player: RtspSession) -> None:
        self.players.discard(player)

    def switch(self, feed: PacketFeed) -> None:
        """Another feed at once, in the same sessions: what a camera does whose settings change.

        Players of another codec are sent away: they must ask again what comes.
        """
        if feed.parameters.codec is not self.feed.parameters.codec:
            self.packetizer = RtpPacketizer(feed.parameters.codec, random.getrandbits(32))
            self.kick()
        self.feed = feed
        self._since_key = []
        if self._task is not None:
            self._task.cancel()
            self._task = asyncio.create_task(self._pump(feed), name=f"rtsp {self.path}")

    def kick(self) -> None:
        """Closes the connections of all players."""
        for player in tuple(self.players):
            player.close()

    async def close(self) -> None:
        self.kick()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _pump(self, feed: PacketFeed) -> None:
        """Sends the feed at its own pace until it ends or the last player has left."""
        loop = asyncio.get_running_loop()
        offset_s = self.last_pts_s + (1 / feed.parameters.fps if self.last_pts_s else 0.0)
        zero_s: float | None = None
        async for packet in feed.packets():
            now_s = loop.time()
            if zero_s is None or now_s - (zero_s + packet.send_s) > _LATE_S:
                zero_s = now_s - packet.send_s
            await asyncio.sleep(zero_s + packet.send_s - now_s)
            if not self.players and not self.faults.begins_late:
                return
            self._send(packet, feed, offset_s)
        self.kick()

    def _send(self, packet: EncodedPacket, feed: PacketFeed, offset_s: float) -> None:
        if offset_s:
            packet = EncodedPacket(packet.data, packet.pts_s + offset_s, packet.is_key)
        self.last_pts_s = packet.pts_s
        if not self.faults.is_stalled:
            rtp_packets = self.packetizer.packets(packet, feed.parameters.parameter_sets)
            if packet.is_key:
                self._since_key = []
            self._since_key.append(rtp_packets)
            if self.faults.corrupt_share:
                rtp_packets = [self._broken(rtp_packet) for rtp_packet in rtp_packets]
            blobs: dict[int, bytes] = {}
            for player in tuple(self.players):
                player.send_media(rtp_packets, blobs, is_key=packet.is_key)
        if not self.faults.is_stalled or self.faults.reports_only:
            self._send_report()

    def _send_report(self) -> None:
        now_s = time.monotonic()
        if now_s < self._report_due_s:
            return
        self._report_due_s = now_s + _REPORT_S
        report = self.packetizer.sender_report(self.last_pts_s, self._utc_ns())
        for player in tuple(self.players):
            player.send_report(report)

    def _broken(self, rtp_packet: bytes) -> bytes:
        if self._random.random() >= self.faults.corrupt_share:
            return rtp_packet
        broken = bytearray(rtp_packet)
        for _ in range(max(1, len(broken) // 50)):
            broken[self._random.randrange(12, len(broken))] ^= self._random.randrange(1, 256)
        return bytes(broken)


class RtspServer:
    """Listens and serves mounts. Threads: one asyncio loop."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, gate: Gate | None = None) -> None:
        """`port` 0 takes a free one; `gate` None asks nobody for credentials."""
        self._host = host
        self._wanted_port = port
        self.gate = gate
        self.mounts: dict[str, Mount] = {}
        #: Answers GET_PARAMETER at the root (text/parameters); None: that is not found.
        self.parameters: Callable[[], str] | None = None
        #: Fault: connections are accepted and nothing is ever answered.
        self.is_silent = False
        #: Fault: connections are closed at once, as by a host that is starting.
        self.is_starting = False
        #: When the last connections were opened, monotonic seconds, oldest first.
        self.opened_mono_s: deque[float] = deque(maxlen=_OPENED_COUNT)
        self._server: asyncio.Server | None = None
        self._sessions: set[RtspSession] = set()

    @property
    def port(self) -> int:
        """The port listened on. Raises ServerUnusable before `start`."""
        if self._server is None:
            raise ServerUnusable("the RTSP server is not started")
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str) -> str:
        """Address of a mount, without credentials."""
        return f"rtsp://{self._host}:{self.port}/{path.strip('/')}"

    def mount(self, path: str, feed: PacketFeed) -> Mount:
        """Serves `feed` at `path`; a former mount of that path must be unmounted before."""
        name = path.strip("/")
        if name in self.mounts:
            raise ValueError(f"mount {name!r} exists")
        mount = Mount(name, feed, time.time_ns)
        self.mounts[name] = mount
        return mount

    async def unmount(self, path: str) -> None:
        await self.mounts.pop(path.strip("/")).close()

    async def start(self) -> None:
        """Begins to listen. Raises ServerUnusable when the address is taken."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: RtspSession(self), self._host, self._wanted_port, backlog=256
            )
        except OSError as error:
            raise ServerUnusable(f"RTSP on {self._host}:{self._wanted_port}: {error}") from error

    def go_off(self) -> None:
        """Fault: the host is off, connections are refused until `start` is called again."""
        self._wanted_port = self.port
        if self._server is not None:
            self._server.close()
        for session in tuple(self._sessions):
            session.close()

    async def close(self) -> None:
        """Ends all sessions and stops listening. Twice is harmless."""
        if self._server is not None:
            self._server.close()
        for mount in self.mounts.values():
            await mount.close()
        for session in tuple(self._sessions):
            session.close()
        if self._server is not None:
            await self._server.wait_closed()
        while self._sessions:
            await asyncio.sleep(0)

    def opened(self, session: RtspSession) -> None:
        self.opened_mono_s.append(time.monotonic())
        self._sessions.add(session)
        if self.is_starting:
            session.close()

    def closed(self, session: RtspSession) -> None:
        self._sessions.discard(session)


class RtspServerThread:
    """An RtspServer in a thread of its own, for callers without a loop. Threads: any."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, gate: Gate | None = None) -> None:
        self.server = RtspServer(host, port, gate)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rtsp-server")

    def start(self) -> None:
        """Listens when this returns. Raises ServerUnusable when the address is taken."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.server.start(), self._loop).result(_THREAD_S)
        except ServerUnusable:
            self._end_thread()
            raise

    def call(self, action: Callable[..., T], *arguments: Any) -> T:
        """Runs `action(*arguments)` in the server's loop and returns its result."""

        async def run() -> T:
            return action(*arguments)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_THREAD_S)

    def post(self, action: Callable[..., object], *arguments: Any) -> None:
        """Runs `action(*arguments)` in the server's loop, after what was posted before; no waiting.

        After `close` it is dropped.
        """
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action, *arguments)

    def mount(self, path: str, feed: PacketFeed) -> Mount:
        return self.call(self.server.mount, path, feed)

    def url(self, path: str) -> str:
        return self.server.url(path)

    def close(self) -> None:
        """Ends sessions, loop and thread. Twice is harmless."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self.server.close(), self._loop).result(_THREAD_S)
        self._end_thread()

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_THREAD_S)
        self._loop.close()
