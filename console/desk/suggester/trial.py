"""Trial: a learner is asked about cases opened after all it has learned, beside the rules and habits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from console.desk.suggester.examples import Example, batches, known_for
from console.desk.suggester.features import beside, words_matrix
from console.desk.suggester.learner import Learner, learn_batch
from console.desk.suggester.model import TOP, Figures, Target, softmax

#: Batches whose scores are kept for setting the confidences.
SET_BATCHES = 8
_SHARPNESS = tuple(0.25 * 1.25**step for step in range(20))
_BINS = 10


class Trial:
    """The last pass in time: learns, sets the confidences, and is asked about what came later."""

    def __init__(
        self,
        learners: Mapping[Target, Learner],
        set_ns: int,
        split_ns: int,
        say: Callable[[str], None],
    ) -> None:
        self._learners, self._set_ns, self._split_ns, self._say = learners, set_ns, split_ns, say
        self._majority: dict[Target, Counter[str]] = {target: Counter() for target in learners}
        self._usual: dict[str, Counter[str]] = {}
        self._kept: dict[Target, list[tuple[NDArray[np.float64], NDArray[np.int64]]]] = {
            target: [] for target in learners
        }
        self._scores = {target: _Score() for target in learners}
        self._is_set = False

    def run(self, examples: Iterator[Example]) -> dict[Target, Figures]:
        chance = random.Random(2)
        seen = 0
        for batch in batches(examples):
            seen += len(batch)
            learned = [e for e in batch if e.opened_ns < self._set_ns]
            setting = [e for e in batch if self._set_ns <= e.opened_ns < self._split_ns]
            asked = [e for e in batch if e.opened_ns >= self._split_ns]
            if learned:
                chance.shuffle(learned)
                self._take(learned)
            if setting:
                self._keep_scores(setting)
                self._take(setting)
            if asked:
                self._set_confidences()
                self._ask(asked)
            if seen // 200_000 != (seen - len(batch)) // 200_000:
                self._say(f"{seen:,} cases")
        return {t: one.figures(t) for t, one in self._scores.items() if one.cases}

    def _take(self, batch: list[Example]) -> None:
        known = [
            e for e in batch if e.closed_ns < self._split_ns
        ]  # how others end is not known yet
        if not known:
            return
        for example in known:
            for target, counter in self._majority.items():
                if target in example.answers:
                    counter[example.answers[target]] += 1
            if Target.UNIT in example.answers:
                usual = self._usual.setdefault(example.facts.item, Counter())
                usual[example.answers[Target.UNIT]] += 1
        learn_batch(self._learners, known)

    def _keep_scores(self, batch: list[Example]) -> None:
        words = words_matrix([example.text for example in batch])
        for target, learner in self._learners.items():
            if len(self._kept[target]) >= SET_BATCHES:
                continue
            rows = beside(words, [known_for(target, example.facts) for example in batch])
            numbers = learner.numbers(example.answers.get(target) for example in batch)
            good = numbers >= 0
            self._kept[target].append((learner.scores(rows)[good], numbers[good]))

    def _set_confidences(self) -> None:
        """The sharpness under which what happened was least surprising."""
        if self._is_set:
            return
        self._is_set = True
        for target, kept in self._kept.items():
            if not kept:
                continue
            scores = np.vstack([one for one, _ in kept])
            numbers = np.concatenate([one for _, one in kept])
            if len(numbers) == 0:
                continue
            here = np.arange(len(numbers))
            self._learners[target].sharpness = min(
                _SHARPNESS,
                key=lambda k: float(-np.log(softmax(k * scores)[here, numbers] + 1e-12).mean()),
            )
        self._kept = {target: [] for target in self._learners}

    def _ask(self, batch: list[Example]) -> None:
        words = words_matrix([example.text for example in batch])
        for target, learner in self._learners.items():
            rows = beside(words, [known_for(target, example.facts) for example in batch])
            shares = softmax(learner.sharpness * learner.scores(rows))
            self._note(target, learner, batch, shares)

    def _note(
        self, target: Target, learner: Learner, batch: list[Example], shares: NDArray[np.float64]
    ) -> None:
        score = self._scores[target]
        best = np.argsort(-shares, axis=1)[:, :TOP]
        majority = self._majority[target].most_common(1)
        often = majority[0][0] if majority else ""
        asked = [n for n, example in enumerate(batch) if target in example.answers]
        for n in asked:
            example, truth = batch[n], batch[n].answers[target]
            named = [learner.labels[int(one)] for one in best[n]]
            usual = self._usual.get(example.facts.item)
            score.cases += 1
            score.first += named[0] == truth
            score.among_three += truth in named
            score.majority += often == truth
            score.rules += example.by_rules == truth
            score.rules_first += (example.by_rules or named[0]) == truth
            score.usual += bool(usual) and usual is not None and usual.most_common(1)[0][0] == truth
        if asked:
            rows = np.array(asked)
            truths = learner.numbers(batch[n].answers[target] for n in asked)
            score.add_confidences(shares[rows].max(axis=1), best[rows, 0] == truths)


class _Score:
    """What a target answered, against what was true; and what others would have answered."""

    def __init__(self) -> None:
        self.cases = self.first = self.among_three = 0
        self.majority = self.rules = self.rules_first = self.usual = 0
        self._sure = np.zeros(_BINS)
        self._right = np.zeros(_BINS)
        self._of = np.zeros(_BINS)

    def add_confidences(self, sure: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
        bins = np.minimum(_BINS - 1, (sure * _BINS).astype(int))
        np.add.at(self._sure, bins, sure)
        np.add.at(self._right, bins, right)
        np.add.at(self._of, bins, 1)

    def figures(self, target: Target) -> Figures:
        count = max(1, self.cases)
        error = float(np.abs(self._sure - self._right).sum() / count)
        is_unit = target is Target.UNIT
        shares = [
            round(number / count, 4)
            for number in (self.first, self.among_three, self.majority, self.rules,
                           self.rules_first, self.usual)
        ]  # fmt: skip
        first, among_three, majority, rules, rules_first, usual = shares
        figures = Figures(self.cases, first, among_three, majority, round(error, 4))
        if not is_unit:
            return figures
        return Figures(
            self.cases, first, among_three, majority, round(error, 4), rules, rules_first, usual
        )
