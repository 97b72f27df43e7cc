"""SeatEditors: the editors of a seat, from the key to the register the hub writes.

Joins parts; decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from config.site import CameraId, Zone
from console.bridge.register_line import RegisterLine
from console.bridge.tile_image import PictureSource
from console.state.keys import CommandId
from console.state.session import ConsoleSession, Severity
from console.state.tiles import WHOLE
from console.state.zone_draft import ZoneDraft
from console.views.words import translate
from console.views.zones.zone_editor import ZoneEditor


class SeatEditors:
    """`run` opens the editor a command asks for, on the camera of the selected tile."""

    def __init__(
        self, session: ConsoleSession, line: RegisterLine, pictures: PictureSource
    ) -> None:
        self._session, self._line, self._pictures = session, line, pictures
        self.zone_editor: ZoneEditor | None = None

    def run(self, command_id: CommandId, parent: QWidget | None) -> bool:
        """Does the command; False when it is none of these."""
        if command_id is not CommandId.EDIT_ZONES:
            return False
        selected = self._session.wall.selected
        camera_id = None if selected is None else self._session.wall.tile(selected).camera_id
        if camera_id is None or self._session.directory.camera(camera_id) is None:
            text = translate(
                "Zones", "Select a tile with a camera first: its zones are drawn on it."
            )
            self._session.say(text, Severity.PROBLEM)
            return True
        self._line.read(
            "zones",
            tuple[Zone, ...],
            lambda zones, version: self._open(camera_id, zones, version, parent),
            lambda why: self._session.say(why, Severity.PROBLEM),
        )
        return True

    def _open(
        self,
        camera_id: CameraId,
        zones: tuple[Zone, ...],
        version: str,
        parent: QWidget | None,
    ) -> None:
        if self.zone_editor is not None:
            return  # the key was pressed twice before the hub answered
        directory = self._session.directory
        camera = directory.camera(camera_id)
        editor = ZoneEditor(
            ZoneDraft(camera_id, zones),
            directory.name_of(camera_id),
            lambda: self._picture(camera_id),
            lambda entries, then, failed: self._line.write("zones", entries, version, then, failed),
            knows_presets=camera is not None and camera.ptz_url is not None,
            parent=parent,
        )
        self.zone_editor = editor
        editor.accepted.connect(self._on_saved)
        editor.finished.connect(self._on_closed)
        editor.open()

    def _on_saved(self) -> None:
        self._session.say(translate("Zones", "Zones saved: the rules take them within seconds."))

    def _on_closed(self, _result: int) -> None:
        if self.zone_editor is not None:
            self.zone_editor.deleteLater()
            self.zone_editor = None

    def _picture(self, camera_id: CameraId) -> QImage | None:
        """The camera's whole picture from a tile that shows it, copied out of the ring."""
        wall = self._session.wall
        for address in wall.tiles_of(camera_id):
            feed = self._pictures.feed(address)
            if feed is None or wall.tile(address).region_norm != WHOLE:
                continue
            image = feed.image()
            if image is None or image.image.isNull():
                continue
            copied = image.image.copy()
            if feed.still_valid():
                return copied
        return None
