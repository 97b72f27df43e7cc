"""The folder over time: what a reload sees, what a write keeps, what look-ups answer, where state goes."""

from __future__ import annotations

import os
import stat
from datetime import time
from pathlib import Path

import msgspec
import pytest

from config.directory import SiteDirectory
from config.geometry import GeoPoint, ImagePoint, distance_m
from config.load import SiteInvalid, load_site
from config.paths import (
    hub_state_folder,
    network_file_system,
    runtime_folder,
    user_state_folder,
    worker_state_folder,
)
from config.site import CameraId, Hours, Licence, Zone, ZoneId, ZoneKind
from config.toml_document import key_lines
from config.watch import SiteWatcher
from config.writer import UnknownRegister, append_row, put_register, register_text, replace_file
from tests.config.site_folder import CAMERAS, SITE, ZONES, write_site


def touch_later(path: Path, text: str) -> None:
    """Writes in place, with a time that differs however coarse the file system counts."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_nothing_changed_is_no_diff(tmp_path: Path) -> None:
    assert SiteWatcher(load_site(write_site(tmp_path))).poll() is None


def test_a_changed_register_is_named_once(tmp_path: Path) -> None:
    watcher = SiteWatcher(load_site(write_site(tmp_path)))
    touch_later(tmp_path / "zones.toml", ZONES.replace("limit_s = 60", "limit_s = 90"))
    diff = watcher.poll()
    assert diff is not None
    assert diff.changed == {"zones"}
    assert diff.site.zones[0].limit_s == 90
    assert watcher.site is diff.site
    assert watcher.poll() is None


def test_an_invalid_state_keeps_the_old_site_and_tells_why(tmp_path: Path) -> None:
    watcher = SiteWatcher(load_site(write_site(tmp_path)))
    old = watcher.site
    touch_later(tmp_path / "cameras.csv", CAMERAS + "cam-3,no url,,\n")
    diff = watcher.poll()
    assert diff is not None
    assert not diff.is_valid
    assert diff.site is old
    assert diff.problems[0].key == "main_url"
    assert watcher.poll() is None
    touch_later(tmp_path / "cameras.csv", CAMERAS)
    repaired = watcher.poll()
    assert repaired is not None
    assert repaired.is_valid
    assert repaired.changed == frozenset()


def test_a_touched_file_with_the_same_values_is_no_change(tmp_path: Path) -> None:
    watcher = SiteWatcher(load_site(write_site(tmp_path)))
    touch_later(tmp_path / "site.toml", SITE + "# a remark\n")
    assert watcher.poll() is None


def test_a_new_and_a_removed_file_are_changes(tmp_path: Path) -> None:
    watcher = SiteWatcher(load_site(write_site(tmp_path, calibration=None)))
    (tmp_path / "zones.toml").unlink()
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "hydrants.geojson").write_text("{}")
    diff = watcher.poll()
    assert diff is not None
    assert diff.changed == {"zones", "site"}


def test_site_toml_settings_are_the_register_site(tmp_path: Path) -> None:
    watcher = SiteWatcher(load_site(write_site(tmp_path)))
    touch_later(tmp_path / "site.toml", SITE + "[vision]\nanalysis_fps = 4\n")
    diff = watcher.poll()
    assert diff is not None
    assert diff.changed == {"site"}
    assert diff.site.settings.vision.analysis_fps == 4


def test_a_licence_survives_the_way_from_the_editor_to_the_file_and_back(tmp_path: Path) -> None:
    write_site(tmp_path)
    corners = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8))
    polygon = tuple(ImagePoint(x, y) for x, y in corners)
    licence = Licence(polygon, "Cart 12", Hours(time(6), time(9)), frozenset({0, 5}))
    zone = Zone(
        ZoneId("z9"), CameraId("cam-1"), ZoneKind.NO_TRADING, polygon, 60.0, licences=(licence,)
    )
    crowd = Zone(
        ZoneId("z10"), CameraId("cam-1"), ZoneKind.CROWD_WATCH, polygon, 20.0, people_max=12
    )
    built = msgspec.to_builtins([zone, crowd], enc_hook=str)
    put_register(tmp_path, "zones", built)
    assert load_site(tmp_path).zones == (zone, crowd)
    assert "[[zone.licence]]" in register_text(tmp_path, "zones")
    built[0]["licences"] = []
    put_register(tmp_path, "zones", built)
    assert load_site(tmp_path).zones[0].licences == ()


def test_writing_zones_keeps_the_comments_of_those_that_stay(tmp_path: Path) -> None:
    write_site(tmp_path)
    zones = [
        {"id": "z1", "camera": "cam-1", "kind": "no_parking", "limit_s": 45, "days": "mon-fri",
         "hours": "07:00-22:00", "polygon": [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]},
        {"id": "z3", "camera": "cam-2", "kind": "mask", "polygon": [[0, 0], [0.2, 0], [0.2, 0.2]]},
    ]  # fmt: skip
    put_register(tmp_path, "zones", zones)
    text = register_text(tmp_path, "zones")
    assert "# drawn by the duty head" in text
    assert "# the bus stop" in text
    site = load_site(tmp_path)
    assert [(zone.id, zone.limit_s) for zone in site.zones] == [("z1", 45), ("z3", 0)]
    assert site.zones[1].kind is ZoneKind.MASK


def test_writing_the_first_zone_of_a_site(tmp_path: Path) -> None:
    write_site(tmp_path, zones=None)
    entry = {"id": "z", "camera": "cam-1", "kind": "mask", "polygon": [[0, 0], [1, 0], [1, 1]]}
    put_register(tmp_path, "zones", [entry])
    assert [zone.id for zone in load_site(tmp_path).zones] == ["z"]


def test_writing_cameras_keeps_a_citys_own_columns(tmp_path: Path) -> None:
    write_site(
        tmp_path, cameras="id,police_no,name,main_url\ncam-1,77,A,rtsp://h\ncam-2,78,B,rtsp://h\n"
    )
    rows = [
        {
            "id": "cam-1",
            "police_no": "77",
            "name": "A, new",
            "main_url": "rtsp://h",
            "enabled": False,
        },
        {"id": "cam-2", "police_no": "78", "name": "B", "main_url": "rtsp://h", "enabled": None},
    ]
    warnings = put_register(tmp_path, "cameras", rows)
    assert [problem.key for problem in warnings] == ["police_no"]
    first, second = register_text(tmp_path, "cameras").splitlines()[1:]
    assert first == 'cam-1,77,"A, new",rtsp://h,false'
    assert second == "cam-2,78,B,rtsp://h,"


def test_a_write_that_would_break_the_site_changes_nothing(tmp_path: Path) -> None:
    write_site(tmp_path)
    before = register_text(tmp_path, "cameras")
    with pytest.raises(SiteInvalid) as caught:
        put_register(tmp_path, "cameras", "id,name,main_url\ncam-1,A,rtsp://h\n")
    assert {problem.file for problem in caught.value.problems} == {"zones.toml"}
    assert register_text(tmp_path, "cameras") == before
    with pytest.raises(UnknownRegister):
        put_register(tmp_path, "passwords", "x")


def test_a_register_can_be_repaired_while_another_is_broken(tmp_path: Path) -> None:
    write_site(tmp_path, items="code\n", rules=None)
    put_register(tmp_path, "zones", ZONES.replace("60", "61"))
    assert "61" in register_text(tmp_path, "zones")


def test_a_replaced_file_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("a")
    path.chmod(0o640)
    replace_file(path, b"b")
    assert path.read_bytes() == b"b"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["site.toml"]


def test_look_ups_answer_by_id_place_and_device(tmp_path: Path) -> None:
    directory = SiteDirectory(load_site(write_site(tmp_path)))
    camera = directory.camera("cam-1")
    assert camera is not None
    assert camera.name == "Harbour Road"
    assert directory.camera("nobody") is None
    assert [zone.id for zone in directory.zones_of("cam-1")] == ["z1"]
    assert directory.zones_of("cam-9") == ()
    assert directory.calibration_of("cam-1") is not None
    inspector = directory.inspector_of_device("00000861")
    assert inspector is not None
    assert inspector.id == "p1"
    smallest = directory.cell_at(GeoPoint(31.2001, 121.4995))
    assert smallest is not None
    assert smallest.id == "S1C1"
    street = directory.cell_at(GeoPoint(31.1995, 121.5025))
    assert street is not None
    assert street.id == "S1"
    assert directory.cell_at(GeoPoint(0, 0)) is None
    assert directory.street_of("S1C1") == "S1"
    assert directory.street_of("S1") == "S1"
    assert directory.street_of(None) is None
    nearest = directory.nearest_cameras(GeoPoint(31.2010, 121.5010), 1)
    assert nearest[0][0].id == "cam-2"
    assert nearest[0][1] < 1


def test_state_lives_in_the_site_unless_the_store_says_otherwise(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "site"))
    assert hub_state_folder(site) == tmp_path / "site" / "state" / "hub"
    assert worker_state_folder(site).name.startswith("worker-")
    write_site(tmp_path / "site", site=f'{SITE}[store]\nfolder = "{tmp_path / "elsewhere"}"\n')
    assert hub_state_folder(load_site(tmp_path / "site")) == tmp_path / "elsewhere" / "hub"


def test_the_runtime_folder_is_private_and_the_same_for_everybody(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path)
    try:
        assert runtime_folder(tmp_path / "x" / "..") == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        folder.chmod(0o755)
        runtime_folder(tmp_path)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        folder.rmdir()


def test_a_runtime_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(PermissionError):
            runtime_folder(tmp_path)
    finally:
        folder.unlink()


def test_user_state_follows_the_desktop_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert user_state_folder() == tmp_path / "gridwall"


def test_a_local_folder_is_no_network_file_system(tmp_path: Path) -> None:
    assert network_file_system(tmp_path) is None


def test_lines_of_keys_are_found_through_every_form_of_value() -> None:
    text = (
        'a = """\nb = 1\n"""\n'  # 1–3
        "c = [\n  1, # ]\n  2,\n]\n"  # 4–7
        "[t]\n'd e' = '''x'''\nf.g = {h = 1}\n"  # 8–10
        '[[z]]\nid = "]["\n[z.sub]\nk = 1\n[[z]]\nid = 2\n'  # 11–16
        'm = """a\\"""" # quote\nn = 1\n'  # 17–18
    )
    lines = key_lines(text)
    assert lines["a",] == 1
    assert ("b",) not in lines
    assert lines["c",] == 4
    assert lines["t", "d e"] == 9
    assert lines["t", "f", "g"] == 10
    assert lines["z", 0, "id"] == 12
    assert lines["z", 0, "sub", "k"] == 14
    assert lines["z", 1, "id"] == 16
    assert lines["z", 1, "n"] == 18


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
@pytest.mark.parametrize(
    ("register", "field"),
    [
        ("cameras", "cameras"),
        ("zones", "zones"),
        ("calibration", "calibrations"),
        ("inspectors", "inspectors"),
        ("items", "items"),
        ("rules", "dispatch_rules"),
        ("checkpoints", "checkpoints"),
    ],
)
def test_what_was_read_can_be_written_back(
    tmp_path: Path, register: str, field: str, datum: str
) -> None:
    """A console gets frozen values as JSON and sends them back: nothing may move or vanish."""
    write_site(tmp_path, site=f'{SITE}coordinates = "{datum}"\n')
    before = load_site(tmp_path)
    put_register(tmp_path, register, msgspec.to_builtins(getattr(before, field)))
    after = load_site(tmp_path)
    if register in ("zones", "inspectors", "items", "rules") or datum == "wgs84":
        assert getattr(after, field) == getattr(before, field)
    for old, new in zip(getattr(before, field), getattr(after, field), strict=True):
        if getattr(old, "place", None) is not None:
            assert distance_m(old.place, new.place) < 0.05


def test_a_secret_stays_a_reference_when_its_camera_is_written(tmp_path: Path) -> None:
    environment = {"CAMERA_SECRET": "fake-word"}
    url = "rtsp://user:${CAMERA_SECRET}" + "@h/1"
    write_site(tmp_path, cameras=f"id,name,main_url\ncam-1,A,{url}\ncam-2,B,rtsp://h/2\n")
    rows = msgspec.to_builtins(load_site(tmp_path, environment).cameras)
    rows[0]["name"] = "A, renamed"
    put_register(tmp_path, "cameras", rows, environment=environment)
    text = register_text(tmp_path, "cameras")
    assert "${CAMERA_SECRET}" in text
    assert "fake-word" not in text
    assert load_site(tmp_path, environment).cameras[0].name == "A, renamed"


def test_columns_nobody_sent_keep_their_cells(tmp_path: Path) -> None:
    write_site(
        tmp_path, cameras="id,police_no,name,main_url\ncam-1,77,A,rtsp://h\ncam-2,78,B,rtsp://h\n"
    )
    put_register(tmp_path, "cameras", msgspec.to_builtins(load_site(tmp_path).cameras))
    assert register_text(tmp_path, "cameras").splitlines()[1].startswith("cam-1,77,A,")


@pytest.mark.parametrize(
    "entries", [[{"name": "no id"}], [{"id": "z", "polygon": [3]}], [{"id": "z", "polygon": 3}]]
)
def test_entries_that_are_none_are_refused(
    tmp_path: Path, entries: list[dict[str, object]]
) -> None:
    write_site(tmp_path)
    with pytest.raises(SiteInvalid) as caught:
        put_register(tmp_path, "zones", entries)
    assert caught.value.problems[0].file == "zones.toml"
    assert register_text(tmp_path, "zones") == ZONES


def test_an_added_row_leaves_the_others_as_they_are_written(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    old = "id,class,名称备注,name,lat,lon\nc-1,hydrant,井边,North ,36.1,120.37\n"
    (folder / "checkpoints.csv").write_text(old)
    row = {"id": "f-1", "checkpoint_class": "hydrant", "name": "South"}
    place = {"place": {"lat_deg": 36.11, "lon_deg": 120.38}}
    append_row(folder, "checkpoints", {**row, **place})
    written = (folder / "checkpoints.csv").read_text()
    assert written.startswith(old), "own columns and spaces stay"
    assert written.splitlines()[-1] == "f-1,hydrant,,South,36.11,120.38"
    with pytest.raises(SiteInvalid, match="not taken"):
        append_row(folder, "checkpoints", {**row, **place})
    with pytest.raises(SiteInvalid):
        append_row(folder, "checkpoints", {**row, "id": "f-2"})  # no place
    assert (folder / "checkpoints.csv").read_text() == written
