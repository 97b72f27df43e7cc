"""A changed register, as its event carries it. Values only: seats import this, and no database with it."""

from __future__ import annotations

from msgspec import Struct


class RegisterChangedData(Struct, frozen=True):
    """`data` of gridwall.register.changed.v1. `version` is a short hash of the file."""

    register: str
    by: str
    version: str
