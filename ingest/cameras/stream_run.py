"""StreamRun: one stream of one camera for as long as it is held: sessions, back-off, decode, rings.

Decides what is decoded (nothing, key frames, or all), keeps rings over reconnects, and tells
health. Threads: one of its own; `set_wants`, `health`, `rings` and `stop` from any.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from config.settings import CameraSettings, HardwareDecoding
from config.site import CameraId
from ingest.cameras.health import LossCause, StreamHealth
from ingest.cameras.health_tracker import HealthTracker
from ingest.cameras.outputs import FrameOutput
from ingest.cameras.overload import CatchUp
from ingest.cameras.packets import SESSION_NUMBERS, CompressedPacket, PacketRing
from ingest.cameras.pictures import PictureDecoder
from ingest.cameras.reconnect import BackOff, RetryPace
from ingest.cameras.session import SessionSettings, run_session
from ingest.cameras.source import StreamInfo, StreamLost
from ingest.cameras.wants import FrameWant, RingInfo, ring_key
from ingest.clock import Clock
from ingest.frames.frame import PixelFormat
from ingest.frames.ring import RingUnavailable
from ingest.frames.timestamps import DriftMeter, TimestampChecker
from ingest.logs import redacted
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Pictures at least this much wider than all their tiles are decoded without the loop filter.
_SHORT_CUT_RATIO: Final = 2.0
#: Under overload: tiles held below this rate are made from key frames alone.
KEYFRAMES_BELOW_FPS: Final = 2.0
#: A connection that is open and brings no packet for this long will not end by itself; it is told as
#: lost before that.
_STUCK_NS: Final = 8_000_000_000
#: Damage that lasts this long is told as the cause of a stale tile.
_DAMAGE_TOLD_COUNT: Final = 25


class RunSettings(Struct, frozen=True):
    """What all streams of a process share. `is_exact`: never skip the loop filter."""

    rings_folder: str
    cameras: CameraSettings = CameraSettings()
    session: SessionSettings = SessionSettings()
    is_exact: bool = False


class StreamRun:
    """Keeps one URL alive and its rings filled. Also the sink of its sessions."""

    def __init__(
        self,
        camera_id: CameraId,
        url: str,
        settings: RunSettings,
        clock: Clock,
        on_change: Callable[[], None],
        pace: RetryPace,
    ) -> None:
        self.camera_id = camera_id
        self._pace = pace
        self.url = url
        self.packets = PacketRing(settings.cameras.packet_ring_s)
        self.info: StreamInfo | None = None
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._tracker = HealthTracker(camera_id, clock.mono_ns())
        self._drift = DriftMeter()
        tuning = settings.cameras
        self._back_off = BackOff(first_s=tuning.retry_min_s, ceiling_s=tuning.retry_max_s)
        self._hardware = tuning.hardware_decoding
        self._checker = TimestampChecker()
        self._stop = StopToken()
        self._session_number = 0
        self._wants_lock = threading.Lock()
        self._new_wants: tuple[FrameWant, ...] | None = None
        self._outputs: dict[str, FrameOutput] = {}
        self._decoder: PictureDecoder | None = None
        self._shed_fps: float | None = None
        self._heard_ns: int | None = None
        self._catching_up = CatchUp()
        self._thread = threading.Thread(target=self._run, name=f"camera {camera_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to leave; it does within a packet or the read timeout."""
        self._stop.stop()

    def join(self, timeout_s: float) -> bool:
        """Waits for the thread; False when it is stuck in the library (its rings are unlinked)."""
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            for output in tuple(self._outputs.values()):
                output.abandon()
            return False
        return True

    def set_wants(self, wants: tuple[FrameWant, ...]) -> None:
        """The rings to fill from the next packet on; at most one want a ring key."""
        with self._wants_lock:
            self._new_wants = wants

    def shed(self, fps_max: float | None) -> None:
        """Limits the rate of all tile rings under overload; None lifts it."""
        self._shed_fps = fps_max
        for output in tuple(self._outputs.values()):
            if output.want.format is PixelFormat.BGRA:
                output.limit(fps_max)

    @property
    def shed_fps(self) -> float | None:
        return self._shed_fps

    @property
    def is_stuck(self) -> bool:
        """Whether its thread waits in a connection that stands and brings nothing but reports.

        Nobody can end that read; a guarded run does not get into it.
        """
        heard_ns = self._heard_ns
        if heard_ns is None or self._settings.session.is_guarded:
            return False
        return self._clock.mono_ns() - heard_ns > _STUCK_NS

    def catch_up(self) -> None:
        """Skips to the present if this stream is late; the next pictures are key frames alone."""
        self._catching_up.begin(self._tracker.lag_ns / 1e9)

    def health(self) -> StreamHealth:
        return self._tracker.health(self._clock.mono_ns())

    def goes_on_from(self, former: StreamHealth) -> None:
        """Right after `start`: this run replaces one whose stream was lost."""
        self._tracker.goes_on_from(former)

    def rings(self) -> dict[str, RingInfo]:
        """Rings that hold a picture, by key."""
        outputs = tuple(self._outputs.items())
        return {key: output.info for key, output in outputs if output.info is not None}

    # The sink of the session, in the camera's thread.

    def opened(self, info: StreamInfo) -> None:
        self.info = info
        self._heard_ns = self._clock.mono_ns()
        self.packets.describe(self._session_number, info)
        self._decoder = None
        self._drift.restart()
        self._tracker.connected(info.codec, info.width_px, info.height_px)
        self._on_change()

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None:
        if self._new_wants is not None:
            self._take_wants()
        self._heard_ns = packet.mono_ns
        if is_damaged and self._decoder is not None:
            self._decoder.damage()
        decoder = self._decoder_for(packet)
        self.packets.append(packet)
        lag_ns = self._drift.lag_ns(packet.dts_ns, packet.mono_ns)
        self._tracker.lag_ns = lag_ns
        is_skipped = self._catching_up.skips(lag_ns / 1e9, is_key=packet.is_key)
        if decoder is None or is_skipped or (self._only_keyframes and not packet.is_key):
            self._tracker.picture(packet.mono_ns)
            return
        self._decode(decoder, packet)

    # Its own life.

    def _run(self) -> None:
        while not self._stop.stopped:
            self._session_number = next(SESSION_NUMBERS)
            began_ns = self._clock.mono_ns()
            self._tracker.trying()
            try:
                run_session(
                    self.url,
                    self._settings.session,
                    self,
                    self._checker,
                    self._session_number,
                    self._clock,
                    self._stop,
                )
            except StreamLost as error:
                self._wait_after(error.cause, str(error), began_ns)
            except Exception:
                log.exception("%s: session failed", self.camera_id)
                self._wait_after(LossCause.BAD_STREAM, "internal error", began_ns)
        for output in self._outputs.values():
            output.close()
        self._outputs = {}

    def _wait_after(self, cause: LossCause, text: str, began_ns: int) -> None:
        now_ns = self._clock.mono_ns()
        self._heard_ns = None
        delay_s = self._back_off.delay_s(cause, (now_ns - began_ns) / 1e9)
        next_ns = self._pace.moment_ns(now_ns + round(delay_s * 1e9), now_ns)
        delay_s = (next_ns - now_ns) / 1e9
        self._tracker.lost(cause, next_ns)
        log.info(
            "%s: %s (%s), next try in %.1f s",
            self.camera_id,
            cause.value,
            redacted(text),
            delay_s,
        )
        self._on_change()
        self._stop.wait(delay_s)

    def _take_wants(self) -> None:
        with self._wants_lock:
            wants, self._new_wants = self._new_wants or (), None
        wanted = {ring_key(want): want for want in wants}
        folder = Path(self._settings.rings_folder)
        outputs = dict(self._outputs)
        for key in outputs.keys() - wanted.keys():
            outputs.pop(key).close()
        for key, want in wanted.items():
            if key in outputs:
                outputs[key].rewant(want)
            else:
                outputs[key] = FrameOutput(folder, want)
        self._outputs = outputs
        self.shed(self._shed_fps)
        self._on_change()

    @property
    def _only_keyframes(self) -> bool:
        is_shed = self._shed_fps is not None and self._shed_fps < KEYFRAMES_BELOW_FPS
        return all(
            output.want.keyframes_only or (is_shed and output.want.format is PixelFormat.BGRA)
            for output in self._outputs.values()
        )

    def _may_skip_loop_filter(self) -> bool:
        """Whether nobody can see the difference: only tiles, all far smaller than the picture."""
        if self._settings.is_exact or self.info is None:
            return False
        return all(
            output.want.format is PixelFormat.BGRA
            and output.want.region_norm is None
            and output.want.target_width_px > 0
            and self.info.width_px >= _SHORT_CUT_RATIO * output.want.target_width_px
            for output in self._outputs.values()
        )

    def _decoder_for(self, packet: CompressedPacket) -> PictureDecoder | None:
        """The decoder the outputs need now; None when nobody wants pictures."""
        if not self._outputs or self.info is None:
            self._decoder = None
            return None
        skips = self._may_skip_loop_filter()
        decoder = self._decoder
        if decoder is not None and decoder.has_failed_device:
            log.warning("%s: the decoding device fails, the processor takes over", self.camera_id)
            self._hardware = HardwareDecoding.OFF
            decoder = None
        if decoder is not None and decoder.skips_loop_filter != skips and packet.is_key:
            decoder = None
        if decoder is None:
            decoder = PictureDecoder(self.info, skips_loop_filter=skips, hardware=self._hardware)
            self._decoder = decoder
            if not packet.is_key:
                self._catch_up(decoder)
        return decoder

    def _catch_up(self, decoder: PictureDecoder) -> None:
        """Decodes what is kept since the last key frame, so that a called tile has a picture now."""
        kept = self.packets.since_last_key(self._session_number)
        if self._only_keyframes:
            for packet in kept[:1]:
                self._decode(decoder, packet)
            return
        for packet in kept:
            decoder.decode(packet.data, packet.pts_ns, is_key=packet.is_key)

    def _decode(self, decoder: PictureDecoder, packet: CompressedPacket) -> None:
        frame = decoder.decode(packet.data, packet.pts_ns, is_key=packet.is_key)
        if frame is None:
            if decoder.held_count >= _DAMAGE_TOLD_COUNT:
                self._tracker.damaged()
            return
        self._tracker.picture(packet.mono_ns)
        self._tracker.resized(frame.width, frame.height, decoder.pixel_aspect)
        media_ns = packet.pts_ns if frame.pts is None else frame.pts
        is_changed = False
        for output in self._outputs.values():
            if output.wants(media_ns, self._checker.interval_ns, is_key=packet.is_key):
                try:
                    is_changed |= output.put(
                        frame, decoder.pixel_aspect, media_ns, packet.mono_ns, packet.utc_ns
                    )
                except RingUnavailable as error:
                    log.error("%s: %s", self.camera_id, error)
        if is_changed:
            self._on_change()
