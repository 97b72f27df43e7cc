"""The GPU compositor paints what QPainter paints, is chosen where it pays, and gives way when it fails."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import WallCompositor
from console.bridge.tile_image import TileImage
from console.views.compositor import CompositorFailed
from console.views.gpu.atlas import Atlas, packed
from console.views.gpu.capability import GlRenderer, chosen
from tests.console.wall.decoded_pictures import COLOURS, as_bgra, as_planes, decoded, street

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LLVMPIPE = GlRenderer("llvmpipe (LLVM 15.0.6, 256 bits)")
CARD = GlRenderer("Mesa Intel(R) UHD Graphics 630 (CFL GT2)")
AUTO, RASTER, GPU = WallCompositor.AUTO, WallCompositor.RASTER, WallCompositor.GPU


@pytest.mark.parametrize(
    ("asked", "renderer", "expected"),
    [
        (AUTO, CARD, GPU),
        (AUTO, LLVMPIPE, RASTER),
        (AUTO, None, RASTER),
        (AUTO, GlRenderer("GDI Generic"), RASTER),
        (GPU, LLVMPIPE, GPU),
        (GPU, None, RASTER),
        (GPU, GlRenderer("Intel 965GM", has_needed=False), RASTER),
        (RASTER, CARD, RASTER),
    ],
)
def test_a_real_device_is_taken_and_a_played_one_only_when_asked_for(
    asked: WallCompositor, renderer: GlRenderer | None, expected: WallCompositor
) -> None:
    assert chosen(asked, renderer) is expected


def test_pictures_in_the_texture_never_overlap_and_keep_their_places() -> None:
    sizes = [(i, (480 if i % 3 else 960, 270 if i % 3 else 540)) for i in range(40)]
    atlas = packed(sizes, 8192)
    filled = set()
    for key, (width, height) in sizes:
        place = atlas.place(key, (width, height))
        assert place is not None
        assert place[0] + width <= atlas.size[0]
        assert place[1] + height <= atlas.size[1]
        cells = {
            (x, y)
            for x in range(place[0], place[0] + width, 30)
            for y in range(place[1], place[1] + height, 30)
        }
        assert not cells & filled
        filled |= cells


def test_a_full_texture_says_so() -> None:
    assert Atlas((1024, 1024)).place("a", (1025, 10)) is None
    with pytest.raises(CompositorFailed, match="do not fit"):
        packed([("a", (3000, 3000))], 2048)


def _wall(display: str, *words: str, **scales: str) -> list[dict[str, Any]]:
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
        **scales,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "gpu_wall.py"), *words],
        env=environment, capture_output=True, text=True, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, *rest = (json.loads(line) for line in done.stdout.splitlines())
    if first["renderer"] is None:
        pytest.skip("needs OpenGL on the virtual screen (Debian package libgl1-mesa-dri)")
    return rest


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_both_compositors_paint_the_same_picture(virtual_screen: str) -> None:
    """Layouts, aspects, zooms; cards' text has other edges on a transparent ground."""
    found = _wall(virtual_screen, "compare")
    assert len(found) == 7
    for case in found:
        assert case["kind"] == "GpuCompositor", case
        assert case["reasons"] == [], case
        assert case["colours"] > 100 or case["case"] == "sharp", case
        assert case["mean"] < 1.0, case
        assert case["share_over_8"] < 0.006, case


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_driver_that_refuses_leaves_the_picture_to_qpainter(virtual_screen: str) -> None:
    (found,) = _wall(virtual_screen, "fail")
    assert found["kind"] == "RasterCompositor"
    assert len(found["reasons"]) == 1
    assert "refuses a shader" in found["reasons"][0]
    assert found["on_screen"] == found["pixel"] == [20, 200, 90]


def _is_the_same_and_sharp(case: dict[str, Any], ratio: float) -> None:
    assert case["kind"] == "GpuCompositor", case
    assert case["reasons"] == [], case
    assert case["ratios"][-1] == ratio, case
    assert case["mean"] < 1.0, case
    assert case["share_over_8"] < 0.006, case
    if case["case"] == "sharp":
        assert case["spread"] > 80, case  # checkers of 20 and 230, three of four tiles


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.parametrize("ratio", [1.5, 2.0])
def test_tiles_are_sharp_and_in_place_at_any_pixel_ratio(virtual_screen: str, ratio: float) -> None:
    found = _wall(
        virtual_screen, "compare", "exact", "cropped", "sharp", QT_SCALE_FACTOR=str(ratio)
    )
    assert len(found) == 3
    for case in found:
        _is_the_same_and_sharp(case, ratio)
        width = 963 if case["case"] == "sharp" else 962
        assert abs(case["size"][0] - width * ratio) <= 0.5, case


