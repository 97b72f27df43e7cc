"""Tunables of a site: the tables of site.toml, each value with unit, default, bound and reason.

A table is a frozen Struct; a bound is a `msgspec.Meta` beside the default. Add a field here and
`gridwall check` knows its key, type and bounds at once. Pure values; any thread.
"""

from __future__ import annotations

import enum
from datetime import date, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from config.linkage_settings import AttentionSettings, LinkageSettings
from config.relay_settings import RelaySettings
from config.store_settings import StoreSettings
from config.travel import Travel

Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]


class ModelSettings(Struct, frozen=True):
    """[model]: the detector."""

    #: Folder name in resources/weights (`gridwall models list`); None = the one default.toml names.
    name: str | None = None
    #: A model folder or file instead of a shipped one, relative to the site folder.
    path: str | None = None
    #: Square input of models without a fixed one (.pt); multiples of 32 because of the strides.
    input_px: Annotated[int, Meta(ge=160, le=1920, multiple_of=32)] = 640
    #: "CPU", "GPU", "cuda:0" …; "auto" takes the first that works.
    device: str = "auto"


class VisionSettings(Struct, frozen=True):
    """[vision]: rates and thresholds of the rules. Limits of zones stand in zones.toml."""

    #: Pictures a second and camera; 2 finds a car within half a second at 1/12 of the work.
    analysis_fps: Annotated[float, Meta(ge=0.2, le=25.0)] = 2.0
    #: Detector threads; 0 = half the cores where a wall runs, all of them elsewhere.
    thread_count: Annotated[int, Meta(ge=0, le=256)] = 0
    #: Scores from which a detection counts; None = the model's own operating point.
    smoke_score: Fraction | None = None
    fire_score: Fraction | None = None
    vehicle_score: Fraction | None = None
    stall_score: Fraction | None = None
    #: Clip before and after the moment an alert is raised; the clip comes when the latter is over.
    pre_roll_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 5.0
    post_roll_s: Annotated[float, Meta(ge=0.0, le=120.0)] = 5.0
    #: A thing that was lost for this long has left (an occluding bus passes in 10–15 s).
    lost_after_s: Annotated[float, Meta(ge=1.0, le=600.0)] = 20.0
    #: At most one `alert.updated` per alert in this time (CONTRACT §5 says 5).
    update_interval_s: Annotated[float, Meta(ge=5.0, le=3600.0)] = 5.0
    #: JPEG quality of snapshots and crops.
    jpeg_quality: Annotated[int, Meta(ge=30, le=100)] = 88


class HardwareDecoding(enum.Enum):
    """Who decodes: the first device found, the processor, or one kind of device by FFmpeg's name."""

    AUTO = "auto"
    OFF = "off"
    CUDA = "cuda"
    VAAPI = "vaapi"
    QSV = "qsv"
    D3D11VA = "d3d11va"
    D3D12VA = "d3d12va"
    VIDEOTOOLBOX = "videotoolbox"
    VULKAN = "vulkan"


class CameraSettings(Struct, frozen=True):
    """[cameras]: how streams are opened, watched and decoded; read when a machine's broker starts."""

    #: Not a byte for this long and the connection is given up.
    silent_after_s: Annotated[float, Meta(ge=1.0, le=60.0)] = 4.0
    #: A device that is missing or fails is replaced by the processor, stream by stream.
    hardware_decoding: HardwareDecoding = HardwareDecoding.AUTO
    #: First and longest wait between two tries.
    retry_min_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 0.5
    retry_max_s: Annotated[float, Meta(ge=1.0, le=3600.0)] = 30.0
    #: Compressed packets kept for pre-roll and instant replay.
    packet_ring_s: Annotated[float, Meta(ge=5.0, le=600.0)] = 60.0


class WallCompositor(enum.Enum):
    """Who puts pictures on the screen: what suits the machine, QPainter, or the graphics device."""

    AUTO = "auto"
    RASTER = "raster"
    GPU = "gpu"


class WallSettings(Struct, frozen=True):
    """[wall]: how a seat paints its tiles; `gridwall console --compositor` comes first."""

    #: "auto" takes the graphics device where there is a real one, not one the processor plays.
    compositor: WallCompositor = WallCompositor.AUTO


class WorkingSpan(Struct, frozen=True):
    """A span of a working day; it does not cross midnight."""

    start: time
    end: time


