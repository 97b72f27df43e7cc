"""MapLegend: what the signs mean, and a switch for every layer, in one small panel.

By mouse or by key: it takes the keyboard when it is opened by its key, Esc gives it back.
Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QToolButton, QVBoxLayout, QWidget

from console.state.keys import QT_TRANSLATE_NOOP
from console.state.map_layers import MapLayer, MapLayers, site_layer_name
from console.views import icons, theme
from console.views.key_router import OWN_KEYS
from console.views.shade_key import HeatKey, ShadeKey
from console.views.words import translate

_TEXTS = {
    MapLayer.CASES: QT_TRANSLATE_NOOP("Map", "Cases by light"),
    MapLayer.PEOPLE: QT_TRANSLATE_NOOP("Map", "Inspectors"),
    MapLayer.CAMERAS: QT_TRANSLATE_NOOP("Map", "Cameras and what they see"),
    MapLayer.CHECKPOINTS: QT_TRANSLATE_NOOP("Map", "Check points of the round"),
    MapLayer.FENCES: QT_TRANSLATE_NOOP("Map", "Fences"),
    MapLayer.TILES: QT_TRANSLATE_NOOP("Map", "Base map pictures"),
    MapLayer.GRID: QT_TRANSLATE_NOOP("Map", "Grid cells"),
    MapLayer.LOAD: QT_TRANSLATE_NOOP("Map", "Open cases by cell"),
    MapLayer.HEAT: QT_TRANSLATE_NOOP("Map", "Where cases crowd"),
    MapLayer.GROUPS: QT_TRANSLATE_NOOP("Map", "Group what stands too close"),
}


class MapLegend(QFrame):
    """A button at the map's corner that opens the list of layers.

    Args:
        counts: how many things each layer holds now; asked when the list is opened.
        classes: the classes of check points there are; likewise.
    """

    def __init__(
        self,
        layers: MapLayers,
        counts: Callable[[], Mapping[str, int]],
        classes: Callable[[], Sequence[str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._layers, self._counts, self._classes = layers, counts, classes
        self.button = QToolButton(parent)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setObjectName("overlay")
        self.button.setIconSize(QSize(18, 18))
        self.button.setCheckable(True)
        self.button.toggled.connect(self._on_button)
        self.setObjectName("card")
        self._corner = QPoint()
        self._boxes: dict[str, QCheckBox] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 12, 8)
        self._layout.setSpacing(6)
        #: Stands under its layer's switch while that is on.
        self.shade_key = ShadeKey(self)
        self.heat_key = HeatKey(self)
        #: Which class of check points is shown.
        self.class_box = QComboBox(self)
        self.class_box.setProperty(OWN_KEYS, True)
        self.class_box.activated.connect(self._on_class)
        layers.known_changed.connect(self._rebuild)
        layers.changed.connect(self._show_switches)
        self.hide()
        self._rebuild()

    def open_by_key(self) -> None:
        """Opens the list and takes the keyboard; again: closes it."""
        self.button.setChecked(not self.button.isChecked())
        if self.button.isChecked():
            next(iter(self._boxes.values())).setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._give_back()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.button.setChecked(False)
            self._give_back()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def set_layer(self, name: str, *, on: bool) -> None:
        """Switches a layer as a click would."""
        self._layers.set(name, on=on)

    def _give_back(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_button(self, is_open: bool) -> None:
        if is_open:
            self.retranslate()
        self.setVisible(is_open)

    def _rebuild(self) -> None:
        for box in self._boxes.values():
            self._layout.removeWidget(box)
            box.deleteLater()
        self._boxes = {}
        for name in self._layers.names:
            box = QCheckBox(self)
            box.setProperty(OWN_KEYS, True)
            box.setChecked(self._layers.is_on(name))
            box.toggled.connect(lambda on, layer=name: self._layers.set(layer, on=on))
            self._layout.addWidget(box)
            self._boxes[name] = box
            for layer, below in self._belows().items():
                if name == layer.value:
                    self._layout.addWidget(below)
        self.retranslate()
        self._show_belows()

    def _belows(self) -> dict[MapLayer, QWidget]:
        """What stands under a layer's switch while it is on."""
        return {
            MapLayer.LOAD: self.shade_key,
            MapLayer.HEAT: self.heat_key,
            MapLayer.CHECKPOINTS: self.class_box,
        }

    def _show_belows(self) -> None:
        for layer, below in self._belows().items():
            is_useful = below is not self.class_box or self.class_box.count() > 2
            below.setVisible(self._layers.is_on(layer) and is_useful)

    def _fill_classes(self) -> None:
        self.class_box.clear()
        self.class_box.addItem(translate("Map", "Every class"), "")
        for name in self._classes():
            self.class_box.addItem(name, name)
        chosen = self.class_box.findData(self._layers.checkpoint_class)
        self.class_box.setCurrentIndex(max(0, chosen))
        self._show_belows()

    def _on_class(self) -> None:
        self._layers.show_class(str(self.class_box.currentData() or ""))

    def _show_switches(self) -> None:
        for name, box in self._boxes.items():
            box.setChecked(self._layers.is_on(name))
        self._show_belows()
        self.place(self._corner)

    def retranslate(self) -> None:
        counts = self._counts()
        texts = {layer.value: translate("Map", text) for layer, text in _TEXTS.items()}
        texts |= {site_layer_name(name): name for name in self._layers.site_names}
        for name, box in self._boxes.items():
            count = counts.get(name)
            box.setText(texts[name] if count is None else f"{texts[name]}  {count:,}")
        self._fill_classes()
        self.button.setToolTip(translate("Map", "Layers"))
        self.button.setIcon(icons.icon("layers", 18, theme.COLOURS.text))
        self.place(self._corner)

    def place(self, corner: QPoint) -> None:
        """Hangs button and list under the map's top right corner."""
        self._corner = corner
        self.button.setGeometry(corner.x() - 40, corner.y() + 8, 32, 32)
        self.adjustSize()
        self.move(corner.x() - self.width() - 48, corner.y() + 8)
        self.raise_()
