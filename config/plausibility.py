"""What is possible but hardly meant: places far from all others, files that are named but not there.

Runs after the registers are read. Pure but for looking at files of the site folder.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from config.geometry import GeoPoint, distance_m
from config.layer_file import read_layer
from config.problems import FileProblems, did_you_mean, shown
from config.site import Datum, Site

#: A city is at most some 100 km across; a digit too many or a wrong datum column is further off.
FAR_AWAY_M = 150_000.0
#: Below this many places there is no "all others".
_PLACES_MIN = 5


def check_places(
    places: Sequence[tuple[str, GeoPoint]], problems: FileProblems, centre: GeoPoint | None
) -> None:
    """Warns of places far from the site's centre; `places` are (id, place)."""
    if centre is None:
        return
    for identity, place in places:
        metres = distance_m(centre, place)
        if metres > FAR_AWAY_M:
            found = f"{place.lat_deg:g}, {place.lon_deg:g}, {metres / 1000:.0f} km from the others"
            problems.warning(
                found, "a place in the city", line=problems.seen.get(identity), key="lat"
            )


def centre_of(site: Site) -> GeoPoint | None:
    """The median place of cameras and check points, which single slips do not move."""
    places = [camera.place for camera in site.cameras if camera.place is not None]
    places += [point.place for point in site.checkpoints]
    if len(places) < _PLACES_MIN:
        return None
    return GeoPoint(
        statistics.median(place.lat_deg for place in places),
        statistics.median(place.lon_deg for place in places),
    )


def tiles_path(folder: Path, tiles: str | None) -> Path | None:
    """The tile file that site.toml names; None for a template of a tile service or for nothing."""
    if tiles is None or "://" in tiles or "{z}" in tiles:
        return None
    return folder / tiles


def check_relay(site: Site, problems: FileProblems) -> None:
    """Warns of patterns of [relay] that name no camera: it would be opened by every machine."""
    for pattern in site.settings.relay.cameras:
        if not any(fnmatchcase(camera.id, pattern) for camera in site.cameras):
            is_id = not {"*", "?"} & set(pattern)
            hint = did_you_mean(pattern, (each.id for each in site.cameras)) if is_id else ""
            problems.warning(
                f"{shown(pattern)} names no camera, so nothing is relayed for it{hint}",
                "the id of a camera in cameras.csv, with * and ?",
                key="relay.cameras",
            )


def check_layer(path: Path, datum: Datum, problems: FileProblems) -> None:
    """A further layer is shown or left out; a mistake in it never stops a site."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problems.warning(f"a layer that cannot be read ({error.strerror})", "a GeoJSON file")
        return
    read_layer(content, datum, problems)
