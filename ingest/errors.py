"""Kinds of expected failure: what the caller should do about it, not what went wrong inside."""

from __future__ import annotations

import enum


class FailureKind(enum.Enum):
    RETRY = "retry"
    GIVE_UP = "give_up"
    MISCONFIGURED = "misconfigured"


class GridwallError(Exception):
    """An expected failure with a text for people: cause, effect, next step.

    Raise it `from` its cause. Subclass it where a caller tells failures apart.
    """

    kind: FailureKind = FailureKind.GIVE_UP


class RetryLater(GridwallError):
    """The same call may succeed later (network, busy, peer away)."""

    kind = FailureKind.RETRY


class Misconfigured(GridwallError):
    """A person must change a setting before a retry makes sense."""

    kind = FailureKind.MISCONFIGURED
