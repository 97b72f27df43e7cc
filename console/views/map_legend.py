"""MapLegend: what the signs mean, and a switch for every layer, in one small panel.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QToolButton, QVBoxLayout, QWidget

from console.state.observable import Signal
from console.views import icons, theme
from console.views.words import translate


class MapLayers:
    """Which layers are on. `changed` fires after a switch."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.grid = True
        self.cameras = True
        self.people = True
        self.cases = True

    def set(self, name: str, on: bool) -> None:
        setattr(self, name, on)
        self.changed.emit()


class MapLegend(QFrame):
    """A button at the map's corner that opens the list of layers."""

    def __init__(self, layers: MapLayers, parent: QWidget) -> None:
        super().__init__(parent)
        self._layers = layers
        self.button = QToolButton(parent)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setObjectName("overlay")
        self.button.setIconSize(QSize(18, 18))
        self.button.setCheckable(True)
        self.button.toggled.connect(self.setVisible)
        self.setObjectName("card")
        self._boxes: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        for name in ("cases", "people", "cameras", "grid"):
            box = QCheckBox(self)
            box.setChecked(True)
            box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            box.setProperty("layer", name)
            box.toggled.connect(self._on_toggled)
            layout.addWidget(box)
            self._boxes[name] = box
        self.hide()
        self.retranslate()

    def set_layer(self, name: str, *, on: bool) -> None:
        """Switches a layer as a click would; unknown names (an older memory) are ignored."""
        box = self._boxes.get(name)
        if box is not None:
            box.setChecked(on)

    def hidden(self) -> tuple[str, ...]:
        """Names of the layers that are off."""
        return tuple(name for name, box in self._boxes.items() if not box.isChecked())

    def _on_toggled(self, on: bool) -> None:
        self._layers.set(str(self.sender().property("layer")), on)

    def retranslate(self) -> None:
        self._boxes["cases"].setText(translate("Map", "Cases by light"))
        self._boxes["people"].setText(translate("Map", "Inspectors"))
        self._boxes["cameras"].setText(translate("Map", "Cameras and what they see"))
        self._boxes["grid"].setText(translate("Map", "Grid cells"))
        self.button.setToolTip(translate("Map", "Layers"))
        self.button.setIcon(icons.icon("layers", 18, theme.COLOURS.text))
        self.adjustSize()

    def place(self, corner: QPoint) -> None:
        """Hangs button and list under the map's top right corner."""
        self.button.setGeometry(corner.x() - 40, corner.y() + 8, 32, 32)
        self.adjustSize()
        self.move(corner.x() - self.width() - 8, corner.y() + 44)
        self.raise_()
