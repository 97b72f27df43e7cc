"""Every event type of the product with its data type: what `gridwall feed schema` describes."""

from __future__ import annotations

from console.desk.case import CaseData
from console.desk.escalation_data import EscalationData
from console.desk.fence_data import FenceCrossed
from console.desk.live_data import LiveVideoData
from console.desk.route_push import UnitRouted
from console.desk.scene_messages import ScenePushedData
from console.desk.shelf_data import ShelfData
from console.desk.units import Unit
from console.desk.workflow import shipped_table
from ingest.feed.schema import OWN_PAYLOADS, Payload
from ingest.ptz.states import PtzActData, PtzStateData
from vision.alerts import AlertData, AlertVerb
from vision.asked import SightReset, TrialAsked, TrialDone
from vision.sight import SightData
from vision.track_news import TracksSeenData

#: Acts that make case events, with what they do.
ACTS = {
    "propose": "An alert or a ticket became a proposal.",
    "file": "Filed (立案).",
    "dispatch": "Sent to a unit or an inspector (派遣).",
    "accept": "The inspector takes it.",
    "arrive": "The inspector is there.",
    "feedback": "Handled, waits for verification (反馈).",
    "verify": "Verified (核查).",
    "close": "Closed (结案).",
    "void": "Not a case (作废).",
    "return": "Sent back (回退).",
    "extend": "More time (延期).",
    "suspend": "Put aside (挂账).",
    "resume": "Taken up again.",
    "supervise": "Supervised (督办).",
    "urge": "Urged (催办).",
    "self_handle": "Handled on the spot (自处置).",
    "merge": "Merged into another case (合并).",
    "note": "A note.",
    "photo": "A picture from the spot.",
    "reinforce": "One more inspector was sent (增派).",
    "release": "A helper was let go.",
    "unanswered": "Who was sent has not answered in time; names who would be next.",
    "stuck": "Who is on the way does not get on; names who would be next.",
    "join": "A further alert belongs to the case.",
    "amend": "What the case says was put right.",
    "difficult": "Marked as difficult (疑难).",
    "evidence": "Further evidence.",
    "callback": "The citizen was called back (回访).",
    "inspect": "Looked at on the spot before filing (核实).",
    "request": "A department asks for an act of the desk (申请).",
    "approve": "What was asked for is granted; that act follows.",
    "decline": "What was asked for is not granted.",
    "lift": "Supervision has ended.",
    "split": "A part became a case of its own (拆分).",
    "consult": "A consultation was held (会商).",
    "joint_call": "Several units are called together (吹哨报到).",
    "fallback": "One unit owns it for good (兜底).",
    "rectify": "A hazard must be put right by a day (限期整改).",
    "rectified": "The hazard is reported as put right (整改完成).",
    "write_off": "The hazard was looked at: written off (销账), or not put right yet.",
    "reopen": "Handled again after closing (重办).",
    "hand_over": "Handed over to another platform (移交).",
    "partner_note": "What another platform says of it.",
    "import": "Taken over from another system's table.",
    "alert_cleared": "What the alert saw has ended.",
}


PTZ_PAYLOADS = (
    Payload("gridwall.ptz.state.v1", PtzStateData, "Who turns a camera and where it looks."),
    Payload(
        "gridwall.ptz.act.v1", PtzActData, "Somebody did something to a PTZ camera: the audit."
    ),
)


WATCH_PAYLOADS = (
    Payload("gridwall.track.seen.v1", TracksSeenData, "Where moving things were in a picture."),
    Payload("gridwall.sight.changed.v1", SightData, "A camera's picture serves its rules, or not."),
    Payload("gridwall.sight.reset.v1", SightReset, "A place that was suppressed is watched again."),
    Payload("gridwall.sight.tryout.v1", TrialAsked, "What would these zones have raised lately?"),
    Payload(
        "gridwall.sight.tried.v1", TrialDone, "What zones would have raised: a trial's result."
    ),
    Payload("gridwall.shelf.set.v1", ShelfData, "Maintenance began, or alerts were put aside."),
    Payload("gridwall.escalation.raised.v1", EscalationData, "Nobody acknowledged in time."),
    Payload("gridwall.escalation.ended.v1", EscalationData, "Somebody took the case up."),
    Payload("gridwall.shelf.ended.v1", ShelfData, "It is over, by time or by somebody."),
)


def all_payloads() -> tuple[Payload, ...]:
    alerts = (
        Payload(f"gridwall.alert.{verb.value}.v1", AlertData, f"An alert was {verb.value}.")
        for verb in AlertVerb
    )
    acts = dict.fromkeys([*ACTS, *(rule.act for rule in shipped_table().transitions)])
    cases = (
        Payload(f"gridwall.case.{act}.v1", CaseData, ACTS.get(act, f"Act {act}.")) for act in acts
    )
    scene = Payload("gridwall.scene.pushed.v1", ScenePushedData, "A scene was pushed to a wall.")
    units = (
        Payload("gridwall.unit.changed.v1", Unit, "What an inspector is doing changed."),
        Payload(
            "gridwall.unit.routed.v1", UnitRouted, "An inspector was sent: where, by which way."
        ),
        Payload("gridwall.unit.fence.v1", FenceCrossed, "An inspector crossed a fence."),
        Payload("gridwall.unit.live.v1", LiveVideoData, "A phone's pictures began or ended."),
    )
    return (*alerts, *cases, *units, scene, *PTZ_PAYLOADS, *WATCH_PAYLOADS, *OWN_PAYLOADS)
