"""A whole site folder: valid ones load, every mistake of a broken one is told at once."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import SITE_FILES, Problem, Severity, SiteInvalid, check_site, load_site, report
from config.settings import load_settings
from config.site import Language, LimitUnit, ZoneKind
from tests.config.site_folder import (
    CAMERAS,
    SITE,
    feature,
    grid_features,
    grid_text,
    square,
    write_site,
)

#: Texts of the 20 mistakes, by (file, line, key): what must be in `found`.
TWENTY_MISTAKES = {
    ("site.toml", 2, "language"): "'de'",
    ("site.toml", 4, "vision.analysis_fps"): "900",
    ("site.toml", 6, "hub.feed"): "7401",
    ("site.toml", 8, "map.key"): "${GRIDWALL_TEST_MISSING}",
    ("cameras.csv", 3, "lat"): "look swapped",
    ("cameras.csv", 4, "main_url"): "'rtps'",
    ("cameras.csv", 5, "id"): "first in line 2",
    ("cameras.csv", 6, "grid_id"): "did you mean 'S1C1'",
    ("cameras.csv", 7, "fov_deg"): "'wide'",
    ("zones.toml", 3, "zone[0].camera"): "'cam-9'",
    ("zones.toml", 4, "zone[0].kind"): "did you mean 'no_parking'",
    ("zones.toml", 5, "zone[0].polygon"): "cross",
    ("zones.toml", 9, "zone[1].polygon"): "2 points",
    ("zones.toml", 10, "zone[1].hours"): "'25:00-26:00'",
    ("calibration.toml", 3, "camera[0].pairs"): "3 pairs",
    ("grid.geojson", 3, "features[1].geometry.coordinates"): "not closed",
    ("inspectors.csv", 2, "shift"): "'always'",
    ("items.csv", 2, "limit_unit"): "did you mean 'working_hour'",
    ("rules.csv", 2, "item_code"): "'0599'",
    ("checkpoints.csv", 2, "inspector_id"): "'p9'",
}


def twenty_mistakes(folder: Path) -> Path:
    features = grid_features()
    features[1]["geometry"]["coordinates"][0].pop()
    return write_site(
        folder,
        site='name = "x"\nlanguage = "de"\n[vision]\nanalysis_fps = 900\n[hub]\nfeed = "7401"\n'
        '[map]\nkey = "${GRIDWALL_TEST_MISSING}"\n',
        cameras=(
            "id,name,main_url,lat,lon,fov_deg,grid_id\n"
            "cam-1,A,rtsp://h/1,,,,\n"
            "cam-2,B,rtsp://h/2,121.5,31.2,,\n"
            "cam-3,C,rtps://h/3,,,,\n"
            "cam-1,D,rtsp://h/4,,,,\n"
            "cam-5,E,rtsp://h/5,,,,S1C11\n"
            "cam-6,F,rtsp://h/6,,,wide,\n"
        ),
        zones=(
            '[[zone]]\nid = "z1"\ncamera = "cam-9"\nkind = "no_parkin"\n'
            "polygon = [[0, 0], [1, 1], [1, 0], [0, 1]]\n"
            '[[zone]]\nid = "z2"\ncamera = "cam-1"\npolygon = [[0, 0], [1, 1]]\n'
            'hours = "25:00-26:00"\nkind = "mask"\n'
        ),
        calibration='[[camera]]\nid = "cam-1"\npairs = [[0,0,31,121],[1,0,31,122],[1,1,32,122]]\n',
        grid=grid_text(features),
        inspectors="id,name,shift\np1,Li,always\n",
        items="code,name_zh,limit_unit\n0505,停车,working_hours\n",
        rules="item_code,unit\n0599,U\n",
        checkpoints="id,class,name,lat,lon,inspector_id\nk1,a,b,31,121,p9\n",
    )


def by_place(problems: tuple[Problem, ...]) -> dict[tuple[str, int | None, str | None], str]:
    return {(p.file, p.line, p.key): p.found for p in problems}


def test_a_valid_site_loads_with_every_register(tmp_path: Path) -> None:
    site, problems = check_site(write_site(tmp_path))
    assert problems == ()
    assert site is not None
    assert site.name == "Test street"
    assert site.language is Language.ENGLISH
    assert [camera.id for camera in site.cameras] == ["cam-1", "cam-2"]
    assert site.zones[0].kind is ZoneKind.NO_PARKING
    assert site.zones[0].days == frozenset(range(5))
    assert site.zones[1].limit_s == 120
    assert site.items[1].limit_unit is LimitUnit.URGENT_WORKING_HOUR
    assert {cell.id: cell.neighbours for cell in site.grid}["S1C1"] == ("S1C2",)


def test_twenty_mistakes_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    site, problems = check_site(twenty_mistakes(tmp_path), {})
    found = by_place(problems)
    assert site is None
    missing = {place: text for place, text in TWENTY_MISTAKES.items() if place not in found}
    assert not missing, f"not told: {missing}; told: {found}"
    for place, text in TWENTY_MISTAKES.items():
        assert text in found[place]
    assert all(problem.expected for problem in problems)


def test_one_mistake_is_not_told_twice_by_those_who_refer_to_it(tmp_path: Path) -> None:
    cameras = CAMERAS.replace("rtsp://127.0.0.1/1,", "nonsense,")
    _site, problems = check_site(write_site(tmp_path, cameras=cameras))
    assert [(p.file, p.key) for p in problems] == [("cameras.csv", "main_url")]


def test_load_site_raises_with_every_problem(tmp_path: Path) -> None:
    with pytest.raises(SiteInvalid) as caught:
        load_site(twenty_mistakes(tmp_path))
    assert len(caught.value.problems) >= 20
    assert "gridwall check" in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_only_site_toml_and_cameras_are_needed(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('name = "smallest"\n')
    (tmp_path / "cameras.csv").write_text("id,name,main_url\nc,n,rtsp://h/s\n")
    site = load_site(tmp_path)
    assert site.hub.query == "tcp://127.0.0.1:7402"
    assert site.language is Language.CHINESE


@pytest.mark.parametrize("file", ["site.toml", "cameras.csv"])
def test_a_missing_required_file_is_an_error(tmp_path: Path, file: str) -> None:
    write_site(tmp_path, **{file.split(".")[0]: None})
    site, problems = check_site(tmp_path)
    assert site is None
    assert ("no such file", file) in [(p.found, p.file) for p in problems]


def test_a_folder_that_is_not_there_is_one_error(tmp_path: Path) -> None:
    checked = report(tmp_path / "nowhere")
    assert checked.error_count == 1
    assert "no folder" in checked.problems[0].found


@pytest.mark.parametrize("file", sorted(set(SITE_FILES) - {"site.toml"}))
def test_an_empty_file_is_told(tmp_path: Path, file: str) -> None:
    write_site(tmp_path)
    (tmp_path / file).write_bytes(b"")
    _site, problems = check_site(tmp_path)
    assert "an empty file" in [p.found for p in problems if p.file == file]


@pytest.mark.parametrize("file", SITE_FILES)
def test_a_file_that_is_not_utf8_says_so_with_its_line(tmp_path: Path, file: str) -> None:
    write_site(tmp_path)
    with (tmp_path / file).open("ab") as end:
        end.write("# 路口\n".encode("gb18030"))
    site, problems = check_site(tmp_path)
    assert site is None
    told = next(p for p in problems if p.file == file)
    assert "GBK" in told.found
    assert told.line == (tmp_path / file).read_bytes().count(b"\n")


def test_a_missing_register_is_said_once_and_does_not_stop_the_site(tmp_path: Path) -> None:
    site, problems = check_site(write_site(tmp_path, grid=None, checkpoints=None, rules=None))
    assert site is not None
    assert {p.severity for p in problems} == {Severity.WARNING}
    assert sorted(p.file for p in problems) == ["cameras.csv", "inspectors.csv"]


def test_places_far_from_all_others_are_pointed_at(tmp_path: Path) -> None:
    rows = "".join(f"c{n},n,rtsp://h,31.2{n},121.5\n" for n in range(6))
    text = f"id,name,main_url,lat,lon\n{rows}far,n,rtsp://h,31.2,112.5\n"
    site, problems = check_site(write_site(tmp_path, cameras=text, zones=None, calibration=None))
    assert site is not None
    assert [(p.line, p.key, p.severity) for p in problems] == [(8, "lat", Severity.WARNING)]
    assert "km from the others" in problems[0].found


def test_named_files_must_be_there_and_templates_need_none(tmp_path: Path) -> None:
    write_site(tmp_path, site=f'{SITE}tiles = "city.mbtiles"\nstreets = "roads.osm.pbf"\n')
    site, problems = check_site(tmp_path)
    assert site is None
    assert [p.key for p in problems] == ["streets", "tiles"]
    template = "https://tiles.example/{z}/{x}/{y}.png"
    write_site(tmp_path, site=f'{SITE}[map]\ntiles = "{template}"\n')
    assert load_site(tmp_path).tiles == template


def test_a_broken_layer_warns(tmp_path: Path) -> None:
    write_site(tmp_path)
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "hydrants.geojson").write_text('{"type":\n')
    site, problems = check_site(tmp_path)
    assert site is not None
    assert [(p.file, p.severity) for p in problems] == [
        ("layers/hydrants.geojson", Severity.WARNING)
    ]


def test_settings_keep_types_and_bounds(tmp_path: Path) -> None:
    text = (
        'name = "x"\n[store]\nretention_days = 30\n[calendar]\nholidays = [2026-10-01]\n'
        'hours = ["09:00-17:00"]\n[desk.items]\nsmoke = "0501"\n'
    )
    write_site(tmp_path, site=text)
    found = load_settings(tmp_path)
    assert found.store.retention_days == 30
    assert found.calendar.holidays == (date(2026, 10, 1),)
    assert found.calendar.spans()[0].end.hour == 17
    assert found.desk.items == {"smoke": "0501"}
    assert load_site(tmp_path).settings == found


@pytest.mark.parametrize(
    ("line", "key", "found"),
    [
        ("retention_days = 0", "store.retention_days", "0"),
        ('retention_days = "long"', "store.retention_days", "'long'"),
        ("folder = 3", "store.folder", "3"),
    ],
)
def test_a_setting_outside_its_bounds_is_told(
    tmp_path: Path, line: str, key: str, found: str
) -> None:
    _site, problems = check_site(write_site(tmp_path, site=f'name = "x"\n[store]\n{line}\n'))
    assert [(p.line, p.key, p.found) for p in problems] == [(3, key, found)]


def test_items_named_for_alerts_must_exist(tmp_path: Path) -> None:
    text = f'{SITE}[desk.items]\nsmoke = "0501"\nparking = "0599"\n'
    _site, problems = check_site(write_site(tmp_path, site=text))
    assert [(p.line, p.key) for p in problems] == [(5, "desk.items.parking")]


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        ('intake = "tcp://*:*"\nfeed = "tcp://127.0.0.1:*"', ["hub.intake"]),
        ('feed = "tcp://127.0.0.1:*"\nquery = "ipc:///run/x"\nhttp = "[::1]:80"', []),
        ('feed = "tcp://127.0.0.1:7400"', ["hub.feed"]),
        ('http = "127.0.0.1:7408"', ["hub.jt808"]),
        ('http = "http://127.0.0.1:80"\njt808 = "7408"', ["hub.http", "hub.jt808"]),
        ('query = "tcp://hub.local:99999"', ["hub.query"]),
    ],
)
def test_addresses_are_checked(tmp_path: Path, lines: str, keys: list[str]) -> None:
    _site, problems = check_site(write_site(tmp_path, site=f"{SITE}[hub]\n{lines}\n"))
    assert [p.key for p in problems] == keys


def test_unknown_keys_warn_and_suggest(tmp_path: Path) -> None:
    site, problems = check_site(
        write_site(
            tmp_path, site='name = "x"\nlangage = "en"\n[hub]\nintak = "tcp://a:1"\n[visio]\n'
        )
    )
    assert site is not None
    texts = {(p.line, p.key): p.found for p in problems}
    assert "'language'" in texts[2, "langage"]
    assert "'intake'" in texts[4, "hub.intak"]
    assert "'vision'" in texts[5, "visio"]


@pytest.mark.parametrize("broken", ["name = ", 'name = "x"\n[hub\n', 'name = "x"\nname = "y"\n'])
def test_toml_syntax_errors_have_a_line(tmp_path: Path, broken: str) -> None:
    _site, problems = check_site(write_site(tmp_path, site=broken))
    told = [p for p in problems if p.file == "site.toml"]
    assert len(told) == 1
    assert told[0].line is not None
    assert told[0].expected == "valid TOML"


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    cameras = "id,name,main_url\nc,n," + "rtsp://user:${CAMERA_SECRET}" + "@h/s\n"
    write_site(tmp_path, cameras=cameras, zones=None, calibration=None)
    site, problems = check_site(tmp_path, {"CAMERA_SECRET": "fake-word"})
    assert problems == ()
    assert site is not None
    assert "fake-word" in site.cameras[0].main_url
    _site, problems = check_site(tmp_path, {})
    assert "${CAMERA_SECRET}" in problems[0].found


def test_no_message_shows_a_password(tmp_path: Path) -> None:
    secret = "fake-" + "word"
    url = "rtps://user:" + secret + "@h:99999/s"
    rows = f"a,n,{url}\nb,n,{url.replace('rtps', 'rtsp')}\nc,n,user:{secret}@h\n"
    write_site(tmp_path, cameras=f"id,name,main_url\n{rows}", zones=None, calibration=None)
    _site, problems = check_site(tmp_path)
    assert len(problems) == 3
    assert secret not in "".join(p.text for p in problems)


def test_registers_in_gcj02_are_wgs84_inside(tmp_path: Path) -> None:
    write_site(
        tmp_path,
        site='name = "x"\ncoordinates = "gcj02"\n',
        cameras="id,name,main_url,lat,lon\nc,n,rtsp://h/s,31.17530398364597,121.531541859215\n",
        grid=grid_text(
            [feature("S1", "street", None, square(121.531541859215, 31.17530398364597, 0.01))]
        ),
        **dict.fromkeys(("zones", "calibration", "inspectors", "rules", "checkpoints")),
    )
    site = load_site(tmp_path)
    for place in (site.cameras[0].place, site.grid[0].rings[0][0]):
        assert place is not None
        assert place.lat_deg == pytest.approx(31.1774276, abs=1e-7)
        assert place.lon_deg == pytest.approx(121.5272106, abs=1e-7)


def test_a_register_of_7396_cameras_is_checked_within_a_second(tmp_path: Path) -> None:
    """0.2 s on the machine this was written on; the limit of the requirement is 1 s."""
    rows = "".join(
        f"cam-{n:05},路口{n},rtsp://10.0.{n // 250}.{n % 250}/main,rtsp://10.0.0.1/{n}/sub,"
        f"{31 + n * 1e-5:.5f},{121 + n * 1e-5:.5f},{n % 360},60,S1C1,road,,true\n"
        for n in range(7396)
    )
    write_site(tmp_path, cameras=CAMERAS + rows)
    started_s = time.process_time()
    checked = report(tmp_path)
    used_s = time.process_time() - started_s
    assert checked.problems == ()
    assert checked.counts["cameras"] == 7398
    assert used_s < 1.0


def test_a_register_with_a_mistake_in_every_row_is_checked_as_quickly(tmp_path: Path) -> None:
    rows = "".join(f"x-{n},n,rtsp://h/{n},,31,121,,,37029900{n:06},,,\n" for n in range(7396))
    write_site(tmp_path, cameras=CAMERAS + rows)
    started_s = time.process_time()
    checked = report(tmp_path)
    used_s = time.process_time() - started_s
    assert checked.error_count == 7396
    assert used_s < 1.5


OPERATORS = """# the night shift
[[operator]]
name = "wang"
display = "王芳"
password = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
roles = ["clerk", "dispatcher"]
streets = ["S1"]
"""
MOUNTS = """
[[mount]]
camera = "cam-1"
height_m = 6.0
home_bearing_deg = 90.0
"""
ROUNDS = """
[[round]]
id = "r1"
name = "上午"
hours = "08:00-11:00"
days = "mon-fri"
inspectors = ["p1"]
classes = ["hydrant"]
grids = ["S1"]
"""
FENCES = """
[[fence]]
id = "f1"
name = "码头"
ring = [[31.2, 121.5], [31.2, 121.501], [31.201, 121.501]]
watch = "enter"
hours = "20:00-06:00"
"""


PARTNERS = """[[partner]]
id = "district"
name = "District"
url = "https://district.example/exchange/v1"
we = "city"
secret_files = ["keys/new.secret"]
receipt_hours = 2
"""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    file=st.sampled_from(SITE_FILES), at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40)
)
def test_no_content_makes_the_check_itself_fail(
    tmp_path: Path, file: str, at: float, junk: bytes
) -> None:
    """Rubbish anywhere in any file ends in problems or in a site, never in an exception."""
    write_site(tmp_path)
    (tmp_path / "operators.toml").write_text(OPERATORS)
    (tmp_path / "partners.toml").write_text(PARTNERS)
    (tmp_path / "ptz.toml").write_text(MOUNTS)
    (tmp_path / "fences.toml").write_text(FENCES)
    (tmp_path / "rounds.toml").write_text(ROUNDS)
    content = (tmp_path / file).read_bytes()
    cut = int(at * len(content))
    (tmp_path / file).write_bytes(content[:cut] + junk + content[cut + len(junk) :])
    site, problems = check_site(tmp_path)
    assert (site is None) == any(p.severity is Severity.ERROR for p in problems)


def test_a_relay_nobody_would_find_or_anybody_could_watch_is_told(tmp_path: Path) -> None:
    site = SITE + (
        '[relay]\ncameras = ["cam-1", "cam-9*", "can-1"]\naddress = "10.0.0.5"\n'
        'stand_ins = ["10.0.0.6:7464", "10.0.0.6:7464"]\n'
    )
    checked, problems = check_site(write_site(tmp_path, site=site))
    assert checked is None
    told = [(each.key, each.line, each.severity) for each in problems]
    assert told.count(("relay.address", 5, Severity.ERROR)) == 1
    assert told.count(("relay.stand_ins", 6, Severity.ERROR)) == 3  # no password twice, one twice
    assert [each.found for each in problems if each.key == "relay.cameras"] == [
        "'cam-9*' names no camera, so nothing is relayed for it",
        "'can-1' names no camera, so nothing is relayed for it (did you mean 'cam-1'?)",
    ]
    texts = [f"{each.found} {each.expected}" for each in problems]
    assert any("anybody could watch" in text and "GRIDWALL_RELAY" in text for text in texts)


def test_a_relay_that_can_work_is_fine(tmp_path: Path) -> None:
    site = SITE + (
        '[relay]\ncameras = ["cam-*"]\naddress = "10.0.0.5:7464"\nlisten = "0.0.0.0:7464"\n'
        'stand_ins = ["10.0.0.6:7464"]\npassword = "word"\n'
    )
    checked, problems = check_site(write_site(tmp_path, site=site))
    assert checked is not None
    assert not problems
