"""What a camera cannot see any more becomes news once, and good news when it can again."""

from __future__ import annotations

from config.site import CameraId
from vision.sight import Sanity, SightNews, SightNow

ONE, TWO = CameraId("one"), CameraId("two")
GOOD = SightNow(Sanity.GOOD)


def test_only_changes_are_news() -> None:
    news = SightNews()
    assert news.changed({ONE: GOOD, TWO: GOOD}, "t0") == []
    worse = news.changed({ONE: SightNow(Sanity.BLOCKED), TWO: GOOD}, "t1")
    assert [(sight.camera_id, sight.state, sight.since_utc) for sight in worse] == [
        (ONE, Sanity.BLOCKED, "t1")
    ]
    assert not worse[0].is_good
    assert news.changed({ONE: SightNow(Sanity.BLOCKED), TWO: GOOD}, "t2") == []
    better = news.changed({ONE: GOOD, TWO: GOOD}, "t3")
    assert [sight.is_good for sight in better] == [True]


def test_a_rule_that_failed_is_news_and_a_camera_nobody_analyses_is_good_again() -> None:
    news = SightNews()
    (failed,) = news.changed({ONE: SightNow(Sanity.GOOD, ("z1",))}, "t0")
    assert failed.rules_off == ("z1",)
    assert not failed.is_good
    (gone,) = news.changed({}, "t1")
    assert gone.is_good
    assert news.changed({}, "t2") == []
