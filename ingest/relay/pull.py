"""CameraPull: the one session of one camera, for as long as the relay lives.

Retries with the back-off and the pace of every other stream. Threads: one of its own, which calls the listener.
"""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from config.settings import CameraSettings
from config.site import CameraId
from ingest.cameras.health import LossCause
from ingest.cameras.nal import VideoCodec, as_annex_b, configuration
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.packets import SESSION_NUMBERS, CompressedPacket
from ingest.cameras.reconnect import BackOff, RetryPace
from ingest.cameras.session import SessionSettings, run_session
from ingest.cameras.stream_info import StreamInfo, StreamLost
from ingest.clock import Clock
from ingest.frames.timestamps import TimestampChecker
from ingest.logs import redacted
from ingest.stop import StopToken

log = logging.getLogger(__name__)


class PullListener(Protocol):
    """Who passes it on. Called in the pull's thread."""

    def opened(self, camera_id: CameraId, parameters: VideoParameters) -> None: ...

    def packet(self, camera_id: CameraId, packet: EncodedPacket) -> None: ...

    def lost(self, camera_id: CameraId, cause: LossCause) -> None: ...


class CameraPull:
    """Keeps one URL open."""

    def __init__(
        self,
        camera_id: CameraId,
        url: str,
        settings: CameraSettings,
        clock: Clock,
        listener: PullListener,
        pace: RetryPace,
        busy_most_s: float | None = None,
    ) -> None:
        """`busy_most_s`: as of `BackOff`."""
        self.camera_id = camera_id
        self._url, self._clock, self._listener = url, clock, listener
        # a connection that only sends reports must end too: nobody else looks after it
        self._session = SessionSettings(read_timeout_s=settings.silent_after_s, is_guarded=True)
        self._pace = pace
        self._back_off = BackOff(
            first_s=settings.retry_min_s, ceiling_s=settings.retry_max_s, busy_most_s=busy_most_s
        )
        self._checker = TimestampChecker()
        self._stop = StopToken()
        self._length_size = 0
        self._thread = threading.Thread(target=self._run, name=f"relay {camera_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to leave; it does within a packet or the read timeout."""
        self._stop.stop()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    # The sink of the session.

    def opened(self, info: StreamInfo) -> None:
        """Raises StreamLost for what cannot be passed on."""
        try:
            codec = VideoCodec(info.codec)
            self._length_size, parameter_sets = configuration(codec, info.extradata)
        except ValueError as error:
            raise StreamLost(LossCause.BAD_STREAM, f"{info.codec} is not relayed") from error
        parameters = VideoParameters(
            codec, parameter_sets, info.width_px, info.height_px, 1e9 / info.interval_ns
        )
        self._listener.opened(self.camera_id, parameters)

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None:
        data = as_annex_b(packet.data, self._length_size)
        self._listener.packet(
            self.camera_id, EncodedPacket(data, packet.pts_ns / 1e9, packet.is_key)
        )

    # Its own life.

    def _run(self) -> None:
        while not self._stop.stopped:
            began_ns = self._clock.mono_ns()
            number = next(SESSION_NUMBERS)
            try:
                run_session(
                    self._url, self._session, self, self._checker, number, self._clock, self._stop
                )
            except StreamLost as error:
                self._wait_after(error.cause, str(error), began_ns)
            except Exception:
                log.exception("%s: the relay's session failed", self.camera_id)
                self._wait_after(LossCause.BAD_STREAM, "internal error", began_ns)

    def _wait_after(self, cause: LossCause, text: str, began_ns: int) -> None:
        now_ns = self._clock.mono_ns()
        delay_s = self._back_off.delay_s(cause, (now_ns - began_ns) / 1e9)
        delay_s = (self._pace.moment_ns(now_ns + round(delay_s * 1e9), now_ns) - now_ns) / 1e9
        log.info(
            "%s: %s (%s), again in %.1f s", self.camera_id, cause.value, redacted(text), delay_s
        )
        self._listener.lost(self.camera_id, cause)
        self._stop.wait(delay_s)
