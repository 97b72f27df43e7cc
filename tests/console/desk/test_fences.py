"""Fences: a crossing is told once, across restarts, and not for who stands at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.geometry import GeoPoint, moved
from config.load import SiteInvalid, load_site
from config.site import FenceWatch
from config.writer import put_register
from console.desk.fence_data import FenceCrossed
from console.desk.fence_desk import LOOK_S
from ingest.feed.envelope import Noun
from tests.config.site_folder import INSPECTORS, SITE, write_site
from tests.console.desk.desk_bench import DeskBench

#: A square of 200 m, its middle.
HERE = GeoPoint(31.1997, 121.4997)
CORNERS = [
    moved(HERE, east, north) for east, north in ((-100, -100), (100, -100), (100, 100), (-100, 100))
]
RING = [[p.lat_deg, p.lon_deg] for p in CORNERS]


def fences(**more: str) -> str:
    lines = [f'{key} = "{value}"' for key, value in more.items()]
    return "\n".join(["[[fence]]", 'id = "f1"', 'name = "码头"', f"ring = {RING}", *lines]) + "\n"


@pytest.fixture
def bench(tmp_path: Path, store_url: str | None) -> Iterator[DeskBench]:
    desk_bench = DeskBench(tmp_path, store_url, inspectors=INSPECTORS, fences=fences())
    yield desk_bench
    desk_bench.close()


def look(bench: DeskBench, east_m: float, age_s: float = 0.0) -> list[tuple[str, bool]]:
    """p1 stands so far east of the middle; what the desk tells."""
    bench.clock.advance(LOOK_S)
    at = moved(HERE, east_m, 0.0)
    bench.place("p1", at.lat_deg, at.lon_deg, age_s=age_s)
    with bench.store.transaction() as tx:
        made = [bench._append(tx, e).event for e in bench.desk.tick(tx, bench.clock.utc_ns())]
    data = [e.decode_data(FenceCrossed) for e in made if (e.noun, e.verb) == (Noun.UNIT, "fence")]
    return [(crossed.fence, crossed.is_inside) for crossed in data]


def test_in_and_out_are_told_once_each(bench: DeskBench) -> None:
    assert look(bench, 300) == []
    assert look(bench, 50) == [("码头", True)]
    assert look(bench, 20) == []
    assert look(bench, 110) == [], "at the edge: no farther than a receiver scatters"
    assert look(bench, 95) == []
    assert look(bench, 130) == [("码头", False)]
    assert look(bench, 130) == []
    assert look(bench, 0, age_s=700) == [], "that old a fix says nothing of now"


def test_a_restart_tells_nothing_twice(bench: DeskBench) -> None:
    assert look(bench, 0) == [("码头", True)]
    again = type(bench.desk)(lambda: bench.directory)
    bench.desk = again
    assert look(bench, 0) == []
    assert look(bench, 300) == [("码头", False)]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"watch": "enter"}, [True]),
        ({"watch": "leave"}, [False]),
        ({"hours": "20:00-23:00"}, []),
        ({"hours": "08:00-12:00"}, [True, False]),
    ],
)
def test_only_what_the_fence_watches_is_told(
    tmp_path: Path, more: dict[str, str], told: list[bool]
) -> None:
    bench = DeskBench(tmp_path, inspectors=INSPECTORS, fences=fences(**more))
    found = [*look(bench, 0), *look(bench, 300)]
    bench.close()
    assert [is_inside for _name, is_inside in found] == told


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[fence]]\nid = "a"\nname = "A"\nring = [[31.0, 121.0], [31.1, 121.1]]\n', "2 points"),
        ('[[fence]]\nid = "a"\nname = "A"\nring = [[121.0, 31.0], [121.1, 31.0], [121.1, 31.1]]\n', "lat, lon"),
        ('[[fence]]\nid = "a"\nname = "A"\nring = [[31.0, 121.0], [31.1, 121.1], [31.0, 121.1], [31.1, 121.0]]\n', "cross"),
        (fences(watch="entr"), "enter, leave or both"),
        (fences() + fences(), "again"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_fence_is_said(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SiteInvalid, match=complaint):
        load_site(write_site(tmp_path, fences=text))


def test_a_fence_drawn_in_a_gcj02_site_is_written_in_its_coordinates(tmp_path: Path) -> None:
    folder = write_site(tmp_path, site=SITE + 'coordinates = "gcj02"\n')
    ring = [{"lat_deg": p.lat_deg, "lon_deg": p.lon_deg} for p in CORNERS]
    put_register(folder, "fences", [{"id": "f1", "name": "码头", "ring": ring, "watch": "both"}])
    (fence,) = load_site(folder).fences
    assert fence.watch is FenceWatch.BOTH
    for drawn, kept in zip(CORNERS, fence.ring, strict=True):
        assert kept.lat_deg == pytest.approx(drawn.lat_deg, abs=2e-6)
        assert kept.lon_deg == pytest.approx(drawn.lon_deg, abs=2e-6)
    assert f"{CORNERS[0].lon_deg:.4f}" not in (folder / "fences.toml").read_text()
