"""Arrangement: what a seat can put on its wall at once — layouts, scenes, tours — in one place.

Holds the parts; decides nothing itself. Threads: GUI thread only.
"""

from __future__ import annotations

from console.desk.scene_messages import SeatHere
from console.state.hotspot import Hotspots
from console.state.layout_book import LayoutBook
from console.state.map_spans import MapSpan
from console.state.observable import Value
from console.state.pushed_scenes import PushedScenes
from console.state.scenes import SceneBook
from console.state.spans import Spans
from console.state.tour_runs import TourRuns
from console.state.tours import TourBook
from console.state.wall import WallState


class Arrangement:
    """The parts of one seat."""

    def __init__(self, wall: WallState) -> None:
        self.wall = wall
        self.layouts = LayoutBook()
        self.scenes = SceneBook()
        self.pushes = PushedScenes(wall, self.scenes)
        self.tours = TourBook()
        self.runs = TourRuns(wall, self.tours, self.scenes)
        self.hotspots = Hotspots(wall)
        self.spans = Spans(wall)
        self.pushes.own_windows = self.spans.own_windows
        self.map_span = MapSpan(wall)
        self.map_span.is_toured = lambda address: self.runs.run_on(address) is not None
        #: The seats that are there, as the hub last said.
        self.seats: Value[tuple[SeatHere, ...]] = Value(())

    def tick(self, now_utc_ns: int, now_mono_ns: int) -> None:
        """Once a second: what was sent expires, tours go on, spans follow their picture."""
        self.pushes.tick(now_utc_ns)
        self.runs.tick(now_mono_ns)
        self.spans.refresh()
