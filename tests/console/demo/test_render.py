"""The renderer of the demonstration city: a picture does not depend on those drawn before it."""

from __future__ import annotations

import numpy as np
import pytest

from console.demo.cameras import camera_by_id
from console.demo.render.stage_frame import Segment

pytest.importorskip("moderngl", reason="the renderer needs moderngl (extra `render`)")

from console.demo.render.clips import prepare
from console.demo.render.engine import Renderer


@pytest.mark.parametrize("camera_id", ["cam-108", "cam-102"])  # rain; sun with shadows
def test_a_picture_is_the_same_alone_and_after_others(camera_id: str) -> None:
    camera = camera_by_id(camera_id)
    pictures = []
    for times_s in ((3.6,), (0.0, 2.4, 3.6)):
        renderer = Renderer()
        stage = prepare(renderer, camera)
        for time_s in times_s:
            cast = stage.cast(Segment.IDLE, time_s)
            picture = renderer.draw(cast.movers, cast.puffs, time_s=time_s).rgb.copy()
        pictures.append(picture)
        renderer.close()
    assert np.array_equal(*pictures)
    assert pictures[0].std() > 20
