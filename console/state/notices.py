"""Notice: one line a seat says to its operator. A value, no behaviour."""

from __future__ import annotations

import enum

from msgspec import Struct


class Severity(enum.Enum):
    INFO = "info"
    PROBLEM = "problem"


class Notice(Struct, frozen=True):
    """One line for the operator: a message id or plain text, and its values."""

    text: str
    severity: Severity = Severity.INFO
    number: int = 0
