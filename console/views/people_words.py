"""Words of the people sheet: states, sources, results of fixes, as a dispatcher says them."""

from __future__ import annotations

from datetime import datetime

from console.desk.round_rules import RoundReport, RoundState
from console.desk.units import UnitState
from console.state.keys import QT_TRANSLATE_NOOP
from console.views import words
from console.views.words import translate

_STATES = {
    UnitState.AVAILABLE: QT_TRANSLATE_NOOP("Unit", "available"),
    UnitState.CALLED: QT_TRANSLATE_NOOP("Unit", "called"),
    UnitState.EN_ROUTE: QT_TRANSLATE_NOOP("Unit", "en route"),
    UnitState.ON_SCENE: QT_TRANSLATE_NOOP("Unit", "on scene"),
    UnitState.BUSY: QT_TRANSLATE_NOOP("Unit", "busy"),
    UnitState.OFF: QT_TRANSLATE_NOOP("Unit", "off duty"),
}
_ROUNDS = {
    RoundState.PLANNED: QT_TRANSLATE_NOOP("Round", "to come"),
    RoundState.RUNNING: QT_TRANSLATE_NOOP("Round", "on now"),
    RoundState.ENDED: QT_TRANSLATE_NOOP("Round", "over"),
}
_RESULTS = {
    "ok": QT_TRANSLATE_NOOP("Device", "good"),
    "late": QT_TRANSLATE_NOOP("Device", "late"),
    "duplicate": QT_TRANSLATE_NOOP("Device", "twice"),
    "future": QT_TRANSLATE_NOOP("Device", "in the future"),
    "zero": QT_TRANSLATE_NOOP("Device", "no fix"),
    "jump": QT_TRANSLATE_NOOP("Device", "jump"),
}


def state_text(state: UnitState) -> str:
    return translate("Unit", _STATES[state])


def round_text(planned: RoundReport) -> str:
    """A planned round in one line: name, hours, and whether it is on."""
    hours = f"{moment_text(planned.from_ms)}–{moment_text(planned.until_ms)}"
    return f"{planned.name}  {hours}  {translate('Round', _ROUNDS[planned.state])}"


def counts_text(counts: dict[str, int]) -> str:
    """What became of a device's fixes: good ones first, then the refused by reason."""
    known = [name for name in _RESULTS if counts.get(name)]
    others = sorted(counts.keys() - _RESULTS.keys())
    names = [(translate("Device", _RESULTS[name]), counts[name]) for name in known]
    return " · ".join(f"{name} {n}" for name, n in (*names, *((o, counts[o]) for o in others)))


def age_text(age_s: float | None) -> str:
    return "–" if age_s is None else words.duration_text(age_s)


def moment_text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).strftime("%H:%M")
