"""TrialPanel: what the zones in the editor would have raised lately, and which places are quiet.

Says how much of the ten minutes was there to try on, and that a trial lacks the second look at full
resolution and what operators taught. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from console.state.zone_draft import ZoneDraft
from console.state.zone_trial import PATIENCE_S, TrialState, ZoneTrial
from console.views.tile_texts import alert_kind_text, duration_text
from console.views.words import note_text, translate
from ingest.feed.envelope import parse_utc_ns
from vision.asked import TrialDone
from vision.sight import QuietPlace

#: Less than this share of what was asked for is said in as many words.
_WHOLE_SHARE = 0.98


class TrialPanel(QWidget):
    """Result of the trial above, quiet places below. `watch_again`: takes one back."""

    def __init__(
        self,
        draft: ZoneDraft,
        trial: ZoneTrial,
        watch_again: Callable[[QuietPlace], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._draft, self._trial, self._watch_again = draft, trial, watch_again
        self._quiet: tuple[QuietPlace, ...] = ()
        self.summary = QLabel(self)
        self.summary.setObjectName("secondary")
        self.summary.setWordWrap(True)
        self.alerts = QListWidget(self)
        self.alerts.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.alerts.setWordWrap(True)
        self.quiet_title = QLabel(translate("Trial", "Suppressed after rejections"), self)
        self.quiet_list = QListWidget(self)
        self.quiet_list.setWordWrap(True)
        self.quiet_list.setMaximumHeight(96)
        self.again = QPushButton(translate("Trial", "Watch this place again"), self)
        self.again.setObjectName("act")
        self.again.setAutoDefault(False)
        self.again.clicked.connect(lambda _on=False: self._take_back())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self.summary, self.alerts, self.quiet_title, self.quiet_list, self.again):
            layout.addWidget(part)
        trial.changed.connect(self._on_trial)
        draft.changed.connect(self._fill)
        self.show_quiet(())

    def start(self) -> None:
        """Tries the zones as they are drawn now."""
        self._trial.ask(self._draft.zones)
        trial_id = self._trial.trial_id
        QTimer.singleShot(round(PATIENCE_S * 1000), self, lambda: self._trial.give_up(trial_id))

    def show_quiet(self, places: tuple[QuietPlace, ...]) -> None:
        """The camera's quiet places as they are now."""
        self._quiet = places
        self.quiet_list.clear()
        self.quiet_list.addItems([quiet_text(place) for place in places])
        if places:
            self.quiet_list.setCurrentRow(0)
        for part in (self.quiet_title, self.quiet_list, self.again):
            part.setVisible(bool(places))
        self._fill()

    def _take_back(self) -> None:
        row = self.quiet_list.currentRow()
        if 0 <= row < len(self._quiet):
            self._watch_again(self._quiet[row])

    def _on_trial(self) -> None:
        self.alerts.clear()
        done = self._trial.done
        if self._trial.state is TrialState.DONE and done is not None:
            self.alerts.addItems(_lines(done))
        self._fill()

    def _fill(self) -> None:
        trial = self._trial
        self.setVisible(trial.state is not TrialState.IDLE or bool(self._quiet))
        self.alerts.setVisible(self.alerts.count() > 0)
        self.summary.setVisible(trial.state is not TrialState.IDLE)
        if trial.state is TrialState.ASKED:
            self.summary.setText(translate("Trial", "Trying the zones on the last minutes…"))
        elif trial.state is TrialState.FAILED:
            self.summary.setText(trial.why)
        elif trial.state is TrialState.SILENT:
            self.summary.setText(
                translate(
                    "Trial",
                    "No worker answered: the camera is not analysed now, or its worker is away. "
                    "The zones can be saved all the same.",
                )
            )
        elif trial.state is TrialState.DONE and trial.done is not None:
            text = summary_text(trial.done)
            if trial.is_stale(self._draft.zones):
                stale = translate("Trial", "The zones were changed since: try again.")
                text = f"{stale} {text}"
            self.summary.setText(text)


def summary_text(done: TrialDone) -> str:
    """How many alerts, on how much, and what was missing."""
    if done.from_utc is None:
        text = translate(
            "Trial",
            "Nothing of this camera is kept yet: zones are tried on what was analysed lately. "
            "The zones can be saved all the same.",
        )
        return f"{text} {done.error}".strip()
    count = len(done.alerts) + done.more_count
    parts = [
        translate("Trial", "{0} alert(s) in {1}, from {2} to {3}.").format(
            count, duration_text(done.stored_s), _clock(done.from_utc), _clock(done.to_utc or "")
        )
    ]
    if done.stored_s < _WHOLE_SHARE * done.asked_s:
        less = translate("Trial", "Only {0} of {1} are kept.")
        parts.append(less.format(duration_text(done.stored_s), duration_text(done.asked_s)))
    if done.gap_s > 0:
        gap = translate("Trial", "{0} of it were not analysed.")
        parts.append(gap.format(duration_text(done.gap_s)))
    if done.error:
        parts.append(done.error)
    if done.alerts:
        parts.append(
            translate("Trial", "Without the second look and without what operators rejected.")
        )
    return " ".join(parts)


def quiet_text(place: QuietPlace) -> str:
    """Suppressed: 4 rejected here since …, last at …"""
    text = translate(
        "Trial", "{0}: {1} rejected here since {2}, last at {3}; {4} held back"
    ).format(
        alert_kind_text(place.kind),
        place.rejected_count,
        _day(place.since_utc),
        _day(place.last_utc),
        place.held_count,
    )
    if place.held_utc is None:
        return text
    return f"{text} · {translate('Trial', 'last {0}').format(_day(place.held_utc))}"


def _lines(done: TrialDone) -> list[str]:
    lines = []
    for alert in done.alerts:
        over = "…" if alert.cleared_utc is None else _clock(alert.cleared_utc)
        head = f"{_clock(alert.raised_utc)} – {over}  {alert_kind_text(alert.kind)}"
        lines.append(f"{head} · {alert.zone_id}\n{note_text(alert.reason)}")
    if done.more_count:
        lines.append(translate("Trial", "… and {0} more").format(done.more_count))
    return lines


def _clock(utc: str) -> str:
    return datetime.fromtimestamp(parse_utc_ns(utc) / 1e9).strftime("%H:%M:%S")


def _day(utc: str) -> str:
    return datetime.fromtimestamp(parse_utc_ns(utc) / 1e9).strftime("%m-%d %H:%M")
