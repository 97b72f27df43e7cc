"""Words: every enum and message id of the console as an operator says it, in the chosen language.

Decides wording only. Ids the table does not know are shown as they came, never dropped: a
newer hub's word is better than a gap. Painted widgets call these while painting, so a language
change needs no more than a repaint.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QCoreApplication

from config.site import Item, ItemCode, Language, Site
from console.desk.case import CaseState, PhotoKind
from console.state.candidates import Duplicate
from console.state.case_filters import CaseChoice
from console.state.cases import CaseRow, Light
from console.state.holds import Hold
from console.state.keys import QT_TRANSLATE_NOOP
from ingest.feed.envelope import parse_utc_ns

translate = QCoreApplication.translate

_KINDS = {
    "smoke": QT_TRANSLATE_NOOP("Case", "Smoke"),
    "fire": QT_TRANSLATE_NOOP("Case", "Fire"),
    "parking": QT_TRANSLATE_NOOP("Case", "Illegal parking"),
    "stall": QT_TRANSLATE_NOOP("Case", "Street stall"),
    "cycle_parking": QT_TRANSLATE_NOOP("Case", "Cycles parked in the way"),
    "crowd": QT_TRANSLATE_NOOP("Case", "Crowd"),
    "ticket": QT_TRANSLATE_NOOP("Case", "Citizen's report"),
    "manual": QT_TRANSLATE_NOOP("Case", "Entered by hand"),
}

_STATES = {
    CaseState.PROPOSED: QT_TRANSLATE_NOOP("Case", "Proposed"),
    CaseState.FILED: QT_TRANSLATE_NOOP("Case", "Filed"),
    CaseState.DISPATCHED: QT_TRANSLATE_NOOP("Case", "Dispatched"),
    CaseState.HANDLING: QT_TRANSLATE_NOOP("Case", "Handling"),
    CaseState.VERIFYING: QT_TRANSLATE_NOOP("Case", "To verify"),
    CaseState.CLOSED: QT_TRANSLATE_NOOP("Case", "Closed"),
    CaseState.VOID: QT_TRANSLATE_NOOP("Case", "Void"),
    CaseState.SUSPENDED: QT_TRANSLATE_NOOP("Case", "Suspended"),
}

_ACTS = {
    "propose": QT_TRANSLATE_NOOP("Act", "Proposed"),
    "file": QT_TRANSLATE_NOOP("Act", "File"),
    "dispatch": QT_TRANSLATE_NOOP("Act", "Dispatch"),
    "accept": QT_TRANSLATE_NOOP("Act", "Accept"),
    "arrive": QT_TRANSLATE_NOOP("Act", "Arrive"),
    "feedback": QT_TRANSLATE_NOOP("Act", "Report back"),
    "verify": QT_TRANSLATE_NOOP("Act", "Verify"),
    "close": QT_TRANSLATE_NOOP("Act", "Close"),
    "void": QT_TRANSLATE_NOOP("Act", "Void"),
    "return": QT_TRANSLATE_NOOP("Act", "Return"),
    "extend": QT_TRANSLATE_NOOP("Act", "Extend"),
    "suspend": QT_TRANSLATE_NOOP("Act", "Suspend"),
    "resume": QT_TRANSLATE_NOOP("Act", "Resume"),
    "supervise": QT_TRANSLATE_NOOP("Act", "Supervise"),
    "urge": QT_TRANSLATE_NOOP("Act", "Urge"),
    "self_handle": QT_TRANSLATE_NOOP("Act", "Self-handled"),
    "merge": QT_TRANSLATE_NOOP("Act", "Merge"),
    "note": QT_TRANSLATE_NOOP("Act", "Note"),
    "photo": QT_TRANSLATE_NOOP("Act", "Photo"),
    "reinforce": QT_TRANSLATE_NOOP("Act", "Send one more"),
    "hand_over": QT_TRANSLATE_NOOP("Act", "Hand over to another platform"),
    "partner_note": QT_TRANSLATE_NOOP("Act", "Word from another platform"),
    "release": QT_TRANSLATE_NOOP("Act", "Let go"),
    "unanswered": QT_TRANSLATE_NOOP("Act", "No answer"),
    "stuck": QT_TRANSLATE_NOOP("Act", "Does not get on"),
    "amend": QT_TRANSLATE_NOOP("Act", "Amend"),
    "difficult": QT_TRANSLATE_NOOP("Act", "Difficult"),
    "callback": QT_TRANSLATE_NOOP("Act", "Call back"),
    "inspect": QT_TRANSLATE_NOOP("Act", "Inspect"),
    "request": QT_TRANSLATE_NOOP("Act", "Request"),
    "approve": QT_TRANSLATE_NOOP("Act", "Approve"),
    "decline": QT_TRANSLATE_NOOP("Act", "Decline"),
    "lift": QT_TRANSLATE_NOOP("Act", "End supervision"),
    "split": QT_TRANSLATE_NOOP("Act", "Split"),
    "consult": QT_TRANSLATE_NOOP("Act", "Consultation"),
    "joint_call": QT_TRANSLATE_NOOP("Act", "Joint call"),
    "fallback": QT_TRANSLATE_NOOP("Act", "Fallback owner"),
    "reopen": QT_TRANSLATE_NOOP("Act", "Open again"),
    "rectify": QT_TRANSLATE_NOOP("Act", "Demand that a hazard is put right"),
    "rectified": QT_TRANSLATE_NOOP("Act", "Hazard put right"),
    "write_off": QT_TRANSLATE_NOOP("Act", "Write the hazard off"),
    "import": QT_TRANSLATE_NOOP("Act", "Imported"),
    "evidence": QT_TRANSLATE_NOOP("Act", "Evidence added"),
    "join": QT_TRANSLATE_NOOP("Act", "Joined by another case"),
    "alert_cleared": QT_TRANSLATE_NOOP("Act", "Alert cleared"),
}

_PHOTO_KINDS = {
    PhotoKind.FINDING: QT_TRANSLATE_NOOP("Evidence", "Found"),
    PhotoKind.BEFORE: QT_TRANSLATE_NOOP("Evidence", "Before"),
    PhotoKind.AFTER: QT_TRANSLATE_NOOP("Evidence", "After"),
}

_LIGHTS = {
    Light.RED: QT_TRANSLATE_NOOP("Case", "late"),
    Light.AMBER: QT_TRANSLATE_NOOP("Case", "nearly due"),
    Light.GREEN: QT_TRANSLATE_NOOP("Case", "in time"),
    Light.NONE: QT_TRANSLATE_NOOP("Case", "no limit"),
}


def kind_text(kind: str) -> str:
    """A case's or alert's kind, one word."""
    return (
        translate("Case", _KINDS[kind]) if kind in _KINDS else (kind or translate("Case", "Case"))
    )


def state_text(state: CaseState) -> str:
    return translate("Case", _STATES[state])


def act_text(act: str) -> str:
    return translate("Act", _ACTS[act]) if act in _ACTS else act


def photo_kind_text(kind: PhotoKind) -> str:
    return translate("Evidence", _PHOTO_KINDS[kind])


def light_text(light: Light) -> str:
    return translate("Case", _LIGHTS[light])


def duration_text(seconds: float) -> str:
    """A span of time in the two units that matter: 42 s, 3 min, 2 h 10 min, 3 d 4 h."""
    whole = max(0, int(seconds))
    if whole < 60:
        return translate("Time", "{0} s").format(whole)
    if whole < 3600:
        return translate("Time", "{0} min").format(whole // 60)
    if whole < 86_400:
        return translate("Time", "{0} h {1} min").format(whole // 3600, whole % 3600 // 60)
    return translate("Time", "{0} d {1} h").format(whole // 86_400, whole % 86_400 // 3600)


def duplicate_text(one: Duplicate) -> str:
    """A case that may be the same matter: its number, how far and how long apart."""
    return f"{one.case_id} ({distance_text(one.away_m)}, {duration_text(one.apart_s)})"


def choice_text(choice: CaseChoice, site: Site) -> str:
    """A choice of cases without a name: what it lets through."""
    streets = {cell.id: cell.name for cell in site.grid if cell.id in choice.streets}
    parts = [
        *(kind_text(kind) for kind in choice.kinds),
        *(state_text(state) for state in choice.states),
        *streets.values(),
    ]
    return " · ".join(parts)


def hold_text(hold: Hold) -> str:
    """Which other seat works on it, by its person where that is known."""
    who = hold.actor if hold.actor and hold.actor != hold.seat else ""
    return f"{hold.seat} · {who}" if who else hold.seat


def due_text(row: CaseRow, now_utc_ns: int) -> str:
    """How long the step still has, or by how much it is late; empty without a limit."""
    if row.due_utc_ns is None or row.ended:
        return ""
    left_s = (row.due_utc_ns - now_utc_ns) / 1e9
    if left_s >= 0:
        return translate("Case", "{0} left").format(duration_text(left_s))
    return translate("Case", "{0} late").format(duration_text(-left_s))


def distance_text(metres: float) -> str:
    if metres < 1000:
        return translate("Map", "{0} m").format(
            round(metres / 10) * 10 if metres >= 100 else round(metres)
        )
    return translate("Map", "{0} km").format(f"{metres / 1000:.1f}")


def area_text(square_metres: float) -> str:
    if square_metres < 10_000:
        return translate("Map", "{0} m²").format(round(square_metres))
    return translate("Map", "{0} ha").format(f"{square_metres / 10_000:.2f}")


def clock_text(utc: str) -> str:
    """RFC 3339 → local hh:mm:ss; what cannot be read is shown as it came."""
    try:
        moment = datetime.fromtimestamp(parse_utc_ns(utc) / 1e9)
    except ValueError:
        return utc
    return moment.strftime("%H:%M:%S")


def item_text(items: dict[ItemCode, Item], code: ItemCode | None, language: Language) -> str:
    """The catalogue's name of an item in the operator's language."""
    item = items.get(code) if code is not None else None
    if item is None:
        return code or ""
    return item.name_zh if language is Language.CHINESE else (item.name_en or item.name_zh)


def place_text(row: CaseRow, site: Site) -> str:
    """Where a case is: its camera's name, else its grid cell's, else its coordinates."""
    camera = next((c for c in site.cameras if c.id == row.case.camera_id), None)
    if camera is not None:
        return camera.name
    cell = next((c for c in site.grid if c.id == row.case.grid_id), None)
    if cell is not None:
        return cell.name
    place = row.place
    return "" if place is None else f"{place.lat_deg:.5f}, {place.lon_deg:.5f}"


_REASONS = {
    # why somebody is proposed (ids of console.desk.messages)
    "own_grid": QT_TRANSLATE_NOOP("Reason", "own grid"),
    "neighbour_grid": QT_TRANSLATE_NOOP("Reason", "neighbouring grid"),
    "other_grid": QT_TRANSLATE_NOOP("Reason", "another grid"),
    "distance": QT_TRANSLATE_NOOP("Reason", "{metres} m away"),
    "on_foot": QT_TRANSLATE_NOOP("Reason", "on foot"),
    "straight_line": QT_TRANSLATE_NOOP("Reason", "as the crow flies"),
    # why somebody is not
    "no_position": QT_TRANSLATE_NOOP("Reason", "no position"),
    "fix_too_old": QT_TRANSLATE_NOOP("Reason", "position {age_s} s old"),
    "off_duty": QT_TRANSLATE_NOOP("Reason", "off duty (shift {shift})"),
    "busy": QT_TRANSLATE_NOOP("Reason", "busy with case {case_id}"),
    "unit_busy": QT_TRANSLATE_NOOP("Reason", "says busy until {utc}"),
    "unit_off": QT_TRANSLATE_NOOP("Reason", "signed off"),
    "silent": QT_TRANSLATE_NOOP("Reason", "was sent and does not come"),
    "load": QT_TRANSLATE_NOOP("Reason", "{count} case(s) today"),
    "mutual_aid": QT_TRANSLATE_NOOP("Reason", "helps out: nobody of {grid} can go ({count})"),
    "has_arrived": QT_TRANSLATE_NOOP("Reason", "whoever was sent is there already: send one more"),
    "is_on_it_already": QT_TRANSLATE_NOOP("Reason", "already on this case"),
    "has_no_helper": QT_TRANSLATE_NOOP("Reason", "nobody else is on this case"),
    "too_many_helpers": QT_TRANSLATE_NOOP("Reason", "as many inspectors as one case may have"),
    "unit_by_case": QT_TRANSLATE_NOOP("Reason", "this state follows from a case"),
    "unit_on_case": QT_TRANSLATE_NOOP("Reason", "on case {case_id}: the case decides"),
    "learned_words": QT_TRANSLATE_NOOP("Reason", "closed cases with “{words}”"),
    "learned_place": QT_TRANSLATE_NOOP("Reason", "closed cases of {grid_id}"),
    "learned_item": QT_TRANSLATE_NOOP("Reason", "closed cases of item {item_code}"),
    "learned_count": QT_TRANSLATE_NOOP("Reason", "{count} of {of} closed cases"),
    "outside_radius": QT_TRANSLATE_NOOP("Reason", "too far: {metres} m"),
    # why an act is refused
    "ptz_held": QT_TRANSLATE_NOOP(
        "Reason",
        "{owner} is turning it (priority {priority}); free {free_in_s} s after its last use",
    ),
    "aim_none": QT_TRANSLATE_NOOP("Reason", "no camera can be turned there"),
    "aim_calibrated": QT_TRANSLATE_NOOP("Reason", "calibrated, {distance_m} m away, ± {error_m} m"),
    "aim_no_mount": QT_TRANSLATE_NOOP("Reason", "it has no calibration for aiming"),
    "aim_no_place": QT_TRANSLATE_NOOP("Reason", "its place is not in the register"),
    "aim_presets_unread": QT_TRANSLATE_NOOP("Reason", "its presets have not been read yet"),
    "aim_bad_fit": QT_TRANSLATE_NOOP("Reason", "its presets do not fit together ({error_deg}°)"),
    "aim_too_far": QT_TRANSLATE_NOOP(
        "Reason", "the place is {distance_m} m away, limit {range_m} m"
    ),
    "aim_out_of_reach": QT_TRANSLATE_NOOP("Reason", "the place is beyond its reach"),
    "aim_held": QT_TRANSLATE_NOOP("Reason", "{owner} is turning it"),
    "aim_raised_it": QT_TRANSLATE_NOOP("Reason", "it sees the place already"),
    "ptz_none": QT_TRANSLATE_NOOP("Reason", "the camera cannot be turned"),
    "unknown_act": QT_TRANSLATE_NOOP("Reason", "there is no act called {act}"),
    "unknown_case": QT_TRANSLATE_NOOP("Reason", "there is no case {case_id}"),
    "not_in_state": QT_TRANSLATE_NOOP("Reason", "not possible while the case is “{state}”"),
    "not_allowed": QT_TRANSLATE_NOOP("Reason", "your role may not do this"),
    "overtaken": QT_TRANSLATE_NOOP(
        "Reason", "{actor} was first (“{act}”, {utc}): look at the case again"
    ),
    "needs": QT_TRANSLATE_NOOP("Reason", "“{field}” must be entered"),
    "wrong_value": QT_TRANSLATE_NOOP("Reason", "“{field}” cannot be {found}"),
    "not_verified": QT_TRANSLATE_NOOP("Reason", "the result has not been verified yet"),
    "not_rectified": QT_TRANSLATE_NOOP("Reason", "first demand that the hazard is put right (X)"),
    "not_written_off": QT_TRANSLATE_NOOP("Reason", "the hazard is not written off yet"),
    "already_demanded": QT_TRANSLATE_NOOP("Reason", "a demand is running already"),
    "nothing_demanded": QT_TRANSLATE_NOOP("Reason", "nothing was demanded to be put right"),
    "not_reported": QT_TRANSLATE_NOOP("Reason", "nobody has reported the hazard as put right"),
    "has_no_item": QT_TRANSLATE_NOOP("Reason", "the case has no item yet: choose what it is first"),
    "has_no_unit": QT_TRANSLATE_NOOP("Reason", "no unit, no inspector, and no dispatch rule fits"),
    "already_extended": QT_TRANSLATE_NOOP("Reason", "a case is extended once only"),
    "already_supervised": QT_TRANSLATE_NOOP("Reason", "the case is under supervision already"),
    "not_checked": QT_TRANSLATE_NOOP("Reason", "nobody has looked at the spot yet"),
    "not_supervised": QT_TRANSLATE_NOOP("Reason", "the case is not under supervision"),
    "not_difficult": QT_TRANSLATE_NOOP("Reason", "mark the case as difficult first"),
    "not_consulted": QT_TRANSLATE_NOOP("Reason", "hold the consultation first"),
    "not_called": QT_TRANSLATE_NOOP("Reason", "call the units together first"),
    "fallback_owner": QT_TRANSLATE_NOOP("Reason", "the fallback owner cannot send it back"),
    "already_requested": QT_TRANSLATE_NOOP("Reason", "a request waits for an answer already"),
    "not_requested": QT_TRANSLATE_NOOP("Reason", "nothing was requested"),
    "unknown_alert": QT_TRANSLATE_NOOP("Reason", "alert {alert_id} is not of this case"),
    "nothing_left": QT_TRANSLATE_NOOP("Reason", "at least one alert stays with the old case"),
    "no_candidate": QT_TRANSLATE_NOOP("Reason", "nobody can be sent now: see the reasons below"),
    "too_many_photos": QT_TRANSLATE_NOOP("Reason", "the case holds as many photos as it may"),
    "unknown_inspector": QT_TRANSLATE_NOOP("Reason", "no inspector is called {inspector_id}"),
    "no_partner": QT_TRANSLATE_NOOP("Reason", "this site sends cases to no other platform"),
    "unknown_partner": QT_TRANSLATE_NOOP("Reason", "no platform {partner} takes cases"),
    "unknown_item": QT_TRANSLATE_NOOP("Reason", "no item has the code {item_code}"),
    "unknown_grid": QT_TRANSLATE_NOOP("Reason", "no grid cell has the id {grid_id}"),
    "merge_into_itself": QT_TRANSLATE_NOOP("Reason", "a case cannot be merged into itself"),
    "merge_into_ended": QT_TRANSLATE_NOOP("Reason", "case {case_id} is “{state}” already"),
    "done_already": QT_TRANSLATE_NOOP("Reason", "{actor} was first (“{act}”, {utc})"),
    # why the console does not even ask
    "hub_away": QT_TRANSLATE_NOOP(
        "Reason", "The hub is away: nothing can be sent until it is back"
    ),
    "no_case": QT_TRANSLATE_NOOP("Reason", "Choose a case in the queue first"),
}


class _Lenient(dict[str, Any]):
    """A value the hub did not send shows as a dash, never as an error."""

    def __missing__(self, key: str) -> str:
        return "–"


def _valued(key: str, value: Any) -> Any:
    """A message's value as a person reads it."""
    if key == "state" and value in {state.value for state in CaseState}:
        return state_text(CaseState(value))
    if key == "act":
        return act_text(str(value))
    if key == "utc":
        return clock_text(str(value))
    return round(value) if isinstance(value, float) else value


