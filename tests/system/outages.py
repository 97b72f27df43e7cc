"""The faults that take pictures away, what a tile says of each, and until when."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from console.views import tile_texts
from ingest.cameras.health import LossCause
from ingest.cameras.rtsp_out import Mount

#: Five ingest processes with a retry every quarter of a second: five each at most; and late threads.
ATTEMPTS_MOST = 30
#: A host that accepts and says nothing is asked a second time whether it is there at all.
ATTEMPTS_AT_SILENT_HOST = 2 * ATTEMPTS_MOST


class Outage(Struct, frozen=True):
    """A fault that takes the picture away.

    `told_s`: the card with `cause` stands on all tiles by then; `back_s`: all are live so long after
    the end of it. `hint`: a line of the card.
    """

    cause: LossCause
    begin: Callable[[Mount], None]
    told_s: float
    back_s: float
    hint: str = ""
    attempts_most: int = ATTEMPTS_MOST


def stall(mount: Mount) -> None:
    mount.faults.is_stalled = True


def hang(mount: Mount) -> None:
    mount.faults.is_stalled = mount.faults.reports_only = True


def remove(mount: Mount) -> None:
    mount.faults.is_dropped = True
    mount.kick()


def say_nothing(mount: Mount) -> None:
    mount.faults.is_silent = True
    mount.kick()


def refuse(status: int) -> Callable[[Mount], None]:
    """Somebody else has the one session; how cameras say so differs."""

    def begin(mount: Mount) -> None:
        mount.faults.session_limit, mount.faults.limit_status = 0, status
        mount.kick()

    return begin


OUTAGES = {
    "stalled": Outage(LossCause.SILENT, stall, 9, 12, attempts_most=ATTEMPTS_AT_SILENT_HOST),
    "only reports": Outage(LossCause.SILENT, hang, 12, 15, attempts_most=ATTEMPTS_AT_SILENT_HOST),
    "asked and silent": Outage(
        LossCause.SILENT, say_nothing, 14, 15, attempts_most=ATTEMPTS_AT_SILENT_HOST
    ),
    "no such stream": Outage(LossCause.NOT_FOUND, remove, 4, 10),
    "453": Outage(LossCause.BUSY, refuse(453), 4, 10, tile_texts.one_session_text()),
    "454": Outage(LossCause.BUSY, refuse(454), 4, 10, tile_texts.one_session_text()),
    "503": Outage(LossCause.BUSY, refuse(503), 4, 10, tile_texts.one_session_text()),
    "closed after PLAY": Outage(LossCause.BUSY, refuse(0), 4, 10, tile_texts.one_session_text()),
    "401 to the second": Outage(
        LossCause.UNAUTHORIZED, refuse(401), 4, 15, tile_texts.accepted_before_text()
    ),
}
