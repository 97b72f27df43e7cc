"""Watermark: what is burnt visibly into an exported picture: whose camera, the running time, who took it.

Decides which lines stand there at which moment. The words come translated, in the operator's
language. No Qt, no files. Threads: any, it is frozen.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

#: The time runs in tenths: one picture at 25 Hz is shorter, a viewer's eye is not faster.
STEP_NS = 100_000_000


class Watermark(Struct, frozen=True):
    """`head` stands above the time, `foot` below it; an empty one is left out."""

    head: str
    foot: str

    def lines(self, utc_ns: int) -> tuple[str, ...]:
        """What stands on a picture received at `utc_ns`, from top to bottom."""
        return tuple(line for line in (self.head, time_code(utc_ns), self.foot) if line)


def time_code(utc_ns: int) -> str:
    """`2026-01-02 11:04:05.6 +08:00`: local time with its offset, cut (not rounded) to tenths."""
    moment = datetime.fromtimestamp(utc_ns // 1_000_000_000).astimezone()
    tenth = utc_ns // STEP_NS % 10
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M:%S}.{tenth} {offset[:3]}:{offset[3:5]}"
