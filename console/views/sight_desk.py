"""SightDesk: says once when a camera's picture stops serving its rules, and when it does again.

Threads: GUI thread only.
"""

from __future__ import annotations

from config.site import CameraId
from console.state.session import ConsoleSession, Severity
from console.views.tile_texts import alert_kind_text, sight_text
from console.views.words import translate
from vision.sight import Sanity, SightData


class SightDesk:
    """Listens to the wall's eyesight."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._said: dict[CameraId, SightData] = {}
        session.wall.eyesight.changed.connect(self._on_changed)

    def _on_changed(self, sight: SightData) -> None:
        name = self._session.directory.name_of(sight.camera_id)
        before = self._said.get(sight.camera_id)
        self._said[sight.camera_id] = sight
        was = (Sanity.GOOD, ()) if before is None else (before.state, before.rules_off)
        if (sight.state, sight.rules_off) == was:
            self._tell_quiet(name, sight, 0 if before is None else len(before.quiet))
        elif sight.is_good:
            text = translate("Sight", "{0} sees well again: all its rules go on")
            self._session.say(text.format(name))
        elif sight.state is Sanity.GOOD:
            text = translate("Sight", "{0}: the rule of zone {1} failed and stands still")
            self._session.say(text.format(name, ", ".join(sight.rules_off)), Severity.PROBLEM)
        else:
            text = translate(
                "Sight", "{0}: {1}. Parking and stall rules stand still, smoke is watched on"
            )
            self._session.say(text.format(name, sight_text(sight)), Severity.PROBLEM)

    def _tell_quiet(self, name: str, sight: SightData, before_count: int) -> None:
        """Alerts that will not be seen any more are said once, with the way back."""
        if len(sight.quiet) <= before_count:
            return
        place = sight.quiet[0]
        text = translate(
            "Sight",
            "{0}: {1} is suppressed at one place, {2} were rejected there. "
            "The zone editor watches it again",
        )
        kind = alert_kind_text(place.kind)
        self._session.say(text.format(name, kind, place.rejected_count))
