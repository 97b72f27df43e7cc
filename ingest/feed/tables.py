"""Tables of the event log. Participants keep their own tables beside these, in their own words."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

#: Text that sorts and compares by code points on both databases, whatever a server's locale is:
#: topics are looked up by ranges, pages go on after a key.
EXACT_TEXT = String().with_variant(String(collation="C"), "postgresql")

#: One row an event. `body` is the message as sent, so that a replay equals what was live.
events = Table(
    "feed_events",
    metadata,
    Column("sequence", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("source", EXACT_TEXT, nullable=False),
    Column("id", EXACT_TEXT, nullable=False),
    Column("noun", EXACT_TEXT, nullable=False),
    Column("topic", EXACT_TEXT, nullable=False),
    Column("stored_utc_ns", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("source", "id", name="feed_events_source_id"),
    Index("feed_events_stored", "stored_utc_ns"),
)

#: The last sequence per noun, and in all under the empty name; survives retention.
counters = Table(
    "feed_counters",
    metadata,
    Column("noun", EXACT_TEXT, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

#: epoch, schema version, …
facts = Table(
    "feed_facts",
    metadata,
    Column("name", EXACT_TEXT, primary_key=True),
    Column("value", EXACT_TEXT, nullable=False),
)

#: What is still true: open alerts, camera health, scenes, last positions.
last_values = Table(
    "feed_last_values",
    metadata,
    Column("noun", EXACT_TEXT, primary_key=True),
    Column("key", EXACT_TEXT, primary_key=True),
    Column("stored_utc_ns", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
