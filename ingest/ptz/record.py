"""PtzRecord: turns what happens to cameras into the events the feed tells and the log keeps.

Threads: one (the hub's acting thread). Talks to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

from config.site import CameraId
from ingest.clock import Clock
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.ptz.device import PtzPosition
from ingest.ptz.driver import MotionEnd, MotionEnded, MotionStarted, News, ViewRead
from ingest.ptz.lease import Lease, LeaseBook
from ingest.ptz.states import (
    PtzAct,
    PtzActData,
    PtzCause,
    PtzStateData,
    PtzView,
    StateBook,
)

_FREE = {"owner": None, "owner_priority": None, "owner_until_utc": None}
_CAUSE_OF_END = {
    MotionEnd.STOPPED: PtzCause.STOPPED,
    MotionEnd.CUT: PtzCause.STOPPED,
    MotionEnd.DEAD_MAN: PtzCause.DEAD_MAN,
    MotionEnd.FAILED: PtzCause.FAILED,
}


class PtzRecord:
    """See module."""

    def __init__(self, book: LeaseBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._states = StateBook()
        self._left_over: list[PtzStateData] = []
        self._presets: dict[CameraId, dict[str, PtzPosition]] = {}

    def restore(self, raw_states: Iterable[Raw]) -> None:
        """What the log knew when the hub last ran."""
        for raw in raw_states:
            state = msgspec.json.decode(raw, type=PtzStateData)
            self._states.restore(state)
            if state.owner is not None or state.is_moving:
                self._left_over.append(state)

    def after_restart(self) -> list[Event]:
        """What was owned or moving before is free and at rest now, its view no longer known."""
        left_over, self._left_over = self._left_over, []
        return [
            self._changed(
                state.camera_id, PtzCause.RESTARTED, is_moving=False,
                view=PtzView.LOST if state.is_moving else state.view, **_FREE,
            )
            for state in left_over
        ]  # fmt: skip

    def state(self, camera_id: CameraId) -> PtzStateData:
        return self._states.get(camera_id)

    def preset_positions(self, camera_id: CameraId) -> dict[str, PtzPosition] | None:
        """Token → position of a camera's presets; None before they were read."""
        return self._presets.get(camera_id)

    def taken(self, lease: Lease, former: Lease | None, caller: str) -> list[Event]:
        """A seat has a camera now; `former` lost it to the higher priority."""
        cause = PtzCause.TAKEN if former is None else PtzCause.TAKEN_OVER
        state = self._changed(
            lease.camera_id, cause, by=lease.seat, owner=lease.seat,
            owner_priority=lease.priority, owner_until_utc=self._until(),
        )  # fmt: skip
        line = PtzActData(
            camera_id=lease.camera_id, act=PtzAct.TAKE, by=lease.seat, caller=caller,
            taken_from=None if former is None else former.seat,
        )  # fmt: skip
        return [state, self.act(line)]

    def freed(self, lease: Lease, cause: PtzCause, act: PtzAct) -> list[Event]:
        """A seat gave a camera back, or did nothing with it for too long."""
        state = self._changed(lease.camera_id, cause, by=lease.seat, **_FREE)
        return [state, self.act(PtzActData(camera_id=lease.camera_id, act=act, by=lease.seat))]

    def act(self, line: PtzActData) -> Event:
        """A line of the audit."""
        return self._event("act", line)

    def news(self, news: News) -> list[Event]:
        """What a camera's driver tells."""
        if isinstance(news, MotionStarted):
            lease = self._book.holder(news.camera_id)
            until = {"owner_until_utc": None} if lease and lease.seat == news.by else {}
            return [
                self._changed(news.camera_id, PtzCause.MOVING, by=news.by, is_moving=True, **until)
            ]
        if isinstance(news, MotionEnded):
            return self._motion_ended(news)
        renewed = self._renewed(news.camera_id, news.by)
        if isinstance(news, ViewRead):
            self._presets[news.camera_id] = {
                preset.token: preset.position
                for preset in news.presets
                if preset.position is not None
            }
            fields = self._states.view(news.camera_id, news.status, news.presets, news.reached)
            if news.by is None and self._is_told(news.camera_id, fields):
                return []
            cause = PtzCause.SEEN if news.by is None else PtzCause.ARRIVED
            return [self._changed(news.camera_id, cause, by=news.by, **fields, **renewed)]
        known = self._states.get(news.camera_id)
        if news.by is None and known.cause is PtzCause.FAILED:
            return []
        view = PtzView.UNKNOWN if news.by is None else PtzView.LOST
        return [
            self._changed(
                news.camera_id, PtzCause.FAILED, by=news.by, error=news.error, is_moving=False,
                view=view, **renewed,
            )
        ]  # fmt: skip

    def _is_told(self, camera_id: CameraId, fields: dict[str, object]) -> bool:
        """A camera that still looks where it looked is no news."""
        known = self._states.get(camera_id)
        return known.cause is not PtzCause.FAILED and all(
            getattr(known, name) == value for name, value in fields.items()
        )

    def _motion_ended(self, news: MotionEnded) -> list[Event]:
        """It still settles: `is_moving` ends when the camera told where it came to rest."""
        state = self._changed(
            news.camera_id, _CAUSE_OF_END[news.end], by=news.by, error=news.error,
            **self._renewed(news.camera_id, news.by),
        )  # fmt: skip
        line = PtzActData(
            camera_id=news.camera_id, act=PtzAct.MOVE, by=news.by, start=news.start,
            duration_s=round(news.duration_s, 2), end=news.end.value,
            ok=news.error is None, error=news.error,
        )  # fmt: skip
        return [state, self.act(line)]

    def _renewed(self, camera_id: CameraId, by: str | None) -> dict[str, object]:
        """The owner's time runs from the end of its movement, not from its beginning."""
        lease = self._book.holder(camera_id)
        if lease is None or lease.seat != by:
            return {}
        self._book.take(camera_id, lease.seat, lease.priority, self._clock.mono_ns())
        return {"owner_until_utc": self._until()}

    def _until(self) -> str:
        return utc_text(self._clock.utc_ns() + round(self._book.idle_s * 1e9))

    def _changed(self, camera_id: CameraId, cause: PtzCause, **fields: object) -> Event:
        now = utc_text(self._clock.utc_ns())
        return self._event("state", self._states.change(camera_id, cause, since_utc=now, **fields))

    def _event(self, verb: str, data: PtzStateData | PtzActData) -> Event:
        return new_event(Noun.PTZ, verb, data, source="/hub", utc_ns=self._clock.utc_ns())
