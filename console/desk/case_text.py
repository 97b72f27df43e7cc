"""The words of cases' titles as an index of two-character pieces, on both databases.

Chinese has no spaces to split at and most of its words have two characters: an index of
neighbouring pairs finds any text of two characters or more. A hit is only a candidate (pieces are
hashed, a changed title leaves its old pieces): whoever asks compares the title itself as well.
Source: n-gram index as in SQLite's FTS5 and PostgreSQL's pg_trgm, which both begin at three.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
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
from sqlalchemy.sql.expression import ColumnClause, ColumnElement

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
    pieces = pieces_of(wanted)[:PIECES_MOST]
    if not pieces:
        return None
    newest = (
        select(texts.c.case_id)
        .where(_HasPieces(texts.c.number, pieces))
        .order_by(texts.c.number.desc())
        .limit(CANDIDATES_MOST)
    )
    return select(newest.subquery().c.case_id)


class _HasPieces(ColumnElement[bool]):
    """The row has all pieces; said to each database in its own way."""

    type = Boolean()
    inherit_cache = False

    def __init__(self, number: ColumnClause[Any] | Column[Any], pieces: Iterable[str]) -> None:
        self.number = number
        self.pieces = tuple(pieces)


@compiles(_HasPieces, "sqlite")
def _sqlite(element: _HasPieces, compiler: SQLCompiler, **options: Any) -> str:
    wanted = literal(" AND ".join(element.pieces))
    number = compiler.process(element.number, **options)
    match = compiler.process(wanted, **options)
    return f"{number} IN (SELECT rowid FROM {_FTS} WHERE {_FTS} MATCH {match} ORDER BY rowid DESC)"


@compiles(_HasPieces, "postgresql")
def _postgresql(element: _HasPieces, compiler: SQLCompiler, **options: Any) -> str:
    wanted = func.string_to_array(literal(" ".join(element.pieces)), literal(" "))
    return f"string_to_array(pieces, ' ') @> {compiler.process(wanted, **options)}"
