"""`suggest`: what the rules say of a case, and beside it what was learned from closed ones.

The rules come first; the learned part only suggests, with its confidence and its reasons, and people
decide. Runs in the hub's read thread.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from config.directory import SiteDirectory
from config.site import GridLevel
from console.desk import case_store
from console.desk.case import CaseData
from console.desk.desk_context import DeskContext
from console.desk.dispatch_rules import unit_for
from console.desk.messages import Message
from console.desk.queries import convert
from console.desk.suggester.examples import known_for
from console.desk.suggester.features import Facts, facts_of, text_of
from console.desk.suggester.model import ModelFacts, Suggestion, Target
from console.desk.suggester.shelf import Shelved
from ingest.feed.log import Transaction
from ingest.feed.participant import OperationRefused


class SuggestRequest(Struct, frozen=True):
    """`suggest`: of a case."""

    case_id: str


class Suggestions(Struct, frozen=True):
    """Answer of `suggest`.

    Attributes:
        rule_unit, rule_reason: what the rules of dispatch say of the case as it is.
        item, area, unit: learned, likeliest first; empty where nothing was learned or nothing is
            likely enough; `area` also where the place is known.
        model: what the learned part is made from, and how good it was; None: see `absent`.
        absent: why nothing learned is shown.
    """

    case_id: str
    rule_unit: str | None
    rule_reason: Message
    item: tuple[Suggestion, ...] = ()
    area: tuple[Suggestion, ...] = ()
    unit: tuple[Suggestion, ...] = ()
    model: ModelFacts | None = None
    absent: Message | None = None


def suggestions_reply(
    tx: Transaction, request: dict[str, Any], context: DeskContext, shelved: Shelved
) -> dict[str, Any]:
    """Raises OperationRefused for a case that is none."""
    asked: SuggestRequest = convert(request, SuggestRequest)
    case = case_store.load_case(tx, asked.case_id)
    if case is None:
        raise OperationRefused(Message("unknown_case", {"case_id": asked.case_id}).english)
    return {"suggestions": suggestions_for(case, context, shelved)}


def suggestions_for(case: CaseData, context: DeskContext, shelved: Shelved) -> Suggestions:
    directory = context.directory
    rule = unit_for(directory, case.item_code, case.grid_id)
    base = Suggestions(case.case_id, rule.unit, rule.reason, absent=shelved.reason)
    model = shelved.model
    if model is None:
        return base
    text, facts, least = text_of(case), facts_of(case, directory), context.settings.suggest_least

    def likely(target: Target, facts: Facts) -> tuple[Suggestion, ...]:
        known = known_labels(directory, target, model.facts.area_level)
        return model.suggest(target, text, known_for(target, facts), known, least)

    item = likely(Target.ITEM, facts)
    area = () if case.grid_id else likely(Target.AREA, facts)
    if not facts.item and item:  # the unit of what it most likely is
        facts = Facts(facts.kind, facts.source, facts.areas, facts.street, item[0].label)
    unit = likely(Target.UNIT, facts)
    return Suggestions(case.case_id, rule.unit, rule.reason, item, area, unit, model.facts)


def known_labels(directory: SiteDirectory, target: Target, area_level: str) -> frozenset[str]:
    """What can be suggested: what the registers hold now."""
    site = directory.site
    if target is Target.ITEM:
        return frozenset(str(item.code) for item in site.items)
    if target is Target.AREA:
        level = GridLevel(area_level)
        return frozenset(str(cell.id) for cell in site.grid if cell.level is level)
    units = {str(rule.unit) for rule in site.dispatch_rules}
    units |= {str(cell.unit) for cell in site.grid if cell.unit}
    levels = {level.value for level in GridLevel} | {"grid"}
    units |= {i.unit_rule for i in site.items if i.unit_rule and i.unit_rule not in levels}
    return frozenset(units)
