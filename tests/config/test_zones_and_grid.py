"""Zones, calibrations and grid cells: shapes that are none, hours and days, neighbours."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest

from config.calibrations import read_calibrations
from config.grid import read_grid
from config.planar import crossing_edges, ring_contains
from config.problems import FileProblems, Problem, Severity
from config.site import Datum, GridCell, Hours, Zone, ZoneKind
from config.times import parse_days, parse_hours
from config.zones import read_zones
from tests.config.site_folder import feature, grid_features, grid_text, square


def zones_of(body: str) -> tuple[tuple[Zone, ...], list[Problem]]:
    found: list[Problem] = []
    text = f'[[zone]]\nid = "z"\ncamera = "c"\nkind = "no_parking"\n{body}\n'
    return read_zones(text.encode(), FileProblems("zones.toml", found)), found


def grid_of(features: list[Any]) -> tuple[tuple[GridCell, ...], list[Problem]]:
    found: list[Problem] = []
    problems = FileProblems("grid.geojson", found)
    return read_grid(grid_text(features).encode(), Datum.WGS84, problems), found


@pytest.mark.parametrize(
    ("polygon", "word"),
    [
        ("[[0,0],[1,1]]", "2 points"),
        ("[[0,0],[1,1],[1,0],[0,1]]", "cross"),
        ("[[0,0],[0.5,0],[1,0]]", "cross"),
        ("[[0,0],[0,0],[1,1]]", "cross"),
        ("[[0,0],[1.5,0],[1,1]]", "point 2"),
        ("[[0,0],[1280,0],[1,1]]", "pixels?"),
        ("[[0,0],[1,0],[1]]", "point 3"),
        ("[[0,0],[1,0],[true,1]]", "point 3"),
        ('"everything"', "everything"),
    ],
)
def test_a_polygon_that_is_none_is_told(polygon: str, word: str) -> None:
    zones, problems = zones_of(f"polygon = {polygon}")
    assert zones == ()
    assert problems[0].key == "zone[0].polygon"
    assert problems[0].line == 5
    assert word in problems[0].found


SQUARE = "[[0.2,0.2],[0.8,0.2],[0.8,0.8],[0.2,0.8]]"
INSIDE = "[[0.3,0.3],[0.5,0.3],[0.5,0.5],[0.3,0.5]]"


def trading_zone(licence: str) -> tuple[tuple[Zone, ...], list[Problem]]:
    found: list[Problem] = []
    text = (
        f'[[zone]]\nid = "z"\ncamera = "c"\nkind = "no_trading"\npolygon = {SQUARE}\n'
        f"[[zone.licence]]\n{licence}\n"
    )
    return read_zones(text.encode(), FileProblems("zones.toml", found)), found


def test_a_licensed_place_has_a_name_hours_and_days() -> None:
    zones, problems = trading_zone(
        f'name = "Cart 12"\npolygon = {INSIDE}\nhours = "06:00-09:00"\ndays = "mon-fri"'
    )
    assert problems == []
    licence = zones[0].licences[0]
    assert (licence.name, licence.hours) == ("Cart 12", Hours(time(6), time(9)))
    assert licence.days == frozenset(range(5))
    assert len(licence.polygon) == 4


@pytest.mark.parametrize(
    ("licence", "key", "word"),
    [
        ("hours = 5\npolygon = " + INSIDE, "zone[0].licence[0].hours", "5"),
        ("polygon = [[0,0],[1,1]]", "zone[0].licence[0].polygon", "2 points"),
        ('name = "no place"', "zone[0].licence[0].polygon", "nothing"),
    ],
)
def test_a_licence_that_is_none_is_told_with_its_line(licence: str, key: str, word: str) -> None:
    _, problems = trading_zone(licence)
    assert problems[0].key == key
    assert problems[0].line is not None
    assert problems[0].line >= 6
    assert word in problems[0].found


def test_a_licence_outside_its_zone_is_warned_about() -> None:
    zones, problems = trading_zone("polygon = [[0,0],[0.1,0],[0.1,0.1]]")
    assert len(zones[0].licences) == 1
    assert problems[0].severity is Severity.WARNING
    assert "outside its zone" in problems[0].found


@pytest.mark.parametrize(
    "body",
    [
        f"polygon = {SQUARE}\npeople_max = 5",
        f"polygon = {SQUARE}\n[[zone.licence]]\npolygon = {INSIDE}",
    ],
)
def test_what_belongs_to_another_kind_of_zone_is_an_error(body: str) -> None:
    _, problems = zones_of(body)
    assert problems[0].severity is Severity.ERROR
    assert "no_parking" in problems[0].found


@pytest.mark.parametrize(
    ("value", "people_max"), [("", 15), ("people_max = 40", 40), ("people_max = 3", 3)]
)
def test_a_crowd_zone_has_a_number_of_people(value: str, people_max: int) -> None:
    found: list[Problem] = []
    text = f'[[zone]]\nid = "z"\ncamera = "c"\nkind = "crowd_watch"\npolygon = {SQUARE}\n{value}'
    zones = read_zones(text.encode(), FileProblems("zones.toml", found))
    assert (zones[0].people_max, found) == (people_max, [])


@pytest.mark.parametrize("value", ["2", "301", "true", "7.5", '"many"'])
def test_a_number_of_people_that_is_none_is_told(value: str) -> None:
    found: list[Problem] = []
    text = (
        f'[[zone]]\nid = "z"\ncamera = "c"\nkind = "crowd_watch"\npolygon = {SQUARE}\n'
        f"people_max = {value}"
    )
    read_zones(text.encode(), FileProblems("zones.toml", found))
    assert found[0].key == "zone[0].people_max"


def test_a_closed_polygon_loses_its_repeated_point() -> None:
    zones, problems = zones_of("polygon = [[0,0],[1,0],[1,1],[0,0]]")
    assert problems == []
    assert len(zones[0].polygon) == 3


@pytest.mark.parametrize("limit", ["0", "-3", "true", '"180"', "1e9", "nan"])
def test_a_limit_is_seconds_above_zero(limit: str) -> None:
    _zones, problems = zones_of(f"polygon = [[0,0],[1,0],[1,1]]\nlimit_s = {limit}")
    assert problems[0].key == "zone[0].limit_s"


@pytest.mark.parametrize(
    ("kind", "limit_s"), [("smoke_watch", 3), ("no_parking", 180), ("no_trading", 120), ("mask", 0)]
)
def test_limits_default_by_kind(kind: str, limit_s: float) -> None:
    text = f'[[zone]]\nid = "z"\ncamera = "c"\nkind = "{kind}"\npolygon = [[0,0],[1,0],[1,1]]\n'
    zones = read_zones(text.encode(), FileProblems("zones.toml", []))
    assert (zones[0].kind, zones[0].limit_s) == (ZoneKind(kind), limit_s)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("07:00-22:00", Hours(time(7), time(22))),
        ("7:00 - 9:30", Hours(time(7), time(9, 30))),
        ("22:00-06:00", Hours(time(22), time(6))),
        ("00:00-24:00", Hours()),
        ("18:00-24:00", Hours(time(18), time(0))),
    ],
)
def test_hours_are_read(text: str, hours: Hours) -> None:
    assert parse_hours(text) == hours


def test_hours_may_cross_midnight() -> None:
    night = parse_hours("22:00-06:00")
    assert night.contains(time(23))
    assert night.contains(time(5, 59))
    assert not night.contains(time(6))


@pytest.mark.parametrize(
    "text", ["", "07:00", "7-22", "25:00-26:00", "08:60-09:00", "08:00-08:00", "a-b"]
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_hours(text)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("sat, sun", {5, 6}),
        ("Monday-Wednesday", {0, 1, 2}),
        ("all", set(range(7))),
        (["mon", "wed-thu"], {0, 2, 3}),
        ([5, 6], {5, 6}),
    ],
)
def test_days_are_read(value: object, days: set[int]) -> None:
    assert parse_days(value) == days


@pytest.mark.parametrize("value", ["", "someday", [], [7], [True], 3, None])
def test_days_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_days(value)


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ("[[0,0,31,121],[1,0,31,121.1],[1,1,31.1,121.1]]", "3 pairs"),
        ("[[0,0,31,121],[0.3,0.3,31.1,121.1],[0.6,0.6,31.2,121],[1,1,31.3,121.3]]", "one line"),
        ("[[0,0,31,121],[0,1,31.1,121.1],[1,1,31.2,121.2],[1,0,31.3,121.3]]", "one line"),
        ("[[0,0,121,31],[0,1,31,121],[1,1,31,121],[1,0,31,121]]", "swapped"),
        ("[[0,0,31],[0,1,31,121],[1,1,31,121],[1,0,31,121]]", "pair 1"),
        ("[[2,0,31,121],[0,1,31,121],[1,1,31,121],[1,0,31,121]]", "x, y"),
        ("[[0,0,31,121],[0,0,31,121],[0,0,31,121],[0,0,31,121]]", "one line"),
    ],
)
def test_pairs_that_give_no_ground_are_told(pairs: str, word: str) -> None:
    found: list[Problem] = []
    problems = FileProblems("calibration.toml", found)
    text = f'[[camera]]\nid = "c"\npairs = {pairs}\n'.encode()
    assert read_calibrations(text, Datum.WGS84, problems) == ()
    assert word in found[0].found
    assert found[0].line == 3


def broken_features() -> dict[str, tuple[Any, str]]:
    ring = square(121.5, 31.2, 0.01)
    bow = [ring[0], ring[2], ring[1], ring[3], ring[0]]
    good = feature("S1", "street", None, ring)
    return {
        "not a feature": ({**good, "type": "Thing"}, "Thing"),
        "unknown level": (feature("S1", "stret", None, ring), "did you mean 'street'"),
        "a point": ({**good, "geometry": {"type": "Point", "coordinates": [1, 2]}}, "Point"),
        "no geometry": ({**good, "geometry": None}, "None"),
        "unclosed": (feature("S1", "street", None, ring[:-1]), "not closed"),
        "crossing": (feature("S1", "street", None, bow), "cross"),
        "two points": (feature("S1", "street", None, ring[:2]), "2 points"),
        "swapped": (feature("S1", "street", None, [[31, 121]] * 4), "swapped"),
        "off the globe": (feature("S1", "street", None, [[500, 500]] * 4), "[500, 500]"),
        "words": (feature("S1", "street", None, [["a", "b"]] * 4), "'a'"),
        "no name": ({**good, "properties": {"id": "S1", "level": "street"}}, "None"),
    }


@pytest.mark.parametrize("case", broken_features())
def test_a_feature_that_is_no_cell_is_told_with_its_line(case: str) -> None:
    broken, word = broken_features()[case]
    other = feature("S2", "street", None, square(122, 31, 0.01))
    cells, problems = grid_of([other, broken])
    assert [cell.id for cell in cells] == ["S2"]
    assert word in problems[0].found
    assert problems[0].line == 3


def test_holes_are_ignored_aloud() -> None:
    ring, hole = square(121.5, 31.2, 0.01), square(121.502, 31.202, 0.001)
    entry = feature("S1", "street", None, ring)
    entry["geometry"]["coordinates"].append(hole)
    cells, problems = grid_of([entry])
    assert len(cells[0].rings) == 1
    assert problems[0].severity is Severity.WARNING


def test_two_cells_of_one_id_and_a_parent_below_are_told() -> None:
    ring = square(121.5, 31.2, 0.01)
    _cells, problems = grid_of(
        [feature("S1", "street", "S1C", ring), feature("S1C", "cell", "S1", ring),
         feature("S1", "street", None, ring)]
    )  # fmt: skip
    found = [p.found for p in problems]
    assert "'S1' again (first in line 2)" in found
    assert "parent 'S1C' of level cell" in found


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"type": "Feature"}', '{"type": "FeatureCollection"}']
)
def test_json_that_is_no_grid_is_told(text: str) -> None:
    found: list[Problem] = []
    assert read_grid(text.encode(), Datum.WGS84, FileProblems("grid.geojson", found)) == ()
    assert len(found) == 1


def test_neighbours_share_a_corner_an_edge_or_a_piece_of_it() -> None:
    cells, _problems = grid_of(
        [
            feature("big", "cell", None, square(121.50, 31.20, 0.02)),
            feature("small", "cell", None, square(121.52, 31.205, 0.005)),  # T-junctions on big
            feature("corner", "cell", None, square(121.525, 31.21, 0.005)),  # touches small
            feature("far", "cell", None, square(121.60, 31.30, 0.005)),
            feature("street", "street", None, square(121.50, 31.20, 0.02)),  # another level
        ]
    )
    assert {cell.id: cell.neighbours for cell in cells} == {
        "big": ("small",),
        "small": ("big", "corner"),
        "corner": ("small",),
        "far": (),
        "street": (),
    }


def test_a_multipolygon_keeps_its_outer_rings() -> None:
    entry = feature("S1", "street", None, [])
    rings = [[square(121.5, 31.2, 0.01)], [square(121.6, 31.2, 0.01)]]
    entry["geometry"] = {"type": "MultiPolygon", "coordinates": rings}
    cells, problems = grid_of([entry])
    assert problems == []
    assert len(cells[0].rings) == 2


def test_features_on_one_line_have_that_line() -> None:
    found: list[Problem] = []
    features = grid_features()
    features[2]["properties"]["level"] = "?"
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    read_grid(text, Datum.WGS84, FileProblems("grid.geojson", found))
    assert [p.line for p in found] == [1]


def test_a_large_simple_ring_does_not_cross_itself() -> None:
    from math import cos, pi, sin

    ring = [(cos(2 * pi * n / 2000), sin(2 * pi * n / 2000)) for n in range(2000)]
    assert crossing_edges(ring) is None
    ring[10], ring[11] = ring[11], ring[10]
    assert crossing_edges(ring) is not None


def test_inside_and_outside() -> None:
    ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 2.0), (0.0, 4.0)]
    assert ring_contains(ring, 1, 1)
    assert not ring_contains(ring, 2, 3)
    assert not ring_contains(ring, 5, 1)
