"""What a person enters with an act, from the act's `needs` as the hub's transition table tells them.

Decides which fields an act has and what can be chosen in them; how they look is the views'. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from msgspec import Struct

from config.site import InspectorId
from console.state.candidates import ActOffer
from console.state.cases import CaseRow
from console.state.session import ConsoleSession
from console.state.suggestions import Suggestion


class FieldKind(enum.Enum):
    TEXT = "text"
    #: Any amount of time; which unit the field's name says.
    NUMBER = "number"
    PASSED = "passed"
    PERSON = "person"
    CASE = "case"
    UNIT = "unit"
    UNITS = "units"
    ITEM = "item"
    PRIORITY = "priority"
    SCORE = "score"
    WANTED = "wanted"
    PHOTO = "photo"
    PARTNER = "partner"


class FormField(Struct, frozen=True):
    """One thing to enter. `choices` are what the hub takes; empty where anything is typed."""

    name: str
    kind: FieldKind
    required: bool
    choices: tuple[str, ...] = ()


#: Fields an act may have beside those its row of the table needs.
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "extend": ("minutes",),
    "inspect": ("passed",),
    "verify": ("passed",),
    "rectify": ("days",),
    "write_off": ("passed",),
    "amend": ("item_code", "priority", "title"),
}
_KINDS = {
    "minutes": FieldKind.NUMBER,
    "days": FieldKind.NUMBER,
    "passed": FieldKind.PASSED,
    "helper_id": FieldKind.PERSON,
    "into": FieldKind.CASE,
    "unit": FieldKind.UNIT,
    "co_units": FieldKind.UNITS,
    "item_code": FieldKind.ITEM,
    "priority": FieldKind.PRIORITY,
    "satisfaction": FieldKind.SCORE,
    "wanted": FieldKind.WANTED,
    "photo": FieldKind.PHOTO,
    "partner": FieldKind.PARTNER,
}
#: What a callback may say and what a department may ask for, as the hub has them.
SCORES = ("100", "80", "50", "0", "-100")
WANTED = ("extend", "suspend", "return")
PRIORITIES = ("1", "2", "3", "4")


def offers_in_order(offers: Sequence[ActOffer]) -> tuple[ActOffer, ...]:
    """What can be done first, each in the table's order."""
    return tuple(sorted(offers, key=lambda offer: not offer.allowed))


def fields_of(offer: ActOffer, row: CaseRow, session: ConsoleSession) -> tuple[FormField, ...]:
    """The fields of an act, the needed ones first; every act can have a note."""
    names = dict.fromkeys((*offer.needs, *_OPTIONAL.get(offer.act, ()), "note"))
    return tuple(
        FormField(
            name,
            kind := _KINDS.get(name, FieldKind.TEXT),
            name in offer.needs,
            _choices(kind, offer, row, session),
        )
        for name in names
    )


def missing(fields: Sequence[FormField], entered: Mapping[str, str]) -> FormField | None:
    """The first field that must be entered and is not."""
    return next((one for one in fields if one.required and not entered.get(one.name)), None)


def request_of(fields: Sequence[FormField], entered: Mapping[str, str]) -> dict[str, object]:
    """What was entered as the hub's `act` takes it; what was left empty is left out.

    Raises ValueError for a number that is none.
    """
    found: dict[str, object] = {}
    for one in fields:
        text = entered.get(one.name, "").strip()
        if not text:
            continue
        if one.kind is FieldKind.NUMBER:
            found[one.name] = float(text)
        elif one.kind in (FieldKind.SCORE, FieldKind.PRIORITY):
            found[one.name] = int(text)
        elif one.kind is FieldKind.PASSED:
            found[one.name] = text == "yes"
        elif one.kind is FieldKind.UNITS:
            found[one.name] = [unit.strip() for unit in text.split(",") if unit.strip()]
        else:
            found[one.name] = text
    return found


def _choices(
    kind: FieldKind, offer: ActOffer, row: CaseRow, session: ConsoleSession
) -> tuple[str, ...]:
    if kind is FieldKind.PERSON:
        return _people(offer, row, session)
    if kind is FieldKind.CASE:
        detail = session.detail.get()
        alike = [str(one.case_id) for one in detail.duplicates] if detail is not None else []
        others = [str(other.id) for other in session.cases.open_rows() if other.id != row.id]
        return tuple(dict.fromkeys((*alike, *others)))
    if kind is FieldKind.PARTNER:
        detail = session.detail.get()
        return tuple(one.id for one in detail.partners) if detail is not None else ()
    if kind in (FieldKind.UNIT, FieldKind.UNITS):
        units = sorted({str(rule.unit) for rule in session.site.dispatch_rules})
        return tuple(dict.fromkeys((*_likely(kind, session), *units)))
    if kind is FieldKind.ITEM:
        codes = (str(item.code) for item in session.site.items)
        return tuple(dict.fromkeys((*_likely(kind, session), *codes)))
    fixed = {
        FieldKind.SCORE: SCORES,
        FieldKind.WANTED: WANTED,
        FieldKind.PRIORITY: PRIORITIES,
        FieldKind.PASSED: ("yes", "no"),
    }
    return fixed.get(kind, ())


def learned_of(kind: FieldKind, session: ConsoleSession) -> tuple[Suggestion, ...]:
    """What was learned about the open case for a field, likeliest first."""
    detail = session.detail.get()
    found = detail.suggestions if detail is not None else None
    if found is None:
        return ()
    return {FieldKind.ITEM: found.item, FieldKind.UNIT: found.unit}.get(kind, ())


def _likely(kind: FieldKind, session: ConsoleSession) -> tuple[str, ...]:
    """What stands first in a field: the rules' unit, then what was learned."""
    detail = session.detail.get()
    found = detail.suggestions if detail is not None else None
    by_rules = found.rule_unit if found is not None and kind is FieldKind.UNIT else None
    learned = (one.label for one in learned_of(kind, session))
    return tuple(one for one in (by_rules, *learned) if one)


def _people(offer: ActOffer, row: CaseRow, session: ConsoleSession) -> tuple[str, ...]:
    """Whom one more may be: who can go, nearest first; whom to let go: who helps."""
    if offer.act == "release":
        return tuple(str(helper) for helper in row.case.helpers)
    gone = {row.case.inspector_id, *row.case.helpers}
    nearest = [one.inspector_id for one in session.candidates.get() if one.can_go]
    known = [InspectorId(inspector.id) for inspector in session.site.inspectors]
    return tuple(str(each) for each in dict.fromkeys((*nearest, *known)) if each not in gone)
