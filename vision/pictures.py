"""Picture work that several parts share: planes of I420, letterbox, luma, crops, JPEG.

Pure functions on uint8 arrays; inputs are never written to. I420 is of limited range (luma 16..235,
chroma 16..240), as the frame rings hold it. Planes are converted only at the size that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.detector import Picture

#: The grey that pads a letterbox, as the models saw it in training.
PADDING = 114


def is_i420(picture: Picture) -> bool:
    """True for planes, False for BGR."""
    return picture.ndim == 2


def size_px(picture: Picture) -> tuple[int, int]:
    """(width, height) of what the picture shows.

    Raises:
        ValueError: neither (h, w, 3) nor (h * 3 // 2, w) uint8.
    """
    if picture.dtype != np.uint8:
        raise ValueError(f"picture: expected uint8, found {picture.dtype}")
    if picture.ndim == 3 and picture.shape[2] == 3:
        return picture.shape[1], picture.shape[0]
    if picture.ndim == 2 and picture.shape[0] % 3 == 0 and picture.shape[1] % 2 == 0:
        return picture.shape[1], picture.shape[0] * 2 // 3
    raise ValueError(
        f"picture: expected (h, w, 3) BGR or (h * 3 / 2, w) I420, found {picture.shape}"
    )


def planes(picture: Picture) -> tuple[Picture, Picture, Picture]:
    """Views of the Y (h, w), U and V (h / 2, w / 2) planes of an I420 picture."""
    width, height = size_px(picture)
    half_width, half_height = width // 2, height // 2
    chroma = picture[height:].reshape(-1)
    plane_size = half_width * half_height
    u = chroma[:plane_size].reshape(half_height, half_width)
    v = chroma[plane_size : 2 * plane_size].reshape(half_height, half_width)
    return picture[:height], u, v


def luma(picture: Picture) -> Picture:
    """Brightness, (h, w): for I420 a view of its plane (16..235), for BGR a conversion (0..255)."""
    if is_i420(picture):
        return planes(picture)[0]
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def scaled(picture: Picture, width_px: int, height_px: int) -> Picture:
    """The picture as BGR at another size; planes are scaled before they are converted."""
    if not is_i420(picture):
        return _resized(picture, width_px, height_px)
    if size_px(picture) == (width_px, height_px):
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_YUV2BGR_I420), np.uint8)
    return _bgr(*planes(picture), width_px, height_px)


def _bgr(y: Picture, u: Picture, v: Picture, width_px: int, height_px: int) -> Picture:
    """Planes as BGR of a size; an odd side is made one pixel longer and cut."""
    half_width, half_height = (width_px + 1) // 2, (height_px + 1) // 2
    joined = np.empty((half_height * 3, half_width * 2), np.uint8)
    joined[: half_height * 2] = _resized(y, half_width * 2, half_height * 2)
    chroma = joined[half_height * 2 :].reshape(2, half_height, half_width)
    for target, plane in zip(chroma, (u, v), strict=True):
        target[:] = _resized(plane, half_width, half_height)
    bgr = cv2.cvtColor(joined, cv2.COLOR_YUV2BGR_I420)
    return np.asarray(bgr, np.uint8)[:height_px, :width_px]


def _resized(plane: Picture, width_px: int, height_px: int) -> Picture:
    if plane.shape[1] == width_px and plane.shape[0] == height_px:
        return plane
    return np.asarray(
        cv2.resize(plane, (width_px, height_px), interpolation=cv2.INTER_LINEAR), np.uint8
    )


def as_bgr(picture: Picture) -> Picture:
    """The picture as BGR at its own size."""
    return picture if not is_i420(picture) else scaled(picture, *size_px(picture))


def crop(picture: Picture, left_px: int, top_px: int, right_px: int, bottom_px: int) -> Picture:
    """A BGR copy of part of the picture; bounds are clipped to it and widened to even pixels.

    Raises:
        ValueError: nothing of the box lies inside the picture.
    """
    width, height = size_px(picture)
    left, top = max(0, left_px) & ~1, max(0, top_px) & ~1
    right, bottom = min(width, right_px + 1) & ~1, min(height, bottom_px + 1) & ~1
    if right <= left or bottom <= top:
        raise ValueError(f"crop: box {left_px, top_px, right_px, bottom_px} lies outside")
    if not is_i420(picture):
        return picture[top:bottom, left:right].copy()
    y, u, v = planes(picture)
    half = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
    return _bgr(y[top:bottom, left:right], u[half], v[half], right - left, bottom - top)


def to_i420(bgr: Picture) -> Picture:
    """Limited-range I420 planes (BT.601) of a BGR picture (odd last row or column is dropped)."""
    height, width = bgr.shape[0] & ~1, bgr.shape[1] & ~1
    return np.asarray(cv2.cvtColor(bgr[:height, :width], cv2.COLOR_BGR2YUV_I420), np.uint8)


def jpeg(picture: Picture, quality: int = 88) -> bytes:
    """JPEG of a picture.

    Raises:
        ValueError: OpenCV could not encode it.
    """
    good, encoded = cv2.imencode(".jpg", as_bgr(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise ValueError(f"jpeg: cannot encode a picture of shape {picture.shape}")
    return bytes(encoded.tobytes())


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was fitted into a model's input: scaled by `scale`, then padded."""

    scale: float
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def to_picture(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes of the model's input, (N, 4), as boxes of the picture, clipped to it."""
        shift = np.array([self.left_px, self.top_px] * 2, np.float32)
        boxes = (xyxy - shift) / np.float32(self.scale)
        boxes[:, 0::2] = np.clip(boxes[:, 0::2], 0, self.width_px)
        boxes[:, 1::2] = np.clip(boxes[:, 1::2], 0, self.height_px)
        return np.asarray(boxes, np.float32)


def letterboxed(picture: Picture, into: Picture) -> Letterbox:
    """Fits `picture` into the (h, w, 3) BGR buffer `into`, keeping its proportions."""
    width, height = size_px(picture)
    into_height, into_width = into.shape[:2]
    scale = min(into_width / width, into_height / height)
    new_width, new_height = round(width * scale), round(height * scale)
    left, top = (into_width - new_width) // 2, (into_height - new_height) // 2
    if new_width != into_width or new_height != into_height:
        into[:] = PADDING
    into[top : top + new_height, left : left + new_width] = scaled(picture, new_width, new_height)
    return Letterbox(scale, left, top, width, height)
