"""Check points registered on the spot: an inspector fixes place, class and their own duty (三定).

DOMAIN §1: the points of a district are entered by its officers on their terminals. Who stands there
becomes the person of the point; its cell follows from the place. The register is written by a
thread of its own, since the whole site is checked first. Holds nothing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m
from config.site import Checkpoint, Inspector
from console.desk.acts import refused
from console.desk.messages import Message
from console.desk.queries import convert
from ingest.feed.participant import Answerer, OperationRefused, OperationResult

#: A point is found again by its place: a worse fix would send the next round to the wrong door.
ACCURACY_MAX_M = 30.0
#: Two points of one class this near are the same one, registered twice.
SAME_M = 10.0

#: Adds a row to a register of the site: name, cells, by whom. Blocks; raises OperationRefused.
AddRow = Callable[[str, Mapping[str, Any], str], None]
_Word = Annotated[str, Meta(min_length=1, max_length=60)]


class CheckpointRequest(Struct, frozen=True):
    """`field.checkpoint`: where the phone stands; `accuracy_m` as its receiver says."""

    token: str
    request_id: Annotated[str, Meta(min_length=8, max_length=64)]
    checkpoint_class: _Word
    name: _Word
    lat_deg: float
    lon_deg: float
    accuracy_m: float
    happened_utc: str = ""


def classes_of(directory: SiteDirectory) -> list[str]:
    """Classes the site has, to choose from; most common first."""
    count: dict[str, int] = {}
    for point in directory.site.checkpoints:
        count[point.checkpoint_class] = count.get(point.checkpoint_class, 0) + 1
    return sorted(count, key=lambda name: (-count[name], name))


def register_checkpoint(
    request: dict[str, Any], inspector: Inspector, directory: SiteDirectory, add_row: AddRow
) -> OperationResult:
    """The point's id, once it is in the register. Sent again, it is answered, not added twice.

    Raises OperationRefused: too inaccurate, outside the world, the same point is there already.
    """
    asked: CheckpointRequest = convert(request, CheckpointRequest)
    try:
        place = GeoPoint(asked.lat_deg, asked.lon_deg)
    except ValueError as error:
        raise OperationRefused(str(error)) from error
    secret = f"{inspector.id}/{asked.request_id}".encode()
    identity = f"f-{hashlib.sha256(secret).hexdigest()[:10]}"
    points = directory.site.checkpoints
    if any(point.id == identity for point in points):
        return OperationResult({"checkpoint_id": identity, "repeated": True})
    if not 0 <= asked.accuracy_m <= ACCURACY_MAX_M:
        values = {"metres": round(asked.accuracy_m), "limit_m": round(ACCURACY_MAX_M)}
        raise refused(Message("too_inaccurate", values), None)
    kind, name = asked.checkpoint_class.strip(), asked.name.strip()
    twin = _twin(points, kind, place)
    if twin is not None:
        metres = round(distance_m(twin.place, place))
        raise refused(Message("checkpoint_there", {"name": twin.name, "metres": metres}), None)
    cell = directory.cell_at(place)
    row = {
        "id": identity, "checkpoint_class": kind, "name": name,
        "place": {"lat_deg": place.lat_deg, "lon_deg": place.lon_deg},
        "grid_id": cell.id if cell else None, "inspector_id": inspector.id,
    }  # fmt: skip

    def later(answer: Answerer) -> None:
        def write() -> None:
            try:
                add_row("checkpoints", row, inspector.id)
            except OperationRefused as refusal:
                answer(refusal)
            else:
                answer({"checkpoint_id": identity, "grid_id": cell.id if cell else None})

        threading.Thread(target=write, name="register-checkpoint", daemon=True).start()

    return OperationResult({}, (), later)


def _twin(points: tuple[Checkpoint, ...], kind: str, place: GeoPoint) -> Checkpoint | None:
    """The point of that class that is there already."""
    same = [p for p in points if p.checkpoint_class == kind]
    near = [p for p in same if distance_m(p.place, place) <= SAME_M]
    return min(near, key=lambda p: distance_m(p.place, place), default=None)
