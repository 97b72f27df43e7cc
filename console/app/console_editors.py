"""SeatEditors: the editors of a seat, from the key to the register the hub writes.

Joins parts; decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from config.site import Calibration, Camera, CameraId, Zone
from console.bridge.desk_line import Asks
from console.bridge.gui_thread import Errands
from console.bridge.register_line import RegisterLine
from console.bridge.sight_line import SightLine
from console.bridge.tile_image import PictureSource
from console.state.basemap import BaseMap
from console.state.calibration_draft import CalibrationDraft
from console.state.keys import CommandId
from console.state.session import ConsoleSession, Severity
from console.state.tiles import WHOLE
from console.state.zone_draft import ZoneDraft
from console.state.zone_trial import ZoneTrial
from console.views.editors.calibration_editor import CalibrationEditor
from console.views.editors.editor_dialog import EditorDialog, Save
from console.views.editors.zone_editor import ZoneEditor
from console.views.fence_commands import FenceCommands
from console.views.map_view import MapView
from console.views.words import translate
from vision.asked import TrialDone
from vision.sight import QuietPlace, SightData


class SeatEditors:
    """`run` opens the editor a command asks for, on the camera of the selected tile."""

    def __init__(
        self,
        session: ConsoleSession,
        line: RegisterLine,
        pictures: PictureSource,
        sights: SightLine | None = None,
    ) -> None:
        """`sights`: asks the eyes; without it zones cannot be tried."""
        self._session, self._line, self._pictures = session, line, pictures
        self._sights = sights
        self._trial: ZoneTrial | None = None
        session.wall.eyesight.tried.connect(self._on_tried)
        session.wall.eyesight.changed.connect(self._on_sight)
        self._basemap = BaseMap()
        self.editor: EditorDialog | None = None
        self._map: MapView | None = None
        self._fences = FenceCommands(session, line, self._draw)

    def attach(self, map_view: MapView) -> None:
        """The map fences are drawn on."""
        self._map = map_view
        map_view.hand.measure.kept.connect(self._fences.keep)

    def set_basemap(self, basemap: BaseMap) -> None:
        """The streets that places are found by."""
        self._basemap = basemap

    def run(self, command_id: CommandId, parent: QWidget | None) -> bool:
        """Does the command; False when it is none of these."""
        if command_id is CommandId.FENCES:
            self._fences.open_list()
            return True
        if command_id not in (CommandId.EDIT_ZONES, CommandId.CALIBRATE):
            return False
        selected = self._session.wall.selected
        camera_id = None if selected is None else self._session.wall.tile(selected).camera_id
        camera = None if camera_id is None else self._session.directory.camera(camera_id)
        if camera is None:
            text = translate(
                "Editor", "Select a tile with a camera first: this is about its picture."
            )
            self._session.say(text, Severity.PROBLEM)
        elif command_id is CommandId.EDIT_ZONES:
            self._line.read(
                "zones",
                tuple[Zone, ...],
                lambda zones, version: self._open_zones(camera, zones, version, parent),
                self._on_unreadable,
            )
        else:
            self._line.read(
                "calibration",
                tuple[Calibration, ...],
                lambda known, version: self._open_calibration(camera, known, version, parent),
                self._on_unreadable,
            )
        return True

    def _draw(self) -> None:
        if self._map is not None and not self._map.hand.measure.is_open:
            self._map.measure()

    def _open_zones(
        self, camera: Camera, zones: tuple[Zone, ...], version: str, parent: QWidget | None
    ) -> None:
        if self.editor is None:  # else the key was pressed twice before the hub answered
            sights = self._sights
            self._trial = None if sights is None else ZoneTrial(camera.id, sights.tryout)
            editor = ZoneEditor(
                ZoneDraft(camera.id, zones),
                self._session.directory.name_of(camera.id),
                self._picture_of(camera.id),
                self._save("zones", version),
                knows_presets=camera.ptz_url is not None,
                trial=self._trial,
                watch_again=lambda place: self._watch_again(camera.id, place),
                parent=parent,
            )
            self._show_quiet(editor, camera.id)
            self._open(
                editor, translate("Zones", "Zones saved: the rules take them within seconds.")
            )

    def _on_tried(self, done: TrialDone) -> None:
        if self._trial is not None:
            self._trial.answer(done)

    def _on_sight(self, sight: SightData) -> None:
        editor = self.editor
        if isinstance(editor, ZoneEditor) and editor.camera_id == sight.camera_id:
            self._show_quiet(editor, sight.camera_id)

    def _show_quiet(self, editor: ZoneEditor, camera_id: CameraId) -> None:
        known = self._session.wall.eyesight.known(camera_id)
        if editor.trial_panel is not None:
            editor.trial_panel.show_quiet(() if known is None else known.quiet)

    def _watch_again(self, camera_id: CameraId, place: QuietPlace) -> None:
        if self._sights is not None:
            self._sights.watch_again(camera_id, place, self._on_unreadable)

    def _open_calibration(
        self,
        camera: Camera,
        known: tuple[Calibration, ...],
        version: str,
        parent: QWidget | None,
    ) -> None:
        if self.editor is None:
            site = self._session.site
            editor = CalibrationEditor(
                CalibrationDraft(camera.id, known),
                self._session.directory.name_of(camera.id),
                camera.place,
                self._picture_of(camera.id),
                self._basemap,
                [one.place for one in site.cameras if one.place is not None],
                self._save("calibration", version),
                parent,
            )
            text = translate("Calibration", "Ground saved: alerts get their place by it.")
            self._open(editor, text)

    def _open(self, editor: EditorDialog, saved_text: str) -> None:
        self.editor = editor
        editor.accepted.connect(lambda: self._session.say(saved_text))
        editor.finished.connect(self._on_closed)
        editor.open()

    def _save(self, name: str, version: str) -> Save:
        return lambda entries, then, failed: self._line.write(name, entries, version, then, failed)

    def _on_unreadable(self, why: str) -> None:
        self._session.say(why, Severity.PROBLEM)

    def _on_closed(self, _result: int) -> None:
        if self.editor is not None:
            self.editor.deleteLater()
            self.editor = self._trial = None

    def _picture_of(self, camera_id: CameraId) -> Callable[[], QImage | None]:
        return lambda: self._picture(camera_id)

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
            copied = image.image if image.planes is not None else image.image.copy()
            if feed.still_valid():
                return copied
        return None


def editors_of(
    session: ConsoleSession, client: Asks, errands: Errands, seat: str, pictures: PictureSource
) -> SeatEditors:
    """The editors of a seat with their lines to the hub."""
    line, sights = RegisterLine(client, errands, seat), SightLine(client, errands, seat)
    return SeatEditors(session, line, pictures, sights)
