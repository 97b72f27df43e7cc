"""The declared nouns of a city: what the site folder says exists.

Frozen values without behaviour beyond look-ups; `config.load` makes them, everybody reads
them. An absent cell of a register is `None`, never an empty string.
"""

from __future__ import annotations

import enum
from datetime import time
from pathlib import Path
from typing import NewType

from msgspec import Struct, field

from config.geometry import GeoPoint, ImagePoint
from config.settings import Settings
from config.travel import Travel

CameraId = NewType("CameraId", str)
ZoneId = NewType("ZoneId", str)
GridId = NewType("GridId", str)
FenceId = NewType("FenceId", str)
RoundId = NewType("RoundId", str)
InspectorId = NewType("InspectorId", str)
DeviceId = NewType("DeviceId", str)
ItemCode = NewType("ItemCode", str)
UnitName = NewType("UnitName", str)
PartnerId = NewType("PartnerId", str)


class Camera(Struct, frozen=True):
    """One camera port (点位). URLs may hold credentials: show them through `ingest.logs.redacted`."""

    id: CameraId
    name: str
    main_url: str
    sub_url: str | None = None
    place: GeoPoint | None = None
    bearing_deg: float | None = None
    fov_deg: float | None = None
    grid_id: GridId | None = None
    group: str | None = None
    ptz_url: str | None = None
    enabled: bool = True
    #: Set by `ingest.relay.address.through_relay` alone: `main_url` at every relay, best first.
    relay_urls: tuple[str, ...] = ()


class ZoneKind(enum.Enum):
    NO_PARKING = "no_parking"
    NO_TRADING = "no_trading"
    SMOKE_WATCH = "smoke_watch"
    MASK = "mask"
    NO_CYCLE_PARKING = "no_cycle_parking"  #: bicycles, motorcycles, tricycles (非机动车)
    CROWD_WATCH = "crowd_watch"


class Hours(Struct, frozen=True):
    """A span of local wall-clock time; `start == end` means all day; it may cross midnight."""

    start: time = time(0, 0)
    end: time = time(0, 0)

    def contains(self, at: time) -> bool:
        if self.start == self.end:
            return True
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


ALL_DAYS = frozenset(range(7))


class Licence(Struct, frozen=True):
    """A place in a no_trading zone where a stall may stand at some hours and days; `name` of whom."""

    polygon: tuple[ImagePoint, ...]
    name: str = ""
    hours: Hours = Hours()
    days: frozenset[int] = ALL_DAYS


class Zone(Struct, frozen=True):
    """An area of one camera's picture with a rule. `limit_s` seconds; `days` 0 = Monday.

    Attributes:
        preset: of a PTZ camera, the view it was drawn on, by token or name; None: its home view.
        licences: where stalls may stand (no_trading only).
        people_max: people that are no crowd yet (crowd_watch only); 0 elsewhere.
    """

    id: ZoneId
    camera_id: CameraId
    kind: ZoneKind
    polygon: tuple[ImagePoint, ...]
    limit_s: float
    hours: Hours = Hours()
    days: frozenset[int] = ALL_DAYS
    preset: str | None = None
    licences: tuple[Licence, ...] = ()
    people_max: int = 0


class CalibrationPair(Struct, frozen=True):
    """The same spot in the picture and on the ground."""

    image: ImagePoint
    place: GeoPoint


class Calibration(Struct, frozen=True):
    """Ground calibration of a camera: at least four pairs, not all on one line."""

    camera_id: CameraId
    pairs: tuple[CalibrationPair, ...]


class MountPreset(Struct, frozen=True):
    """A preset of a PTZ camera (`token`: the camera's id of it) and the ground in its middle."""

    token: str
    place: GeoPoint


class PtzMount(Struct, frozen=True):
    """How a PTZ camera hangs: declared (height, bearing), or by at least four presets.

    `pan_deg`, `tilt_deg`: degrees from 0 to 1 of the camera's own units; `tilt_zero_deg` above the
    horizon at tilt 0. The defaults are those of most domes: ±180°, from straight down to level.
    """

    camera_id: CameraId
    height_m: float | None = None
    home_bearing_deg: float | None = None
    pan_deg: float = 180.0
    tilt_zero_deg: float = -45.0
    tilt_deg: float = 45.0
    fov_wide_deg: float | None = None
    fov_tele_deg: float | None = None
    presets: tuple[MountPreset, ...] = ()


class GridLevel(enum.Enum):
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"


class GridCell(Struct, frozen=True):
    """An area of responsibility (网格). `rings`: outer rings first point ≠ last, WGS-84."""

    id: GridId
    level: GridLevel
    name: str
    parent: GridId | None
    unit: UnitName | None
    rings: tuple[tuple[GeoPoint, ...], ...]
    neighbours: tuple[GridId, ...] = ()