def reason_text(reason_id: str, values: dict[str, Any]) -> str:
    """Why somebody is proposed, or cannot be."""
    pattern = translate("Reason", _REASONS[reason_id]) if reason_id in _REASONS else reason_id
    shown = {key: _valued(key, value) for key, value in values.items()}
    return pattern.format_map(_Lenient(shown)) if reason_id in _REASONS else pattern


_TRENDS = {
    "rising": QT_TRANSLATE_NOOP("Finding", "getting denser"),
    "steady": QT_TRANSLATE_NOOP("Finding", "as dense as before"),
    "falling": QT_TRANSLATE_NOOP("Finding", "getting thinner"),
}
_FINDINGS = {
    "persists": QT_TRANSLATE_NOOP("Finding", "seen for {seen_s} s, limit {limit_s} s"),
    "dense": QT_TRANSLATE_NOOP(
        "Finding", "denser than allowed ({level}× the limit), {trend}, limit {limit_s} s"
    ),
    "stopped": QT_TRANSLATE_NOOP("Finding", "standing for {dwell_s} s, limit {limit_s} s"),
    "unanswered": QT_TRANSLATE_NOOP(
        "Finding", "{who} has not answered for {lasted_s} s; next: {next}"
    ),
    "stuck": QT_TRANSLATE_NOOP("Finding", "{who} does not get on since {lasted_s} s; next: {next}"),
    "geofence": QT_TRANSLATE_NOOP("Finding", "by position, {metres} m from the place"),
    "since_before": QT_TRANSLATE_NOOP(
        "Finding", "stood there before watching began, {dwell_s} s or more"
    ),
}


