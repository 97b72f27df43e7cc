"""StreamRun: one stream of one camera for as long as it is held: sessions, back-off, decode, rings.

Decides what is decoded (nothing, key frames, or all), keeps rings over reconnects, and tells
health. Threads: one of its own; `set_wants`, `health`, `rings` and `stop` from any.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from msgspec import Struct

from config.settings import CameraSettings, HardwareDecoding
from config.site import CameraId
from ingest.cameras.health import LossCause, StreamHealth
from ingest.cameras.health_tracker import HealthTracker
from ingest.cameras.nal import VideoCodec
from ingest.cameras.outputs import FrameOutput
from ingest.cameras.overload import CatchUp
from ingest.cameras.packets import SESSION_NUMBERS, CompressedPacket, PacketRing
from ingest.cameras.pictures import PictureDecoder
from ingest.cameras.reconnect import BackOff, RetryPace
from ingest.cameras.route import Route
from ingest.cameras.session import SessionSettings, run_session
from ingest.cameras.source import StreamInfo, StreamLost
from ingest.cameras.tail_short_cut import MeasureTurns, TailShortCut
from ingest.cameras.wants import FrameWant, RingInfo, ring_key
from ingest.clock import Clock
from ingest.frames.ring import RingUnavailable
from ingest.frames.timestamps import DriftMeter, TimestampChecker
from ingest.logs import redacted
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Tiles at least this much narrower than the picture, and no wider than a medium one, are small: the
#: last pictures before a key frame may be cut short for them.
_TAIL_CUT_RATIO: Final = 1.2
_TAIL_CUT_WIDEST_PX: Final = 640
#: Under overload: tiles held below this rate are made from key frames alone.
KEYFRAMES_BELOW_FPS: Final = 2.0
#: A connection that is open and brings no packet for this long will not end by itself; it is told as
#: lost before that.
_STUCK_NS: Final = 8_000_000_000
#: While all that is wanted are rare key frames, packets may wait in the connection so long: a wake-up for each
#: costs more than taking it (`bench wall --mode hidden`).
_REST_S: Final = 0.4
#: A packet that was not there at once ended what had gathered.
_WAITED_NS: Final = 3_000_000
#: A stream that is later than this does not rest.
_LATE_NS: Final = 150_000_000


class RunSettings(Struct, frozen=True):
    """What all streams of a process share. `is_exact`: every picture is decoded whole."""

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
        turns: MeasureTurns,
        relay_urls: tuple[str, ...] = (),
    ) -> None:
        """`relay_urls`: the same stream at every relay, best first; empty: `url` is the camera's."""
        self.camera_id = camera_id
        self._pace, self._turns = pace, turns
        self.url, self.relay_urls = url, relay_urls
        self._route = Route(url, relay_urls)
        self.packets = PacketRing(settings.cameras.packet_ring_s)
        self.info: StreamInfo | None = None
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._tracker = HealthTracker(camera_id, clock.mono_ns())
        self._tracker.relayed_by = self._route.place
        self._drift = DriftMeter()
        tuning = settings.cameras
        self._back_off = BackOff(
            first_s=tuning.retry_min_s, ceiling_s=tuning.retry_max_s, asks_relay=bool(relay_urls)
        )
        self._hardware = tuning.hardware_decoding
        self._checker = TimestampChecker()
        self._stop = StopToken()
        self._session_number = 0
        self._longest_s = 0.0  # of the sessions since every address had its turn
        self._wants_lock = threading.Lock()
        self._new_wants: tuple[FrameWant, ...] | None = None
        self._outputs: dict[str, FrameOutput] = {}
        self._decoder: PictureDecoder | None = None
        self._has_gap = False  # the decoder was spared pictures
        self._tail: TailShortCut | None = None
        self._tail_want: FrameWant | None = None
        self._shed_fps: float | None = None
        self._heard_ns: int | None = None
        self._catching_up = CatchUp()
        self._roused = threading.Event()
        self._rested_ns = 0  # what gathered while it rested is late by so much at most
        self._thread = threading.Thread(target=self._run, name=f"camera {camera_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to leave; it does within a packet or the read timeout."""
        self._stop.stop()
        self._roused.set()

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
        self._roused.set()

    def shed(self, fps_max: float | None) -> None:
        """Limits the rate of all tile rings under overload; None lifts it."""
        self._shed_fps = fps_max
        for output in tuple(self._outputs.values()):
            if output.want.is_tile:
                output.limit(fps_max)

    @property
    def shed_fps(self) -> float | None:
        return self._shed_fps

    @property
    def shortened_count(self) -> int:
        """Pictures of this connection that were decoded by the short-cut before key frames."""
        return 0 if self._tail is None else self._tail.shortened_count

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
        self._decoder, self._has_gap = None, False
        is_cut = info.codec == VideoCodec.H264.value and not self._settings.is_exact
        self._tail = TailShortCut(info, self._turns) if is_cut else None
        self._tail_want = self._widest_small_tile()
        self._drift.restart()
        self._tracker.connected(info.codec, info.width_px, info.height_px)
        self._on_change()

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None:
        if self._new_wants is not None:
            self._take_wants()
        lag_ns = self._drift.lag_ns(packet.dts_ns, packet.mono_ns)
        rested_ns = min(lag_ns, self._rested_ns)
        if rested_ns:
            packet = replace(
                packet, mono_ns=packet.mono_ns - rested_ns, utc_ns=packet.utc_ns - rested_ns
            )
            lag_ns -= rested_ns
        self._heard_ns = packet.mono_ns
        if is_damaged and self._decoder is not None:
            self._decoder.damage()
        is_passed_over = self._passes_over(packet)
        if is_passed_over and self._outputs:
            self._has_gap = True
        decoder = None if is_passed_over else self._decoder_for(packet)
        self.packets.append(packet)
        self._tracker.lag_ns = lag_ns
        is_skipped = self._catching_up.skips(lag_ns / 1e9, is_key=packet.is_key)
        if decoder is not None and self._only_keyframes and not packet.is_key:
            self._has_gap, decoder = True, None
        if decoder is None or is_skipped:
            self._tracker.picture(packet.mono_ns)
        else:
            self._decode(decoder, packet)
        self._tracker.awaits_key = decoder is not None and decoder.awaits_key

    def _rest(self, waited_ns: int) -> None:
        """Lets packets gather in the connection while only rare key frames are wanted.

        Only after one that had to be waited for: nothing is left in the connection then.
        """
        if waited_ns < _WAITED_NS:
            return
        self._rested_ns = 0
        is_idle = all(output.want.keyframes_only for output in self._outputs.values())
        if not self._outputs or not is_idle or self._tracker.lag_ns > _LATE_NS:
            return
        self._roused.clear()
        if self._new_wants is None and not self._stop.stopped:
            self._roused.wait(_REST_S)
            self._rested_ns = round(_REST_S * 1e9)

    # Its own life.

    def _run(self) -> None:
        while not self._stop.stopped:
            self._session_number = next(SESSION_NUMBERS)
            began_ns = self._clock.mono_ns()
            self._tracker.trying()
            try:
                run_session(
                    self._route.url,
                    self._settings.session,
                    self,
                    self._checker,
                    self._session_number,
                    self._clock,
                    self._stop,
                    self._rest,
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
        self._longest_s = max(self._longest_s, (now_ns - began_ns) / 1e9)
        delay_s = 0.0
        if self._route.lost():
            delay_s, self._longest_s = self._back_off.delay_s(cause, self._longest_s), 0.0
        next_ns = self._pace.moment_ns(now_ns + round(delay_s * 1e9), now_ns)
        delay_s = (next_ns - now_ns) / 1e9
        self._tracker.lost(cause, next_ns)
        self._tracker.relayed_by = self._route.place
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
        self._tail_want = self._widest_small_tile()
        self.shed(self._shed_fps)
        self._on_change()

    @property
    def _only_keyframes(self) -> bool:
        is_shed = self._shed_fps is not None and self._shed_fps < KEYFRAMES_BELOW_FPS
        return all(
            output.want.keyframes_only or (is_shed and output.want.is_tile)
            for output in self._outputs.values()
        )

    def _passes_over(self, packet: CompressedPacket) -> bool:
        """Whether nobody's tile needs this picture: hidden, and no key frame that is due."""
        if not self._outputs or not self._only_keyframes:
            return False
        if not packet.is_key:
            # a hidden tile that has no picture yet gets the key frame that is kept
            return self._decoder is not None or self._has_gap
        interval_ns = self._checker.interval_ns
        return not any(
            output.is_due(packet.pts_ns, interval_ns) for output in self._outputs.values()
        )

    def _widest_small_tile(self) -> FrameWant | None:
        """What the end of a group of pictures is cut short for; None: every picture is whole.

        Never for analysis, zoom or large tiles; key frames alone have no end to cut.
        """
        wants = [output.want for output in self._outputs.values()]
        if not wants or self._only_keyframes:
            return None
        widest = max(wants, key=lambda want: want.target_width_px)
        width_px = 0 if self.info is None else self.info.width_px
        are_small = all(
            want.is_tile and want.region_norm is None and want.target_width_px > 0 for want in wants
        )
        is_narrow = width_px >= _TAIL_CUT_RATIO * widest.target_width_px
        is_cut = are_small and is_narrow and widest.target_width_px <= _TAIL_CUT_WIDEST_PX
        return widest if is_cut else None

    def _decoder_for(self, packet: CompressedPacket) -> PictureDecoder | None:
        """The decoder the outputs need now; None when nobody wants pictures."""
        if not self._outputs or self.info is None:
            self._decoder, self._has_gap = None, False
            return None
        decoder = self._decoder
        if self._has_gap and not packet.is_key and not self._only_keyframes:
            decoder = None  # shown again: what it was spared is decoded now
        self._has_gap = False
        if decoder is not None and decoder.has_failed_device:
            log.warning("%s: the decoding device fails, the processor takes over", self.camera_id)
            self._hardware = HardwareDecoding.OFF
            decoder = None
        if decoder is None:
            decoder = PictureDecoder(self.info, hardware=self._hardware)
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
        data = packet.data
        tail = None if decoder.is_device else self._tail
        if tail is not None:
            data = tail.data(packet, self._tail_want)
        frame = decoder.decode(data, packet.pts_ns, is_key=packet.is_key)
        if frame is None:
            if decoder.held_count:
                self._tracker.damaged(decoder.held_count)
            return
        self._tracker.picture(packet.mono_ns)
        self._tracker.resized(frame.width, frame.height, decoder.pixel_aspect)
        if tail is not None and tail.is_measuring:
            tail.compare(frame, decoder.pixel_aspect)
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
