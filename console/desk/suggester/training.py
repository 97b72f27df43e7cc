"""Training: closed cases, oldest first, to a suggestion model with figures that can be believed.

The last fifth in time is asked before it is learned (a time split: yesterday is learned, today is
asked, as in life), beside the rules of dispatch and the most frequent answer. Cases stream by in
batches, so memory is the weights and one batch, whatever the store holds.

What is true: item, area and unit of a case that was closed in the ordinary way, as it stood then; a
case that was returned and sent elsewhere teaches where it belonged in the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from config.directory import SiteDirectory
from config.site import GridLevel
from console.desk.suggester.examples import Cases, Examples
from console.desk.suggester.learner import Learner, learn
from console.desk.suggester.model import ModelFacts, SuggestionModel, Target
from console.desk.suggester.trial import Trial
from ingest.errors import GridwallError
from ingest.feed.envelope import utc_text

#: Labels of a target: rarer ones are left to people. Weights take 640 KB each while learning.
LABELS_MOST = 256
#: A label needs so many cases before it is one.
LABEL_CASES_LEAST = 5
#: Fewer cases teach nothing worth a person's look.
CASES_LEAST = 200
#: Shares of the time: learned, then used to set the confidences, then asked.
LEARNED_SHARE, SET_SHARE = 0.72, 0.80
#: Times kept to find those shares.
TIMES_MOST = 100_000
#: Few cases are gone through again until about so many were seen.
SEEN_LEAST, PASSES_MOST = 200_000, 10
_AREA_LEVELS = (GridLevel.CELL, GridLevel.COMMUNITY, GridLevel.STREET, GridLevel.DISTRICT)


class TooFewCases(GridwallError):
    """There is not enough to learn from."""


class _Counts(Struct):
    """What the first look at all cases gives."""

    labels: dict[Target, Counter[str]]
    opened_ns: list[int]
    seen: int = 0
    first_utc: str = ""
    last_utc: str = ""


def train(
    cases: Cases, directory: SiteDirectory, now_utc: str, say: Callable[[str], None]
) -> SuggestionModel:
    """A model and its figures. Raises TooFewCases."""
    level = GridLevel.CELL
    for level in _AREA_LEVELS:  # the finest of which there are not too many
        if sum(cell.level is level for cell in directory.site.grid) in range(1, LABELS_MOST + 1):
            break
    examples = Examples(cases, directory, level)
    counts = _counted(examples)
    if counts.seen < CASES_LEAST:
        raise TooFewCases(
            f"{counts.seen} closed cases have a text; {CASES_LEAST} are the least that teach "
            "anything. Import older cases (gridwall import cases), or wait"
        )
    ordered = sorted(counts.opened_ns)
    set_ns, split_ns = (
        ordered[min(len(ordered) - 1, int(share * len(ordered)))]
        for share in (LEARNED_SHARE, SET_SHARE)
    )
    learners = _learners(counts)
    passes = max(1, min(PASSES_MOST, SEEN_LEAST // counts.seen))
    say(f"{counts.seen:,} closed cases, {passes} pass(es)")
    for _ in range(passes - 1):
        learn(learners, (e for e in examples() if e.opened_ns < set_ns and e.closed_ns < split_ns))
    trial = Trial(learners, set_ns, split_ns, say)
    figures = trial.run(examples())
    if not figures:
        raise TooFewCases("no item, area or unit has two answers with enough cases each")
    facts = ModelFacts(
        trained_utc=now_utc,
        cases=counts.seen,
        from_utc=counts.first_utc,
        until_utc=counts.last_utc,
        split_utc=utc_text(split_ns),
        area_level=level.value,
        figures={target.value: one for target, one in figures.items()},
    )
    learn(learners, (e for e in examples() if e.closed_ns >= split_ns))  # and now the newest
    heads = {target: learners[target].head() for target in figures}
    return SuggestionModel(facts, heads)


def _counted(examples: Examples) -> _Counts:
    """Labels, and a sample of the times for the splits: bounded, whatever there is."""
    counts = _Counts({target: Counter() for target in Target}, [])
    chance = random.Random(1)
    for example in examples():
        for target, answer in example.answers.items():
            counts.labels[target][answer] += 1
        counts.seen += 1
        if len(counts.opened_ns) < TIMES_MOST:
            counts.opened_ns.append(example.opened_ns)
        elif (place := chance.randrange(counts.seen)) < TIMES_MOST:
            counts.opened_ns[place] = example.opened_ns
        counts.first_utc = counts.first_utc or utc_text(example.opened_ns)
        counts.last_utc = utc_text(example.opened_ns)
    return counts


def _learners(counts: _Counts) -> dict[Target, Learner]:
    found = {}
    for target, counter in counts.labels.items():
        labels = [
            label for label, count in counter.most_common(LABELS_MOST) if count >= LABEL_CASES_LEAST
        ]
        if len(labels) > 1:
            found[target] = Learner(tuple(sorted(labels)), counter)
    return found
