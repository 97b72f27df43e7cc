"""enter: a seat's first steps, before a window: its site, and the machine's cameras called.

The broker and the ingest processes load while this process still loads its windows; that is why
nothing of Qt is imported here. Blocking; main thread.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import msgspec
from msgspec import structs

from config.paths import user_state_folder
from config.site import Site
from console.app.camera_runtime import runtime_of
from console.app.console_options import ConsoleOptions, key_file_of, keys_of, site_key_of
from console.bridge.site_source import site_of_folder, site_of_hub
from console.state.layouts import LAYOUTS
from console.state.profiles import FIRST_LAYOUT, Profile
from console.state.seat_memory import SeatMemory, memory_path, read_memory
from console.state.tiles import WallMemory
from ingest.cameras.lease import CameraLease
from ingest.feed.query import QueryClient


@dataclass(frozen=True, slots=True)
class SeatEntry:
    """What a seat is built on; whoever takes it closes `client` and `lease`."""

    site: Site
    client: QueryClient
    lease: CameraLease


def enter(options: ConsoleOptions) -> SeatEntry:
    """Reads the site and calls the cameras' broker. Raises GridwallError when there is no site."""
    site, client = _first_site(options)
    path = memory_path(user_state_folder(), site_key_of(options, site), options.profile.value)
    count = expected_count(site, read_memory(path), options.profile)
    runtime = runtime_of(site, key_file_of(options, site))
    lease = CameraLease(structs.replace(runtime, expected_count=count))
    lease.start()
    return SeatEntry(site, client, lease)


def _first_site(options: ConsoleOptions) -> tuple[Site, QueryClient]:
    """The site folder's state or, without one, what the hub hands out; the client to its hub."""
    if options.site_folder is not None:
        site = site_of_folder(options.site_folder)
        return site, QueryClient(site.hub.query, keys_of(options, site))
    assert options.hub is not None
    client = QueryClient(options.hub, keys_of(options))
    folder = user_state_folder() / "hubs" / options.hub.replace("/", "_").replace(":", "_")
    folder.mkdir(parents=True, exist_ok=True)
    return site_of_hub(client, folder), client


def expected_count(site: Site, memory: SeatMemory, profile: Profile) -> int:
    """How many different cameras the seat's windows will show first: as they were left, else the
    first ones of the site."""
    try:
        windows = msgspec.json.decode(base64.b64decode(memory.wall), type=WallMemory).windows
    except ValueError:  # nothing is remembered, or nothing readable
        layout = FIRST_LAYOUT.get(profile)
        shown = 0 if layout is None else len(LAYOUTS[layout].cells)
        return min(shown, sum(camera.enabled for camera in site.cameras))
    known = {camera.id for camera in site.cameras if camera.enabled}
    tiles = {
        tile.camera_id for window in windows for tile in window.tiles[: len(window.layout.cells)]
    }
    return len(tiles & known)
