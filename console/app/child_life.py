"""What every long-running command shares: the parent it leaves with, the signals that stop it."""

from __future__ import annotations

import argparse
import os
import signal
from typing import TYPE_CHECKING

from ingest.stop import StopToken

if TYPE_CHECKING:
    from ingest.parent import ParentWatch


def add_parent_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--leave-with-parent",
        type=int,
        nargs="?",
        const=0,
        metavar="PID",
        help="leave when the process PID is gone (default: the one that started this)",
    )


def parent_of(arguments: argparse.Namespace) -> ParentWatch | None:
    """The parent that was named; None: nobody asked to leave with one."""
    from ingest.parent import ParentWatch

    given = arguments.leave_with_parent
    return None if given is None else ParentWatch(given or os.getppid())


def stopped_by_signals() -> StopToken:
    """A token that SIGTERM and SIGINT stop. Main thread only."""
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    return stop
