"""Working time: when a limit is used up, in a calendar of working hours, weekends and holidays.

GB/T 30428 practice (DOMAIN §2): ordinary limits run in working time only, urgent ones and minutes
around the clock; green below 80 % of a limit, amber to 100 %, red beyond. Instants are UTC
nanoseconds of the hub's clock; a clock that was set back never gives a negative use. Pure.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from msgspec import Struct

from config.settings import CalendarSettings
from config.site import Item, LimitUnit
from console.desk.case import ClockKind

#: Share of a limit from which the light is amber (GB/T 30428 working systems).
AMBER_SHARE = 0.8
#: A limit is looked for at most this far ahead; a calendar without work beyond it is a mistake.
_HORIZON_DAYS = 3660
_NS = 1_000_000_000


class Limit(Struct, frozen=True):
    """How long a step may take, in seconds of its kind of time."""

    seconds: float
    kind: ClockKind


class DueTimes(Struct, frozen=True):
    """When a limit turns amber and when it is used up, UTC nanoseconds."""

    amber_utc_ns: int
    due_utc_ns: int


class WorkingCalendar:
    """Working spans of one site. Immutable but for a cache of days; any thread."""

    def __init__(self, settings: CalendarSettings) -> None:
        self._spans = settings.spans()
        self._zone = settings.zone_info()
        self._working_days = frozenset(settings.working_days)
        self._holidays = frozenset(settings.holidays)
        self._extra_days = frozenset(settings.extra_working_days)
        self._spans_of = lru_cache(maxsize=4096)(self._spans_of_day)

    @property
    def day_s(self) -> float:
        """Working seconds of a full working day (8 h by default)."""
        return sum(_seconds_of(span.end) - _seconds_of(span.start) for span in self._spans)

    def is_working_day(self, day: date) -> bool:
        """Make-up days are worked, holidays are not, else the weekday decides."""
        if day in self._extra_days:
            return True
        return day not in self._holidays and day.weekday() in self._working_days

    def local(self, utc_ns: int) -> datetime:
        """Wall-clock time of the site."""
        return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(self._zone)

    def day_start_utc_ns(self, utc_ns: int) -> int:
        """The local midnight before an instant."""
        return self._instant(self.local(utc_ns).date(), 0)

    def add(self, start_utc_ns: int, seconds: float, kind: ClockKind) -> int:
        """The instant at which `seconds` of time of this kind have passed since `start_utc_ns`."""
        left_ns = round(max(0.0, seconds) * _NS)
        if kind is ClockKind.AROUND_CLOCK or not self._spans:
            return start_utc_ns + left_ns
        day = self.local(start_utc_ns).date() - timedelta(days=1)
        for _ in range(_HORIZON_DAYS):
            for begin, end in self._spans_of(day):
                begin = max(begin, start_utc_ns)
                if end > begin and end - begin >= left_ns:
                    return begin + left_ns
                left_ns -= max(0, end - begin)
            day += timedelta(days=1)
        return start_utc_ns + left_ns

    def between(self, start_utc_ns: int, end_utc_ns: int, kind: ClockKind) -> float:
        """Seconds of time of this kind from start to end; 0 where the end is not later."""
        if end_utc_ns <= start_utc_ns:
            return 0.0
        if kind is ClockKind.AROUND_CLOCK or not self._spans:
            return (end_utc_ns - start_utc_ns) / _NS
        total_ns = 0
        day, last = self.local(start_utc_ns).date(), self.local(end_utc_ns).date()
        day -= timedelta(days=1)
        while day <= last:
            for begin, end in self._spans_of(day):
                total_ns += max(0, min(end, end_utc_ns) - max(begin, start_utc_ns))
            day += timedelta(days=1)
        return total_ns / _NS

    def due(self, start_utc_ns: int, limit: Limit) -> DueTimes:
        """Amber and red of a limit that starts now."""
        return DueTimes(
            self.add(start_utc_ns, limit.seconds * AMBER_SHARE, limit.kind),
            self.add(start_utc_ns, limit.seconds, limit.kind),
        )

    def resumed(self, now_utc_ns: int, left_s: float, limit: Limit) -> DueTimes:
        """Amber and red of a limit of which `left_s` are left."""
        amber_left_s = left_s - (1 - AMBER_SHARE) * limit.seconds
        return DueTimes(
            self.add(now_utc_ns, amber_left_s, limit.kind),
            self.add(now_utc_ns, left_s, limit.kind),
        )

    def limit_of(self, item: Item | None) -> Limit:
        """An item's handling limit; without an item the register's own default of 4 hours."""
        if item is None:
            return Limit(4 * 3600.0, ClockKind.WORKING)
        match item.limit_unit:
            case LimitUnit.MINUTE:
                return Limit(item.limit_value * 60, ClockKind.AROUND_CLOCK)
            case LimitUnit.URGENT_WORKING_HOUR:
                return Limit(item.limit_value * 3600, ClockKind.AROUND_CLOCK)
            case LimitUnit.WORKING_HOUR:
                return Limit(item.limit_value * 3600, ClockKind.WORKING)
            case LimitUnit.WORKING_DAY:
                return Limit(item.limit_value * self.day_s, ClockKind.WORKING)

    def _spans_of_day(self, day: date) -> tuple[tuple[int, int], ...]:
        if not self.is_working_day(day):
            return ()
        return tuple(
            (self._instant(day, _seconds_of(span.start)), self._instant(day, _seconds_of(span.end)))
            for span in self._spans
        )

    def _instant(self, day: date, seconds: float) -> int:
        """UTC of a local clock time; daylight saving is the zone's business, not ours."""
        if seconds >= 86_400:
            day, seconds = day + timedelta(days=1), seconds - 86_400
        clock = (datetime.min + timedelta(seconds=seconds)).time()
        moment = datetime.combine(day, clock)
        local = moment.astimezone() if self._zone is None else moment.replace(tzinfo=self._zone)
        return round(local.timestamp()) * _NS


def _seconds_of(clock: time) -> float:
    """Seconds since midnight; the last microsecond of a day means 24:00."""
    if clock == time.max:
        return 86_400.0
    return clock.hour * 3600 + clock.minute * 60 + clock.second
