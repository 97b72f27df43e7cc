"""Suggestions: what was learned from closed cases about the open one, and what one key takes over.

Decodes the hub's answer to `case`; the rules of dispatch stand beside it and come first. Pure.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from console.desk.case import CaseData

#: A unit other than the case's own is taken over only from this confidence on.
OTHER_UNIT_LEAST = 0.5


class SuggestionReason(Struct, frozen=True):
    """Message id with its values, as in `candidates.Reason`."""

    id: str
    values: dict[str, Any] = {}


class Suggestion(Struct, frozen=True):
    """One learned label, likeliest first; `confidence` 0…1."""

    label: str
    confidence: float = 0.0
    reasons: tuple[SuggestionReason, ...] = ()


class SuggesterFacts(Struct, frozen=True):
    """The model behind them."""

    trained_utc: str = ""
    cases: int = 0


class Suggestions(Struct, frozen=True):
    """Answer of the hub (`console.desk.suggester.suggestions`); `absent`: why nothing is learned."""

    rule_unit: str | None = None
    item: tuple[Suggestion, ...] = ()
    area: tuple[Suggestion, ...] = ()
    unit: tuple[Suggestion, ...] = ()
    model: SuggesterFacts | None = None
    absent: SuggestionReason | None = None


class Taking(Struct, frozen=True):
    """What one key takes over: fields of `amend`, and where they come from, for the audit trail."""

    fields: dict[str, str]
    source: str


def taking_of(case: CaseData, found: Suggestions | None) -> Taking | None:
    """What is missing is filled in; a whole case may get another unit. None: nothing to take.

    A unit is left to the rules where they name one, or where the item is only just taken over.
    """
    if found is None or found.model is None:
        return None
    picked: dict[str, tuple[str, Suggestion]] = {}
    if case.item_code is None and found.item:
        picked["item_code"] = ("item", found.item[0])
    if case.grid_id is None and found.area:
        picked["grid_id"] = ("area", found.area[0])
    if not picked and found.unit and found.unit[0].label != case.unit:
        first = found.unit[0]
        if case.unit is None or first.confidence >= OTHER_UNIT_LEAST:
            picked["unit"] = ("unit", first)
    if not picked:
        return None
    parts = [f"{name} {one.label} {one.confidence:.2f}" for name, one in picked.values()]
    source = f"learned: {', '.join(parts)}; model of {found.model.trained_utc}"
    return Taking({field: one.label for field, (_, one) in picked.items()}, source)
