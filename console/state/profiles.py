"""Profiles: arrangements of the same parts (DESIGN §8). Data only."""

from __future__ import annotations

import enum

from console.state.layouts import LayoutId


class Profile(enum.Enum):
    """WALL only wall windows · DESK queue, map, case and linked tiles · SUBCENTRE all on one
    screen · BOARD statistics."""

    WALL = "wall"
    DESK = "desk"
    SUBCENTRE = "subcentre"
    BOARD = "board"


#: The wall inside the main window at first start.
FIRST_LAYOUT = {
    Profile.SUBCENTRE: LayoutId("3x2"),
    Profile.DESK: LayoutId("2x2"),
}

#: Shares of a splitter's length at first start, by splitter name.
FIRST_SHARES: dict[Profile, dict[str, tuple[float, ...]]] = {
    Profile.SUBCENTRE: {"main": (0.76, 0.24), "left": (0.56, 0.44), "right": (0.42, 0.58)},
    Profile.DESK: {"main": (0.22, 0.53, 0.25), "middle": (0.58, 0.42)},
}
