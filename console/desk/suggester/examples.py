"""Examples: closed cases as what was known of them and how they were in the end. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from config.directory import SiteDirectory
from config.site import GridLevel
from console.desk.case import CaseData, CaseState, Ending
from console.desk.dispatch_rules import unit_for
from console.desk.suggester.features import Facts, facts_of, text_of, without_item, without_place
from console.desk.suggester.model import Target
from ingest.feed.envelope import parse_utc_ns

#: Closed cases, oldest first, from the start each time it is called.
Cases = Callable[[], Iterator[CaseData]]

BATCH_CASES = 4_096
#: What a self-handled, merged or void case says about its unit is not what the rules would say.
_ENDINGS = frozenset({Ending.NORMAL, Ending.OVERDUE, None})


class Example(Struct, frozen=True):
    """One closed case: what was known, and how it was in the end."""

    text: str
    facts: Facts
    answers: dict[Target, str]
    opened_ns: int
    closed_ns: int
    by_rules: str


def example_of(case: CaseData, directory: SiteDirectory, level: GridLevel) -> Example | None:
    """None for a case that teaches nothing: not closed in the ordinary way, or without words."""
    text = text_of(case)
    if case.state is not CaseState.CLOSED or case.ending not in _ENDINGS or not text:
        return None
    facts = facts_of(case, directory)
    area = next((c.id for c in directory.ancestors(case.grid_id) if c.level is level), "")
    answers = {Target.ITEM: case.item_code or "", Target.AREA: area, Target.UNIT: case.unit or ""}
    return Example(
        text,
        facts,
        {target: answer for target, answer in answers.items() if answer},
        parse_utc_ns(case.opened_utc),
        parse_utc_ns(case.closed_utc or case.opened_utc),
        unit_for(directory, case.item_code, case.grid_id).unit or "",
    )


def known_for(target: Target, facts: Facts) -> Facts:
    """What a target may look at: not the answer itself."""
    if target is Target.AREA:
        return without_place(facts)
    return without_item(facts) if target is Target.ITEM else facts


class Examples:
    """All examples again at each call."""

    def __init__(self, cases: Cases, directory: SiteDirectory, level: GridLevel) -> None:
        self._cases, self._directory, self._level = cases, directory, level

    def __call__(self) -> Iterator[Example]:
        for case in self._cases():
            example = example_of(case, self._directory, self._level)
            if example is not None:
                yield example


def batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
    batch: list[Example] = []
    for example in examples:
        batch.append(example)
        if len(batch) == BATCH_CASES:
            yield batch
            batch = []
    if batch:
        yield batch
