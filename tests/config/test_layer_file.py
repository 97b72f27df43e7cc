"""Further map layers: what is whole is taken, what is wrong is told with its line and left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.geometry import GeoPoint
from config.layer_file import PROBLEMS_MOST, Feature, Shape, read_layer
from config.problems import FileProblems, Problem, Severity
from config.site import Datum


def read(document: Any, datum: Datum = Datum.WGS84) -> tuple[tuple[Feature, ...], list[Problem]]:
    found: list[Problem] = []
    content = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
    return read_layer(content, datum, FileProblems("layers/x.geojson", found)), found


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


RING = [[120.1, 36.1], [120.2, 36.1], [120.2, 36.2], [120.1, 36.1]]


def test_every_shape_is_read_with_its_name() -> None:
    features, problems = read(
        collection(
            feature("Point", [120.1, 36.1], name="加油站"),
            feature("MultiPoint", [[120.1, 36.1], [120.2, 36.2]]),
            feature("LineString", [[120.1, 36.1], [120.2, 36.2]], 名称="燃气管线"),
            feature("MultiPolygon", [[RING], [RING]], id=7),
        )
    )
    assert problems == []
    shapes = [(one.shape, len(one.parts), one.name) for one in features]
    assert shapes == [
        (Shape.POINT, 1, "加油站"),
        (Shape.POINT, 2, ""),
        (Shape.LINE, 1, "燃气管线"),
        (Shape.AREA, 2, "7"),
    ]
    assert features[0].parts[0][0] == GeoPoint(36.1, 120.1)
    assert len(features[3].parts[0]) == 3


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (("Point", [36.1, 120.1]), "swapped"),
        (("Point", [13_370_000.0, 4_300_000.0]), "EPSG:4326"),
        (("Point", ["a", 1]), "numbers"),
        (("LineString", [[120.1, 36.1]]), "at least 2"),
        (("Polygon", [RING[:-1]]), "at least 4"),
        (("Polygon", [[*RING[:-1], [120.15, 36.3]]]), "not closed"),
        (
            ("Polygon", [[[120, 36], [121, 37], [121, 36], [120, 37], [120, 36]]]),
            "crosses itself",
        ),
        (("Polygon", [[[179, 10], [-179, 10], [-179, 11], [179, 10]]]), "date line"),
        (("Circle", [1, 2]), "points, lines or polygons"),
    ],
)
def test_a_wrong_feature_is_left_out_and_told_with_its_line(
    geometry: tuple[str, Any], words: str
) -> None:
    good = feature("Point", [120.1, 36.1])
    features, problems = read(collection(good, feature(*geometry), good))
    assert len(features) == 2
    assert len(problems) == 1
    assert words in problems[0].text
    assert problems[0].severity is Severity.WARNING
    assert problems[0].line is not None
    assert problems[0].line > 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "cannot be read"),
        (b'{"type": "Topology"}', "FeatureCollection"),
        (b"[]", "FeatureCollection"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_what_is_no_layer_says_so(content: bytes, words: str) -> None:
    features, problems = read(content)
    assert features == ()
    assert words in problems[0].text


def test_another_coordinate_system_is_named_and_left_out() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    features, problems = read(collection(feature("Point", [120.1, 36.1]), crs=crs))
    assert features == ()
    assert "EPSG:4326" in problems[0].text
    crs["properties"] = {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}
    assert len(read(collection(feature("Point", [120.1, 36.1]), crs=crs))[0]) == 1


def test_the_sites_own_coordinates_are_converted() -> None:
    document = collection(feature("Point", [121.531541859215, 31.17530398364597]))
    place = read(document, Datum.GCJ02)[0][0].parts[0][0]
    assert place.lat_deg == pytest.approx(31.1774276, abs=1e-5)
    assert place.lon_deg == pytest.approx(121.5272106, abs=1e-5)


def test_a_thousand_mistakes_are_told_as_twenty_and_a_number() -> None:
    bad = feature("Point", [36.1, 120.1])
    features, problems = read(collection(*[bad] * 1000))
    assert features == ()
    assert len(problems) == PROBLEMS_MOST + 1
    assert "980 more" in problems[-1].text
