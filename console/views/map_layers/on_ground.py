"""OnGround: everything that stands on the map's ground, in one sheet: cameras, people, cases, names.

Painted in steps with the sheet's margin; the pointer finds what the sheet that is shown shows.
Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from console.state.map_layers import MapLayer, MapLayers
from console.state.map_projection import MapProjection
from console.state.session import ConsoleSession, SelectionKind
from console.views.map_layers.cameras import CameraLayer
from console.views.map_layers.cases import CaseLayer, Pin
from console.views.map_layers.checkpoints import CheckpointLayer
from console.views.map_layers.fences import FenceLayer
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Marker, Markers
from console.views.map_layers.people import PeopleLayer
from console.views.map_layers.shading import HeatLayer, LoadLayer
from console.views.map_layers.sheet import Sheet
from console.views.map_layers.site_layer import SiteLayers
from console.views.map_layers.standing import Seen, Standing
from console.views.map_layers.trails import TrailLayer

#: Sheet beyond each edge of the window, as a share of it.
MARGIN = 0.18
PICK_ORDER = (
    SelectionKind.CASE,
    SelectionKind.INSPECTOR,
    SelectionKind.GROUP,
    SelectionKind.CAMERA,
    SelectionKind.CHECKPOINT,
    SelectionKind.FEATURE,
)


class OnGround:
    """The layers of markers and their sheet."""

    def __init__(self, session: ConsoleSession, layers: MapLayers) -> None:
        self._session = session
        self._layers = layers
        self.cameras = CameraLayer(session)
        self.people = PeopleLayer(session)
        self.cases = CaseLayer(session)
        self.checkpoints = CheckpointLayer(session, layers)
        self.load = LoadLayer(session)
        self.heat = HeatLayer(session)
        self.fences = FenceLayer(session)
        self.site_layers = SiteLayers(layers)
        self.trails = TrailLayer(session.replay, session.people)
        self.sheet = Sheet(self._steps, lambda: QColor(Qt.GlobalColor.transparent), MARGIN)
        self.standing = Standing(self._stand)
        #: How many batches of positions the sheet that is shown holds; for the bench.
        self.shown_batches = 0
        self._seen: Seen = {}
        self._groups: Groups | None = None

    def reload(self) -> None:
        """Registers or theme changed."""
        self.cameras.reload()
        self.people.reload()
        self.cases.reload()
        self.checkpoints.reload()
        self.load.reload()
        self.fences.reload()
        self.forget()

    def forget(self) -> None:
        """Nothing that is painted is true any more."""
        self.standing.outdate()
        self.sheet.forget()

    def outdate(self) -> None:
        """Something that stands looks otherwise now."""
        self.standing.outdate()
        self.sheet.outdate()

    def on_cases(self) -> None:
        """Cases changed: what stands only where it is shaded by them."""
        if self._layers.is_on(MapLayer.LOAD) or self._layers.is_on(MapLayer.HEAT):
            self.standing.outdate()
        self.on_lights()

    def on_lights(self) -> None:
        """Ages, lights, presence: nothing that stands."""
        self.cases.outdate()
        self.sheet.outdate()

    def _steps(self, painter: QPainter, projection: MapProjection, ratio: float) -> Iterator[None]:
        labels, is_on = Labels(), self._layers.is_on
        pins: list[Pin] = []
        groups = Groups(projection, is_on=is_on(MapLayer.GROUPS))
        seen = yield from self.standing.steps(painter, projection, ratio, labels, groups)
        if is_on(MapLayer.CASES):
            pins = yield from self.cases.plan(projection, labels, groups)
            self.cases.paint_route(painter, projection)
            yield
        if self._session.replay.is_open:  # not now: nobody is shown in two places at once
            self.trails.paint(painter, projection, labels)
        elif is_on(MapLayer.PEOPLE):
            seen[SelectionKind.INSPECTOR] = yield from self.people.steps(
                painter, projection, ratio, labels, groups
            )
        groups.place()
        yield from groups.steps(painter)
        seen[SelectionKind.GROUP] = groups.markers()
        if is_on(MapLayer.CASES):
            seen[SelectionKind.CASE] = yield from self.cases.steps(painter, pins, ratio)
        self._seen, self._groups = seen, groups
        self.shown_batches = self.people.read_batches

    def _stand(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        labels: Labels,
        groups: Groups,
    ) -> Generator[None, None, Seen]:
        """What does not move by itself."""
        is_on = self._layers.is_on
        seen: Seen = {}
        yield from self._shade_steps(painter, projection)
        if is_on(MapLayer.FENCES):
            yield from self.fences.steps(painter, projection, labels)
        seen[SelectionKind.FEATURE] = yield from self.site_layers.steps(
            painter, projection, ratio, labels
        )
        if is_on(MapLayer.CHECKPOINTS):
            seen[SelectionKind.CHECKPOINT] = yield from self.checkpoints.steps(
                painter, projection, ratio, labels, groups
            )
        if is_on(MapLayer.CAMERAS):
            seen[SelectionKind.CAMERA] = yield from self.cameras.steps(
                painter, projection, ratio, labels, groups
            )
        return seen

    def _shade_steps(self, painter: QPainter, projection: MapProjection) -> Iterator[None]:
        """What lies under everything that stands."""
        if self._layers.is_on(MapLayer.LOAD):
            yield from self.load.steps(painter, projection)
        if self._layers.is_on(MapLayer.HEAT):
            yield from self.heat.steps(painter, projection)
        yield from self.site_layers.ground_steps(painter, projection)

    def name_of(self, marker: Marker) -> str:
        """What a marker of a site layer, or a plate, stands for."""
        if marker.kind is SelectionKind.GROUP:
            return "" if self._groups is None else self._groups.text_of(marker.id)
        return self.site_layers.name_of(marker.id)

    def classes(self) -> list[str]:
        """Every class of check points."""
        return self.checkpoints.classes

    def counts(self) -> dict[str, int]:
        """How many things each layer holds, by the layer's name."""
        site = self._session.site
        return {
            MapLayer.CASES.value: sum(
                row.place is not None for row in self._session.cases.open_rows()
            ),
            MapLayer.PEOPLE.value: len(self._session.people),
            MapLayer.CAMERAS.value: sum(camera.place is not None for camera in site.cameras),
            MapLayer.CHECKPOINTS.value: len(site.checkpoints),
            MapLayer.FENCES.value: len(site.fences),
            MapLayer.GRID.value: len(site.grid),
            **self.site_layers.counts(),
        }

    def seen(self, kind: SelectionKind, projection: MapProjection) -> Markers:
        """What is shown of a kind, in pixels of the window `projection`."""
        shown = self.sheet.shown
        left, top = projection.screen_of_world(*shown.world_at(0, 0))
        markers = self._seen.get(kind, Markers(kind))
        return markers.moved(left, top, projection.scale_px / shown.scale_px)

    def marker_at(self, x_px: float, y_px: float, projection: MapProjection) -> Marker | None:
        """The marker under a pixel of the window: what moves and matters before what stands."""
        for kind in PICK_ORDER:
            found = self.seen(kind, projection).nearest(x_px, y_px)
            if found is not None:
                return found
        return None

    def beside(
        self, x_px: float, y_px: float, way: tuple[float, float] | None, projection: MapProjection
    ) -> Marker | None:
        """The next marker in the window in a direction (see `Markers.beside`), of any kind."""
        size_px = projection.width_px, projection.height_px
        found = [
            one
            for kind in PICK_ORDER
            if (one := self.seen(kind, projection).beside(x_px, y_px, way, size_px)) is not None
        ]
        return min(found, key=lambda one: one[0])[1] if found else None
