"""SightDesk: says once when a camera's picture stops serving its rules, and when it does again.

Threads: GUI thread only.
"""

from __future__ import annotations

from console.state.session import ConsoleSession, Severity
from console.views.tile_texts import sight_text
from console.views.words import translate
from vision.sight import Sanity, SightData


class SightDesk:
    """Listens to the wall's eyesight."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        session.wall.eyesight.changed.connect(self._on_changed)

    def _on_changed(self, sight: SightData) -> None:
        name = self._session.directory.name_of(sight.camera_id)
        if sight.is_good:
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
