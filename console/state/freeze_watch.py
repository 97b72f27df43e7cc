"""FreezeWatch: which windows of the console have stopped, judged from outside by their beats.

Runs in the watchdog process. Decides only from what it received and its own clock: a console that
hangs cannot be asked. Pure; times are monotonic nanoseconds of this machine unless they say UTC.
"""

from __future__ import annotations

from msgspec import Struct

#: The console beats this often; it is silent after this long without a beat.
BEAT_S = 0.25
SILENT_S = 2.0
#: A wall window paints its clock every second; without a paint for this long its picture stands.
PAINT_S = 4.0
#: The watchdog itself did not run for this long (the machine slept, everything was stopped):
#: what it did not hear then says nothing.
OWN_STALL_S = 1.0


class WindowBeat(Struct, frozen=True):
    """One window as the console last saw it, in device-independent pixels of the whole desktop.

    Attributes:
        painted_mono_ns: its last paint, where the window is sure to paint by itself; else None.
    """

    id: str
    x: int
    y: int
    width: int
    height: int
    painted_mono_ns: int | None = None


class Beat(Struct, frozen=True):
    """The console lives. `windows`: those a person can see."""

    sent_mono_ns: int
    sent_utc_ns: int
    language: str
    windows: tuple[WindowBeat, ...] = ()


class Cover(Struct, frozen=True):
    """A window whose picture stands, and since when."""

    window: WindowBeat
    since_utc_ns: int


class FreezeWatch:
    """Beats in, covers out. One thread."""

    def __init__(self) -> None:
        self._beat: Beat | None = None
        self._heard_mono_ns = 0
        self._looked_mono_ns = 0

    @property
    def language(self) -> str:
        return self._beat.language if self._beat is not None else ""

    def take(self, beat: Beat, now_mono_ns: int) -> None:
        """A beat arrived."""
        self._beat, self._heard_mono_ns = beat, now_mono_ns

    def covers(self, now_mono_ns: int) -> tuple[Cover, ...]:
        """What must be covered now; asked several times a second."""
        stall_ns = now_mono_ns - self._looked_mono_ns
        self._looked_mono_ns = now_mono_ns
        if stall_ns > OWN_STALL_S * 1e9:
            self._heard_mono_ns = now_mono_ns
        beat = self._beat
        if beat is None:
            return ()
        if now_mono_ns - self._heard_mono_ns > SILENT_S * 1e9:
            return tuple(Cover(window, beat.sent_utc_ns) for window in beat.windows)
        found = []
        for window in beat.windows:
            if window.painted_mono_ns is None:
                continue
            unpainted_ns = beat.sent_mono_ns - window.painted_mono_ns
            if unpainted_ns > PAINT_S * 1e9:
                found.append(Cover(window, beat.sent_utc_ns - unpainted_ns))
        return tuple(found)
