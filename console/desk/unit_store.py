"""Unit states in the hub's database: one row an inspector. Any transaction may read."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Column, LargeBinary, Table, select

from console.desk.tables import metadata
from console.desk.units import Unit
from ingest.feed.log import Transaction
from ingest.feed.tables import EXACT_TEXT

units = Table(
    "desk_units",
    metadata,
    Column("inspector_id", EXACT_TEXT, primary_key=True),
    Column("case_id", EXACT_TEXT, index=True),
    Column("body", LargeBinary, nullable=False),
)
_decoder = msgspec.json.Decoder(Unit)


def units_of(tx: Transaction) -> dict[str, Unit]:
    """Every unit whose state is known."""
    return {unit.inspector_id: unit for unit in _read(tx, select(units.c.body))}


def units_on(tx: Transaction, case_id: str) -> list[Unit]:
    """The units a case holds."""
    return _read(tx, select(units.c.body).where(units.c.case_id == case_id))


def unit_of(tx: Transaction, inspector_id: str) -> Unit | None:
    """The state somebody is in; None while nothing was ever said."""
    found = _read(tx, select(units.c.body).where(units.c.inspector_id == inspector_id))
    return found[0] if found else None


def save_unit(tx: Transaction, unit: Unit) -> None:
    row = {
        "inspector_id": unit.inspector_id,
        "case_id": unit.case_id,
        "body": msgspec.json.encode(unit),
    }
    if unit_of(tx, unit.inspector_id) is None:
        tx.execute(units.insert(), row)
    else:
        tx.execute(units.update().where(units.c.inspector_id == unit.inspector_id), row)


def _read(tx: Transaction, statement: Any) -> list[Unit]:
    return [_decoder.decode(row.body) for row in tx.execute(statement)]
