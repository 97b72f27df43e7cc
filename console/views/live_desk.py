"""LiveDesk: says whose phone is live, and brings the pictures to the wall of whoever works on the case.

The camera of a phone that is live for the first time is new in the register: the call waits for it.
Threads: GUI thread only.
"""

from __future__ import annotations

from config.site import CameraId
from console.desk.live_data import LiveVideoData
from console.state.session import ConsoleSession
from console.views.words import translate


class LiveDesk:
    """Listens to the session's live phones."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._awaited: CameraId | None = None
        session.live.changed.connect(self._on_changed)
        session.site_changed.connect(self._call_awaited)

    def _on_changed(self, data: LiveVideoData) -> None:
        name = self._session.people.name_of(data.inspector_id)
        if not data.is_live:
            self._awaited = None
            self._session.say(translate("Live", "{0} is not live any more").format(name))
            return
        is_ours = data.case_id is not None and data.case_id == self._session.open_case.get()
        if is_ours:
            self._awaited = data.camera_id
            self._call_awaited()
            self._session.say(translate("Live", "{0} is live from the spot").format(name))
            return
        text = translate("Live", "{0} is live: choose them on the map or call {1}")
        self._session.say(text.format(name, data.camera_id))

    def _call_awaited(self) -> None:
        if self._awaited is None or self._session.directory.camera(self._awaited) is None:
            return
        camera_id, self._awaited = self._awaited, None
        self._session.select_camera(camera_id)
