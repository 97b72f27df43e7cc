"""Finding anything by number, name, full pinyin or pinyin initials; and sorting Chinese by sound.

Pure. Pinyin is taken character by character and remembered, so that ten thousand names cost
a few thousand look-ups once; a polyphone (重) matches every reading pypinyin lists first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, lru_cache, partial

from msgspec import Struct

#: Ranks, lower is better.
RANK_EXACT = 0
RANK_PREFIX = 1
RANK_WITHIN = 2
RANK_INITIALS = 3
RANK_PINYIN = 4
RANK_PLACE = 5

#: Stands between the faces of one thing; nobody types it.
_BREAK = "\n"


class Sought(Struct, frozen=True):
    """A thing's searchable faces, all lower case. Made by `sought`.

    Attributes:
        plain: name, id and number, a break before, between and after them.
        place: where it is, in every way that can be typed; it counts less than a name.
    """

    plain: str
    initials: str
    full: str
    place: str = ""


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    if character < "\u2e80":
        return character.lower()
    return str(_pinyin()(character)[0][0])


@cache
def _pinyin() -> Callable[[str], list[list[str]]]:
    """Loaded when the first Chinese character is read, which is beside the windows (`prepare`).

    Without its table of phrases: a character alone never stands in one, and the table is three
    quarters of the loading time.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    return partial(pinyin, style=Style.NORMAL)


def sought(name: str, *others: str, place: str = "") -> Sought:
    """`name` with its pinyin, and `others` (ids, numbers) as plain text.

    `place`: text made by `place_face`.
    """
    sounds = [_sound(character) for character in name]
    return Sought(
        plain=_BREAK + "".join(text.lower() + _BREAK for text in (name, *others) if text),
        initials=_initials(name, sounds),
        full="".join(sound for sound in sounds if not sound.isspace()),
        place=place,
    )


def place_face(*names: str) -> str:
    """Names of areas (street, community, cell, owner) as one searchable text."""
    faces = [sought(name) for name in names if name]
    return _BREAK.join(part for face in faces for part in (face.plain, face.initials, face.full))


def _initials(name: str, sounds: list[str]) -> str:
    """First letter of every Chinese character and of every Latin word; digits stay."""
    found = []
    for place, sound in enumerate(sounds):
        goes_on = place > 0 and _is_latin(name[place]) and _is_latin(name[place - 1])
        if not goes_on and sound[:1].isalnum():
            found.append(sound[:1])
    return "".join(found)


def _is_latin(character: str) -> bool:
    return character.isalpha() and character < "\u2e80"


def rank(query: str, face: Sought) -> int | None:
    """How well `query` (lower case, stripped) names it; None when it does not."""
    if query in face.plain:
        if f"{_BREAK}{query}" not in face.plain:
            return RANK_WITHIN
        return RANK_EXACT if f"{_BREAK}{query}{_BREAK}" in face.plain else RANK_PREFIX
    compact = query.replace(" ", "")
    if compact in face.initials:
        return RANK_INITIALS
    if len(compact) > 1 and compact in face.full:
        return RANK_PINYIN
    return RANK_PLACE if len(compact) > 1 and compact in face.place else None


def collation_key(text: str) -> tuple[str, ...]:
    """Sorts Chinese by pinyin and Latin by letters, in one list."""
    return tuple(_sound(character) for character in text)


def best(query: str, faces: Iterable[tuple[int, Sought]], limit: int) -> list[int]:
    """Indices of the best `limit` matches, best first, ties in the given order."""
    text = query.strip().lower()
    if not text:
        return [index for index, _face in faces][:limit]
    found = [
        (found_rank, index) for index, face in faces if (found_rank := rank(text, face)) is not None
    ]
    return [index for _rank, index in sorted(found)[:limit]]


class SearchIndex:
    """Many things searched at every keystroke: whole columns of texts are scanned, best rank first.

    Answers as `best` does. Several words narrow each other (`登州 球机`, `dz 12`): each must match
    somewhere, and the ranks add up. Immutable after construction; any thread.
    """

    def __init__(self, faces: Sequence[Sought]) -> None:
        self._count = len(faces)
        self._plain = [face.plain for face in faces]
        self._initials = [face.initials for face in faces]
        self._full = [face.full for face in faces]
        self._place = [face.place for face in faces]

    def find(self, query: str, limit: int) -> list[int]:
        """Indices of the best `limit` matches, best first, ties in the given order."""
        text = query.strip().lower()
        if not text:
            return list(range(min(limit, self._count)))
        words = text.split()
        if len(words) == 1:
            return list(self._ranks(text, enough=limit))[:limit]
        found = self._ranks(text)
        for index, worse in self._ranks_of_all(words).items():
            found[index] = min(worse, found.get(index, worse))
        return [index for index, _rank in sorted(found.items(), key=_by_rank)[:limit]]

    def _ranks(
        self, text: str, enough: int | None = None, among: Collection[int] | None = None
    ) -> dict[int, int]:
        """Rank by index, the best first; what comes after `enough` of them is not looked for.

        `among`: only these indices are asked.
        """
        compact = text.replace(" ", "")
        columns = [
            (f"{_BREAK}{text}{_BREAK}", self._plain),
            (f"{_BREAK}{text}", self._plain),
            (text, self._plain),
            (compact, self._initials),
        ]
        if len(compact) > 1:  # a single letter stands in nearly every pinyin
            columns += [(compact, self._full), (compact, self._place)]
        found: dict[int, int] = {}
        for column_rank, (needle, column) in enumerate(columns):
            if among is None:
                hits = [index for index, known in enumerate(column) if needle in known]
            else:
                hits = [index for index in among if needle in column[index]]
            for index in hits:
                found.setdefault(index, column_rank)
            if enough is not None and len(found) >= enough:
                break
        return found

    def _ranks_of_all(self, words: Sequence[str]) -> dict[int, int]:
        first, *rest = sorted(words, key=len, reverse=True)  # the longest leaves the fewest
        found = self._ranks(first)
        for word in rest:
            more = self._ranks(word, among=found)
            found = {index: found[index] + worse for index, worse in more.items()}
        # every word by itself is a weaker match than the text as it was typed
        return {index: worse + 1 for index, worse in found.items()}


def _by_rank(item: tuple[int, int]) -> tuple[int, int]:
    return item[1], item[0]
