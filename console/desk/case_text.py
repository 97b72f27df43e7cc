"""The words of cases' titles as an index of two-character pieces, on both databases.

Chinese has no spaces to split at and most of its words have two characters: an index of
neighbouring pairs finds any text of two characters or more. A hit is only a candidate (pieces are
hashed, a changed title leaves its old pieces): whoever asks compares the title itself as well.
Source: n-gram index as in SQLite's FTS5 and PostgreSQL's pg_trgm, which both begin at three.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement

from ingest.feed.tables import EXACT_TEXT

#: A text of fewer characters has no piece.
SHORTEST = 2
#: Candidates of one search, the newest first.
CANDIDATES_MOST = 10_000
#: Pieces of one search: a longer text is compared with the title anyway.
PIECES_MOST = 24
#: Characters of a title that are searched.
TITLE_MOST = 200

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_FTS = "desk_case_pieces"
_WORD = re.compile(r"\w+")
#: What each database keeps beside the table: its own index of words, filled by itself.
_INDEX = (
    (
        "sqlite",
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_FTS} USING fts5(pieces, content='desk_case_texts', "
        "content_rowid='number', tokenize='ascii', detail='none')",
    ),
    (
        "sqlite",
        f"CREATE TRIGGER IF NOT EXISTS {_FTS}_added AFTER INSERT ON desk_case_texts BEGIN "
        f"INSERT INTO {_FTS} (rowid, pieces) VALUES (new.number, new.pieces); END",
    ),
    (
        "sqlite",
        f"CREATE TRIGGER IF NOT EXISTS {_FTS}_removed AFTER DELETE ON desk_case_texts BEGIN "
        f"INSERT INTO {_FTS} ({_FTS}, rowid, pieces) "
        "VALUES ('delete', old.number, old.pieces); END",
    ),
    (
        "postgresql",
        "CREATE INDEX IF NOT EXISTS desk_case_texts_pieces ON desk_case_texts "
        "USING gin (string_to_array(pieces, ' '))",
    ),
)


def texts_table(metadata: MetaData) -> Table:
    """`desk_case_texts`: the pieces of each title, in the order in which cases came."""
    made = Table(
        "desk_case_texts",
        metadata,
        Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
        Column("case_id", EXACT_TEXT, nullable=False),
        Column("pieces", Text, nullable=False),
        Index("desk_case_texts_case", "case_id"),
    )
    for dialect, statement in _INDEX:
        ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
        event.listen(made, "after_create", ddl)
    return made


def text_row(case_id: str, title: str) -> dict[str, str]:
    """The row of a title."""
    return {"case_id": case_id, "pieces": " ".join(pieces_of(title[:TITLE_MOST]))}


def pieces_of(text: str) -> tuple[str, ...]:
    """The pairs of neighbouring characters as short tokens, each once; none for one character."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    pairs = dict.fromkeys(plain[at : at + SHORTEST] for at in range(len(plain) - 1))
    return tuple(dict.fromkeys(map(_token, pairs)))


def _token(pair: str) -> str:
    """20 bits of a checksum in base 32: what two databases' tokenizers leave alone."""
    value = zlib.crc32(pair.encode()) & 0xFFFFF
    return "".join(_ALPHABET[value >> shift & 31] for shift in (15, 10, 5, 0))


def candidate_ids(texts: Table, wanted: str) -> Select[Any] | None:
    """Case ids whose titles may contain the text, the newest `CANDIDATES_MOST`.

    None: the text is too short to have pieces.
    """
    # pairs with a sign or a blank are in nearly every title: they cost much and find nothing
    solid = [piece for word in _WORD.findall(wanted) for piece in pieces_of(word)]
    pieces = tuple(dict.fromkeys(solid)) or pieces_of(wanted)
    if not pieces:
        return None
    newest = _Newest(pieces[-PIECES_MOST:], CANDIDATES_MOST)
    return select(texts.c.case_id).where(texts.c.number.op("IN")(newest))


class _Newest(ColumnElement[int]):
    """A bracketed list of the newest numbers that have all pieces, in each database's own words."""

    inherit_cache = False

    def __init__(self, pieces: tuple[str, ...], most: int) -> None:
        self.pieces, self.most = pieces, most


@compiles(_Newest, "sqlite")
def _sqlite(element: _Newest, compiler: SQLCompiler, **options: Any) -> str:
    wanted = compiler.process(literal(" AND ".join(element.pieces)))
    return (
        f"(SELECT rowid FROM {_FTS} WHERE {_FTS} MATCH {wanted} "
        f"ORDER BY rowid DESC LIMIT {element.most})"
    )


@compiles(_Newest, "postgresql")
def _postgresql(element: _Newest, compiler: SQLCompiler, **options: Any) -> str:
    wanted = compiler.process(func.string_to_array(literal(" ".join(element.pieces)), literal(" ")))
    return (
        f"(SELECT number FROM desk_case_texts WHERE string_to_array(pieces, ' ') @> {wanted} "
        f"ORDER BY number DESC LIMIT {element.most})"
    )
