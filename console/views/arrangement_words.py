"""Words of the arrangement: layouts, scenes and tours as an operator calls them."""

from __future__ import annotations

from console.state.arrangement import Arrangement
from console.state.finder import Found, FoundKind
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.layout_book import FREE, LayoutEntry, LayoutOrigin
from console.state.layouts import Layout
from console.state.scenes import Scene
from console.state.tours import Tour
from console.state.wall import MAIN_WINDOW
from console.views.words import translate

_NAMED = {
    "corridor 3": QT_TRANSLATE_NOOP("Layout", "3 upright (corridor)"),
    "corridor 5": QT_TRANSLATE_NOOP("Layout", "5 upright (corridor)"),
    "corridor 1+4": QT_TRANSLATE_NOOP("Layout", "1 upright + 4 (corridor)"),
    "upright 2": QT_TRANSLATE_NOOP("Layout", "2 on top of each other (upright monitor)"),
    "upright 3": QT_TRANSLATE_NOOP("Layout", "3 on top of each other (upright monitor)"),
    "upright 8": QT_TRANSLATE_NOOP("Layout", "2 × 4 (upright monitor)"),
    FREE: QT_TRANSLATE_NOOP("Layout", "cut freely"),
}


def layout_name(layout: Layout) -> str:
    """`3 × 3`, `1 + 5`, a corridor layout in words, or its own name."""
    if layout.id in _NAMED:
        return translate("Layout", _NAMED[layout.id])
    name = str(layout.id)
    if name.replace("x", "").isdigit():
        return name.replace("x", " × ")
    return name.replace("+", " + ") if name.replace("+", "").isdigit() else name


def tiles_text(layout: Layout) -> str:
    return translate("Wall", "{0} tiles").format(len(layout.cells))


def layout_detail(entry: LayoutEntry) -> str:
    """How many tiles, and whose it is."""
    tiles = tiles_text(entry.layout)
    if entry.origin is LayoutOrigin.OWN:
        return translate("Layout", "{0} · own").format(tiles)
    if entry.origin is LayoutOrigin.SITE:
        return translate("Layout", "{0} · shared by {1}").format(tiles, entry.by)
    return tiles


def scene_title(scene: Scene) -> str:
    """`7 · Gate`, or the name alone."""
    return scene.name if scene.number is None else f"{scene.number} · {scene.name}"


def scene_detail(scene: Scene) -> str:
    """How much of a wall it fills."""
    tiles = translate("Wall", "{0} tiles").format(scene.tile_count)
    windows = len(scene.content.windows)
    if windows == 1:
        return tiles
    return translate("Scene", "{0} windows · {1}").format(windows, tiles)


def tour_title(tour: Tour) -> str:
    """Name, number and how many steps; the tour every seat has is called what it is."""
    steps = translate("Tour", "{0} steps").format(len(tour.steps))
    if not tour.name:
        return translate("Tour", "All cameras · {0}").format(steps)
    number = "" if tour.number is None else f"{tour.number} · "
    return f"{number}{tour.name} · {steps}"


def window_title(window_id: str) -> str:
    """A wall window as a person calls it."""
    if window_id == MAIN_WINDOW:
        return translate("Wall", "main window")
    return translate("Wall", "monitor {0}").format(window_id.removeprefix("monitor "))


def found_arrangement(arrangement: Arrangement) -> list[Found]:
    """What the palette finds of it."""
    scenes = [
        Found(
            FoundKind.SCENE,
            scene.name,
            translate("Scene", "Scene {0}").format(scene_title(scene)),
            scene_detail(scene),
        )
        for scene in arrangement.scenes.entries()
    ]
    layouts = [
        Found(
            FoundKind.LAYOUT,
            entry.layout.id,
            translate("Layout", "Layout {0}").format(layout_name(entry.layout)),
            layout_detail(entry),
        )
        for entry in arrangement.layouts.entries()
    ]
    tours = [
        Found(FoundKind.TOUR, tour.name, translate("Tour", "Tour {0}").format(tour_title(tour)))
        for tour in arrangement.tours.entries()
    ]
    return [*scenes, *tours, *layouts]
