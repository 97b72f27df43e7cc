"""Migrations: how the tables of an older version become those of this one, inside one transaction.

An owner (the feed, the desk, …) has a list of steps; `feed_facts` holds how many were done. A new
database gets the tables as they are now. A list of our own instead of alembic: two owners share
one database, steps are a few statements that both databases roll back whole, there is nobody to
run a command beside the hub, and going back is a restore, not a downgrade script.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import sqlalchemy
from msgspec import Struct
from sqlalchemy import Connection, select

from ingest.feed.engine import StoreBroken, write_rows
from ingest.feed.tables import facts

log = logging.getLogger(__name__)


class Step(Struct, frozen=True):
    """One change of an owner's tables. `apply` works on both databases, on data as it was."""

    title: str
    apply: Callable[[Connection], None]


def migrate(
    connection: Connection, owner: str, tables: sqlalchemy.MetaData, steps: Sequence[Step]
) -> None:
    """Brings the owner's tables to `len(steps)`; makes them where there are none.

    Raises:
        StoreBroken: a newer version of ours has worked on this database.
    """
    name = f"schema.{owner}"
    done = _steps_done(connection, name, tables)
    if done is not None and done > len(steps):
        raise StoreBroken(
            f"the {owner} tables are of a newer version ({done} steps, this one knows "
            f"{len(steps)}): start that version, or restore the backup made before it"
        )
    for number, step in enumerate(steps[done:] if done is not None else (), start=(done or 0) + 1):
        log.info("%s tables: step %d of %d, %s", owner, number, len(steps), step.title)
        step.apply(connection)
    tables.create_all(connection)  # tables and indices that are missing
    if done != len(steps):
        write_rows(connection, facts, [{"name": name, "value": str(len(steps))}], replace=("name",))


def _steps_done(connection: Connection, name: str, tables: sqlalchemy.MetaData) -> int | None:
    """None: there are no tables yet. Tables without a number are of the first version: 0."""
    have = set(sqlalchemy.inspect(connection).get_table_names())
    if not have & set(tables.tables):
        return None
    if facts.name not in have:
        return 0
    value = connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()
    return 0 if value is None else int(value)
