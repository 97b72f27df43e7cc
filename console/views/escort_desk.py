"""EscortDesk: the key that follows an inspector on a tile, and the words for what happens.

Threads: GUI thread only.
"""

from __future__ import annotations

from config.site import InspectorId
from console.state.escort import Escort, EscortNews, Followed
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.session import ConsoleSession, SelectionKind, Severity
from console.views.words import translate

_NEWS = {
    EscortNews.STARTED: QT_TRANSLATE_NOOP("Escort", "Following {0} on the selected tile (W ends)"),
    EscortNews.HANDED_OVER: QT_TRANSLATE_NOOP("Escort", "{0}: now on {1}"),
    EscortNews.OUT_OF_SIGHT: QT_TRANSLATE_NOOP("Escort", "{0} is out of sight; the last camera stays"),
    EscortNews.POSITION_LOST: QT_TRANSLATE_NOOP("Escort", "No position of {0} for a minute"),
    EscortNews.ENDED: QT_TRANSLATE_NOOP("Escort", "{0} is not followed any more"),
    EscortNews.TAKEN_OVER: QT_TRANSLATE_NOOP("Escort", "The tile was taken over: {0} is not followed any more"),
}  # fmt: skip
_LOUD = frozenset({EscortNews.OUT_OF_SIGHT, EscortNews.POSITION_LOST, EscortNews.TAKEN_OVER})


class EscortDesk:
    """Whom: the selected inspector, else who is on the open case."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self.escort = Escort(
            session.wall,
            session.people,
            lambda: (tuple(session.directory.cameras), session.calibrations),
            session.clock,
        )
        self.escort.news.connect(self._on_news)

    def toggle(self) -> None:
        """Begins on the selected tile, or ends."""
        if self.escort.followed is not None:
            self.escort.end()
            return
        whom, address = self._whom(), self._session.wall.selected
        if whom is None or address is None:
            text = translate(
                "Escort", "Select an inspector on the map, or a case with one, and a tile first."
            )
            self._session.say(text, Severity.PROBLEM)
        elif not self.escort.start(whom, address):
            text = translate(
                "Escort", "{0} cannot be followed here: no position, or the tile is pinned."
            )
            self._session.say(text.format(self._name(whom)), Severity.PROBLEM)

    def _whom(self) -> InspectorId | None:
        selection = self._session.selection.get()
        if selection is not None and selection.kind is SelectionKind.INSPECTOR:
            return InspectorId(selection.id)
        row = self._session.cases.get(self._session.open_case.get())
        return row.case.inspector_id if row is not None else None

    def _name(self, inspector_id: InspectorId) -> str:
        return self._session.people.name_of(inspector_id)

    def _on_news(self, what: EscortNews, followed: Followed) -> None:
        camera = followed.camera_id
        text = translate("Escort", _NEWS[what]).format(
            self._name(followed.inspector_id),
            "" if camera is None else self._session.directory.name_of(camera),
        )
        self._session.say(text, Severity.PROBLEM if what in _LOUD else Severity.INFO)
