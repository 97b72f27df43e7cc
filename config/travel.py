"""Travel: how an inspector gets to a case."""

from __future__ import annotations

import enum


class Travel(enum.Enum):
    """`inspectors.csv`: travel; `[desk] travel` where a row says nothing."""

    WALKING = "walking"
    E_BIKE = "e_bike"
