"""run_session: one connection of one camera, from opening to its end. A function of its arguments.

Returns when told to stop and raises StreamLost when the stream ends; it never retries (see
`stream_run`) and holds nothing afterwards. Runs in the camera's own thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from ingest.cameras.health import LossCause
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.source import StreamInfo, StreamLost, open_source
from ingest.clock import Clock
from ingest.frames.timestamps import TimestampChecker
from ingest.stop import StopToken


class SessionSettings(Struct, frozen=True):
    """Deadlines of a connection.

    `open_timeout_s`: slow cameras answer within 3 s. `read_timeout_s`: without a byte.
    `is_guarded`: also end a connection that only sends reports (see `source.open_source`).
    """

    open_timeout_s: float = 8.0
    read_timeout_s: float = 4.0
    is_guarded: bool = False


class SessionSink(Protocol):
    """Who takes what a session receives. Called in the session's thread."""

    def opened(self, info: StreamInfo) -> None: ...

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None: ...


def run_session(
    url: str,
    settings: SessionSettings,
    sink: SessionSink,
    checker: TimestampChecker,
    number: int,
    clock: Clock,
    stop: StopToken,
    rest: Callable[[int], None] | None = None,
) -> None:
    """Receives one connection of `url` until `stop`; the stop is seen with the next packet.

    `number` marks the packets of this connection. `rest` is called after each packet with the time that
    one was waited for, and may wait itself: what arrives meanwhile stays in the connection. Raises StreamLost with the cause of the end.
    """
    source = open_source(
        url,
        open_timeout_s=settings.open_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        is_guarded=settings.is_guarded,
    )
    former_ns: int | None = None
    try:
        if not source.info.codec:
            raise StreamLost(LossCause.NO_VIDEO, "the stream's codec is unknown")
        checker.interval_ns = source.info.interval_ns
        checker.restart()
        sink.opened(source.info)
        timeout_ns = round(settings.read_timeout_s * 1e9)
        asked_ns = clock.mono_ns()
        for raw in source.packets():
            if stop.stopped:
                return
            now_ns, utc_ns = clock.mono_ns(), clock.utc_ns()
            waited_ns = now_ns - asked_ns
            mono_ns = now_ns
            if former_ns is not None and now_ns - former_ns >= timeout_ns:
                # the parser held it until the time-out ended the read: it is no new picture
                mono_ns = former_ns + source.info.interval_ns
                utc_ns -= now_ns - mono_ns
            former_ns = now_ns
            checked = checker.check(raw.dts_ns, raw.pts_ns, mono_ns)
            sink.packet(
                CompressedPacket(
                    raw.data,
                    checked.dts_ns,
                    checked.pts_ns,
                    raw.is_key,
                    mono_ns,
                    utc_ns,
                    number,
                    is_damaged=raw.is_corrupt,
                ),
                is_damaged=raw.is_corrupt,
            )
            if rest is not None:
                rest(waited_ns)
            asked_ns = clock.mono_ns()
    except StreamLost as error:
        if former_ns is None and error.cause is LossCause.CLOSED:
            # how some cameras refuse a session too many: PLAY is granted, the connection closed
            raise StreamLost(LossCause.BUSY, "closed right after PLAY") from error
        raise
    finally:
        source.close()
