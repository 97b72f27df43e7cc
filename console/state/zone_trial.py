"""ZoneTrial: one editor's trial of its zones on the last minutes: asked, answered, or given up.

A change of the zones makes a result stale: it stays readable and says so. Threads: GUI thread only
(or a test's).
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Sequence

from config.site import CameraId, Zone
from console.state.observable import Signal
from vision.asked import TrialDone

#: A worker that has not answered by then will not; its own deadline is 30 s.
PATIENCE_S = 40.0
Failed = Callable[[str], None]
#: Sends the trial: its id, the camera, the zones, and what to do when it is refused.
Ask = Callable[[str, CameraId, Sequence[Zone], Failed], None]


class TrialState(enum.Enum):
    IDLE = "idle"
    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    SILENT = "silent"  #: no worker answered


class ZoneTrial:
    """`changed` tells every step. `done`: the last result; `why`: what was refused."""

    def __init__(self, camera_id: CameraId, ask: Ask) -> None:
        self.changed: Signal[[]] = Signal()
        self._camera_id, self._ask = camera_id, ask
        self._trial_id = ""
        self._zones: tuple[Zone, ...] = ()
        self.state = TrialState.IDLE
        self.done: TrialDone | None = None
        self.why = ""

    @property
    def trial_id(self) -> str:
        """Of the trial asked last."""
        return self._trial_id

    def is_stale(self, zones: Sequence[Zone]) -> bool:
        """Whether the zones are others by now than those that were tried."""
        return self.state is TrialState.DONE and tuple(zones) != self._zones

    def ask(self, zones: Sequence[Zone]) -> None:
        """Asks anew; an answer to a former trial is no longer waited for."""
        self._trial_id, self._zones = uuid.uuid4().hex, tuple(zones)
        trial_id = self._trial_id
        self._become(TrialState.ASKED)
        self._ask(trial_id, self._camera_id, zones, lambda why: self._refused(trial_id, why))

    def answer(self, done: TrialDone) -> None:
        """An answer came over the feed; others' are left alone."""
        if done.trial_id == self._trial_id and self.state is TrialState.ASKED:
            self.done = done
            self._become(TrialState.DONE)

    def give_up(self, trial_id: str) -> None:
        """PATIENCE_S are over."""
        if trial_id == self._trial_id and self.state is TrialState.ASKED:
            self._become(TrialState.SILENT)

    def _refused(self, trial_id: str, why: str) -> None:
        if trial_id == self._trial_id:
            self.why = why
            self._become(TrialState.FAILED)

    def _become(self, state: TrialState) -> None:
        self.state = state
        self.changed.emit()
