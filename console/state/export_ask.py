"""ExportAsk: what is to be exported of which camera, and which spans a tile offers. Pure."""

from __future__ import annotations

import enum
from pathlib import Path

from msgspec import Struct

from config.site import CameraId
from console.state.replay import TileReplay
from console.state.watermark import Watermark

#: The last so many seconds, as offered in the dialog.
LAST_S = (10, 30, 60)


class ExportForm(enum.Enum):
    """In which form pictures leave the seat; the same for clips and snapshots."""

    AS_RECEIVED = "as received"
    MARKED = "marked"  #: with a visible watermark
    BOTH = "both"  #: as received, and a marked copy beside it


class SpanKind(enum.Enum):
    """Where a span comes from."""

    LAST = "last"  #: the last seconds before now
    MARKED = "marked"  #: between the marks of a replay
    KEPT = "kept"  #: everything a replay reaches


class Span(Struct, frozen=True):
    """Two moments, monotonic nanoseconds of receipt."""

    kind: SpanKind
    from_mono_ns: int
    to_mono_ns: int

    @property
    def seconds(self) -> float:
        return (self.to_mono_ns - self.from_mono_ns) / 1e9


class ExportAsk(Struct, frozen=True):
    """One export. `at_mono_ns`: the moment of a snapshot in replay; None: now.

    `mark`: burnt into a copy; None: no such copy. `keeps_original`: what was received is exported,
    alone or beside the copy. `asked_by`: who asked, for the manifest.
    """

    camera_id: CameraId
    camera_name: str
    folder: Path
    asked_by: str
    span: Span | None = None
    at_mono_ns: int | None = None
    mark: Watermark | None = None
    keeps_original: bool = True


def spans_of(replay: TileReplay | None, now_mono_ns: int) -> tuple[Span, ...]:
    """The spans of a tile, the likeliest first: marked, then what a replay reaches, then the last."""
    found = []
    if replay is not None:
        shown = replay.shown
        start = shown.from_mono_ns if replay.mark_from_ns is None else replay.mark_from_ns
        end = shown.to_mono_ns if replay.mark_to_ns is None else replay.mark_to_ns
        is_marked = replay.mark_from_ns is not None or replay.mark_to_ns is not None
        if is_marked and end > start:
            found.append(Span(SpanKind.MARKED, start, end))
        if shown.to_mono_ns > shown.from_mono_ns:
            found.append(Span(SpanKind.KEPT, shown.from_mono_ns, shown.to_mono_ns))
    found += [Span(SpanKind.LAST, now_mono_ns - s * 1_000_000_000, now_mono_ns) for s in LAST_S]
    return tuple(found)
