"""ActInput: what a person may enter with an act; the names the transition table's `needs` knows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from config.site import GridId, InspectorId, ItemCode, UnitName
from console.desk.case import CaseId, PhotoKind


class ActInput(Struct, frozen=True):
    """What a person entered with an act; None = not entered, keep what the case has.

    Attributes:
        minutes: of `extend`, in the step's kind of time; None = the step's own limit once more.
        into: the case that `merge` joins this one to.
        passed: of `verify`, `inspect` and `write_off`.
        co_units: units that `joint_call` summons beside the leading one.
        helper_id: whom `reinforce` sends as well, or `release` lets go.
        photo, photo_kind: of `photo`; the SHA-256 of a picture in the evidence store.
        wanted: of `request`: the act somebody else has to do.
        days: of `rectify`: how long the hazard may stay; None = `[desk] rectify_days`.
        partner: of `hand_over`: the platform of partners.toml that is to handle it.
        alert_ids, new_title: what `split` gives to the new case, and what that one is called.
    """

    note: str = ""
    inspector_id: InspectorId | None = None
    unit: UnitName | None = None
    item_code: ItemCode | None = None
    grid_id: GridId | None = None
    priority: int | None = None
    title: str | None = None
    minutes: float | None = None
    into: CaseId | None = None
    passed: bool = True
    satisfaction: int | None = None
    helper_id: InspectorId | None = None
    photo: str | None = None
    photo_kind: PhotoKind = PhotoKind.FINDING
    co_units: Annotated[tuple[UnitName, ...], Meta(max_length=20)] = ()
    wanted: str | None = None
    alert_ids: tuple[str, ...] = ()
    new_title: Annotated[str, Meta(max_length=120)] | None = None
    partner: str | None = None
    days: Annotated[float, Meta(gt=0.0, le=3_650.0)] | None = None


INPUTS = frozenset(ActInput.__struct_fields__)
