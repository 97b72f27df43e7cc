"""`gridwall bench dispatch`: nearest inspectors by road with reasons, routes, and patrol coverage.

A made-up district: a street graph of 200,000 nodes, 10,000 inspectors with places, shifts and grids.
Beside the product in the same run: plain scipy (a whole Dijkstra and nothing else, the limit of an
answer that looks at every street), and networkx (the same question on the same graph).
"""

from __future__ import annotations

import argparse
import importlib
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.directory import SiteDirectory
from config.geometry import GeoPoint, moved
from config.settings import CalendarSettings, DeskSettings
from config.site import (
    Checkpoint,
    DeviceId,
    GridCell,
    GridId,
    GridLevel,
    Inspector,
    InspectorId,
    Site,
)
from console.bench.report import print_result, say
from console.desk.candidates import CandidateList, Situation, candidates_for
from console.desk.clock_rules import WorkingCalendar
from console.desk.fleet import Fleet, fleet_of
from console.desk.patrol_rules import coverage
from console.desk.routes import StreetNetwork
from console.desk.routing import Routing
from ingest.feed.envelope import utc_text
from ingest.positions.fix import PositionEntry
from ingest.positions.trails import TrailPoint

CORNER = GeoPoint(36.05, 120.33)
#: Streets this far apart, metres; nodes every 10 m along them.
BLOCK_M = 100.0
CELLS = 2_799
#: Asked for so many, as an operator is shown.
NEAREST = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--inspectors", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=200_000, help="of the street graph")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--checkpoints", type=int, default=3_319)
    parser.add_argument("--trails", type=int, default=786, help="people whose day is looked at")


def run(arguments: argparse.Namespace) -> int:
    say("making the district …")
    stage = _Stage(arguments.inspectors, arguments.nodes)
    places = [stage.place() for _ in range(arguments.questions)]
    say(f"{stage.network.node_count} nodes, {arguments.inspectors} inspectors")
    nearest_ms = _each_ms(stage.nearest, places)
    pairs = [(stage.place(), stage.place()) for _ in range(arguments.questions)]
    route_ms = _each_ms(lambda pair: stage.network.route(*pair), pairs)
    say("plain scipy, networkx …")
    scipy_ms = _each_ms(stage.whole_dijkstra, places)
    result: dict[str, Any] = {
        "inspectors": arguments.inspectors,
        "nodes": stage.network.node_count,
        "nearest_p50_ms": _median(nearest_ms),
        "nearest_p95_ms": _p95(nearest_ms),
        "route_p50_ms": _median(route_ms),
        "route_p95_ms": _p95(route_ms),
        "fleet_ms": stage.fleet_ms,
        "rivals": {
            "scipy_whole_dijkstra": {"nearest_p50_ms": _median(scipy_ms)},
            "networkx": stage.networkx(places[:3]),
        },
    }
    say(f"coverage of {arguments.checkpoints} check points …")
    result["coverage_s"] = stage.coverage_s(arguments.checkpoints, arguments.trails)
    print_result(result, as_json=arguments.json)
    return 0


def _each_ms(ask: Callable[[Any], object], questions: Sequence[Any]) -> list[float]:
    ask(questions[0])  # what is made once is not measured
    took = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - began) * 1e3)
    return took


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 2)


def _p95(values: Sequence[float]) -> float:
    return round(float(np.percentile(values, 95)), 2)


