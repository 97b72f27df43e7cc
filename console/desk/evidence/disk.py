"""Low disk: told before evidence is refused, to the log and to every seat. Any thread."""

from __future__ import annotations

import shutil
from pathlib import Path

#: Told when less than so many times the least free space is left.
LOW_TIMES = 3


def low_mb(folder: Path, least_mb: int) -> int | None:
    """Free MB of the disk under `folder` where it gets low; None while there is room, or nobody knows."""
    try:
        free_mb = shutil.disk_usage(folder).free >> 20
    except OSError:
        return None
    return free_mb if free_mb < LOW_TIMES * least_mb else None