@pytest.mark.gui
def test_a_window_that_goes_to_a_monitor_of_another_ratio_is_sharp_there(
    two_monitors: str,
) -> None:
    found = _wall(two_monitors, "screens", QT_SCREEN_SCALE_FACTORS="LEFT=1;RIGHT=2")
    assert len(found) == 2
    for case in found:
        assert case["ratios"] == [1.0, 2.0], case
        _is_the_same_and_sharp(case, 2.0)


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.parametrize("how", ["anew", "lost"])
def test_a_window_that_loses_its_context_paints_the_same_with_another(
    virtual_screen: str, how: str
) -> None:
    """Into another window, whose native window then goes, as with a monitor; by a reset of the device."""
    (found,) = _wall(virtual_screen, how)
    assert found["kind"] == "GpuCompositor"
    assert found["reasons"] == []
    assert found["made"] == 2
    assert found["mean"] < 1.0  # an age is told in the corner of a tile
    assert found["share_over_8"] < 0.006
    assert found["on_screen"] == found["pixel"] == [20, 200, 90]


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_device_that_is_reset_again_leaves_the_picture_to_qpainter(virtual_screen: str) -> None:
    (found,) = _wall(virtual_screen, "lost_again")
    assert found["kind"] == "RasterCompositor"
    assert found["reasons"] == ["the graphics device was reset"]
    assert found["on_screen"] == found["pixel"] == [20, 200, 90]


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_planes_look_as_bgra_does_whatever_their_matrix_and_range(virtual_screen: str) -> None:
    """Decoded pictures; chroma at its edges is finer or coarser by a pixel, hence the mean."""
    found = _wall(virtual_screen, "planes")
    assert [case["coloured"] for case in found] == [*COLOURS, *["mixed"] * 7]
    for case in found:
        assert case["kind"] == "GpuCompositor", case
        assert case["reasons"] == [], case
        assert case["colours"] > 100, case
        assert case["mean"] <= 2.0, case
        assert case["share_over_8"] < 0.03, case


@pytest.mark.gui
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_planes_stay_on_the_wall_when_qpainter_goes_on(virtual_screen: str) -> None:
    """The last pictures are converted, and BGRA is asked for from then on."""
    (found,) = _wall(virtual_screen, "lost_again_planes")
    assert found["kind"] == "RasterCompositor"
    assert found["asked"] == [True, False]
    assert found["mean"] <= 2.0
    assert found["on_screen"] == found["pixel"]
    assert max(found["pixel"]) > 100, "no picture on the display"


@pytest.mark.parametrize("name", COLOURS)
def test_planes_converted_for_one_picture_are_what_a_ring_of_bgra_holds(name: str) -> None:
    frame = decoded(street(1), COLOURS[name])
    for size in ((480, 270), (319, 181), (704, 576)):
        planes = as_planes(frame, *size)
        assert planes.colours == COLOURS[name]
        image = planes.image()
        assert (image.width(), image.height()) == size
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(size[1], size[0], 4)
        apart = np.abs(pixels[..., :3].astype(int) - as_bgra(frame, *size)[..., :3])
        assert apart.mean() <= 2.0


def test_a_wrong_matrix_or_range_would_be_seen_in_these_comparisons() -> None:
    for name, colours in COLOURS.items():
        frame = decoded(street(1), colours)
        expected = as_bgra(frame, 480, 270)[..., :3].astype(int)
        for other in COLOURS.values():
            planes = dataclasses.replace(as_planes(frame, 480, 270), colours=other)
            image = planes.image()
            pixels = np.frombuffer(image.constBits(), np.uint8).reshape(270, 480, 4)
            is_close = np.abs(pixels[..., :3].astype(int) - expected).mean() <= 2.0
            assert is_close == (other == colours), (name, other)


def test_a_picture_of_planes_is_converted_once_and_only_when_asked() -> None:
    planes = as_planes(decoded(street(1), COLOURS["601 limited"]), 64, 36)
    image = TileImage(planes, planes.luma, 1, 1)
    assert image.size == (64, 36)
    kept = image.owned()
    level = image.image.pixelColor(5, 5)
    assert image.image is image.image
    planes.luma[:] = 0
    assert kept.image.pixelColor(5, 5) == level, "what is kept must not lie in the ring"
    assert kept.pixels is None


@pytest.mark.parametrize("size", [(64, 36), (641, 363), (1280, 721)])
def test_a_coarse_picture_of_planes_has_every_nth_pixel(size: tuple[int, int]) -> None:
    planes = as_planes(decoded(street(1), COLOURS["709 limited"]), *size)
    whole, coarse = planes.image(), planes.coarse(160, 90).image()
    step = max(1, min(size[0] // 160, size[1] // 90))
    assert (coarse.width(), coarse.height()) == (-(-size[0] // step), -(-size[1] // step))
    pixels = [
        np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
        for image in (whole, coarse)
    ]
    # brightness is that of the pixel, chroma that of a neighbour
    apart = pixels[0][::step, ::step, 1].astype(int) - pixels[1][..., 1]
    assert np.abs(apart).mean() < 3
    tile = TileImage(planes, planes.luma, 1, 1)
    assert tile.coarse_image((160, 90)).size() == coarse.size()
    assert tile.image.size() == whole.size()
