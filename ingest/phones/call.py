"""PhoneCall: one phone's WebRTC session, from its offer to a mount of the RTSP server.

aiortc speaks ICE, DTLS and SRTP and decodes; here the newest picture is taken (a slow encoder drops,
it never lags), encoded and handed to the feed. A call ends with its connection or after a silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError

from ingest.cameras.rtsp_out import RtspServer
from ingest.errors import GridwallError
from ingest.phones.encoder import PhoneEncoder
from ingest.phones.feed import PhoneFeed
from ingest.phones.messages import IceServers

log = logging.getLogger(__name__)

#: No picture for this long: the phone is in a pocket, or the network is gone.
SILENT_S: Final = 10.0
#: Between the answer and the first picture: candidates are tried, keys are exchanged.
FIRST_S: Final = 20.0


class OfferRefused(GridwallError):
    """What the phone offers cannot be taken; says why."""


class PhoneCall:
    """Threads: the event loop's; encoding in a worker thread, one picture at a time."""

    def __init__(
        self, camera_id: str, server: RtspServer, ice: IceServers, on_change: Callable[[], None]
    ) -> None:
        """`on_change`: pictures begin or have ended."""
        self.camera_id = camera_id
        self._server = server
        self._on_change = on_change
        servers = [
            RTCIceServer(urls=url, username=ice.user, credential=ice.password) for url in ice.urls
        ]
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._task: asyncio.Task[None] | None = None
        self._newest: av.VideoFrame | None = None
        self._arrived = asyncio.Event()
        self._feed: PhoneFeed | None = None
        self.is_over = False

    @property
    def watchers(self) -> int | None:
        """How many watch; None before the first picture and after the last."""
        mount = self._server.mounts.get(self.camera_id)
        return len(mount.players) if mount is not None and self._feed is not None else None

    async def answer(self, sdp: str) -> str:
        """The answer to an offer. Raises OfferRefused."""
        connection = self._connection
        connection.add_listener("track", self._on_track)
        connection.add_listener("connectionstatechange", self._on_state)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            self._prefer_h264()
            answer = await connection.createAnswer()
            if answer is None:
                raise OfferRefused("the offer names nothing to answer")
            await connection.setLocalDescription(answer)
        except (ValueError, InvalidStateError, AssertionError, IndexError, KeyError) as error:
            raise OfferRefused(f"the offer is not understood: {error}") from error
        if self._task is None:
            raise OfferRefused("the offer holds no video")
        return str(connection.localDescription.sdp)

    def _prefer_h264(self) -> None:
        """Phones have chips for H.264; everything else drains their battery."""
        known = RTCRtpReceiver.getCapabilities("video")
        if known is None:
            return
        ordered = sorted(known.codecs, key=lambda codec: codec.mimeType.lower() != "video/h264")
        for transceiver in self._connection.getTransceivers():
            if transceiver.kind == "video":
                transceiver.setCodecPreferences(ordered)

    async def close(self) -> None:
        """Ends the session. Twice is harmless."""
        self.is_over = True
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._connection.close()

    def _on_state(self) -> None:
        if self._connection.connectionState in ("failed", "closed") and self._task is not None:
            self._task.cancel()

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "video" and self._task is None:
            self._task = asyncio.create_task(self._carry(track), name=f"phone {self.camera_id}")

    async def _carry(self, track: MediaStreamTrack) -> None:
        """Receives and encodes until the phone is gone."""
        receiving = asyncio.create_task(self._receive(track))
        try:
            await self._encode(receiving)
        except TimeoutError:
            log.info("no picture from %s: the call ends", self.camera_id)
        except av.FFmpegError as error:
            log.error("the pictures of %s cannot be encoded: %s", self.camera_id, error)
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
            await self._leave()

    async def _receive(self, track: MediaStreamTrack) -> None:
        """Keeps the newest picture only."""
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self._newest = frame
                    self._arrived.set()
        self._arrived.set()

    async def _encode(self, receiving: asyncio.Task[None]) -> None:
        encoder = PhoneEncoder()
        zero_s: float | None = None
        while not receiving.done():
            async with asyncio.timeout(FIRST_S if self._feed is None else SILENT_S):
                await self._arrived.wait()
            self._arrived.clear()
            frame, self._newest = self._newest, None
            feed = self._feed
            if frame is None or frame.pts is None or (feed is not None and not feed.is_watched):
                continue
            seconds = float(frame.pts * (frame.time_base or 0))
            zero_s = seconds if zero_s is None else zero_s
            is_key = feed is None or feed.needs_key
            packets = await asyncio.to_thread(
                encoder.encode, frame, seconds - zero_s, is_key=is_key
            )
            self._serve(encoder)
            if self._feed is not None:
                for packet in packets:
                    self._feed.put(packet)

    def _serve(self, encoder: PhoneEncoder) -> None:
        """The mount exists from the first picture on; a new size is told to who asks next."""
        if encoder.parameters is None:
            return
        if self._feed is None:
            self._feed = PhoneFeed(encoder.parameters)
            self._server.mount(self.camera_id, self._feed)
            self._on_change()
        self._feed.parameters = encoder.parameters

    async def _leave(self) -> None:
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.end()
            await self._server.unmount(self.camera_id)
        self.is_over = True
        self._on_change()
