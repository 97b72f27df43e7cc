"""CameraScene: what a camera looks at now: which view, by what light, and whether it sees well.

Each view of a PTZ camera, and each of its views by infrared, is a scene with its own usual picture:
turning to a known preset is no moved camera, and a filter that switches is none either.
"""

from __future__ import annotations

import enum
from collections import OrderedDict

from vision.detector import Picture
from vision.light import Light, LightMeter
from vision.sanity import CameraSanity
from vision.sight import Sanity
from vision.tuning import Tuning

#: Views remembered; the one not seen for longest goes first.
VIEWS_MAX = 16
#: The view of a camera on the move: nothing is learnt of it.
MOVING = "moving"


class SceneChange(enum.Enum):
    """What became of the picture all at once."""

    RETURNED = "returned"  #: the camera looks at a rule's place again
    RELIT = "relit"  #: the same place by another light


class CameraScene:
    """See module. Threads: the pipeline's one."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._meter = LightMeter(tuning.light)
        self._sanities: OrderedDict[tuple[str, bool], CameraSanity] = OrderedDict()
        self.view = ""

    @property
    def light(self) -> Light:
        return self._meter.state

    @property
    def sanity(self) -> Sanity:
        return Sanity.GOOD if self.view == MOVING else self._sanity().state

    @property
    def is_doubtful(self) -> bool:
        """Whether the last pictures look like another scene, for less long than it takes to say so."""
        return self.view == MOVING or self._sanity().is_doubtful

    def turn(self, view: str) -> bool:
        """The camera looks at that view now; whether that is another than before."""
        if view == self.view:
            return False
        self.view = view
        return True

    def step(self, picture: Picture, luma: Picture, now_s: float) -> bool:
        """Takes one picture; whether the light switched to infrared or back with it."""
        if self.view == MOVING:
            return False
        before = self._meter.state
        after = self._meter.step(picture, luma, now_s)
        self._sanity().step(luma, now_s)
        return before is not after and Light.INFRARED in (before, after)

    def begin_anew(self) -> None:
        """What a person confirmed by saving zones is the usual scene from now on."""
        self._sanities.clear()

    def _sanity(self) -> CameraSanity:
        key = self.view, self._meter.state is Light.INFRARED
        if key not in self._sanities:
            self._sanities[key] = CameraSanity(self._tuning.sanity)
            if len(self._sanities) > VIEWS_MAX:
                self._sanities.popitem(last=False)
        self._sanities.move_to_end(key)
        return self._sanities[key]