class CalendarSettings(Struct, frozen=True):
    """[calendar]: working time, in which case clocks run (GB/T 30428 practice, DOMAIN §2)."""

    #: IANA name, "local" (this machine's), or "+08:00". Zone hours, shifts and clocks use it.
    timezone: str = "Asia/Shanghai"
    #: Working spans of a working day.
    hours: tuple[str, ...] = ("08:00-12:00", "14:00-18:00")
    #: 0 = Monday.
    working_days: tuple[Annotated[int, Meta(ge=0, le=6)], ...] = (0, 1, 2, 3, 4)
    #: Days off besides the weekend.
    holidays: tuple[date, ...] = ()
    #: Weekend days that are worked (the make-up days of Chinese holidays).
    extra_working_days: tuple[date, ...] = ()

    def spans(self) -> tuple[WorkingSpan, ...]:
        """`hours` as times, in order. Raises ValueError on a span that is none."""
        spans = []
        for text in self.hours:
            start, _, end = text.partition("-")
            last = time.max if end.strip() == "24:00" else time.fromisoformat(end.strip())
            spans.append(WorkingSpan(time.fromisoformat(start.strip()), last))
        return tuple(sorted(spans, key=lambda span: span.start))

    def zone_info(self) -> tzinfo | None:
        """The zone; None means the machine's own. Raises ValueError or KeyError on a wrong name."""
        return parse_timezone(self.timezone)


#: Fixed offsets for machines without a zone database (Windows seats without tzdata).
_FIXED_ZONES = {"Asia/Shanghai": timezone(timedelta(hours=8), "CST"), "UTC": timezone.utc}  # noqa: UP017


def parse_timezone(text: str) -> tzinfo | None:
    """The zone a setting names; None for "local".

    Raises:
        ValueError: neither an IANA name nor an offset like "+08:00".
    """
    if text == "local":
        return None
    if text in _FIXED_ZONES:
        return _FIXED_ZONES[text]
    if text[:1] in {"+", "-"}:
        hours, _, minutes = text[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if text[0] == "-" else offset)
    try:
        return ZoneInfo(text)
    except (KeyError, OSError) as error:
        raise ValueError(f"no time zone is called {text!r}") from error


class CurveSettings(Struct, frozen=True):
    """[curve]: encryption of the three sockets."""

    enabled: bool = False
    #: Folder of the keys `gridwall keys new` makes, relative to the site folder.
    keys_folder: str = "keys"


class MapSettings(Struct, frozen=True):
    """[map]: the base map. `tiles` (top level of site.toml or here) is a file or a template."""

    tiles: str | None = None
    #: Key of a tile service, put where the template says {key}; write it as "${NAME}".
    key: str | None = None
    attribution: str = ""
    #: Coordinate system the pictures are drawn in; most Chinese services other than Tianditu: gcj02.
    coordinates: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    centre_lat_deg: Annotated[float, Meta(ge=-90, le=90)] | None = None
    centre_lon_deg: Annotated[float, Meta(ge=-180, le=180)] | None = None
    zoom: Annotated[float, Meta(ge=0, le=22)] = 14.0


class Jt808Settings(Struct, frozen=True):
    """[jt808]: terminals by JT/T 808."""

    #: Known devices need no 0x0102 unless this is set (CONTRACT §4).
    require_auth: bool = False
    auth_code: str | None = None
    idle_timeout_s: Annotated[float, Meta(ge=10.0, le=86_400.0)] = 600.0
    #: A connection that has not sent one whole message by then is ended: terminals speak at once.
    first_message_s: Annotated[float, Meta(ge=0.5, le=600.0)] = 30.0
    #: Event keys of the terminals (0x0301): number → available, busy or off.
    event_states: dict[str, Literal["available", "busy", "off"]] = field(
        default_factory=lambda: {"1": "available", "2": "busy", "3": "off"}
    )


class PositionSettings(Struct, frozen=True):
    """[positions]: which fixes count (DOMAIN §3)."""

    #: Receivers behind gpsd daemons: device id → host:port.
    gpsd: dict[str, str] = field(default_factory=dict)
    #: Sources whose devices report in another system than WGS-84 (apps of Chinese map services).
    coordinates: dict[
        Literal["osmand", "owntracks", "jt808", "gpsd", "field", "replay"],
        Literal["wgs84", "gcj02", "bd09"],
    ] = field(default_factory=dict)

    offline_after_s: Annotated[float, Meta(ge=10.0, le=86_400.0)] = 600.0
    grey_after_s: Annotated[float, Meta(ge=5.0, le=86_400.0)] = 300.0
    #: A fix further in the future than this has a wrong clock.
    future_max_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 120.0
    #: Trails are personal data: kept this long, then gone.
    trail_days: Annotated[float, Meta(ge=0.0, le=3650.0)] = 30.0
    #: Trails of single people are shown along the streets they were most likely walked.
    match_streets: bool = False
    #: Faster than any patrol car: a jump.
    speed_max_mps: Annotated[float, Meta(ge=1.0, le=400.0)] = 70.0


