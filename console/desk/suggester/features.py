"""Features: what the suggester reads of a case: its words as character n-grams, and where it lies.

Characters, not words: Chinese has no spaces, and short n-grams need no dictionary of a city's names.
Hashed into a fixed room, so that memory does not grow with the cases. Pure; scikit-learn is imported
when the first matrix is made, since it takes most of a second.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from config.directory import SiteDirectory
from config.site import GridLevel
from console.desk.case import CaseData

#: Columns of words and of facts; a model says for which it was made.
TEXT_COLUMNS, FACT_COLUMNS = 1 << 16, 1 << 14
COLUMNS = TEXT_COLUMNS + FACT_COLUMNS
#: n-grams of one to three characters.
NGRAM_MOST = 3
#: A fact weighs as much as this share of all the words together.
FACT_WEIGHT = 0.6
#: Longer texts add nothing that a person would read.
TEXT_CHARS = 400


class Facts(Struct, frozen=True):
    """What is known of a case besides its words; empty where it is not.

    `areas`: the grid cell and those around it, the smallest first, as ids; `street`: of these.
    """

    kind: str = ""
    source: str = ""
    areas: tuple[str, ...] = ()
    street: str = ""
    item: str = ""


def text_of(case: CaseData) -> str:
    """The words a case is judged by: its title, which is the same when it is suggested for."""
    return " ".join(case.title.split())[:TEXT_CHARS]


def facts_of(case: CaseData, directory: SiteDirectory) -> Facts:
    chain = directory.ancestors(case.grid_id)
    street = next((cell.id for cell in chain if cell.level is GridLevel.STREET), "")
    return Facts(
        case.kind,
        case.source,
        tuple(cell.id for cell in chain),
        street,
        case.item_code or "",
    )


def without_place(facts: Facts) -> Facts:
    """For guessing the area: a place that is known would be the answer itself."""
    return Facts(facts.kind, facts.source)


def without_item(facts: Facts) -> Facts:
    return Facts(facts.kind, facts.source, facts.areas, facts.street)


def tokens_of(facts: Facts) -> Iterator[str]:
    """Facts as tokens; items are crossed with areas, since a rule book is item × area → unit."""
    yield f"kind={facts.kind}"
    yield f"source={facts.source}"
    for area in facts.areas:
        yield f"area={area}"
    if facts.item:
        yield f"item={facts.item}"
        for area in facts.areas:
            yield f"item={facts.item} area={area}"


def matrix(texts: Sequence[str], facts: Sequence[Facts]) -> Any:
    """scipy CSR, rows × COLUMNS, float64: words (length 1 a row) beside facts (FACT_WEIGHT each)."""
    return beside(words_matrix(texts), facts)


def words_matrix(texts: Sequence[str]) -> Any:
    """The words alone, rows × TEXT_COLUMNS: made once where several targets look at one text."""
    return _vectorizers()[0].transform(texts)


def beside(words: Any, facts: Sequence[Facts]) -> Any:
    """`matrix`, of words that were made before."""
    from scipy.sparse import hstack

    tokens = _vectorizers()[1].transform([tuple(tokens_of(one)) for one in facts])
    return hstack([words, tokens * FACT_WEIGHT], format="csr")


def column_of_fact(token: str) -> int:
    """The column of `tokens_of`'s tokens."""
    from sklearn.utils import murmurhash3_32

    return TEXT_COLUMNS + abs(int(murmurhash3_32(token.encode(), seed=0))) % FACT_COLUMNS


def ngrams_of(text: str) -> tuple[tuple[str, int], ...]:
    """Every n-gram of a text with its column, for telling which of them decided."""
    from sklearn.utils import murmurhash3_32

    words, _ = _vectorizers()
    grams = dict.fromkeys(words.build_analyzer()(text))
    return tuple(
        (gram, abs(int(murmurhash3_32(gram.encode(), seed=0))) % TEXT_COLUMNS) for gram in grams
    )


@functools.cache
def _vectorizers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(
        analyzer="char",
        ngram_range=(1, NGRAM_MOST),
        n_features=TEXT_COLUMNS,
        alternate_sign=False,
        norm="l2",
    )
    tokens = HashingVectorizer(
        analyzer=_as_they_are, n_features=FACT_COLUMNS, alternate_sign=False, norm=None
    )
    return words, tokens


def _as_they_are(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tokens
