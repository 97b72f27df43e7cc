"""The words on a tile, in the console's language (context "Tile").

Decides which cause an operator reads and what to do next; draws nothing.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication

from config.site import Licence, ZoneKind
from console.state.replay import ReplayPart
from console.state.tile_marks import MarkLevel
from console.state.tiles import Aspect
from ingest.cameras.health import LossCause
from ingest.cameras.wants import ReplayProblem
from vision.alerts import AlertKind
from vision.sight import Sanity, SightData

translate = QCoreApplication.translate


def duration_text(seconds: float) -> str:
    """An age or a wait: 42 s, 3 min 05 s, 2 h 10 min."""
    whole = max(0, int(seconds))
    if whole < 60:
        return translate("Tile", "{0} s").format(whole)
    if whole < 3600:
        minutes = translate("Tile", "{0} min {1} s")
        return minutes.format(whole // 60, f"{whole % 60:02d}")
    hours = translate("Tile", "{0} h {1} min")
    return hours.format(whole // 3600, f"{whole % 3600 // 60:02d}")


def frame_age_text(age_s: float) -> str:
    """The plate of a picture that is not of now."""
    if age_s < 60:
        return translate("Tile", "{0} s old").format(f"{age_s:.1f}")
    return translate("Tile", "{0} old").format(duration_text(age_s))


def alert_kind_text(kind: AlertKind) -> str:
    """What an alert is about, one word."""
    return {
        AlertKind.SMOKE: translate("Tile", "Smoke"),
        AlertKind.FIRE: translate("Tile", "Fire"),
        AlertKind.PARKING: translate("Tile", "Illegal parking"),
        AlertKind.STALL: translate("Tile", "Street stall"),
        AlertKind.CYCLE_PARKING: translate("Tile", "Cycles parked in the way"),
        AlertKind.CROWD: translate("Tile", "Crowd"),
    }[kind]


def further_view_text() -> str:
    """An alarm tile whose camera only sees the place of the alert."""
    return translate("Tile", "another view")


def waiting_text(count: int) -> str:
    """Alarms for which the region has no tile left."""
    return translate("Tile", "+{0} waiting").format(count)


def cause_text(cause: LossCause | None) -> str:
    """What happened to a stream, as the title of its card."""
    if cause is None:
        return translate("Tile", "No picture")
    return {
        LossCause.UNREACHABLE: translate("Tile", "Camera cannot be reached"),
        LossCause.UNAUTHORIZED: translate("Tile", "Wrong user name or password"),
        LossCause.NOT_FOUND: translate("Tile", "The camera has no such stream"),
        LossCause.SILENT: translate("Tile", "Connected, but no picture arrives"),
        LossCause.CLOSED: translate("Tile", "The camera closed the connection"),
        LossCause.BAD_STREAM: translate("Tile", "The stream cannot be decoded"),
        LossCause.NO_VIDEO: translate("Tile", "The stream carries no video"),
        LossCause.BUSY: translate("Tile", "The camera refuses another viewer"),
        LossCause.INGEST_RESTART: translate("Tile", "Video service is restarting"),
    }[cause]


def relay_cause_text(cause: LossCause | None) -> str:
    """`cause_text` of a stream that comes by a relay: there the relay answers, not the camera."""
    told = {
        LossCause.UNREACHABLE: translate("Tile", "The relay cannot be reached"),
        LossCause.UNAUTHORIZED: translate("Tile", "The relay refuses the password of [relay]"),
        LossCause.NOT_FOUND: translate("Tile", "The relay gets no picture of this camera"),
        LossCause.SILENT: translate("Tile", "The relay is there, but no picture arrives"),
        LossCause.CLOSED: translate("Tile", "The relay closed the connection"),
        LossCause.BUSY: translate("Tile", "The relay has too many viewers"),
    }
    return told[cause] if cause in told else cause_text(cause)


def relayed_text(address: str) -> str:
    """Whose relay a camera's pictures come from, host:port."""
    return translate("Tile", "relayed by {0}").format(address)


def one_session_text() -> str:
    """What to do about a camera that refuses another viewer."""
    return translate("Tile", "allows one viewer? name it in [relay] of site.toml")


def accepted_before_text() -> str:
    """What a wrong password may also mean where it was right before."""
    return translate("Tile", "was right before: changed, or the camera allows one viewer ([relay])")


def sent_away_text(count: int) -> str:
    """A camera that closes its sessions soon, again and again."""
    return translate("Tile", "{0} times in a row: another viewer takes it? ([relay])").format(count)


def awaits_key_text() -> str:
    """Packets arrive, and nothing can be shown yet."""
    return translate("Tile", "waiting for a key frame")


def since_text(lost_s: float) -> str:
    """Since when a stream is gone: clock time and length."""
    began = time.strftime("%H:%M:%S", time.localtime(time.time() - lost_s))
    return translate("Tile", "since {0} · {1}").format(began, duration_text(lost_s))


def next_try_text(wait_s: float) -> str:
    """When the connection is tried again; 0: it is being tried."""
    if wait_s <= 0:
        return translate("Tile", "trying now…")
    return translate("Tile", "next try in {0} s").format(int(wait_s) + 1)


def connecting_text() -> str:
    return translate("Tile", "Connecting…")


def disabled_text() -> str:
    return translate("Tile", "Camera is switched off")


def empty_text() -> str:
    return translate("Tile", "Empty tile")


def empty_hint_text() -> str:
    return translate("Tile", "camera number + Enter calls a camera")


def pinned_text() -> str:
    """The badge of a tile that keeps its camera."""
    return translate("Tile", "pinned")


