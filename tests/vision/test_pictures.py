"""Planes, letterbox and crops show the same scene as the picture they come from."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from ingest.cameras.pictures import PictureScaler
from ingest.frames.frame import PixelFormat
from ingest.frames.ring_layout import plane_shapes, split_planes
from tests.vision.pictures_of import noise
from vision.pictures import as_bgr, crop, jpeg, letterboxed, luma, scaled, size_px, to_i420


def test_planes_carry_the_same_picture_as_bgr() -> None:
    bgr = cv2.GaussianBlur(noise(128, 96), (0, 0), 4)
    back = as_bgr(to_i420(bgr))
    assert np.abs(back.astype(int) - bgr).mean() < 3.6
    assert size_px(to_i420(bgr)) == (128, 96)


@pytest.mark.parametrize("is_full_range", [False, True])
def test_a_decoded_picture_keeps_its_colours_through_the_ring_s_planes(is_full_range: bool) -> None:
    bgr = cv2.GaussianBlur(noise(128, 96), (0, 0), 4)
    bgr[:32, :32], bgr[:32, 32:64], bgr[64:, 64:] = 255, 0, (20, 60, 220)
    decoded = VideoFrame.from_ndarray(bgr, "bgr24").reformat(
        format="yuvj420p" if is_full_range else "yuv420p"
    )
    planes = np.empty((96 * 3 // 2, 128), np.uint8)
    slot = split_planes(planes.reshape(-1), plane_shapes(128, 96, PixelFormat.I420))
    PictureScaler(PixelFormat.I420, None).fill(decoded, slot)
    seen = as_bgr(planes)
    assert seen[4:28, 4:28].min() >= 252
    assert seen[4:28, 36:60].max() <= 3
    assert np.abs(seen[70:90, 70:120].astype(int) - (20, 60, 220)).max() <= 6
    small = scaled(planes, 63, 47)
    assert small.shape == (47, 63, 3)
    assert small[2:13, 2:13].min() >= 250
    assert small[2:13, 19:29].max() <= 5


def test_a_crop_of_planes_shows_the_same_as_a_crop_of_bgr() -> None:
    bgr = cv2.GaussianBlur(noise(128, 96), (0, 0), 4)
    from_planes = crop(to_i420(bgr), 21, 11, 60, 50)
    from_bgr = crop(bgr, 21, 11, 60, 50)
    assert from_planes.shape == from_bgr.shape
    assert np.abs(from_planes.astype(int) - from_bgr).mean() < 4


def test_a_crop_outside_the_picture_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside"):
        crop(noise(64, 64), 70, 0, 90, 20)


def test_a_letterbox_leads_back_to_the_picture() -> None:
    into = np.zeros((64, 64, 3), np.uint8)
    fit = letterboxed(noise(128, 64), into)
    assert (into[:16] == 114).all()
    assert (into[-16:] == 114).all()
    back = fit.to_picture(np.array([[0, 16, 64, 48], [-5, 0, 80, 64]], np.float32))
    assert back.tolist() == [[0, 0, 128, 64], [0, 0, 128, 64]]


def test_neither_planes_nor_bgr_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        size_px(np.zeros((10, 10, 4), np.uint8))


def test_luma_of_planes_is_a_view() -> None:
    planes = to_i420(noise(32, 32))
    assert np.shares_memory(luma(planes), planes)
    assert scaled(planes, 16, 16).shape == (16, 16, 3)
    assert jpeg(planes)[:2] == b"\xff\xd8"