class MqttSettings(Struct, frozen=True):
    """[mqtt]: OwnTracks reports from a broker."""

    #: mqtt://[user:password@]host[:port] or mqtts://…; None = no broker. Password as "${NAME}".
    url: str | None = None
    topic: str = "owntracks/#"
    client_id: str = "gridwall-gateway"


class FieldPageSettings(Struct, frozen=True):
    """[field_page]: the page inspectors open on their phones."""

    #: What a link begins with; None = the gateway's own address. Phones give positions only to
    #: pages over HTTPS: either `listen` with a certificate, or a reverse proxy in front.
    public_url: str | None = None
    #: host:port of a door that serves the field page and nothing else; None = no such door.
    listen: str | None = None
    #: PEM files of that door, relative to the site folder; without them it speaks plain HTTP.
    certificate: str | None = None
    private_key: str | None = None
    #: A link stops working after this; a phone that is lost is revoked at once.
    token_days: Annotated[float, Meta(gt=0.0, le=3650.0)] = 30.0
    #: Inspectors may add the check point they stand at to checkpoints.csv.
    register_checkpoints: bool = True
    #: Inspectors may send their phone's camera to the wall.
    live: bool = True
    #: host:port where those pictures are served as RTSP, to this machine's wall only by default;
    #: walls on other machines need an address they reach (the hub makes the password).
    live_rtsp: str = "127.0.0.1:7454"
    #: Phones live at once: each costs some 3 % of a core, 7 % while somebody watches (15 fps).
    live_most: Annotated[int, Meta(ge=1, le=64)] = 4
    #: STUN/TURN addresses for phones that are not in the gateway's own network.
    ice_servers: tuple[str, ...] = ()
    ice_user: str | None = None
    ice_password: str | None = None


class Open311Settings(Struct, frozen=True):
    """[open311]: the door for citizens' requests (GeoReport v2)."""

    #: Who may post requests: name → key, best as "${NAME}". Empty: everybody who reaches the door.
    api_keys: dict[str, str] = field(default_factory=dict)
    #: Requests a minute of one client (address or key), and look-ups by code and phone.
    per_minute: Annotated[float, Meta(ge=1.0, le=100_000.0)] = 120.0
    status_per_minute: Annotated[float, Meta(ge=1.0, le=100_000.0)] = 10.0


class DeskSettings(Struct, frozen=True):
    """[desk]: how alerts become proposals and who is near."""

    #: Alert kind → item code; empty means the codes of DOMAIN §2.
    items: dict[str, str] = field(default_factory=dict)
    #: Kinds that are filed without a person ("a rule, where the site says so").
    auto_file: tuple[str, ...] = ()
    #: Sources (`ticket`, `ticket:app`, `analysis`, `video`) that are inspected before filing.
    check_sources: tuple[str, ...] = ()
    #: Kinds whose case is closed only after a hazard was put right and written off (销账).
    rectify_kinds: tuple[str, ...] = ()
    #: How long a hazard may stay, in calendar days, where the act does not say it.
    rectify_days: Annotated[float, Meta(gt=0.0, le=3_650.0)] = 3.0
    #: A position older than this does not count for "nearest".
    fix_age_max_s: Annotated[float, Meta(ge=1.0, le=86_400.0)] = 600.0
    radius_m: Annotated[float, Meta(ge=10.0, le=100_000.0)] = 3000.0
    candidate_count: Annotated[int, Meta(ge=1, le=100)] = 8
    #: Straight lines are made longer by this where there is no street network (city blocks).
    detour_factor: Annotated[float, Meta(ge=1.0, le=5.0)] = 1.3
    #: How inspectors get about whose row in inspectors.csv does not say it.
    travel: Travel = Travel.E_BIKE
    #: For the time of arrival: an electric scooter in a city, 15 km/h door to door.
    inspector_speed_mps: Annotated[float, Meta(ge=0.3, le=40.0)] = 4.2
    #: On foot, waiting at lights included.
    walking_speed_mps: Annotated[float, Meta(ge=0.3, le=5.0)] = 1.3
    #: An ETA this much longer outweighs the own grid cell: 300 m count like one cell away.
    own_grid_bonus_m: Annotated[float, Meta(ge=0.0, le=100_000.0)] = 300.0
    #: Limits per step in working minutes; the handling step uses the item's own limit.
    file_limit_min: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 15.0
    dispatch_limit_min: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 15.0
    verify_limit_min: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 30.0
    #: Alerts of one camera whose boxes overlap and whose times are this close are one case.
    merge_window_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 600.0
    #: Minimum overlap (share of the smaller box) for a smoke and a fire alert to be one case.
    merge_overlap: Fraction = 0.05
    #: Open cases this near in place and time may be the same matter: offered for merging.
    duplicate_radius_m: Annotated[float, Meta(ge=0.0, le=5_000.0)] = 60.0
    duplicate_window_s: Annotated[float, Meta(ge=0.0, le=2_592_000.0)] = 21_600.0
    #: A learned suggestion less likely than this is not shown.
    suggest_least: Fraction = 0.2
    #: A suggester older than this has not seen how the city works now: only the rules count.
    suggester_days: Annotated[float, Meta(gt=0.0, le=3650.0)] = 180.0

    def speed_mps(self, travel: Travel) -> float:
        """Metres a second door to door."""
        return self.walking_speed_mps if travel is Travel.WALKING else self.inspector_speed_mps


