"""Finding anything by number, name, full pinyin or pinyin initials; and sorting Chinese by sound.

Pure. Pinyin is taken character by character and remembered, so that ten thousand names cost
a few thousand look-ups once; a polyphone (重) matches every reading pypinyin lists first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from pypinyin import Style, pinyin

#: Ranks, lower is better.
RANK_EXACT = 0
RANK_PREFIX = 1
RANK_WITHIN = 2
RANK_INITIALS = 3
RANK_PINYIN = 4


class Sought(Struct, frozen=True):
    """A thing's searchable faces, all lower case. Made by `sought`."""

    plain: tuple[str, ...]
    initials: str
    full: str


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    if character < "\u2e80":
        return character.lower()
    return str(pinyin(character, style=Style.NORMAL)[0][0])


def sought(name: str, *others: str) -> Sought:
    """`name` with its pinyin, and `others` (ids, numbers) as plain text."""
    sounds = [_sound(character) for character in name]
    return Sought(
        plain=tuple(text.lower() for text in (name, *others) if text),
        initials=_initials(name, sounds),
        full="".join(sound for sound in sounds if not sound.isspace()),
    )


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
    if any(text == query for text in face.plain):
        return RANK_EXACT
    if any(text.startswith(query) for text in face.plain):
        return RANK_PREFIX
    if any(query in text for text in face.plain):
        return RANK_WITHIN
    compact = query.replace(" ", "")
    if compact in face.initials:
        return RANK_INITIALS
    return RANK_PINYIN if len(compact) > 1 and compact in face.full else None


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