class Inspector(Struct, frozen=True):
    """A patrol officer (网格员). `shift` as written in the register, e.g. "08:00-20:00"; None = always."""

    id: InspectorId
    name: str
    phone: str | None = None
    role: str | None = None
    grid_id: GridId | None = None
    device_id: DeviceId | None = None
    shift: Hours | None = None
    travel: Travel | None = None


class LimitUnit(enum.Enum):
    MINUTE = "minute"
    WORKING_HOUR = "working_hour"
    URGENT_WORKING_HOUR = "urgent_working_hour"
    WORKING_DAY = "working_day"


class Item(Struct, frozen=True):
    """A kind of case (事项) with its handling limit."""

    code: ItemCode
    name_zh: str
    name_en: str
    unit_rule: str | None = None
    limit_value: float = 4.0
    limit_unit: LimitUnit = LimitUnit.WORKING_HOUR
    standard: str | None = None


class DispatchRule(Struct, frozen=True):
    """Item × area → unit; the highest `priority` wins, then the smallest area."""

    item_code: ItemCode
    grid_id: GridId | None
    unit: UnitName
    priority: int = 0


class Checkpoint(Struct, frozen=True):
    """A fixed place to be inspected (实测点)."""

    id: str
    checkpoint_class: str
    name: str
    place: GeoPoint
    grid_id: GridId | None = None
    inspector_id: InspectorId | None = None


class FenceWatch(enum.Enum):
    """Which crossings of a fence are told."""

    ENTER = "enter"
    LEAVE = "leave"
    BOTH = "both"


class Fence(Struct, frozen=True):
    """An area whose crossing by inspectors is told (电子围栏). `hours` None: at any time."""

    id: FenceId
    name: str
    ring: tuple[GeoPoint, ...]
    watch: FenceWatch = FenceWatch.BOTH
    hours: Hours | None = None


class PatrolRound(Struct, frozen=True):
    """A planned patrol (巡查): empty lists mean everybody, every class, everywhere.

    `route`: check points in the order they are visited (else: every point the lists leave).
    `least_s`: how long each patrols at least. `joint`: the named go together (联合巡查).
    """

    id: RoundId
    name: str
    hours: Hours
    days: frozenset[int] = ALL_DAYS
    inspectors: tuple[InspectorId, ...] = ()
    classes: tuple[str, ...] = ()
    grids: tuple[GridId, ...] = ()
    route: tuple[str, ...] = ()
    least_s: float = 7_200.0
    joint: bool = False


class Operator(Struct, frozen=True):
    """Somebody who may sign in at a seat. `roles` of the case loop; `streets` empty: everywhere."""

    name: str
    display: str
    password_hash: str
    roles: frozenset[str]
    streets: frozenset[GridId] = frozenset()


class Partner(Struct, frozen=True):
    """Another platform that cases go to and come from (partners.toml).

    Attributes:
        url: of its exchange door. we: what it calls us.
        secret_files: in the site folder; the first signs, all are accepted (a change of secrets).
        receipt_s: a case sent there comes back to the dispatcher when no receipt came by then.
        sends, takes: whether cases go there, and are taken from there.
    """

    id: PartnerId
    name: str
    url: str
    we: str
    secret_files: tuple[str, ...]
    receipt_s: float = 86_400.0
    sends: bool = True
    takes: bool = True


class HubAddresses(Struct, frozen=True):
    """Where the hub listens; defaults are the contract's loopback addresses.

    `accept_unencrypted_network`: bind other addresses than loopback in the clear.
    """

    intake: str = "tcp://127.0.0.1:7400"
    feed: str = "tcp://127.0.0.1:7401"
    query: str = "tcp://127.0.0.1:7402"
    http: str = "127.0.0.1:7480"
    jt808: str = "127.0.0.1:7408"
    accept_unencrypted_network: bool = False


class Language(enum.Enum):
    CHINESE = "zh_CN"
    ENGLISH = "en"


class Datum(enum.Enum):
    """Coordinate system of the registers (`site.toml`: coordinates)."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Site(Struct, frozen=True):
    """Everything a site folder declares. Tuples keep the order of the files."""

    folder: Path
    name: str
    language: Language = Language.CHINESE
    hub: HubAddresses = HubAddresses()
    cameras: tuple[Camera, ...] = ()
    zones: tuple[Zone, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    ptz_mounts: tuple[PtzMount, ...] = ()
    grid: tuple[GridCell, ...] = ()
    inspectors: tuple[Inspector, ...] = ()
    items: tuple[Item, ...] = ()
    dispatch_rules: tuple[DispatchRule, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    fences: tuple[Fence, ...] = ()
    rounds: tuple[PatrolRound, ...] = ()
    operators: tuple[Operator, ...] = ()
    partners: tuple[Partner, ...] = ()
    streets_file: Path | None = None
    tiles: str | None = None
    layer_files: tuple[Path, ...] = field(default_factory=tuple)
    settings: Settings = field(default_factory=Settings)
    datum: Datum = Datum.WGS84
