"""The desk's reads and writes by a database's own module alone: the limit of `gridwall bench cases`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg

from console.desk.tables import NEVER_NS

_Row = tuple[Any, ...]


class BareDatabase:
    """A connection that writes with full synchronisation. Statements use `?` and `{true}`."""

    def __init__(self, where: str) -> None:
        """`where`: a URL of PostgreSQL or the path of an SQLite file."""
        self._server: psycopg.Connection[Any] | None = None
        self._file: sqlite3.Connection | None = None
        if "://" in where:
            self._server = psycopg.connect(where, autocommit=True)
        else:
            self._file = sqlite3.connect(where, isolation_level=None)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=FULL")

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[_Row]:
        if self._server is not None:
            text = statement.replace("?", "%s").replace("{true}", "true")
            return self._server.execute(text.encode(), tuple(values)).fetchall()
        assert self._file is not None
        return self._file.execute(statement.replace("{true}", "1"), tuple(values)).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        if self._server is not None:
            self._server.execute(statement.replace("?", "%s").encode(), tuple(values))
        else:
            assert self._file is not None
            self._file.execute(statement, tuple(values))

    @property
    def begin(self) -> str:
        return "BEGIN" if self._server is not None else "BEGIN IMMEDIATE"

    @property
    def blob(self) -> str:
        return "BYTEA" if self._server is not None else "BLOB"

    def close(self) -> None:
        for connection in (self._server, self._file):
            if connection is not None:
                connection.close()


_FIRST_PAGE = (
    "SELECT body, urgency, due_ns, case_id FROM desk_cases WHERE is_open = {true} "
    "ORDER BY urgency, due_ns, case_id LIMIT 101"
)


def bare_statements(now_ns: int) -> list[tuple[str, tuple[Any, ...]]]:
    """`cases.filters`, written by hand."""
    head = "SELECT body, opened_ns, case_id FROM desk_cases WHERE "
    opened = " ORDER BY opened_ns DESC, case_id DESC LIMIT 101"
    queue = " ORDER BY urgency, due_ns, case_id LIMIT 101"
    return [
        (f"{head}state = ?{opened}", ("proposed",)),
        (f"{head}kind = ?{opened}", ("smoke",)),
        (f"{head}unit = ? AND is_open = {{true}}{queue}", ("unit 7",)),
        (f"{head}street_id = ?{opened}", ("S3",)),
        (f"{head}camera_id = ?{opened}", ("cam-00077",)),
        (f"{head}is_open = {{true}} AND due_ns < ?{queue}", (now_ns,)),
        (f"{head}opened_ns >= ?{opened}", (now_ns - 86_400 * 10**9,)),
        (f"{head}unit = ? AND state = ?{opened}", ("unit 9", "closed")),
    ]


def bare_actions(database: BareDatabase, now_ns: int) -> dict[str, Callable[[int], Any]]:
    """The same reads and writes, rows decoded to objects alike."""
    statements = bare_statements(now_ns)
    database.run(f"CREATE TABLE bench_rows (number BIGINT, body {database.blob})")

    def read(statement: str, values: tuple[Any, ...]) -> None:
        for row in database.rows(statement, values)[:100]:
            msgspec.json.decode(row[0])

    def write(number: int) -> None:
        """A case replaced, an audit row and an event added, in one commit."""
        case_id = f"bench-{number * 17 % 1000:08}"
        database.run(database.begin)
        body = database.rows("SELECT body FROM desk_cases WHERE case_id = ?", (case_id,))[0][0]
        database.run(
            "UPDATE desk_cases SET body = ?, version = version + 1, due_ns = ? WHERE case_id = ?",
            (body, NEVER_NS, case_id),
        )
        database.run("INSERT INTO bench_rows (number, body) VALUES (?, ?)", (number, body))
        database.run("INSERT INTO bench_rows (number, body) VALUES (?, ?)", (number, body))
        database.run("COMMIT")

    return {
        "first_page": lambda n: read(_FIRST_PAGE, ()),
        "filter": lambda n: read(*statements[n % len(statements)]),
        "act": write,
    }
