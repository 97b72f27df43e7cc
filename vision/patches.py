"""PictureView: what a rule may ask of the picture itself: how a box looks, whether it changed."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.boxes import Box, clipped

#: Side of a remembered patch, and of the neighbourhood it is looked for in (camera shake).
PATCH_PX = 32
SEARCH_PX = 40
#: Share of the box added around it, so that SEARCH_PX covers what PATCH_PX showed.
_MARGIN = (SEARCH_PX / PATCH_PX - 1) / 2
#: Contrast, grey levels, below which a patch is too flat to recognise anything by.
CONTRAST_MIN = 5.0

#: Share of a region's cells that must be left to compare it with itself.
_COMPARED_MIN = 0.3

Patch = NDArray[np.uint8]


class PictureView:
    """Patches of one picture's brightness. Valid as long as the picture is."""

    def __init__(self, luma: NDArray[np.uint8]) -> None:
        self.luma = luma
        self.height_px, self.width_px = luma.shape

    def patch(self, box: Box) -> Patch:
        """The box as PATCH_PX × PATCH_PX grey levels (a copy)."""
        return self._sampled(box, PATCH_PX)

    def core(self, box: Box) -> Patch:
        """The same as `patch`, sampled on the grid of its neighbourhood: for `changed_share`."""
        edge = (SEARCH_PX - PATCH_PX) // 2
        return self._sampled(_around(box), SEARCH_PX)[edge:-edge, edge:-edge].copy()

    def likeness(self, remembered: Patch, box: Box) -> float | None:
        """Correlation, -1..1, of a remembered patch with what the box shows now.

        Small shifts and any change of brightness or contrast do not matter. None where one of
        the two is too flat to tell.
        """
        here = self._sampled(_around(box), SEARCH_PX)
        known, shown = _contrast(remembered), _contrast(here)
        if known >= 3 * CONTRAST_MIN and shown < CONTRAST_MIN and self._has_contrast():
            return 0.0  # a thing with a face gave way to a bare surface
        if known < CONTRAST_MIN or shown < CONTRAST_MIN:
            return None
        return float(cv2.matchTemplate(here, remembered, cv2.TM_CCOEFF_NORMED).max())

    def changed_share(
        self, remembered: Patch, box: Box, levels: int, ignored: Sequence[Box] = ()
    ) -> float | None:
        """Share, 0..1, of the box's cells that changed; None where too few are left to compare.

        A change of the light of all cells together does not count, nor does a small shift.

        Args:
            remembered: from `core` of the same box.
            levels: grey levels by which a cell must differ to count.
            ignored: parts of the picture whose changes have another cause (people, traffic).
        """
        here = self._sampled(_around(box), SEARCH_PX)
        fit = cv2.matchTemplate(here, remembered, cv2.TM_SQDIFF)
        _, _, (x, y), _ = cv2.minMaxLoc(fit)
        same = here[y : y + PATCH_PX, x : x + PATCH_PX]
        counted = _uncovered(box, ignored)
        if np.count_nonzero(counted) < _COMPARED_MIN * counted.size:
            return None
        change = cv2.blur(same, (5, 5)).astype(np.int16) - cv2.blur(remembered, (5, 5))
        change = change[counted] - np.int16(np.median(change[counted]))
        return float(np.count_nonzero(np.abs(change) > levels)) / change.size

    def small_copy(self, width_px: int) -> PictureView:
        """The picture at this width (or its own, if smaller), to be kept."""
        width = min(width_px, self.width_px)
        height = max(8, round(width * self.height_px / self.width_px))
        small = cv2.resize(self.luma, (width, height), interpolation=cv2.INTER_AREA)
        return PictureView(np.asarray(small, np.uint8))

    def thinned(self, width_px: int) -> PictureView:
        """Every n-th pixel, about this wide, to be kept: coarse, but costs next to nothing."""
        step = max(1, self.width_px // width_px)
        return PictureView(np.ascontiguousarray(self.luma[::step, ::step]))

    def _has_contrast(self) -> bool:
        """Whether the picture as a whole shows anything (no fog, no covered lens)."""
        return _contrast(np.ascontiguousarray(self.luma[::16, ::16])) >= 3 * CONTRAST_MIN

    def _sampled(self, box: Box, side_px: int) -> Patch:
        """The box at side_px × side_px; edges of the picture are repeated outside it."""
        left, top = box[0] * self.width_px, box[1] * self.height_px
        inner = clipped(box)
        x1 = min(self.width_px - 2, int(inner[0] * self.width_px))
        y1 = min(self.height_px - 2, int(inner[1] * self.height_px))
        x2 = max(x1 + 2, int(np.ceil(inner[2] * self.width_px)))
        y2 = max(y1 + 2, int(np.ceil(inner[3] * self.height_px)))
        region: NDArray[np.uint8] = self.luma[y1:y2, x1:x2]
        pads = (
            max(0, round(y1 - top)) if box[1] < 0 else 0,
            max(0, round((box[3] - 1) * self.height_px)) if box[3] > 1 else 0,
            max(0, round(x1 - left)) if box[0] < 0 else 0,
            max(0, round((box[2] - 1) * self.width_px)) if box[2] > 1 else 0,
        )
        if any(pads):
            region = np.asarray(cv2.copyMakeBorder(region, *pads, cv2.BORDER_REPLICATE), np.uint8)
        return np.asarray(
            cv2.resize(region, (side_px, side_px), interpolation=cv2.INTER_AREA), np.uint8
        )


def _contrast(grey: NDArray[np.uint8]) -> float:
    """Standard deviation of grey levels."""
    return float(cv2.meanStdDev(grey)[1][0, 0])


def _uncovered(box: Box, ignored: Sequence[Box]) -> NDArray[np.bool_]:
    """Cells (PATCH_PX, PATCH_PX) of the box that none of the others covers."""
    cells = np.ones((PATCH_PX, PATCH_PX), np.bool_)
    width, height = max(1e-6, box[2] - box[0]), max(1e-6, box[3] - box[1])
    for other in ignored:
        x1, x2 = (
            round(min(1.0, max(0.0, (edge - box[0]) / width)) * PATCH_PX)
            for edge in (other[0], other[2])
        )
        y1, y2 = (
            round(min(1.0, max(0.0, (edge - box[1]) / height)) * PATCH_PX)
            for edge in (other[1], other[3])
        )
        cells[y1:y2, x1:x2] = False
    return cells


def _around(box: Box) -> Box:
    """The box with the margin that a small shift needs; may reach outside the picture."""
    width, height = box[2] - box[0], box[3] - box[1]
    return (
        box[0] - width * _MARGIN,
        box[1] - height * _MARGIN,
        box[2] + width * _MARGIN,
        box[3] + height * _MARGIN,
    )
