"""Relay: opens cameras that allow one session, once, and passes their packets on to every machine.

Decides nothing about pictures: nothing is decoded here. A camera that is lost keeps its mount and its
viewers, who see no pictures meanwhile; one that never came yet is not found.
Threads: `start`, `close` and `states` from one; pulls have their own and post to the server's loop.
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
from ingest.cameras.rtsp_auth import Gate
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.clock import Clock
from ingest.relay.address import RELAY_USER, place_of
from ingest.relay.live_feed import LiveFeed
from ingest.relay.pull import CameraPull

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
    ) -> None:
        """Raises Misconfigured for an address that cannot be listened on, or is open to all."""
        host, port = place_of(settings)
        gate = Gate(RELAY_USER, settings.password) if settings.password else None
        self._server = RtspServerThread(host, port, gate)
        self._feeds: dict[CameraId, LiveFeed] = {}
        self._states: dict[CameraId, LossCause | None] = {}
        self._pulls = [
            CameraPull(camera.id, camera.main_url, streams, clock, self)
            for camera in cameras
            if camera.enabled and settings.takes(camera.id)
        ]

    @property
    def camera_count(self) -> int:
        return len(self._pulls)

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
        for pull in self._pulls:
            pull.start()

    def close(self) -> None:
        """Lets every camera go. Twice is harmless."""
        for pull in self._pulls:
            pull.stop()
        self._server.close()
        for pull in self._pulls:
            pull.join(_JOIN_S)

    # Called in the pulls' threads.

    def opened(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        self._states[camera_id] = None
        self._server.post(self._serve, camera_id, parameters)

    def packet(self, camera_id: CameraId, packet: EncodedPacket) -> None:
        self._server.post(self._put, camera_id, packet)

    def lost(self, camera_id: CameraId, cause: LossCause) -> None:
        self._states[camera_id] = cause

    # In the server's loop.

    def _serve(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        feed = self._feeds.get(camera_id)
        if feed is not None and feed.parameters == parameters:
            return  # the same stream again: viewers need not know
        self._feeds[camera_id] = LiveFeed(parameters)
        mount = self._server.server.mounts.get(camera_id)
        if mount is None:
            mount = self._server.server.mount(camera_id, self._feeds[camera_id])
            mount.faults.session_limit = VIEWERS_MOST
        else:
            mount.switch(self._feeds[camera_id])

    def _put(self, camera_id: CameraId, packet: EncodedPacket) -> None:
        feed = self._feeds.get(camera_id)
        if feed is not None:
            feed.put(packet)
