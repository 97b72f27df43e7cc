"""SuggestionModel: weights that turn a case's words and place into likely items, areas and units.

Linear: a label's score is a sum over features, so the reason for a suggestion can be read off it.
Values only; made by `training`, kept by `model_file`. Any thread.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from console.desk.messages import Message
from console.desk.suggester.features import (
    Facts,
    column_of_fact,
    matrix,
    ngrams_of,
    tokens_of,
)

#: Suggested at most so many.
TOP = 3
#: n-grams named as a reason, and how much of the words' push they must carry together.
NAMED_GRAMS = 3


class Target(enum.Enum):
    """What is suggested: the item, the area (of the finest level that was learned), the unit."""

    ITEM = "item"
    AREA = "area"
    UNIT = "unit"


class Suggestion(Struct, frozen=True):
    """One label. `confidence`: 0…1, checked against what happened (see the model's figures)."""

    label: str
    confidence: float
    reasons: tuple[Message, ...] = ()


class Head(Struct, frozen=True, eq=False):
    """The part of a model for one target.

    Attributes:
        labels: C texts. counts: closed cases of each, C.
        weights: columns × C, float16. intercept: C, float32.
        sharpness: scores are multiplied by it before they become confidences.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    weights: NDArray[np.float16]
    intercept: NDArray[np.float32]
    sharpness: float = 1.0

    def scores(self, row: Any) -> NDArray[np.float32]:
        """Scores of one row of `features.matrix`, C."""
        picked = self.weights[row.indices].astype(np.float32)
        found: NDArray[np.float32] = row.data.astype(np.float32) @ picked + self.intercept
        return found

    def confidences(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Scores (…, C) as shares that add up to 1."""
        return softmax(self.sharpness * scores.astype(np.float64))


class Figures(Struct, frozen=True):
    """How good a target was on cases opened after those it had learned from; shares 0…1.

    Attributes:
        cases: so many were asked. first, among_three: right at once, among the three.
        majority: the most frequent label, always. rules: the rules of dispatch (units only).
        rules_first: the rules, and the suggester where they name nobody (units only).
        usual: the most frequent unit of the case's item (units only).
        confidence_error: mean distance between confidence and the share that was right.
    """

    cases: int
    first: float
    among_three: float
    majority: float
    confidence_error: float
    rules: float | None = None
    rules_first: float | None = None
    usual: float | None = None


class ModelFacts(Struct, frozen=True):
    """What a model is: shown to people, and checked when it is loaded. Times RFC 3339 UTC."""

    trained_utc: str
    cases: int
    from_utc: str
    until_utc: str
    split_utc: str
    area_level: str
    figures: dict[str, Figures]


class SuggestionModel(Struct, frozen=True, eq=False):
    """Heads by target; a target that had too little to learn has none."""

    facts: ModelFacts
    heads: dict[Target, Head]

    def suggest(
        self, target: Target, text: str, facts: Facts, known: frozenset[str], least: float
    ) -> tuple[Suggestion, ...]:
        """The likeliest labels, best first.

        Args:
            known: labels the site still has; others are left out.
            least: a label less likely than this is not worth a person's look.
        """
        head = self.heads.get(target)
        if head is None or not text:
            return ()
        row = matrix([text], [facts])
        shares = head.confidences(head.scores(row))
        best = [int(one) for one in np.argsort(-shares)[: 2 * TOP]]
        chosen = [one for one in best if head.labels[one] in known and shares[one] >= least][:TOP]
        return tuple(
            Suggestion(
                head.labels[one],
                round(float(shares[one]), 3),
                _reasons(head, one, row, text, facts),
            )
            for one in chosen
        )


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return shares


def _reasons(head: Head, label: int, row: Any, text: str, facts: Facts) -> tuple[Message, ...]:
    """What pushed the label up, against the other labels' mean: words, place, item; how many cases."""
    reasons = []
    words = _words(head, label, text)
    if words:
        reasons.append(Message("learned_words", {"words": "、".join(words)}))
    pushes = dict(
        zip(
            row.indices.tolist(), (row.data * _push(head, label, row.indices)).tolist(), strict=True
        )
    )
    place, item = _fact_pushes(facts, pushes)
    if place > 0 and place >= item:
        reasons.append(Message("learned_place", {"grid_id": facts.areas[0]}))
    elif item > 0:
        reasons.append(Message("learned_item", {"item_code": facts.item}))
    values = {"count": int(head.counts[label]), "of": int(head.counts.sum())}
    reasons.append(Message("learned_count", values))
    return tuple(reasons)


def _push(head: Head, label: int, columns: Any) -> NDArray[np.float32]:
    picked = head.weights[columns].astype(np.float32)
    found: NDArray[np.float32] = picked[:, label] - picked.mean(axis=1)
    return found


def _words(head: Head, label: int, text: str) -> list[str]:
    """The n-grams that pushed most, none inside another; single characters say nothing."""
    grams = [(gram, column) for gram, column in ngrams_of(text) if len(gram.strip()) > 1]
    if not grams:
        return []
    pushes = _push(head, label, np.array([column for _, column in grams]))
    ranked = sorted(zip(pushes.tolist(), (gram for gram, _ in grams), strict=True), reverse=True)
    named: list[str] = []
    for push, gram in ranked:
        if push <= 0 or len(named) == NAMED_GRAMS:
            break
        word = gram.strip()
        if not any(word in other or other in word for other in named):
            named.append(word)
    return named


def _fact_pushes(facts: Facts, pushes: dict[int, float]) -> tuple[float, float]:
    """How much place and item pushed; columns are looked up by a row of that fact alone."""
    place = item = 0.0
    for token in tokens_of(facts):
        push = pushes.get(column_of_fact(token), 0.0)
        if "area=" in token:
            place += push
        elif token.startswith("item="):
            item += push
    return place, item
