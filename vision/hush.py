"""Hush: holds back alerts of places that operators rejected, and lowers those they doubted.

Stands between the rules and the alert book of one camera. What is held is not forgotten: it is
counted, told to the seats (`QuietPlace`), and goes out after all when it grows, when it is large,
or when the place was taken back. Fire, smoke and crowds that are larger than what was rejected
are never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import Struct

from ingest.feed.envelope import utc_text
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import Box, area
from vision.learnt import Judgement, LearntPlaces, is_same_place
from vision.rules.rule import AlertChange, Finding, Moment
from vision.sight import QuietPlace

#: What may do harm while it is held: size and growth overrule the rejections.
GROWING = frozenset({AlertKind.SMOKE, AlertKind.FIRE, AlertKind.CROWD})
#: Larger than this share of the picture, it is never held.
LARGE = 0.04
#: This much larger than anything that was rejected there, or than when it was held: it is another.
LARGER = 1.5
GREW = 1.4
#: Share of its score an alert keeps in a place where others were rejected.
LOWERED_SHARE = 0.6
#: Places whose held alerts are counted; the oldest go first.
_COUNTS_MAX = 64


class HushRecord(Struct, frozen=True):
    """What is held and lowered, over a restart: area when held, words when lowered."""

    held: dict[str, float]
    lowered: dict[str, str]


@dataclass(slots=True)
class _Count:
    kind: AlertKind
    box: Box
    held: int
    last_utc_ns: int


class Hush:
    """See module. Threads: the pipeline's one."""

    def __init__(self, places: LearntPlaces) -> None:
        self.places = places
        self._held: dict[str, float] = {}
        self._lowered: dict[str, str] = {}
        self._counts: list[_Count] = []

    @property
    def held(self) -> frozenset[str]:
        """Alert ids a rule raised and nobody was told of."""
        return frozenset(self._held)

    def apply(self, changes: Sequence[AlertChange], now: Moment) -> list[AlertChange]:
        """The changes that go on to the alert book."""
        return [told for change in changes for told in self._passed(change, now)]

    def _passed(self, change: AlertChange, now: Moment) -> list[AlertChange]:
        finding = change.finding
        if change.verb is AlertVerb.CLEARED:
            if self._held.pop(finding.alert_id, None) is not None:
                return []
            words = self._lowered.pop(finding.alert_id, None)
            return [change if words is None else _lowered(change, words)]
        is_new = change.verb is AlertVerb.RAISED
        if not is_new and finding.alert_id not in self._held:
            words = self._lowered.get(finding.alert_id)
            return [change if words is None else _lowered(change, words)]
        judged = self.places.judge(finding.kind, finding.box, now.utc_ns)
        if judged is not None and judged.suppresses and not self._is_beyond(finding, judged):
            if is_new:
                self._held[finding.alert_id] = area(finding.box)
                self._count(finding, now.utc_ns)
            return []
        self._held.pop(finding.alert_id, None)
        raised = AlertChange(AlertVerb.RAISED, finding)
        if judged is None or not judged.lowers:
            return [raised]
        self._lowered[finding.alert_id] = words = _words(judged)
        return [_lowered(raised, words)]

    def _is_beyond(self, finding: Finding, judged: Judgement) -> bool:
        """Whether it is more than what was rejected: then it goes out, whatever was said before."""
        if finding.kind not in GROWING:
            return False
        now = area(finding.box)
        first = self._held.get(finding.alert_id, now)
        return now >= LARGE or now > LARGER * judged.largest or now > GREW * first

    def _count(self, finding: Finding, utc_ns: int) -> None:
        for count in self._counts:
            if count.kind is finding.kind and is_same_place(count.box, finding.box):
                count.held, count.last_utc_ns = count.held + 1, utc_ns
                return
        self._counts.append(_Count(finding.kind, finding.box, 1, utc_ns))
        del self._counts[:-_COUNTS_MAX]

    def quiet(self, now_utc_ns: int) -> tuple[QuietPlace, ...]:
        """Every place that is suppressed, with why and what was held there."""
        found = []
        for kind, box, judged in self.places.suppressing(now_utc_ns):
            count = next(
                (
                    each
                    for each in self._counts
                    if each.kind is kind and is_same_place(each.box, box)
                ),
                None,
            )
            found.append(
                QuietPlace(
                    kind=kind,
                    box_norm=box,
                    rejected_count=judged.count,
                    since_utc=utc_text(judged.since_utc_ns),
                    last_utc=utc_text(judged.last_utc_ns),
                    held_count=0 if count is None else count.held,
                    held_utc=None if count is None else utc_text(count.last_utc_ns),
                )
            )
        return tuple(found)

    def remember(self) -> HushRecord:
        return HushRecord(dict(self._held), dict(self._lowered))

    def restore(self, record: HushRecord, known_ids: set[str]) -> None:
        """Takes over what rules still speak for."""
        self._held = {key: each for key, each in record.held.items() if key in known_ids}
        self._lowered = {key: each for key, each in record.lowered.items() if key in known_ids}


def _words(judged: Judgement) -> str:
    since, last = utc_text(judged.since_utc_ns), utc_text(judged.last_utc_ns)
    return f"rejected_here={judged.count} rejected_since={since} rejected_last={last}"


def _lowered(change: AlertChange, words: str) -> AlertChange:
    """The same with a lower score, and why."""
    finding = change.finding
    told = replace(finding, score=LOWERED_SHARE * finding.score, reason=f"{finding.reason} {words}")
    return AlertChange(change.verb, told)
