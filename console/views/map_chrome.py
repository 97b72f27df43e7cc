"""The little on the map that is not map: scale bar, attribution, zoom buttons, hover card.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from config.site import InspectorId
from console.state.map_projection import MapProjection, scale_bar
from console.state.session import ConsoleSession, SelectionKind
from console.views import icons, people_words, theme, words
from console.views.map_layers.markers import Marker
from console.views.words import translate


class MapChrome:
    """Scale bar and attribution are painted; the zoom buttons are widgets of `map_widget`."""

    def __init__(self, map_widget: QWidget) -> None:
        self._map = map_widget
        self.buttons: dict[str, QToolButton] = {}
        for name in ("plus", "minus", "whole"):
            button = QToolButton(map_widget)
            button.setObjectName("overlay")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setIconSize(QSize(18, 18))
            self.buttons[name] = button
        self.retranslate()

    def retranslate(self) -> None:
        tips = {
            "plus": translate("Map", "Closer (+)"),
            "minus": translate("Map", "Wider (-)"),
            "whole": translate("Map", "Whole area (Shift+G)"),
        }
        for name, button in self.buttons.items():
            button.setToolTip(tips[name])
            button.setIcon(icons.icon(name, 18, theme.COLOURS.text))

    def set_visible(self, *, visible: bool) -> None:
        """Whether there are buttons; scale and attribution always are."""
        for button in self.buttons.values():
            button.setVisible(visible)

    def place(self) -> None:
        for row, button in enumerate(self.buttons.values()):
            button.setGeometry(self._map.width() - 40, 48 + row * 36, 32, 32)

    def paint(self, painter: QPainter, projection: MapProjection, attribution: str) -> None:
        metres, length = scale_bar(projection.metres_per_px)
        text = words.distance_text(metres)
        y = projection.height_px - 12.0
        bar = [
            QPointF(12, y - 5),
            QPointF(12, y),
            QPointF(12 + length, y),
            QPointF(12 + length, y - 5),
        ]
        for colour, width in ((theme.COLOURS.map_land, 4.0), (theme.COLOURS.secondary, 1.5)):
            painter.setPen(QPen(theme.colour(colour), width))
            painter.drawPolyline(bar)
        painter.setFont(theme.font(11))
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        painter.drawText(QPointF(16, y - 5), text)
        if attribution:
            metrics = QFontMetricsF(theme.font(11))
            width = metrics.horizontalAdvance(attribution)
            right = projection.width_px - 8.0
            plate = QRectF(right - width - 8, y - 12, width + 8, 18)
            painter.fillRect(plate, theme.colour(theme.COLOURS.background, 0.6))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, attribution)

    def paint_empty(self, painter: QPainter) -> None:
        """What to do where there is nothing to show."""
        painter.setFont(theme.font())
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        text = translate(
            "Map",
            "No map yet.\nGive cameras lat and lon in cameras.csv, or add streets.osm.pbf to the "
            "site folder.",
        )
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self._map.rect().adjusted(48, 0, -48, 0), flags, text)


class HoverCard(QLabel):
    """What is under the pointer, in two lines, beside it."""

    def __init__(
        self, session: ConsoleSession, name_of: Callable[[Marker], str], parent: QWidget
    ) -> None:
        """`name_of`: what a marker of a site layer, or a plate, is called."""
        super().__init__(parent)
        self._session = session
        self._name_of = name_of
        self._map = parent
        self._shown: Marker | None = None
        self.setObjectName("card")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_for(self, marker: Marker | None) -> None:
        """Shows, moves or hides the card; stays as it is over the same marker."""
        if marker is None:
            self._shown = None
            self.hide()
            return
        if self._shown is not None and self._shown.id == marker.id and self.isVisible():
            return
        self._shown = marker
        self.setText(self.text_of(marker))
        self.adjustSize()
        parent = self._map
        x = min(round(marker.x_px) + 16, parent.width() - self.width() - 8)
        y = max(8, min(round(marker.y_px) - self.height() - 8, parent.height() - self.height() - 8))
        self.move(x, y)
        self.show()
        self.raise_()

    def text_of(self, marker: Marker) -> str:
        """The card's two lines."""
        if marker.kind is SelectionKind.CASE:
            return self._case_text(marker.id)
        if marker.kind is SelectionKind.INSPECTOR:
            return self._person_text(marker.id)
        if marker.kind is SelectionKind.CHECKPOINT:
            return self._checkpoint_text(marker.id)
        if marker.kind in (SelectionKind.FEATURE, SelectionKind.GROUP):
            return self._name_of(marker)
        return self._camera_text(marker.id)

    def _case_text(self, case_id: str) -> str:
        row = self._session.cases.get(case_id)
        if row is None:
            return case_id
        now_utc_ns = self._session.clock.utc_ns()
        age = words.duration_text(row.age_s(now_utc_ns))
        parts = [
            words.state_text(row.case.state),
            words.due_text(row, now_utc_ns),
            translate("Map", "open for {0}").format(age),
        ]
        place = words.place_text(row, self._session.site)
        first = f"{row.id}  {words.kind_text(row.case.kind)} · {place}"
        return first + "\n" + " · ".join(part for part in parts if part)

    def _person_text(self, inspector_id: str) -> str:
        person = self._session.people.get(InspectorId(inspector_id))
        if person is None:
            return inspector_id
        age_s = person.age_s(self._session.clock.utc_ns())
        age = translate("Map", "position {0} old").format(words.duration_text(age_s))
        speed = ""
        if person.speed_mps is not None and person.heading_deg is not None:
            speed = translate("Map", "{0} km/h").format(round(person.speed_mps * 3.6))
        unit = self._session.units.get(inspector_id)
        state = "" if unit is None else people_words.state_text(unit.state)
        live = self._session.live.camera_of(inspector_id)
        on_air = "" if live is None else translate("Map", "phone is live")
        parts = (state, on_air, age, speed)
        return f"{person.name}\n" + " · ".join(part for part in parts if part)

    def _checkpoint_text(self, point_id: str) -> str:
        site, visited = self._session.site, self._session.patrol.get()
        point = next((one for one in site.checkpoints if one.id == point_id), None)
        if point is None:
            return point_id
        state = ""
        if point_id in visited:
            at_ms = visited[point_id]
            state = (
                translate("Map", "missed so far")
                if at_ms is None
                else translate("Map", "visited {0}").format(people_words.moment_text(at_ms))
            )
        parts = [point.checkpoint_class, state]
        return f"{point.name}\n" + " · ".join(part for part in parts if part)

    def _camera_text(self, camera_id: str) -> str:
        number = self._session.directory.number_of(camera_id)
        name = self._session.directory.name_of(camera_id)
        lost = self._session.health.is_lost(camera_id)
        hint = translate("Map", "no picture") if lost else translate("Map", "click: to the wall")
        return f"{number}  {name}\n{hint}"
