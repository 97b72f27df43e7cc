"""Learner: one target's linear model while it learns, batch by batch (scikit-learn's SGD)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.desk.suggester.examples import Example, batches, known_for
from console.desk.suggester.features import COLUMNS, beside, words_matrix
from console.desk.suggester.model import Head, Target


class Learner:
    """One target while it learns."""

    def __init__(self, labels: tuple[str, ...], counter: Counter[str]) -> None:
        from sklearn.linear_model import SGDClassifier

        self.labels = labels
        self._number = {label: number for number, label in enumerate(labels)}
        self._counts = np.array([counter[label] for label in labels], dtype=np.int64)
        self._sgd: Any = SGDClassifier(loss="log_loss", alpha=1e-6, random_state=1)
        self._learned = False
        self.sharpness = 1.0

    def numbers(self, answers: Iterable[str | None]) -> NDArray[np.int64]:
        """Label numbers; -1 for answers that are no label."""
        return np.array([self._number.get(answer or "", -1) for answer in answers], dtype=np.int64)

    def learn(self, rows: Any, numbers: NDArray[np.int64]) -> None:
        good = numbers >= 0
        if not good.any():
            return
        more = {} if self._learned else {"classes": np.arange(len(self.labels))}
        self._sgd.partial_fit(rows[good], numbers[good], **more)
        self._learned = True

    def scores(self, rows: Any) -> NDArray[np.float64]:
        """Rows × labels; two labels are told apart by one score in scikit-learn."""
        if not self._learned:
            return np.zeros((rows.shape[0], len(self.labels)))
        found: NDArray[np.float64] = self._sgd.decision_function(rows)
        return np.column_stack([-found, found]) if found.ndim == 1 else found

    def head(self) -> Head:
        weights, intercept = self._sgd.coef_, self._sgd.intercept_
        if len(self.labels) == 2:
            weights = np.vstack([-weights, weights])
            intercept = np.concatenate([-intercept, intercept])
        assert weights.shape == (len(self.labels), COLUMNS)
        kept = np.clip(weights.T, -6e4, 6e4).astype(np.float16)
        return Head(
            self.labels,
            self._counts,
            np.ascontiguousarray(kept),
            intercept.astype(np.float32),
            self.sharpness,
        )


def learn(learners: Mapping[Target, Learner], examples: Iterable[Example]) -> None:
    chance = random.Random(1)
    for batch in batches(examples):
        chance.shuffle(batch)
        learn_batch(learners, batch)


def learn_batch(learners: Mapping[Target, Learner], batch: list[Example]) -> None:
    words = words_matrix([example.text for example in batch])
    for target, learner in learners.items():
        rows = beside(words, [known_for(target, example.facts) for example in batch])
        learner.learn(rows, learner.numbers(example.answers.get(target) for example in batch))