_REJECTED = QT_TRANSLATE_NOOP(
    "Finding", "{rejected_here} like it were rejected here, last at {rejected_last}"
)


def note_text(note: str) -> str:
    """A note as it was written; a rule's own ("smoke.persists seen_s=4 limit_s=3") in words."""
    head, *pairs = note.split(" ")
    name = head.partition(".")[2]
    if name not in _FINDINGS or not all("=" in pair for pair in pairs):
        return note
    values = {key: value for key, _, value in (pair.partition("=") for pair in pairs)}
    values["trend"] = translate("Finding", _TRENDS.get(values.get("trend", ""), ""))
    text = translate("Finding", _FINDINGS[name]).format_map(_Lenient(values))
    if "rejected_here" not in values:
        return text
    values["rejected_last"] = values.get("rejected_last", "")[:16].replace("T", " ")
    return f"{text} · {translate('Finding', _REJECTED).format_map(_Lenient(values))}"


def layer_problem_text(problems: Sequence[str]) -> str:
    """What a site's further map layers left out: the first in full, and how many more."""
    if len(problems) == 1:
        return translate("Map", "Map layer: {0}").format(problems[0])
    text = translate("Map", "Map layers: {0}; and {1} more (gridwall check lists them)")
    return text.format(problems[0], len(problems) - 1)
