"""Colours, type sizes and the style sheet of every window (palette: dark for night, light for day).

Read `theme.COLOURS` when painting, never at import: `use` replaces it. Colour never carries
meaning alone; whoever paints a light also paints its shape or word.

Threads: GUI thread only.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, fields
from importlib import resources

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the console as `#rrggbb`."""

    background: str
    panel: str
    raised: str
    line: str
    text: str
    secondary: str
    disabled: str
    accent: str
    accent_dim: str
    green: str
    amber: str
    red: str
    alarm: str
    map_land: str
    map_street: str
    map_street_major: str
    map_water: str
    map_park: str
    map_grid: str
    map_label: str


DARK = Colours(
    background="#0E1116", panel="#151A21", raised="#1C232D", line="#2A3340",
    text="#E6EAF0", secondary="#97A3B4", disabled="#5B6675",
    accent="#3D8BFD", accent_dim="#1B3358",
    green="#2FB170", amber="#E5A50A", red="#E5484D", alarm="#FF6B2C",
    map_land="#12171E", map_street="#2B3542", map_street_major="#3A4656",
    map_water="#10202E", map_park="#14211C", map_grid="#31415A", map_label="#8592A5",
)  # fmt: skip

LIGHT = Colours(
    background="#E9ECF0", panel="#F7F8FA", raised="#FFFFFF", line="#CBD2DB",
    text="#141A22", secondary="#566172", disabled="#98A2B0",
    accent="#1668DC", accent_dim="#CFE0FA",
    green="#1B8A53", amber="#A86F00", red="#C9302F", alarm="#D9480F",
    map_land="#EEF0F2", map_street="#FFFFFF", map_street_major="#FFFFFF",
    map_water="#C4DAEA", map_park="#D5E6D3", map_grid="#A9B6C8", map_label="#566172",
)  # fmt: skip

#: The colours in use; replaced by `use`.
COLOURS: Colours = DARK

#: Asked for in this order: Chinese first, so that mixed text keeps one face.
FONT_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Inter",
    "DejaVu Sans",
)

SIZE_DENSE_PX = 12
SIZE_BODY_PX = 13
SIZE_TITLE_PX = 15
SIZE_SECTION_PX = 20
#: Spacing grows in steps of this.
STEP_PX = 4
RADIUS_PX = 4
TILE_GAP_PX = 2


def colour(value: str, alpha: float = 1.0) -> QColor:
    """`#rrggbb` as a QColor with `alpha` 0..1."""
    result = QColor(value)
    result.setAlphaF(alpha)
    return result


def font(size_px: int = SIZE_BODY_PX, *, bold: bool = False) -> QFont:
    """The console's face at `size_px` device-independent pixels, with tabular figures."""
    result = QFont()
    result.setFamilies(list(FONT_FAMILIES))
    result.setPixelSize(max(1, size_px))
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def stylesheet(colours: Colours | None = None) -> str:
    """`resources/qss/console.qss` with its `${colour}` names filled in."""
    source = resources.files("resources").joinpath("qss/console.qss").read_text("utf-8")
    used = colours or COLOURS
    values = {item.name: getattr(used, item.name) for item in fields(used)}
    return string.Template(source).substitute(values)


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.background,
        QPalette.ColorRole.Base: colours.panel,
        QPalette.ColorRole.AlternateBase: colours.raised,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.disabled,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: "#FFFFFF",
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    disabled = QColor(colours.disabled)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    return palette


def use(application: QApplication, colours: Colours = DARK) -> None:
    """Dresses every window of `application`; windows already open follow."""
    global COLOURS
    COLOURS = colours
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette(colours))
    application.setStyleSheet(stylesheet(colours))
    for widget in application.allWidgets():
        widget.update()
