"""The kinds of thing our rules speak of, whatever order or spelling a model gives its classes."""

from __future__ import annotations

import enum
from collections.abc import Sequence


class ObjectClass(enum.Enum):
    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    TRICYCLE = "tricycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    STALL = "stall"
    UMBRELLA = "umbrella"
    SMOKE = "smoke"
    FIRE = "fire"


#: What may be parked where parking is forbidden, in a no_parking zone.
VEHICLES = frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK})
#: The same for cycles: an item of their own (05/06 beside 05/05), in a no_cycle_parking zone.
CYCLES = frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.TRICYCLE})
#: What burns or may burn: regions without a fixed shape, never handled as rigid tracks.
BURNING = frozenset({ObjectClass.SMOKE, ObjectClass.FIRE})
#: What a street stall is made of when the model knows no stall class or misses it.
STALL_PARTS = frozenset({ObjectClass.UMBRELLA, ObjectClass.TRICYCLE})

#: Spellings of other data sets and models.
_ALIASES = {
    "motorbike": ObjectClass.MOTORCYCLE,
    "biker": ObjectClass.MOTORCYCLE,
    "pedestrian": ObjectClass.PERSON,
    "flame": ObjectClass.FIRE,
    "van": ObjectClass.CAR,
    "rickshaw": ObjectClass.TRICYCLE,
    "parasol": ObjectClass.UMBRELLA,
    "street stall": ObjectClass.STALL,
}


def class_of_name(name: str) -> ObjectClass | None:
    """The class a model or data set means by `name`; None for what no rule asks about."""
    key = name.strip().lower().replace("_", " ")
    if key in _ALIASES:
        return _ALIASES[key]
    try:
        return ObjectClass(key)
    except ValueError:
        return None


def classes_of_names(names: Sequence[str]) -> tuple[ObjectClass | None, ...]:
    """`class_of_name` for every index of a model."""
    return tuple(class_of_name(name) for name in names)
