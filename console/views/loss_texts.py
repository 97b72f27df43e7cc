"""The words of losses: failures, single cameras, and what is put aside. Threads: GUI thread only."""

from __future__ import annotations

from datetime import datetime

from console.desk.shelf_data import ShelfData, ShelfKind
from console.state.losses import LossPicture
from console.state.mass_failure import MassFailure, Shared
from console.state.session import ConsoleSession
from console.views import tile_texts, words
from console.views.words import translate
from ingest.cameras.health import CameraHealthData, LossCause
from ingest.feed.envelope import parse_utc_ns


def header_text(picture: LossPicture) -> str:
    """One line for everything that is lost."""
    if not picture.failures:
        return translate("Header", "{0} cams lost").format(len(picture.single))
    text = failure_text(picture.failures[0])
    others = picture.lost_count - picture.failures[0].lost_count
    return text if not others else translate("Losses", "{0} · {1} others").format(text, others)


def failure_text(failure: MassFailure) -> str:
    """“48 cameras lost behind …”, or how many of them still are."""
    total, lost = len(failure.camera_ids), failure.lost_count
    name = failure.name
    if failure.shared is Shared.MOMENT:
        if lost < total:
            text = translate("Losses", "{0} of {1} cameras lost together are still away")
            return text.format(lost, total)
        return translate("Losses", "{0} cameras lost at the same moment").format(total)
    if lost < total:
        text = translate("Losses", "{0} of {1} cameras still lost behind {2}")
        return text.format(lost, total, name)
    return translate("Losses", "{0} cameras lost behind {1}").format(total, name)


def recovered_text(failure: MassFailure) -> str:
    """Said once when all of them are back."""
    if failure.shared is Shared.MOMENT:
        text = translate("Losses", "{0} cameras lost together are back")
        return text.format(len(failure.camera_ids))
    text = translate("Losses", "{0} cameras behind {1} are back")
    return text.format(len(failure.camera_ids), failure.name)


def since_text(since_utc_ns: int, now_utc_ns: int) -> str:
    """Clock time and length of a loss."""
    began = datetime.fromtimestamp(since_utc_ns / 1e9).strftime("%H:%M")
    age = words.duration_text((now_utc_ns - since_utc_ns) / 1e9)
    return translate("Tile", "since {0} · {1}").format(began, age)


def camera_text(session: ConsoleSession, entry: CameraHealthData) -> str:
    """Number, name and cause of one lost camera."""
    number = session.directory.number_of(entry.camera_id)
    name = session.directory.name_of(entry.camera_id)
    known = {cause.value: cause for cause in LossCause}
    cause = tile_texts.cause_text(known.get(entry.cause or ""))
    return f"{number or ''}  {name} · {cause}".strip()


def shelf_text(session: ConsoleSession, shelf: ShelfData) -> str:
    """What is put aside, why, by whom, until when."""
    count = len(shelf.camera_ids)
    what = session.directory.name_of(shelf.camera_ids[0]) if count == 1 else ""
    if shelf.what is ShelfKind.MAINTENANCE:
        text = translate("Losses", "Maintenance: {0}")
    else:
        text = translate("Losses", "Alerts put aside: {0}")
    about = text.format(what or translate("Cameras", "{0} cameras").format(count))
    kinds = "、".join(words.kind_text(kind) for kind in shelf.kinds)
    return " · ".join(part for part in (about, kinds, shelf.reason, shelf.by) if part)


def until_text(shelf: ShelfData, now_utc_ns: int) -> str:
    """When it ends."""
    until = parse_utc_ns(shelf.until_utc)
    left = words.duration_text((until - now_utc_ns) / 1e9)
    return translate("Losses", "{0} left").format(left)
