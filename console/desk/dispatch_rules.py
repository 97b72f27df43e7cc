"""Who handles a case: item × area → unit, and the reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from config.directory import SiteDirectory
from config.registers import ANY_ITEM
from config.site import DispatchRule, GridLevel, UnitName
from console.desk.messages import Message

#: Values of `unit_rule` in items.csv that name a level instead of a unit.
_LEVEL_RULES = {level.value: level for level in GridLevel}


class UnitChoice(Struct, frozen=True):
    """The responsible unit and why it is that one; None where nothing fits."""

    unit: UnitName | None
    reason: Message


def unit_for(directory: SiteDirectory, item_code: str | None, grid_id: str | None) -> UnitChoice:
    """Dispatch rules first (highest priority, then the smallest area, then the own item), then the
    item's own rule, then who is responsible for the area."""
    chain = [cell.id for cell in directory.ancestors(grid_id)]
    depth: dict[str, int] = {cell_id: len(chain) - rank for rank, cell_id in enumerate(chain)}
    fitting = [
        rule
        for rule in directory.site.dispatch_rules
        if rule.item_code in (item_code, ANY_ITEM)
        and (rule.grid_id is None or rule.grid_id in depth)
    ]
    if fitting:
        return _by_rule(max(fitting, key=lambda rule: _rank(rule, depth)))
    item = directory.item(item_code)
    if item is not None and item.unit_rule:
        choice = _by_item_rule(directory, item.unit_rule, grid_id)
        if choice is not None:
            return choice
    for cell in directory.ancestors(grid_id):
        if cell.unit is not None:
            return UnitChoice(cell.unit, Message("unit_by_grid", {"grid_id": cell.id}))
    values = {"item_code": item_code or "-", "grid_id": grid_id or "-"}
    return UnitChoice(None, Message("unit_unknown", values))


def _rank(rule: DispatchRule, depth: Mapping[str, int]) -> tuple[int, int, bool]:
    area = depth.get(rule.grid_id, 0) if rule.grid_id else 0
    return rule.priority, area, rule.item_code != ANY_ITEM


def _by_rule(rule: DispatchRule) -> UnitChoice:
    values = {
        "item_code": rule.item_code,
        "grid_id": rule.grid_id or "*",
        "priority": rule.priority,
    }
    return UnitChoice(rule.unit, Message("unit_by_rule", values))


def _by_item_rule(
    directory: SiteDirectory, unit_rule: str, grid_id: str | None
) -> UnitChoice | None:
    """`grid` or a level's name = whoever is responsible there; anything else is a unit's name."""
    reason = Message("unit_by_item", {"unit_rule": unit_rule})
    if unit_rule not in _LEVEL_RULES and unit_rule != "grid":
        return UnitChoice(UnitName(unit_rule), reason)
    level = _LEVEL_RULES.get(unit_rule)
    for cell in directory.ancestors(grid_id):
        if cell.unit is not None and level in (None, cell.level):
            return UnitChoice(cell.unit, reason)
    return None