class PtzSettings(Struct, frozen=True):
    """[ptz]: who may turn a camera, for how long, and who turns it by itself (ingest/ptz)."""

    #: A seat that does nothing with a camera for this long gives it back.
    idle_s: Annotated[float, Meta(ge=2.0, le=3600.0)] = 15.0
    #: A movement whose seat is not heard for this long is stopped; seats speak five times a second.
    dead_man_s: Annotated[float, Meta(ge=0.3, le=10.0)] = 0.8
    #: One request to a camera, each of its waits; a slow mobile link needs two seconds.
    timeout_s: Annotated[float, Meta(ge=0.5, le=30.0)] = 3.0
    #: Seat → priority, 1…9; the higher takes a camera over. Seats not named have `priority`.
    priorities: dict[str, Annotated[int, Meta(ge=1, le=9)]] = field(default_factory=dict)
    priority: Annotated[int, Meta(ge=1, le=9)] = 5
    #: Alert kinds that turn the best calibrated PTZ camera by themselves, below every person.
    aim_at: tuple[str, ...] = ()
    #: Beyond this a picture of a place is of no use for a person or a plate.
    aim_range_m: Annotated[float, Meta(ge=10.0, le=5000.0)] = 400.0
    #: Where a PTZ camera with zones looks is asked this often; others than us turn it, too. 0 = never.
    watch_s: Annotated[float, Meta(ge=0.0, le=3600.0)] = 20.0


class UnitSettings(Struct, frozen=True):
    """[units]: how long somebody may take before the desk says so, and when they have arrived."""

    #: Sent, but no answer: half the time a dispatcher would wait before phoning.
    answer_s: Annotated[float, Meta(ge=5.0, le=86_400.0)] = 120.0
    #: On the way: twice the expected time and this much more.
    en_route_extra_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 300.0
    #: On the way, but within `moved_m` of the same spot for this long: a red light lasts 2 min.
    stuck_s: Annotated[float, Meta(ge=10.0, le=86_400.0)] = 240.0
    moved_m: Annotated[float, Meta(ge=5.0, le=1_000.0)] = 40.0
    on_scene_s: Annotated[float, Meta(ge=60.0, le=604_800.0)] = 7_200.0
    #: "Busy" ends by itself: nobody stays forgotten behind it.
    busy_s: Annotated[float, Meta(ge=60.0, le=604_800.0)] = 3_600.0
    #: A fix this near the case means there; phones in streets are good to 5–20 m.
    arrival_m: Annotated[float, Meta(ge=5.0, le=1_000.0)] = 40.0
    #: For the order of candidates: every case of today counts like so many metres further away.
    load_m: Annotated[float, Meta(ge=0.0, le=100_000.0)] = 60.0


class Settings(Struct, frozen=True):
    """Every table of site.toml but [hub], which is `Site.hub`."""

    store: StoreSettings = field(default_factory=StoreSettings)
    model: ModelSettings = ModelSettings()
    vision: VisionSettings = VisionSettings()
    cameras: CameraSettings = CameraSettings()
    relay: RelaySettings = RelaySettings()
    wall: WallSettings = WallSettings()
    calendar: CalendarSettings = CalendarSettings()
    curve: CurveSettings = CurveSettings()
    map: MapSettings = MapSettings()
    jt808: Jt808Settings = field(default_factory=Jt808Settings)
    positions: PositionSettings = field(default_factory=PositionSettings)
    mqtt: MqttSettings = MqttSettings()
    desk: DeskSettings = field(default_factory=DeskSettings)
    ptz: PtzSettings = field(default_factory=PtzSettings)
    field_page: FieldPageSettings = FieldPageSettings()
    open311: Open311Settings = field(default_factory=Open311Settings)
    linkage: LinkageSettings = LinkageSettings()
    units: UnitSettings = UnitSettings()
    attention: AttentionSettings = AttentionSettings()


def load_settings(folder: Path) -> Settings:
    """The settings of a site folder.

    Raises:
        config.problems.SiteInvalid: site.toml is missing or has mistakes.
    """
    from config.site_file import settings_of_folder

    return settings_of_folder(folder)
