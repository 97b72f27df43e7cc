"""Operating points: as low as precision and quiet streets allow."""

from __future__ import annotations

from vision.learn.operating import CANDIDATES, operating_point, precision_at


def test_the_lowest_score_with_enough_precision_is_chosen():
    scores = [0.9, 0.6, 0.4, 0.3, 0.2, 0.15]
    hits = [True, True, True, False, False, False]
    point = operating_point(scores, hits, [], least_precision=0.75)
    assert precision_at(scores, hits, point) >= 0.75
    assert 0.2 < point <= 0.3


def test_quiet_streets_push_the_point_up():
    assert operating_point([0.9], [True], [0.5] * 3 + [0.0] * 97, most_quiet_alarms=0.01) > 0.5
    assert (
        operating_point([0.9], [True], [0.5] + [0.0] * 99, most_quiet_alarms=0.01) == CANDIDATES[0]
    )


def test_a_class_that_is_never_right_gets_the_highest_point():
    assert operating_point([0.95] * 5, [False] * 5, []) == CANDIDATES[-1]