def linked_zoom_text(zoom: float) -> str:
    """The badge of a tile that went to its alert's box by itself."""
    return translate("Tile", "{0}× on the alert").format(f"{zoom:.1f}")


def replay_text() -> str:
    """The word for a picture of the past."""
    return translate("Tile", "REPLAY")


def replay_caption(utc_ns: int, behind_s: float, speed: float) -> str:
    """When a replayed picture was received, how long ago that is, and how fast it goes."""
    moment = time.strftime("%H:%M:%S", time.localtime(utc_ns // 1_000_000_000))
    tenth = utc_ns // 100_000_000 % 10
    pace = translate("Tile", "stands") if speed == 0 else f"{speed:g}×"
    ago = translate("Tile", "{0} s ago").format(f"{behind_s:.1f}")
    return f"{replay_text()}  {moment}.{tenth}  ·  {ago}  ·  {pace}"


def replay_loading_text() -> str:
    return translate("Tile", "Replay is coming…")


def replay_problem_text(problem: ReplayProblem) -> str:
    """Why there is no replay."""
    return {
        ReplayProblem.NOTHING_KEPT: translate("Tile", "Nothing was received in the last minute"),
        ReplayProblem.TOO_MANY: translate("Tile", "Too many replays are open on this machine"),
        ReplayProblem.UNDECODABLE: translate("Tile", "What was received cannot be decoded"),
    }[problem]


def replay_back_text() -> str:
    return translate("Tile", "R goes back to live")


def aspect_text(aspect: Aspect) -> str:
    """How a picture of another shape meets its tile."""
    return {
        Aspect.AUTO: translate("Tile", "Picture: fills the tile where its shape allows"),
        Aspect.FIT: translate("Tile", "Picture: all of it, with bars"),
        Aspect.CROP: translate("Tile", "Picture: fills the tile, edges cut off"),
        Aspect.FILL: translate("Tile", "Picture: stretched to the tile"),
    }[aspect]


def marks_text(level: MarkLevel) -> str:
    """What is drawn into live pictures now."""
    return {
        MarkLevel.BOXES: translate("Tile", "In the pictures: boxes of alerts"),
        MarkLevel.ZONES: translate("Tile", "In the pictures: boxes of alerts and zones"),
        MarkLevel.TRACKS: translate(
            "Tile", "In the pictures: boxes of alerts, zones, trails of what moves"
        ),
        MarkLevel.PEOPLE: translate(
            "Tile", "In the pictures: boxes of alerts, zones, trails, people by their positions"
        ),
        MarkLevel.NONE: translate("Tile", "In the pictures: nothing"),
    }[level]


def person_text(name: str, age_s: float) -> str:
    """Somebody's position in a picture, and how old it is."""
    return f"{name} · {duration_text(age_s)}"


def zone_kind_text(kind: ZoneKind) -> str:
    """What a zone is for."""
    return {
        ZoneKind.NO_PARKING: translate("Tile", "No parking"),
        ZoneKind.NO_TRADING: translate("Tile", "No trading"),
        ZoneKind.SMOKE_WATCH: translate("Tile", "Smoke watch"),
        ZoneKind.MASK: translate("Tile", "Masked"),
        ZoneKind.NO_CYCLE_PARKING: translate("Tile", "No cycle parking"),
        ZoneKind.CROWD_WATCH: translate("Tile", "Crowd watch"),
    }[kind]


def licence_text(licence: Licence) -> str:
    """A place where a stall may stand, and whose it is."""
    word = translate("Tile", "Licensed")
    return f"{word} · {licence.name}" if licence.name else word


def sight_text(sight: SightData) -> str:
    """Why a camera's picture does not serve its rules, short enough for a tile."""
    return {
        Sanity.GOOD: translate("Tile", "a rule stands still"),
        Sanity.BLOCKED: translate("Tile", "picture covered"),
        Sanity.DEFOCUSED: translate("Tile", "out of focus"),
        Sanity.MOVED: translate("Tile", "camera turned: zones do not fit"),
    }[sight.state]


def resting_text(count: int) -> str:
    """A PTZ camera looks elsewhere than its zones were drawn."""
    return translate("Tile", "looks elsewhere: {0} zone(s) rest").format(count)


def live_text() -> str:
    """The way out of a replay."""
    return translate("Tile", "Live")


def replay_part_text(part: ReplayPart) -> str:
    """What a part of the replay bar does, and its key."""
    return {
        ReplayPart.BACK: translate("Tile", "One picture back (←)"),
        ReplayPart.PLAY: translate("Tile", "Pause or play (Space)"),
        ReplayPart.FORWARD: translate("Tile", "One picture forward (→)"),
        ReplayPart.SPAN: translate("Tile", "Drag to any moment that is kept"),
        ReplayPart.SPEED: translate("Tile", "Faster, right button slower (↑ ↓)"),
        ReplayPart.LIVE: translate("Tile", "Back to live (R)"),
    }[part]


def zoom_hint_text() -> str:
    """The keys of the zoom tool."""
    return translate("Tile", "Arrows move · + − zoom · drag a frame · Enter keeps · Esc whole")


def reduced_text(fps: float) -> str:
    """The badge of a tile whose rate was reduced because the machine is overloaded."""
    return translate("Tile", "overload: {0} fps").format(f"{fps:g}")


def ptz_owner_text(seat: str, left_s: int | None) -> str:
    """Who turns the camera, and how long it is still theirs; no number while it moves."""
    if left_s is None:
        return translate("Tile", "PTZ: {0}").format(seat)
    return translate("Tile", "PTZ: {0}, {1} s").format(seat, left_s)
