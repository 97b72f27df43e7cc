"""Route push: what goes to an inspector's device when they are sent: where, by which way, how far.

Makes the event `gridwall.unit.routed.v1`; the gateway turns it into a text for JT/T 808 terminals,
the field page asks for the way itself. Pure but for reading the inspector's position.
"""

from __future__ import annotations

from urllib.parse import quote

from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from config.site import DeviceId, InspectorId, Language
from console.desk.candidate_query import place_of
from console.desk.case import CaseData, CaseId
from console.desk.desk_context import DeskContext
from ingest.feed.envelope import Event, Noun, new_event
from ingest.feed.log import Transaction

SOURCE = "gridwall/desk"
#: Corners of a way in an event: a way across a district has some hundred.
POINTS_MOST = 500
#: A turn of less than this is no corner, metres off the straight line.
STRAIGHT_M = 2.0


class UnitRouted(Struct, frozen=True):
    """`data` of gridwall.unit.routed.v1.

    Attributes:
        points: corners of the way [lat, lon], WGS-84; empty without a position.
        text: for a terminal's display. `url`: opens a map on any phone.
    """

    inspector_id: InspectorId
    device_id: DeviceId | None
    case_id: CaseId
    title: str
    lat_deg: float
    lon_deg: float
    distance_m: float | None
    eta_s: float | None
    by_road: bool
    points: tuple[tuple[float, float], ...]
    text: str
    url: str


def routed_event(
    tx: Transaction, case: CaseData, inspector_id: InspectorId, context: DeskContext
) -> tuple[Event, float | None] | None:
    """The event and the seconds on the way; None where the case has no place."""
    place = place_of(case)
    inspector = context.directory.inspector(inspector_id)
    if place is None or inspector is None:
        return None
    travel = inspector.travel or context.settings.travel
    entry = context.fleets.fleet(tx, context.directory).positions.get(inspector_id)
    metres: float | None = None
    points: tuple[GeoPoint, ...] = ()
    by_road = False
    if entry is not None:
        start = GeoPoint(entry.lat_deg, entry.lon_deg)
        route = context.routing.route(start, place, travel) if context.routing.route else None
        by_road = route is not None
        points = corners(route.points) if route else (start, place)
        straight_m = distance_m(start, place) * context.settings.detour_factor
        metres = route.distance_m if route else straight_m
    eta_s = None if metres is None else metres / context.settings.speed_mps(travel)
    data = UnitRouted(
        inspector_id=inspector_id,
        device_id=inspector.device_id,
        case_id=case.case_id,
        title=case.title,
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        distance_m=None if metres is None else round(metres, 1),
        eta_s=None if eta_s is None else round(eta_s, 1),
        by_road=by_road,
        points=tuple((round(p.lat_deg, 6), round(p.lon_deg, 6)) for p in points),
        text=text_of(case, metres, context.directory.site.language),
        url=f"https://osmand.net/go?lat={place.lat_deg:.6f}&lon={place.lon_deg:.6f}&z=17"
        f"&title={quote(case.title)}",
    )
    event = new_event(Noun.UNIT, "routed", data, source=SOURCE, utc_ns=tx.now_utc_ns)
    return event, eta_s


def text_of(case: CaseData, metres: float | None, language: Language) -> str:
    """One line for a display of some 60 characters, in the site's language."""
    far = "" if metres is None else f"{metres:.0f} m"
    where = f"{case.lat_deg:.5f},{case.lon_deg:.5f}"
    if language is Language.CHINESE:
        parts = (f"派遣 {case.case_id}", case.title, far and f"路程{metres:.0f}米", f"位置 {where}")
    else:
        parts = (f"Sent to {case.case_id}", case.title, far and f"{far} by road", f"at {where}")
    return (
        "，".join(p for p in parts if p)
        if language is Language.CHINESE
        else ", ".join(p for p in parts if p)
    )


def corners(points: tuple[GeoPoint, ...]) -> tuple[GeoPoint, ...]:
    """The way without the points that lie on a straight line between others."""
    import numpy as np
    import shapely

    if len(points) <= 2:
        return points
    scale = 111_320.0
    flat = np.array([(p.lon_deg, p.lat_deg) for p in points])
    flat[:, 0] *= np.cos(np.radians(points[0].lat_deg))
    kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(flat * scale), STRAIGHT_M))
    kept /= scale
    kept[:, 0] /= np.cos(np.radians(points[0].lat_deg))
    return tuple(GeoPoint(float(y), float(x)) for x, y in kept[:POINTS_MOST])
