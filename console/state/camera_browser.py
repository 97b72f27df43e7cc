"""CameraBrowser: the camera directory beside the wall — which tree, what is searched, what is found.

Decides what the directory shows; reads session and health, calls nothing. One thread.
"""

from __future__ import annotations

from config.site import CameraId
from console.state.camera_tree import CameraTree, Grouping
from console.state.health import Mark
from console.state.observable import Signal
from console.state.session import ConsoleSession

#: Lines a search shows: more than a person reads, few enough to list at every keystroke.
FOUND_MAX = 200


class CameraBrowser:
    """Tree and search of one directory.

    Signals: `rebuilt`: `tree` is another one; `found_changed`: other cameras are found.
    The tree is made when it is first asked for: a directory nobody opened costs nothing.
    """

    def __init__(self, session: ConsoleSession) -> None:
        self.rebuilt: Signal[[]] = Signal()
        self.found_changed: Signal[[]] = Signal()
        self._session = session
        self._tree: CameraTree | None = None
        self._grouping = Grouping.OWNER
        self._text = ""
        self._found: tuple[CameraId, ...] = ()
        self._disconnect = (
            session.site_changed.connect(self._rebuild),
            session.health.marked.connect(self._on_marked),
        )

    def close(self) -> None:
        """Lets go of the session. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()

    @property
    def tree(self) -> CameraTree:
        if self._tree is None:
            session = self._session
            self._tree = CameraTree(session.directory, session.health, self._grouping)
        return self._tree

    @property
    def grouping(self) -> Grouping:
        return self._grouping

    @property
    def text(self) -> str:
        """What is searched; empty while the tree is shown."""
        return self._text

    @property
    def found(self) -> tuple[CameraId, ...]:
        return self._found

    def mark_of(self, camera_id: CameraId) -> Mark:
        return self._session.health.mark_of(camera_id)

    def group_by(self, grouping: Grouping) -> None:
        """Another tree over the same cameras."""
        if grouping is not self._grouping:
            self._grouping = grouping
            self._rebuild()

    def search(self, text: str) -> None:
        """Every keystroke: what is found is there when this returns."""
        self._text = text.strip()
        self._look()

    def _look(self) -> None:
        cameras = self._session.directory.search(self._text, FOUND_MAX) if self._text else ()
        found = tuple(camera.id for camera in cameras)
        if found != self._found:
            self._found = found
            self.found_changed.emit()

    def _rebuild(self) -> None:
        if self._tree is not None:
            self._tree = None
            self.rebuilt.emit()
        self._look()

    def _on_marked(self, camera_ids: frozenset[CameraId]) -> None:
        if self._tree is not None:
            self._tree.take_marks(camera_ids)
