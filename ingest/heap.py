"""The heap of a process that must not stop: what lives long is taken out of the collector's sight.

A full collection walks every object; with a district's registers that takes some fifty milliseconds
(measured by `gridwall bench map`), three frames of a 60 Hz screen, whenever enough new objects came.
"""

from __future__ import annotations

import gc


def settle_heap() -> None:
    """Collects once, then leaves what is alive now out of all later collections.

    Called where long-lived things have just been made (start, first snapshot, new registers), not
    in between: what is frozen and dies later in a cycle stays in memory.
    """
    gc.collect()
    gc.freeze()
