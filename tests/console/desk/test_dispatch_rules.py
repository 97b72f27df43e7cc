"""Who handles it and who is near: rules, ranking, and a reason for every pick and every shortfall."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m, moved
from config.load import load_site
from config.settings import CalendarSettings, DeskSettings
from config.site import DeviceId, Inspector, InspectorId
from config.travel import Travel
from console.desk.candidates import (
    Candidate,
    CandidateList,
    Situation,
    candidates_for,
)
from console.desk.clock_rules import WorkingCalendar
from console.desk.dispatch_rules import unit_for
from console.desk.fleet import FleetShelf
from console.desk.messages import ENGLISH, Message
from console.desk.routing import Routing
from ingest.feed.envelope import Noun, parse_utc_ns, utc_text
from ingest.feed.store import open_store
from ingest.positions.fix import PositionEntry
from tests.config.site_folder import INSPECTORS, write_site

Roads = Callable[[GeoPoint, Sequence[GeoPoint], float, Travel], Sequence[float | None]]
#: Monday 10:00 in Shanghai; p1 (08:00-20:00) is on duty, p2 (22:00-06:00) is not.
NOW = parse_utc_ns("2026-11-23T02:00:00Z")
#: In cell S1C1, whose neighbour is S1C2.
HERE = GeoPoint(31.1997, 121.4997)

MORE_INSPECTORS = INSPECTORS + "p3,Zhao,,,S1C2,863,\np4,Qian,,,S1C3,864,\np5,Sun,,,S1,865,\n"


def directory_of(folder: Path, **files: str | None) -> SiteDirectory:
    return SiteDirectory(load_site(write_site(folder, **{"inspectors": MORE_INSPECTORS, **files})))


def entry(place: GeoPoint, age_s: float = 5) -> PositionEntry:
    fix_utc = utc_text(NOW - round(age_s * 1e9))
    return PositionEntry(
        None, DeviceId("1"), place.lat_deg, place.lon_deg, None, None, None, fix_utc, "osmand", True
    )


def situation(
    positions: dict[str, PositionEntry],
    *,
    busy: dict[str, str] | None = None,
    distances_m: Roads | None = None,
    settings: DeskSettings | None = None,
) -> Situation:
    return Situation(
        NOW, positions, busy or {}, WorkingCalendar(CalendarSettings()),
        settings or DeskSettings(), Routing(distances_m, "no streets"),
    )  # fmt: skip


def test_somebody_on_foot_counts_by_the_time_it_takes_them(tmp_path: Path) -> None:
    """300 m on foot take 231 s, 800 m on a scooter 190 s; whose row says nothing rides."""
    header = "id,name,phone,role,grid_id,device_id,shift,travel\n"
    rows = "p1,Wang,,,,861,,walking\np3,Zhao,,,,863,,\n"
    directory = directory_of(tmp_path, inspectors=header + rows)
    places = {"p1": entry(moved(HERE, 300, 0)), "p3": entry(moved(HERE, 800, 0))}
    asked: list[tuple[Travel, int]] = []

    def roads(
        goal: GeoPoint, starts: Sequence[GeoPoint], within_m: float, travel: Travel
    ) -> list[float | None]:
        asked.append((travel, len(starts)))
        return [distance_m(goal, start) for start in starts]

    found = candidates_for(directory, HERE, None, situation(places, distances_m=roads))
    assert [c.inspector_id for c in found.candidates] == ["p3", "p1"]
    assert [round(c.eta_s or 0) for c in found.candidates] == [190, 231]
    assert ids(found.candidates[1].reasons)[2:] == ["on_foot"]
    assert "on_foot" not in ids(found.candidates[0].reasons)
    assert set(asked) == {(Travel.E_BIKE, 1), (Travel.WALKING, 1)}
    walkers = DeskSettings(travel=Travel.WALKING)
    found = candidates_for(directory, HERE, None, situation(places, settings=walkers))
    assert [c.inspector_id for c in found.candidates] == ["p1", "p3"]


def by_id(found: CandidateList) -> dict[str, Candidate]:
    return {candidate.inspector_id: candidate for candidate in found.candidates}


def ids(messages: Sequence[Message]) -> list[str]:
    return [message.id for message in messages]


def test_the_own_grid_goes_first_then_the_neighbour_then_others(tmp_path: Path) -> None:
    directory = directory_of(tmp_path)
    places = {name: entry(moved(HERE, 100, 0)) for name in ("p1", "p3", "p4")}
    found = candidates_for(directory, HERE, None, situation(places))
    assert [c.inspector_id for c in found.candidates[:3]] == ["p1", "p3", "p4"]
    reasons = {c.inspector_id: c.reasons[0].id for c in found.candidates[:3]}
    assert reasons == {"p1": "own_grid", "p3": "neighbour_grid", "p4": "other_grid"}
    assert found.first is not None
    assert found.first.inspector_id == "p1"


def test_somebody_much_nearer_beats_the_own_grid(tmp_path: Path) -> None:
    directory = directory_of(tmp_path)
    places = {"p1": entry(moved(HERE, 900, 0)), "p4": entry(moved(HERE, 20, 0))}
    found = candidates_for(directory, HERE, None, situation(places))
    assert [c.inspector_id for c in found.candidates[:2]] == ["p4", "p1"]


def test_an_inspector_of_the_whole_street_is_in_the_own_grid(tmp_path: Path) -> None:
    found = candidates_for(directory_of(tmp_path), HERE, None, situation({"p5": entry(HERE)}))
    assert found.candidates[0].reasons[0].id == "own_grid"


def test_every_shortfall_is_told(tmp_path: Path) -> None:
    directory = directory_of(tmp_path)
    places = {
        "p1": entry(HERE, age_s=5000),
        "p2": entry(HERE),
        "p3": entry(HERE),
        "p4": entry(moved(HERE, 9000, 0)),
    }
    found = candidates_for(directory, HERE, None, situation(places, busy={"p3": "case-7"}))
    told = {name: ids(candidate.shortfalls) for name, candidate in by_id(found).items()}
    assert told == {
        "p1": ["fix_too_old"],
        "p2": ["off_duty"],
        "p3": ["busy"],
        "p4": ["outside_radius"],
        "p5": ["no_position"],
    }
    assert found.first is None
    assert found.shortfall_counts == dict.fromkeys(
        ("fix_too_old", "off_duty", "busy", "outside_radius", "no_position"), 1
    )
    candidate = by_id(found)["p3"]
    assert candidate.shortfalls[0].values == {"case_id": "case-7"}
    for message in (m for c in found.candidates for m in (*c.shortfalls, *c.reasons)):
        assert "{" not in message.english
        assert message.id in ENGLISH


def test_several_shortfalls_are_all_told(tmp_path: Path) -> None:
    places = {"p2": entry(HERE, age_s=5000)}
    found = candidates_for(directory_of(tmp_path), HERE, None, situation(places, busy={"p2": "c"}))
    assert ids(by_id(found)["p2"].shortfalls) == ["fix_too_old", "off_duty", "busy"]


def test_without_streets_the_line_is_stretched_and_said_so(tmp_path: Path) -> None:
    places = {"p1": entry(moved(HERE, 100, 0))}
    found = candidates_for(directory_of(tmp_path), HERE, None, situation(places))
    first = found.candidates[0]
    assert first.distance_m == pytest.approx(130, abs=1)
    assert first.eta_s == pytest.approx(130 / 4.2, abs=1)
    assert not first.by_road
    assert found.explanation == Message("straight_line", {"factor": 1.3, "cause": "no streets"})


def test_roads_change_the_order_and_the_radius(tmp_path: Path) -> None:
    """p1 is 50 m away across a river: the road is 4 km; p3 has no road and keeps its line."""
    places = {
        "p1": entry(moved(HERE, 50, 0)),
        "p3": entry(moved(HERE, 400, 0)),
        "p4": entry(moved(HERE, 500, 0)),
    }

    def roads(
        start: GeoPoint, ends: Sequence[GeoPoint], within_m: float, travel: Travel
    ) -> list[float | None]:
        lengths: dict[str, float | None] = {"p1": 4000.0, "p3": None, "p4": 520.0}
        near = sorted(places, key=lambda name: places[name].lon_deg)
        return [lengths[near[rank]] for rank in range(len(ends))]

    found = candidates_for(directory_of(tmp_path), HERE, None, situation(places, distances_m=roads))
    assert found.explanation is None
    told = by_id(found)
    assert ids(told["p1"].shortfalls) == ["outside_radius"]
    assert told["p4"].by_road
    assert told["p4"].distance_m == 520
    assert not told["p3"].by_road


def test_786_inspectors_are_judged_within_a_moment(tmp_path: Path) -> None:
    import time

    site = load_site(write_site(tmp_path))
    many = tuple(Inspector(InspectorId(f"i{n}"), f"n{n}") for n in range(786))
    directory = SiteDirectory(msgspec.structs.replace(site, inspectors=many))
    places = {f"i{n}": entry(moved(HERE, n * 3.0, 0)) for n in range(786)}
    started_s = time.process_time()
    found = candidates_for(directory, HERE, None, situation(places))
    assert time.process_time() - started_s < 0.5
    assert len([c for c in found.candidates if not c.shortfalls]) == DeskSettings().candidate_count
    assert len(found.candidates) <= DeskSettings().candidate_count + 30


def test_units_by_priority_then_area_then_item(tmp_path: Path) -> None:
    rules = (
        "item_code,grid_id,unit,priority\n"
        "0505,,city police,0\n0505,S1,street police,0\n0505,S1C1,cell police,0\n"
        "0501,,city office,5\n0501,S1C1,cell office,0\n*,S1C2,any of C2,0\n0505,S1C2,police of C2,0\n"
    )
    directory = directory_of(tmp_path, rules=rules)
    units = {
        (item, cell): unit_for(directory, item, cell).unit
        for item in ("0505", "0501")
        for cell in ("S1C1", "S1C2", "S1C3", None)
    }
    assert units == {
        ("0505", "S1C1"): "cell police",
        ("0505", "S1C2"): "police of C2",
        ("0505", "S1C3"): "street police",
        ("0505", None): "city police",
        ("0501", "S1C1"): "city office",
        ("0501", "S1C2"): "city office",
        ("0501", "S1C3"): "city office",
        ("0501", None): "city office",
    }
    assert "priority 5" in unit_for(directory, "0501", "S1C1").reason.english


def test_without_a_rule_the_item_and_then_the_area_decide(tmp_path: Path) -> None:
    items = "code,name_zh,unit_rule\n0505,a,grid\n0501,b,street\n0504,c,Hygiene\n0506,d,\n"
    directory = directory_of(tmp_path, rules=None, items=items)
    assert unit_for(directory, "0505", "S1C1").unit == "U"
    assert unit_for(directory, "0501", "S1C1").reason.id == "unit_by_item"
    assert unit_for(directory, "0504", None).unit == "Hygiene"
    assert unit_for(directory, "0506", "S1C1").reason.id == "unit_by_grid"
    nothing = unit_for(directory, "0506", None)
    assert (nothing.unit, nothing.reason.id) == (None, "unit_unknown")


@pytest.mark.parametrize("seed", range(6))
def test_the_best_by_road_are_exactly_the_best_whatever_limit_was_followed(
    tmp_path: Path, seed: int
) -> None:
    """Roads are followed to a growing limit: the answer is the one of following all of them."""
    chance = random.Random(seed)
    site = load_site(write_site(tmp_path))
    grids = [cell.id for cell in site.grid] + [None]
    many = tuple(
        Inspector(InspectorId(f"i{n}"), f"n{n}", grid_id=chance.choice(grids)) for n in range(300)
    )
    directory = SiteDirectory(msgspec.structs.replace(site, inspectors=many))
    places = {
        f"i{n}": entry(moved(HERE, chance.uniform(-4e3, 4e3), chance.uniform(-4e3, 4e3)))
        for n in range(300)
    }
    roads = {
        name: distance_m(HERE, GeoPoint(one.lat_deg, one.lon_deg)) * chance.uniform(1.0, 4.0)
        for name, one in places.items()
    }
    by_place = {
        (round(one.lat_deg, 9), round(one.lon_deg, 9)): roads[name] for name, one in places.items()
    }
    asked: list[float] = []

    def follow(
        start: GeoPoint, ends: Sequence[GeoPoint], within_m: float, travel: Travel
    ) -> list[float | None]:
        asked.append(within_m)
        metres = [by_place[round(end.lat_deg, 9), round(end.lon_deg, 9)] for end in ends]
        return [road if road <= within_m else float("inf") for road in metres]

    loads = {f"i{n}": chance.randrange(4) for n in range(0, 300, 2)}
    case = msgspec.structs.replace(situation(places, distances_m=follow), loads=loads, load_m=150.0)
    found = candidates_for(directory, HERE, None, case)
    settings = DeskSettings()
    own = {cell.id for cell in directory.ancestors(directory.cell_at(HERE).id)}  # type: ignore[union-attr]

    def score(name: str) -> float:
        inspector = directory.inspector(name)
        assert inspector is not None
        cell = directory.cell(inspector.grid_id)
        bonus = 0.0
        if inspector.grid_id in own:
            bonus = settings.own_grid_bonus_m
        elif cell is not None and own & set(cell.neighbours):
            bonus = settings.own_grid_bonus_m / 2
        return roads[name] - bonus + 150.0 * loads.get(name, 0)

    wanted = sorted((n for n in roads if roads[n] <= settings.radius_m), key=score)
    best = [one.inspector_id for one in found.candidates if not one.shortfalls]
    assert best == wanted[: settings.candidate_count]
    assert asked[0] < settings.radius_m  # and not every road was followed for it


def test_who_is_cut_off_by_a_detour_is_told_how_far_the_road_is(tmp_path: Path) -> None:
    """Within the radius on the line, 5 km by road: too far, and the metres are the road's."""
    places = {"p1": entry(moved(HERE, 1000, 0)), "p3": entry(moved(HERE, 1500, 0))}

    def follow(
        start: GeoPoint, ends: Sequence[GeoPoint], within_m: float, travel: Travel
    ) -> list[float | None]:
        return [5_000.0 if within_m >= 5_000 else float("inf") for _ in ends]

    found = candidates_for(
        directory_of(tmp_path), HERE, None, situation(places, distances_m=follow)
    )
    far = by_id(found)["p1"].shortfalls
    assert far == (Message("outside_radius", {"metres": 5000, "limit_m": 3000.0}),)
    assert found.shortfall_counts["outside_radius"] == 2


def test_a_changed_register_keeps_the_positions_that_did_not_change(tmp_path: Path) -> None:
    """The fleet is worked out once per change of either; a new register is a change."""
    store = open_store(tmp_path / "state")
    shelf = FleetShelf()
    place = entry(HERE)
    with store.transaction() as tx:
        fix = msgspec.structs.replace(place, inspector_id=InspectorId("p1"))
        tx.remember(Noun.POSITION, "p1", msgspec.json.encode(fix))
    first = directory_of(tmp_path / "site")
    with store.reading() as tx:
        assert set(shelf.fleet(tx, first).positions) == {"p1"}
        assert shelf.fleet(tx, first) is shelf.fleet(tx, first)
        assert set(shelf.fleet(tx, directory_of(tmp_path / "site")).positions) == {"p1"}
    store.close()
