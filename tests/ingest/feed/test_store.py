"""The store on both databases: versions of tables, checks at the start, what follows a lost answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from feed_kit import health
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, text
from sqlalchemy.event import listens_for
from sqlalchemy.exc import OperationalError

from ingest.errors import Misconfigured
from ingest.feed.engine import StoreBroken
from ingest.feed.log import StoreFull
from ingest.feed.migrations import Step
from ingest.feed.participant import LOCAL_CALLER
from ingest.feed.reads import replay
from ingest.feed.store import EventStore, open_store

BEFORE = MetaData()
Table("tried_things", BEFORE, Column("name", String, primary_key=True))
AFTER = MetaData()
Table("tried_things", AFTER, Column("name", String, primary_key=True), Column("weight_kg", Integer))
ADD_WEIGHT = Step(
    "weights", lambda c: c.execute(text("ALTER TABLE tried_things ADD COLUMN weight_kg INTEGER"))
)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path, store_url: str | None) -> Iterator[EventStore]:
    opened = open_store(tmp_path, url=store_url)
    yield opened
    opened.close()


def columns(store: EventStore) -> set[str]:
    with store.reading() as tx:
        return {c["name"] for c in inspect(tx._connection).get_columns("tried_things")}


def test_tables_of_an_older_version_are_changed_with_their_rows_kept(store: EventStore) -> None:
    with store.transaction() as tx:
        tx.migrate("tried", BEFORE, ())
        tx.execute(text("INSERT INTO tried_things VALUES ('a')"))
    for _ in range(2):  # the second time there is nothing left to do
        with store.transaction() as tx:
            tx.migrate("tried", AFTER, (ADD_WEIGHT,))
    assert columns(store) == {"name", "weight_kg"}
    with store.reading() as tx:
        assert tx.execute(text("SELECT name, weight_kg FROM tried_things")).all() == [("a", None)]


def test_tables_made_before_versions_were_counted_get_every_step(store: EventStore) -> None:
    with store.transaction() as tx:
        tx.create_all(BEFORE)
    with store.transaction() as tx:
        tx.migrate("tried", AFTER, (ADD_WEIGHT,))
    assert columns(store) == {"name", "weight_kg"}


def test_new_tables_are_made_as_they_are_now(store: EventStore) -> None:
    with store.transaction() as tx:
        tx.migrate("tried", AFTER, (ADD_WEIGHT,))
    assert columns(store) == {"name", "weight_kg"}


def test_tables_of_a_newer_version_are_not_touched(store: EventStore) -> None:
    with store.transaction() as tx:
        tx.migrate("tried", AFTER, (ADD_WEIGHT,))
    with pytest.raises(StoreFull, match="newer version"), store.transaction() as tx:
        tx.migrate("tried", AFTER, ())


def test_a_step_that_fails_leaves_the_tables_as_they_were(store: EventStore) -> None:
    def fail(connection: object) -> None:
        raise ZeroDivisionError

    with store.transaction() as tx:
        tx.migrate("tried", BEFORE, ())
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:
        tx.migrate("tried", AFTER, (ADD_WEIGHT, Step("fails", fail)))
    assert columns(store) == {"name"}


@pytest.mark.parametrize("removed", [7, 10])
def test_a_hole_in_the_newest_events_is_told_at_the_start(
    tmp_path: Path, store_url: str | None, removed: int
) -> None:
    store = open_store(tmp_path, url=store_url)
    with store.transaction() as tx:
        for number in range(10):
            tx.append(health(number), "t")
    with store.transaction() as tx:
        tx.execute(text(f"DELETE FROM feed_events WHERE sequence = {removed}"))
    store.close()
    with pytest.raises(StoreBroken, match="damaged: its newest 9 events"):
        open_store(tmp_path, url=store_url)


def test_after_a_commit_nobody_could_confirm_the_position_is_read_again(
    store: EventStore,
) -> None:
    """The server stored the batch and died before it could say so; the batch comes again."""
    event = health(1)

    def lose_the_answer() -> None:
        with store.transaction() as tx:
            tx.append(event, "t")
            tx.flush()
            tx._connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))

    with pytest.raises(StoreFull):
        lose_the_answer()
    assert store.position.sequence == 0
    with store.transaction() as tx:
        again = tx.append(event, "t")
        assert (again.sequence, again.duplicate) == (1, True)
        assert tx.append(health(2), "t").sequence == 2
    assert store.position.sequence == 2


def test_topics_are_found_by_prefix_whatever_the_locale(store: EventStore) -> None:
    topics = ["alert.a", "alert.烟", "alert_x", "Alert.a", "alert.", "alerts.a", "case.Ä"]
    with store.transaction() as tx:
        for number, topic in enumerate(topics):
            tx.append(health(number), topic)
    with store.reading() as tx:
        found = replay(tx, {"from": 0, "topics": ["alert."]}, LOCAL_CALLER).reply["topics"]
    assert found == ["alert.a", "alert.烟", "alert."]


def test_another_database_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="expected postgresql://"):
        open_store(tmp_path, url="mysql://root@127.0.0.1/x")
    with pytest.raises(Misconfigured, match="cannot be read"):
        open_store(tmp_path, url="postgresql://host:port/x")


def test_a_resent_event_is_found_by_an_index_not_by_reading_the_log(store: EventStore) -> None:
    """Every batch looks its ids up: a log of millions must cost it nothing."""
    seen: list[str] = []
    with store.transaction() as tx:
        connection = tx._connection

        @listens_for(connection, "before_cursor_execute", named=True)
        def note(**given: Any) -> None:
            seen.append(given["statement"])

        tx.look_up([health("cam-1"), health("cam-2")])
        asked = next(text for text in seen if "feed_events" in text)
        if connection.dialect.name == "sqlite":
            values = ("/test", "a", "b")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all()
            assert "(source=? AND id=?)" in str(plan), plan
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is read
            plan = connection.execute(
                text("EXPLAIN SELECT sequence FROM feed_events WHERE source = 'a' AND id IN ('b')")
            ).all()
            assert "Index Scan" in str(plan), plan