class _Stage:
    """The district and everybody in it."""

    def __init__(self, inspector_count: int, node_count: int) -> None:
        self._random = random.Random(2)
        # n × n crossings: two streets of 10 pieces a block, nine nodes in each of both
        side = max(2, round((node_count / 19) ** 0.5))
        self._size_m = (side - 1) * BLOCK_M
        self.network = _grid_network(side)
        cells = self._cells()
        inspectors = tuple(
            Inspector(
                InspectorId(f"i{number}"), f"inspector {number}",
                grid_id=self._random.choice(cells).id,
            )
            for number in range(inspector_count)
        )  # fmt: skip
        site = Site(Path(), "bench", grid=cells, inspectors=inspectors)
        self.directory = SiteDirectory(site)
        self._now_ns = time.time_ns()
        positions: dict[str, PositionEntry] = {one.id: self._entry(one.id) for one in inspectors}
        began = time.perf_counter()
        self.fleet: Fleet = fleet_of(inspectors, positions)
        self.fleet_ms = round((time.perf_counter() - began) * 1e3, 1)
        self._situation = Situation(
            self._now_ns,
            self.fleet,
            {f"i{number}": "case" for number in range(0, inspector_count, 10)},
            WorkingCalendar(CalendarSettings()),
            DeskSettings(candidate_count=NEAREST),
            Routing(self.network.distances_m),
            loads={f"i{number}": 1 + number % 4 for number in range(0, inspector_count, 3)},
            load_m=100.0,
        )

    def place(self) -> GeoPoint:
        share = self._random.random
        return moved(CORNER, share() * self._size_m, share() * self._size_m)

    def nearest(self, place: GeoPoint) -> CandidateList:
        return candidates_for(self.directory, place, None, self._situation)

    def whole_dijkstra(self, place: GeoPoint) -> object:
        """Road metres to every node and nothing else: no person, no reason."""
        return self.network.distances_m(place, [place])

    def networkx(self, places: Sequence[GeoPoint]) -> dict[str, object]:
        """Nearest by road among the same people; no reasons, no grids, no states."""
        try:
            networkx = importlib.import_module("networkx")
        except ImportError:
            return {"error": "not installed: pip install networkx"}
        graph = networkx.Graph()
        ends, lengths = self.network.edges()
        graph.add_weighted_edges_from(
            zip(ends[:, 0].tolist(), ends[:, 1].tolist(), lengths.tolist(), strict=True)
        )
        at = {
            node: one.id
            for one, node in zip(
                self.fleet.inspectors,
                self.network.nodes_near(self.fleet.lat_deg, self.fleet.lon_deg).tolist(),
                strict=True,
            )
        }

        def ask(place: GeoPoint) -> object:
            start = int(
                self.network.nodes_near(np.array([place.lat_deg]), np.array([place.lon_deg]))[0]
            )
            reach = networkx.single_source_dijkstra_path_length(
                graph, start, cutoff=DeskSettings().radius_m
            )
            return sorted((reach[node], who) for node, who in at.items() if node in reach)[:NEAREST]

        return {"nearest_p50_ms": _median(_each_ms(ask, places))}

    def coverage_s(self, point_count: int, trail_count: int) -> float:
        """Seconds for a day: everybody walks eight hours, a fix every half minute."""
        points = [
            Checkpoint(f"p{number}", "hydrant", f"point {number}", self.place())
            for number in range(point_count)
        ]
        trails = {f"i{number}": self._walk() for number in range(trail_count)}
        began = time.perf_counter()
        coverage(points, trails)
        return round(time.perf_counter() - began, 2)

    def _walk(self) -> list[TrailPoint]:
        at, heading = self.place(), self._random.random() * 6.28
        found = []
        for step in range(960):
            heading += self._random.uniform(-0.6, 0.6)
            at = moved(at, 30 * float(np.cos(heading)), 30 * float(np.sin(heading)))
            found.append(TrailPoint(step * 30_000, at.lat_deg, at.lon_deg, None))
        return found

    def _cells(self) -> tuple[GridCell, ...]:
        columns = round(CELLS**0.5)
        size = self._size_m / columns
        corners = ((0, 0), (1, 0), (1, 1), (0, 1))
        return tuple(
            GridCell(
                GridId(f"c{number}"), GridLevel.CELL, f"cell {number}", None, None,
                (tuple(
                    moved(CORNER, (number % columns + x) * size, (number // columns + y) * size)
                    for x, y in corners
                ),),
            )
            for number in range(CELLS)
        )  # fmt: skip

    def _entry(self, inspector_id: InspectorId) -> PositionEntry:
        place, age_ns = self.place(), round(self._random.random() * 500e9)
        return PositionEntry(
            inspector_id, DeviceId(inspector_id), place.lat_deg, place.lon_deg, 1.2, 90.0, 5.0,
            utc_text(self._now_ns - age_ns), "bench", True,
        )  # fmt: skip


def _grid_network(side: int) -> StreetNetwork:
    """`side` × `side` crossings, joined along rows and columns."""
    numbers = np.arange(side * side).reshape(side, side)
    places = [
        moved(CORNER, column * BLOCK_M, row * BLOCK_M)
        for row in range(side)
        for column in range(side)
    ]
    edges = np.concatenate(
        [
            np.column_stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()]),
            np.column_stack([numbers[:-1].ravel(), numbers[1:].ravel()]),
        ]
    )
    return StreetNetwork(
        np.array([place.lat_deg for place in places]),
        np.array([place.lon_deg for place in places]),
        edges,
    )
