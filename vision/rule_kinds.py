"""Which rule a zone asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from config.site import Zone, ZoneKind
from vision.rules.crowd import CrowdRule
from vision.rules.cycles import CycleRule
from vision.rules.parking import ParkingRule
from vision.rules.rule import Rule
from vision.rules.smoke import SmokeRule
from vision.rules.stall import StallRule
from vision.tuning import Tuning
from vision.zones import ZoneArea

RuleMaker = Callable[[Zone, Sequence[ZoneArea], Tuning], Rule]


def make_rule(zone: Zone, masks: Sequence[ZoneArea], tuning: Tuning) -> Rule:
    """The rule a zone asks for. Raises ValueError for a kind that has none (mask)."""
    area = ZoneArea(zone)
    match zone.kind:
        case ZoneKind.SMOKE_WATCH:
            return SmokeRule(area, masks, tuning)
        case ZoneKind.NO_PARKING:
            return ParkingRule(area, tuning)
        case ZoneKind.NO_TRADING:
            return StallRule(area, tuning)
        case ZoneKind.NO_CYCLE_PARKING:
            return CycleRule(area, tuning)
        case ZoneKind.CROWD_WATCH:
            return CrowdRule(area, tuning)
        case _:
            raise ValueError(f"zone {zone.id}: {zone.kind.value} has no rule")
