"""TileStatus: what a tile says about its picture, worked out a few times a second.

Decides between picture, stale, lost and empty from health and frame age; paints nothing. Two
equal statuses need no repaint.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from console.bridge.tile_image import ReplayMark, TileFeed
from console.state.tiles import Tile, TileAlarm
from console.views import tile_texts
from ingest.cameras.health import LossCause, StreamHealth, StreamState

#: DESIGN §3: stale after max(1 s, three frame intervals) amber, after 4 s red.
STALE_S = 1.0
STALE_INTERVALS = 3.0
RED_S = 4.0
#: So many short sessions in a row are told.
SHORT_MOST = 3


class TileMode(enum.Enum):
    EMPTY = "empty"
    CONNECTING = "connecting"
    PICTURE = "picture"
    REPLAY = "replay"
    STALE = "stale"
    OLD = "old"
    LOST = "lost"
    DISABLED = "disabled"


#: Modes in which a card lies over the dimmed last picture.
CARDS = frozenset({TileMode.EMPTY, TileMode.CONNECTING, TileMode.LOST, TileMode.DISABLED})


@dataclass(frozen=True, slots=True)
class TileStatus:
    """Mode and texts: `title` and `lines` of a card, `age` of the picture, `alarm_age`.

    `notice`: what else an operator must know of a picture (rate reduced under overload, waiting for
    a key frame).
    `replay`: the caption of a picture that is not live; with one the picture has no age.
    """

    mode: TileMode
    title: str = ""
    lines: tuple[str, ...] = ()
    age: str = ""
    alarm_age: str = ""
    notice: str = ""
    replay: str = ""


EMPTY_STATUS = TileStatus(TileMode.EMPTY)


def tile_status(
    tile: Tile,
    feed: TileFeed | None,
    alarm: TileAlarm | None,
    mono_ns: int,
    utc_ns: int,
    *,
    tells_empty: bool = True,
) -> TileStatus:
    """What the tile says now.

    Args:
        mono_ns, utc_ns: now, by both clocks.
        tells_empty: whether an empty tile says what to do; one of a window is enough.
    """
    alarm_age = (
        "" if alarm is None else tile_texts.duration_text((utc_ns - alarm.since_utc_ns) / 1e9)
    )
    if tile.camera_id is None or feed is None:
        if not tells_empty:
            return TileStatus(TileMode.EMPTY)
        hint = (tile_texts.empty_hint_text(),)
        return TileStatus(TileMode.EMPTY, tile_texts.empty_text(), hint)
    mark = feed.replay_mark()
    if mark is not None:
        return _replay(mark, mono_ns, utc_ns, alarm_age)
    health = feed.health()
    if health is not None and health.state is StreamState.DISABLED:
        return TileStatus(TileMode.DISABLED, tile_texts.disabled_text(), alarm_age=alarm_age)
    if health is not None and health.state is StreamState.LOST:
        return _lost(health, mono_ns, alarm_age)
    return _picture(feed, health, mono_ns, alarm_age)


def _replay(mark: ReplayMark, mono_ns: int, utc_ns: int, alarm_age: str) -> TileStatus:
    """A picture of the past says so, with its time; before the first one a card does."""
    if mark.problem is not None and mark.at_mono_ns is None:
        title = tile_texts.replay_problem_text(mark.problem)
        lines = (tile_texts.replay_back_text(),)
        return TileStatus(
            TileMode.LOST, title, lines, alarm_age=alarm_age, replay=tile_texts.replay_text()
        )
    if mark.at_mono_ns is None:
        return TileStatus(
            TileMode.CONNECTING,
            tile_texts.replay_loading_text(),
            alarm_age=alarm_age,
            replay=tile_texts.replay_text(),
        )
    behind_ns = mono_ns - mark.at_mono_ns
    speed = 0.0 if mark.is_at_end else mark.speed
    caption = tile_texts.replay_caption(utc_ns - behind_ns, behind_ns / 1e9, speed)
    return TileStatus(TileMode.REPLAY, alarm_age=alarm_age, replay=caption)


def _lost(health: StreamHealth, mono_ns: int, alarm_age: str) -> TileStatus:
    next_try_ns = health.next_try_mono_ns  # None: an attempt is on its way
    wait_s = 0.0 if next_try_ns is None else (next_try_ns - mono_ns) / 1e9
    relay = health.relayed_by
    follows = (
        tile_texts.awaits_key_text() if health.awaits_key else tile_texts.next_try_text(wait_s)
    )
    lines = (
        tile_texts.since_text((mono_ns - health.since_mono_ns) / 1e9),
        follows,
        tile_texts.relayed_text(relay) if relay else _session_hint(health),
    )
    text = tile_texts.relay_cause_text if relay else tile_texts.cause_text
    return TileStatus(
        TileMode.LOST,
        text(health.cause),
        tuple(line for line in lines if line),
        alarm_age=alarm_age,
    )


def _session_hint(health: StreamHealth) -> str:
    """What to do where the camera seems to allow one session; empty for other causes."""
    if health.cause is LossCause.BUSY:
        return tile_texts.one_session_text()
    if health.cause is LossCause.UNAUTHORIZED and health.was_accepted:
        return tile_texts.accepted_before_text()
    if health.cause is LossCause.CLOSED and health.short_count >= SHORT_MOST:
        return tile_texts.sent_away_text(health.short_count)
    return ""


def _picture(
    feed: TileFeed, health: StreamHealth | None, mono_ns: int, alarm_age: str
) -> TileStatus:
    image = feed.image()
    awaits_key = health is not None and health.awaits_key
    if image is None:
        lines = (
            tile_texts.awaits_key_text() if awaits_key else "",
            "" if health is None or health.cause is None else tile_texts.cause_text(health.cause),
        )
        title = tile_texts.connecting_text()
        told = tuple(line for line in lines if line)
        return TileStatus(TileMode.CONNECTING, title, told, alarm_age=alarm_age)
    # what the camera's own clock says a picture was late on its way belongs to its age
    age_s = (mono_ns - image.received_mono_ns) / 1e9 + (0.0 if health is None else health.lag_s)
    shed_fps = feed.shed_fps()
    notice = "" if shed_fps is None else tile_texts.reduced_text(shed_fps)
    fps = shed_fps if shed_fps is not None else 0.0 if health is None else health.fps
    interval_s = 1.0 / fps if fps > 0 else 0.0
    if age_s <= max(STALE_S, STALE_INTERVALS * interval_s):
        return TileStatus(TileMode.PICTURE, alarm_age=alarm_age, notice=notice)
    mode = TileMode.OLD if age_s > RED_S else TileMode.STALE
    age = tile_texts.frame_age_text(age_s)
    if awaits_key and not notice:
        notice = tile_texts.awaits_key_text()
    return TileStatus(mode, age=age, alarm_age=alarm_age, notice=notice)
