"""How long evidence is held, by the case it belongs to. Pure.

Open cases hold theirs whatever its age; closed ones for the site's days, by kind; rejected ones shorter.
A file that several cases name is held as long as the one that holds it longest.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from config.store_settings import StoreSettings
from console.desk.case import ENDED, CaseData, Ending
from ingest.feed.envelope import parse_utc_ns

_DAY_NS = 86_400 * 10**9
#: Held without an end.
ALWAYS_NS = 2**62


class Reference(Struct, frozen=True):
    """Files that one case names, and until when it holds them (ns since 1970; ALWAYS_NS: open)."""

    case_id: str
    until_ns: int
    shas: tuple[str, ...]


def longest_days(settings: StoreSettings) -> int:
    """No ended case holds anything longer than this."""
    return max(
        settings.evidence_retention_days,
        settings.evidence_rejected_days,
        *settings.evidence_kind_days.values(),
    )


def held_until_ns(case: CaseData, settings: StoreSettings) -> int:
    """Until when a case holds its evidence."""
    if case.state not in ENDED:
        return ALWAYS_NS
    days = settings.evidence_kind_days.get(case.kind, settings.evidence_retention_days)
    if case.ending is Ending.VOID:
        days = min(days, settings.evidence_rejected_days)
    return parse_utc_ns(case.closed_utc or case.opened_utc) + days * _DAY_NS


def named_by(case: CaseData) -> tuple[str, ...]:
    """Every file a case names itself."""
    own = (case.snapshot, case.crop, case.clip, *(photo.sha for photo in case.photos))
    return tuple(dict.fromkeys(sha for sha in own if sha))


def holds_of(references: Iterable[Reference], into: dict[bytes, int]) -> None:
    """Adds until when every file is held: the longest of all that name it."""
    for reference in references:
        for sha in reference.shas:
            try:
                key = bytes.fromhex(sha)
            except ValueError:
                continue  # a publisher's name for something that is no file of ours
            into[key] = max(into.get(key, 0), reference.until_ns)
