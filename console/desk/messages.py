"""Message: what the desk says to a person, as an id with values; the texts are rendered elsewhere.

The English sentence beside each id is for logs, for other programs and for consoles without a
translation of it. Pure.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Message(Struct, frozen=True):
    """`id` and the values its text needs."""

    id: str
    values: dict[str, Any] = {}

    @property
    def english(self) -> str:
        return ENGLISH.get(self.id, self.id).format_map(_Lenient(self.values))


class _Lenient(dict[str, Any]):
    """A value that is missing shows as its own name instead of failing a refusal."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


ENGLISH = {
    # refusals of an act
    "unknown_act": "there is no act called {act}",
    "unknown_case": "there is no case {case_id}",
    "not_in_state": "not possible while the case is {state}",
    "done_already": "not possible while the case is {state}: already {done} by {actor} at {utc}",
    "not_allowed": "your role may not do this",
    "overtaken": "already {done} by {actor} at {utc}: look at the case again (version {version})",
    "needs": "{field} must be entered",
    "wrong_value": "{field} is {found}; expected {expected}",
    "not_verified": "the result has not been verified yet",
    "has_no_item": "the case has no item yet: choose what it is first",
    "has_no_unit": "neither a unit nor an inspector is named, and no dispatch rule fits",
    "not_checked": "nobody has looked at the spot yet: inspect first",
    "already_extended": "a case is extended once only",
    "already_supervised": "the case is under supervision already",
    "not_supervised": "the case is not under supervision",
    "not_difficult": "mark the case as difficult first",
    "not_consulted": "hold the consultation first and note its result",
    "not_called": "call the units together first",
    "fallback_owner": "the fallback owner cannot send the case back",
    "already_requested": "a request waits for an answer already",
    "not_rectified": "this kind of case needs a demand to put the hazard right first: rectify",
    "not_written_off": "the hazard is not written off yet",
    "already_demanded": "a demand is running already: write it off first",
    "nothing_demanded": "nothing was demanded to be put right",
    "not_reported": "nobody has reported yet that the hazard is put right",
    "not_requested": "nothing was requested",
    "unknown_alert": "alert {alert_id} is not of this case",
    "nothing_left": "a split leaves at least one alert with the old case: void or amend it instead",
    "merge_into_itself": "a case cannot be merged into itself",
    "merge_into_ended": "case {case_id} is {state}: nothing can be merged into it",
    "has_arrived": "whoever was sent is there already; send one more instead",
    "is_on_it_already": "already on this case",
    "has_no_helper": "nobody else is on this case",
    "too_many_helpers": "as many inspectors as one case may have",
    "unit_by_case": "{state} follows from a case and cannot be set by hand",
    "unit_on_case": "on case {case_id}: the case decides",
    "too_many_photos": "the case holds as many photos as it may",
    "not_yours": "case {case_id} is not yours any more",
    "other_street": "the case lies in {street}, which is not yours",
    "not_in_field": "{act} is not done from the field",
    "too_inaccurate": "the position is good to {metres} m only, {limit_m} m are needed: wait in the open",
    "checkpoint_there": "{name} is registered {metres} m from here already",
    "no_live": "this site takes no live pictures from phones",
    "live_row": "{camera_id} in cameras.csv points elsewhere: delete that row, it is made anew",
    "no_registration": "this site's check points are not registered from phones",
    "field_token": "this link is not valid any more; ask the command centre for a new one",
    "no_candidate": "nobody can be sent now: {count} inspector(s), each with a reason",
    "unknown_inspector": "no inspector is called {inspector_id}",
    "no_partner": "partners.toml names no platform that cases are sent to",
    "unknown_partner": "partners.toml has no partner {partner} that cases are sent to",
    "unknown_item": "no item has the code {item_code}",
    "unknown_grid": "no grid cell has the id {grid_id}",
    # why somebody is proposed
    "own_grid": "own grid",
    "neighbour_grid": "neighbouring grid",
    "other_grid": "another grid",
    "distance": "{metres} m away",
    "on_foot": "on foot",
    "load": "{count} case(s) today",
    "mutual_aid": "helps out: nobody of {grid} can go ({count})",
    "straight_line": "distance is the straight line × {factor}: {cause}",
    # why somebody is not
    "no_position": "no position",
    "fix_too_old": "position {age_s} s old, limit {limit_s} s",
    "off_duty": "off duty (shift {shift})",
    "busy": "busy with case {case_id}",
    "unit_busy": "says busy, until {utc}",
    "unit_off": "signed off",
    "silent": "was sent and does not come",
    "outside_radius": "too far: {metres} m, limit {limit_m} m",
    # why a unit is proposed
    "unit_by_rule": "rule: item {item_code}, area {grid_id}, priority {priority}",
    "unit_by_item": "the item's own rule {unit_rule}",
    "unit_by_grid": "responsible for {grid_id}",
    "unit_unknown": "no rule fits item {item_code} in {grid_id}",
    # why something is suggested that was learned
    "learned_words": "closed cases with these words: {words}",
    "learned_place": "closed cases of {grid_id}",
    "learned_item": "closed cases of item {item_code}",
    "learned_count": "{count} of {of} closed cases",
    "suggester_none": "nothing was learned yet (gridwall suggester train): only the rules",
    "suggester_loading": "the suggester is being read: only the rules",
    "suggester_stale": "the suggester is {days} days old, limit {limit_days}: only the rules",
    "suggester_broken": "the suggester cannot be used ({cause}): only the rules",
}


#: Acts as things done, for "already filed by seat 3".
DONE = {
    "propose": "proposed", "file": "filed", "amend": "amended", "dispatch": "dispatched",
    "accept": "accepted", "arrive": "marked as arrived", "feedback": "reported as handled",
    "verify": "verified", "close": "closed", "void": "voided", "return": "returned",
    "extend": "extended", "suspend": "suspended", "resume": "resumed",
    "supervise": "put under supervision", "urge": "urged", "self_handle": "handled on the spot",
    "merge": "merged", "difficult": "marked as difficult", "callback": "called back",
    "reinforce": "reinforced", "release": "released",
    "note": "noted", "photo": "photographed", "inspect": "inspected on the spot", "lift": "taken out of supervision",
    "consult": "consulted on", "joint_call": "called together", "fallback": "given to its fallback owner",
    "request": "asked for", "approve": "approved", "decline": "declined", "split": "split",
    "rectify": "given a hazard to put right", "rectified": "reported as put right",
    "write_off": "written off",
    "reopen": "opened again", "hand_over": "handed over", "partner_note": "noted by a partner",
}  # fmt: skip


class ActRefused(Exception):
    """An act that cannot be done, with the reason and, where a role is missing, who may."""

    def __init__(self, message: Message, *, who_may: str | None = None) -> None:
        super().__init__(message.english)
        self.message = message
        self.who_may = who_may
