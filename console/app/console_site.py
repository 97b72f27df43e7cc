"""SeatSite: the site a seat works with: read at start, read again when a register changed.

Decides nothing; what takes long (map of streets, search index) is made beside the windows.
Threads: GUI thread; the reading runs in the seat's errands.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from config.site import Camera, CameraId, Site
from console.app.console_options import ConsoleOptions
from console.bridge.clips import ClipShelf
from console.bridge.gui_thread import Errands
from console.bridge.site_source import Asks, site_of_folder, site_of_hub
from console.state.basemap import read_basemap
from console.state.session import ConsoleSession, Severity
from console.state.site_layers import SiteLayer, read_site_layers
from console.views.words import layer_problem_text
from ingest.errors import GridwallError
from ingest.relay.address import through_relay


def camera_to_open(session: ConsoleSession, clips: ClipShelf, camera_id: CameraId) -> Camera | None:
    """The camera, or the clip that plays like one, as this machine opens it."""
    camera = session.directory.camera(camera_id)
    if camera is None:
        return clips.camera(camera_id)
    return through_relay(camera, session.site.settings.relay)


class SeatSite(QObject):
    """`basemap_read(BaseMap)`, `layers_read(tuple[SiteLayer, …])`: streets and further map layers are
    there, again after every change of the site."""

    basemap_read = Signal(object)
    layers_read = Signal(object)

    def __init__(
        self,
        session: ConsoleSession,
        client: Asks,
        errands: Errands,
        options: ConsoleOptions,
        on_problem: Callable[[GridwallError], None],
    ) -> None:
        super().__init__()
        self._session, self._client, self._errands = session, client, errands
        self._folder = options.site_folder
        self._on_problem = on_problem
        session.site_changed.connect(self.prepare)

    def read_again(self) -> None:
        """A register changed: the session gets the new site when it is read."""
        folder, client, former = self._folder, self._client, self._session.site

        def read() -> Site:
            return site_of_folder(folder) if folder else site_of_hub(client, former.folder)

        self._errands.run(read, self._session.set_site, self._on_problem)

    def prepare(self) -> None:
        """Streets and search index, so that the first letter of a search does not wait."""
        file = self._session.site.streets_file
        if file is not None:
            self._errands.run(lambda: read_basemap(file), self.basemap_read.emit, self._on_problem)
        files, datum = self._session.site.layer_files, self._session.site.datum
        self._errands.run(
            lambda: read_site_layers(files, datum), self._take_layers, self._on_problem
        )
        prepare = self._session.directory.prepare
        self._errands.run(prepare, lambda _none: None, self._on_problem)

    def _take_layers(self, layers: tuple[SiteLayer, ...]) -> None:
        self.layers_read.emit(layers)
        problems = [problem for layer in layers for problem in layer.problems]
        if problems:
            self._session.say(layer_problem_text(problems), Severity.PROBLEM)
