"""LightMeter: by what light a camera sees: day, the little light of a street at night, or infrared.

A camera that switches its infrared filter turns grey within a picture or two, and the whole scene
looks different: what was remembered of it must be taken anew. A camera that was grey from the
start may simply be black and white, and in a grey street a single red car may be all the colour there
is: only a camera much of whose scene was seen in colour is said to use infrared.
"""

from __future__ import annotations

import enum

import numpy as np

from vision.detector import Picture
from vision.pictures import is_i420, planes
from vision.tuning import LightTuning

#: Of a street by day; colours fade with the light.
_USUAL_BRIGHTNESS = 110.0


class Light(enum.Enum):
    DAY = "day"
    DARK = "dark"
    INFRARED = "infrared"

    @property
    def is_night(self) -> bool:
        return self is not Light.DAY


class LightMeter:
    """The judgement for one camera. Threads: one."""

    def __init__(self, tuning: LightTuning) -> None:
        self._tuning = tuning
        self._was_coloured = False
        self._candidate = Light.DAY
        self._candidate_since_s = 0.0
        self._looked_s = float("-inf")
        self.state = Light.DAY

    def step(self, picture: Picture, luma: Picture, now_s: float) -> Light:
        """The light after this picture.

        Args:
            picture: BGR or I420. luma: its brightness, (h, w).
            now_s: monotonic seconds of the picture.
        """
        if now_s - self._looked_s < self._tuning.interval_s:
            return self.state
        self._looked_s = now_s
        brightness = float(luma[::32, ::32].mean())
        dimmed = min(1.0, max(0.5, brightness / _USUAL_BRIGHTNESS))
        share = _coloured_share(picture, dimmed * self._tuning.coloured_levels)
        judged = self._judged(share, brightness)
        if judged is not self._candidate:
            self._candidate, self._candidate_since_s = judged, now_s
        infrared = Light.INFRARED in (judged, self.state)
        lasting_s = self._tuning.switch_s if infrared else self._tuning.dusk_s
        if now_s - self._candidate_since_s >= lasting_s:
            self.state = judged
        return self.state

    def _judged(self, colour: float, brightness: float) -> Light:
        tuning = self._tuning
        self._was_coloured = self._was_coloured or colour >= tuning.coloured
        if self._was_coloured and colour < tuning.grey:
            return Light.INFRARED
        edge = tuning.dark_until if self.state is Light.DARK else tuning.dark_below
        return Light.DARK if brightness < edge else Light.DAY


def _coloured_share(picture: Picture, levels: float) -> float:
    """Share of the scene that is at least that far from grey, in levels of a chroma plane."""
    if is_i420(picture):
        _, u, v = planes(picture)
        away = np.maximum(
            np.abs(u[::16, ::16].astype(np.int16) - 128),
            np.abs(v[::16, ::16].astype(np.int16) - 128),
        )
        return float((away >= levels).mean())
    thin = picture[::16, ::16].astype(np.int16)
    away = thin.max(axis=2) - thin.min(axis=2)
    return float((away >= 3 * levels).mean())
