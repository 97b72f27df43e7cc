"""SiteLayers: the site's further map layers (layers/*.geojson) as arrays ready to be drawn.

Reading takes a moment and happens on an errand thread; the values are immutable. What is wrong in a
file is counted here and told once; `gridwall check` lists it line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.geometry import GeoPoint
from config.layer_file import Feature, Shape, read_layer
from config.problems import FileProblems, Problem
from config.site import Datum
from console.state.map_projection import worlds_of

#: Longest file read; a longer one is said to be left out.
BYTES_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class SiteLayer:
    """One layer.

    Attributes:
        points: (N, 2) world coordinates, with a name each (may be empty).
        lines, areas: (M, 2) world coordinates each, with the names beside them.
        problems: what was left out, in words.
    """

    name: str
    points: NDArray[np.float64]
    point_names: tuple[str, ...]
    lines: tuple[NDArray[np.float64], ...]
    areas: tuple[NDArray[np.float64], ...]
    area_names: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def feature_count(self) -> int:
        return len(self.points) + len(self.lines) + len(self.areas)


def read_site_layers(files: Sequence[Path], datum: Datum) -> tuple[SiteLayer, ...]:
    """All layers of a site, in the order of their files; one that cannot be read is empty."""
    return tuple(_read(path, datum) for path in files)


def _read(path: Path, datum: Datum) -> SiteLayer:
    found: list[Problem] = []
    problems = FileProblems(f"layers/{path.name}", found)
    features: tuple[Feature, ...] = ()
    try:
        if path.stat().st_size > BYTES_MOST:
            problems.warning(
                f"{path.stat().st_size >> 20} MiB: the layer is left out",
                f"at most {BYTES_MOST >> 20} MiB; cut it to the district",
            )
        else:
            features = read_layer(path.read_bytes(), datum, problems)
    except OSError as error:
        problems.warning(f"a layer that cannot be read ({error.strerror})", "a GeoJSON file")
    return _layer(path.stem, features, tuple(problem.text for problem in found))


def _layer(name: str, features: Sequence[Feature], problems: tuple[str, ...]) -> SiteLayer:
    spots = [
        (part[0], feature.name)
        for feature in features
        if feature.shape is Shape.POINT
        for part in feature.parts
    ]
    lines = [_world(part) for f in features if f.shape is Shape.LINE for part in f.parts]
    areas = [
        (_world(part), feature.name)
        for feature in features
        if feature.shape is Shape.AREA
        for part in feature.parts
    ]
    return SiteLayer(
        name=name,
        points=_world([place for place, _ in spots]),
        point_names=tuple(name for _, name in spots),
        lines=tuple(lines),
        areas=tuple(world for world, _ in areas),
        area_names=tuple(name for _, name in areas),
        problems=problems,
    )


def _world(places: Sequence[GeoPoint]) -> NDArray[np.float64]:
    lat = np.array([place.lat_deg for place in places])
    lon = np.array([place.lon_deg for place in places])
    return worlds_of(lat, lon)
