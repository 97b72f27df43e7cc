"""What one act is about, what became of it on many cases, and the heads of a grouped list, in words.

Threads: GUI thread only.
"""

from __future__ import annotations

from config.site import Site
from console.desk.case import CaseState
from console.state.batch import BatchOutcome
from console.state.cases import CaseRow
from console.state.grouping import GroupHead, Grouping
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.session import ConsoleSession
from console.views import words
from console.views.words import translate

_GROUPINGS = {
    Grouping.NONE: QT_TRANSLATE_NOOP("Queue", "Not grouped"),
    Grouping.KIND: QT_TRANSLATE_NOOP("Queue", "By kind"),
    Grouping.STATE: QT_TRANSLATE_NOOP("Queue", "By state"),
    Grouping.STREET: QT_TRANSLATE_NOOP("Queue", "By street"),
    Grouping.UNIT: QT_TRANSLATE_NOOP("Queue", "By unit"),
}
#: Different reasons told of a batch's refusals; the case itself tells the rest.
REASONS_TOLD = 2


def subject_text(row: CaseRow, session: ConsoleSession) -> str:
    """What an act is about: the marked cases where this one is among them, else this one."""
    if row.id in session.marked and len(session.marked) > 1:
        return translate("Batch", "{0} marked cases").format(len(session.marked))
    return f"{words.kind_text(row.case.kind)} · {words.place_text(row, session.site)}"


def outcome_text(outcome: BatchOutcome) -> str:
    text = translate("Batch", "{0}: {1} cases").format(words.act_text(outcome.act), outcome.done)
    if not outcome.refused:
        return text
    why = "; ".join(
        words.reason_text(reason.id, reason.values) for reason in outcome.reasons[:REASONS_TOLD]
    )
    return f"{text} · {translate('Batch', '{0} refused: {1}').format(outcome.refused, why)}"


def grouping_text(grouping: Grouping) -> str:
    return translate("Queue", _GROUPINGS[grouping])


def head_text(head: GroupHead, site: Site) -> str:
    """The name of a part of the list."""
    if not head.value:
        return translate("Queue", "Not known yet")
    if head.grouping is Grouping.KIND:
        return words.kind_text(head.value)
    if head.grouping is Grouping.STATE:
        return words.state_text(CaseState(head.value))
    if head.grouping is Grouping.STREET:
        return next((cell.name for cell in site.grid if cell.id == head.value), head.value)
    return head.value
