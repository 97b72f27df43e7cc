"""ptz.toml: how PTZ cameras hang, every mistake with its line; and the preset of a zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import check_site, load_site
from config.site import MountPreset

CAMERAS = "id,name,main_url\nC1,Gate,rtsp://h/1\n"
ZONE = '[[zone]]\nid = "z"\ncamera = "C1"\nkind = "no_parking"\npolygon = [[0,0],[1,0],[1,1]]\npreset = "Gate"\n'


def site_with(folder: Path, mounts: str) -> Path:
    (folder / "site.toml").write_text('name = "T"\n')
    (folder / "cameras.csv").write_text(CAMERAS)
    (folder / "zones.toml").write_text(ZONE)
    (folder / "ptz.toml").write_text(mounts)
    return folder


def test_a_declared_mount_and_one_by_presets_are_read(tmp_path: Path) -> None:
    declared = '[[mount]]\ncamera = "C1"\nheight_m = 8\nhome_bearing_deg = 135\n'
    mount = load_site(site_with(tmp_path, declared)).ptz_mounts[0]
    assert (mount.height_m, mount.home_bearing_deg, mount.pan_deg) == (8.0, 135.0, 180.0)
    presets = ", ".join(f'["{n}", 36.1, 120.{n}]' for n in range(1, 5))
    site = load_site(site_with(tmp_path, f'[[mount]]\ncamera = "C1"\npresets = [{presets}]\n'))
    assert len(site.ptz_mounts[0].presets) == 4
    assert isinstance(site.ptz_mounts[0].presets[0], MountPreset)
    assert site.zones[0].preset == "Gate"


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('camera = "C9"\nheight_m = 8\nhome_bearing_deg = 1', "camera"),
        ('camera = "C1"\nheight_m = 8', "presets"),
        ('camera = "C1"\nheight_m = -3\nhome_bearing_deg = 1', "height_m"),
        ('camera = "C1"\nheight_m = 8\nhome_bearing_deg = 1\ntilt_deg = 0', "tilt_deg"),
        ('camera = "C1"\npresets = [["1", 120.3, 36.1]]', "presets"),
        ('camera = "C1"\npresets = [[1, 36.1, 120.3]]', "presets"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, lines: str, key: str) -> None:
    _site, problems = check_site(site_with(tmp_path, f"[[mount]]\n{lines}\n"))
    assert any(p.file == "ptz.toml" and p.line and key in (p.key or "") for p in problems)
