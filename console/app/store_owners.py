"""Everybody with tables in the hub's database, for backup and restore."""

from __future__ import annotations

import console.desk.desk  # noqa: F401 - imports every room of the desk that has tables
from console.desk import library, scene_pushes
from console.desk import tables as desk_tables
from ingest.feed import store as feed_store
from ingest.feed import tables as feed_tables
from ingest.feed.backup import Owner

OWNERS = (
    Owner("feed", feed_tables.metadata, feed_store.STEPS),
    Owner("desk", desk_tables.metadata, desk_tables.STEPS),
    Owner("library", library.metadata, ()),
    Owner("scenes", scene_pushes.metadata, ()),
)
