"""Last values: what is still true, for the snapshot of a reader that comes late.

Open alerts, camera health and scenes are kept with the event that changes them, in the same
transaction; positions live in memory and are written once in a while (they are ephemeral).
"""

from __future__ import annotations

import itertools
import threading

import msgspec
from msgspec import Raw, Struct

from ingest.feed.envelope import Event, Noun
from ingest.feed.log import Transaction
from ingest.feed.topics import Subject

#: Positions reach the disk this often, seconds: a restart shows people where they were.
WRITE_POSITIONS_S = 5.0
#: Positions written in one tick: acts wait for it.
WRITE_MOST = 1_000
#: Most keys in memory; a publisher of random ids must not fill it. Oldest goes first.
MAX_POSITIONS = 50_000


def remember(tx: Transaction, event: Event, subject: Subject) -> None:
    """Keeps or forgets the last value that `event` speaks of."""
    match event.noun:
        case Noun.ALERT if subject.alert_id:
            ended = event.verb == "cleared"
            tx.remember(Noun.ALERT, subject.alert_id, None if ended else bytes(event.data))
        case Noun.CAMERA if subject.camera_id and event.verb == "health":
            tx.remember(Noun.CAMERA, subject.camera_id, bytes(event.data))
        case Noun.PTZ if subject.camera_id and event.verb == "state":
            tx.remember(Noun.PTZ, subject.camera_id, bytes(event.data))
        case Noun.SIGHT if subject.camera_id and event.verb == "changed":
            is_good = subject.state == "good" and not subject.rules_off
            is_plain = is_good and not (subject.resting or subject.is_night or subject.quiet)
            kept = None if is_plain else bytes(event.data)
            tx.remember(Noun.SIGHT, subject.camera_id, kept)
        case Noun.SHELF if subject.shelf_id:
            kept = bytes(event.data) if event.verb == "set" else None
            tx.remember(Noun.SHELF, subject.shelf_id, kept)
        case Noun.ESCALATION if subject.case_id:
            kept = bytes(event.data) if event.verb == "raised" else None
            tx.remember(Noun.ESCALATION, subject.case_id, kept)
        case Noun.SCENE if subject.to:
            tx.remember(Noun.SCENE, subject.to, bytes(event.data))
        case _:
            pass


class _Fixes(Struct, frozen=True):
    fixes: tuple[Raw, ...] = ()


class _Who(Struct, frozen=True):
    inspector_id: str | None = None
    device_id: str | None = None
    live: bool = True


class LastPositions:
    """Last fix per inspector, or per device nobody carries. Threads: any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fixes: dict[str, bytes] = {}
        self._unwritten: set[str] = set()
        self._written_ns = 0
        self._version = 0

    def load(self, tx: Transaction) -> None:
        """What was known when the hub last ran."""
        for raw in tx.last_values_of(Noun.POSITION):
            self._take(bytes(raw))
        self._unwritten.clear()

    def update(self, event: Event) -> None:
        """Takes the fixes of a position event; one that is not live changes nothing."""
        if event.noun is not Noun.POSITION:
            return
        for raw in msgspec.json.decode(event.data, type=_Fixes).fixes:
            self._take(bytes(raw))

    def _take(self, fix: bytes) -> None:
        who = msgspec.json.decode(fix, type=_Who)
        key = who.inspector_id or (who.device_id and f"device:{who.device_id}")
        if not key or not who.live:
            return
        with self._lock:
            self._fixes.pop(key, None)
            self._fixes[key] = fix
            self._unwritten.add(key)
            self._version += 1
            if len(self._fixes) > MAX_POSITIONS:
                oldest = next(iter(self._fixes))
                del self._fixes[oldest]
                self._unwritten.discard(oldest)

    def snapshot(self) -> tuple[int, dict[str, bytes]]:
        """A number that changes with every fix, and the fixes as raw JSON by whose they are."""
        with self._lock:
            return self._version, dict(self._fixes)

    def all(self) -> list[Raw]:
        with self._lock:
            return [Raw(fix) for fix in self._fixes.values()]

    def write(self, tx: Transaction) -> None:
        """Puts changed positions into the transaction, some every few seconds of hub time."""
        if abs(tx.now_utc_ns - self._written_ns) < WRITE_POSITIONS_S * 1e9:
            return
        with self._lock:
            keys = list(itertools.islice(self._unwritten, WRITE_MOST))
            changed = {key: self._fixes[key] for key in keys}
            self._unwritten.difference_update(keys)
            if not self._unwritten:
                self._written_ns = tx.now_utc_ns
        for key, fix in changed.items():
            tx.remember(Noun.POSITION, key, fix)
