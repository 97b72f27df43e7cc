"""Relay: opens cameras that allow one session, once, and passes their packets on to every machine.

Decides nothing about pictures: nothing is decoded here. A camera that is lost keeps its viewers, who
see no pictures meanwhile; who asks for it then is told that it is not found. A stand-in listens from
the start and has cameras only while it is its turn (see `turn`).
Threads: `start`, `close` and `states` from one; pulls and turn have their own and post to the server's
loop.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from config.relay_settings import RelaySettings
from config.settings import CameraSettings
from config.site import Camera, CameraId
from ingest.cameras.health import LossCause
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.reconnect import RetryPace
from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.clock import Clock
from ingest.relay.address import RELAY_USER, place_of
from ingest.relay.live_feed import LiveFeed
from ingest.relay.pull import CameraPull
from ingest.relay.turn import TurnWatch

log = logging.getLogger(__name__)

#: Viewers of one camera: a command centre's machines, and not a flood.
VIEWERS_MOST: Final = 32
_JOIN_S: Final = 6.0


class Relay:
    """The cameras of `settings.cameras` for as long as it runs."""

    def __init__(
        self,
        cameras: Sequence[Camera],
        settings: RelaySettings,
        streams: CameraSettings,
        clock: Clock,
        address: str | None = None,
    ) -> None:
        """`address`: which of the relay's places this one is; None: the first.

        Raises Misconfigured for an address that cannot be listened on, or is open to all.
        """
        host, port = place_of(settings, address)
        gate = Gate(RELAY_USER, settings.password) if settings.password else None
        self._server = RtspServerThread(host, port, gate)
        self._feeds: dict[CameraId, LiveFeed] = {}
        self._states: dict[CameraId, LossCause | None] = {}
        self._cameras = [
            camera for camera in cameras if camera.enabled and settings.takes(camera.id)
        ]
        self._streams, self._clock = streams, clock
        self._pace = RetryPace()
        self._pulls: list[CameraPull] = []
        place = address or settings.address
        preferred = settings.places[: settings.places.index(place)]
        self._watch = TurnWatch(preferred, self._on_turn) if preferred else None
        self._is_mine = not preferred

    @property
    def camera_count(self) -> int:
        return len(self._cameras)

    @property
    def is_mine(self) -> bool:
        """Whether this relay has the cameras; a stand-in has them while those before it are away."""
        return self._is_mine

    @property
    def states(self) -> Mapping[CameraId, LossCause | None]:
        """Cameras that were reached or lost so far; None: it sends."""
        return dict(self._states)

    def url(self, camera_id: CameraId) -> str:
        """Where a camera is served, without credentials."""
        return self._server.url(camera_id)

    def start(self) -> None:
        """Listens and begins to pull. Raises ServerUnusable when the address is taken."""
        self._server.start()
        if self._watch is None:
            self._pull()
        else:
            self._watch.start()

    def close(self) -> None:
        """Lets every camera go. Twice is harmless."""
        if self._watch is not None:
            self._watch.close()
        for pull in self._pulls:
            pull.stop()
        self._server.close()
        for pull in self._pulls:
            pull.join(_JOIN_S)

    def _pull(self) -> None:
        self._pulls = [
            CameraPull(camera.id, camera.main_url, self._streams, self._clock, self, self._pace)
            for camera in self._cameras
        ]
        for pull in self._pulls:
            pull.start()

    # Called in the watch's thread.

    def _on_turn(self, is_mine: bool) -> None:
        self._is_mine = is_mine
        if is_mine:
            self._pull()
            return
        for pull in self._pulls:
            pull.stop()
        self._server.post(self._let_go)
        for pull in self._pulls:
            pull.join(_JOIN_S)
        self._pulls = []
        self._states = {}

    # Called in the pulls' threads.

    def opened(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        self._states[camera_id] = None
        self._server.post(self._serve, camera_id, parameters)

    def packet(self, camera_id: CameraId, packet: EncodedPacket) -> None:
        self._server.post(self._put, camera_id, packet)

    def lost(self, camera_id: CameraId, cause: LossCause) -> None:
        self._states[camera_id] = cause
        self._server.post(self._refuse, camera_id)

    # In the server's loop.

    def _serve(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        if not self._is_mine:
            return
        feed, mount = self._feeds.get(camera_id), self._server.server.mounts.get(camera_id)
        if mount is not None:
            mount.faults.is_dropped = False
        if feed is not None and feed.parameters == parameters:
            return  # the same stream again: viewers need not know
        self._feeds[camera_id] = LiveFeed(parameters)
        if mount is None:
            mount = self._server.server.mount(camera_id, self._feeds[camera_id])
            mount.faults.session_limit = VIEWERS_MOST
        else:
            mount.switch(self._feeds[camera_id])

    def _put(self, camera_id: CameraId, packet: EncodedPacket) -> None:
        feed = self._feeds.get(camera_id)
        if feed is not None:
            feed.put(packet)

    def _refuse(self, camera_id: CameraId) -> None:
        """Who asks for it from now on is told that it is not there; who watches stays."""
        mount = self._server.server.mounts.get(camera_id)
        if mount is not None:
            mount.faults.is_dropped = True

    def _let_go(self) -> None:
        """Sends all viewers to the relay whose turn it is."""
        for feed in self._feeds.values():
            feed.end()
        self._feeds = {}
        for mount in self._server.server.mounts.values():
            mount.faults.is_dropped = True
            mount.kick()
