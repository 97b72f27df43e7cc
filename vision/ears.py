"""HubEars: what a worker hears from the hub: verdicts of operators, where PTZ cameras look, trials.

Nothing here decides. What was said while the worker was away is read from the log once it is back,
from the last sequence it heard. Without a hub nothing is heard and everything goes on.

Threads: a feed reader of its own and, at the start, a short one that catches up; the worker
takes what was heard with `heard`, `fits` and `view`.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from config.site import CameraId, Zone, ZoneKind
from ingest.errors import GridwallError
from ingest.feed.envelope import EnvelopeInvalid, Event, Noun, decode_event, parse_utc_ns
from ingest.feed.query import QueryClient
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.feed.sockets import CurveClient
from ingest.ptz.states import PtzView
from ingest.ptz.views import PtzViews
from ingest.stop import StopToken
from vision.alerts import AlertKind
from vision.asked import SightReset, TrialAsked
from vision.boxes import Box
from vision.learnt import Outcome, Verdict
from vision.scene import MOVING

_log = logging.getLogger(__name__)

#: Acts of a person by which a case's alert counts as right, or as wrong.
_OUTCOMES = {
    "void": Outcome.REJECTED,
    "file": Outcome.CONFIRMED,
    "dispatch": Outcome.CONFIRMED,
    "self_handle": Outcome.CONFIRMED,
}
_TOPICS = (*(f"case.{act}." for act in _OUTCOMES), "sight.reset.", "sight.tryout.")
#: Heard and not taken yet; the oldest go first, counted in the log.
HEARD_MAX = 2_000
#: Pages of the log read at the start, and events in each.
CATCH_UP_PAGES = 50
CATCH_UP_PAGE = 2_000
CATCH_UP_ASK_S = 10.0

Heard = Verdict | TrialAsked


class FeedMark(Struct, frozen=True):
    """How far of which log was heard."""

    epoch: str = ""
    sequence: int = 0


class Ears(Protocol):
    """What the worker uses."""

    @property
    def mark(self) -> FeedMark: ...
    def heard(self) -> list[Heard]: ...
    def fits(self, zone: Zone) -> bool: ...
    def view(self, camera_id: CameraId) -> str: ...


class NoEars:
    """Nobody to listen to."""

    mark = FeedMark()

    def heard(self) -> list[Heard]:
        return []

    def fits(self, zone: Zone) -> bool:
        return True

    def view(self, camera_id: CameraId) -> str:
        return ""


class _Case(Struct, frozen=True):
    """A case as far as it says something about a place."""

    act: str
    kind: str = ""
    camera_id: CameraId | None = None
    box_norm: Box | None = None
    actor: str = ""
    note: str = ""
    alert_ids: tuple[str, ...] = ()


class HubEars:
    """See module."""

    def __init__(
        self, query_address: str, keys: CurveClient | None = None, mark: FeedMark | None = None
    ) -> None:
        self._query_address, self._keys = query_address, keys
        self._mark = mark or FeedMark()
        self._heard: deque[Heard] = deque(maxlen=HEARD_MAX)
        self._stop = StopToken()
        self._views = PtzViews(query_address, keys)
        self._reader = FeedReader(
            query_address, _TOPICS, self._on_events, self._on_snapshot, self._on_state, keys=keys
        )
        self._catching_up: threading.Thread | None = None

    def start(self) -> None:
        self._views.start()
        self._reader.start()

    def close(self) -> None:
        """Ends the readers. Twice is harmless."""
        self._stop.stop()
        self._reader.close()
        self._views.close()
        if self._catching_up is not None:
            self._catching_up.join(CATCH_UP_ASK_S)

    @property
    def mark(self) -> FeedMark:
        """Up to where everything was heard: to begin there after a restart."""
        return self._mark

    def heard(self) -> list[Heard]:
        """What was said since the last call, in order."""
        found: list[Heard] = []
        while self._heard:
            found.append(self._heard.popleft())
        return found

    def fits(self, zone: Zone) -> bool:
        """Whether the camera looks at what a zone was drawn on.

        Smoke is watched at every view unless its zone names one (CONTRACT §3: never stopped).
        """
        if zone.kind is ZoneKind.SMOKE_WATCH and zone.preset is None:
            return True
        return self._views.zone_fits(zone)

    def view(self, camera_id: CameraId) -> str:
        """A name for where the camera looks; empty where nobody can tell."""
        state = self._views.state(camera_id)
        if state is None or state.view is PtzView.UNKNOWN:
            return ""
        if state.is_moving or state.view is PtzView.LOST:
            return MOVING
        if state.preset_token:
            return f"preset {state.preset_token}"
        if state.is_home:
            return "home"
        return f"{state.pan_norm} {state.tilt_norm} {state.zoom_norm}"

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        """The log may hold what was said while nobody listened: the first time, it is read."""
        before, self._mark = self._mark, FeedMark(snapshot.epoch, snapshot.sequence)
        if before.epoch == snapshot.epoch and before.sequence < snapshot.sequence:
            self._catching_up = threading.Thread(
                target=self._catch_up, args=(before.sequence + 1, snapshot.sequence),
                name="ears-catch-up", daemon=True,
            )  # fmt: skip
            self._catching_up.start()

    def _catch_up(self, first: int, last: int) -> None:
        try:
            with QueryClient(self._query_address, self._keys) as client:
                for _ in range(CATCH_UP_PAGES):
                    if first > last or self._stop.stopped:
                        return
                    fields = {"from": first, "limit": CATCH_UP_PAGE, "topics": list(_TOPICS)}
                    page = msgspec.convert(client.ask("replay", CATCH_UP_ASK_S, **fields), _Page)
                    events = [msgspec.json.encode(raw) for raw in page.events]
                    self._on_events([decode_event(raw) for raw in events], catching_up_to=last)
                    first = page.next
        except (GridwallError, EnvelopeInvalid, msgspec.MsgspecError) as error:
            _log.warning("verdicts given while the worker was away are not learnt: %s", error)

    def _on_events(self, events: Sequence[Event], catching_up_to: int | None = None) -> None:
        for event in events:
            if catching_up_to is not None and (event.sequence or 0) > catching_up_to:
                return  # the reader brings it itself
            try:
                heard = heard_of(event)
            except (msgspec.ValidationError, ValueError) as error:
                _log.warning("event %s (%s) left out: %s", event.id, event.type, error)
                continue
            is_late = catching_up_to is not None and isinstance(heard, TrialAsked)
            if heard is not None and not is_late:
                self._heard.append(heard)
            if catching_up_to is None and event.sequence is not None and event.epoch:
                self._mark = FeedMark(event.epoch, event.sequence)

    def _on_state(self, state: ReaderState, text: str) -> None:
        _log.debug("verdicts: %s %s", state.value, text)


class _Page(Struct, frozen=True):
    next: int
    events: tuple[dict[str, object], ...]


def heard_of(event: Event) -> Heard | None:
    """What an event says to a worker; None for what is nothing to it.

    Raises:
        msgspec.ValidationError, ValueError: not of the shape its type promises.
    """
    if event.noun is Noun.SIGHT and event.verb == "tryout":
        return event.decode_data(TrialAsked)
    if event.noun is Noun.SIGHT and event.verb == "reset":
        reset = event.decode_data(SightReset)
        utc_ns = parse_utc_ns(event.time)
        return Verdict(reset.camera_id, reset.kind, reset.box_norm, Outcome.RESET, utc_ns)
    outcome = _OUTCOMES.get(event.verb)
    if event.noun is not Noun.CASE or outcome is None:
        return None
    case = event.decode_data(_Case)
    kinds = {kind.value: kind for kind in AlertKind}
    if case.kind not in kinds or case.camera_id is None or case.box_norm is None:
        return None
    if not case.alert_ids:
        return None  # seen by a person, not by a rule
    return Verdict(
        case.camera_id,
        kinds[case.kind],
        case.box_norm,
        outcome,
        parse_utc_ns(event.time),
        case.note,
    )
