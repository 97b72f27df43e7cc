"""Clips of a span for export: every connection's part as an MP4 of its own, nothing transcoded.

Decides which packets belong into which file and that nothing half-written stays. Called in the
clip's own thread of an ingest process.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ingest.cameras.health import LossCause
from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.source import StreamInfo, StreamLost, write_clip
from ingest.cameras.wants import ClipInfo

#: What a file system wants for itself beside the clip.
_SPARE_BYTES: Final = 8 << 20


def write_parts(
    segments: Sequence[PacketSegment], from_mono_ns: int, to_mono_ns: int, path: Path
) -> tuple[ClipInfo, ...]:
    """Writes what was received between two moments, oldest first; the second part is `…-2.mp4`.

    Each part begins with the key frame before its first picture. Raises StreamLost when nothing
    was received in that time, OSError when it cannot be written; then none of the files stays.
    """
    parts = [
        (segment.info, packets)
        for segment in segments
        if (packets := part_of(segment, from_mono_ns, to_mono_ns))
    ]
    if not parts:
        raise StreamLost(LossCause.NO_VIDEO, "nothing was received in that time")
    _need(path.parent, sum(len(packet.data) for _, packets in parts for packet in packets))
    written: list[ClipInfo] = []
    try:
        for number, (info, packets) in enumerate(parts, start=1):
            name = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            written.append(_written(name, info, packets))
    except (StreamLost, OSError):
        for clip in written:
            Path(clip.path).unlink(missing_ok=True)
        raise
    return tuple(written)


def part_of(
    segment: PacketSegment, from_mono_ns: int, to_mono_ns: int
) -> tuple[CompressedPacket, ...]:
    """The packets of a connection that show the span, begun at the key frame before it."""
    upto = [packet for packet in segment.packets if packet.mono_ns <= to_mono_ns]
    if not upto or upto[-1].mono_ns < from_mono_ns:
        return ()
    keys = [at for at, packet in enumerate(upto) if packet.is_key]
    before = [at for at in keys if upto[at].mono_ns <= from_mono_ns]
    return tuple(upto[before[-1] if before else keys[0] :])


def _need(folder: Path, byte_count: int) -> None:
    """Raises OSError (ENOSPC) before anything is written when it cannot fit."""
    free = shutil.disk_usage(folder).free
    if free < byte_count + _SPARE_BYTES:
        text = f"{byte_count >> 20} MiB are needed, {free >> 20} MiB are free"
        raise OSError(errno.ENOSPC, text, str(folder))


def _written(path: Path, info: StreamInfo, packets: tuple[CompressedPacket, ...]) -> ClipInfo:
    """Under its own name only when it is whole and on the disk."""
    unfinished = path.with_name(f".{path.name}.part.mp4")
    try:
        write_clip(unfinished, info, packets)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return ClipInfo(
        path=str(path),
        start_mono_ns=packets[0].mono_ns,
        end_mono_ns=packets[-1].mono_ns,
        start_utc_ns=packets[0].utc_ns,
        packet_count=len(packets),
        byte_count=path.stat().st_size,
        codec=info.codec,
        width_px=info.width_px,
        height_px=info.height_px,
    )
