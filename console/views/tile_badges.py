"""Badges of a tile that come from elsewhere than its stream: who turns the camera, what it cannot see.

Threads: GUI thread only.
"""

from __future__ import annotations

from config.site import CameraId
from console.state.tile_tools import TileTools
from console.state.tiles import TileAddress
from console.state.wall import WallState
from console.views.tile_texts import ptz_owner_text, resting_text, sight_text, zoom_hint_text


def badges_of(wall: WallState, camera_id: CameraId | None, utc_ns: int) -> tuple[str, ...]:
    """Texts for the top right of a tile that shows `camera_id`."""
    if camera_id is None:
        return ()
    owner, sight = wall.ptz.owner(camera_id, utc_ns), wall.eyesight.of(camera_id)
    turned = () if owner is None else (ptz_owner_text(owner.seat, owner.left_s),)
    known = wall.eyesight.known(camera_id)
    resting = () if known is None or not known.resting else (resting_text(len(known.resting)),)
    return (*turned, *resting) if sight is None else (*turned, *resting, sight_text(sight))


def hint_of(tools: TileTools | None, address: TileAddress) -> str:
    """The keys of the tool that is at work in a tile; empty without one."""
    at_work = tools is not None and tools.zoom.address == address
    return zoom_hint_text() if at_work else ""
