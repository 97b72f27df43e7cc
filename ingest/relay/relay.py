"""Relay: opens cameras that allow one session, once, and passes their packets on to every machine.

Decides nothing about pictures: nothing is decoded here. A camera that is lost keeps its viewers, who
see no pictures meanwhile; who asks for it then is told that it is not found. A stand-in listens from
the start and has a camera only while it is its turn (see `turn`); a relay says which it cannot get.
Threads: `start`, `close` and `states` from one; pulls and turn have their own and post to the server's
loop.
"""

from __future__ import annotations

import logging
import threading
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
from ingest.relay.asking import away_text
from ingest.relay.live_feed import LiveFeed
from ingest.relay.pull import CameraPull
from ingest.relay.turn import TurnWatch

log = logging.getLogger(__name__)

#: Viewers of one camera: a command centre's machines, and not a flood.
VIEWERS_MOST: Final = 32
_JOIN_S: Final = 6.0
#: Longest wait while another relay may have the camera: it may give it back, or die, the next moment.
_BUSY_MOST_S: Final = 4.0


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
        self._busy_most_s = _BUSY_MOST_S if settings.stand_ins else None
        self._pulls: dict[CameraId, CameraPull] = {}
        #: Cameras a packet came of, and those that cannot be got; the server's loop.
        self._had: set[CameraId] = set()
        self._away: set[CameraId] = set()
        self._server.server.parameters = lambda: away_text(self._away)
        place = address or settings.address
        preferred = settings.places[: settings.places.index(place)]
        everything = frozenset(camera.id for camera in self._cameras)
        self._watch = (
            TurnWatch(preferred, settings.password, everything, self._take) if preferred else None
        )
        self._mine: frozenset[CameraId] = frozenset()
        self._taking = threading.Lock()
        self._is_closed = False

    @property
    def camera_count(self) -> int:
        return len(self._cameras)

    @property
    def is_stand_in(self) -> bool:
        """Whether other relays come before this one."""
        return self._watch is not None

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
            self._take(frozenset(camera.id for camera in self._cameras))
        else:
            self._watch.start()

    def close(self) -> None:
        """Lets every camera go. Twice is harmless."""
        with self._taking:
            self._is_closed = True
        if self._watch is not None:
            self._watch.close()
        for pull in self._pulls.values():
            pull.stop()
        self._server.close()
        for pull in self._pulls.values():
            pull.join(_JOIN_S)

    # Called in the watch's thread, by the first relay once in that of `start`.

    def _take(self, mine: frozenset[CameraId]) -> None:
        """Has these cameras from now on, and no others."""
        with self._taking:
            if self._is_closed:
                return
            left = self._mine - mine
            self._mine = mine
            leaving = [self._pulls.pop(camera_id) for camera_id in left]
            for pull in leaving:
                pull.stop()
            self._server.post(self._let_go, left)
            for camera in self._cameras:
                if camera.id in mine and camera.id not in self._pulls:
                    self._pulls[camera.id] = pull = CameraPull(
                        camera.id, camera.main_url, self._streams, self._clock, self, self._pace,
                        self._busy_most_s,
                    )  # fmt: skip
                    pull.start()
        for pull in leaving:
            pull.join(_JOIN_S)
        for camera_id in left:
            self._states.pop(camera_id, None)

    # Called in the pulls' threads.

    def opened(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        self._states[camera_id] = None
        self._server.post(self._serve, camera_id, parameters)

    def packet(self, camera_id: CameraId, packet: EncodedPacket) -> None:
        self._server.post(self._put, camera_id, packet)

    def lost(self, camera_id: CameraId, cause: LossCause) -> None:
        self._states[camera_id] = cause
        self._server.post(self._refuse, camera_id, cause)

    # In the server's loop.

    def _serve(self, camera_id: CameraId, parameters: VideoParameters) -> None:
        if camera_id not in self._mine:
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
            self._had.add(camera_id)
            self._away.discard(camera_id)
            feed.put(packet)

    def _refuse(self, camera_id: CameraId, cause: LossCause) -> None:
        """Who asks for it from now on is told that it is not there; who watches stays.

        It is away for a stand-in to take, unless the password is wrong, with which a second machine would
        only help to lock the account, or another had it before this relay ever did: a stand-in, which is
        to give it back.
        """
        is_stand_ins = cause is LossCause.BUSY and camera_id not in self._had
        if camera_id in self._mine and cause is not LossCause.UNAUTHORIZED and not is_stand_ins:
            self._away.add(camera_id)
        mount = self._server.server.mounts.get(camera_id)
        if mount is not None:
            mount.faults.is_dropped = True

    def _let_go(self, camera_ids: frozenset[CameraId]) -> None:
        """Sends the viewers of these cameras to the relay whose turn it is."""
        self._away -= camera_ids
        self._had -= camera_ids
        for camera_id in camera_ids:
            feed, mount = (
                self._feeds.pop(camera_id, None),
                self._server.server.mounts.get(camera_id),
            )
            if feed is not None:
                feed.end()
            if mount is not None:
                mount.faults.is_dropped = True
                mount.kick()
