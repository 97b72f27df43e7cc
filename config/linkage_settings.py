"""[linkage] and [attention] of site.toml: where alarms come to the wall, and how they ask for attention.

Pure values; any thread. Which kinds of alert exist is the vision package's: `gridwall check` asks it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class AlarmRegion(Struct, frozen=True, forbid_unknown_fields=True):
    """[[linkage.region]]: the tiles to which alerts of some kinds are brought.

    Attributes:
        kinds: kinds of alert, as on the feed: "smoke", "fire", "parking", "stall".
        monitor: 0 = the wall inside the main window, 1 = the first wall monitor of the seat, …
            A seat that has no such monitor uses its last one.
        tiles: numbers of tiles in reading order from 1; empty = every tile of the monitor.
        priority: 1 is the most urgent; alarms share the tiles by priority, then by age.
        views: cameras of one place at most: the alert's own, then the next best views.
    """

    kinds: Annotated[tuple[str, ...], Meta(min_length=1)]
    monitor: Annotated[int, Meta(ge=0, le=16)] = 0
    tiles: tuple[Annotated[int, Meta(ge=1, le=64)], ...] = ()
    priority: Annotated[int, Meta(ge=1, le=9)] = 3
    views: Annotated[int, Meta(ge=1, le=9)] = 1


class AttentionSettings(Struct, frozen=True):
    """[attention]: sounds, and what happens when nobody reacts."""

    #: A priority-1 alarm nobody at a seat acknowledged is told to everybody after this; 0 = never.
    escalate_after_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 120.0
    #: The seat that is asked then; empty = whoever sees it.
    escalate_to: str = ""


class LinkageSettings(Struct, frozen=True):
    """[linkage]: alarms on the wall (视频联动). Without a region nothing moves by itself."""

    region: tuple[AlarmRegion, ...] = ()
    #: An alarm nobody acknowledges gives its tiles back after this; 0 = never.
    hold_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 600.0
    #: After the alert is cleared its pictures stay this long, so that a person sees it end.
    return_after_s: Annotated[float, Meta(ge=0.0, le=3_600.0)] = 10.0
    #: A tile an operator touched is left alone for this long.
    touched_s: Annotated[float, Meta(ge=0.0, le=3_600.0)] = 120.0
