"""Topics: the words a reader filters by, made from an event's type and data (CONTRACT §5).

Pure; the hub calls `topic_of` once per event. A word that is unknown is `-`; a dot inside an
id is `%2E`, so that a filter ending with a dot never cuts a word.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from config.geometry import GeoPoint
from config.site import CameraId, GridId
from ingest.feed.envelope import Event, Noun

#: A word longer than this is cut: ids of the registers are far shorter.
MAX_WORD_CHARS = 120


class StreetLookup(Protocol):
    """What a topic needs to know of the site; see `ingest.feed.streets`."""

    def street_of_camera(self, camera_id: CameraId) -> GridId | None: ...
    def street_of_grid(self, grid_id: GridId) -> GridId | None: ...
    def street_at(self, place: GeoPoint) -> GridId | None: ...


class NoStreets:
    """A site without areas: every street is `-`."""

    def street_of_camera(self, camera_id: CameraId) -> GridId | None:
        return None

    def street_of_grid(self, grid_id: GridId) -> GridId | None:
        return None

    def street_at(self, place: GeoPoint) -> GridId | None:
        return None


class Place(Struct, frozen=True, gc=False):
    """One position entry, as far as topics and last values ask."""

    lat_deg: float | None = None
    lon_deg: float | None = None
    inspector_id: str | None = None
    device_id: str | None = None
    live: bool = True


class Subject(Struct, frozen=True, gc=False):
    """The words of `data` that topics and last values are made from; everything optional."""

    kind: str | None = None
    alert_id: str | None = None
    camera_id: str | None = None
    case_id: str | None = None
    grid_id: str | None = None
    ticket_id: str | None = None
    inspector_id: str | None = None
    source: str | None = None
    scene: str | None = None
    shelf_id: str | None = None
    to: str | None = None
    register: str | None = None
    state: str | None = None
    rules_off: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    is_night: bool = False
    quiet: tuple[Raw, ...] = ()
    lat_deg: float | None = None
    lon_deg: float | None = None
    fixes: tuple[Place, ...] = ()


class SubjectInvalid(ValueError):
    """`data` has a word of the wrong type where the topic needs it."""


_subject_decoder = msgspec.json.Decoder(Subject)


def subject_of(event: Event) -> Subject:
    """The addressing words of `event.data`. Raises SubjectInvalid where one has a wrong type."""
    try:
        return _subject_decoder.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SubjectInvalid(f"data: {error}") from error


def word(text: str | None) -> str:
    """`text` as one word of a topic."""
    if not text:
        return "-"
    return text[:MAX_WORD_CHARS].replace(".", "%2E")


def topic_of(event: Event, streets: StreetLookup, subject: Subject | None = None) -> str:
    """The topic of `event`. Raises SubjectInvalid where `data` does not fit."""
    about = subject_of(event) if subject is None else subject
    words = _words(event, about, streets)
    return ".".join((event.noun_text, *(word(text) for text in words)))


def _words(event: Event, about: Subject, streets: StreetLookup) -> tuple[str | None, ...]:
    match event.noun:
        case Noun.ALERT:
            return (about.kind, _street_of(about, streets), about.camera_id)
        case Noun.CASE:
            return (event.verb, _street_of(about, streets), about.case_id)
        case Noun.TICKET:
            return (about.source, _street_of(about, streets), about.ticket_id)
        case Noun.CAMERA | Noun.PTZ | Noun.SIGHT | Noun.TRACK:
            return (event.verb, _street_of(about, streets), about.camera_id)
        case Noun.ESCALATION:
            return (event.verb, about.to, about.case_id)
        case Noun.SHELF:
            return (event.verb, None, about.shelf_id)
        case Noun.SCENE:
            return (event.verb, about.to, about.scene)
        case Noun.UNIT:
            return (event.verb, _street_of(about, streets), about.inspector_id)
        case Noun.REGISTER:
            return (event.verb, about.register, None)
        case Noun.POSITION:
            return (event.verb, _street_of_fixes(about, streets), None)
        case Noun.HEARTBEAT:
            return (event.verb, None, None)


def _street_of(about: Subject, streets: StreetLookup) -> GridId | None:
    """Street by area, then by camera, then by place: the first that is known."""
    street: GridId | None = None
    if about.grid_id:
        street = streets.street_of_grid(GridId(about.grid_id))
    if street is None and about.camera_id:
        street = streets.street_of_camera(CameraId(about.camera_id))
    if street is None:
        street = _street_at(about.lat_deg, about.lon_deg, streets)
    return street


def _street_of_fixes(about: Subject, streets: StreetLookup) -> GridId | None:
    """The one street of all fixes, or None: publishers group fixes by street."""
    found = {_street_at(place.lat_deg, place.lon_deg, streets) for place in about.fixes}
    return found.pop() if len(found) == 1 else None


def _street_at(
    lat_deg: float | None, lon_deg: float | None, streets: StreetLookup
) -> GridId | None:
    if lat_deg is None or lon_deg is None:
        return None
    try:
        return streets.street_at(GeoPoint(lat_deg, lon_deg))
    except ValueError:
        return None
