"""FeedStatus: whether what the windows show is now, and since when it is not. Pure."""

from __future__ import annotations

import enum

from msgspec import Struct


class FeedState(enum.Enum):
    """CONNECTING never was live · SNAPSHOT catching up · LIVE · STALE was live · FAILED a person must act."""

    CONNECTING = "connecting"
    SNAPSHOT = "snapshot"
    LIVE = "live"
    STALE = "stale"
    FAILED = "failed"


class FeedStatus(Struct, frozen=True):
    """The feed as this seat sees it. `since_mono_ns`: when this state began."""

    state: FeedState = FeedState.CONNECTING
    since_mono_ns: int = 0
    detail: str = ""

    @property
    def is_live(self) -> bool:
        return self.state is FeedState.LIVE

    def moved(self, state: FeedState, detail: str, now_mono_ns: int) -> FeedStatus:
        """The next status; a state that was live and is lost stays STALE while it reconnects,
        with the age of the loss, so that a banner never flickers back to "connecting".
        """
        if state is FeedState.CONNECTING and self.state in (FeedState.LIVE, FeedState.STALE):
            state = FeedState.STALE
        if state is FeedState.SNAPSHOT and self.state is FeedState.STALE:
            state = FeedState.STALE
        if state is self.state:
            return FeedStatus(state, self.since_mono_ns, detail)
        return FeedStatus(state, now_mono_ns, detail)

    def age_s(self, now_mono_ns: int) -> float:
        return max(0.0, (now_mono_ns - self.since_mono_ns) / 1e9)
